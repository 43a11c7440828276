/// A score is of the mix: not of the level at which stems were recorded, of silence before the
/// song, of the rate.
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "host/song/decode.h"
#include "tests/score/demo.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

using testing::Desk;

constexpr double kFrom = 17.2, kSeconds = 20;  // half of the first verse, the first chorus

const std::set<std::string> kFew = {"kick", "snare", "bass", "guitar", "keys", "lead_vocal"};

/// Every channel of every stem, and what follows from it.
template <class Change>
Song with_channels(Song song, int rate, std::int64_t frames, Change change) {
    song.rate = rate;
    song.frames = frames;
    for (Stem& stem : song.stems) {
        stem.left = change(std::move(stem.left));
        if (!stem.right.empty()) stem.right = change(std::move(stem.right));
        EXPECT_EQ(static_cast<std::int64_t>(stem.left.size()), frames);
    }
    song.sections = {{"song", 0, song.seconds()}};
    return song;
}

/// Some of the stems: enough to mask each other, with a lead and a low end.
testing::Demo few() {
    testing::Demo few{testing::demo().job, testing::demo().song};
    std::erase_if(few.job.stems, [](const StemJob& s) { return !kFew.count(s.name); });
    std::erase_if(few.song.stems, [](const Stem& s) { return !kFew.count(s.name); });
    return few;
}

Song part() {
    const Song demo = few().song;
    const auto first = static_cast<std::ptrdiff_t>(kFrom * demo.rate),
               frames = static_cast<std::ptrdiff_t>(kSeconds * demo.rate);
    return with_channels(demo, demo.rate, frames, [&](const std::vector<float>& x) {
        return std::vector<float>(x.begin() + first, x.begin() + first + frames);
    });
}

/// Scores of the rule-based mix and of two drawn ones.
std::vector<Scores> scores_of(Song song) {
    Desk desk(few().job, std::move(song), true);
    std::vector<Scores> scores;
    for (const testing::Judged& j :
         judge_all(desk, *desk.engine, desk.target, testing::drawn_mixes(desk, 3)))
        scores.push_back(j.scores);
    return scores;
}

void expect_the_same(const char* what, const std::vector<Scores>& was,
                     const std::vector<Scores>& is) {
    ASSERT_EQ(was.size(), is.size());
    for (std::size_t i = 0; i < was.size(); ++i) {
        const double change = 100 * (is[i].technical / was[i].technical - 1);
        std::printf("%-24s mix %zu: %.5f -> %.5f (%+.3f %%)", what, i, was[i].technical,
                    is[i].technical, change);
        for (std::size_t t = 0; t < kTerms; ++t)
            std::printf(" %s %+.4f", kTermNames[t].data(), is[i].terms[t] - was[i].terms[t]);
        std::printf("\n");
        EXPECT_GT(was[i].technical, 0.3);
        EXPECT_LE(std::abs(change), 0.5) << what;
    }
}

TEST(Invariance, OfLevelSilenceAndRate) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED here: minutes of mixing under sanitizers";
    const std::vector<Scores> plain = scores_of(part());
    const Song song = part();
    const std::int64_t rate = song.rate;
    expect_the_same("stems 6 dB lower", plain,
                    scores_of(with_channels(song, song.rate, song.frames, [](std::vector<float> x) {
                        for (float& v : x) v *= 0.501187234f;
                        return x;
                    })));
    expect_the_same(
        "a second of silence", plain,
        scores_of(with_channels(song, song.rate, song.frames + rate, [&](std::vector<float> x) {
            x.insert(x.begin(), static_cast<std::size_t>(rate), 0.f);
            return x;
        })));
    ASSERT_EQ(song.rate, 44100);
    const std::int64_t frames = resampled_frames(song.frames, 44100, 48000);
    expect_the_same("48 kHz", plain,
                    scores_of(with_channels(song, 48000, frames, [&](std::vector<float> x) {
                        return fit_channel(std::move(x), 44100, 48000, 0, frames);
                    })));
}

}  // namespace
}  // namespace mixfarm
