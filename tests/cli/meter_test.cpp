/// `mixfarm meter` on tones whose figures are known in closed form, in every format it reads.
#include <gmock/gmock.h>

#include <cmath>
#include <numbers>
#include <utility>

#include "tests/cli/night.h"
#include "tests/support/effort.h"

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
    for (const std::size_t i : {1, 2})
        EXPECT_TRUE(all[i]["loudness_range_lu"].is_null()) << "shorter than 3 s";
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
    write_sound(scratch / "seven.wav", tone(7, 48000, 0.1), 48000);
    write_text(
        scratch / "torn.flac",
        text_of(scratch / "whole.flac").substr(0, fs::file_size(scratch / "whole.flac") / 2));
    write_text(scratch / "torn.wav",
               text_of(scratch / "whole.wav").substr(0, fs::file_size(scratch / "whole.wav") / 2));
    write_text(scratch / "text.wav", "this is not audio");
    write_text(scratch / "nothing.wav", "");
    for (const char* file :
         {"torn.flac", "torn.wav", "text.wav", "nothing.wav", "seven.wav", "missing.wav"}) {
        const Ended ended = mixfarm({"meter", scratch / "whole.wav", scratch / file, "--json"});
        EXPECT_EQ(ended.code, 2) << file << ended.out;
        EXPECT_THAT(ended.err, HasSubstr(scratch / file));
        const Json metered = ended.json();
        ASSERT_EQ(metered.size(), 1u) << "the other one is measured all the same";
        EXPECT_EQ(metered[0]["file"], scratch / "whole.wav");
        EXPECT_EQ(mixfarm({"meter", scratch / file, "--json"}).out, "") << file;
    }
}

