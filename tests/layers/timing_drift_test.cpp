/// Rigid parts about the beat: how far each onset goes, and who is left alone.
#include <gtest/gtest.h>

#include <cstdio>

#include "host/moves/grid.h"
#include "tests/layers/planned_song.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

using namespace layers_test;

constexpr double kSixteenth_s = 0.15;

std::vector<double> sixteenths(double seconds) {
    std::vector<double> at;
    for (int i = 1; (i + 1) * kSixteenth_s < seconds; ++i) at.push_back(i * kSixteenth_s);
    return at;
}
std::vector<double> loosely(std::vector<double> at, double sd_s) {
    signals::Random random(5);
    for (double& t : at) {
        double normal = -6;
        for (int k = 0; k < 12; ++k) normal += random.unit();
        t += sd_s * std::clamp(normal, -3.0, 3.0);
    }
    std::sort(at.begin(), at.end());
    return at;
}

/// Two rigid parts, a loose one, kit and bass, all of sixteenths.
class RigidParts {
public:
    explicit RigidParts(int bars) : planned_(bars, 24000) {
        at_ = sixteenths(planned_.song().seconds());
        std::vector<double> eighths;
        for (std::size_t i = 1; i < at_.size(); i += 2) eighths.push_back(at_[i]);
        one_ = planned_.add("one", Role::keys, clicks_at(at_, 1));
        two_ = planned_.add("two", Role::synth_lead, clicks_at(eighths, 2));
        planned_.add("loose", Role::keys, clicks_at(loosely(at_, 0.01), 3));
        planned_.add("kick", Role::kick, clicks_at(at_, 4));
        planned_.add("drums", Role::drums, clicks_at(at_, 5));
        planned_.add("bass", Role::synth_bass, clicks_at(at_, 6));
    }
    PlannedSong& planned() { return planned_; }
    const std::vector<double>& at() const { return at_; }
    int one() const { return static_cast<int>(one_); }
    int two() const { return static_cast<int>(two_); }

private:
    PlannedSong planned_;
    std::vector<double> at_;
    std::size_t one_, two_;
};

TEST(Grid, IsTheLineThroughTheBeats) {
    Beats beats;
    for (int b = 0; b < 100; ++b) beats.at_s.push_back(1.5 + 0.6 * b + (b % 2 ? 0.004 : -0.004));
    const Grid grid = grid_of(beats);
    EXPECT_NEAR(grid.beat_s, 0.6, 1e-5);
    EXPECT_NEAR(grid.first_s, 1.5, 1e-3);
    EXPECT_NEAR(grid.spread_s, 0.004, 1e-4);
    for (const double sd_s : {0.0, 0.003, 0.01})
        EXPECT_NEAR(looseness(loosely(sixteenths(100), sd_s), {0, 0.6, 0}), sd_s,
                    0.15 * sd_s + 1e-6);
}

TEST(Onsets, AreFoundToTheMillisecond) {
    const Song song = empty_song(20);
    const std::vector<double> at = loosely(sixteenths(20), 0.01);
    const Stem stem = stem_of(song, clicks_at(at));
    const std::vector<double> found = onsets_of(stem, song.rate);
    ASSERT_EQ(found.size(), at.size());
    for (std::size_t i = 0; i < at.size(); ++i) EXPECT_NEAR(found[i], at[i], 0.0015);
}

