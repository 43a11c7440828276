/// Layers: what a mix has of them enters the strip in front of everything, and nobody else's.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "tests/support/small_song.h"

namespace mixfarm {
namespace {

constexpr int kRate = 48000;
constexpr MasterTarget kQuiet{-30, -1};

class Layers : public ::testing::Test {
protected:
    void SetUp() override {
        song_.add(
            {signals::sine(kFrames, 220, kRate, 0.2), signals::sine(kFrames, 330, kRate, 0.2)});
        song_.add({signals::sine(kFrames, 500, kRate, 0.1), {}}, true);
        extra_.add(
            {signals::sine(kFrames, 1000, kRate, 0.1), signals::sine(kFrames, 1500, kRate, 0.1)});
        view_ = song_.view();
        engine_ = make_cpu_engine(1);
    }
    void lay(int stem, bool instead) {
        view_.layers.push_back(
            {stem, extra_.stems[0].left.data(), extra_.stems[0].right.data(), instead});
    }
    /// Stem 0 behind its neutral strip against a + b times the layer, in double precision: worst
    /// difference.
    double off(const StereoAudio& audio, double a, double b) const {
        double worst = 0;
        for (std::size_t n = 0; n < kFrames; ++n) {
            worst = std::max(worst, std::fabs(audio.left[n] - a * song_.stems[0].left[n] -
                                              b * extra_.stems[0].left[n]));
            worst = std::max(worst, std::fabs(audio.right[n] - a * song_.stems[0].right[n] -
                                              b * extra_.stems[0].right[n]));
        }
        return worst;
    }

    static constexpr std::size_t kFrames = 2 * kRate;
    SmallSong song_{kRate, {}, {}}, extra_{kRate, {}, {}};
    SongView view_;
    std::unique_ptr<Engine> engine_;
};

TEST_F(Layers, AreAddedByTheirGainOrTakeTheStemsPlace) {
    lay(0, false);
    lay(0, true);
    engine_->load(view_);
    MixSettings mix = neutral_mix(2);
    mix.layers = {0.5f, 0};
    EXPECT_LT(off(engine_->render_stem(mix, 0, 0), 1, 0.5), 1e-6);
    mix.layers = {0, 1};
    EXPECT_LT(off(engine_->render_stem(mix, 0, 0), 0, 1), 1e-6);
    mix.layers = {0, 0.25f};
    EXPECT_LT(off(engine_->render_stem(mix, 0, 0), 0.75, 0.25), 1e-6);
    mix.layers = {0.5f, 1};
    EXPECT_LT(off(engine_->render_stem(mix, 0, 0), 0, 1), 1e-6) << "in the order of the song's";
    mix.layers = {0, 0};
    EXPECT_EQ(off(engine_->render_stem(mix, 0, 0), 1, 0), 0);
}

TEST_F(Layers, PassThroughTheStemsStrip) {
    lay(0, false);
    engine_->load(view_);
    MixSettings mix = neutral_mix(2);
    mix.strips[static_cast<std::size_t>(strip_param_index("fader", "fader_db"))] = -20;
    mix.layers = {1};
    EXPECT_LT(off(engine_->render_stem(mix, 0, 0), 0.1, 0.1), 1e-6);
}

TEST_F(Layers, OfOneMixAreNotHeardInAnother) {
    const Excerpt all{0, static_cast<std::int64_t>(kFrames), 0};
    std::vector<MixSettings> mixes = random_mixes(9, 2, 70);
    engine_->load(view_);
    const auto before = engine_->evaluate(mixes, {&all, 1}, kQuiet);
    lay(0, false);
    lay(1, true);
    engine_->load(view_);
    mixes[3].layers = {0.5f, 1};
    mixes[4].layers = {0, 0};
    const auto after = engine_->evaluate(mixes, {&all, 1}, kQuiet);
    for (std::size_t i = 0; i < mixes.size(); ++i)
        EXPECT_EQ(difference(before[i], after[i]).empty(), i != 3) << i;
}

TEST_F(Layers, WakeAStemThatSleeps) {
    SmallSong silent{kRate, {}, {}};
    silent.add({signals::Samples(kFrames), signals::Samples(kFrames)});
    SongView view = silent.view();
    view.layers.push_back({0, extra_.stems[0].left.data(), extra_.stems[0].right.data(), false});
    engine_->load(view);
    MixSettings mix = neutral_mix(1);
    mix.layers = {1};
    double loudest = 0;
    for (const float x : engine_->render_stem(mix, 0, 0).left)
        loudest = std::max<double>(loudest, std::fabs(x));
    EXPECT_NEAR(loudest, 0.1, 1e-3);
}

}  // namespace
}  // namespace mixfarm
