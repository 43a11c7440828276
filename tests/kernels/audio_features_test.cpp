/// The published audio-feature loss: against numpy, and against closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "kernels/engine.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

StereoAudio audio_of(signals::Stereo sound, int rate = 48000) {
    return {rate, std::move(sound.left), std::move(sound.right)};
}

/// A tone with some of it in antiphase.
StereoAudio tone(double hz, float left, float right, std::size_t frames, int rate = 48000) {
    const signals::Samples x = signals::sine(frames, hz, rate, 1);
    StereoAudio audio{rate, x, x};
    for (float& v : audio.left) v *= left;
    for (float& v : audio.right) v *= right;
    return audio;
}

TEST(AudioFeatures, OfATone) {
    // Whole periods; 1500 Hz lies on a bin of the transform.
    const AudioFeatures f = audio_features(tone(1500, 0.5f, 0.25f, 98304));
    EXPECT_NEAR(f.rms[0], 0.5 / std::sqrt(2), 1e-6);
    EXPECT_NEAR(f.rms[1], 0.25 / std::sqrt(2), 1e-6);
    EXPECT_NEAR(f.crest_db[0], 3.0103, 1e-3);
    EXPECT_NEAR(f.crest_db[1], 3.0103, 1e-3);
    EXPECT_NEAR(f.width, (0.25 * 0.25) / (0.75 * 0.75), 1e-6);
    EXPECT_NEAR(f.imbalance, (0.0625 - 0.25) / 0.3125, 1e-6);
    // left - right is a third of left + right, in every band that hears it.
    double loudest = -1e9;
    std::size_t at = 0;
    for (std::size_t b = 0; b < kBarkBands; ++b)
        if (f.bark[b] > loudest) loudest = f.bark[b], at = b;
    EXPECT_NEAR(f.bark[at] - f.bark[kBarkBands + at], std::log(3.0), 1e-3);
    std::printf("1500 Hz is in Bark band %zu\n", at);
}

TEST(AudioFeatures, LossIsTheWeightedSumAndZeroForItself) {
    const AudioFeatures a = audio_features(audio_of(signals::music(2, 48000, 1)));
    EXPECT_EQ(feature_loss(a, a).total, 0);
    // Half as loud: RMS halves, crest, width and imbalance stay, every Bark value falls by ln 2.
    StereoAudio quiet = audio_of(signals::music(2, 48000, 1));
    for (float& x : quiet.left) x *= 0.5f;
    for (float& x : quiet.right) x *= 0.5f;
    const FeatureLoss loss = feature_loss(audio_features(quiet), a);
    EXPECT_NEAR(loss.rms, (a.rms[0] * a.rms[0] + a.rms[1] * a.rms[1]) / 8, 1e-9);
    EXPECT_NEAR(loss.crest + loss.width + loss.imbalance, 0, 1e-9);
    EXPECT_NEAR(loss.bark, std::log(2.0) * std::log(2.0), 1e-4);
    EXPECT_NEAR(loss.total, 0.1 * loss.rms + 0.1 * loss.bark, 1e-9);
}

TEST(AudioFeatures, OfSilenceAndOfAMomentAreFinite) {
    for (const std::size_t frames : {0u, 1u, 100u, 20000u}) {
        const StereoAudio nothing{48000, signals::Samples(frames), signals::Samples(frames)};
        const AudioFeatures f = audio_features(nothing);
        for (const double v : f.bark) EXPECT_NEAR(v, std::log(1e-8), 1e-9);
        EXPECT_EQ(f.rms[0], 1e-4);
        EXPECT_EQ(f.width, 0);
        EXPECT_TRUE(std::isfinite(f.crest_db[0]));
    }
}

TEST(AudioFeatures, AgreeWithNumpy) {
    namespace fs = std::filesystem;
    const fs::path folder =
        fs::temp_directory_path() / ("mixfarm-features-" + std::to_string(getpid()));
    fs::create_directories(folder);
    for (const int rate : {44100, 48000}) {
        const StereoAudio a = audio_of(signals::music(2.5, rate, 1), rate),
                          b = audio_of(signals::music(2.5, rate, 9), rate);
        for (const auto& [name, audio] : {std::pair("a.f32", &a), std::pair("b.f32", &b)}) {
            std::ofstream out(folder / name, std::ios::binary);
            for (std::size_t n = 0; n < audio->left.size(); ++n)
                for (const float x : {audio->left[n], audio->right[n]})
                    out.write(reinterpret_cast<const char*>(&x), sizeof x);
        }
        std::ostringstream command;
        command << MIXFARM_PYTHON << " " << MIXFARM_SOURCE_DIR << "/tests/kernels/feature_loss.py "
                << rate << " " << (folder / "a.f32").string() << " " << (folder / "b.f32").string();
        const std::unique_ptr<FILE, int (*)(FILE*)> python(popen(command.str().c_str(), "r"),
                                                           pclose);
        std::vector<double> theirs;
        for (double v; std::fscanf(python.get(), "%lf", &v) == 1;) theirs.push_back(v);
        ASSERT_EQ(theirs.size(), 2u + 2 + 1 + 1 + 48 + 1);
        const AudioFeatures f = audio_features(a);
        std::vector<double> ours{f.rms[0],      f.rms[1], f.crest_db[0],
                                 f.crest_db[1], f.width,  f.imbalance};
        ours.insert(ours.end(), f.bark.begin(), f.bark.end());
        ours.push_back(feature_loss(f, audio_features(b)).total);
        double worst = 0;
        for (std::size_t i = 0; i < ours.size(); ++i)
            worst = std::max(worst, std::fabs(ours[i] - theirs[i]));
        std::printf("%d Hz: loss %.6f, numpy %.6f, worst feature %.2g apart\n", rate, ours.back(),
                    theirs.back(), worst);
        EXPECT_LT(worst, 2e-4);
    }
    fs::remove_all(folder);
}

}  // namespace
}  // namespace mixfarm
