/// The EBU's own signals and the gates of BS.2217 through the candidates' loudness meter, a signal
/// a lane, at every rate: within the tolerances of Tech 3341 and 3342, and within 0.01 LU of what a
/// double-precision meter reads.
#include <gtest/gtest.h>

#include <cstdio>
#include <span>

#include "kernels/cpu/denormals.h"
#include "kernels/meters/loudness_course.h"
#include "tests/support/effort.h"
#include "tests/support/k_weighting_oracle.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

using signals::Step;
using Steps = std::vector<Step>;
constexpr double kSilent = -400;
constexpr int kLanes = lane_count<CpuLanes>;

/// What lane i of a register heard.
struct Heard {
    MeterRecord record;
    std::vector<float> row;  ///< Loudness::kMetrics

    double metric(const char* name) const {
        for (std::size_t i = 0; i < row.size(); ++i)
            if (std::string_view(Loudness::kMetrics[i].name) == name) return row[i];
        return std::nan("");
    }
    /// Loudness of the windows of `length` bins, by the bin at which they end.
    std::vector<double> ending_at(int length) const {
        std::vector<double> at = {std::nan("")};
        LoudnessCourse course(record.channels);
        course.begin_stretch();
        for (int b = 0; b < record.stretches.at(0).whole_bins; ++b) {
            course.push(record.at(b, 0), record.at(b, 1), record.bin_frames());
            at.push_back(length == kMomentaryBins ? course.momentary_lufs()
                                                  : course.short_term_lufs());
        }
        return at;
    }
};

/// A lane's way through its steps of level.
struct Cursor {
    const Steps* steps;
    std::size_t step = 0;
    std::int64_t ends = 0;  ///< frame at which this step ends
    double seconds = 0;

    void begin(std::size_t i, int rate) {
        step = i;
        seconds += (*steps)[i].seconds;
        ends = std::llround(seconds * rate);
    }
    float amplitude() const {
        const double db = (*steps)[step].db;
        return db < -300 ? 0.f : static_cast<float>(signals::amplitude(db));
    }
};

/// Up to kLanes stereo 1 kHz tones whose level steps; each record ends with its own signal.
std::vector<Heard> hear(std::span<const Steps> tones, int rate) {
    const FlushDenormals flush;  // as the engine does; or silence behind a filter costs fifty times
    const signals::Samples second =
        signals::sine(static_cast<std::size_t>(rate), 1000, rate, 1);  // a whole number of periods
    const int bin = rate / 100;
    std::vector<Cursor> cursors;
    std::vector<int> bins;
    for (const Steps& steps : tones) {
        cursors.push_back({&steps});
        cursors.back().begin(0, rate);
        double seconds = 0;
        for (const Step& step : steps) seconds += step.seconds;
        bins.push_back(static_cast<int>(std::llround(seconds * rate)) / bin);
    }
    const KSetup setup = Loudness::setup(rate);
    Loudness::State<CpuLanes> state{};
    std::vector<CpuLanes> sums, sound(static_cast<std::size_t>(bin));
    CpuLanes amplitude = CpuLanes(0.f);
    for (std::size_t i = 0; i < cursors.size(); ++i)
        set_lane(amplitude, static_cast<int>(i), cursors[i].amplitude());
    std::int64_t n = 0, change = 0;
    for (int b = 0; b < *std::max_element(bins.begin(), bins.end()); ++b) {
        for (CpuLanes& x : sound) {
            if (n == change) {
                change = INT64_MAX;
                for (std::size_t i = 0; i < cursors.size(); ++i) {
                    Cursor& c = cursors[i];
                    while (n >= c.ends && c.step + 1 < c.steps->size()) c.begin(c.step + 1, rate);
                    set_lane(amplitude, static_cast<int>(i), c.amplitude());
                    if (c.ends > n) change = std::min(change, c.ends);
                }
            }
            x = amplitude * CpuLanes(second[static_cast<std::size_t>(n % rate)]);
            ++n;
        }
        Loudness::run(setup, state, sound.data(), sound.data(), bin);
        sums.resize(sums.size() + Loudness::kSums);
        Loudness::end_bin(state, sums.data() + sums.size() - Loudness::kSums);
    }
    std::vector<Heard> all;
    for (std::size_t i = 0; i < tones.size(); ++i) {
        Heard heard;
        heard.record.rate = rate;
        heard.record.sums_per_bin = Loudness::kSums;
        heard.record.stretches = {{bins[i], bins[i]}};
        for (int s = 0; s < bins[i] * Loudness::kSums; ++s)
            heard.record.bins.push_back(
                lane(sums[static_cast<std::size_t>(s)], static_cast<int>(i)));
        heard.row.resize(std::size(Loudness::kMetrics));
        Loudness::finish(heard.record, 0, heard.row.data(), 0);
        all.push_back(std::move(heard));
    }
    return all;
}

