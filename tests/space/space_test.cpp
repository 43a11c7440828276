/// The space of a small band: mapping, bounds, locks, untouched and silent stems, prior distance.
#include "host/space/space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "host/job/input_error.h"
#include "kernels/core/random.h"
#include "tests/space/band.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

using namespace testing;
using ::testing::HasSubstr;

TEST(Space, HasEveryKnobOfEveryStemInOrder) {
    const Space space = the_band().space();
    const std::size_t strips =
        the_band().song.stems.size() * static_cast<std::size_t>(strip_param_count());
    ASSERT_EQ(space.knobs().size(), strips + static_cast<std::size_t>(bus_param_count()));
    for (std::size_t k = 0; k < strips; ++k) {
        EXPECT_EQ(space.knobs()[k].stem, static_cast<int>(k) / strip_param_count());
        EXPECT_EQ(space.knobs()[k].channel, space.knobs()[k].stem);
        EXPECT_EQ(space.knobs()[k].param, static_cast<int>(k) % strip_param_count());
    }
    for (std::size_t k = strips; k < space.knobs().size(); ++k)
        EXPECT_EQ(space.knobs()[k].stem, -1) << space.knobs()[k].name;
    EXPECT_EQ(space.knobs()[knob(space, "bus/master/multiband.mix")].channel,
              static_cast<int>(the_band().song.stems.size()) + static_cast<int>(Bus::master));
    EXPECT_EQ(space.knobs()[knob(space, "vox/compressor.ratio")].unit, ":1");
    std::vector<int> per_stem(the_band().song.stems.size(), 0);
    for (int k : space.searched())
        if (space.knobs()[static_cast<std::size_t>(k)].stem >= 0)
            ++per_stem[static_cast<std::size_t>(space.knobs()[static_cast<std::size_t>(k)].stem)];
    for (std::size_t s = 0; s + 1 < per_stem.size(); ++s) {
        std::printf("%-9s %d knobs searched\n", the_band().song.stems[s].name.c_str(), per_stem[s]);
        EXPECT_GE(per_stem[s], 10);
        EXPECT_LE(per_stem[s], 50);
    }
    EXPECT_EQ(per_stem.back(), 0) << "nothing is searched on silence";
}

TEST(Space, TheMiddleIsTheTypicalMix) {
    const Space space = the_band().space();
    const auto v = space.values(middle(space));
    const auto at = [&](const char* name) { return v[knob(space, name)]; };
    EXPECT_NEAR(at("vox/fader.fader_db"), 0, 1e-4);
    EXPECT_NEAR(at("kick/fader.fader_db"), -9, 0.1);
    EXPECT_NEAR(at("vox/compressor.ratio"), 3, 1e-4);
    EXPECT_NEAR(at("vox/compressor.threshold_db"), -27, 1e-4) << "-23 LUFS and 4 dB below";
    EXPECT_EQ(at("vox/high_pass.high_pass_hz"), 10) << "47 % use it: it rests";
    EXPECT_EQ(at("vox/saturator.mix"), 0);
    EXPECT_EQ(at("kick/equalizer.low_bell"), 1);
    // Two guitars that always play share the group's level.
    EXPECT_NEAR(at("guitar L/fader.fader_db"), -3.5 - 10 * std::log10(2.0), 0.05);
    EXPECT_EQ(at("vox/pan.position"), 0);
    EXPECT_NEAR(at("guitar L/pan.position") + at("guitar R/pan.position"), 0, 1e-6);
    EXPECT_NEAR(std::fabs(at("guitar L/pan.position")), 0.53, 1e-4);
    EXPECT_LT(std::fabs(at("keys/pan.position")), 0.3) << "a stereo stem moves little";
    EXPECT_NEAR(space.prior_distance(v), 0, 1e-5);
}

