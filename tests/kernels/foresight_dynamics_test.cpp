/// Mixes foretold with their dynamics, against the same mixes rendered and measured.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "kernels/foresight.h"
#include "kernels/meters/k_weighting.h"
#include "tests/support/effort.h"
#include "tests/support/listener.h"
#include "tests/support/small_song.h"

namespace mixfarm {
namespace {

constexpr int kRate = 48000;

/// Drums and bass, a mono tone, noise that comes late, and a silent stem.
SmallSong song_of(int seconds) {
    return small_song(kRate, static_cast<std::int64_t>(seconds) * kRate);
}
SongView keyed(const SmallSong& song) {
    SongView view = song.view();
    for (StemView& stem : view.stems) stem.group = Bus::music;
    view.stems[0].group = Bus::drums;
    view.stems[1].duck_key = view.stems[2].duck_key = view.stems[2].unmask_key = 0;
    return view;
}

MixSettings neutral(std::size_t stems) {
    MixSettings mix = neutral_mix(stems);
    mix.buses = neutral_buses();
    return mix;
}
void set(MixSettings& mix, std::size_t stem, const char* effect, const char* param, float value) {
    const int i = strip_param_index(effect, param);
    ASSERT_GE(i, 0) << effect << "." << param;
    mix.strips[stem * static_cast<std::size_t>(strip_param_count()) + static_cast<std::size_t>(i)] =
        value;
}
void set(MixSettings& mix, Bus bus, const char* effect, const char* param, float value) {
    const int i = bus_param_index(bus, effect, param);
    ASSERT_GE(i, 0) << effect << "." << param;
    mix.buses[static_cast<std::size_t>(i)] = value;
}

struct Both {
    std::vector<Foretold> told, levels;
    std::vector<Measurement> heard;
};
Both both(const SmallSong& song, const std::vector<MixSettings>& mixes,
          const MasterTarget& target) {
    const SongView view = keyed(song);
    const auto engine = make_cpu_engine(1);
    engine->load(view);
    const Excerpt whole{0, song.frames(), 0};
    const Foresight foresight(view, everyone(view.stems.size()), 1, Glance::dynamics);
    return {foresight.foretell(mixes, target, Glance::dynamics), foresight.foretell(mixes, target),
            engine->evaluate(mixes, {&whole, 1}, target)};
}
double db(double ratio) {
    return 10 * std::log10(ratio);
}

struct Named {
    const char* name;
    MixSettings mix;
    std::size_t stem;  ///< whose level moves
};
/// One effect at a time, deep.
std::vector<Named> one_by_one() {
    std::vector<Named> all;
    const auto add = [&](const char* name, std::size_t stem) -> MixSettings& {
        all.push_back({name, neutral(4), stem});
        return all.back().mix;
    };
    MixSettings* mix = &add("compressor", 0);
    for (const auto& [knob, value] : {std::pair{"threshold_db", -30.f}, {"ratio", 4.f}})
        set(*mix, 0, "compressor", knob, value);
    mix = &add("compressor with a filter", 0);
    for (const auto& [knob, value] :
         {std::pair{"threshold_db", -30.f}, {"ratio", 4.f}, {"sidechain_hz", 200.f}})
        set(*mix, 0, "compressor", knob, value);
    mix = &add("gate", 2);
    for (const auto& [knob, value] : {std::pair{"range_db", 12.f}, {"threshold_db", -12.f}})
        set(*mix, 2, "gate", knob, value);
    mix = &add("duck", 1);
    for (const auto& [knob, value] :
         {std::pair{"threshold_db", -30.f}, {"ratio", 6.f}, {"keyed", 1.f}})
        set(*mix, 1, "duck", knob, value);
    mix = &add("dynamic equaliser", 2);
    for (const auto& [knob, value] :
         {std::pair{"change_db", -12.f}, {"threshold_db", -50.f}, {"q", 0.4f}})
        set(*mix, 2, "dynamic_eq", knob, value);
    mix = &add("de-esser", 2);
    for (const auto& [knob, value] : {std::pair{"reduction_db", 10.f}, {"threshold_db", -50.f}})
        set(*mix, 2, "de_esser", knob, value);
    mix = &add("glue", 1);
    for (const auto& [knob, value] : {std::pair{"threshold_db", -30.f}, {"ratio", 4.f}})
        set(*mix, Bus::music, "glue", knob, value);
    mix = &add("parallel", 1);
    for (const auto& [knob, value] :
         {std::pair{"threshold_db", -40.f}, {"ratio", 8.f}, {"mix", 0.5f}, {"makeup_db", 9.f}})
        set(*mix, Bus::music, "parallel", knob, value);
    return all;
}

TEST(ForesightDynamics, MovesLevelsAsTheConsoleDoes) {
    const SmallSong song = song_of(12);
    std::vector<MixSettings> mixes;
    const std::vector<Named> cases = one_by_one();
    for (const Named& one : cases) mixes.push_back(one.mix);
    const Both got = both(song, mixes, {-30, -1});
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const std::size_t s = cases[i].stem;
        const double heard = got.heard[i].stem_power[s], told = got.told[i].mix.stem_power[s];
        const double moved = db(got.levels[i].mix.stem_power[s] / heard);
        std::printf("%s: %.2f dB off, %.2f without dynamics; gain %.2f dB off\n", cases[i].name,
                    db(told / heard), moved,
                    got.told[i].mix.master_gain_db - got.heard[i].master_gain_db);
        EXPECT_GT(std::fabs(moved), 1) << cases[i].name;
        EXPECT_NEAR(db(told / heard), 0, 0.6) << cases[i].name;
        EXPECT_NEAR(got.told[i].mix.master_gain_db, got.heard[i].master_gain_db, 0.5)
            << cases[i].name;
    }
}

TEST(ForesightDynamics, LowersTheBandsOfTheMultiband) {
    const SmallSong song = song_of(12);
    std::vector<MixSettings> mixes(2, neutral(4));
    for (const auto& [knob, value] : {std::pair{"mix", 1.f},
                                      {"high_threshold_db", -50.f},
                                      {"high_ratio", 4.f},
                                      {"mid_ratio", 1.f},
                                      {"low_ratio", 1.f}})
        set(mixes[1], Bus::master, "multiband", knob, value);
    const Both got = both(song, mixes, {-30, -1});
    const auto highs = [](const Measurement& m) {
        double high = 0, low = 0;
        for (std::size_t b = 0; b < kBands; ++b) (b < 21 ? low : high) += m.left_power[b];
        return db(high / low);
    };
    const double heard = highs(got.heard[1]) - highs(got.heard[0]);
    EXPECT_LT(heard, -4);
    EXPECT_NEAR(highs(got.told[1].mix) - highs(got.told[0].mix), heard, 1.5);
}

TEST(ForesightDynamics, FindsTheGainBehindTheLimiter) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED: numbers are compared without sanitizers";
    const SmallSong song = song_of(12);
    const std::vector<MixSettings> mixes = {neutral(4)};
    double last = -1;
    for (const float lufs : {-24.f, -14.f, -10.f, -9.f}) {
        const Both got = both(song, mixes, {lufs, -1});
        const Measurement &told = got.told[0].mix, &heard = got.heard[0];
        std::printf(
            "%.0f LUFS: limiter takes %.2f LU, told %.2f; micro-dynamics %.2f, told %.2f; "
            "range %.2f, told %.2f\n",
            lufs, heard.limiter_loss_lu, told.limiter_loss_lu, heard.metric("microdynamics_lu"),
            told.metric("microdynamics_lu"), heard.metric("loudness_range_lu"),
            told.metric("loudness_range_lu"));
        EXPECT_NEAR(told.limiter_loss_lu, heard.limiter_loss_lu,
                    0.15 + 0.3 * heard.limiter_loss_lu);
        EXPECT_NEAR(told.master_gain_db, heard.master_gain_db, 0.3 + 0.2 * heard.limiter_loss_lu);
        EXPECT_NEAR(told.metric("integrated_lufs"), lufs, 0.05);
        EXPECT_NEAR(told.metric("true_peak_dbtp"), heard.metric("true_peak_dbtp"), 0.4);
        EXPECT_NEAR(told.metric("microdynamics_lu"), heard.metric("microdynamics_lu"), 0.5);
        EXPECT_NEAR(told.metric("loudness_range_lu"), heard.metric("loudness_range_lu"), 0.75);
        EXPECT_NEAR(told.metric("max_short_term_lufs"), heard.metric("max_short_term_lufs"), 0.4);
        EXPECT_GE(told.limiter_loss_lu, last);
        last = told.limiter_loss_lu;
    }
}