class Ebu : public testing::TestWithParam<int> {
protected:
    int rate() const { return GetParam(); }
    /// What 1 kHz reads at this rate that reads `at_48000` at 48 kHz.
    double exact(double at_48000) const { return oracle::at_rate(at_48000, rate()); }
};
INSTANTIATE_TEST_SUITE_P(Rates, Ebu,
                         testing::ValuesIn(kSlowBuild
                                               ? std::vector<int>{48000}
                                               : std::vector<int>{44100, 48000, 96000, 192000}),
                         [](const auto& rate) { return std::to_string(rate.param); });

struct Case {
    const char* name;
    const char* metric;
    Steps steps;
    double required, tolerance, exact;
};

TEST_P(Ebu, IntegratedLoudnessRangeAndGates) {
    Steps gate{{0.8, -88.8}};
    for (int i = 0; i < 3; ++i)
        gate.insert(gate.end(), {{0.5, -69.47}, {i == 2 ? 0.7 : 0.5, -88.8}});
    const char *i = "integrated_lufs", *lra = "loudness_range_lu";
    const std::vector<Case> cases = {
        {"3341-1", i, {{20, -23}}, -23, 0.1, -22.9933},
        {"3341-2", i, {{20, -33}}, -33, 0.1, -32.9933},
        {"3341-3", i, {{10, -36}, {60, -23}, {10, -36}}, -23, 0.1, -23.0139},
        {"3341-4", i, {{10, -72}, {10, -36}, {60, -23}, {10, -36}, {10, -72}}, -23, 0.1, -23.0139},
        {"3341-5", i, {{20, -26}, {20.1, -20}, {20, -26}}, -23, 0.1, -22.9787},
        {"AbsGate", i, gate, -69.5, 0.1, -69.463},
        {"RelGate",
         i,
         {{0.5, -88.8}, {0.9, -19.9}, {1.3, -7.1}, {0.8, -19.9}, {0.5, -88.8}},
         -10,
         0.1,
         -10.0287},
        {"3342-1", lra, {{20, -20}, {20, -30}}, 10, 1, 10},
        {"3342-2", lra, {{20, -20}, {20, -15}}, 5, 1, 5},
        {"3342-3", lra, {{20, -40}, {20, -20}}, 20, 1, 20},
        {"3342-4", lra, {{20, -50}, {20, -35}, {20, -20}, {20, -35}, {20, -50}}, 15, 1, 15}};
    for (std::size_t first = 0; first < cases.size(); first += kLanes) {
        std::vector<Steps> tones;
        for (std::size_t c = first; c < std::min(cases.size(), first + kLanes); ++c)
            tones.push_back(cases[c].steps);
        const std::vector<Heard> heard = hear(tones, rate());
        for (std::size_t l = 0; l < heard.size(); ++l) {
            const Case& c = cases[first + l];
            const double reading = heard[l].metric(c.metric);
            const double should = c.metric == i ? exact(c.exact) : c.exact;
            std::printf("%s at %d: %.4f, exact %.4f\n", c.name, rate(), reading, should);
            EXPECT_NEAR(reading, c.required, c.tolerance) << c.name;
            EXPECT_NEAR(reading, should, 0.005) << c.name;
        }
    }
}

