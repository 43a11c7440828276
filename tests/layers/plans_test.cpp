/// What layers are planned of: parts that leak stay, what is turned down carries nothing, own
/// sounds go where their names say.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "host/moves/plan_moves.h"
#include "tests/layers/planned_song.h"
#include "tests/song/audio_files.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

using namespace layers_test;
namespace fs = std::filesystem;

/// Noise of its own for every seed.
std::function<double(double)> noise(std::uint64_t seed, int rate) {
    return [random = RandomStream(seed, 7), rate](double t) {
        return 0.2 * (2 * random.uniform(static_cast<std::uint64_t>(std::llround(t * rate))) - 1);
    };
}

TEST(LayersOf, PartsThatLeakIntoEachOtherStayInTimeAndPitch) {
    for (const double bleed : {0.0, 0.5}) {
        PlannedSong planned;
        const int rate = planned.song().rate;
        const auto with = [&](std::uint64_t own, std::uint64_t other) {
            return [a = noise(own, rate), b = noise(other, rate), bleed](double t) {
                return a(t) + bleed * b(t);
            };
        };
        planned.add("pad", Role::pad, with(1, 2));
        planned.add("pad room", Role::pad, with(2, 1));
        planned.add("voice", Role::lead_vocal, with(3, 4));
        planned.add("voice room", Role::backing_vocal, with(4, 3));
        const Ground ground = planned.ground();
        EXPECT_EQ(plan_tape(ground).has_value(), bleed == 0) << bleed;
        EXPECT_EQ(plan_pitch_drift(ground).has_value(), bleed == 0) << bleed;
        EXPECT_EQ(plan_laid_back(ground).has_value(), bleed == 0) << bleed;
    }
}

