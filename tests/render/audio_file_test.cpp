/// What is written is what is read: samples, dither, tags, and nothing half done on disk.
#include "host/render/audio_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sndfile.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <system_error>

#include "host/job/input_error.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class AudioFile : public testing::Test {
protected:
    AudioFile() {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = fs::temp_directory_path() /
                  ("mixfarm-render-" + std::to_string(getpid()) + "-" + info->name());
        fs::create_directories(folder_);
    }
    ~AudioFile() override { fs::remove_all(folder_); }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }
    fs::path folder_;
};

struct ReadBack {
    SF_INFO info{};
    std::vector<double> left, right;
    std::string title, comment, software;
};

/// Samples with full scale = 1, integers unscaled from their own grid.
ReadBack read_back(const fs::path& file) {
    ReadBack r;
    SNDFILE* in = sf_open(file.c_str(), SFM_READ, &r.info);
    EXPECT_NE(in, nullptr) << sf_strerror(nullptr);
    if (!in) return r;
    const auto text = [in](int which) {
        const char* t = sf_get_string(in, which);
        return std::string(t ? t : "");
    };
    r.title = text(SF_STR_TITLE), r.comment = text(SF_STR_COMMENT),
    r.software = text(SF_STR_SOFTWARE);
    std::vector<double> both(static_cast<std::size_t>(r.info.frames) * 2);
    EXPECT_EQ(sf_readf_double(in, both.data(), r.info.frames), r.info.frames);
    for (std::size_t i = 0; i < both.size(); i += 2)
        r.left.push_back(both[i]), r.right.push_back(both[i + 1]);
    sf_close(in);
    return r;
}

/// Left: noise in full scale's lower half; right: a tone at -0.1 dBFS, where an error in scale
/// shows most.
StereoAudio example(std::size_t frames, int rate = 48000) {
    return {rate, signals::white(frames, 0.5, 1),
            signals::sine(frames, 997, rate, signals::amplitude(-0.1))};
}

const std::pair<AudioFormat, const char*> kFormats[] = {{AudioFormat::wav, ".wav"},
                                                        {AudioFormat::flac, ".flac"}};

TEST_F(AudioFile, FloatIsExact) {
    for (const std::size_t frames : {1u, 8191u, 8192u, 8193u, 50000u}) {
        StereoAudio audio = example(frames);
        audio.left[0] = 3.7f,
        audio.right[frames / 2] = -1.5f;  // beyond full scale is no error in float
        write_audio(folder_ / "x.wav", audio, AudioFormat::wav, BitDepth::f32, {});
        const ReadBack r = read_back(folder_ / "x.wav");
        ASSERT_EQ(r.left.size(), frames);
        EXPECT_TRUE(std::equal(r.left.begin(), r.left.end(), audio.left.begin()));
        EXPECT_TRUE(std::equal(r.right.begin(), r.right.end(), audio.right.begin()));
        EXPECT_EQ(r.info.format & SF_FORMAT_SUBMASK, SF_FORMAT_FLOAT);
        EXPECT_EQ(r.info.samplerate, 48000);
        EXPECT_EQ(r.info.channels, 2);
    }
}