TEST_P(Ebu, SteadyTonesInMomentaryAndShortTerm) {
    // 3341-1, 2, 9 and 12: every reading, from 3 s or 1 s on.
    Steps nine, twelve;
    for (int i = 0; i < 5; ++i) nine.insert(nine.end(), {{1.34, -20}, {1.66, -30}});
    for (int i = 0; i < 25; ++i) twelve.insert(twelve.end(), {{0.18, -20}, {0.22, -30}});
    const std::vector<Heard> heard =
        hear(std::vector<Steps>{{{20, -23}}, {{20, -33}}, nine, twelve}, rate());
    const auto expect = [&](std::size_t signal, int length, int from, double required,
                            double highest) {
        const std::vector<double> readings = heard[signal].ending_at(length);
        double top = -70;
        for (std::size_t end = static_cast<std::size_t>(from); end < readings.size(); ++end) {
            ASSERT_NEAR(readings[end], required, 0.1) << "signal " << signal << ", bin " << end;
            top = std::max(top, readings[end]);
        }
        EXPECT_NEAR(top, exact(highest), 0.01) << "signal " << signal;
    };
    for (const auto& [signal, required] : {std::pair{0, -23.0}, std::pair{1, -33.0}}) {
        expect(static_cast<std::size_t>(signal), kMomentaryBins, 100, required, required + 0.0067);
        expect(static_cast<std::size_t>(signal), kShortTermBins, 300, required, required + 0.0067);
    }
    expect(2, kShortTermBins, 300, -23, -22.9863);
    expect(3, kMomentaryBins, 100, -23, -22.9604);
}

TEST_P(Ebu, MaximaWhereverTheToneStarts) {
    // 3341-10 and 13: twenty files each.
    for (const bool momentary : {true, false}) {
        std::vector<Steps> tones;
        for (int i = 0; i < 20; ++i) {
            Steps steps;
            if (i > 0) steps.push_back({i * (momentary ? 0.02 : 0.15), kSilent});
            steps.insert(steps.end(), {{momentary ? 0.4 : 3.0, -23}, {1, kSilent}});
            tones.push_back(steps);
        }
        double worst = 0;
        for (std::size_t first = 0; first < tones.size(); first += kLanes)
            for (const Heard& heard :
                 hear(std::span(tones).subspan(first,
                                               std::min<std::size_t>(kLanes, tones.size() - first)),
                      rate())) {
                const double reading =
                    heard.metric(momentary ? "max_momentary_lufs" : "max_short_term_lufs");
                EXPECT_NEAR(reading, -23, 0.1);
                worst =
                    std::max(worst, std::fabs(reading - exact(momentary ? -22.9936 : -22.9933)));
            }
        std::printf("3341-%d at %d: within %.4f LU of exact\n", momentary ? 13 : 10, rate(), worst);
        EXPECT_LT(worst, 0.01);
    }
}

TEST_P(Ebu, SuccessiveMaximaInOneFile) {
    // 3341-11 and 14: twenty tones from -38 to -19 in slots of 6 s or 0.8 s; a window counts where
    // it ends.
    std::vector<Steps> tones(2);
    for (int i = 0; i < 20; ++i)
        for (const bool momentary : {false, true}) {
            const double late = i * (momentary ? 0.02 : 0.15), length = momentary ? 0.4 : 3;
            Steps& steps = tones[momentary];
            if (i > 0) steps.push_back({late, kSilent});
            steps.insert(steps.end(), {{length, -38.0 + i}, {length - late, kSilent}});
        }
    const std::vector<Heard> heard = hear(tones, rate());
    for (const bool momentary : {false, true}) {
        const int length = momentary ? kMomentaryBins : kShortTermBins;
        const std::vector<double> readings = heard[momentary].ending_at(length);
        std::vector<double> highest(20, -70.0);
        for (int end = length; end < static_cast<int>(readings.size()); ++end) {
            const auto slot = static_cast<std::size_t>((end - 1) / (2 * length));
            highest[slot] = std::max(highest[slot], readings[static_cast<std::size_t>(end)]);
        }
        double worst = 0;
        for (int i = 0; i < 20; ++i) {
            const double reading = highest[static_cast<std::size_t>(i)];
            EXPECT_NEAR(reading, -38 + i, 0.1) << "tone " << i;
            worst = std::max(worst, std::fabs(reading - exact(-38 + i + 0.0065)));
        }
        std::printf("3341-%d at %d: within %.4f LU of exact\n", momentary ? 14 : 11, rate(), worst);
        EXPECT_LT(worst, 0.01);
    }
}

}  // namespace
}  // namespace mixfarm
