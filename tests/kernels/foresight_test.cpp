/// Mixes foretold without rendering, against the same mixes rendered and measured.
#include "kernels/foresight.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "kernels/effects/equalizer.h"
#include "kernels/effects/high_pass.h"
#include "kernels/effects/low_pass.h"
#include "kernels/proxy/seer.h"
#include "tests/support/effort.h"
#include "tests/support/listener.h"
#include "tests/support/small_song.h"

namespace mixfarm {
namespace {

constexpr int kRate = 48000;
constexpr std::int64_t kFrames = 9 * kRate;

/// Sound of every band: two noises, one of them in both sides and late on the right, a copy of it
/// in another stem, and music.
SmallSong rich_song(std::int64_t frames = kFrames) {
    const auto n = static_cast<std::size_t>(frames);
    SmallSong song{kRate, {}, {}};
    song.add(signals::music(static_cast<double>(frames) / kRate, kRate, 5));
    song.stems[0].left.resize(n), song.stems[0].right.resize(n);
    const auto hiss = [n](double db, std::uint64_t seed) {
        signals::Samples x = signals::sloped(1 << 20, kRate, -3.0103, 30, 16000, db, seed);
        x.resize(n);
        return x;
    };
    const signals::Samples noise = hiss(-16, 6);
    signals::Stereo wide{noise, signals::Samples(n)};
    for (std::size_t i = 40; i < n; ++i) wide.right[i] = 0.7f * noise[i - 40];
    song.add(wide);
    song.add({noise, {}}, true);
    song.add({hiss(-22, 7), hiss(-16, 8)});
    return song;
}

void set(MixSettings& mix, std::size_t stem, const char* effect, const char* param, float value) {
    const int i = strip_param_index(effect, param);
    ASSERT_GE(i, 0) << effect << "." << param;
    mix.strips[stem * static_cast<std::size_t>(strip_param_count()) + static_cast<std::size_t>(i)] =
        value;
}

/// Only what the proxy takes to be exact: levels, polarity, filters, width, pan, groups, master; as
/// gentle as a search has them, since a narrow bell has no one gain over a third octave.
MixSettings linear_mix(std::size_t stems, std::uint64_t seed) {
    static const char* const effects[] = {"trim",  "high_pass", "low_pass", "equalizer",
                                          "width", "pan",       "fader"};
    MixSettings all = random_mix(stems, seed, true);
    const auto calm = [](std::span<const EffectInfo> of, float* row) {
        for (const EffectInfo& effect : of)
            for (std::size_t p = 0; p < effect.params.size(); ++p) {
                const std::string_view name = effect.params[p].name;
                float& value = row[effect.first + static_cast<int>(p)];
                if (name.ends_with("_q")) value = std::clamp(value, 0.5f, 1.4f);
                if (std::string_view(effect.name) == "equalizer" && name.ends_with("_db"))
                    value = std::clamp(value, -6.f, 6.f);
                if (name == "mono_below_hz") value = effect.params[p].neutral;
            }
    };
    for (std::size_t s = 0; s < stems; ++s)
        calm(strip_effects(), &all.strips[s * static_cast<std::size_t>(strip_param_count())]);
    calm(bus_effects(Bus::master), &all.buses[static_cast<std::size_t>(bus_first(Bus::master))]);
    MixSettings mix = neutral_mix(stems);
    mix.buses = neutral_buses();
    for (const EffectInfo& effect : strip_effects())
        for (const char* name : effects)
            if (std::string_view(name) == effect.name)
                for (std::size_t s = 0; s < stems; ++s)
                    for (std::size_t p = 0; p < effect.params.size(); ++p) {
                        const std::size_t i = s * static_cast<std::size_t>(strip_param_count()) +
                                              static_cast<std::size_t>(effect.first) + p;
                        mix.strips[i] = all.strips[i];
                    }
    for (std::size_t s = 0; s < stems; ++s) {
        set(mix, s, "high_pass", "high_pass_hz", s == 0 ? 20.f : 30.f * static_cast<float>(s));
        set(mix, s, "low_pass", "low_pass_hz", 9000.f + 2000.f * static_cast<float>(s));
    }
    const int first = bus_first(Bus::master);
    for (const EffectInfo& effect : bus_effects(Bus::master))
        if (std::string_view(effect.name) == "equalizer" ||
            std::string_view(effect.name) == "width")
            for (std::size_t p = 0; p < effect.params.size(); ++p)
                mix.buses[static_cast<std::size_t>(first + effect.first) + p] =
                    all.buses[static_cast<std::size_t>(first + effect.first) + p];
    return mix;
}

struct Both {
    std::vector<Foretold> told;
    std::vector<Measurement> heard;
};
/// The target lies so low that no limiter acts.
Both both(const SmallSong& song, const std::vector<MixSettings>& mixes) {
    const MasterTarget target{-30, -1};
    const SongView view = song.view();
    const auto engine = make_cpu_engine(1);
    engine->load(view);
    const Excerpt whole{0, song.frames(), 0};
    return {Foresight(view, everyone(view.stems.size()), 1).foretell(mixes, target),
            engine->evaluate(mixes, {&whole, 1}, target)};
}

double db(double ratio) {
    return 10 * std::log10(ratio);
}

TEST(Foresight, AgreesWithRenderedLinearMixes) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED: numbers are compared without sanitizers";
    const SmallSong song = rich_song();
    std::vector<MixSettings> mixes;
    for (std::uint64_t seed = 1; seed <= 16; ++seed) mixes.push_back(linear_mix(4, seed));
    const Both got = both(song, mixes);
    double worst_band = 0, mean_band = 0, worst_gain = 0, worst_stem = 0, worst_width = 0;
    int bands = 0;
    for (std::size_t i = 0; i < mixes.size(); ++i) {
        const Measurement &told = got.told[i].mix, &heard = got.heard[i];
        double all = 0;
        for (std::size_t b = 0; b < kBands; ++b) all += heard.left_power[b] + heard.right_power[b];
        for (std::size_t b = 0; b < kBands; ++b)
            for (const auto power : {&Measurement::left_power, &Measurement::right_power}) {
                if ((heard.*power)[b] < 1e-5 * all) continue;
                const double off = std::fabs(db((told.*power)[b] / (heard.*power)[b]));
                mean_band += off, ++bands;
                // The lowest bands hold tones near their edges, where a slope within the band
                // tells.
                if (b >= 4) worst_band = std::max(worst_band, off);
            }
        worst_gain =
            std::max<double>(worst_gain, std::fabs(told.master_gain_db - heard.master_gain_db));
        for (std::size_t s = 0; s < 4; ++s)
            worst_stem =
                std::max(worst_stem, std::fabs(db(told.stem_power[s] / heard.stem_power[s])));
        worst_width = std::max<double>(
            worst_width, std::fabs(told.metric("correlation") - heard.metric("correlation")));
    }
    mean_band /= bands;
    std::printf(
        "bands: mean %.3f dB, worst %.2f; loudness %.3f LU; stems %.3f dB; correlation "
        "%.4f\n",
        mean_band, worst_band, worst_gain, worst_stem, worst_width);
    EXPECT_LT(mean_band, 0.35);
    EXPECT_LT(worst_band, 3);
    EXPECT_LT(worst_gain, 0.6);
    EXPECT_LT(worst_stem, 0.3);
    EXPECT_LT(worst_width, 0.03);
}

TEST(Foresight, KnowsWhatCancels) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED: numbers are compared without sanitizers";
    // A mono stem against a stereo one that holds a copy of it on its left.
    const SmallSong song = rich_song();
    std::vector<MixSettings> mixes;
    for (const float polarity : {0.f, 1.f}) {
        MixSettings mix = neutral_mix(4);
        for (const std::size_t quiet : {0u, 3u}) set(mix, quiet, "fader", "fader_db", -60);
        set(mix, 2, "trim", "invert", polarity);
        mixes.push_back(mix);
    }
    const Both got = both(song, mixes);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto ratio = [](const Measurement& m) {
            double left = 0, right = 0;
            for (std::size_t b = 0; b < kBands; ++b)
                left += m.left_power[b], right += m.right_power[b];
            return db(left / right);
        };
        std::printf("left re right: told %.2f dB, heard %.2f\n", ratio(got.told[i].mix),
                    ratio(got.heard[i]));
        if (i == 0)
            EXPECT_NEAR(ratio(got.told[i].mix), ratio(got.heard[i]), 0.1);
        else  // nothing is left there
            EXPECT_LT(ratio(got.told[i].mix), -35);
    }
}