TEST(Space, TrimBringsEveryStemToOneLoudness) {
    const Space space = the_band().space();
    const auto v = space.static_balance();
    for (std::size_t s = 0; s < the_band().song.stems.size(); ++s) {
        const auto& stem = the_band().song.stems[s];
        const float trim = v[knob(space, stem.name + "/trim.trim_db")];
        if (stem.silent) {
            EXPECT_EQ(trim, 0);
        } else {
            EXPECT_NEAR(the_band().profile.stems[s].integrated_lufs + trim, -23, 1e-4) << stem.name;
        }
        EXPECT_FALSE(is_searched(space, stem.name + "/trim.trim_db"));
    }
    for (std::size_t k = 0; k < v.size(); ++k)
        if (space.knobs()[k].effect != "trim") {
            EXPECT_EQ(v[k], space.knobs()[k].neutral) << space.knobs()[k].name;
        }
}

TEST(Space, EveryPointIsLegalAndEveryKnobMonotone) {
    const Space space = the_band().space();
    RandomStream random(5, 1);
    for (int trial = 0; trial < 50; ++trial) {
        std::vector<float> unit(space.searched().size());
        for (float& u : unit)
            u = trial == 0 ? 0.0f : trial == 1 ? 1.0f : static_cast<float>(random.next());
        const auto v = space.values(unit);
        for (std::size_t k = 0; k < v.size(); ++k) {
            const Knob& knob = space.knobs()[k];
            EXPECT_TRUE(v[k] >= knob.low && v[k] <= knob.high) << knob.name << ' ' << v[k];
            if (knob.effect == "equalizer" && knob.unit == "dB") {
                EXPECT_LE(v[k], 7) << knob.name;
            }
        }
    }
    for (std::size_t i = 0; i < space.searched().size(); i += effort(1, 4)) {
        const std::size_t k = static_cast<std::size_t>(space.searched()[i]);
        float last = -1e9f;
        auto unit = middle(space);
        std::set<float> seen;
        constexpr int kSteps = effort(100, 20);
        for (int step = 0; step <= kSteps; ++step) {
            unit[i] = static_cast<float>(step) / kSteps;
            const float v = space.values(unit)[k];
            EXPECT_GE(v, last) << space.knobs()[k].name;
            seen.insert(last = v);
        }
        const bool is_switch = space.knobs()[k].scale == Scale::toggle;
        EXPECT_GT(seen.size(), is_switch ? 1u : effort(4u, 1u))
            << space.knobs()[k].name << " hardly moves";
    }
}

TEST(Space, PercentilesOfAlwaysUsedKnobs) {
    const Space space = the_band().space();
    for (std::size_t i = 0; i < space.searched().size(); ++i) {
        const Knob& knob = space.knobs()[static_cast<std::size_t>(space.searched()[i])];
        if (knob.prior.use < 1) continue;
        for (auto [u, expected] : {std::pair{0.1f, knob.prior.low},
                                   {0.5f, knob.prior.typical},
                                   {0.9f, knob.prior.high}}) {
            auto unit = middle(space);
            unit[i] = u;
            const float value = space.values(unit)[static_cast<std::size_t>(space.searched()[i])];
            const double tolerance = 1e-4 * std::fabs(expected) + 1e-4;
            if (knob.effect == "fader" && knob.stem >= 0 && value > expected + tolerance)
                continue;  // it would drown: see follow_test.cpp
            if (knob.name.ends_with("/compressor.threshold_db") && value > expected + tolerance)
                continue;  // it would take too much: see follow_test.cpp
            EXPECT_NEAR(value, expected, tolerance) << knob.name;
        }
    }
}

TEST(Space, AGroupThatTheJobTurnsDownStaysDown) {
    BandSpace band = the_band();
    const Space plain = band.space();
    band.job.buses["music"].lock = {{"fader_db", -40}};
    const Space quiet = band.space();
    const std::size_t keys = knob(quiet, "keys/fader.fader_db");
    EXPECT_EQ(quiet.values(middle(quiet))[keys], plain.values(middle(plain))[keys]);
}

