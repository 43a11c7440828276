/// The perceptual place: each audible change moves its own axes, by about one unit where the ear
/// begins to tell.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <set>

#include "host/rank/rank.h"

namespace mixfarm {
namespace {

enum Axis : std::size_t {
    sub,
    bass,
    low_mids,
    mids,
    presence,
    air,
    width_low,
    width_high,
    correlation,
    crest,
    range,
    lead,
    arc,
    movement,
    axes
};

void set(Measurement& m, const char* metric, double value) {
    m.metrics.at(static_cast<std::size_t>(metric_index(metric))) = static_cast<float>(value);
}

struct Mix {
    Measurement m;
    StemMetrics s;
    Mix() {
        m.metrics.assign(mix_metrics().size(), std::nanf(""));
        set(m, "correlation", 0.5);
        set(m, "crest_db", 12);
        set(m, "loudness_range_lu", 6);
        s.lead_to_rest_lu = 1;
        s.arc_lu = 3, s.movement_db = 0.5f;
        for (std::size_t b = 0; b < kBands; ++b) {
            m.left_power[b] = m.right_power[b] = 0.001f;
            m.cross_power[b] = 0.0005f;
        }
    }
    /// All bands whose centre lies in [low, high) Hz.
    void bands(double low, double high, const std::function<void(std::size_t)>& change) {
        for (std::size_t b = 0; b < kBands; ++b) {
            const double hz = band_centre_hz(static_cast<int>(b));
            if (hz >= low && hz < high) change(b);
        }
    }
    void gain(double low, double high, double db) {
        const auto g = static_cast<float>(std::pow(10, db / 10));
        bands(low, high, [&](std::size_t b) {
            m.left_power[b] *= g;
            m.right_power[b] *= g;
            m.cross_power[b] *= g;
        });
    }
    std::vector<float> place() const { return perceptual_place(m, s); }
};

TEST(Place, HasFourteenAxesAndIgnoresLevel) {
    Mix a, b;
    b.gain(20, 21000, -13);
    ASSERT_EQ(a.place().size(), axes);
    EXPECT_NEAR(heard_distance(a.place(), b.place()), 0, 1e-4);
    for (const float x : a.place()) EXPECT_TRUE(std::isfinite(x));
}

TEST(Place, BroadBandsMoveByDecibelsReTheWhole) {
    const std::array<std::pair<double, double>, 6> edges = {
        {{20, 71}, {71, 224}, {224, 562}, {562, 2240}, {2240, 7080}, {7080, 21000}}};
    const std::vector<float> before = Mix().place();
    for (std::size_t i = 0; i < edges.size(); ++i) {
        Mix changed;
        changed.gain(edges[i].first, edges[i].second, 3);
        const std::vector<float> after = changed.place();
        // Bands are equal here, so the whole rises by (n 2 + (30 - n)) / 30 for the n bands lifted
        // by 3 dB.
        int lifted = 0;
        changed.bands(edges[i].first, edges[i].second, [&](std::size_t) { ++lifted; });
        const double whole = 10 * std::log10((30 + lifted * (std::pow(10, 0.3) - 1)) / 30);
        for (std::size_t j = 0; j < 6; ++j)
            EXPECT_NEAR(after[j] - before[j], (i == j ? 3 : 0) - whole, 1e-4) << i << j;
        EXPECT_NEAR(after[crest], before[crest], 1e-6);
    }
}

TEST(Place, EveryOtherChangeMovesItsAxisAlone) {
    struct Change {
        const char* name;
        Axis axis;
        std::function<void(Mix&)> make;
        double units;
    };
    const double degree = 1 / (0.14 * 180 / M_PI);  // units
    const std::vector<Change> changes = {
        {"lows to mono", width_low,
         [](Mix& x) { x.bands(20, 224, [&](std::size_t b) { x.m.cross_power[b] = 0.001f; }); },
         -30 * degree},
        {"lows independent", width_low,
         [](Mix& x) { x.bands(20, 224, [&](std::size_t b) { x.m.cross_power[b] = 0; }); },
         15 * degree},
        {"highs to mono", width_high,
         [](Mix& x) { x.bands(224, 21000, [&](std::size_t b) { x.m.cross_power[b] = 0.001f; }); },
         -30 * degree},
        {"correlation 0", correlation, [](Mix& x) { set(x.m, "correlation", 0); }, 15 * degree},
        {"crest +3 dB", crest, [](Mix& x) { set(x.m, "crest_db", 15); }, 2},
        {"range -2 LU", range, [](Mix& x) { set(x.m, "loudness_range_lu", 4); }, -2},
        {"lead +1.8 LU", lead, [](Mix& x) { x.s.lead_to_rest_lu = 2.8f; }, 1.8},
        {"arc +1.5 LU", arc, [](Mix& x) { x.s.arc_lu = 4.5f; }, 1.5},
        {"movement +1 dB", movement, [](Mix& x) { x.s.movement_db = 1.5f; }, 1},
    };
    const std::vector<float> before = Mix().place();
    for (const Change& change : changes) {
        Mix mix;
        change.make(mix);
        const std::vector<float> after = mix.place();
        std::printf("%-17s %+.3f units\n", change.name, after[change.axis] - before[change.axis]);
        for (std::size_t a = 0; a < axes; ++a)
            EXPECT_NEAR(after[a] - before[a], a == change.axis ? change.units : 0, 1e-3)
                << change.name << ", axis " << a;
        EXPECT_NEAR(heard_distance(before, after), std::fabs(change.units), 1e-3);
    }
}

TEST(Place, WhatIsNotHeardDoesNotTellMixesApart) {
    Mix a, b;
    a.gain(7080, 21000, -60);
    b.gain(7080, 21000, -90);
    EXPECT_NEAR(heard_distance(a.place(), b.place()), 0, 1e-3);
    b.bands(7080, 21000, [&](std::size_t i) {
        b.m.left_power[i] = b.m.right_power[i] = b.m.cross_power[i] = 0;
    });
    EXPECT_NEAR(heard_distance(a.place(), b.place()), 0, 1e-3);
}

TEST(Place, UnknownAxesAreLeftOut) {
    Mix a, b;
    b.s.lead_to_rest_lu = std::nanf("");
    set(b.m, "crest_db", 15);
    EXPECT_NEAR(heard_distance(a.place(), b.place()), 2, 1e-5);
    EXPECT_NEAR(heard_distance(b.place(), a.place()), 2, 1e-5);
    const std::vector<float> unknown(axes, std::nanf(""));
    EXPECT_EQ(heard_distance(unknown, a.place()), 0);
    EXPECT_EQ(heard_distance(a.place(), a.place()), 0);
}

}  // namespace
}  // namespace mixfarm
