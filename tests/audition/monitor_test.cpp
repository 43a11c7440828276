/// Ways of hearing against closed forms: what a filter of Linkwitz and Riley leaves of a tone, what
/// middle and sides are of two channels.
#include "host/audition/monitor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "host/audition/sound.h"

namespace mixfarm::audition {
namespace {

/// Left and right `phase` of a turn apart.
Sound tone(double hz, int rate, double phase) {
    StereoAudio audio;
    audio.rate = rate;
    for (int n = 0; n < 4 * rate; ++n) {
        const double turn = 2 * M_PI * hz * n / rate;
        audio.left.push_back(static_cast<float>(0.2 * std::sin(turn)));
        audio.right.push_back(static_cast<float>(0.2 * std::sin(turn + 2 * M_PI * phase)));
    }
    return sound_of(audio);
}

/// What hearing it that way takes from a tone's loudness, dB.
double taken_db(Monitor monitor, double hz, int rate, double phase) {
    const Sound plain = tone(hz, rate, phase);
    return loudness_lufs(plain, 1, 3) - loudness_lufs(heard_through(monitor, plain, 1, 3), 0, 2);
}

/// Two Butterworth filters of second order, one behind the other, carried over by the bilinear
/// transform: with w = tan(pi f / rate), 20 log10(1 + (w / w0)^4), the ratio inverted above.
double low_pass_db(double hz, double edge, int rate) {
    const double ratio = std::tan(M_PI * hz / rate) / std::tan(M_PI * edge / rate);
    return 20 * std::log10(1 + std::pow(ratio, 4));
}
double high_pass_db(double hz, double edge, int rate) {
    const double ratio = std::tan(M_PI * edge / rate) / std::tan(M_PI * hz / rate);
    return 20 * std::log10(1 + std::pow(ratio, 4));
}

TEST(Monitor, BandsTakeWhatTheirFiltersTake) {
    for (const int rate : {44100, 48000, 96000})
        for (const double hz : {120.0, 250.0, 700.0, 1500.0, 4000.0, 6500.0}) {
            const auto taken = [&](Monitor m) { return taken_db(m, hz, rate, 0); };
            EXPECT_NEAR(taken(Monitor::off), 0, 0.01);
            // Where hardly anything is left the beginning of the stretch counts.
            const auto near = [&](Monitor m, double expected) {
                if (expected < 30)
                    EXPECT_NEAR(taken(m), expected, 0.15)
                        << static_cast<int>(m) << " " << hz << " Hz at " << rate;
                else
                    EXPECT_GT(taken(m), 25);
            };
            near(Monitor::low, low_pass_db(hz, 250, rate));
            near(Monitor::high, high_pass_db(hz, 4000, rate));
            near(Monitor::mid, high_pass_db(hz, 250, rate) + low_pass_db(hz, 4000, rate));
            near(Monitor::small, high_pass_db(hz, 200, rate) + low_pass_db(hz, 7000, rate));
        }
}

TEST(Monitor, MonoAndSidesAreThoseOfTwoChannels) {
    // Half the sum of two tones a turn's `phase` apart is cos(pi phase) of one, half the difference
    // sin(pi phase).
    for (const double phase : {0.1, 0.25, 0.4}) {
        EXPECT_NEAR(taken_db(Monitor::mono, 1000, 48000, phase),
                    -20 * std::log10(std::cos(M_PI * phase)), 0.05);
        EXPECT_NEAR(taken_db(Monitor::sides, 1000, 48000, phase),
                    -20 * std::log10(std::sin(M_PI * phase)), 0.05);
    }
    EXPECT_EQ(loudness_lufs(heard_through(Monitor::sides, tone(1000, 48000, 0), 1, 3), 0, 2),
              -INFINITY);
}

TEST(Monitor, IsNamedAsThePageNamesIt) {
    EXPECT_EQ(monitor_named("off"), Monitor::off);
    EXPECT_EQ(monitor_named("small"), Monitor::small);
    EXPECT_EQ(monitor_named("high"), Monitor::high);
    EXPECT_FALSE(monitor_named("loud"));
}

}  // namespace
}  // namespace mixfarm::audition
