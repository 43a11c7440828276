/// `mixfarm meter` on tones whose figures are known in closed form, in every format it reads.
#include <cmath>

#include "tests/cli/night.h"

namespace mixfarm::cli_test {
namespace {

using testing::HasSubstr;

constexpr double kTone = 997,
                 kDb = -18;  // BS.1770: a 997 Hz sine of 0 dBFS in one channel reads -3.01 LKFS

Channels tone(int channels, int rate, double seconds = 4, bool opposite = false) {
    const auto frames = static_cast<std::size_t>(seconds * rate);
    Channels all(static_cast<std::size_t>(channels),
                 signals::sine(frames, kTone, rate, signals::amplitude(kDb)));
    if (opposite)
        for (float& x : all[1]) x = -x;
    return all;
}

TEST(Meter, AToneInEveryFormat) {
    const Scratch scratch;
    struct Case {
        const char* file;
        int format, rate, channels;
        double tolerance;
    };
    const Case cases[] = {{"a.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 48000, 2, 0.02},
                          {"b.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 1, 0.02},
                          {"c.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 96000, 2, 0.02},
                          {"d.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 1, 0.02},
                          {"e.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 48000, 2, 0.02},
                          {"f.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 48000, 2, 0.4},
                          {"g.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 1, 0.4},
                          {"h.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 22050, 2, 0.05},
                          {"i.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 11025, 1, 0.1},
                          {"j.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 48001, 2, 0.05},
                          {"k.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 192000, 2, 0.05}};
    Words words = {"meter"};
    for (const Case& c : cases) {
        write_sound(scratch / c.file, tone(c.channels, c.rate), c.rate, c.format);
        words.push_back(scratch / c.file);
    }
    const Json all = ask(words);
    ASSERT_EQ(all.size(), std::size(cases));
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Case& c = cases[i];
        const Json& m = all[i];
        EXPECT_EQ(m["file"], scratch / c.file);
        EXPECT_EQ(m["rate"], c.rate);
        EXPECT_EQ(m["channels"], c.channels);
        EXPECT_NEAR(m["seconds"].get<double>(), 4, 0.01);
        const double lufs = kDb + (c.channels == 2 ? 0 : -10 * std::log10(2.0));
        std::printf("  %-6s %6d Hz, %d channels: %.3f LUFS (%.3f), %.3f dBTP, crest %.3f dB\n",
                    c.file, c.rate, c.channels, m["integrated_lufs"].get<double>(), lufs,
                    m["true_peak_dbtp"].get<double>(), m["crest_db"].get<double>());
        EXPECT_NEAR(m["integrated_lufs"].get<double>(), lufs, c.tolerance) << c.file;
        EXPECT_NEAR(m["max_momentary_lufs"].get<double>(), lufs, c.tolerance + 0.05) << c.file;
        EXPECT_NEAR(m["true_peak_dbtp"].get<double>(), kDb, c.tolerance + 0.1) << c.file;
        EXPECT_NEAR(m["crest_db"].get<double>(), 20 * std::log10(std::sqrt(2.0)),
                    c.tolerance + 0.05)
            << c.file;
        EXPECT_NEAR(m["loudness_range_lu"].get<double>(), 0, 0.1) << c.file;
        EXPECT_TRUE(m["finite"].get<bool>());
        if (c.channels == 2) {
            EXPECT_NEAR(m["correlation"].get<double>(), 1, 0.001) << c.file;
            EXPECT_NEAR(m["width"].get<double>(), 0, 0.01) << c.file;
            EXPECT_NEAR(m["balance_db"].get<double>(), 0, 0.05) << c.file;
        } else {
            EXPECT_TRUE(m["correlation"].is_null()) << "a mono file has none: " << m["correlation"];
        }
    }
}

TEST(Meter, StereoIsSeen) {
    const Scratch scratch;
    write_sound(scratch / "opposite.wav", tone(2, 48000, 4, true), 48000);
    Channels one_side = tone(2, 48000);
    for (float& x : one_side[1]) x *= 0.5f;
    write_sound(scratch / "left.wav", one_side, 48000);
    const Json all = ask({"meter", scratch / "opposite.wav", scratch / "left.wav"});
    EXPECT_NEAR(all[0]["correlation"].get<double>(), -1, 0.001);
    EXPECT_GT(all[0]["mono_loss_db"].get<double>(), 20) << "nothing is left in mono";
    EXPECT_NEAR(std::fabs(all[1]["balance_db"].get<double>()), 20 * std::log10(2.0), 0.02);
    EXPECT_THAT(succeed({"meter", scratch / "left.wav"}).out,
                testing::AllOf(HasSubstr("integrated_lufs"), HasSubstr("2 channels, 48000 Hz")));
}

/// What a file is too short or too quiet for is null, or the gate's floor; never a number that
/// looks measured.
TEST(Meter, SilenceAndShortFilesAreNoError) {
    const Scratch scratch;
    write_sound(scratch / "silence.wav", Channels(2, std::vector<float>(96000)), 48000);
    write_sound(scratch / "sample.wav", Channels(1, std::vector<float>(1, 0.5f)), 48000);
    write_sound(scratch / "short.wav", tone(2, 48000, 2), 48000);
    const Json all =
        ask({"meter", scratch / "silence.wav", scratch / "sample.wav", scratch / "short.wav"});
    for (const std::size_t i : {0, 1})
        EXPECT_TRUE(all[i]["integrated_lufs"].is_null() ||
                    all[i]["integrated_lufs"].get<double>() == -70)
            << all[i]["integrated_lufs"];
    EXPECT_NEAR(all[2]["integrated_lufs"].get<double>(), kDb, 0.02);
    for (const Json& m : all)
        for (const char* name : {"plr_db", "psr_db", "crest_db"})
            EXPECT_TRUE(m[name].is_null() || std::fabs(m[name].get<double>()) < 30)
                << name << " of " << m["file"] << " is " << m[name];
    EXPECT_NEAR(all[1]["sample_peak_dbfs"].get<double>(), 20 * std::log10(0.5), 0.001);
}

TEST(Meter, TornAndForeignFilesAreRefusedByName) {
    const Scratch scratch;
    write_sound(scratch / "whole.flac", tone(2, 48000), 48000, SF_FORMAT_FLAC | SF_FORMAT_PCM_24);
    write_sound(scratch / "whole.wav", tone(2, 48000), 48000);
    write_sound(scratch / "six.wav", tone(6, 48000, 0.1), 48000);
    write_text(
        scratch / "torn.flac",
        text_of(scratch / "whole.flac").substr(0, fs::file_size(scratch / "whole.flac") / 2));
    write_text(scratch / "torn.wav",
               text_of(scratch / "whole.wav").substr(0, fs::file_size(scratch / "whole.wav") / 2));
    write_text(scratch / "text.wav", "this is not audio");
    write_text(scratch / "nothing.wav", "");
    for (const char* file :
         {"torn.flac", "torn.wav", "text.wav", "nothing.wav", "six.wav", "missing.wav"}) {
        const Ended ended = mixfarm({"meter", scratch / "whole.wav", scratch / file, "--json"});
        EXPECT_EQ(ended.code, 2) << file << ended.out;
        EXPECT_THAT(ended.err, HasSubstr(scratch / file));
        EXPECT_EQ(ended.out, "") << file;
    }
}

}  // namespace
}  // namespace mixfarm::cli_test
