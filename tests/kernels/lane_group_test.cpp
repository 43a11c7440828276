/// The whole chain gives the same bits in one lane, in eight and in sixteen, and a song too long to
/// keep is rendered a second time.
#include "kernels/cpu/lane_group.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "kernels/cpu/denormals.h"
#include "tests/support/effort.h"
#include "tests/support/small_song.h"

namespace mixfarm {
namespace {

template <class F>
std::vector<Measurement> evaluate(const LoadedSong& song, std::span<const MixSettings> mixes,
                                  std::span<const Excerpt> excerpts) {
    const FlushDenormals flush;
    return std::make_unique<LaneGroup<F>>(song, mixes)->evaluate(excerpts, {-12, -1});
}

// Sixteen lanes are an instance of the whole console that only this test compiles: too dear under
// sanitizers.
using Widest = std::conditional_t<kSlowBuild, f8, f16>;

TEST(LaneGroup, OneEightAndSixteenLanesGiveTheSameBits) {
    for (const int rate : {44100, 48000}) {
        const SmallSong song = small_song(rate, effort(2, 1) * rate + 431);
        const LoadedSong loaded(song.view());
        const auto mixes = random_mixes(effort<std::size_t>(11, 4), song.stems.size(), 5);
        const Excerpt excerpts[] = {{0, rate / 2, 0}, {rate / 2, song.frames(), rate / 5}};
        const auto sixteen = evaluate<Widest>(loaded, mixes, excerpts);
        for (std::size_t first = 0; first < mixes.size(); first += 8) {
            const std::size_t count = std::min<std::size_t>(8, mixes.size() - first);
            const auto eight =
                evaluate<f8>(loaded, std::span(mixes).subspan(first, count), excerpts);
            for (std::size_t i = 0; i < count; ++i)
                EXPECT_EQ(difference(eight[i], sixteen[first + i]), "")
                    << "mix " << first + i << " at " << rate;
        }
        for (std::size_t i = 0; i < mixes.size(); i += 3) {
            const auto one = evaluate<float>(loaded, {&mixes[i], 1}, excerpts);
            EXPECT_EQ(difference(one[0], sixteen[i]), "") << "mix " << i << " at " << rate;
        }
    }
}

TEST(LaneGroup, AMixTooLongToKeepIsRenderedAgainFromRest) {
    SmallSong song{48000, {}, {}};
    song.add(signals::music(2, 48000, 3));
    const LoadedSong loaded(song.view());
    const MixSettings mix = random_mix(1, 9);
    const Excerpt all{0, song.frames(), 0};
    // What the second rendering hands out is the gain times the strip's audio: the limiter rests.
    std::vector<StereoAudio> audio(1);
    const FlushDenormals flush;
    const auto row =
        std::make_unique<LaneGroup<float>>(loaded, std::span(&mix, 1), 0)  // nothing is kept
            ->evaluate({&all, 1}, {-40, 0}, &audio);
    const auto kept = std::make_unique<LaneGroup<float>>(loaded, std::span(&mix, 1))
                          ->evaluate({&all, 1}, {-40, 0});
    EXPECT_EQ(difference(kept[0], row[0]), "");
    StereoAudio stem{48000, signals::Samples(song.stems[0].frames()),
                     signals::Samples(song.stems[0].frames())};
    std::make_unique<LaneGroup<float>>(loaded, std::span(&mix, 1))->strip_audio(0, stem);
    const double gain = signals::amplitude(row[0].master_gain_db);
    double worst = 0;
    for (std::size_t n = 0; n < stem.left.size(); ++n)
        worst = std::max(worst, std::fabs(audio[0].left[n] - gain * stem.left[n]));
    EXPECT_LT(worst, 1e-6 * gain * signals::peak_of(stem.left));
}

}  // namespace
}  // namespace mixfarm