TEST(Foresight, FollowsLoudnessThroughPauses) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED: numbers are compared without sanitizers";
    // One stem plays the first third, one the last: the gate takes the silence between them away.
    SmallSong song = rich_song();
    const std::size_t third = static_cast<std::size_t>(kFrames) / 3;
    for (std::size_t s = 1; s < 3; ++s)
        for (std::size_t i = third; i < static_cast<std::size_t>(kFrames); ++i) {
            song.stems[s].left[i] = 0;
            if (!song.mono[s]) song.stems[s].right[i] = 0;
        }
    for (std::size_t i = 0; i < 2 * third; ++i) {
        song.stems[3].left[i] = song.stems[3].right[i] = 0;
        song.stems[0].left[i] *= 0.001f, song.stems[0].right[i] *= 0.001f;
    }
    std::vector<MixSettings> mixes;
    for (const float level : {-18.f, -6.f, 0.f}) {
        MixSettings mix = neutral_mix(4);
        set(mix, 3, "fader", "fader_db", level);
        mixes.push_back(mix);
    }
    const Both got = both(song, mixes);
    for (std::size_t i = 0; i < mixes.size(); ++i) {
        std::printf("gain told %.2f dB, heard %.2f; range told %.1f LU, heard %.1f\n",
                    got.told[i].mix.master_gain_db, got.heard[i].master_gain_db,
                    got.told[i].mix.metric("loudness_range_lu"),
                    got.heard[i].metric("loudness_range_lu"));
        EXPECT_NEAR(got.told[i].mix.master_gain_db, got.heard[i].master_gain_db, 0.3);
    }
}

