/// Effects followed on frames of 10 ms, against closed forms for steady levels and against the
/// effects themselves, sample by sample, on drums, tones and noise.
#include "kernels/proxy/level_ride.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdio>

#include "kernels/proxy/band_ride.h"
#include "kernels/proxy/compressor_course.h"
#include "kernels/proxy/multiband_course.h"
#include "kernels/proxy/shaping_course.h"
#include "tests/support/effect_runner.h"
#include "tests/support/small_song.h"

namespace mixfarm {
namespace {

constexpr int kRate = 48000, kFrame = kRate / 100;

TEST(LevelRide, GoesTheWayOfAOnePoleOnASteadyLevel) {
    for (const auto& [attack, release] : {std::pair{20.f, 150.f}, {1.f, 80.f}, {60.f, 15.f}}) {
        LevelRide<float> ride;
        ride.set(attack, release);
        const float wanted[] = {2, 2, 2, 2}, nothing[] = {0, 0, 0, 0};
        float state = 0;
        const auto expect = [&](double from, double to, double ms, InFrame<float> got, double t) {
            const double start = to + (from - to) * std::exp(-t / ms);
            const double mean = to + (start - to) * ms / 10 * (1 - std::exp(-10 / ms));
            EXPECT_NEAR(got.mean, mean, 2e-4) << attack << " " << release << " at " << t << " ms";
        };
        for (int n = 0; n < 30; ++n) expect(0, 2, attack, ride.step(wanted, state), 10 * n);
        const double top = std::fabs(state);
        float fresh = 0;
        EXPECT_NEAR(ride.step(wanted, fresh).crest, 2 * (1 - std::exp(-ride::kCrestMs / attack)),
                    1e-4);
        for (int n = 0; n < 30; ++n) expect(top, 0, release, ride.step(nothing, state), 10 * n);
    }
}

TEST(LevelRide, RestsWhereAttackAndReleaseAreInBalance) {
    // Loud for 3 % of the time: the share of the way up equals that of the way down.
    const float wanted[] = {4, 0, 0, 0};
    for (const auto& [attack, release] : {std::pair{5.f, 100.f}, {30.f, 300.f}, {100.f, 20.f}}) {
        LevelRide<float> ride;
        ride.set(attack, release);
        float state = 0;
        InFrame<float> got{};
        for (int n = 0; n < 2000; ++n) got = ride.step(wanted, state);
        const double up = 0.03 / attack, down = 0.97 / release;
        EXPECT_NEAR(got.mean, 4 * up / (up + down), 1e-3) << attack << " " << release;
    }
}

TEST(LevelRide, IsTheSameInEveryLane) {
    signals::Random random(3);
    LevelRide<f8> wide;
    f8 attack(0.f), release(0.f), state(0.f);
    for (int i = 0; i < 8; ++i) {
        attack.set(i, static_cast<float>(0.1 * std::pow(2500, random.unit())));
        release.set(i, static_cast<float>(5 * std::pow(600, random.unit())));
    }
    wide.set(attack, release);
    LevelRide<float> alone;
    alone.set(attack[5], release[5]);
    float own = 0;
    for (int n = 0; n < 200; ++n) {
        f8 wanted[4];
        float of_own[4];
        for (int k = 0; k < 4; ++k) {
            const auto u = static_cast<float>(random.unit() * (4 - k));
            of_own[k] = u, wanted[k] = f8(0.f), wanted[k].set(5, u);
        }
        const InFrame<f8> all = wide.step(wanted, state);
        const InFrame<float> one = alone.step(of_own, own);
        ASSERT_EQ(all.mean[5], one.mean);
        ASSERT_EQ(all.crest[5], one.crest);
    }
}

/// A sound and its frames as the proxy has them.
struct Sound {
    SmallSong song{kRate, {}, {}};
    StemCourse::Stem stem;
    explicit Sound(signals::Samples x) {
        song.add({x, x});
        const SongView view = song.view();
        const StemBands bands(LoadedSong(view), 1);
        stem = StemCourse(view, bands, 1).stems[0];
    }
};
double power_of(const StemCourse::Frame& frame) {
    double sum = 0;
    for (const float p : frame.power) sum += p;
    return sum;
}
double db(double ratio) {
    return 10 * std::log10(ratio);
}

/// What an effect and its course take off the sound's power, dB.
struct Taken {
    double heard = 0, told = 0;
};
template <class Effect, class Gain>
Taken taken(const Sound& sound, const std::vector<float>& knobs, const Gain& gain) {
    EffectRunner<Effect> effect(knobs, kRate);
    double before = 0, heard = 0, told = 0;
    for (std::size_t block = 0; block < sound.stem.first.size(); ++block) {
        const int first = sound.stem.first[block];
        for (int n = 0; n < StemCourse::kBlockFrames; ++n) {
            const std::size_t at =
                (block * StemCourse::kBlockFrames + static_cast<std::size_t>(n)) * kFrame;
            if (at + kFrame > sound.song.stems[0].left.size()) break;
            signals::Samples left(&sound.song.stems[0].left[at],
                                  &sound.song.stems[0].left[at] + kFrame);
            signals::Samples right = left;
            const double power = signals::mean_square(left);
            before += power;
            effect.process(left.data(), right.data(), kFrame);
            heard += signals::mean_square(left);
            if (first < 0) continue;
            const double g = gain(sound.stem.frames[static_cast<std::size_t>(first + n)]);
            told += power * g * g;
        }
    }
    return {db(heard / before), db(told / before)};
}

std::vector<std::pair<const char*, Sound>> sounds() {
    const std::size_t n = 6 * kRate;
    signals::Samples drums(n), noise = signals::sloped(1 << 19, kRate, -3.0103, 30, 16000, -20, 5);
    noise.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double t = std::fmod(static_cast<double>(i) / kRate, 0.41);
        drums[i] = static_cast<float>(std::exp(-t * 18) * 0.7 * std::sin(2 * 3.14159265 * 90 * t) +
                                      std::exp(-t * 60) * 3 * static_cast<double>(noise[i]));
    }
    std::vector<std::pair<const char*, Sound>> all;
    all.emplace_back("drums", Sound(drums));
    all.emplace_back("noise", Sound(noise));
    all.emplace_back("tone of 110 Hz", Sound(signals::sine(n, 110, kRate, 0.25)));
    return all;
}

TEST(CompressorCourse, TakesWhatTheCompressorTakes) {
    struct Case {
        float attack, release, rms;
    };
    for (const auto& [name, sound] : sounds())
        for (const Case& c : {Case{2, 60, 0}, Case{10, 120, 0}, Case{30, 300, 0}, Case{60, 20, 0},
                              Case{10, 120, 1}, Case{30, 300, 1}}) {
            const std::vector<float> knobs = {-30, 4, c.attack, c.release, 6, 0, c.rms, 1, 20, 0};
            CompressorCourse<float> course;
            course.set(knobs.data());
            const Taken got = taken<Compressor>(sound, knobs, [&](const StemCourse::Frame& frame) {
                const auto power = static_cast<float>(power_of(frame));
                return course.gain(Seen<float, float>{power, frame.level}).mean;
            });
            std::printf("%s, attack %.0f, release %.0f, rms %.0f: heard %.2f dB, told %.2f\n", name,
                        c.attack, c.release, c.rms, got.heard, got.told);
            EXPECT_LT(got.heard, -2);
            // Ripple counts where the release is short.
            const double off = c.attack > c.release ? 0.25 : 0.11;
            EXPECT_NEAR(got.heard, got.told, 0.2 + off * std::fabs(got.heard)) << name;
        }
}

TEST(GateCourse, OpensWhereTheGateOpens) {
    const std::vector<float> knobs = {30, -34, 4, 4, 1, 30, 80};
    for (const auto& [name, sound] : sounds()) {
        GateCourse<float> course;
        course.set(knobs.data());
        const Taken got = taken<Gate>(sound, knobs, [&](const StemCourse::Frame& frame) {
            return course.gain(static_cast<float>(0.5 * std::log2(power_of(frame) + 1e-20)) +
                               frame.peak);
        });
        EXPECT_NEAR(got.heard, got.told, 0.5) << name;
    }
    // Between the thresholds it stays as it is: shut before it was loud, open afterwards.
    GateCourse<float> between;
    between.set(knobs.data());
    const auto settled = [&](float level_db) {
        float gain = 0;
        for (int n = 0; n < 200; ++n) gain = between.gain(level_db * kLog2PerDb);
        return gain;
    };
    EXPECT_LT(settled(-36), 0.9f);
    EXPECT_NEAR(settled(-20), 1, 1e-3);
    EXPECT_NEAR(settled(-36), 1, 1e-3);
    EXPECT_LT(settled(-40), 0.9f);
    // Steady sound below the threshold: the closed curve.
    GateCourse<float> course;
    course.set(knobs.data());
    float gain = 0;
    for (int n = 0; n < 300; ++n) gain = course.gain(-40 * kLog2PerDb);
    EXPECT_NEAR(2 * db(gain), Gate::closed_curve_db(knobs.data(), -40) + 40, 0.05);
}

TEST(ShaperCourse, MovesAttacksAndTails) {
    const auto all = sounds();
    const Sound& drums = all[0].second;
    for (const auto& [attack, sustain] :
         {std::pair{6.f, 0.f}, {-6.f, 0.f}, {0.f, 6.f}, {0.f, -6.f}}) {
        const std::vector<float> knobs = {attack, sustain};
        ShaperCourse<float> course;
        course.set(knobs.data());
        const Taken got = taken<TransientShaper>(drums, knobs, [&](const StemCourse::Frame& frame) {
            return course
                .gain(static_cast<float>(0.5 * std::log2(power_of(frame) + 1e-20)) + frame.peak)
                .mean;
        });
        std::printf("attack %.0f, sustain %.0f: heard %.2f dB, told %.2f\n", attack, sustain,
                    got.heard, got.told);
        EXPECT_GT(got.heard * (attack + sustain), 0);
        EXPECT_NEAR(got.heard, got.told, 0.35 * std::fabs(got.heard) + 0.2);
    }
}

TEST(BandRide, TakesTheShareOfTheFilters) {
    for (const double hz : {300.0, 1000.0, 2400.0, 9000.0}) {
        const float bell[] = {1000, -6, 1.5f, -60, 10, 100, 0};
        BandRide<float> ride;
        ride.set_dynamic_eq(bell, bilinear_inverse(bell[0], kRate));
        const auto warped = [](double f) { return std::tan(std::numbers::pi * f / kRate); };
        const double x = warped(hz) / warped(1000), g = signals::amplitude(-6);
        const std::complex<double> band =
            std::complex<double>(0, x / 1.5) / std::complex<double>(1 - x * x, x / 1.5);
        EXPECT_NEAR(1 + (g * g - 1) * ride.bell_holds(static_cast<float>(bilinear(hz, kRate))),
                    std::norm(1.0 + (g - 1) * band), 1e-5);
        const float shelf[] = {5000, 6, -60, 50};
        BandRide<float> other;
        other.set_de_esser(shelf, bilinear_inverse(shelf[0], kRate));
        const double w4 = std::pow(warped(hz) / warped(5000), 4);
        EXPECT_NEAR(1 + (g * g - 1) * other.shelf_holds(static_cast<float>(bilinear(hz, kRate))),
                    (1 + g * g * w4) / (1 + w4), 1e-5);
    }
}

TEST(BandRide, RestsAtTheGainLaw) {
    // 10 dB over the threshold, 3/4 of it, at most the limit.
    for (const auto& [limit, off] : {std::pair{18.f, 7.5}, {4.f, 4.0}}) {
        const float knobs[] = {1000, -limit, 1, -30, 10, 100, 0};
        BandRide<float> ride;
        ride.set_dynamic_eq(knobs, bilinear_inverse(knobs[0], kRate));
        const double power = std::pow(10, (-20 - BandRide<float>::kHeldDb) / 10);
        float more = 0;
        for (int n = 0; n < 300; ++n) more = ride.more(static_cast<float>(power));
        EXPECT_NEAR(db(1 + more), -off, 0.01);
    }
}

TEST(MultibandCourse, RestsAtTheStaticCurve) {
    // Power in one broad band, far from both crossovers.
    const float knobs[] = {1, 150, 5000, -30, 4, 1, -30, 2, 0, -30, 3, 0, 20, 200, 0};
    MultibandCourse<float> course;
    course.set(knobs, broad::Shares());
    constexpr int kMiddle = 4;  // 500 Hz to 1 kHz
    const double level = -20,
                 power = std::pow(10, (level - MultibandCourse<float>::held_db(1)) / 10);
    float kept = 0;
    for (int n = 0; n < 400; ++n) {
        float bands[broad::kBands] = {};
        bands[kMiddle] = static_cast<float>(power);
        kept = course.run(bands);
    }
    EXPECT_NEAR(db(kept), -5, 0.5);  // 10 dB over, ratio 2
}

}  // namespace
}  // namespace mixfarm