/// 24 bits: rounded to the nearest step, no dither, no bias, and the grid's own values unchanged.
TEST_F(AudioFile, TwentyFourBitsRoundToTheNearestStep) {
    constexpr double kStep = 0x1p-23;
    for (const auto& [format, ending] : kFormats) {
        const StereoAudio audio = example(40000, 44100);
        const fs::path file = folder_ / (std::string("x") + ending);
        write_audio(file, audio, format, BitDepth::b24, {});
        const ReadBack r = read_back(file);
        ASSERT_EQ(r.left.size(), audio.left.size());
        EXPECT_EQ(r.info.format & SF_FORMAT_SUBMASK, SF_FORMAT_PCM_24);
        double worst = 0, bias = 0;
        for (std::size_t n = 0; n < r.left.size(); ++n)
            for (const double error : {r.left[n] - audio.left[n], r.right[n] - audio.right[n]}) {
                worst = std::max(worst, std::fabs(error) / kStep);
                bias += error / kStep / 80000;
            }
        std::printf("  24 bits %-5s: error at most %.3f steps, mean %+.4f\n", ending, worst, bias);
        EXPECT_LE(worst, 0.5 + 1e-6) << ending;
        EXPECT_LT(std::fabs(bias), 0.01) << ending;

        StereoAudio grid{48000, {}, {}};
        for (int k = -20000; k <= 20000; ++k) {
            grid.left.push_back(static_cast<float>(k * kStep));
            grid.right.push_back(static_cast<float>(k * 419 * kStep));
        }
        write_audio(file, grid, format, BitDepth::b24, {});
        const ReadBack g = read_back(file);
        std::size_t changed = 0;
        for (std::size_t n = 0; n < grid.left.size(); ++n)
            changed += (g.left[n] != grid.left[n]) + (g.right[n] != grid.right[n]);
        EXPECT_EQ(changed, 0u) << "of " << 2 * grid.left.size()
                               << " values that 24 bits hold exactly, " << ending;
    }
}

/// Triangular dither of +-1 step: whatever the input, the total error has mean 0 and variance 1/4
/// step^2 (1/6 dither + 1/12 rounding), and none of it stays beyond 1.5 steps (Lipshitz, Wannamaker
/// and Vanderkooy 1992).
TEST_F(AudioFile, SixteenBitsAreDitheredWithATriangle) {
    constexpr double kStep = 0x1p-15;
    constexpr std::size_t kFrames = 40000;
    for (const auto& [format, ending] : kFormats) {
        double worst_mean = 0, worst_variance = 0, largest = 0;
        for (const double level : {0.0, 0.1, 0.25, 0.5, 0.9, -0.3, 1000.37, 29000.6}) {
            const float x = static_cast<float>(level * kStep);
            const StereoAudio audio{48000, signals::Samples(kFrames, x),
                                    signals::Samples(kFrames, x)};
            const fs::path file = folder_ / (std::string("x") + ending);
            write_audio(file, audio, format, BitDepth::b16, {});
            const ReadBack r = read_back(file);
            ASSERT_EQ(r.left.size(), kFrames);
            EXPECT_EQ(r.info.format & SF_FORMAT_SUBMASK, SF_FORMAT_PCM_16);
            double mean = 0, square = 0, next = 0, across = 0, before = 0;
            for (std::size_t n = 0; n < kFrames; ++n) {
                const double left = (r.left[n] - x) / kStep, right = (r.right[n] - x) / kStep;
                mean += (left + right) / (2 * kFrames);
                square += (left * left + right * right) / (2 * kFrames);
                across += left * right / kFrames;
                next += left * before / kFrames;
                before = left;
                largest = std::max({largest, std::fabs(left), std::fabs(right)});
            }
            worst_mean = std::max(worst_mean, std::fabs(mean));
            worst_variance = std::max(worst_variance, std::fabs(square - mean * mean - 0.25));
            EXPECT_LT(std::fabs(across - mean * mean), 0.01)
                << "left and right share dither at " << level;
            EXPECT_LT(std::fabs(next - mean * mean), 0.01)
                << "dither of neighbours is related at " << level;
        }
        std::printf(
            "  16 bits %-5s: mean error %.4f steps, variance off 1/4 by %.4f, largest error %.3f "
            "steps\n",
            ending, worst_mean, worst_variance, largest);
        EXPECT_LT(worst_mean, 0.01) << ending;
        EXPECT_LT(worst_variance, 0.01) << ending;
        EXPECT_LE(largest, 1.5 + 1e-3) << ending;
    }
}