TEST(Foresight, PutsWhatIsSentBesideTheMix) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED: numbers are compared without sanitizers";
    const SmallSong song = rich_song();
    std::vector<MixSettings> mixes;
    for (const float send : {-60.f, -12.f, -3.f}) {
        MixSettings mix = neutral_mix(4);
        mix.buses = neutral_buses();
        set(mix, 3, "send", "plate_db", send);
        set(mix, 1, "send", "hall_db", send);
        mixes.push_back(mix);
    }
    const Both got = both(song, mixes);
    EXPECT_FLOAT_EQ(got.told[0].reverb_to_dry_lu, -60);
    EXPECT_GT(got.told[2].reverb_to_dry_lu, got.told[1].reverb_to_dry_lu + 8);
    for (std::size_t i = 0; i < mixes.size(); ++i)
        EXPECT_NEAR(got.told[i].mix.master_gain_db, got.heard[i].master_gain_db, 0.6) << i;
}

TEST(Foresight, OfAMixIsTheSameInAnyCompany) {
    const SmallSong song = rich_song(2 * kRate);
    std::vector<MixSettings> mixes;
    for (std::uint64_t seed = 1; seed <= 70; ++seed) mixes.push_back(random_mix(4, seed, true));
    const SongView view = song.view();
    const MasterTarget target;
    const auto all = Foresight(view, everyone(4), 2).foretell(mixes, target);
    const Foresight alone(view, everyone(4), 1);
    for (const std::size_t i : {0u, 7u, 33u, 69u}) {
        const Foretold one = alone.foretell({&mixes[i], 1}, target).front();
        EXPECT_EQ(difference(one.mix, all[i].mix), "") << i;
        EXPECT_EQ(one.masking, all[i].masking) << i;
        EXPECT_EQ(one.distorted_share, all[i].distorted_share) << i;
        EXPECT_TRUE(std::isfinite(one.masking) && one.mix.finite) << i;
    }
}

TEST(Foresight, OfSilenceIsSilence) {
    SmallSong song{kRate, {}, {}};
    song.add({signals::Samples(kRate), signals::Samples(kRate)});
    const Foretold told =
        Foresight(song.view(), everyone(1), 1).foretell(std::vector{neutral_mix(1)}, {}).front();
    EXPECT_EQ(told.mix.metric("integrated_lufs"), -70);
    EXPECT_TRUE(told.mix.finite);
}