TEST(Meter, SurroundIsWeighted) {
    // Tech 3341-6: L, R at -28, C at -24, Ls, Rs at -30 dBFS; the LFE counts for peaks only.
    const Scratch scratch;
    const double db[] = {-28, -28, -24, -6, -30, -30};
    Channels six;
    for (std::size_t c = 0; c < 6; ++c)
        six.push_back(
            signals::sine(4 * 48000, c == 3 ? 40 : 1000, 48000, signals::amplitude(db[c])));
    write_sound(scratch / "six.wav", six, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
    // Vorbis has an order of its own: left, centre, right, left and right surround, LFE.
    write_sound(scratch / "six.ogg", {six[0], six[2], six[1], six[4], six[5], six[3]}, 48000,
                SF_FORMAT_OGG | SF_FORMAT_VORBIS);
    const Json all = ask({"meter", scratch / "six.wav", scratch / "six.ogg"}), &m = all[0];
    EXPECT_NEAR(all[1]["integrated_lufs"].get<double>(), -23.0163, 0.1);
    EXPECT_GT(all[1]["by_channel"][3]["sample_peak_dbfs"].get<double>(), -10) << "the LFE";
    EXPECT_NEAR(m["integrated_lufs"].get<double>(), -23.0163, 0.005);
    EXPECT_NEAR(m["sample_peak_dbfs"].get<double>(), -6, 0.01);
    EXPECT_TRUE(m["width"].is_null());
    EXPECT_FALSE(m["bands"].contains("mid_db")) << "six channels have no middle";
    ASSERT_EQ(m["by_channel"].size(), 6u);
    for (std::size_t c = 0; c < 6; ++c)
        EXPECT_NEAR(m["by_channel"][c]["sample_peak_dbfs"].get<double>(), db[c], 0.01);
}

TEST(Meter, BandsSeriesAndFaultsAreTold) {
    // In phase below, a third as loud and the other way round above; one clip, one gap, an offset.
    const Scratch scratch;
    constexpr std::size_t kFrames = 5 * 48000;
    const auto low = signals::sine(kFrames, 100, 48000, 0.3),
               high = signals::sine(kFrames, 4000, 48000, 0.3);
    Channels both(2, std::vector<float>(kFrames));
    for (std::size_t n = 0; n < kFrames; ++n) {
        both[0][n] = low[n] + high[n] + 0.01f;
        both[1][n] = low[n] - high[n] / 3;
    }
    for (std::size_t n = 48000; n < 48004; ++n) both[0][n] = 1;
    for (std::size_t n = 96000; n < 96960; ++n) both[0][n] = both[1][n] = 0;
    write_sound(scratch / "a.wav", both, 48000);
    const Json m = ask({"meter", scratch / "a.wav"})[0];
    const Json& bands = m["bands"];
    ASSERT_EQ(bands["centre_hz"].size(), 30u);
    for (const char* name :
         {"level_db", "left_db", "right_db", "mid_db", "side_db", "width", "correlation"})
        ASSERT_EQ(bands[name].size(), 30u) << name;
    const auto band = [&](const char* name, std::size_t b) { return bands[name][b].get<double>(); };
    EXPECT_NEAR(band("correlation", 6), 1, 0.01);
    EXPECT_NEAR(band("width", 6), 0, 0.01);
    EXPECT_NEAR(band("correlation", 22), -1, 0.01);
    EXPECT_NEAR(band("width", 22), 4, 0.02) << "side (1 + 1/3) / 2 over mid (1 - 1/3) / 2, squared";
    EXPECT_NEAR(band("left_db", 22) - band("right_db", 22), 20 * std::log10(3), 0.02);
    EXPECT_NEAR(band("side_db", 22), 20 * std::log10(0.2 / std::sqrt(2.0)), 0.1);
    ASSERT_EQ(m["bark"]["edges_hz"].size(), 25u);
    ASSERT_EQ(m["bark"]["mid_db"].size(), 24u);
    EXPECT_NEAR(m["low_correlation"].get<double>(), 1, 0.01);
    EXPECT_NEAR(m["by_channel"][0]["dc"].get<double>(), 0.01, 1e-3);
    EXPECT_NEAR(m["by_channel"][1]["dc"].get<double>(), 0, 1e-3);
    EXPECT_EQ(m["by_channel"][0]["clips"], 1);
    EXPECT_EQ(m["by_channel"][0]["longest_clip"], 4);
    EXPECT_EQ(m["by_channel"][1]["clips"], 0);
    ASSERT_EQ(m["dropouts"].size(), 1u);
    EXPECT_EQ(m["dropouts"][0], (Json{{"start_s", 2.0}, {"seconds", 0.02}, {"channel", nullptr}}));
    EXPECT_EQ(m["dropout_count"], 1);
    EXPECT_EQ(m["by_channel"][0]["over"], 0);
    EXPECT_TRUE(m["first_bad"].is_null());
    const Json& series = m["series"];
    EXPECT_NEAR(series["hop_s"].get<double>(), 0.1, 1e-9);
    ASSERT_EQ(series["momentary_lufs"].size(), 50u);
    EXPECT_TRUE(series["momentary_lufs"][2].is_null());
    EXPECT_TRUE(series["short_term_lufs"][28].is_null());
    EXPECT_NEAR(series["short_term_lufs"][49].get<double>(), m["max_short_term_lufs"].get<double>(),
                0.1);
    const std::string text = succeed({"meter", scratch / "a.wav", "--bands"}).out;
    for (const char* part : {"loudness", "microdynamics_lu", "channel 1 is clipped: 1 run",
                             "channel 1 has a DC offset of +0.0",
                             "nothing at all for 20 ms from 2.00", "third octaves"})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(succeed({"meter", scratch / "a.wav"}).out,
                testing::Not(HasSubstr("third octaves")));
}

TEST(Meter, ManyFilesComeInTheOrderAskedFor) {
    const Scratch scratch;
    Words words = {"meter"};
    for (int i = 0; i < 9; ++i) {  // the first takes longest
        const std::string file = scratch / (std::to_string(i) + ".wav");
        write_sound(file, tone(1, 8000 + 100 * i, i == 0 ? 60 : 0.5 + 0.1 * i), 8000 + 100 * i);
        words.push_back(file);
    }
    const Json all = ask(words);
    ASSERT_EQ(all.size(), 9u);
    for (int i = 0; i < 9; ++i) {
        EXPECT_EQ(all[static_cast<std::size_t>(i)]["rate"], 8000 + 100 * i);
        Words one = {"meter", words[static_cast<std::size_t>(i) + 1]};
        EXPECT_EQ(ask(one)[0], all[static_cast<std::size_t>(i)]);
    }
    words.insert(words.begin() + 3, {scratch / "missing.wav", scratch / "gone.wav"});
    const Ended ended = mixfarm(words);
    EXPECT_EQ(ended.code, 2);
    const std::size_t first = ended.err.find("missing.wav"), second = ended.err.find("gone.wav");
    EXPECT_LT(first, second) << "in order: " << ended.err;
    EXPECT_NE(second, std::string::npos) << ended.err;
    for (int i = 0; i < 9; ++i)
        EXPECT_THAT(ended.out, HasSubstr(scratch / (std::to_string(i) + ".wav  (1 channel")));
}

TEST(Meter, ASampleThatIsNoNumberIsTold) {
    const Scratch scratch;
    Channels both = tone(2, 48000);
    both[1][12000] = std::nanf("");
    write_sound(scratch / "a.wav", both, 48000);
    const Json m = ask({"meter", scratch / "a.wav"})[0];
    EXPECT_EQ(m["first_bad"], (Json{{"seconds", 0.25}, {"frame", 12000}, {"channel", 2}}));
    EXPECT_FALSE(m["finite"].get<bool>());
    for (const char* name : {"integrated_lufs", "loudness_range_lu", "true_peak_dbtp", "crest_db",
                             "correlation", "tilt_db_per_octave", "dropouts"})
        EXPECT_TRUE(m[name].is_null()) << name;
    for (const char* name : {"dc", "sample_peak_dbfs", "over", "clips"})
        EXPECT_TRUE(m["by_channel"][0][name].is_null()) << name;
    for (const char* bands : {"bands", "bark"}) EXPECT_TRUE(m[bands]["level_db"][5].is_null());
    EXPECT_TRUE(m["series"]["momentary_lufs"][20].is_null());
    const std::string text = succeed({"meter", scratch / "a.wav", "--bands"}).out;
    EXPECT_THAT(text, HasSubstr("the first in channel 2 at 0.250000 s (frame 12000)"));
    for (const char* made_up : {"nan", "-70.00", " 0.00"})
        EXPECT_THAT(text, testing::Not(HasSubstr(made_up)));
}

TEST(Meter, ClippedAndOverAreTwoThings) {
    const Scratch scratch;
    const auto loud = signals::sine(48000, kTone, 48000, signals::amplitude(12));
    write_sound(scratch / "float.wav", {loud}, 48000);
    auto cut = loud;
    for (float& x : cut) x = std::clamp(x, -1.f, 1 - 0x1p-23f);
    write_sound(scratch / "integers.wav", {cut}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
    const Json all = ask({"meter", scratch / "float.wav", scratch / "integers.wav"});
    EXPECT_EQ(all[0]["by_channel"][0]["clips"], 0);
    EXPECT_GT(all[0]["by_channel"][0]["over"], 40000);
    EXPECT_GT(all[1]["by_channel"][0]["clips"], 1900);
    EXPECT_EQ(all[1]["by_channel"][0]["over"], 0);
    EXPECT_THAT(succeed({"meter", scratch / "float.wav"}).out,
                testing::AllOf(HasSubstr("over full scale, up to +12.0"),
                               testing::Not(HasSubstr("clipped"))));
}

TEST(Meter, NamesOfFilesMayBeAnyBytes) {
    const Scratch scratch;
    const std::string file = scratch / "caf\xe9.wav";
    write_sound(file, tone(1, 48000, 0.5), 48000);
    const Json m = ask({"meter", file})[0];
    EXPECT_THAT(m["file"].get<std::string>(), HasSubstr("caf\xef\xbf\xbd.wav"));
    EXPECT_THAT(succeed({"meter", file}).out, HasSubstr(file));
}

TEST(Meter, LongFilesTakeNoMoreMemory) {
    // Written minute by minute: what this process held counts for its children, too.
    const Scratch scratch;
    constexpr int kRate = 8000;
    std::vector<float> minute = signals::white(60 * kRate, 0.5, 1);
    for (std::size_t n = 0; n < minute.size(); ++n)
        minute[n] *= 0.1f + 0.9f * static_cast<float>(n / kRate % 7) / 7;
    constexpr int kMinutes[] = {1, 60, 120, 240};
    long peak_kb[4];
    for (std::size_t length = 0; length < (kSlowBuild ? 1 : 4); ++length) {
        const std::string file = scratch / "long.wav";
        SF_INFO info{};
        info.samplerate = kRate, info.channels = 1, info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_U8;
        SNDFILE* out = sf_open(file.c_str(), SFM_WRITE, &info);
        for (int i = 0; i < kMinutes[length]; ++i)
            sf_writef_float(out, minute.data(), static_cast<sf_count_t>(minute.size()));
        sf_close(out);
        peak_kb[length] = succeed({"meter", file}).peak_kb;
    }
    if (kSlowBuild) return;
    std::printf("  more than a minute takes: an hour %ld kB, two %ld kB, four %ld kB\n",
                peak_kb[1] - peak_kb[0], peak_kb[2] - peak_kb[0], peak_kb[3] - peak_kb[0]);
    EXPECT_LT(peak_kb[1] - peak_kb[0], 12'000);
    EXPECT_LT(peak_kb[2] - peak_kb[0], 24'000);
    EXPECT_LT(peak_kb[3] - peak_kb[2], 1'000);
}

TEST(Meter, ComparesWithAReference) {
    const Scratch scratch;
    write_sound(scratch / "a.wav", tone(2, 48000), 48000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
    Channels half = tone(2, 48000);
    for (auto& side : half)
        for (float& x : side) x *= 0.5f;
    write_sound(scratch / "half.wav", half, 48000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
    const Json all =
        ask({"meter", scratch / "a.wav", scratch / "half.wav", "--against", scratch / "a.wav"});
    EXPECT_EQ(all[0]["feature_loss"]["total"], 0);
    // Half the level: RMS by half of A / sqrt(2) on both sides, each Bark value by ln 2 where there
    // is more than the floor.
    const double rms = signals::amplitude(kDb) / std::sqrt(2.0) / 2;
    EXPECT_NEAR(all[1]["feature_loss"]["rms"].get<double>(), rms * rms, 1e-6);
    EXPECT_NEAR(all[1]["feature_loss"]["width"].get<double>(), 0, 1e-9);
    EXPECT_GT(all[1]["feature_loss"]["bark"].get<double>(), 0.1);
    const Ended absent = mixfarm({"meter", scratch / "a.wav", "--against", scratch / "b.wav"});
    EXPECT_EQ(absent.code, 2);
    EXPECT_THAT(absent.err, HasSubstr("b.wav"));
    write_sound(scratch / "six.wav", tone(6, 48000, 0.5), 48000);
    for (const Words& words :
         {Words{"meter", scratch / "six.wav", "--against", scratch / "a.wav"},
          Words{"meter", scratch / "a.wav", "--against", scratch / "six.wav"}}) {
        const Ended surround = mixfarm(words);
        EXPECT_EQ(surround.code, 2);
        EXPECT_THAT(surround.err, HasSubstr("six.wav: has 6 channels; only mono and stereo"));
        EXPECT_THAT(surround.err, testing::Not(HasSubstr("stem")));
    }
    write_sound(scratch / "three.wav", tone(3, 48000, 1), 48000);
    const Ended odd = mixfarm({"meter", scratch / "three.wav", scratch / "a.wav", "--against",
                               scratch / "a.wav", "--json"});
    EXPECT_EQ(odd.code, 2) << "three channels are not compared, but measured";
    EXPECT_THAT(odd.err, HasSubstr("three.wav"));
    ASSERT_EQ(odd.json().size(), 2u);
    EXPECT_FALSE(odd.json()[0].contains("feature_loss"));
    EXPECT_EQ(odd.json()[1]["feature_loss"]["total"], 0);
}

}  // namespace
}  // namespace mixfarm::cli_test