TEST_F(AudioFile, SixteenBitSilenceShowsTheTriangle) {
    const StereoAudio silence{48000, signals::Samples(50000), signals::Samples(50000)};
    write_audio(folder_ / "x.wav", silence, AudioFormat::wav, BitDepth::b16, {});
    std::map<int, double> share;
    const ReadBack r = read_back(folder_ / "x.wav");
    for (const auto* channel : {&r.left, &r.right})
        for (const double x : *channel)
            share[static_cast<int>(std::lround(x * 32768))] += 1 / 100000.0;
    // The triangle over [-1, 1] beyond half a step: 1/8 on each side.
    std::printf("  silence becomes -1: %.4f, 0: %.4f, +1: %.4f (0.125, 0.75, 0.125)\n", share[-1],
                share[0], share[1]);
    EXPECT_EQ(share.size(), 3u);
    EXPECT_NEAR(share[-1], 0.125, 0.005);
    EXPECT_NEAR(share[0], 0.75, 0.007);
    EXPECT_NEAR(share[1], 0.125, 0.005);
}

/// Stems are added up again in a DAW: were their dither the same, it would add as a voltage, not as
/// a power.
TEST_F(AudioFile, DitherOfDifferentFilesIsUnrelated) {
    const StereoAudio silence{48000, signals::Samples(30000), signals::Samples(30000)};
    write_audio(folder_ / "a.wav", silence, AudioFormat::wav, BitDepth::b16, {"bass", "mix 3"});
    write_audio(folder_ / "b.wav", silence, AudioFormat::wav, BitDepth::b16, {"keys", "mix 3"});
    const ReadBack a = read_back(folder_ / "a.wav"), b = read_back(folder_ / "b.wav");
    double ab = 0, aa = 0;
    for (std::size_t n = 0; n < a.left.size(); ++n)
        ab += a.left[n] * b.left[n], aa += a.left[n] * a.left[n];
    std::printf("  correlation of the dither of two files: %.3f\n", ab / aa);
    EXPECT_LT(std::fabs(ab / aa), 0.05);
}

TEST_F(AudioFile, TheSameAudioGivesTheSameBytes) {
    const auto bytes = [](const fs::path& file) {
        std::ifstream in(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    for (const auto& [format, ending] : kFormats) {
        const fs::path a = folder_ / (std::string("a") + ending);
        write_audio(a, example(9000), format, BitDepth::b16, {"t", "c"});
        const std::string first = bytes(a);
        write_audio(a, example(9000), format, BitDepth::b16, {"t", "c"});
        EXPECT_EQ(first, bytes(a)) << ending;
    }
}

TEST_F(AudioFile, BeyondFullScaleIntegersClipAndDoNotWrap) {
    for (const auto& [format, ending] : kFormats)
        for (const BitDepth bits : {BitDepth::b16, BitDepth::b24}) {
            StereoAudio loud{48000, {1.0f, 1.5f, 40.f, 0.f}, {-1.0f, -1.5f, -40.f, 0.f}};
            const fs::path file = folder_ / (std::string("x") + ending);
            write_audio(file, loud, format, bits, {});
            const ReadBack r = read_back(file);
            for (int i = 0; i < 3; ++i) {
                EXPECT_NEAR(r.left[static_cast<std::size_t>(i)], 1, 1e-4) << ending;
                EXPECT_NEAR(r.right[static_cast<std::size_t>(i)], -1, 1e-4) << ending;
            }
        }
}

TEST_F(AudioFile, TagsAreReadable) {
    const std::string title =
                          "Lied \xc3\xbc"
                          "ber Nacht - mix 7",
                      comment = "vocal +1.8 dB, darker top";
    for (const auto& [format, ending] : kFormats) {
        const fs::path file = folder_ / (std::string("x") + ending);
        write_audio(file, example(100), format, BitDepth::b24, {title, comment});
        const ReadBack r = read_back(file);
        EXPECT_EQ(r.title, title) << ending;
        EXPECT_EQ(r.comment, comment) << ending;
        EXPECT_THAT(r.software, HasSubstr("mixfarm")) << ending;
    }
}

TEST_F(AudioFile, LeavesNoTemporaryBehind) {
    for (const auto& [format, ending] : kFormats)
        write_audio(folder_ / (std::string("x") + ending), example(1000), format, BitDepth::b24,
                    {});
    EXPECT_EQ(files(), 2u);
    const fs::path nowhere = folder_ / "missing" / "x.wav";
    try {
        write_audio(nowhere, example(10), AudioFormat::wav, BitDepth::b24, {});
        ADD_FAILURE() << "wrote into a folder that is not there";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), ENOENT);
        EXPECT_THAT(error.what(), HasSubstr(nowhere.string()));
    }
    EXPECT_FALSE(fs::exists(folder_ / "missing"));
}