TEST(LayersOf, VariantsAreOfThePartsThatPlayMost) {
    PlannedSong planned;
    for (int i = 0; i < 3; ++i)
        planned.add("pad " + std::to_string(i), Role::pad,
                    noise(static_cast<std::uint64_t>(i) + 1, planned.song().rate));
    planned.profile().stems[0].active_share = 0.1;
    const auto move = plan_tape(planned.ground());
    ASSERT_TRUE(move);
    ASSERT_EQ(move->layers.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(move->layers[i].stem, i < 3 ? 1 : 2);
    // What drifts in pitch does so together or not at all.
    ASSERT_EQ(plan_pitch_drift(planned.ground())->layers.size(), 9u);
    planned.song().stems[1].untouched = true;
    EXPECT_FALSE(plan_pitch_drift(planned.ground()));
}

TEST(LayersOf, WhatAMoveTurnsDownCarriesNoFloor) {
    PlannedSong planned;
    planned.add("keys", Role::keys, [](double t) { return 0.1 * std::sin(kTurn * 440 * t); });
    planned.add("pad", Role::pad, [](double t) { return 0.1 * std::sin(kTurn * 330 * t); });
    planned.profile().stems[1].active_share = 0.8;  // plays a little less
    Ground ground = planned.ground();
    EXPECT_EQ(plan_hiss(ground)->layers[0].stem, 0);
    Move held;
    held.lanes.push_back({0, "fader", "fader_db", Law::add, {0, 8, 40}, {{0, -1}}, "keys"});
    ground.claim(held);
    EXPECT_EQ(plan_hiss(ground)->layers[0].stem, 1);
    EXPECT_NE(move_words(*plan_hiss(ground), 0.5f).find("hiss under pad at -46 dB"),
              std::string::npos);
}

TEST(LayersOf, WhatIsStruckMakesNoCloud) {
    PlannedSong planned;
    planned.add("keys", Role::keys, [](double t) { return 0.1 * std::sin(kTurn * 440 * t); });
    planned.profile().stems[0].crest_db = 9;
    EXPECT_TRUE(plan_grains(planned.ground()));
    planned.profile().stems[0].crest_db = 20;
    EXPECT_FALSE(plan_grains(planned.ground()));
}

TEST(LaidBack, KeepsVoicesTogetherAndWithinTheBeat) {
    PlannedSong planned;
    planned.add("voice", Role::lead_vocal, noise(3, planned.song().rate));
    planned.add("double", Role::backing_vocal, noise(4, planned.song().rate));
    auto move = plan_laid_back(planned.ground());
    ASSERT_TRUE(move);
    ASSERT_EQ(move->lanes.size(), 2u);
    EXPECT_FLOAT_EQ(move->lanes[0].amounts.most, 20);  // a beat of 600 ms bears it
    planned.form().beats.tempo_bpm = 170;
    move = plan_laid_back(planned.ground());
    for (const MoveLane& lane : move->lanes)
        EXPECT_NEAR(lane.amounts.most, 0.025 * 60000 / 170 + 5, 1e-3);
    planned.song().stems[1].untouched = true;
    EXPECT_FALSE(plan_laid_back(planned.ground())) << "its double would stay";
}

TEST(Contrast, IsNotWidenedBeyondEight) {
    PlannedSong planned;
    planned.add("keys", Role::keys, [](double t) { return 0.1 * std::sin(kTurn * 440 * t); });
    for (const double rise : {3.0, 7.0, 9.0}) {
        for (FoundSection& s : planned.form().sections.found)
            s.loudness_lufs = s.kind == SectionKind::chorus ? -14 : -14 - rise;
        const auto lift = plan_chorus_lift(planned.ground()),
                   tuck = plan_verse_tuck(planned.ground());
        EXPECT_EQ(lift.has_value(), rise < 8) << rise;
        EXPECT_EQ(tuck.has_value(), rise < 8) << rise;
        if (!lift || !tuck) continue;
        EXPECT_LE(rise + lift->lanes[0].amounts.most + tuck->lanes[0].amounts.most, 8) << rise;
        EXPECT_FLOAT_EQ(lift->lanes[0].amounts.most, rise < 4 ? 1.5f : 0.5f);
    }
}

TEST(Dropout, NeedsALowEndThatLeaves) {
    PlannedSong planned;
    planned.add("bass", Role::bass_guitar, [](double t) { return 0.1 * std::sin(kTurn * 80 * t); });
    const double chorus = planned.section(4).start_s;
    const auto from = [&](double seconds) {
        std::vector<float>& level = planned.profile().stems[0].level_lufs;
        for (std::size_t i = 0; i < level.size(); ++i)
            level[i] = static_cast<double>(i) / 10 < seconds ? -120.f : -20.f;
    };
    from(0);
    const auto move = plan_dropout(planned.ground());
    ASSERT_TRUE(move);
    EXPECT_NEAR(move->places.back().end_s, chorus, 1e-6);
    from(chorus);
    EXPECT_FALSE(plan_dropout(planned.ground())) << "nothing plays before it";
}

TEST(Ground, CountsBarsAsTheyArePlayed) {
    PlannedSong planned;
    std::vector<double>& bars = planned.form().bars.at_s;
    for (std::size_t b = 0; b < bars.size(); ++b)
        bars[b] += 0.02 * static_cast<double>(b * b) / static_cast<double>(bars.size());  // slower
    const Ground ground = planned.ground();
    EXPECT_EQ(ground.bar_at(bars[6] + 0.3, -4), bars[2]);
    EXPECT_EQ(ground.bar_at(bars[6] - 0.3, 3), bars[9]);
    EXPECT_EQ(ground.bar_at(bars[6], 0), bars[6]);
    EXPECT_NEAR(ground.bar_at(bars[1], -3), bars[0] - 2 * PlannedSong::kBar_s, 1e-9);
    EXPECT_NEAR(ground.bar_at(bars.back(), 2), bars.back() + 2 * PlannedSong::kBar_s, 1e-9);
}

TEST(Dropout, IsNotMadeWhereOthersHearIt) {
    for (const Role beside : {Role::electric_guitar, Role::fx}) {
        PlannedSong planned;
        const int rate = planned.song().rate;
        planned.add("kick", Role::kick, noise(1, rate));
        planned.add("beside", beside, [a = noise(2, rate), b = noise(1, rate)](double t) {
            return a(t) + 0.7 * b(t);
        });
        EXPECT_EQ(plan_dropout(planned.ground()).has_value(), beside == Role::fx);
        // A kit is one body by rule: what is silent in it leaves nothing behind.
        planned.profile()
            .stems[planned.add("snare", Role::snare, [](double) { return 0.0; })]
            .silent = true;
        EXPECT_EQ(plan_dropout(planned.ground()).has_value(), beside == Role::fx);
    }
}

/// 62 s at 192 kHz: eleven sounds fill the memory, three pads and their floors want twelve.
TEST(Memory, IsForWhatTheJobLocksFirst) {
    PlannedSong planned(6, 192000);
    for (const double hz : {220.0, 277.0, 331.0})
        planned.add("pad", Role::pad, [hz](double t) { return 0.1 * std::sin(kTurn * hz * t); });
    const auto plan = [&](std::vector<std::string>& left_out) {
        std::set<std::string> names;
        for (const Move& move : plan_moves(planned.job(), planned.song(), planned.profile(),
                                           planned.form(), &left_out))
            names.insert(move.name);
        return names;
    };
    planned.ground();  // now it is known what leaks
    auto& said = planned.job().moves.said;
    said = {{"timing_drift", {0, std::nullopt}},
            {"pitch_drift", {0.5, 0.5}},
            {"hiss", {1, std::nullopt}},
            {"vinyl", {1, std::nullopt}}};
    std::vector<std::string> left_out;
    std::set<std::string> names = plan(left_out);
    EXPECT_TRUE(names.contains("pitch_drift") && names.contains("vinyl"));
    EXPECT_FALSE(names.contains("grains"));
    ASSERT_EQ(left_out.size(), 1u);
    EXPECT_NE(left_out[0].find("grains"), std::string::npos);
    said["grains"] = {0.5, 0.5};
    names = plan(left_out);
    EXPECT_TRUE(names.contains("pitch_drift") && names.contains("grains"));
    EXPECT_FALSE(names.contains("vinyl"));
    ASSERT_EQ(left_out.size(), 1u);
    EXPECT_NE(left_out[0].find("vinyl"), std::string::npos);
}

class OwnSounds : public testing::Test {
protected:
    OwnSounds() {
        planned_.add("keys", Role::keys, [](double t) { return 0.1 * std::sin(kTurn * 440 * t); });
        fs::create_directories(folder_);
        planned_.job().own_sounds = folder_.string();
    }
    ~OwnSounds() override { fs::remove_all(folder_); }
    void add(const std::string& name, const std::vector<float>& sound) {
        test::write_audio(folder_ / (name + ".wav"), {sound}, planned_.song().rate);
    }

    PlannedSong planned_;
    const fs::path folder_ =
        fs::temp_directory_path() / ("mixfarm-own-sounds-" + std::to_string(getpid()));
};

TEST_F(OwnSounds, GoWhereTheWordsOfTheirNamesSay) {
    EXPECT_FALSE(plan_own_sounds(planned_.ground())) << "the folder is empty";
    const double chorus = planned_.section(2).start_s;
    const struct {
        const char* name;
        double from_s, to_s;
    } names[] = {{"Big_Riser-02", chorus - 1, chorus},
                 {"UPSWEEP", chorus - 1, chorus},
                 {"my impact 3", chorus, chorus + 1},
                 {"Boom", chorus, chorus + 1},
                 {"enterprise", 0, planned_.section(0).end_s},  // within words: neither
                 {"crashing waves", 0, planned_.section(0).end_s},
                 {"risers2hits", chorus - 1, chorus}};  // of two the first
    for (const auto& [name, from_s, to_s] : names) {
        add(name, test::sine(1000, 1, planned_.song().rate));
        const auto move = plan_own_sounds(planned_.ground());
        ASSERT_TRUE(move) << name;
        ASSERT_EQ(move->places.size(), 1u) << name;
        EXPECT_NEAR(move->places[0].start_s, from_s, 1e-4) << name;
        EXPECT_NEAR(move->places[0].end_s, to_s, 1e-4) << name;
        // It is heard there and nowhere else.
        const LayerSound sound = move->layers[0].make();
        const int rate = planned_.song().rate;
        const double middle = (from_s + to_s) / 2;
        EXPECT_NEAR(rms_db(sound.left, rate, middle - 0.4, middle + 0.4), -20, 3.1) << name;
        EXPECT_EQ(rms(cut(sound.left, rate, to_s + 0.001, planned_.song().seconds())), 0) << name;
        if (from_s > 0) {
            EXPECT_EQ(rms(cut(sound.left, rate, 0, from_s - 0.001)), 0) << name;
        }
        fs::remove(folder_ / (std::string(name) + ".wav"));
    }
}

TEST_F(OwnSounds, ThatCannotBeReadAreLeftOutInWords) {
    add("boom", test::sine(1000, 1, planned_.song().rate));
    std::ofstream(folder_ / "broken.wav") << "no sound";
    const Ground ground = planned_.ground();
    const auto move = plan_own_sounds(ground);
    ASSERT_TRUE(move);
    EXPECT_EQ(move->places.size(), 1u);
    ASSERT_EQ(ground.left_out().size(), 1u);
    EXPECT_NE(ground.left_out()[0].find("broken.wav"), std::string::npos);
}

TEST_F(OwnSounds, ABedGoesOnWithoutSeams) {
    const int rate = planned_.song().rate;
    std::vector<float> rain;
    const RandomStream random(3, 1);
    for (int n = 0; n < 2 * rate; ++n)
        rain.push_back(static_cast<float>(random.uniform(static_cast<std::uint64_t>(n)) - 0.5));
    add("rain", rain);
    const auto move = plan_own_sounds(planned_.ground());
    ASSERT_TRUE(move);
    const LayerSound sound = move->layers[0].make();
    double most = -300, least = 300;
    for (double t = 1; t + 1.05 < planned_.section(0).end_s; t += 0.05) {
        const double now = rms_db(sound.left, rate, t, t + 0.05);
        most = std::max(most, now), least = std::min(least, now);
    }
    std::printf("2 s of noise over %.1f s: %.2f to %.2f dB\n", planned_.section(0).end_s, least,
                most);
    EXPECT_LT(most - least, 1.5);
}

}  // namespace
}  // namespace mixfarm
