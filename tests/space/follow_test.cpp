/// Knobs that are no coordinates of their own but follow the others.
#include <gtest/gtest.h>

#include "tests/space/band.h"

namespace mixfarm {
namespace {

using namespace testing;

TEST(Follow, StemsThatWouldDrownAreTurnedUp) {
    // Three tones of one loudness that always play: what lies over all of them follows by hand.
    Song song = empty_song(8);
    add_stem(song, "vox", Role::lead_vocal, sine(1000, 0.1));
    add_stem(song, "fx", Role::fx, sine(1000, 0.1));
    add_stem(song, "keys", Role::keys, during(0, 4, sine(1000, 0.1)));
    const Profile profile = analyze(song);
    const Space space(job_for(song), song, profile, priors_folder());
    const auto fader = [&](const char* stem) {
        return knob(space, std::string(stem) + "/fader.fader_db");
    };
    auto unit = middle(space);
    for (std::size_t i = 0; i < unit.size(); ++i)
        if (space.searched()[i] == static_cast<int>(fader("fx"))) unit[i] = 0;
    const auto v = space.values(unit);
    const Knob& fx = space.knobs()[fader("fx")];
    const double drawn = fx.prior.low + 0.3 * (fx.prior.low - fx.prior.typical);
    const auto power = [](double db) { return std::pow(10.0, db / 10); };
    const double all =
        10 * std::log10(power(v[fader("vox")]) + power(drawn) + 0.5 * power(v[fader("keys")]));
    ASSERT_LT(drawn, all - kHeardLu) << "it was meant to drown";
    EXPECT_NEAR(v[fader("fx")], all - kHeardLu, 0.15);
    // A lock is a lock.
    Job job = job_for(song);
    job.stems[1].lock = {{"fader_db", -50}};
    const Space locked(job, song, profile, priors_folder());
    EXPECT_EQ(locked.values(middle(locked))[fader("fx")], -50);
}

TEST(Follow, NoStripCompressorTakesMoreThanEngineersDo) {
    const Space space = the_band().space();
    int raised = 0;
    for (const char* stem : {"kick", "snare", "bass", "vox"}) {
        const auto at = [&](const char* param) {
            return knob(space, std::string(stem) + "/compressor." + param);
        };
        auto unit = middle(space);
        for (std::size_t i = 0; i < unit.size(); ++i) {
            const auto k = static_cast<std::size_t>(space.searched()[i]);
            if (k == at("threshold_db")) unit[i] = 0.02f;
            if (k == at("ratio")) unit[i] = 0.98f;
            if (k == at("keyed")) unit[i] = 0;
        }
        const auto v = space.values(unit);
        EXPECT_LE(v[at("makeup_db")], 8.06) << stem;
        if (v[at("threshold_db")] > space.knobs()[at("threshold_db")].prior.low) {
            EXPECT_NEAR(v[at("makeup_db")], 8, 0.06) << stem << ": no further than needed";
            ++raised;
        }
        BandSpace locked = the_band();
        for (auto& s : locked.job.stems)
            if (s.name == stem) s.lock = {{"compressor.threshold_db", -50}};
        EXPECT_EQ(locked.space().values(std::vector<float>(locked.space().searched().size(),
                                                           0.5f))[at("threshold_db")],
                  -50)
            << stem;
    }
    EXPECT_GT(raised, 1);
}

TEST(Follow, FollowsATrimThatTheJobLocks) {
    // 9 dB under its usual level behind the trim: thresholds come down with it, the fader makes up.
    BandSpace band = the_band();
    const Space usual = band.space();
    const auto typical = usual.values(middle(usual));
    const std::size_t trim = knob(usual, "vox/trim.trim_db");
    for (auto& s : band.job.stems)
        if (s.name == "vox") s.lock = {{"trim_db", typical[trim] - 9}};
    const Space space = band.space();
    const auto v = space.values(middle(space));
    const auto change = [&](const char* name) {
        return v[knob(space, name)] - typical[knob(space, name)];
    };
    EXPECT_NEAR(change("vox/trim.trim_db"), -9, 1e-4);
    EXPECT_NEAR(change("vox/compressor.threshold_db"), -9, 1e-4);
    EXPECT_NEAR(change("vox/compressor.makeup_db"), 0, 1e-3);
    EXPECT_NEAR(change("vox/fader.fader_db"), 9, 1e-4);
    EXPECT_NEAR(change("kick/fader.fader_db"), 0, 1e-4) << "what is heard beside it is the same";
    EXPECT_NEAR(change("bus/master/trim.trim_db"), 0, 1e-3);

    BandSpace drawn = the_band();
    for (auto& s : drawn.job.stems)
        if (s.name == "vox") s.automation = {{"trim_db", {{0, "", typical[trim] - 9}}}};
    EXPECT_EQ(drawn.space().values(middle(drawn.space())), v) << "as if it were locked";
}

TEST(Follow, ThresholdsOfADuckLieByTheLevelOfItsKey) {
    BandSpace band = the_band();
    for (auto& s : band.song.stems)
        if (s.name == "bass") s.duck_under = "kick";
    const Space usual = band.space();
    const std::size_t threshold = knob(usual, "bass/duck.threshold_db");
    const float before = usual.values(middle(usual))[threshold];
    const float kick = usual.values(middle(usual))[knob(usual, "kick/trim.trim_db")],
                bass = usual.values(middle(usual))[knob(usual, "bass/trim.trim_db")];
    for (auto& s : band.job.stems) {
        if (s.name == "kick") s.lock = {{"trim_db", kick - 12}};
        if (s.name == "bass") s.lock = {{"trim_db", bass - 5}};
    }
    const Space space = band.space();
    EXPECT_NEAR(space.values(middle(space))[threshold], before - 12, 1e-3);
}

TEST(Follow, MakeUpTakesWhatIsDrawnAndFadersThatAreLocked) {
    BandSpace band = the_band();
    for (auto& s : band.job.stems)
        if (s.name == "bass")
            s.automation = {{"compressor.ratio", {{0, "", 1}, {8, "", 7}}},
                            {"compressor.threshold_db", {{0, "", -40}, {8, "", -20}}}};
    const Space drawn = band.space();
    BandSpace held = the_band();
    for (auto& s : held.job.stems)
        if (s.name == "bass") s.lock = {{"compressor.ratio", 4}, {"compressor.threshold_db", -30}};
    const Space mean = held.space();
    const std::size_t makeup = knob(mean, "bass/compressor.makeup_db");
    EXPECT_GT(mean.values(middle(mean))[makeup], 1);
    EXPECT_EQ(drawn.values(middle(drawn))[makeup], mean.values(middle(mean))[makeup]);

    // Drums that the job turns down by 30 dB: thresholds of their group come down with them.
    BandSpace quiet = the_band();
    const Space usual = quiet.space();
    for (auto& s : quiet.job.stems)
        if (s.name == "kick" || s.name == "snare")
            s.lock = {{"fader_db",
                       usual.values(middle(usual))[knob(usual, s.name + "/fader.fader_db")] - 30}};
    const Space space = quiet.space();
    for (const char* name : {"bus/drums/glue.threshold_db", "bus/drums/parallel.threshold_db"})
        EXPECT_LT(space.knobs()[knob(space, name)].prior.typical,
                  std::max(-59.f, usual.knobs()[knob(usual, name)].prior.typical - 25))
            << name;
}

TEST(Follow, MakeUpFollowsTheCompressor) {
    const Space space = the_band().space();
    const std::size_t makeup = knob(space, "bass/compressor.makeup_db");
    // The bass is a steady sound: its peaks stand where they stand, and -23 LUFS is its level.
    const auto& band = the_band();
    const double peak =
        band.profile.stems[2].peak_dbfs + -23 - band.profile.stems[2].integrated_lufs;
    auto unit = middle(space);
    float last = -1;
    for (std::size_t i = 0; i < unit.size(); ++i)
        if (space.searched()[i] == static_cast<int>(knob(space, "bass/compressor.ratio")))
            for (float u : {0.0f, 0.5f, 0.9f}) {
                unit[i] = u;
                const auto v = space.values(unit);
                const float ratio = v[knob(space, "bass/compressor.ratio")];
                // The detector follows the wave, which stands at its peak for moments only.
                const double over = peak - v[knob(space, "bass/compressor.threshold_db")];
                EXPECT_LE(v[makeup], over * (1 - 1 / ratio)) << ratio;
                EXPECT_GE(v[makeup], 0.6 * over * (1 - 1 / ratio)) << ratio;
                EXPECT_GT(v[makeup], last);
                last = v[makeup];
            }
    EXPECT_FALSE(is_searched(space, "bass/compressor.makeup_db"));
    EXPECT_EQ(space.static_balance()[makeup], 0);
}

}  // namespace
}  // namespace mixfarm
