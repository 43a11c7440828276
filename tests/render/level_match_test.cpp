/// Level matching by gain alone, and the rough mix brought beside the picks.
#include "host/render/level_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>

#include "host/job/input_error.h"
#include "host/render/audio_file.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

namespace fs = std::filesystem;

class RoughMixFile : public testing::Test {
protected:
    RoughMixFile() {
        std::string name = (fs::temp_directory_path() / "mixfarm-rough-XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~RoughMixFile() override {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    fs::path written(const StereoAudio& audio) {
        const fs::path file = folder_ / "rough.wav";
        write_audio(file, audio, AudioFormat::wav, BitDepth::f32, {});
        return file;
    }
    static StereoAudio tone(int rate, double seconds, double peak) {
        StereoAudio audio;
        audio.rate = rate;
        audio.left = signals::sine(static_cast<std::size_t>(seconds * rate), 997, rate, peak);
        audio.right = audio.left;
        return audio;
    }
    fs::path folder_;
};

TEST_F(RoughMixFile, ComesToTheTargetByGainAlone) {
    for (const double peak : {0.02, 0.9}) {
        const RoughMix rough =
            read_rough_mix(written(tone(48000, 4, peak)), 48000, 4 * 48000, {-14, -1});
        EXPECT_NEAR(rough.metered.measured.metric("integrated_lufs"), -14, 0.01);
        EXPECT_EQ(rough.metered.loudness.momentary_lufs.size(), 40u);
        const StereoAudio dry = tone(48000, 4, peak);
        const auto gain = static_cast<float>(std::pow(10, rough.gain_db / 20));
        for (std::size_t n = 0; n < dry.left.size(); n += 37)
            ASSERT_EQ(rough.audio.left[n], dry.left[n] * gain) << "something else was done to it";
    }
}

TEST_F(RoughMixFile, StaysBelowTheCeilingAndThenQuieter) {
    StereoAudio peaky = tone(48000, 4, 0.05);
    peaky.left[9000] = 0.8f;
    const RoughMix rough = read_rough_mix(written(peaky), 48000, 4 * 48000, {-14, -1});
    EXPECT_NEAR(rough.metered.measured.metric("true_peak_dbtp"), -1, 0.01);
    EXPECT_LT(rough.metered.measured.metric("integrated_lufs"), -20);
}

TEST_F(RoughMixFile, TakesTheSongsRateAndLength) {
    const fs::path file = written(tone(44100, 3, 0.3));
    const RoughMix longer = read_rough_mix(file, 48000, 5 * 48000, {-14, -1});
    EXPECT_EQ(longer.audio.rate, 48000);
    ASSERT_EQ(longer.audio.left.size(), 5u * 48000);
    EXPECT_EQ(longer.audio.right.size(), longer.audio.left.size());
    EXPECT_EQ(longer.audio.left[4 * 48000], 0);
    EXPECT_EQ(read_rough_mix(file, 48000, 2 * 48000, {-14, -1}).audio.left.size(), 2u * 48000);
}

TEST_F(RoughMixFile, WithoutLoudnessIsRefused) {
    const fs::path file = written(tone(48000, 2, 0));
    try {
        read_rough_mix(file, 48000, 2 * 48000, {-14, -1});
        FAIL();
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), testing::AllOf(testing::HasSubstr("rough.wav"),
                                             testing::HasSubstr("rough_mix")));
    }
}

}  // namespace
}  // namespace mixfarm
