/// Words for constructed differences: the right subject, direction and number; nothing said twice,
/// nothing invented.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/space/band.h"

namespace mixfarm {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A plausible measurement: pink, half correlated, all stems at -20 dB, the silent one absent.
Measurement plain() {
    Measurement m;
    m.metrics.assign(mix_metrics().size(), 0.0f);
    m.metrics[static_cast<std::size_t>(metric_index("crest_db"))] = 14;
    m.left_power.fill(0.001f);
    m.right_power.fill(0.001f);
    m.cross_power.fill(0.0005f);
    m.stem_power.assign(8, 0.01f);
    m.stem_power[7] = 0;
    return m;
}

class Describe : public ::testing::Test {
protected:
    std::vector<std::string> words(int count = 3) const {
        const auto w = describe(space_, the_band().song, values_, measured_, reference_values_,
                                reference_, count);
        for (const auto& s : w) std::printf("  %s\n", s.c_str());
        return w;
    }
    void set(const char* name, float value) { values_[knob(space_, name)] = value; }
    void level(int stem, double db) {
        measured_.stem_power[static_cast<std::size_t>(stem)] *=
            static_cast<float>(std::pow(10.0, db / 10));
    }
    void bands(double low_hz, double high_hz, double db) {
        for (int b = 0; b < kBands; ++b) {
            if (band_centre_hz(b) < low_hz || band_centre_hz(b) > high_hz) continue;
            for (auto* power :
                 {&measured_.left_power, &measured_.right_power, &measured_.cross_power})
                (*power)[static_cast<std::size_t>(b)] *=
                    static_cast<float>(std::pow(10.0, db / 10));
        }
    }

    Space space_ = the_band().space();
    std::vector<float> reference_values_ = space_.static_balance();
    std::vector<float> values_ = reference_values_;
    Measurement reference_ = plain(), measured_ = plain();
};

TEST_F(Describe, TheReferenceItselfHasNothingToSay) {
    EXPECT_THAT(words(), IsEmpty());
}

TEST_F(Describe, Levels) {
    level(6, 1.8);
    level(2, -4);
    EXPECT_THAT(words(), ElementsAre("bass -4.0 dB", "vox +1.8 dB"));
}

TEST_F(Describe, ACommonGainIsNoDifference) {
    for (int s = 0; s < 7; ++s) level(s, 6);
    EXPECT_THAT(words(), IsEmpty());
}

TEST_F(Describe, AFamilyThatMovesTogetherIsNamedOnce) {
    level(0, 3.2);
    level(1, 2.8);
    EXPECT_THAT(words(), ElementsAre("drums +3.0 dB"));
}

TEST_F(Describe, Tone) {
    bands(7000, 21000, -2.1);
    EXPECT_THAT(words(), ElementsAre("darker top (-2.1 dB above 7 kHz)"));
    bands(7000, 21000, 5);
    EXPECT_THAT(words(), Contains(HasSubstr("brighter top (+2.9 dB")));
    bands(56, 170, 4);
    EXPECT_THAT(words(), Contains(HasSubstr("fuller bass")));
}

TEST_F(Describe, WidthAndDynamics) {
    for (float& c : measured_.cross_power) c = 0.0002f;
    measured_.metrics[static_cast<std::size_t>(metric_index("crest_db"))] = 17;
    const auto w = words();
    // Side to mid: (1 - 0.2) / (1 + 0.2) against (1 - 0.5) / (1 + 0.5) = +3.0 dB.
    EXPECT_THAT(w, Contains("wider (+3.0 dB side)"));
    EXPECT_THAT(w, Contains("punchier (crest +3.0 dB)"));
    measured_.limiter_loss_lu = 1.5f;
    EXPECT_THAT(words(), Contains("limiter works harder (-1.5 LU)"));
}

TEST_F(Describe, StemSettings) {
    set("bass/compressor.ratio", 4);
    set("bass/compressor.threshold_db", -35);
    EXPECT_THAT(words(), Contains("bass compressed 4.0:1"));
    set("guitar L/pan.position", -0.4f);
    EXPECT_THAT(words(), Contains("guitar L left 40 %"));
    set("keys/equalizer.high_hz", 9000);
    set("keys/equalizer.high_db", -5);
    EXPECT_THAT(words(), Contains("keys darker (-5.0 dB at 9.0 kHz)"));
    set("guitar R/high_pass.high_pass_hz", 250);
    EXPECT_THAT(words(5), Contains("guitar R thinner (high-pass 250 Hz)"));
    set("snare/saturator.mix", 0.5f);
    set("snare/saturator.drive_db", 12);
    EXPECT_THAT(words(5), Contains("snare grittier (+12 dB drive, 50 %)"));
}

TEST_F(Describe, StemSettingsAgainstOnesThatWereThereBefore) {
    for (auto* v : {&values_, &reference_values_}) {
        (*v)[knob(space_, "bass/compressor.ratio")] = 4;
        (*v)[knob(space_, "bass/compressor.threshold_db")] = -30;
    }
    EXPECT_THAT(words(), IsEmpty());
    set("bass/compressor.threshold_db", -22);
    EXPECT_THAT(words(), ElementsAre("bass softer compressed (4.0:1, +6.0 dB)"));
    set("bass/compressor.ratio", 1);
    EXPECT_THAT(words(), ElementsAre("bass uncompressed"));
}

TEST_F(Describe, ASmallDifferenceIsBetterThanNoWords) {
    level(6, 0.3);
    EXPECT_THAT(words(), ElementsAre("vox +0.3 dB"));
}

TEST_F(Describe, MixesThatDifferReadDifferently) {
    std::set<std::vector<std::string>> seen;
    RandomStream random(11, 3);
    for (int mix = 0; mix < 60; ++mix) {
        std::vector<float> unit(space_.searched().size());
        for (float& u : unit) u = static_cast<float>(random.next());
        values_ = space_.values(unit);
        measured_ = plain();
        for (int s = 0; s < 7; ++s)
            level(s, values_[knob(space_, the_band().song.stems[static_cast<std::size_t>(s)].name +
                                              "/fader.fader_db")]);
        bands(7000, 21000, 4 * random.next() - 2);
        const auto w =
            describe(space_, the_band().song, values_, measured_, reference_values_, reference_, 3);
        EXPECT_EQ(w.size(), 3u);
        EXPECT_EQ(std::set<std::string>(w.begin(), w.end()).size(), 3u);
        EXPECT_TRUE(seen.insert(w).second);
    }
}

}  // namespace
}  // namespace mixfarm