TEST(ForesightDynamics, OfASineIsInClosedForm) {
    SmallSong song{kRate, {}, {}};
    const signals::Samples x = signals::sine(5 * kRate, 1000, kRate, 0.1);
    song.add({x, x});
    const SongView view = song.view();
    const Foresight foresight(view, everyone(1), 1, Glance::dynamics);
    const std::vector<MixSettings> mixes = {neutral(1)};
    // Both sides of a sine of amplitude a: a^2 together, K-weighted.
    const double k = k_gain_db(1000, kRate), own = -0.691 - 20 + k;
    const Measurement free = foresight.foretell(mixes, {-20, -1}, Glance::dynamics)[0].mix;
    EXPECT_NEAR(free.master_gain_db, -20 - own, 0.05);
    EXPECT_NEAR(free.limiter_loss_lu, 0, 1e-3);
    EXPECT_NEAR(free.metric("plr_db"), 0.691 - k + 0.1, 0.05);  // 0.1: peaks between samples
    EXPECT_NEAR(free.metric("loudness_range_lu"), 0, 0.01);
    EXPECT_NEAR(free.metric("microdynamics_lu"), 0, 0.02);
    // The ceiling, 0.35 dB under the target, lets -1.35 - 0.691 + k through and no more.
    const Measurement most = foresight.foretell(mixes, {0, -1}, Glance::dynamics)[0].mix;
    EXPECT_NEAR(most.metric("integrated_lufs"), -0.691 - 1.35 + k, 0.5);
    EXPECT_GT(most.limiter_loss_lu, 3);
    EXPECT_LE(most.metric("true_peak_dbtp"), -1);
}