/// A full disk in the middle of the file: says so, keeps the file that was there, leaves nothing
/// half written.
TEST_F(AudioFile, AFullDiskKeepsTheOldFile) {
    for (const auto& [format, ending] : kFormats) {
        const fs::path file = folder_ / (std::string("x") + ending);
        write_audio(file, example(500), format, BitDepth::b24, {"old", ""});
        const auto size = fs::file_size(file);
        std::fflush(stdout);
        const pid_t child = fork();
        if (child == 0) {
            signal(SIGXFSZ, SIG_IGN);
            const rlimit limit{50000, RLIM_INFINITY};
            setrlimit(RLIMIT_FSIZE, &limit);
            try {
                write_audio(file, example(100000), format, BitDepth::b24, {"new", ""});
            } catch (const std::system_error& error) {
                std::printf("  %s\n", error.what());
                std::fflush(stdout);
                _exit(std::string(error.what()).find(file.string()) != std::string::npos ? 0 : 2);
            } catch (...) {
                _exit(3);
            }
            _exit(1);
        }
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
            << ending << ": " << (WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
        EXPECT_EQ(fs::file_size(file), size);
        EXPECT_EQ(read_back(file).title, "old");
        fs::remove(file);
        EXPECT_EQ(files(), 0u) << "a temporary stays behind";
    }
}

std::string refusal(const std::function<void()>& work) {
    try {
        work();
    } catch (const InputError& error) {
        return error.what();
    }
    ADD_FAILURE() << "was not refused";
    return "";
}

TEST(AudioOptions, AreReadAndRefusedWithACure) {
    EXPECT_EQ(audio_format("wav"), AudioFormat::wav);
    EXPECT_EQ(audio_format("flac"), AudioFormat::flac);
    for (const char* text : {"mp3", "WAV ", "", "wave"}) {
        const std::string said = refusal([&] { audio_format(text); });
        EXPECT_THAT(said, HasSubstr("--format: '" + std::string(text) + "'"));
        EXPECT_THAT(said, HasSubstr("use wav or flac"));
    }
    for (const AudioFormat format : {AudioFormat::wav, AudioFormat::flac}) {
        EXPECT_EQ(bit_depth("16", format), BitDepth::b16);
        EXPECT_EQ(bit_depth("24", format), BitDepth::b24);
        for (const char* text : {"32", "8", "", "24f", "sixteen"}) {
            const std::string said = refusal([&] { bit_depth(text, format); });
            EXPECT_THAT(said, HasSubstr("--bits: '" + std::string(text) + "'"));
            EXPECT_THAT(said, HasSubstr("16, 24 or 32f"));
        }
    }
    EXPECT_EQ(bit_depth("32f", AudioFormat::wav), BitDepth::f32);
    const std::string said = refusal([] { bit_depth("32f", AudioFormat::flac); });
    EXPECT_THAT(said, testing::AllOf(HasSubstr("FLAC holds integers only"),
                                     HasSubstr("--format wav"), HasSubstr("--bits 24")));
}

}  // namespace
}  // namespace mixfarm