TEST(Space, EffectsThatAreOffStayOffInEveryMix) {
    BandSpace band = the_band();
    band.job.effects_off = {"equalizer", "hall"};
    const Space space = band.space();
    RandomStream random(8, 1);
    std::vector<float> unit(space.searched().size());
    for (float& u : unit) u = static_cast<float>(random.next());
    bool rules_use_it = false;
    const auto plain = the_band().space().rule_based();
    for (const auto& v : {space.values(unit), space.static_balance(), space.rule_based()})
        for (std::size_t k = 0; k < v.size(); ++k) {
            const Knob& knob = space.knobs()[k];
            if (knob.effect != "equalizer" && !knob.name.ends_with("send.hall_db")) continue;
            EXPECT_EQ(v[k], knob.neutral) << knob.name;
            rules_use_it = rules_use_it || plain[k] != knob.neutral;
        }
    EXPECT_TRUE(rules_use_it) << "the rules were meant to want it";
    band.job.stems[6].lock = {{"equalizer.bell2_db", 3}};
    EXPECT_THROW(band.space(), InputError);
}

TEST(Space, AStemDucksWhereTheJobSaysSo) {
    BandSpace band = the_band();
    const auto ratio = [](const Space& space) {
        return space.values(middle(space))[knob(space, "keys/duck.ratio")];
    };
    EXPECT_EQ(ratio(band.space()), 1);
    band.song.stems[5].duck_under = "kick";
    const Space space = band.space();
    EXPECT_GT(ratio(space), 1.2);
    EXPECT_TRUE(is_searched(space, "keys/duck.ratio"));
    EXPECT_EQ(space.values(middle(space))[knob(space, "keys/duck.keyed")], 1);
}

TEST(Space, LocksHoldEverywhere) {
    BandSpace band = the_band();
    band.job.stems[6].lock = {
        {"compressor.ratio", 4}, {"fader_db", -3}, {"compressor.makeup_db", 2}};
    band.song.stems[3].place = Place::centre;
    const Space space = band.space();
    for (const auto& v :
         {space.values(middle(space)), space.static_balance(), space.rule_based()}) {
        EXPECT_EQ(v[knob(space, "vox/compressor.ratio")], 4);
        EXPECT_EQ(v[knob(space, "vox/fader.fader_db")], -3);
        EXPECT_EQ(v[knob(space, "vox/compressor.makeup_db")], 2);
        EXPECT_EQ(v[knob(space, "guitar L/pan.position")], 0);
    }
    EXPECT_TRUE(space.knobs()[knob(space, "vox/compressor.ratio")].locked);
    EXPECT_TRUE(space.knobs()[knob(space, "guitar L/pan.position")].locked);
    EXPECT_FALSE(is_searched(space, "vox/compressor.ratio"));
    EXPECT_TRUE(is_searched(space, "vox/compressor.attack_ms"));
}

TEST(Space, BadLocksAreNamed) {
    const auto error_of = [](const std::string& key, double value) -> std::string {
        BandSpace band = the_band();
        band.job.stems[6].lock = {{key, value}};
        try {
            band.space();
        } catch (const InputError& e) {
            std::printf("%s\n", e.what());
            return e.what();
        }
        return "no error";
    };
    EXPECT_THAT(error_of("fadr_db", 0), HasSubstr("stem 'vox'"));
    EXPECT_THAT(error_of("fadr_db", 0), HasSubstr("'fader_db'"));
    EXPECT_THAT(error_of("compressor.rati", 0), HasSubstr("'compressor.ratio'"));
    EXPECT_THAT(error_of("compressor.rati", 0), HasSubstr("saturator.drive_db"));
    EXPECT_THAT(error_of("compressor.ratio", 50), HasSubstr("1 to 20"));
    EXPECT_THAT(error_of("compressor.ratio", std::nan("")), HasSubstr("1 to 20"));
    EXPECT_EQ(error_of("compressor.ratio", 20), "no error");
    EXPECT_THAT(error_of("ratio", 4), HasSubstr("gate.ratio, compressor.ratio, duck.ratio"));
}

TEST(Space, UntouchedStemsMoveByLevelOnly) {
    BandSpace band = the_band();
    band.song.stems[5].untouched = true;
    const Space space = band.space();
    for (int k : space.searched()) {
        const Knob& knob = space.knobs()[static_cast<std::size_t>(k)];
        if (knob.stem == 5) {
            EXPECT_EQ(knob.name, "keys/fader.fader_db");
        }
    }
    const auto rules = space.rule_based();
    for (std::size_t k = 0; k < rules.size(); ++k) {
        const Knob& knob = space.knobs()[k];
        if (knob.stem == 5 && knob.effect != "fader" && knob.effect != "trim") {
            EXPECT_EQ(rules[k], knob.neutral) << knob.name;
        }
        if (knob.stem == 7) {
            EXPECT_EQ(rules[k], knob.neutral) << knob.name;
        }
    }
}