/// Analogue prototypes against the digital filters that are heard, dB, up to an eighth of the rate.
/// A device whose seers fail, at once or when first asked; it renders nothing.
class FailingDevice final : public Engine {
public:
    explicit FailingDevice(bool at_once) : at_once_(at_once) {}
    int asked = 0;

    DeviceInfo info() const override { return {}; }
    int good_batch() const override { return 1; }
    void load(const SongView&) override {}
    std::vector<Measurement> evaluate(std::span<const MixSettings>, std::span<const Excerpt>,
                                      const MasterTarget&) override {
        return {};
    }
    std::vector<StereoAudio> render(std::span<const MixSettings>, const MasterTarget&) override {
        return {};
    }
    StereoAudio render_stem(const MixSettings&, int, float) override { return {}; }
    std::vector<std::unique_ptr<Seer>> seers(const ForeseenSong&) override {
        if (at_once_) throw DeviceError("no memory for the tables");
        std::vector<std::unique_ptr<Seer>> one;
        one.push_back(std::make_unique<FailingSeer>(asked));
        return one;
    }

private:
    class FailingSeer final : public Seer {
    public:
        explicit FailingSeer(int& asked) : asked_(asked) {}
        void foretell(std::span<const MixSettings>, const MasterTarget&, Glance,
                      std::span<Foretold>) override {
            ++asked_;
            throw DeviceError("the device has burnt down");
        }

    private:
        int& asked_;
    };
    bool at_once_;
};

TEST(Foresight, LeavesToTheProcessorWhatADeviceFailsToForetell) {
    const SmallSong song = rich_song(2 * kRate);
    std::vector<MixSettings> mixes;
    for (std::uint64_t seed = 1; seed <= 5; ++seed)
        mixes.push_back(linear_mix(song.stems.size(), seed));
    const Listening rule = everyone(song.stems.size());
    const auto loudness = [&](const Foresight& foresight) {
        std::vector<float> gains;
        for (const Foretold& told : foresight.foretell(mixes, {}))
            gains.push_back(told.mix.master_gain_db);
        return gains;
    };
    const std::vector<float> want = loudness(Foresight(song.view(), rule, 1));
    FailingDevice no_memory(true), burning(false);
    EXPECT_EQ(loudness(Foresight(song.view(), rule, 1, Glance::levels, &no_memory)), want);
    const Foresight foresight(song.view(), rule, 1, Glance::levels, &burning);
    EXPECT_EQ(loudness(foresight), want);
    EXPECT_EQ(loudness(foresight), want);
    EXPECT_EQ(burning.asked, 1) << "a device that failed is not asked again";
}

template <class Effect>
double worst_of(std::uint64_t seed) {
    signals::Random random(seed);
    double worst = 0;
    for (int trial = 0; trial < 200; ++trial) {
        float knobs[param_count<Effect>];
        for (int k = 0; k < param_count<Effect>; ++k)
            knobs[k] = random_value(Effect::kParams[k], random);
        const auto digital = Effect::design(knobs, kRate);
        const auto analogue = Effect::template prototype<float>(knobs);
        for (double hz = 25; hz < kRate / 8; hz *= 1.5) {
            Path<float> path;
            Effect::pass(analogue, static_cast<float>(hz), path);
            const double heard = Effect::response_db(digital, hz, kRate);
            if (heard > -60) worst = std::max(worst, std::fabs(db(path.power()) - heard));
        }
    }
    return worst;
}
TEST(Prototypes, AreWhatTheFiltersAreDesignedTo) {
    const double eq = worst_of<Equalizer>(1), high = worst_of<HighPass>(2),
                 low = worst_of<LowPass>(3);
    std::printf("equaliser %.3f dB, high-pass %.3f, low-pass %.3f\n", eq, high, low);
    EXPECT_LT(eq, 0.5);
    EXPECT_LT(high, 0.2);
    EXPECT_LT(low, 0.6);
}

}  // namespace
}  // namespace mixfarm
