/// `mixfarm meter` against ffmpeg's ebur128 on the same files.
#include <cmath>

#include "tests/cli/night.h"

namespace mixfarm::cli_test {
namespace {

/// The last value that ffmpeg's ebur128 wrote of this key, or the largest.
double ffmpeg_reading(const std::string& said, const std::string& key, bool largest) {
    double value = std::nan("");
    const std::string word = "lavfi.r128." + key + "=";
    for (std::size_t at = 0; (at = said.find(word, at)) != std::string::npos; at += word.size()) {
        const double here = std::strtod(said.c_str() + at + word.size(), nullptr);
        value = largest && value > here ? value : here;
    }
    return value;
}

TEST(Meter, AgreesWithFfmpeg) {
    const Scratch scratch;
    constexpr double kSeconds = 31;
    constexpr auto kFrames = static_cast<std::size_t>(kSeconds * 48000);
    std::vector<float> impulses(kFrames), noise = signals::white(kFrames, 0.5, 1);
    for (std::size_t n = 0; n < kFrames; n += 16001) impulses[n] = n % 2 ? 0.9f : -0.9f;
    for (std::size_t n = 2; n < kFrames; ++n)  // next to Nyquist every meter reads its own filter
        noise[n - 2] = (noise[n - 2] + 2 * noise[n - 1] + noise[n]) / 4;
    const signals::Stereo music = signals::music(kSeconds, 48000, 14);
    const std::pair<const char*, Channels> sounds[] = {
        {"noise.wav", {noise, noise}},
        {"silence.wav", Channels(2, std::vector<float>(kFrames))},
        {"impulses.wav", {impulses, impulses}},
        {"squares.wav", Channels(2, signals::square(kFrames, 480, 1))},
        {"music.wav", {music.left, music.right}}};
    for (const auto& [name, sound] : sounds) {
        const std::string file = scratch / name;
        write_sound(file, sound, 48000);
        const Ended other = run_program({"ffmpeg", "-hide_banner", "-nostdin", "-i", file, "-af",
                                         "ebur128=metadata=1:peak=true,ametadata=mode=print:file=-",
                                         "-f", "null", "-"});
        ASSERT_EQ(other.code, 0) << other.err;
        const Json m = ask({"meter", file})[0];
        const double lufs = ffmpeg_reading(other.out, "I", false),
                     range = ffmpeg_reading(other.out, "LRA", false),
                     peak = ffmpeg_reading(other.out, "true_peaks_ch0", true),  // linear
            peak_db = peak > 0 ? 20 * std::log10(peak) : -120;
        std::printf("  %-12s I %.3f (%.3f)  LRA %.3f (%.3f)  TP %.3f (%.3f)\n", name,
                    m["integrated_lufs"].get<double>(), lufs, m["loudness_range_lu"].get<double>(),
                    range, m["true_peak_dbtp"].get<double>(), peak_db);
        EXPECT_NEAR(m["integrated_lufs"].get<double>(), std::max(-70.0, lufs), 0.01) << name;
        EXPECT_NEAR(m["true_peak_dbtp"].get<double>(), peak_db, 0.1) << name;
        EXPECT_NEAR(m["loudness_range_lu"].get<double>(), range, 0.1) << name;
    }
}

TEST(Meter, WeighsLayoutsAsFfmpegDoes) {
    const Scratch scratch;
    struct Layout {
        const char *name, *pan;
    };
    for (const Layout& layout :
         {Layout{"2.1", "c0=0.1*c0|c1=0.2*c0|c2=0.7*c0"},
          Layout{"4.0", "c0=0.1*c0|c1=0.2*c0|c2=0.4*c0|c3=0.7*c0"},
          Layout{"4.1", "c0=0.1*c0|c1=0.2*c0|c2=0.4*c0|c3=0.9*c0|c4=0.7*c0"},
          Layout{"quad", "c0=0.1*c0|c1=0.2*c0|c2=0.5*c0|c3=0.7*c0"},
          Layout{"5.1", "c0=0.1*c0|c1=0.2*c0|c2=0.4*c0|c3=0.9*c0|c4=0.6*c0|c5=0.3*c0"},
          Layout{"6.0", "c0=0.1*c0|c1=0.2*c0|c2=0.4*c0|c3=0.9*c0|c4=0.6*c0|c5=0.3*c0"}}) {
        const std::string file = scratch / (std::string(layout.name) + ".wav");
        const Ended made = run_program({"ffmpeg", "-hide_banner", "-nostdin", "-f", "lavfi", "-i",
                                        "anoisesrc=d=5:c=pink:r=48000:seed=3", "-af",
                                        std::string("pan=") + layout.name + "|" + layout.pan,
                                        "-c:a", "pcm_s24le", file});
        ASSERT_EQ(made.code, 0) << made.err;
        const Ended other =
            run_program({"ffmpeg", "-hide_banner", "-nostdin", "-i", file, "-af",
                         "ebur128=metadata=1,ametadata=mode=print:file=-", "-f", "null", "-"});
        ASSERT_EQ(other.code, 0) << other.err;
        const double lufs = ask({"meter", file})[0]["integrated_lufs"],
                     theirs = ffmpeg_reading(other.out, "I", false);
        std::printf("  %-4s %.3f LUFS (%.3f)\n", layout.name, lufs, theirs);
        EXPECT_NEAR(lufs, theirs, 0.01) << layout.name;
    }
}

}  // namespace
}  // namespace mixfarm::cli_test
