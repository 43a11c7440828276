/// The demo song is the same on every run, sounds where it should, and really has the problems it
/// claims.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "host/song/demo_score.h"
#include "host/song/demo_sound.h"
#include "host/song/song.h"
#include "tests/song/audio_files.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

using namespace test;

/// The demo, rendered and loaded once for all tests of this file.
class DemoSong : public testing::Test {
protected:
    void SetUp() override {
        const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
        if (kSlowBuild && test != "HasTheShapeOfASong")
            GTEST_SKIP() << "NOT TESTED here: to render the demo once is enough under sanitizers";
        if (song_) return;
        folder_ = fs::temp_directory_path() / ("mixfarm-demo-test-" + std::to_string(getpid()));
        job_ = new Job(read_job(write_demo_song(folder_)));
        song_ = new Song(load_song(*job_));
    }
    static void TearDownTestSuite() {
        delete song_;
        delete job_;
        fs::remove_all(folder_);
    }
    static const Stem& stem(const std::string& name) {
        for (const Stem& s : song_->stems) {
            if (s.name == name) return s;
        }
        throw std::runtime_error("the demo has no stem " + name);
    }
    /// RMS in dB over 100 ms blocks within 40 dB of the loudest, plain double loop.
    static double active_db(const Stem& s) {
        const std::size_t block = static_cast<std::size_t>(song_->rate) / 10;
        std::vector<double> power;
        for (std::size_t start = 0; start + block <= s.left.size(); start += block) {
            double sum = 0;
            for (std::size_t i = start; i < start + block; ++i) {
                sum += 0.5 * (double{s.left[i]} * s.left[i] +
                              double{s.right_data()[i]} * s.right_data()[i]);
            }
            power.push_back(sum / static_cast<double>(block));
        }
        const double loudest = *std::max_element(power.begin(), power.end());
        double sum = 0;
        int count = 0;
        for (const double p : power) {
            if (p > loudest * 1e-4) sum += p, ++count;
        }
        return 10 * std::log10(sum / count);
    }
    /// Mean power in dB of the left channel between two frequencies: Goertzel sums over windows of
    /// 4096 frames.
    static double band_db(const Stem& s, double low_hz, double high_hz) {
        constexpr std::size_t kWindow = 4096;
        double total = 0;
        int windows = 0;
        for (std::size_t start = 0; start + kWindow <= s.left.size(); start += 16 * kWindow) {
            for (double k = std::ceil(low_hz * kWindow / song_->rate);
                 k <= high_hz * kWindow / song_->rate; ++k) {
                const double a = amplitude_at_bin(s.left.data() + start, k / kWindow, kWindow);
                total += a * a;
            }
            ++windows;
        }
        return 10 * std::log10(total / windows + 1e-30);
    }
    static double amplitude_at_bin(const float* x, double turns, std::size_t n) {
        const double turn = 2 * std::numbers::pi * turns, coefficient = 2 * std::cos(turn);
        double s1 = 0, s2 = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double hann = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) /
                                                     static_cast<double>(n));
            const double s0 = hann * x[i] + coefficient * s1 - s2;
            s2 = s1;
            s1 = s0;
        }
        return 4 / static_cast<double>(n) *
               std::sqrt(std::max(s1 * s1 + s2 * s2 - coefficient * s1 * s2, 0.0));
    }
    static double longest_silence_s(const Stem& s) {
        std::size_t longest = 0, run = 0;
        for (std::size_t i = 0; i < s.left.size(); ++i) {
            run = s.left[i] == 0 && s.right_data()[i] == 0 ? run + 1 : 0;
            longest = std::max(longest, run);
        }
        return static_cast<double>(longest) / song_->rate;
    }

    static fs::path folder_;
    static Job* job_;
    static Song* song_;
};

fs::path DemoSong::folder_;
Job* DemoSong::job_ = nullptr;
Song* DemoSong::song_ = nullptr;

TEST_F(DemoSong, SameBytesAgain) {
    const Folder again;
    write_demo_song(again.path());
    int compared = 0;
    for (const auto& entry : fs::directory_iterator(folder_)) {
        const std::string name = entry.path().filename().string();
        EXPECT_EQ(bytes_of(entry.path()), bytes_of(again / name)) << name;
        ++compared;
    }
    EXPECT_EQ(compared, 15) << "14 stems and a job";
}

TEST_F(DemoSong, HasTheShapeOfASong) {
    EXPECT_EQ(song_->rate, 44100);
    EXPECT_GE(song_->seconds(), 64);
    EXPECT_GE(song_->stems.size(), 12u);
    EXPECT_EQ(song_->tempo_bpm, 112);
    EXPECT_EQ(job_->search.candidates, 1000u);
    EXPECT_EQ(job_->search.picks, 12);
    EXPECT_EQ(job_->search.seed, 1u);
    std::vector<std::string> names;
    double end = 0;
    for (const Section& section : song_->sections) {
        names.push_back(section.name);
        EXPECT_EQ(section.start_s, end) << "sections must touch";
        EXPECT_GT(section.end_s, section.start_s);
        end = section.end_s;
    }
    EXPECT_EQ(end, song_->seconds());
    EXPECT_EQ(names,
              (std::vector<std::string>{"intro", "verse", "chorus", "verse", "chorus", "outro"}));
    std::map<std::string, int> leads;
    for (const StemJob& s : job_->stems) {
        EXPECT_TRUE(s.file.is_relative());
        EXPECT_NO_THROW(role_from_name(s.role));
        if (s.intent == Intent::lead) ++leads[s.role];
    }
    EXPECT_EQ(leads, (std::map<std::string, int>{{"lead_vocal", 1}}));
}

