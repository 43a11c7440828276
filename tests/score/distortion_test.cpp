/// What saturators add, against closed forms, drawn numbers, and a mix that has some.
#include "host/score/distortion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "kernels/core/random.h"
#include "tests/score/fine_mix.h"

namespace mixfarm {
namespace {

double share(float drive_db, float mix, float bias, double power) {
    const float row[] = {drive_db, mix, bias, 0};
    return distorted_share(row, power);
}

TEST(Distortion, FollowsTheCubeWhereTheCurveHardlyBends) {
    // tanh(u) = u - u^3 / 3, and of u^3 the part 6 s^6 of its 15 s^6 is not along u.
    for (const double level_db : {-40.0, -30.0}) {
        const double variance = std::pow(10, level_db / 10);
        EXPECT_NEAR(share(0, 1, 0, variance), 2.0 / 3 * variance * variance,
                    0.02 * variance * variance)
            << level_db;
        EXPECT_NEAR(share(6.0206f, 1, 0, variance) / share(0, 1, 0, variance), 16, 0.6)
            << "drive counts as level";
        EXPECT_NEAR(share(0, 0.5f, 0, variance) / share(0, 1, 0, variance), 0.25, 0.01);
    }
}

TEST(Distortion, OfASquareWaveIsWhatIsLeftOfBussgangsLine) {
    // The sign of Gaussian sound: the line along it holds 2 / pi of the power.
    EXPECT_NEAR(share(24, 1, 0, std::pow(10, -23.99 / 10)), 1 - 2 / M_PI, 0.02);
}

TEST(Distortion, AgreesWithDrawnNumbers) {
    for (const auto& [drive, mix, bias, deviation] :
         {std::array{12.0, 1.0, 0.0, 0.2}, {18.0, 0.6, 0.5, 0.1}, {6.0, 0.8, 1.0, 0.4}}) {
        const double d = std::pow(10, drive / 20), rest = std::tanh(bias), slope = 1 - rest * rest;
        RandomStream random(5, 1);
        double n = 400000, mean = 0, square = 0, along = 0, own = 0;
        for (int i = 0; i < n; ++i) {
            const double x = deviation * std::sqrt(-2 * std::log(1 - random.next())) *
                             std::cos(2 * M_PI * random.next());
            const double y = (1 - mix) * x + mix * (std::tanh(d * x + bias) - rest) / (d * slope);
            mean += y / n, square += y * y / n, along += x * y / n, own += x * x / n;
        }
        const double power = square - mean * mean, expected = 1 - along * along / own / power;
        const double got = share(static_cast<float>(drive), static_cast<float>(mix),
                                 static_cast<float>(bias), power);
        std::printf("drive %.0f dB, mix %.1f, bias %.1f: %.2f dB, drawn %.2f\n", drive, mix, bias,
                    10 * std::log10(got), 10 * std::log10(expected));
        EXPECT_NEAR(10 * std::log10(got), 10 * std::log10(expected), 0.15);
    }
}

TEST(Distortion, OfNothingIsNone) {
    EXPECT_EQ(share(24, 0, 1, 0.1), 0);
    EXPECT_EQ(share(24, 1, 0, 0), 0);
    const Style style = testing::neutral();
    testing::FineSong s(2);
    Measurement m = testing::fine_measurement(style, 2);
    EXPECT_EQ(s.judge().stem_metrics(m, s.settings, 0, 3).distortion_db, -80);
    // A stem of half the power, at the saturator 6 dB louder than behind its fader.
    float* strip = s.strip(1);
    strip[strip_param_index("saturator", "drive_db")] = 18;
    strip[strip_param_index("saturator", "mix")] = 1;
    strip[strip_param_index("fader", "fader_db")] = -6;
    s.profile.stems[1].band_power = s.profile.stems[0].band_power;  // as loud for the ear
    const double own = share(18, 1, 0, m.stem_power[1] * std::pow(10, 0.6));
    EXPECT_NEAR(s.judge().stem_metrics(m, s.settings, 0, 3).distortion_db, 10 * std::log10(own / 2),
                0.01);
    // It plays in a tenth of the time, so it is ten times as loud when it does.
    s.rest(1, 6, 60);
    EXPECT_NEAR(s.judge().stem_metrics(m, s.settings, 0, 3).distortion_db,
                10 * std::log10(share(18, 1, 0, 10 * m.stem_power[1] * std::pow(10, 0.6)) / 2),
                0.01);
    // Of the ten seconds of the excerpt it plays six.
    EXPECT_NEAR(
        s.judge().stem_metrics(m, s.settings, 0, 2).distortion_db,
        10 * std::log10(share(18, 1, 0, 10.0 / 6 * m.stem_power[1] * std::pow(10, 0.6)) / 2), 0.01);
}

TEST(Distortion, OfTheMasterIsTakenInFrontOfItsGain) {
    const Style style = testing::neutral();
    testing::FineSong s(1);
    s.settings.buses = neutral_buses();
    Measurement m = testing::fine_measurement(style, 1);
    m.master_gain_db = 12;
    double power = 0;
    for (std::size_t b = 0; b < kBands; ++b) power += (m.left_power[b] + m.right_power[b]) / 2;
    const auto knob = [&](const char* name) -> float& {
        return s.settings
            .buses[static_cast<std::size_t>(bus_param_index(Bus::master, "saturator", name))];
    };
    knob("drive_db") = 12, knob("mix") = 0.5f;
    EXPECT_NEAR(s.judge().stem_metrics(m, s.settings, 0, 3).distortion_db,
                10 * std::log10(share(12, 0.5f, 0, power / std::pow(10, 1.2))), 0.01);
}

}  // namespace
}  // namespace mixfarm
