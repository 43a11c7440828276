/// Loudness of more than an hour: classes instead of windows read the same.
#include "kernels/meters/loudness_course.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/signals.h"

namespace mixfarm {
namespace {

constexpr int kFrames = 480, kBins = 60'000;

/// Levels that wander by the minute, with beats and silence in them.
void push(LoudnessCourse& course, int bin, signals::Random& random) {
    const double level =
        -22 - 14 * std::sin(bin * 3e-4) - 12 * std::sin(bin * 0.011) * std::sin(bin * 0.003);
    const double beat = bin % 50 < 4 ? 8 : 0;
    const double power =
        bin / 700 % 19 == 3 ? 0 : std::pow(10, (level + beat + 3 * random.both_signs()) / 10);
    course.push(power * kFrames, 0.7 * random.both_signs() * power * kFrames, kFrames);
}

TEST(LoudnessCourse, ClassesReadAsWindowsDo) {
    LoudnessCourse exact(2), late(2, kBins / 2), always(2, 0);
    for (LoudnessCourse* course : {&exact, &late, &always}) {
        signals::Random random(1);
        course->begin_stretch();
        for (int b = 0; b < kBins; ++b) push(*course, b, random);
    }
    float rows[3][std::size(Loudness::kMetrics)];
    exact.write(rows[0]);
    late.write(rows[1]);
    always.write(rows[2]);
    for (std::size_t i = 0; i < std::size(Loudness::kMetrics); ++i) {
        std::printf("%-20s %.5f, counted %.5f and %.5f\n", Loudness::kMetrics[i].name, rows[0][i],
                    rows[1][i], rows[2][i]);
        const bool micro = std::string_view(Loudness::kMetrics[i].name) == "microdynamics_lu";
        for (const int counted : {1, 2})
            EXPECT_NEAR(rows[counted][i], rows[0][i], micro ? 0.005 : 0.001);
    }
}

TEST(LoudnessCourse, ClassesKnowSilence) {
    LoudnessCourse course(2, 0);
    for (int b = 0; b < 400; ++b) course.push(0, 0, kFrames);
    float row[std::size(Loudness::kMetrics)];
    course.write(row);
    EXPECT_EQ(row[0], -70);
    EXPECT_EQ(row[1], 0);
    EXPECT_EQ(row[2], -70);
    EXPECT_TRUE(std::isnan(row[4]));
    EXPECT_TRUE(std::isnan(row[5]));
}

}  // namespace
}  // namespace mixfarm
