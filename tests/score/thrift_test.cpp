/// Effects in play and bells that undo each other, read off a strip.
#include "host/score/thrift.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "kernels/engine.h"

namespace mixfarm {
namespace {

struct Strip {
    std::vector<float> row = neutral_strip();
    Strip& set(const char* effect, const std::string& param, float value) {
        row[static_cast<std::size_t>(strip_param_index(effect, param))] = value;
        return *this;
    }
    Strip& bell(const std::string& band, float hz, float db, float q) {
        set("equalizer", band + "_hz", hz).set("equalizer", band + "_db", db);
        return set("equalizer", band + "_q", q);
    }
};

TEST(EffectsInPlay, CountWhatProcesses) {
    EXPECT_EQ(effects_in_play(neutral_strip()), 0);
    Strip placed;
    placed.set("trim", "trim_db", 9).set("pan", "position", -1).set("fader", "fader_db", -8);
    placed.set("send", "hall_db", -10).set("align", "delay_ms", 3);
    EXPECT_EQ(effects_in_play(placed.row), 0) << "none of these processes";
    Strip s;
    s.set("compressor", "ratio", 4).set("compressor", "threshold_db", -30);
    EXPECT_EQ(effects_in_play(s.row), 1);
    s.bell("bell1", 300, -4, 1).bell("bell3", 3000, 3, 1).bell("high", 9000, 2, 0.7f);
    EXPECT_EQ(effects_in_play(s.row), 2) << "three bands are one equaliser";
    s.set("high_pass", "high_pass_hz", 90).set("saturator", "mix", 0.5f).set("width", "width", 0);
    EXPECT_EQ(effects_in_play(s.row), 5);
    s.set("gate", "threshold_db", -20).set("de_esser", "frequency_hz", 5000);
    EXPECT_EQ(effects_in_play(s.row), 5) << "knobs of effects that are not in play";
}

TEST(EffectsInPlay, ComeInWithoutAStep) {
    double last = 0;
    for (float db = 0; db <= 3; db += 0.05f) {
        const double now = effects_in_play(Strip().bell("bell2", 700, db, 1).row);
        EXPECT_GE(now, last);
        EXPECT_LT(now - last, 0.05) << db;
        EXPECT_NEAR(now, effects_in_play(Strip().bell("bell2", 700, -db, 1).row), 1e-6);
        last = now;
    }
    EXPECT_EQ(last, 1);
}

TEST(Undone, IsWhatOneBellTakesBackFromAnother) {
    EXPECT_EQ(undone_gain_db(neutral_strip()), 0);
    EXPECT_NEAR(undone_gain_db(Strip().bell("bell1", 500, 6, 1).bell("bell2", 500, -4, 1).row), 4,
                1e-6);
    EXPECT_EQ(undone_gain_db(Strip().bell("bell1", 500, 6, 1).bell("bell2", 500, 4, 1).row), 0)
        << "they help each other";
    // Q 1 is 1.388 octaves wide: so far apart, exp(-1) of it is undone.
    const auto away = static_cast<float>(500 * std::pow(2, 2 / std::log(2.0) * std::asinh(0.5)));
    EXPECT_NEAR(undone_gain_db(Strip().bell("bell1", 500, 6, 1).bell("bell2", away, -6, 1).row),
                6 * std::exp(-1), 1e-4);
    EXPECT_LT(undone_gain_db(Strip().bell("bell1", 100, 6, 1).bell("bell4", 8000, -6, 1).row),
              1e-6);
    EXPECT_EQ(undone_gain_db(Strip().bell("low", 100, 6, 1).bell("bell1", 100, -6, 1).row), 0)
        << "a shelf with a bell on it is a shape of its own";
    EXPECT_NEAR(undone_gain_db(Strip()
                                   .bell("low", 100, 6, 1)
                                   .bell("bell1", 100, -6, 1)
                                   .set("equalizer", "low_bell", 1)
                                   .row),
                6, 1e-6);
}

}  // namespace
}  // namespace mixfarm