TEST_F(DemoSong, StemsSoundAndDoNotClip) {
    for (const Stem& s : song_->stems) {
        float peak = 0;
        for (const float v : s.left) peak = std::max(peak, std::abs(v));
        for (const float v : s.right) peak = std::max(peak, std::abs(v));
        std::printf("%-15s peak %6.1f dBFS, active RMS %6.1f dB, longest silence %5.1f s\n",
                    s.name.c_str(), decibel(peak), active_db(s), longest_silence_s(s));
        EXPECT_FALSE(s.silent);
        EXPECT_LT(decibel(peak), -0.5) << s.name;
    }
    for (const char* name :
         {"percussion", "overheads", "guitar", "keys", "pad", "backing_vocals", "risers"}) {
        EXPECT_FALSE(stem(name).right.empty()) << name << " is stereo";
    }
    for (const char* name : {"kick", "snare", "bass", "lead_vocal", "synth_lead"})
        EXPECT_EQ(stem(name).channels, 1) << name;
}

TEST_F(DemoSong, SomeStemsRestAndSomeFilesAreShort) {
    EXPECT_GT(longest_silence_s(stem("toms")), 10);
    EXPECT_GT(longest_silence_s(stem("pad")), 15);
    EXPECT_GT(longest_silence_s(stem("backing_vocals")), 20);
    EXPECT_LT(stem("risers").source_frames, song_->frames - 10 * song_->rate);
    EXPECT_NEAR(stem("synth_lead").start_s, 12 * 4 * 60.0 / 112, 1e-9);
    const auto begin =
        static_cast<std::size_t>(std::llround(stem("synth_lead").start_s * song_->rate));
    EXPECT_TRUE(std::all_of(stem("synth_lead").left.begin(),
                            stem("synth_lead").left.begin() + static_cast<std::ptrdiff_t>(begin),
                            [](float v) { return v == 0; }));
}

TEST_F(DemoSong, PlantedProblemsCanBeMeasured) {
    const double guitar =
        band_db(stem("guitar"), 340, 470) -
        0.5 * (band_db(stem("guitar"), 170, 235) + band_db(stem("guitar"), 680, 940));
    const double keys = band_db(stem("keys"), 2500, 3600) - band_db(stem("keys"), 1500, 2160);
    const double voice_under = active_db(stem("lead_vocal")) - active_db(stem("guitar"));
    const double hats_over = active_db(stem("hats")) - active_db(stem("snare"));
    const double synth_under = active_db(stem("synth_lead")) - active_db(stem("keys"));
    const double rumble =
        band_db(stem("lead_vocal"), 20, 60) - band_db(stem("lead_vocal"), 100, 180);
    const double masking = band_db(stem("bass"), 40, 75) - band_db(stem("kick"), 40, 75);
    std::printf(
        "guitar 400 Hz over its octaves %.1f dB, keys 3 kHz over 1.8 kHz %.1f dB, voice to guitar "
        "%.1f dB, hats to snare %.1f dB,\n"
        "synth lead to keys %.1f dB, voice rumble over its empty octave %.1f dB, bass over kick 40 "
        "to 75 Hz %.1f dB\n",
        guitar, keys, voice_under, hats_over, synth_under, rumble, masking);
    EXPECT_GT(guitar, 3);
    EXPECT_GT(keys, 6);
    EXPECT_LT(voice_under, -4) << "a lead belongs above the guitar";
    EXPECT_GT(hats_over, -2) << "hats belong far below the snare";
    EXPECT_LT(synth_under, -10);
    EXPECT_GT(rumble, 20);
    EXPECT_GT(masking, -6) << "the bass covers the kick's own register";
}

TEST(DemoSound, OwnMathsAgreesWithTheLibrary) {
    double sine_error = 0, exp_error = 0;
    for (int i = -4000; i <= 4000; ++i) {
        const double x = i / 789.0;
        sine_error =
            std::max(sine_error, std::abs(demo::sine(x) - std::sin(2 * std::numbers::pi * x)));
        exp_error = std::max(exp_error, std::abs(demo::exp2_exact(x) / std::exp2(x) - 1));
    }
    std::printf("sine error %.2g, exp2 error %.2g\n", sine_error, exp_error);
    EXPECT_LT(sine_error, 1e-9);
    EXPECT_LT(exp_error, 1e-9);
}

TEST(DemoScore, MelodyFitsTheChordsOnStrongBeats) {
    int strong = 0, at_home = 0, last_end = 0;
    for (const demo::Note& note : demo::vocal_line()) {
        EXPECT_GE(note.midi, 57);
        EXPECT_LE(note.midi, 76) << "an alto's range";
        EXPECT_GE(note.beat * 4, last_end) << "one voice sings one note at a time";
        last_end = static_cast<int>((note.beat + note.beats) * 4);
        if (note.beats < 1) continue;
        ++strong;
        const demo::Chord& chord = demo::chord_of(static_cast<int>(note.beat / 4));
        const bool fits = chord.bass % 12 == note.midi % 12 ||
                          std::any_of(chord.close.begin(), chord.close.end(),
                                      [&](int m) { return m % 12 == note.midi % 12; });
        at_home += fits;
    }
    std::printf("%d of %d long notes belong to their chord\n", at_home, strong);
    EXPECT_GT(at_home, 0.8 * strong);
    EXPECT_EQ(demo::scale_step(72, -2), 69);
    EXPECT_EQ(demo::scale_step(60, -1), 59);
    EXPECT_EQ(demo::scale_step(64, 3), 69);
}

}  // namespace
}  // namespace mixfarm
