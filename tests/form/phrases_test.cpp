/// Phrases of voices that were made with known ones.
#include "host/form/phrases.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "kernels/core/random.h"

namespace mixfarm {
namespace {

constexpr int kSungRate = 44100;
constexpr double kWithin_s = 0.06;

/// Words sung, noises breathed.
class Singer {
public:
    explicit Singer(double seconds, double floor_dbfs = -120)
        : x_(static_cast<std::size_t>(seconds * kSungRate)), noise_(7, 0) {
        const double level = std::pow(10.0, floor_dbfs / 20);
        for (float& v : x_) v = static_cast<float>(level * (2 * noise_.next() - 1));
    }
    Singer& word(double start_s, double end_s, double hz = 220, double level = 0.3) {
        for_each(start_s, end_s, 0.015, [&](double t, double edge) {
            double sum = 0;
            for (int p = 1; p <= 12; ++p)
                sum +=
                    std::sin(2 * std::numbers::pi * hz * p * t) / p * (p == 3 || p == 4 ? 1.5 : 1);
            return level * edge * sum;
        });
        return *this;
    }
    Singer& breath(double start_s, double end_s, double level = 0.03) {
        for_each(start_s, end_s, 0.04,
                 [&](double, double edge) { return level * edge * (2 * noise_.next() - 1); });
        return *this;
    }
    Stem stem() const {
        Stem s;
        s.role.role = Role::lead_vocal, s.channels = 1, s.left = x_;
        return s;
    }

private:
    template <class Sound>
    void for_each(double start_s, double end_s, double edge_s, Sound sound) {
        for (auto n = static_cast<std::size_t>(start_s * kSungRate);
             n < static_cast<std::size_t>(end_s * kSungRate) && n < x_.size(); ++n) {
            const double t = static_cast<double>(n) / kSungRate;
            const double edge =
                std::clamp(std::min((t - start_s) / edge_s, (end_s - t) / edge_s), 0.0, 1.0);
            x_[n] += static_cast<float>(sound(t, edge));
        }
    }
    std::vector<float> x_;
    RandomStream noise_;
};

Beats beats_at(double bpm, double confidence = 0.9) {
    Beats beats;
    beats.tempo_bpm = bpm, beats.confidence = confidence;
    for (double t = 0; t < 60; t += 60 / bpm) beats.at_s.push_back(t);
    return beats;
}

/// Three phrases of words: [1, 2.6], [4, 5.2], [5.9, 9].
Singer three_phrases(double floor_dbfs = -120) {
    Singer singer(12, floor_dbfs);
    singer.word(1, 1.3).word(1.35, 1.8, 247).word(2.1, 2.6, 196);
    singer.word(4, 4.5).word(4.55, 5.2, 262);
    singer.word(5.9, 6.4, 220, 0.15).word(6.5, 7.2, 196, 0.2).word(7.3, 9, 233);
    return singer;
}

void expect_three(const std::vector<Phrase>& found) {
    ASSERT_EQ(found.size(), 3u);
    constexpr double kStart[] = {1, 4, 5.9}, kEnd[] = {2.6, 5.2, 9}, kGap[] = {1.4, 0.7, 3},
                     kWord[] = {2.1, 4.55, 8.5};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(found[i].start_s, kStart[i], kWithin_s);
        EXPECT_NEAR(found[i].end_s, kEnd[i], kWithin_s);
        EXPECT_NEAR(found[i].gap_s, kGap[i], 2 * kWithin_s);
        EXPECT_NEAR(found[i].last_word_s, kWord[i], kWithin_s);
    }
}

TEST(Phrases, BeginAndEndWhereTheyAreSung) {
    expect_three(find_phrases(three_phrases().stem(), kSungRate, beats_at(120)));
}

TEST(Phrases, StandOutOfBleed) {
    expect_three(find_phrases(three_phrases(-50).stem(), kSungRate, beats_at(120)));
}

TEST(Phrases, LeaveBreathsOut) {
    Singer singer = three_phrases();
    singer.breath(0.65, 0.99).breath(3.7, 3.95).breath(5.55, 5.85);
    const std::vector<Phrase> found = find_phrases(singer.stem(), kSungRate, beats_at(120));
    expect_three(found);
}

TEST(Phrases, OfASlowSongBridgeLongerRests) {
    // At 60 beats a minute a rest of 0.7 s is within a phrase.
    const auto found = find_phrases(three_phrases().stem(), kSungRate, beats_at(60));
    ASSERT_EQ(found.size(), 2u);
    EXPECT_NEAR(found[1].start_s, 4, kWithin_s);
    EXPECT_NEAR(found[1].end_s, 9, kWithin_s);
    // Not so where nobody knows the beat.
    EXPECT_EQ(find_phrases(three_phrases().stem(), kSungRate, beats_at(60, 0.2)).size(), 3u);
}

TEST(Phrases, AreStrongBeforeRestsAtHeldNotesAndAtTheEndOfFourBars) {
    // At 120 beats a minute 1.4 s is more than two beats, 0.7 s is not; 9 s ends with a held note.
    auto found = find_phrases(three_phrases().stem(), kSungRate, beats_at(120));
    ASSERT_EQ(found.size(), 3u);
    EXPECT_TRUE(found[0].strong);
    EXPECT_FALSE(found[1].strong);
    EXPECT_TRUE(found[2].strong);
    found = find_phrases(three_phrases().stem(), kSungRate, beats_at(120), {0.0, 6.0});
    ASSERT_EQ(found.size(), 3u);
    EXPECT_TRUE(found[1].strong);
}

TEST(Phrases, OfSilenceAreNone) {
    EXPECT_TRUE(find_phrases(Singer(5).stem(), kSungRate, beats_at(120)).empty());
    Stem silent = Singer(5).stem();
    silent.silent = true;
    EXPECT_TRUE(find_phrases(silent, kSungRate, beats_at(120)).empty());
}

}  // namespace
}  // namespace mixfarm
