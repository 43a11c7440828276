/// Stems come in exact: formats, rates, places in time, mono and stereo.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "host/song/song.h"
#include "tests/song/audio_files.h"

namespace mixfarm {
namespace {

using namespace test;

struct FormatCase {
    const char* file;
    int format;
    double worst;  ///< largest allowed sample error: half a step of the format, or what the codec
                   ///< does to a sine
};

class Formats : public testing::TestWithParam<FormatCase> {};

TEST_P(Formats, RoundTripKeepsSamples) {
    const FormatCase& c = GetParam();
    const Folder folder;
    const auto left = sine(330, 1.5, 44100, 0.4), right = sine(550, 1.5, 44100, 0.3);
    write_audio(folder / c.file, {left, right}, 44100, c.format);
    const Song song = load_song(job_of(folder, {c.file}));
    ASSERT_EQ(song.rate, 44100);
    ASSERT_EQ(song.frames, static_cast<std::int64_t>(left.size()));
    const Stem& stem = song.stems[0];
    EXPECT_EQ(stem.channels, 2);
    EXPECT_EQ(stem.name, fs::path(c.file).stem().string());
    double worst = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        worst = std::max({worst, std::abs(double{stem.left[i]} - left[i]),
                          std::abs(double{stem.right[i]} - right[i])});
    }
    std::printf("%s: largest error %.3g (allowed %.3g)\n", c.file, worst, c.worst);
    EXPECT_LE(worst, c.worst);
}

INSTANTIATE_TEST_SUITE_P(
    All, Formats,
    testing::Values(FormatCase{"float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0},
                    FormatCase{"pcm16.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1.0 / 32768},
                    FormatCase{"pcm24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 1.0 / 8388608},
                    FormatCase{"pcm24.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 1.0 / 8388608},
                    FormatCase{"pcm16.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1.0 / 32768},
                    FormatCase{"pcm24.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 1.0 / 8388608},
                    FormatCase{"big.rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_24, 1.0 / 8388608},
                    FormatCase{"vorbis.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0.02}),
    [](const auto& test_case) {
        std::string name = test_case.param.file;
        std::replace(name.begin(), name.end(), '.', '_');
        return name;
    });

TEST(Load, HashIsThatOfSha256sum) {
    const Folder folder;
    write_audio(folder / "a.wav", {sine(440, 0.2, 48000)}, 48000);
    const Song song = load_song(job_of(folder, {"a.wav"}));
    FILE* pipe = popen(("sha256sum '" + (folder / "a.wav").string() + "'").c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    char hex[65] = {};
    ASSERT_EQ(fread(hex, 1, 64, pipe), 64u);
    pclose(pipe);
    EXPECT_EQ(song.stems[0].sha256, hex);
}

TEST(Load, SessionRateIsTheMostFrequentOfStemsThatSound) {
    const Folder folder;
    write_audio(folder / "a.wav", {sine(440, 0.2, 44100)}, 44100);
    write_audio(folder / "b.wav", {sine(440, 0.2, 96000)}, 96000);
    write_audio(folder / "c.wav", {std::vector<float>(9600, 0.0f)}, 44100);  // silent: has no vote
    write_audio(folder / "d.wav", {sine(440, 0.2, 32000)}, 32000);
    write_audio(folder / "e.wav", {sine(440, 0.2, 44100)}, 44100);
    EXPECT_EQ(load_song(job_of(folder, {"a.wav", "b.wav", "c.wav"})).rate, 96000)
        << "a tie goes to the higher rate";
    EXPECT_EQ(load_song(job_of(folder, {"a.wav", "b.wav", "e.wav"})).rate, 44100);
    EXPECT_EQ(load_song(job_of(folder, {"d.wav"})).rate, 48000) << "32 kHz is no session rate";
}

class Resampling : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(Resampling, SineKeepsLevelFrequencyAndTime) {
    const auto [from, to] = GetParam();
    const Folder folder;
    write_audio(folder / "x.wav", {sine(997, 2, from)}, from);
    write_audio(folder / "y.wav", {sine(100, 1, to)}, to);
    write_audio(folder / "z.wav", {sine(100, 1, to)}, to);
    const Song song = load_song(job_of(folder, {"x.wav", "y.wav", "z.wav"}));
    ASSERT_EQ(song.rate, to);
    ASSERT_EQ(song.frames, std::int64_t{2} * to);
    const auto& got = song.stems[0].left;
    // The closed form sampled at the new rate, away from the ends where the filter sees the edges.
    double error = 0, power = 0;
    for (std::size_t i = static_cast<std::size_t>(to / 10);
         i < got.size() - static_cast<std::size_t>(to / 10); ++i) {
        const double want =
            0.5 * std::sin(2 * std::numbers::pi * 997 * static_cast<double>(i) / to);
        error += (got[i] - want) * (got[i] - want);
        power += want * want;
    }
    const double null_db = 10 * std::log10(error / power);
    std::printf("%d -> %d: null against the closed form %.1f dB\n", from, to, null_db);
    EXPECT_LT(null_db, -120);
}

INSTANTIATE_TEST_SUITE_P(Rates, Resampling,
                         testing::Values(std::pair{48000, 44100}, std::pair{44100, 48000},
                                         std::pair{96000, 44100}, std::pair{22050, 48000},
                                         std::pair{48000, 96000}));

TEST(Load, ResamplingRejectsWhatWouldAlias) {
    const Folder folder;
    auto both = sine(30000, 1, 96000);  // would fold to 44100 - 30000 = 14100 Hz
    const auto audible = sine(18000, 1, 96000, 0.25);
    for (std::size_t i = 0; i < both.size(); ++i) both[i] += audible[i];
    write_audio(folder / "high.wav", {both}, 96000);
    write_audio(folder / "a.wav", {sine(100, 1, 44100)}, 44100);
    write_audio(folder / "b.wav", {sine(100, 1, 44100)}, 44100);
    const Song song = load_song(job_of(folder, {"high.wav", "a.wav", "b.wav"}));
    ASSERT_EQ(song.rate, 44100);
    const double alias = decibel(amplitude_at(song.stems[0].left, 14100, 44100, 4410, 39690) / 0.5);
    const double kept = decibel(amplitude_at(song.stems[0].left, 18000, 44100, 4410, 39690) / 0.25);
    std::printf("alias of 30 kHz: %.1f dB, 18 kHz: %+.4f dB\n", alias, kept);
    EXPECT_LT(alias, -140);
    EXPECT_NEAR(kept, 0, 0.001);
}

std::size_t first_nonzero(const std::vector<float>& x) {
    std::size_t i = 0;
    while (i < x.size() && x[i] == 0) ++i;
    return i;
}

TEST(Load, OffsetsAreExactToTheSampleAndLengthsPadded) {
    const Folder folder;
    std::vector<float> click(1000, 0.0f);
    click[0] = 0.5f;
    write_audio(folder / "a.wav", {click}, 48000);
    write_audio(folder / "b.wav", {sine(440, 1, 48000)}, 48000);
    Job job = job_of(folder, {"a.wav", "b.wav"});
    job.stems[0].start_s = 12345.0 / 48000;
    const Song song = load_song(job);
    EXPECT_EQ(song.frames, 48000);
    EXPECT_EQ(first_nonzero(song.stems[0].left), 12345u);
    EXPECT_EQ(song.stems[0].left[12345], 0.5f);
    EXPECT_EQ(song.stems[0].left.size(), 48000u);
    EXPECT_EQ(song.stems[0].source_frames, 1000);
    job.stems[0].start_s = 2;
    EXPECT_EQ(load_song(job).frames, 96000 + 1000) << "the start offset counts towards the length";
}

TEST(Load, BroadcastTimeReferencesAlignStems) {
    const Folder folder;
    std::vector<float> click(1000, 0.0f);
    click[0] = 0.5f;
    constexpr int kFormat = SF_FORMAT_WAV | SF_FORMAT_PCM_24;
    write_audio(folder / "a.wav", {click}, 48000, kFormat,
                48000u * 3600u);  // one hour, as many sessions start
    write_audio(folder / "b.wav", {click}, 48000, kFormat, 48000u * 3600u + 777u);
    write_audio(folder / "c.wav", {click}, 48000, kFormat);  // no reference: at the start
    Job job = job_of(folder, {"a.wav", "b.wav", "c.wav"});
    Song song = load_song(job);
    EXPECT_EQ(first_nonzero(song.stems[0].left), 0u);
    EXPECT_EQ(first_nonzero(song.stems[1].left), 777u);
    EXPECT_EQ(first_nonzero(song.stems[2].left), 0u);
    EXPECT_EQ(song.frames, 1777);
    job.stems[1].start_s = 5.0 / 48000;  // the job's word goes above the file's
    song = load_song(job);
    EXPECT_EQ(first_nonzero(song.stems[1].left), 5u);
}

TEST(Load, TwinChannelsAreKeptOnceAndMonoIsMono) {
    const Folder folder;
    const auto tone = sine(440, 0.5, 48000);
    auto other = tone;
    other[20000] += 1e-6f;
    write_audio(folder / "twin.wav", {tone, tone}, 48000);
    write_audio(folder / "nearly.wav", {tone, other}, 48000);
    write_audio(folder / "mono.wav", {tone}, 48000);
    const Song song = load_song(job_of(folder, {"twin.wav", "nearly.wav", "mono.wav"}));
    EXPECT_EQ(song.stems[0].channels, 2);
    EXPECT_TRUE(song.stems[0].right.empty());
    EXPECT_EQ(song.stems[0].right_data(), song.stems[0].left_data());
    EXPECT_EQ(song.stems[1].right.size(), tone.size());
    EXPECT_EQ(song.stems[2].channels, 1);
    EXPECT_TRUE(song.stems[2].right.empty());
}

TEST(Load, SilentStemsAreKeptAndMarked) {
    const Folder folder;
    write_audio(folder / "a.wav", {sine(440, 0.5, 48000)}, 48000);
    write_audio(folder / "quiet.wav", {sine(440, 0.5, 48000, 3.0e-5)}, 48000);  // -90.5 dBFS
    write_audio(folder / "loud.wav", {sine(440, 0.5, 48000, 3.4e-5)}, 48000);   // -89.4 dBFS
    const Song song = load_song(job_of(folder, {"a.wav", "quiet.wav", "loud.wav"}));
    EXPECT_FALSE(song.stems[0].silent);
    EXPECT_TRUE(song.stems[1].silent);
    EXPECT_FALSE(song.stems[2].silent);
    EXPECT_EQ(song.stems[1].left.size(), 24000u);
}

TEST(Load, SectionsCoverTheWholeSong) {
    const Folder folder;
    write_audio(folder / "a.wav", {sine(440, 4, 48000)}, 48000);
    Job job = job_of(folder, {"a.wav"});
    Song song = load_song(job);
    ASSERT_EQ(song.sections.size(), 1u);
    EXPECT_EQ(song.sections[0].name, "song");
    EXPECT_EQ(song.sections[0].end_s, 4);
    job.sections = {{"verse", 1}, {"chorus", 2.5}};
    song = load_song(job);
    ASSERT_EQ(song.sections.size(), 3u);
    EXPECT_EQ(song.sections[0].start_s, 0);
    EXPECT_EQ(song.sections[0].end_s, 1);
    EXPECT_EQ(song.sections[1].end_s, 2.5);
    EXPECT_EQ(song.sections[2].end_s, 4);
    job.sections = {{"verse", 1}, {"chorus", 4.5}};
    EXPECT_NE(refusal([&] { load_song(job); }).find("chorus"), std::string::npos);
    job.sections = {{"verse", 2}, {"chorus", 2}};
    EXPECT_NE(refusal([&] { load_song(job); }).find("order of time"), std::string::npos);
}

TEST(Load, SameSongEveryTime) {
    const Folder folder;
    std::vector<std::string> names;
    for (int i = 0; i < 8; ++i) {
        names.push_back("s" + std::to_string(i) + ".wav");
        write_audio(folder / names.back(),
                    {sine(100.0 + 70 * i, 1, i % 2 ? 44100 : 48000),
                     sine(90.0 + 30 * i, 1, i % 2 ? 44100 : 48000)},
                    i % 2 ? 44100 : 48000);
    }
    const Song a = load_song(job_of(folder, names)), b = load_song(job_of(folder, names));
    for (std::size_t i = 0; i < a.stems.size(); ++i) {
        EXPECT_EQ(a.stems[i].name, "s" + std::to_string(i));
        EXPECT_TRUE(a.stems[i].left == b.stems[i].left && a.stems[i].right == b.stems[i].right)
            << i;
    }
}

}  // namespace
}  // namespace mixfarm
