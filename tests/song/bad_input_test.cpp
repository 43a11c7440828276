/// Every bad stem is refused with a message that names the file, what is wrong and the cure, by
/// load_song and scout_folder alike.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>

#include "host/song/song.h"
#include "tests/song/audio_files.h"

namespace mixfarm {
namespace {

using namespace test;
using testing::AllOf;
using testing::HasSubstr;

std::vector<float> noise(std::size_t frames) {
    std::vector<float> x(frames);
    std::uint32_t state = 1;
    for (float& v : x) {
        state = state * 1664525u + 1013904223u;
        v = static_cast<float>(static_cast<std::int32_t>(state)) * 0x1p-32f;
    }
    return x;
}

struct BadCase {
    const char* file;
    const char* complaint;
    std::function<void(const fs::path&)> make;
};

void cut(const fs::path& file, std::size_t bytes) {
    write_bytes(file, bytes_of(file).substr(0, bytes));
}

std::vector<float> tone_with(float bad, std::size_t at) {
    auto x = sine(440, 1, 48000);
    x[at] = bad;
    return x;
}

const BadCase kCases[] = {
    {"text.wav", "is not audio",
     [](const fs::path& f) { write_bytes(f, "these are not the samples you are looking for\n"); }},
    {"void.flac", "is empty (0 bytes)", [](const fs::path& f) { write_bytes(f, ""); }},
    {"nothing.wav", "zero frames", [](const fs::path& f) { write_audio(f, {{}}, 48000); }},
    {"torn.flac", "is torn",
     [](const fs::path& f) {
         write_audio(f, {noise(200000)}, 48000, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
         cut(f, 20000);
     }},
    {"torn_late.flac", "is torn",
     [](const fs::path& f) {
         write_audio(f, {noise(200000)}, 48000, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
         cut(f, fs::file_size(f) - 700);
     }},
    {"flipped.flac", "is torn or damaged",
     [](const fs::path& f) {
         write_audio(f, {noise(200000)}, 48000, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
         std::string bytes = bytes_of(f);
         for (int i = 0; i < 64; ++i) bytes[150000 + static_cast<std::size_t>(i)] ^= 0x55;
         write_bytes(f, bytes);
     }},
    {"torn.wav", "is torn",
     [](const fs::path& f) {
         write_audio(f, {noise(48000)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
         cut(f, 100000);
     }},
    {"torn.aiff", "is torn",
     [](const fs::path& f) {
         write_audio(f, {noise(48000)}, 48000, SF_FORMAT_AIFF | SF_FORMAT_PCM_24);
         cut(f, 100000);
     }},
    {"torn.rf64", "is torn",
     [](const fs::path& f) {
         write_audio(f, {noise(48000)}, 48000, SF_FORMAT_RF64 | SF_FORMAT_PCM_24);
         cut(f, 100000);
     }},
    {"torn.ogg", "is torn",
     [](const fs::path& f) {
         write_audio(f, {noise(200000)}, 48000, SF_FORMAT_OGG | SF_FORMAT_VORBIS);
         cut(f, fs::file_size(f) / 2);
     }},
    {"nan.wav", "holds a NaN sample at 0.500 s",
     [](const fs::path& f) {
         write_audio(f, {tone_with(std::numeric_limits<float>::quiet_NaN(), 24000)}, 48000);
     }},
    {"nan_right.wav", "holds a NaN sample at 0.250 s",
     [](const fs::path& f) {
         write_audio(
             f, {sine(440, 1, 48000), tone_with(std::numeric_limits<float>::quiet_NaN(), 12000)},
             48000);
     }},
    {"inf.wav", "holds an infinite sample at 0.125 s",
     [](const fs::path& f) {
         write_audio(f, {tone_with(-std::numeric_limits<float>::infinity(), 6000)}, 48000);
     }},
    {"absurd.wav", "absurd sample (64.5, full scale is 1) at 0.001 s",
     [](const fs::path& f) { write_audio(f, {tone_with(-64.5f, 48)}, 48000); }},
    {"surround.wav", "has 6 channels",
     [](const fs::path& f) {
         write_audio(f, std::vector<std::vector<float>>(6, sine(440, 0.1, 48000)), 48000);
     }},
    {"slow.wav", "has a sample rate of 1000 Hz",
     [](const fs::path& f) { write_audio(f, {sine(40, 1, 1000)}, 1000); }},
};

TEST(BadInput, IsRefusedByNameWithACure) {
    for (const BadCase& c : kCases) {
        const Folder folder;
        write_audio(folder / "good.wav", {sine(440, 1, 48000)}, 48000);
        c.make(folder / c.file);
        const std::string loaded = refusal([&] {
            load_song(job_of(folder, {"good.wav", c.file}));
        });
        const std::string scouted = refusal([&] { scout_folder(folder.path()); });
        std::printf("%s\n", loaded.c_str());
        EXPECT_THAT(loaded, AllOf(HasSubstr((folder / c.file).string()), HasSubstr(c.complaint)));
        EXPECT_TRUE(loaded.find("; ") != std::string::npos ||
                    loaded.find(": split") != std::string::npos)
            << "no cure in: " << loaded;
        EXPECT_THAT(scouted, AllOf(HasSubstr(c.file), HasSubstr(c.complaint)));
    }
}

TEST(BadInput, SamplesUpToSixtyFourPass) {
    const Folder folder;
    write_audio(folder / "hot.wav", {tone_with(64.0f, 48)}, 48000);
    EXPECT_EQ(load_song(job_of(folder, {"hot.wav"})).stems[0].left[48], 64.0f);
}

TEST(BadInput, SizesLeftOpenByStreamingWritersPass) {
    const Folder folder;
    write_audio(folder / "pipe.wav", {noise(4800)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
    std::string bytes = bytes_of(folder / "pipe.wav");
    const std::size_t data = bytes.find("data");
    ASSERT_NE(data, std::string::npos);
    bytes.replace(4, 4, "\xff\xff\xff\xff", 4);
    bytes.replace(data + 4, 4, "\xff\xff\xff\xff", 4);
    write_bytes(folder / "pipe.wav", bytes);
    EXPECT_EQ(load_song(job_of(folder, {"pipe.wav"})).frames, 4800);
}

TEST(BadInput, TheFirstBrokenStemInJobOrderSpeaks) {
    const Folder folder;
    std::vector<std::string> names;
    for (int i = 0; i < 12; ++i) {
        names.push_back("s" + std::to_string(10 + i) + ".wav");
        if (i < 3)
            write_audio(folder / names.back(), {noise(400000)}, 48000);  // slow to decode
        else
            write_bytes(folder / names.back(), "no audio");  // quick to fail
    }
    write_audio(folder / names[2], {tone_with(std::nanf(""), 47999)}, 48000);
    for (int run = 0; run < 5; ++run) {
        EXPECT_THAT(refusal([&] { load_song(job_of(folder, names)); }),
                    HasSubstr("s12.wav: holds a NaN"));
    }
}

TEST(BadInput, JobsWithoutSoundAreRefused) {
    const Folder folder;
    EXPECT_THAT(refusal([&] { load_song(job_of(folder, {})); }), HasSubstr("at least one stem"));
    EXPECT_THAT(refusal([&] { load_song(job_of(folder, {"gone.wav"})); }),
                HasSubstr("no such file"));
    EXPECT_THAT(refusal([&] { load_song(job_of(folder, {"."})); }), HasSubstr("is not a file"));
    EXPECT_THAT(refusal([&] { scout_folder(folder.path()); }), HasSubstr("no audio file"));
    EXPECT_THAT(refusal([&] { scout_folder(folder / "nowhere"); }), HasSubstr("is not a folder"));
    write_audio(folder / "a.wav", {std::vector<float>(4800, 0.0f)}, 48000);
    EXPECT_THAT(refusal([&] { load_song(job_of(folder, {"a.wav"})); }),
                HasSubstr("every stem is silent"));
    EXPECT_THAT(refusal([&] { scout_folder(folder.path()); }), HasSubstr("every stem is silent"));
    write_audio(folder / "b.wav", {sine(440, 1, 48000)}, 48000);
    Job job = job_of(folder, {"b.wav"});
    job.stems[0].role = "cowbell";
    EXPECT_THAT(refusal([&] { load_song(job); }),
                AllOf(HasSubstr("role 'cowbell'"), HasSubstr("lead_vocal")));
    job.stems[0].role = "";
    job.stems[0].start_s = 1e9;
    EXPECT_THAT(refusal([&] { load_song(job); }), HasSubstr("4 hours"));
}

}  // namespace
}  // namespace mixfarm