TEST(TimingDrift, MovesOnsetsByItsThreeAmounts) {
    RigidParts parts(32);
    const Ground ground = parts.planned().ground();
    const auto move = plan_timing_drift(ground);
    ASSERT_TRUE(move);
    ASSERT_EQ(move->layers.size(), 6u);
    for (std::size_t i = 0; i < 3; ++i) {
        const double wanted_s[] = {0.001, 0.004, 0.008};
        const MoveLayer& layer = move->layers[i];
        EXPECT_EQ(layer.stem, parts.one());
        EXPECT_TRUE(layer.instead);
        const LayerSound sound = layer.make();
        const std::vector<double> found = clicks_in(sound.left, ground.song().rate);
        ASSERT_EQ(found.size(), parts.at().size());  // none doubled, none lost
        std::vector<double> late, beats;
        for (std::size_t k = 0; k < found.size(); ++k) {
            late.push_back(found[k] - parts.at()[k]);
            if (k % 4 == 3) beats.push_back(late.back());
        }
        const double left_over = besides_clicks_db(sound.left, ground.song(), found);
        // 1/f: power of the beats' series in octaves.
        constexpr std::size_t kWindow = 128;
        const auto power = power_spectrum(beats, kWindow);
        std::vector<double> x, y;
        for (std::size_t k = 2; k < kWindow / 2; k *= 2) {
            double sum = 0;
            for (std::size_t j = k; j < std::min(2 * k, kWindow / 2); ++j) sum += power[j];
            x.push_back(std::log(1.5 * double(k))), y.push_back(std::log(sum / double(k)));
        }
        std::printf(
            "%.0f ms asked: deviation %.2f ms, peak %.2f, mean %+.2f, slope %.2f over %zu "
            "beats, besides the clicks %.1f dB\n",
            1000 * wanted_s[i], 1000 * deviation(late), 1000 * largest(late), 1000 * mean(late),
            slope(x, y), beats.size(), left_over);
        EXPECT_NEAR(deviation(late), wanted_s[i], 0.15 * wanted_s[i]);
        EXPECT_LE(largest(late), 0.015 + 1e-4);
        EXPECT_LE(largest(late), 3 * wanted_s[i] * 1.26 + 1e-4);
        EXPECT_NEAR(slope(x, y), -0.9, 0.3);
        EXPECT_LT(left_over, -40);
        // The other part goes the same way.
        const LayerSound other = move->layers[3 + i].make();
        EXPECT_EQ(move->layers[3 + i].stem, parts.two());
        const std::vector<double> eighths = clicks_in(other.left, ground.song().rate);
        ASSERT_EQ(eighths.size(), parts.at().size() / 2);
        std::vector<double> its, ours;
        for (std::size_t k = 0; k < eighths.size(); ++k)
            its.push_back(eighths[k] - parts.at()[2 * k + 1]), ours.push_back(late[2 * k + 1]);
        std::printf("  both parts together: correlation %.3f\n", correlation(its, ours));
        EXPECT_GE(correlation(its, ours), 0.8);
        EXPECT_LT(correlation(its, ours), 0.999);
    }
}

TEST(TimingDrift, LeavesKitBassLeadAndWhatHandsPlayedAlone) {
    RigidParts parts(8);
    parts.planned().lead(static_cast<std::size_t>(parts.two()), {});
    const auto move = plan_timing_drift(parts.planned().ground());
    ASSERT_TRUE(move);
    EXPECT_EQ(move->layers.size(), 3u);
    for (const MoveLayer& layer : move->layers) EXPECT_EQ(layer.stem, parts.one());
}

TEST(TimingDrift, LeavesWhatAnotherStemHearsAlone) {
    RigidParts parts(8);
    // The first part again, softer, in a stem that stays: moved against it the two would flam.
    std::vector<double> at = parts.at();
    parts.planned().add("ambience", Role::ambience,
                        [clicks = clicks_at(at, 1)](double t) { return 0.3 * clicks(t - 0.004); });
    const auto move = plan_timing_drift(parts.planned().ground());
    ASSERT_TRUE(move);
    EXPECT_EQ(move->layers.size(), 3u);
    for (const MoveLayer& layer : move->layers) EXPECT_EQ(layer.stem, parts.two());
}

TEST(TimingDrift, IsNoneWhereTheTempoLivesOrIsUnsure) {
    RigidParts parts(8);
    Beats& beats = parts.planned().form().beats;
    const Beats steady = beats;
    for (std::size_t b = 0; b < beats.at_s.size(); ++b)
        beats.at_s[b] += 0.03 * std::sin(kTurn * static_cast<double>(b) / 32);
    EXPECT_FALSE(plan_timing_drift(parts.planned().ground()));
    beats = steady;
    beats.confidence = 0.3;
    EXPECT_FALSE(plan_timing_drift(parts.planned().ground()));
}

}  // namespace
}  // namespace mixfarm
