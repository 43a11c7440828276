/// The form of whole songs: the demo, one whose job tells its sections, and some that have none.
#include "host/form/form.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "host/song/demo_score.h"
#include "tests/form/band.h"

namespace mixfarm {
namespace {

using form_test::Band;
using form_test::f_measure;
using form_test::Played;
using form_test::Tune;

TEST(Form, OfTheDemoIsTheOneItWasWrittenIn) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("mixfarm-form-test-" + std::to_string(getpid()));
    Song song = load_song(read_job(write_demo_song(folder)));
    std::filesystem::remove_all(folder);
    song.sections = {{"song", 0, song.seconds()}};  // the job tells
    song.tempo_bpm = 0;
    const Form form = find_form(song, analyze(song));
    const double beat_s = 60 / demo::kTempo_bpm, bar_s = 4 * beat_s;
    std::vector<double> beats, downbeats, boundaries, found;
    for (int b = 0; b < 4 * demo::kBars; ++b) beats.push_back(b * beat_s);
    for (int b = 0; b < demo::kBars; ++b) downbeats.push_back(b * bar_s);
    for (const demo::SectionPlan& s : demo::kForm)
        if (s.first_bar > 0) boundaries.push_back(s.first_bar * bar_s);
    EXPECT_NEAR(form.beats.tempo_bpm, demo::kTempo_bpm, 0.5);
    EXPECT_GE(f_measure(form.beats.at_s, beats, 0.07), 0.95);
    EXPECT_GE(f_measure(form.bars.at_s, downbeats, 0.07), 0.85);
    EXPECT_GE(form.beats.confidence, kSureOfBeats);
    const std::vector<FoundSection>& sections = form.sections.found;
    for (std::size_t i = 1; i < sections.size(); ++i) found.push_back(sections[i].start_s);
    EXPECT_EQ(f_measure(found, boundaries, bar_s), 1);
    ASSERT_EQ(sections.size(), demo::kForm.size());
    for (std::size_t i = 0; i < sections.size(); ++i)
        EXPECT_EQ(section_word(sections[i].kind), demo::kForm[i].name) << i;
    EXPECT_EQ(sections[4].name, "chorus 2");
    // The voice leads.
    ASSERT_GE(form.lead, 0);
    EXPECT_EQ(song.stems[static_cast<std::size_t>(form.lead)].role.role, Role::lead_vocal);
    EXPECT_GE(form.phrases.size(), 8u);
    for (const Phrase& p : form.phrases) {
        EXPECT_LT(p.start_s, p.last_word_s + 0.01);
        EXPECT_LT(p.last_word_s, p.end_s);
        EXPECT_LT(p.end_s - p.start_s, 4 * bar_s);
    }
    // A phrase begins where the melody goes on after more than a beat of rest, which the note
    // before shortens; its consonant is early.
    double free_beat = -1;
    for (const demo::Note& note : demo::vocal_line()) {
        if (free_beat < 0 || note.beat - free_beat > 1.2) {
            double off = HUGE_VAL;
            for (const Phrase& p : form.phrases)
                off = std::min(off, std::fabs(p.start_s - note.beat * beat_s));
            EXPECT_LT(off, 0.12) << "beat " << note.beat;
        }
        free_beat = note.beat + note.beats;
    }
}

TEST(Form, SectionsThatTheJobGivesAreKept) {
    Tune tune;
    tune.bpm = 104;
    tune.form = {{"intro", 4}, {"verse", 8}, {"chorus", 8}, {"bridge", 4}, {"chorus", 8}};
    Played played = Band(tune).play();
    const char* names[] = {"Intro", "Verse 1", "Hook 1", "Breakdown", "Hook 2"};
    const double off[] = {0, 0.3, -0.3, 0.2, 0.1};
    Song& song = played.song;
    song.sections.clear();
    for (std::size_t i = 0; i < 5; ++i)
        song.sections.push_back(
            {names[i], i == 0 ? 0 : played.boundaries[i - 1] + off[i], song.seconds()});
    for (std::size_t i = 0; i < 4; ++i) song.sections[i].end_s = song.sections[i + 1].start_s;
    const Form form = find_form(song, analyze(song));
    const std::vector<FoundSection>& found = form.sections.found;
    EXPECT_EQ(form.sections.confidence, 1);
    ASSERT_EQ(found.size(), 5u);
    const SectionKind kinds[] = {SectionKind::intro, SectionKind::verse, SectionKind::chorus,
                                 SectionKind::interlude, SectionKind::chorus};
    const int bars[] = {4, 8, 8, 4};
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(found[i].name, names[i]);
        EXPECT_EQ(found[i].kind, kinds[i]) << names[i];
    }
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_NEAR(found[i + 1].start_s, played.boundaries[i], 0.05) << names[i];
        EXPECT_EQ(found[i].bars, bars[i]) << names[i];
        EXPECT_EQ(found[i].end_s, found[i + 1].start_s);
    }
    EXPECT_EQ(found[2].theme, found[4].theme);
    EXPECT_NE(found[1].theme, found[2].theme);
    // Kick and bass come in with the verse, the kick comes back after the breakdown.
    EXPECT_GT(found[1].rise_lu, 3);
    EXPECT_GT(found[1].low_rise_db, 6);
    EXPECT_LT(found[3].low_rise_db, -3);
    EXPECT_TRUE(found[4].drop);
    EXPECT_FALSE(found[3].drop);
}

