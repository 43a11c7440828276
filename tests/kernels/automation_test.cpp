/// Knobs that move: they stand where they are drawn, in engine and lanes alike, and they move
/// without a click or a zipper.
#include "kernels/console/automation.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "kernels/cpu/channel.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/lane_group.h"
#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"
#include "tests/support/small_song.h"

namespace mixfarm {
namespace {

TEST(Automation, ValuesLieOnStraightLines) {
    const std::vector<Automation::Point> points = {{1, -10}, {2, 0}, {4, -6}};
    EXPECT_EQ(value_at(points, 0, Scale::linear), -10);
    EXPECT_EQ(value_at(points, 1, Scale::linear), -10);
    EXPECT_FLOAT_EQ(value_at(points, 1.25, Scale::linear), -7.5f);
    EXPECT_FLOAT_EQ(value_at(points, 3, Scale::linear), -3);
    EXPECT_EQ(value_at(points, 99, Scale::linear), -6);
    const std::vector<Automation::Point> hz = {{0, 100}, {2, 1600}};
    EXPECT_NEAR(value_at(hz, 1, Scale::log), 400, 1e-3);  // two octaves a second
}

TEST(Automation, ADenseCurveStaysWhereItIsDrawn) {
    std::vector<Automation::Point> curve;
    for (int i = 0; i <= 2000; ++i)
        curve.push_back({0.001 * i, -10.f - 10 * std::sin(0.006f * float(i))});
    const auto thinned = without_jumps(curve, Scale::linear);
    EXPECT_LT(thinned.size(), 202u);
    double worst = 0;
    for (double t = 0; t < 2.1; t += 0.0007)
        worst = std::max<double>(worst, std::fabs(value_at(thinned, t, Scale::linear) -
                                                  value_at(curve, t, Scale::linear)));
    EXPECT_LT(worst, 0.02) << "dB; what 10 ms of a sine of 6 rad/s bend away from a line";
}

TEST(Automation, AJumpTakesTenMilliseconds) {
    const auto points = without_jumps({{1, 0}, {1, -20}, {1.005, -30}, {3, -30}}, Scale::linear);
    ASSERT_EQ(points.size(), 3u);
    EXPECT_DOUBLE_EQ(points[1].seconds, 1.01);
    EXPECT_EQ(points[1].value, -30);
    EXPECT_DOUBLE_EQ(points[2].seconds, 3) << "nothing later is moved";
}

/// One stem of a steady tone through an engine whose fader is drawn.
class DrawnFader : public ::testing::Test {
protected:
    static constexpr int kRate = 48000;
    static StereoAudio render(const signals::Samples& tone, const Automation& drawn) {
        SmallSong song{kRate, {}, {}};
        song.add({tone, tone});
        MixSettings mix = neutral_mix(1);
        mix.automation = {drawn};
        const LoadedSong loaded(song.view());
        StereoAudio audio{kRate, signals::Samples(tone.size()), signals::Samples(tone.size())};
        const FlushDenormals flush;
        std::make_unique<LaneGroup<float>>(loaded, std::span(&mix, 1))->strip_audio(0, audio);
        return audio;
    }
    const int fader_ = strip_param_index("fader", "fader_db");
};

TEST_F(DrawnFader, StandsWhereItIsDrawn) {
    const signals::Samples steady(kRate * 3, 0.5f);
    const Automation drawn{fader_, {{0.5, -12}, {1.5, 0}, {1.5, -20}, {2.5, -6}}};
    const StereoAudio audio = render(steady, drawn);
    double worst = 0;
    for (std::size_t n = 0; n < steady.size(); ++n) {
        const double seconds = static_cast<double>(n + 1) / kRate;
        if (seconds > 1.495 && seconds < 1.515) continue;  // the jump
        double expected = -12;
        if (seconds > 0.5) expected = -12 + 12 * (seconds - 0.5);
        if (seconds > 1.51) expected = -20 + 14 * (seconds - 1.5);
        if (seconds > 2.5) expected = -6;
        worst = std::max(worst, std::fabs(oracle::db(audio.left[n] / 0.5) - expected));
    }
    std::printf("a drawn fader is off by at most %.5f dB\n", worst);
    EXPECT_LT(worst, 0.01);
}

TEST_F(DrawnFader, AFastFadeIsTheStraightLineInDecibels) {
    // 60 dB in a quarter of a second and in the 10 ms of a mute: any step would be a zipper.
    const signals::Samples steady(kRate, 0.5f);
    for (const double end : {0.75, 0.5}) {
        const StereoAudio audio = render(steady, {fader_, {{0.5, 0}, {end, -60}}});
        const double seconds = std::max(end - 0.5, 0.01);
        double worst = 0;
        for (std::size_t n = 0; n < steady.size(); ++n) {
            const double t = (static_cast<double>(n + 1) / kRate - 0.5) / seconds;
            const double gain = std::pow(10.0, -3 * std::clamp(t, 0.0, 1.0));
            worst = std::max(worst, std::fabs(audio.left[n] / 0.5 - gain));
        }
        std::printf("fade of 60 dB in %.2f s: off by at most %.1f dB\n", seconds,
                    oracle::db(worst));
        EXPECT_LT(oracle::db(worst), -100);
    }
}

TEST_F(DrawnFader, AJumpDoesNotClick) {
    const signals::Samples steady(kRate, 0.5f);
    const StereoAudio audio = render(steady, {fader_, {{0.5, 0}, {0.5, -20}}});
    double steepest = 0;
    for (std::size_t n = 1; n < steady.size(); ++n)
        steepest = std::max<double>(steepest, std::fabs(audio.left[n] - audio.left[n - 1]));
    // 20 dB in 10 ms, evenly in dB, is 0.5 * ln(10) a second at its steepest: 0.0024 a frame.
    EXPECT_LT(steepest, 0.0036);
}

/// What a channel made of one effect gives while one knob goes from `a` to `b` during the middle
/// third, redesigned every `grid` frames and glided between.
template <class Effect>
signals::Stereo moved(const std::vector<float>& row, int param, float a, float b,
                      const signals::Stereo& dry, int grid, double rate) {
    using One = Chain<Effect>;
    const double third = static_cast<double>(dry.frames()) / 3 / rate;
    typename Channel<One, float>::Setting lane{row.data(), {{param, {{third, a}, {2 * third, b}}}}};
    Channel<One, float> channel({lane}, {rate, 120});
    channel.rest(0);
    signals::Stereo x = dry;
    for (int n = 0; n < static_cast<int>(x.frames()); n += grid) {
        const int frames = std::min(grid, static_cast<int>(x.frames()) - n);
        channel.begin_tile((n + frames) / rate);
        KeyInput<float> key{dry.right.data() + n, dry.left.data() + n, 1.f};
        channel.run({x.left.data() + n, x.right.data() + n, frames}, key, key);
        channel.end_tile();
    }
    return x;
}

class NoKnobZips : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Automation, NoKnobZips, ::testing::Values(44100, 48000),
                         ::testing::PrintToStringParamName());
TEST_P(NoKnobZips, WhereItMoves) {
    // Every continuous knob of every effect goes over a fifth of its range in half a second: the
    // engine's tiles against a design for every third or fourth frame. What differs is the zipper.
    if (kSlowBuild && GetParam() != 48000)
        GTEST_SKIP() << "NOT TESTED here: one rate is enough under sanitizers";
    const FlushDenormals flush;
    const int rate = GetParam(), tile = tile_frames(rate), fine_tile = rate % 11025 ? 4 : 3;
    const std::size_t frames = static_cast<std::size_t>(rate) * 3 / 2;
    const signals::Stereo dry{signals::sine(frames, 997, rate, 0.3),
                              signals::sine(frames, 1493, rate, 0.2)};
    double worst = -300;
    std::string who;
    for_each_effect([&]<class Effect>(const char* name) {
        for (int i = 0; i < param_count<Effect>; ++i) {
            const ParamSpec& spec = Effect::kParams[i];
            // A delay that moves bends the pitch: what it gives is not the sum of its parts. That
            // it does so without a step is tested with the echo.
            const std::string_view knob = spec.name;
            if (spec.scale == Scale::toggle || knob == "predelay_ms" || knob == "beats") continue;
            std::vector<float> row;
            for (const ParamSpec& p : Effect::kParams) {
                const bool gate = !p.gate && p.scale == Scale::linear;
                row.push_back(gate ? p.neutral + 0.25f * (p.high - p.neutral) : p.neutral);
                if (gate && p.high == p.neutral)
                    row.back() = p.neutral + 0.25f * (p.low - p.neutral);
            }
            const auto at = [&](double u) {
                if (spec.scale == Scale::log)
                    return static_cast<float>(spec.low * std::pow(spec.high / spec.low, u));
                return static_cast<float>(spec.low + (spec.high - spec.low) * u);
            };
            const auto place = [&](double value) {
                if (spec.scale == Scale::log)
                    return std::log(value / spec.low) / std::log(double(spec.high) / spec.low);
                return (value - spec.low) / (double(spec.high) - spec.low);
            };
            // Within the range, and out of the neutral value, where the effect comes into play.
            const double rest = place(spec.neutral);
            for (const auto& [a, b] :
                 {std::pair{at(0.2), at(0.4)},
                  std::pair{spec.neutral, at(rest + (rest < 0.5 ? 0.2 : -0.2))}}) {
                const signals::Stereo fine = moved<Effect>(row, i, a, b, dry, fine_tile, rate),
                                      grid = moved<Effect>(row, i, a, b, dry, tile, rate);
                double error = 0;
                for (std::size_t n = 0; n < frames; ++n)
                    error = std::max<double>(error, std::fabs(fine.left[n] - grid.left[n]));
                const double db =
                    oracle::db(error / std::max<double>(1e-3, signals::peak_of(fine.left)));
                if (db > worst) worst = db, who = std::string(name) + "." + spec.name;
                EXPECT_LT(db, -80)
                    << name << "." << spec.name << " from " << a << " to " << b << ": " << db;
            }
        }
    });
    std::printf("largest zipper at %d Hz: %.1f dB (%s)\n", rate, worst, who.c_str());
}

TEST(Automation, LanesAreFloatsAndTheBatchDoesNotMatter) {
    const SmallSong song = small_song(48000, 30000);
    const LoadedSong loaded(song.view());
    const std::size_t stems = song.stems.size();
    std::vector<MixSettings> mixes = random_mixes(8, stems, 77);
    const int strips = static_cast<int>(stems) * strip_param_count();
    mixes[2].automation = {{strip_param_index("fader", "fader_db"), {{0.1, -9}, {0.4, 3}}},
                           {strip_param_index("equalizer", "bell2_db"), {{0.2, -6}, {0.3, 6}}}};
    mixes[5].buses = neutral_buses();
    mixes[5].automation = {
        {strips + bus_param_index(Bus::drums, "fader", "fader_db"), {{0.1, 0}, {0.5, -6}}},
        {strips + bus_param_index(Bus::master, "equalizer", "high_db"), {{0.1, 0}, {0.5, 4}}},
        {strip_param_index("send", "plate_db"), {{0.1, -60}, {0.5, -6}}}};
    const Excerpt all{0, song.frames(), 0};
    const FlushDenormals flush;
    const auto together =
        std::make_unique<LaneGroup<f8>>(loaded, mixes)->evaluate({&all, 1}, {-20, -1});
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}, std::size_t{5}}) {
        const auto alone = std::make_unique<LaneGroup<float>>(loaded, std::span(&mixes[i], 1))
                               ->evaluate({&all, 1}, {-20, -1});
        EXPECT_EQ(difference(together[i], alone[0]), "") << "mix " << i;
    }
}

}  // namespace
}  // namespace mixfarm