TEST(Space, IntentMovesLevels) {
    const Space plain = the_band().space();
    BandSpace band = the_band();
    band.song.stems[5].intent = Intent::lead;
    band.song.stems[2].intent = Intent::background;
    const Space shifted = band.space();
    const auto fader = [](const Space& s, const char* stem) {
        return s.knobs()[knob(s, std::string(stem) + "/fader.fader_db")].prior.typical;
    };
    EXPECT_NEAR(fader(shifted, "keys"), fader(plain, "keys") + 2, 1e-4);
    EXPECT_NEAR(fader(shifted, "bass"), fader(plain, "bass") - 3, 1e-4);
    // Without a lead vocal the lead takes its level.
    band.song.stems[6].role.role = Role::strings;
    EXPECT_NEAR(fader(band.space(), "keys"), 0, 1e-4);
}

TEST(Space, StemsThatNeverMeetDoNotShareALevel) {
    Song song = empty_song(8);
    add_stem(song, "a", Role::electric_guitar, during(0, 4, sine(300, 0.1)));
    add_stem(song, "b", Role::electric_guitar, during(4, 8, sine(300, 0.1)));
    add_stem(song, "vox", Role::lead_vocal, sine(800, 0.1));
    const Space space(job_for(song), song, analyze(song), priors_folder());
    EXPECT_NEAR(space.knobs()[knob(space, "a/fader.fader_db")].prior.typical, -3.5, 0.15);
}

TEST(Space, PriorDistanceCountsQuantilesOfUsedKnobs) {
    const Space space = the_band().space();
    const auto typical = space.values(middle(space));
    // Every always-used knob at its 90th percentile, faders apart (their common part does not
    // count).
    auto unit = middle(space);
    for (std::size_t i = 0; i < unit.size(); ++i) {
        const Knob& knob = space.knobs()[static_cast<std::size_t>(space.searched()[i])];
        if (knob.effect != "fader") unit[i] = 0.9f;
    }
    const double far = space.prior_distance(space.values(unit));
    std::printf("all but faders at 0.9: %.3f\n", far);
    EXPECT_GT(far, 0.7);
    EXPECT_LT(far, 1.1);
    // The faders of all stems up by 5 dB is the same mix.
    auto louder = typical;
    for (std::size_t k = 0; k < louder.size(); ++k)
        if (space.knobs()[k].effect == "fader" && space.knobs()[k].stem >= 0) louder[k] += 5;
    EXPECT_NEAR(space.prior_distance(louder), 0, 1e-5);
    // A compressor's release does not matter at ratio 1; an unused shelf's frequency neither.
    auto idle = typical;
    idle[knob(space, "vox/compressor.ratio")] = 1;
    const double before = space.prior_distance(idle);
    idle[knob(space, "vox/compressor.release_ms")] = 3000;
    EXPECT_EQ(space.prior_distance(idle), before);
    // Further out is further.
    auto loud = typical;
    double last = 0;
    for (float db : {2.0f, 5.0f, 9.0f}) {
        loud[knob(space, "snare/fader.fader_db")] =
            typical[knob(space, "snare/fader.fader_db")] + db;
        EXPECT_GT(space.prior_distance(loud), last);
        last = space.prior_distance(loud);
    }
    EXPECT_GT(space.prior_distance(space.static_balance()), 0.05)
        << "equal loudness is not what engineers do";
}

TEST(Space, SettingsAreRowsOfStrips) {
    const Space space = the_band().space();
    const auto v = space.values(middle(space));
    const MixSettings mix = space.settings(v);
    ASSERT_EQ(mix.strips.size() + mix.buses.size(), v.size());
    const auto row = static_cast<std::size_t>(6 * strip_param_count() +
                                              strip_param_index("compressor", "ratio"));
    EXPECT_EQ(mix.strips[row], v[knob(space, "vox/compressor.ratio")]);
}

}  // namespace
}  // namespace mixfarm
