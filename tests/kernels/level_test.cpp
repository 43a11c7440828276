/// Crest factor, correlation, width and balance against their closed forms.
#include "kernels/meters/level.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/file_reading.h"

namespace mixfarm {
namespace {

using signals::Samples;

Samples scaled(Samples x, double gain) {
    for (float& v : x) v = static_cast<float>(v * gain);
    return x;
}
const Samples& noise() {
    static const Samples x = signals::white(48000, 0.5, 1);
    return x;
}

TEST(Level, CrestOfKnownShapes) {
    EXPECT_NEAR(read_both(signals::sine(48000, 1000, 48000, 0.25), 48000).metric("crest_db"),
                3.0103, 0.001);
    EXPECT_NEAR(read_both(signals::square(48000, 24, 0.25), 48000).metric("crest_db"), 0, 0.001);
    EXPECT_NEAR(read_file(signals::sine(48000, 1000, 48000, 0.9), 48000, 1).metric("crest_db"),
                3.0103, 0.001);
    // One click of 1 in 48000 frames of one channel: 10 log10(2 * 48000).
    Samples click(48000);
    click[24000] = 1.f;
    EXPECT_NEAR(read_stereo(click, Samples(48000), 48000).metric("crest_db"), 49.8227, 0.001);
    EXPECT_EQ(read_both(Samples(48000), 48000).metric("crest_db"), 0);
}

TEST(Level, CorrelationOfKnownPairs) {
    EXPECT_NEAR(read_both(noise(), 48000).metric("correlation"), 1, 1e-5);
    EXPECT_NEAR(read_stereo(noise(), scaled(noise(), -0.3), 48000).metric("correlation"), -1, 1e-5);
    const Samples sine = signals::sine(48000, 1000, 48000, 0.5);
    for (const double degrees : {30.0, 90.0, 120.0}) {
        const double phase = degrees * std::numbers::pi / 180;
        EXPECT_NEAR(read_stereo(sine, signals::sine(48000, 1000, 48000, 0.2, phase), 48000)
                        .metric("correlation"),
                    std::cos(phase), 1e-5);
    }
    EXPECT_TRUE(std::isnan(read_stereo(noise(), Samples(48000), 48000).metric("correlation")));
}

TEST(Level, WidthIsSideOverMidPower) {
    EXPECT_NEAR(read_both(noise(), 48000).metric("width"), 0, 1e-5);
    EXPECT_NEAR(read_stereo(noise(), Samples(48000), 48000).metric("width"), 1, 1e-5);
    // Right at a third of left: side is (1 - 1/3), mid (1 + 1/3) of it.
    EXPECT_NEAR(read_stereo(noise(), scaled(noise(), 1.0 / 3), 48000).metric("width"), 0.25, 1e-4);
    EXPECT_NEAR(read_stereo(noise(), scaled(noise(), -1.0 / 3), 48000).metric("width"), 4, 1e-3);
}

TEST(Level, BalanceIsRightOverLeft) {
    EXPECT_NEAR(read_both(noise(), 48000).metric("balance_db"), 0, 1e-4);
    EXPECT_NEAR(read_stereo(noise(), scaled(noise(), 0.5), 48000).metric("balance_db"), -6.0206,
                1e-3);
    EXPECT_NEAR(read_stereo(scaled(noise(), 0.1), noise(), 48000).metric("balance_db"), 20, 1e-3);
    EXPECT_TRUE(std::isnan(read_stereo(noise(), Samples(48000), 48000).metric("balance_db")));
}

TEST(Level, AMonoFileHasNoStereoImage) {
    const Measurement m = read_file(noise(), 48000, 1);
    for (const char* metric : {"correlation", "width", "balance_db", "mono_loss_db"})
        EXPECT_TRUE(std::isnan(m.metric(metric))) << metric;
    EXPECT_FALSE(std::isnan(m.metric("crest_db")));
}

TEST(Level, SumsOfLongFilesStayExact) {
    // The bins are float, their sum is not: ten minutes of a constant keep its mean square.
    FileMeter meter(8000, 2);
    const Samples block(2 * 8000, 0.7f);
    for (int second = 0; second < 600; ++second) meter.push(block.data(), 8000);
    EXPECT_NEAR(meter.finish().metric("crest_db"), 0, 1e-4);
}

TEST(Level, NotANumberIsReported) {
    for (const float bad : {std::nanf(""), HUGE_VALF}) {
        Samples x(2 * 48000, 0.1f);
        x[50001] = bad;
        EXPECT_FALSE(read_file(x, 48000).finite);
    }
}

}  // namespace
}  // namespace mixfarm
