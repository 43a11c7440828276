/// The strip as a whole: it nulls against a plain loop in double, sleeps by its rule, and reports
/// the response it has.
#include <gtest/gtest.h>

#include <cstdio>

#include "kernels/console/console.h"
#include "kernels/console/silence.h"
#include "tests/support/effort.h"
#include "tests/support/every_engine.h"
#include "tests/support/small_song.h"
#include "tests/support/strip_oracle.h"

namespace mixfarm {
namespace {

using signals::Samples;
using signals::Stereo;

/// One stem with the effects that the plain loop knows at random, the others neutral.
MixSettings known_mix(std::uint64_t seed) {
    MixSettings mix = random_mix(1, seed);
    for (const EffectInfo& effect : strip_effects())
        for (std::size_t i = 0; i < effect.params.size(); ++i)
            if (!oracle::knows(effect.name, effect.params[i].name))
                mix.strips[static_cast<std::size_t>(effect.first) + i] = effect.params[i].neutral;
    return mix;
}

class StripOnEngine : public EveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, StripOnEngine, ::testing::ValuesIn(kEngines), engine_name);

TEST_P(StripOnEngine, NullsAgainstAPlainLoopInDouble) {
    double worst = -300;
    for (const int rate : {44100, 48000, 96000})
        for (std::uint64_t seed = 0; seed < effort<std::uint64_t>(8, 2); ++seed) {
            SmallSong song{rate, {}, {}};
            song.add(signals::music(1.003, rate, seed));
            engine_->load(song.view());
            const MixSettings mix = known_mix(100 + seed);
            const StereoAudio audio = engine_->render_stem(mix, 0, 0);
            const auto exact =
                oracle::strip(song.stems[0].left, song.stems[0].right, mix.strips.data(), rate);
            double error = 0, power = 0;
            for (std::size_t n = 0; n < exact.left.size(); ++n) {
                error += std::pow(audio.left[n] - exact.left[n], 2) +
                         std::pow(audio.right[n] - exact.right[n], 2);
                power += exact.left[n] * exact.left[n] + exact.right[n] * exact.right[n];
            }
            const double db = 10 * std::log10(error / power);
            worst = std::max(worst, db);
            EXPECT_LT(db, -90) << "seed " << seed << " at " << rate;
        }
    std::printf("strip against a plain loop: %.1f dB at worst\n", worst);
}

TEST_P(StripOnEngine, NeutralStripsPassTheSongToTheBit) {
    SmallSong song = small_song(48000, 30011);
    engine_->load(song.view());
    const MixSettings mix = neutral_mix(song.stems.size());
    for (int s = 0; s < static_cast<int>(song.stems.size()); ++s) {
        const StereoAudio audio = engine_->render_stem(mix, s, 0);
        const Stereo& stem = song.stems[static_cast<std::size_t>(s)];
        EXPECT_EQ(audio.left, stem.left) << "stem " << s;
        EXPECT_EQ(audio.right, song.mono[static_cast<std::size_t>(s)] ? stem.left : stem.right)
            << "stem " << s;
    }
}

TEST_P(StripOnEngine, SleepsAfterTwoSecondsAndWakesAtRest) {
    // 0.5 s of sound, 3 s of silence, 0.5 s of sound again. A 3 s release and a ringing bell would
    // still be at work when the sound returns, had the strip not been put to rest.
    const int rate = 48000, tile = tile_frames(rate);
    const std::size_t sound = 24000, pause = 3 * 48000;
    Samples x(2 * sound + pause);
    const Samples noise = signals::white(sound, 0.7, 3);
    std::copy(noise.begin(), noise.end(), x.begin());
    std::copy(noise.begin(), noise.end(), x.end() - static_cast<std::ptrdiff_t>(sound));
    SmallSong song{rate, {}, {}};
    song.add({x, {}}, true);
    MixSettings mix = neutral_mix(1);
    const auto set = [&](const char* effect, const char* param, float value) {
        mix.strips[static_cast<std::size_t>(strip_param_index(effect, param))] = value;
    };
    set("equalizer", "bell1_hz", 40), set("equalizer", "bell1_q", 8),
        set("equalizer", "bell1_db", 18);
    set("compressor", "threshold_db", -40), set("compressor", "ratio", 8),
        set("compressor", "release_ms", 3000);
    engine_->load(song.view());
    const StereoAudio audio = engine_->render_stem(mix, 0, 0);
    ASSERT_EQ(sound % static_cast<std::size_t>(tile), 0u);
    for (std::size_t n = 0; n < sound; ++n)
        ASSERT_EQ(audio.left[sound + pause + n], audio.left[n]) << "frame " << n << " after waking";
    const std::size_t asleep =
        sound + static_cast<std::size_t>(kSleepSeconds * rate) + std::size_t(tile);
    for (std::size_t n = asleep; n < sound + pause; ++n) ASSERT_EQ(audio.left[n], 0.f);
    EXPECT_NE(audio.left[asleep - 3 * static_cast<std::size_t>(tile)],
              0.f);  // it had not slept too early
}

TEST(Sleep, FollowsTheStemAlone) {
    const int rate = 48000, tile = 120;
    Samples x(5 * 48000);
    x[60000] = 2e-6f;     // -114 dBFS wakes it
    x[200000] = 0.5e-6f;  // -126 dBFS does not
    const std::vector<std::uint8_t> awake =
        awake_tiles({x.data(), x.data()}, static_cast<std::int64_t>(x.size()), tile, rate);
    ASSERT_EQ(awake.size(), x.size() / 120);
    for (std::size_t t = 0; t < awake.size(); ++t)
        EXPECT_EQ(awake[t] != 0, t >= 500 && t < 500 + 801) << "tile " << t;
    Samples odd(1000);
    odd.back() = 1.f;
    EXPECT_EQ(awake_tiles({odd.data(), odd.data()}, 1000, tile, rate).back(), 1);
    EXPECT_EQ(awake_tiles({odd.data(), odd.data()}, 999, tile, rate).back(), 0);
}

TEST(Strip, ReportsTheResponseItHas) {
    const int rate = 48000;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        MixSettings mix = known_mix(seed);
        // The linear part alone: no compression.
        mix.strips[static_cast<std::size_t>(strip_param_index("compressor", "ratio"))] = 1;
        mix.strips[static_cast<std::size_t>(strip_param_index("pan", "position"))] = 0;
        Samples impulse(rate);
        impulse[0] = 0.01f;
        const auto h = oracle::strip(impulse, impulse, mix.strips.data(), rate);
        for (const double hz : {100.0, 1000.0, 6000.0}) {
            const double measured =
                oracle::db(std::abs(oracle::dft_at(h.left, hz, rate)) / impulse[0]);
            EXPECT_NEAR(strip_response_db(mix.strips, hz, rate), measured, 0.01)
                << hz << " Hz, seed " << seed;
        }
    }
}

TEST(Strip, ParametersFollowEachOtherWithoutGaps) {
    int next = 0;
    for (const EffectInfo& effect : strip_effects()) {
        EXPECT_EQ(effect.first, next) << effect.name;
        for (const ParamSpec& p : effect.params)
            EXPECT_EQ(strip_param_index(effect.name, p.name), next++);
    }
    EXPECT_EQ(next, strip_param_count());
}

}  // namespace
}  // namespace mixfarm