TEST(Form, NamesThatSayNothingAreJudgedByEar) {
    Tune tune;
    tune.bpm = 120;
    tune.form = {{"intro", 4}, {"verse", 8}, {"chorus", 8}, {"verse", 8}, {"chorus", 8}};
    Played played = Band(tune).play();
    Song& song = played.song;
    song.sections.clear();
    const char* names[] = {"A", "B", "C", "B", "C"};
    for (std::size_t i = 0; i < 5; ++i)
        song.sections.push_back({names[i], i == 0 ? 0 : played.boundaries[i - 1], 0});
    const Form form = find_form(song, analyze(song));
    ASSERT_EQ(form.sections.found.size(), 5u);
    const SectionKind kinds[] = {SectionKind::intro, SectionKind::verse, SectionKind::chorus,
                                 SectionKind::verse, SectionKind::chorus};
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(form.sections.found[i].kind, kinds[i]) << i;
}

/// Two stems that keep no time.
Song odd_song(bool noise) {
    constexpr int kOddRate = 44100, kOdd_s = 60;
    Song song;
    song.rate = kOddRate, song.frames = kOddRate * kOdd_s;
    RandomStream random(5, noise ? 1 : 2);
    for (const Role role :
         noise ? std::array{Role::drums, Role::keys} : std::array{Role::pad, Role::strings}) {
        Stem stem;
        stem.name = role_name(role), stem.role.role = role, stem.channels = 1;
        stem.left.resize(static_cast<std::size_t>(song.frames));
        if (noise) {
            for (float& x : stem.left) x = static_cast<float>(0.1 * (2 * random.next() - 1));
        } else {
            // Chords come when they like and swell slowly.
            for (double t = 0; t < kOdd_s - 8;) {
                const double length = 2 + 4 * random.next(), hz = 110 * std::exp2(random.next());
                for (auto n = static_cast<std::size_t>(t * kOddRate);
                     n < static_cast<std::size_t>((t + length + 1) * kOddRate); ++n) {
                    const double s = static_cast<double>(n) / kOddRate - t;
                    const double edge = std::min({1.0, s, length + 1 - s});
                    double sum = 0;
                    for (const double ratio : {1.0, 1.26, 1.5})
                        sum += std::sin(2 * std::numbers::pi * hz * ratio * s);
                    stem.left[n] += static_cast<float>(0.05 * std::max(edge, 0.0) * sum);
                }
                t += length;
            }
        }
        song.stems.push_back(std::move(stem));
    }
    song.sections = {{"song", 0, song.seconds()}};
    return song;
}

TEST(Form, OfWhatKeepsNoTimeIsNotSure) {
    for (const bool noise : {false, true}) {
        const Song song = odd_song(noise);
        const Form form = find_form(song, analyze(song));
        std::printf("%s: beats sure %.2f, bars %.2f, sections %.2f (%zu)\n",
                    noise ? "noise" : "rubato", form.beats.confidence, form.bars.confidence,
                    form.sections.confidence, form.sections.found.size());
        EXPECT_LT(form.beats.confidence, kSureOfBeats);
        EXPECT_LT(form.sections.confidence, 0.5);
        EXPECT_FALSE(form_words(form).empty());
    }
}

