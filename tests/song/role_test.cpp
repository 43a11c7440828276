/// Roles from names as people write them, and from sound where names say nothing.
#include "host/song/role.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <stdexcept>

#include "host/song/role_words.h"
#include "host/song/song.h"
#include "host/song/sound_traits.h"
#include "tests/song/audio_files.h"

namespace mixfarm {
namespace {

using namespace test;

struct NameCase {
    const char* name;
    Role role;
};

constexpr NameCase kNames[] = {
    // voices
    {"vox", Role::lead_vocal},
    {"LeadVox", Role::lead_vocal},
    {"vox_lead", Role::lead_vocal},
    {"lv", Role::lead_vocal},
    {"LV 2", Role::lead_vocal},
    {"Lead Vocal (comp)", Role::lead_vocal},
    {"01_Main_Vocals", Role::lead_vocal},
    {"bgvox_alt", Role::backing_vocal},
    {"bgvox_echo", Role::backing_vocal},
    {"BGV", Role::backing_vocal},
    {"bvs", Role::backing_vocal},
    {"BackingVocals", Role::backing_vocal},
    {"vocal_harmony_L", Role::backing_vocal},
    {"Choir", Role::backing_vocal},
    {"vox-double", Role::backing_vocal},
    {"bass_vox", Role::backing_vocal},
    {"BGVoxHigh", Role::backing_vocal},
    {"backingvox", Role::backing_vocal},
    // kit
    {"kick", Role::kick},
    {"Kik In", Role::kick},
    {"BD", Role::kick},
    {"kick_sub", Role::kick},
    {"bass drum", Role::kick},
    {"808_kick", Role::kick},
    {"KickDrum", Role::kick},
    {"kickdrum", Role::kick},
    {"snr_top", Role::snare},
    {"SN btm", Role::snare},
    {"snare", Role::snare},
    {"sd2", Role::snare},
    {"snare_clap", Role::snare},
    {"FloorTom", Role::tom},
    {"toms", Role::tom},
    {"hh", Role::hi_hat},
    {"hats", Role::hi_hat},
    {"hi-hat", Role::hi_hat},
    {"HiHat_open", Role::hi_hat},
    {"hat_fill", Role::hi_hat},
    {"OH L", Role::overhead},
    {"ovh", Role::overhead},
    {"drums_oh", Role::overhead},
    {"ride", Role::overhead},
    {"drum room", Role::room},
    {"room_L", Role::room},
    {"snare room", Role::room},
    {"shaker_loop", Role::percussion},
    {"perc", Role::percussion},
    {"tambourine", Role::percussion},
    {"claps", Role::percussion},
    {"congas", Role::percussion},
    {"kick_hats", Role::drums},
    {"breakbeat", Role::drums},
    {"trap_beat", Role::drums},
    {"outro_drum", Role::drums},
    {"end_drums", Role::drums},
    {"drumloop", Role::drums},
    {"fill", Role::drums},
    {"break", Role::drums},
    {"DrumKit", Role::drums},
    // bass
    {"bs", Role::bass_guitar},
    {"bassguitar", Role::bass_guitar},
    {"Bass DI", Role::bass_guitar},
    {"bass_amp", Role::bass_guitar},
    {"electric bass", Role::bass_guitar},
    {"upright", Role::bass_guitar},
    {"pad_bass", Role::synth_bass},
    {"synth_bass", Role::synth_bass},
    {"SubBass", Role::synth_bass},
    {"sub", Role::synth_bass},
    {"808", Role::synth_bass},
    {"BassSynth", Role::synth_bass},
    {"moog bass", Role::synth_bass},
    // guitars, keys and the rest of the band
    {"gtr", Role::electric_guitar},
    {"leadguitar", Role::electric_guitar},
    {"lead guitar", Role::electric_guitar},
    {"EGtr_2", Role::electric_guitar},
    {"Guitar Solo", Role::electric_guitar},
    {"ac_gtr", Role::acoustic_guitar},
    {"AcGtr", Role::acoustic_guitar},
    {"acoustic", Role::acoustic_guitar},
    {"AcousticGuitar1", Role::acoustic_guitar},
    {"12 string gtr", Role::acoustic_guitar},
    {"ukulele", Role::acoustic_guitar},
    {"keys", Role::keys},
    {"pno", Role::keys},
    {"Rhodes", Role::keys},
    {"electric piano", Role::keys},
    {"clav", Role::keys},
    {"mallet", Role::keys},
    {"B3", Role::organ},
    {"Hammond Organ", Role::organ},
    {"synth_lead", Role::synth_lead},
    {"LeadSynth", Role::synth_lead},
    {"arp", Role::synth_lead},
    {"pad", Role::pad},
    {"SynthPad", Role::pad},
    {"bass pad", Role::pad},
    {"warm_pad_2", Role::pad},
    {"strs", Role::strings},
    {"Violins", Role::strings},
    {"Cello", Role::strings},
    {"horns", Role::brass},
    {"alto sax", Role::brass},
    {"bass trombone", Role::brass},
    {"Tpt 1", Role::brass},
    // effects
    {"sfx", Role::fx},
    {"riser", Role::fx},
    {"sweep", Role::fx},
    {"build", Role::fx},
    {"noise", Role::fx},
    {"vox_fx", Role::fx},
    {"microcosm_effect", Role::fx},
    {"reverse cymbal", Role::fx},
    {"impact2", Role::fx},
    {"amb", Role::ambience},
    {"Atmos", Role::ambience},
    {"room_ambience", Role::ambience},
    {"flute", Role::other},
};

TEST(Roles, NamesAsPeopleWriteThem) {
    static_assert(std::size(kNames) >= 60);
    const SoundTraits misleading{.low_share = 0.9,
                                 .pitch_share = 0.9};  // the name goes above the sound
    for (const NameCase& c : kNames) {
        const RoleGuess guess = guess_role(c.name, misleading);
        EXPECT_EQ(role_name(guess.role), role_name(c.role)) << c.name;
        EXPECT_EQ(guess.reason, "named '" + std::string(c.name) + "'");
        EXPECT_GT(guess.confidence, 0.3);
        EXPECT_LT(guess.confidence, 1.0) << "only a job is certain";
    }
}

TEST(Roles, NamesThatSayNothingLeaveItToTheSound) {
    for (const char* name :
         {"", "Track 01", "audio-3", "stem_04", "Untitled", "xyzzy", "Final_v2", "asdr", "12"}) {
        EXPECT_EQ(guess_role(name, {}).reason.find("named"), std::string::npos) << name;
        EXPECT_EQ(guess_role(name, {}).role, Role::other) << name;
    }
}

TEST(Roles, EveryRoleHasItsOwnNameAndAFamily) {
    for (int i = 0; i < kRoleCount; ++i) {
        const auto role = static_cast<Role>(i);
        EXPECT_EQ(role_from_name(role_name(role)), role);
        EXPECT_THAT(std::string(role_family(role)),
                    testing::AnyOf("drums", "bass", "music", "vocals", "effects"));
    }
    EXPECT_THROW(role_from_name("singer"), std::out_of_range);
    EXPECT_EQ(role_name(Role::hi_hat), "hi_hat");
    EXPECT_EQ(role_family(Role::synth_bass), "bass");
}

TEST(Roles, MixesAreToldFromStems) {
    EXPECT_TRUE(names_a_mix("rough_mix"));
    EXPECT_TRUE(names_a_mix("Song Master 2"));
    EXPECT_FALSE(names_a_mix("drum_mix"));
    EXPECT_FALSE(names_a_mix("Track 1"));
}

constexpr int kRate = 44100;

std::vector<float> sketch(double seconds, const std::function<double(double)>& at) {
    std::vector<float> x(static_cast<std::size_t>(seconds * kRate));
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(at(static_cast<double>(i) / kRate));
    return x;
}

double hiss() {
    static std::uint32_t state = 7;
    state = state * 1664525u + 1013904223u;
    return static_cast<double>(static_cast<std::int32_t>(state)) * 0x1p-31;
}

double tone(double hz, double t) {
    return std::sin(2 * std::numbers::pi * hz * t);
}

TEST(SoundTraits, KnownSignalsReadAsTheyMust) {
    const auto bass =
        measure_sound_traits(sketch(4, [](double t) { return 0.5 * tone(60, t); }), {}, kRate);
    EXPECT_GT(bass.low_share, 0.999);
    EXPECT_NEAR(bass.centroid_hz, 60, 2);
    EXPECT_NEAR(bass.crest_db, 3.01, 0.05);
    EXPECT_EQ(bass.pitch_share, 1);
    EXPECT_EQ(bass.active_share, 1);
    const auto white =
        measure_sound_traits(sketch(4, [](double) { return 0.2 * hiss(); }), {}, kRate);
    std::printf("white noise: high share %.4f (flat spectrum: %.4f), centroid %.0f Hz (%.0f)\n",
                white.high_share, 1 - 4000.0 / 22050, white.centroid_hz, 22050 / 2.0);
    EXPECT_NEAR(white.high_share, 1 - 4000.0 / 22050, 0.01);
    EXPECT_NEAR(white.centroid_hz, 22050 / 2.0, 150);
    EXPECT_NEAR(white.crest_db, 4.77, 0.1);  // uniform samples: peak 1, RMS 1/sqrt(3)
    EXPECT_LT(white.pitch_share, 0.02);
    const auto clicks = measure_sound_traits(
        sketch(8, [](double t) { return std::fmod(t, 0.5) < 0.06 ? 0.5 * hiss() : 0.0; }), {},
        kRate);
    EXPECT_NEAR(clicks.onsets_per_s, 2, 0.13);
    EXPECT_NEAR(clicks.active_share, 0.2, 0.02);
    const auto half = measure_sound_traits(
        sketch(4, [](double t) { return t < 2 ? 0.5 * tone(440, t) : 0.0; }), {}, kRate);
    EXPECT_NEAR(half.active_share, 0.5, 0.03);
    const auto nothing = measure_sound_traits(std::vector<float>(kRate, 0.0f), {}, kRate);
    EXPECT_EQ(nothing.active_share, 0);
}

TEST(SoundTraits, SidesCountAlikeAndRateDoesNotMatter) {
    const auto left = sketch(3, [](double t) { return 0.5 * tone(200, t); });
    const auto right =
        sketch(3, [](double t) { return -0.5 * tone(200, t); });  // opposite: gone in a mono sum
    const auto wide = measure_sound_traits(left, right, kRate);
    EXPECT_NEAR(wide.centroid_hz, 200, 5);
    std::vector<float> fast(3 * 96000);
    for (std::size_t i = 0; i < fast.size(); ++i)
        fast[i] = static_cast<float>(0.5 * tone(200, static_cast<double>(i) / 96000));
    const auto at_96k = measure_sound_traits(fast, {}, 96000);
    EXPECT_NEAR(at_96k.centroid_hz, 200, 5);
    EXPECT_EQ(at_96k.pitch_share, 1);
}

TEST(Roles, SoundDecidesWhereTheNameIsSilent) {
    const auto guess = [](const std::vector<float>& x) {
        return guess_role("Track 7", measure_sound_traits(x, {}, kRate));
    };
    const auto kick = guess(sketch(8, [](double t) {
        const double since = std::fmod(t, 0.5);
        return 0.9 * std::exp(-since / 0.04) * tone(55 + 6 * std::exp(-since / 0.01), since);
    }));
    EXPECT_EQ(kick.role, Role::kick) << kick.reason;
    const auto bass = guess(sketch(8, [](double t) {
        return 0.4 * tone(t < 4 ? 55 : 73.4, t) + 0.1 * tone(t < 4 ? 110 : 146.8, t);
    }));
    EXPECT_EQ(bass.role, Role::bass_guitar);
    EXPECT_EQ(bass.reason, "sounds low and pitched");
    double before = 0;
    const auto hats = guess(sketch(8, [&](double t) {
        const double x = hiss(), y = x - before;
        before = x;
        return 0.3 * std::exp(-std::fmod(t, 0.25) / 0.02) * y;
    }));
    EXPECT_EQ(hats.role, Role::hi_hat) << hats.reason;
    const auto pad = guess(sketch(8, [](double t) {
        return 0.2 * (tone(220, t) + 0.5 * tone(440, t) + 0.3 * tone(660, t));
    }));
    EXPECT_EQ(pad.role, Role::pad) << pad.reason;
    const auto keys = guess(sketch(8, [](double t) {
        const double since = std::fmod(t, 0.5);
        return 0.5 * std::min(since / 0.005, 1.0) * std::exp(-since / 0.1) *
               (tone(330, since) + 0.4 * tone(660, since));
    }));
    EXPECT_EQ(keys.role, Role::keys) << keys.reason;
    for (const RoleGuess& g : {kick, bass, hats, pad, keys}) {
        EXPECT_GT(g.confidence, 0);
        EXPECT_LT(g.confidence, 0.7) << "a guess by sound is never as sure as a name";
    }
}

TEST(Scout, ProposesAJobForAFolder) {
    const Folder folder;
    const auto loud = sine(440, 2, 48000), low = sine(55, 2, 48000);
    write_audio(folder / "My Song - LeadVox.wav", {loud}, 48000);
    write_audio(folder / "My Song - Kick.wav", {low}, 48000);
    write_audio(folder / "My Song - Track 3.flac", {low, sine(56, 2, 48000)}, 48000,
                SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
    write_audio(folder / "My Song - Pad.wav", {std::vector<float>(9600, 0.0f)}, 48000);
    write_audio(folder / "My Song - rough mix.wav", {loud}, 48000);
    write_bytes(folder / "notes.txt", "not a stem");
    write_bytes(folder / ".hidden.wav", "not a stem");
    const Scouted found = scout_folder(folder.path());
    ASSERT_EQ(found.job.stems.size(), 4u);
    ASSERT_EQ(found.notes.size(), 4u);
    EXPECT_EQ(found.job.title, folder.path().filename().string());
    EXPECT_TRUE(found.job.folder.is_absolute());
    EXPECT_EQ(found.job.rough_mix, "My Song - rough mix.wav");
    const std::vector<StemJob>& s = found.job.stems;
    EXPECT_EQ(s[0].name, "Kick");
    EXPECT_EQ(s[0].role, "kick");
    EXPECT_EQ(s[0].place, Place::centre);
    EXPECT_EQ(s[1].role, "lead_vocal");
    EXPECT_EQ(s[1].intent, Intent::lead);
    EXPECT_EQ(s[1].place, Place::centre);
    EXPECT_EQ(s[1].file, "My Song - LeadVox.wav");
    EXPECT_EQ(s[2].role, "pad");
    EXPECT_EQ(s[2].intent, Intent::normal);
    EXPECT_EQ(found.notes[2], "mono, 48 kHz, 0.2 s, silent: pad by its name");
    EXPECT_EQ(s[3].role, "bass_guitar");
    EXPECT_EQ(found.notes[3], "stereo, 48 kHz, 2.0 s, low and pitched: bass guitar by its sound");
    EXPECT_EQ(load_song(found.job).stems.size(), 4u) << "what was scouted loads";
}

TEST(Scout, WithoutAVoiceTheMostLeadLikePartLeads) {
    const Folder folder;
    for (const char* name : {"drums.wav", "horns.wav", "clav.wav"})
        write_audio(folder / name, {sine(440, 1, 48000)}, 48000);
    const Scouted found = scout_folder(folder.path());
    for (const StemJob& stem : found.job.stems) {
        EXPECT_EQ(stem.intent == Intent::lead, stem.name == "horns") << stem.name;
    }
}

}  // namespace
}  // namespace mixfarm
