/// What a mix means to do over the song, against numbers worked out by hand.
#include "host/score/intention.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mixfarm {
namespace {

double to_db(double power) {
    return 10 * std::log10(power);
}

/// A lead and a pad in a verse, a chorus and a verse of 10 s; in the chorus the pad is 6 dB louder.
struct Tune {
    Song song;
    Profile profile;
    std::vector<bool> leads = {true, false};

    Tune() {
        song.frames = 30 * song.rate;
        for (const Role role : {Role::lead_vocal, Role::pad}) {
            Stem& stem = song.stems.emplace_back();
            stem.role.role = role;
            const bool pad = role == Role::pad;
            StemProfile& heard = profile.stems.emplace_back();
            for (int i = 0; i < 300; ++i)
                heard.level_lufs.push_back(pad && i >= 100 && i < 200 ? -14 : -20);
        }
        song.sections = {{"verse 1", 0, 10}, {"chorus", 10, 20}, {"verse 2", 20, 30}};
    }
    Intention of(const MixSettings& mix) const {
        return SectionLevels(song, profile, leads).of(mix);
    }
};

MixSettings still_mix() {
    MixSettings mix;
    for (int s = 0; s < 2; ++s) {
        const std::vector<float> row = neutral_strip();
        mix.strips.insert(mix.strips.end(), row.begin(), row.end());
    }
    mix.buses = neutral_buses();
    return mix;
}

int strip_knob(int stem) {
    return stem * strip_param_count() + strip_param_index("fader", "fader_db");
}

const double kVersePower = 2 * std::pow(10, -2.0),
             kChorusPower = std::pow(10, -2.0) + std::pow(10, -1.4);

TEST(Intention, OfAMixThatDoesNothingIsTheSongs) {
    const Intention told = Tune().of(still_mix());
    const double arc = to_db(kChorusPower / kVersePower);
    EXPECT_NEAR(told.arc_lu, arc, 1e-4);
    EXPECT_NEAR(told.contour_lu, arc * std::sqrt(2.0 / 9), 1e-4);
    EXPECT_EQ(told.movement_db, 0);
    EXPECT_NEAR(told.lead_spread_lu, 6, 1e-4);
}

TEST(Intention, HearsWhatFadersAndGroupsDoBetweenSections) {
    MixSettings mix = still_mix();
    // The pad comes up by 3 dB for the chorus, the whole mix by 1.
    mix.automation = {
        {strip_knob(1), {{0, 0}, {9.999, 0}, {10, 3}, {20, 3}, {20.001, 0}}},
        {static_cast<int>(mix.strips.size()) + bus_param_index(Bus::master, "trim", "trim_db"),
         {{0, 0}, {9.999, 0}, {10, 1}, {20, 1}, {20.001, 0}}}};
    const Intention told = Tune().of(mix);
    const double chorus = std::pow(10, -2.0) + std::pow(10, -1.1);
    EXPECT_NEAR(told.arc_lu, to_db(chorus / kVersePower) + 1, 0.01);
    EXPECT_NEAR(told.lead_spread_lu, 9, 0.01);
    // Both move by 1 dB in one section of three, the pad by 4.
    const double once = std::sqrt(2.0 / 9),
                 lead = std::pow(2 * 0.01 + 0.01 * std::pow(10, 0.1), 0.3),
                 pad = std::pow(2 * 0.01 + std::pow(10, -1.4 + 0.4), 0.3);
    EXPECT_NEAR(told.movement_db, (lead * once + pad * 4 * once) / (lead + pad), 0.01);
}

TEST(Intention, OfASongOfOneSectionIsUnknown) {
    Tune tune;
    tune.song.sections = {{"song", 0, 30}};
    const Intention told = tune.of(still_mix());
    EXPECT_TRUE(std::isnan(told.arc_lu) && std::isnan(told.contour_lu) &&
                std::isnan(told.movement_db) && std::isnan(told.lead_spread_lu));
}

}  // namespace
}  // namespace mixfarm