TEST(ForesightDynamics, OfAMixIsTheSameInAnyCompany) {
    const SmallSong song = song_of(4);
    std::vector<MixSettings> mixes;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) mixes.push_back(random_mix(4, seed, true));
    mixes[7].buses.clear();  // no compressor on groups and master, where all others have some
    mixes[20] = neutral_mix(4);
    const SongView view = keyed(song);
    const MasterTarget target;
    const auto all =
        Foresight(view, everyone(4), 2, Glance::dynamics).foretell(mixes, target, Glance::dynamics);
    const Foresight alone(view, everyone(4), 1, Glance::dynamics);
    for (const std::size_t i : {0u, 7u, 20u, 39u}) {
        const Foretold one = alone.foretell({&mixes[i], 1}, target, Glance::dynamics).front();
        EXPECT_EQ(difference(one.mix, all[i].mix), "") << i;
        EXPECT_EQ(one.masking, all[i].masking) << i;
    }
    for (const Foretold& told : all) {
        EXPECT_TRUE(told.mix.finite && std::isfinite(told.masking));
        for (const char* name : {"loudness_range_lu", "microdynamics_lu", "plr_db"})
            EXPECT_TRUE(std::isfinite(told.mix.metric(name))) << name;
        EXPECT_GE(told.mix.limiter_loss_lu, 0);
    }
}

TEST(ForesightDynamics, LeavesTheGlanceOfLevelsAlone) {
    const SmallSong song = song_of(3);
    std::vector<MixSettings> mixes;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) mixes.push_back(random_mix(4, seed, true));
    const SongView view = keyed(song);
    const Foresight near(view, everyone(4), 1, Glance::dynamics), far(view, everyone(4), 1);
    near.foretell(mixes, {}, Glance::dynamics);
    const auto a = near.foretell(mixes, {}), b = far.foretell(mixes, {});
    for (std::size_t i = 0; i < mixes.size(); ++i)
        EXPECT_EQ(difference(a[i].mix, b[i].mix), "") << i;
    EXPECT_GT(near.course_bytes(), far.course_bytes());
}

TEST(ForesightDynamics, OfSilenceIsSilence) {
    SmallSong song{kRate, {}, {}};
    song.add({signals::Samples(kRate), signals::Samples(kRate)});
    const Foretold told = Foresight(song.view(), everyone(1), 1, Glance::dynamics)
                              .foretell(std::vector{neutral_mix(1)}, {}, Glance::dynamics)
                              .front();
    EXPECT_EQ(told.mix.metric("integrated_lufs"), -70);
    EXPECT_TRUE(told.mix.finite);
}

}  // namespace
}  // namespace mixfarm