TEST(Form, WhatTheJobKnowsIsTaken) {
    Tune tune;
    tune.bpm = 100, tune.seed = 5;
    tune.form = {{"verse", 4}, {"chorus", 4}};
    const Played played = Band(tune).play();
    Song song = played.song;
    const Profile profile = analyze(song);
    const double beat_s = 60.0 / 90;
    song.tempo_bpm = 90, song.beats_per_bar = 5, song.first_bar_s = 2.5;
    song.phrases = {{1, 2.5}, {4, 7}};
    const Form form = find_form(song, profile);
    EXPECT_EQ(form.beats.tempo_bpm, 90);
    EXPECT_EQ(form.beats.confidence, 1);
    EXPECT_EQ(form.bars.confidence, 1);
    ASSERT_GE(form.bars.at_s.size(), 4u);
    const double first = 2.5 - 3 * beat_s;  // three beats fit in front of the first whole bar
    EXPECT_NEAR(form.beats.at_s.front(), first, 1e-9);
    for (std::size_t i = 1; i < form.beats.at_s.size(); ++i)
        EXPECT_NEAR(form.beats.at_s[i] - form.beats.at_s[i - 1], beat_s, 1e-9);
    for (std::size_t b = 0; b < form.bars.at_s.size(); ++b)
        EXPECT_NEAR(form.bars.at_s[b], 2.5 + 5 * static_cast<double>(b) * beat_s, 1e-9) << b;
    ASSERT_GE(form.lead, 0);
    ASSERT_EQ(form.phrases.size(), 2u);
    EXPECT_NEAR(form.phrases[0].start_s, 1, 1e-9);
    EXPECT_NEAR(form.phrases[0].end_s, 2.5, 1e-9);
    EXPECT_NEAR(form.phrases[0].gap_s, 1.5, 1e-9);
    EXPECT_NEAR(form.phrases[1].end_s, 7, 1e-9);
    for (const Phrase& p : form.phrases) {
        EXPECT_GE(p.last_word_s, p.start_s);
        EXPECT_LT(p.last_word_s, p.end_s);
    }
    // A downbeat alone only says which beat is the first.
    song.tempo_bpm = 0, song.beats_per_bar = 0, song.first_bar_s = played.beats[6];
    const Form heard = find_form(song, profile);
    EXPECT_NEAR(heard.beats.tempo_bpm, 100, 1);
    EXPECT_NEAR(heard.bars.at_s[1], *song.first_bar_s, 0.07);
}

/// A minute of tones that stay, some against each other: they beat, and nothing begins.
Song held_song(std::initializer_list<double> tones_hz, double tremolo_hz, double depth) {
    Song song;
    song.rate = 44100, song.frames = 60 * song.rate;
    for (const Role role : {Role::pad, Role::bass_guitar}) {
        Stem stem;
        stem.name = role_name(role), stem.role.role = role, stem.channels = 1;
        stem.left.resize(static_cast<std::size_t>(song.frames));
        for (std::size_t n = 0; n < stem.left.size(); ++n) {
            const double t = static_cast<double>(n) / song.rate;
            double sum = 0;
            for (const double hz : tones_hz)
                sum += std::sin(2 * std::numbers::pi * hz * (role == Role::pad ? 2 : 0.5) * t);
            stem.left[n] = static_cast<float>(
                0.05 * sum * (1 + depth * std::sin(2 * std::numbers::pi * tremolo_hz * t)));
        }
        song.stems.push_back(std::move(stem));
    }
    song.sections = {{"song", 0, song.seconds()}};
    return song;
}

TEST(Form, OfHeldSoundIsNotSure) {
    for (const auto& [name, song] : {std::pair{"steady", held_song({110, 138.6, 165}, 0, 0)},
                                     {"beating", held_song({110, 112, 165, 166.1}, 0, 0)},
                                     {"tremolo", held_song({110, 138.6, 165}, 2, 0.3)},
                                     {"deep tremolo", held_song({110, 138.6, 165}, 2, 0.9)}}) {
        const Form form = find_form(song, analyze(song));
        std::printf("%s: beats sure %.2f\n", name, form.beats.confidence);
        EXPECT_LT(form.beats.confidence, kSureOfBeats) << name;
    }
}

TEST(Form, OfAMomentOrOfEffectsAloneDoesNoHarm) {
    for (const double seconds : {0.02, 0.3, 2.5, 12.0})
        for (const Role role : {Role::kick, Role::lead_vocal, Role::fx}) {
            Song song;
            song.rate = 44100, song.frames = static_cast<std::int64_t>(seconds * song.rate);
            Stem stem;
            stem.role.role = role, stem.channels = 1;
            for (std::int64_t n = 0; n < song.frames; ++n)
                stem.left.push_back(n % 11025 < 400 ? 0.5f : 0.f);
            song.stems = {stem};
            song.sections = {{"song", 0, song.seconds()}};
            const Profile profile = analyze(song);
            const Form form = find_form(song, profile);
            EXPECT_FALSE(form_words(form).empty());
            ASSERT_FALSE(form.sections.found.empty());
            EXPECT_EQ(form.sections.found.back().end_s, song.seconds());
            song.sections = {{"a", 0, 0.01}, {"b", 0.01, song.seconds()}};
            const Form given = find_form(song, profile);
            ASSERT_EQ(given.sections.found.size(), 2u);
            EXPECT_LE(given.sections.found[0].end_s, given.sections.found[1].end_s);
        }
}

}  // namespace
}  // namespace mixfarm
