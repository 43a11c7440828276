/// The rule-based mix does what its rules say to stems built to need it.
#include <gtest/gtest.h>

#include "host/analysis/spectrum.h"
#include "tests/space/band.h"

namespace mixfarm {
namespace {

using namespace testing;

double gain_at(const Space& space, const std::vector<float>& values, int stem, double hz) {
    const auto mix = space.settings(values);
    const auto params = static_cast<std::size_t>(strip_param_count());
    return strip_response_db(
        std::span(mix.strips).subspan(static_cast<std::size_t>(stem) * params, params), hz, 48000);
}

TEST(Rules, PutLevelsAndSidesWhereEngineersDo) {
    const Space space = the_band().space();
    const auto v = space.rule_based();
    const auto at = [&](const char* name) { return v[knob(space, name)]; };
    for (const char* stem : {"kick", "snare", "bass", "guitar L", "guitar R", "keys"})
        EXPECT_GT(at("vox/fader.fader_db"), at((std::string(stem) + "/fader.fader_db").c_str()))
            << stem;
    EXPECT_EQ(at("kick/pan.position"), 0);
    EXPECT_LT(at("guitar L/pan.position") * at("guitar R/pan.position"), 0);
    for (std::size_t k = 0; k < v.size(); ++k)
        EXPECT_TRUE(v[k] >= space.knobs()[k].low && v[k] <= space.knobs()[k].high)
            << space.knobs()[k].name;
    EXPECT_LT(space.prior_distance(v), 0.6) << "rules stay near practice";
}

TEST(Rules, NeverCutAStemsOwnLowEnd) {
    const Space space = the_band().space();
    const auto v = space.rule_based();
    for (const Stem& stem : the_band().song.stems) {
        const float hz = v[knob(space, stem.name + "/high_pass.high_pass_hz")];
        const auto& bands =
            the_band()
                .profile.stems[static_cast<std::size_t>(&stem - the_band().song.stems.data())]
                .band_power;
        if (hz > 10) {
            EXPECT_LE(hz, power_edge_hz(bands, 0.01)) << stem.name;
        }
        std::printf("%-9s high-pass %.0f Hz\n", stem.name.c_str(), hz);
    }
}

TEST(Rules, UnmaskKickAndBass) {
    const Space space = the_band().space();
    const auto v = space.rule_based();
    ASSERT_GT(std::max(the_band().profile.masked_by(0, 2), the_band().profile.masked_by(2, 0)),
              0.25);
    const double kick_hz = strongest_hz(the_band().profile.stems[0].band_power, 40, 125);
    const double base = gain_at(space, v, 2, 1000) - gain_at(space, v, 2, kick_hz);
    std::printf("bass at %.0f Hz lies %.1f dB under its 1 kHz gain\n", kick_hz, base);
    bool kick_cut = false, bass_cut = false;
    for (std::size_t k = 0; k < v.size(); ++k) {
        const Knob& knob = space.knobs()[k];
        if (knob.effect != "equalizer" || knob.unit != "dB" || v[k] != -2.5f) continue;
        kick_cut |= knob.stem == 0;
        bass_cut |= knob.stem == 2;
    }
    EXPECT_TRUE(kick_cut);
    EXPECT_TRUE(bass_cut);
}

TEST(Rules, CutWhatIsBoxyByItsExcess) {
    const auto stem_with_bump = [](double bump_db) {
        Song song = empty_song(4);
        add_stem(song, "keys", Role::keys, [=](std::int64_t n) {
            double x = 0;
            for (int b = 6; b < 28; ++b)
                x += 0.01 * (b >= 10 && b <= 13 ? std::pow(10.0, bump_db / 20) : 1.0) *
                     std::sin(2 * std::numbers::pi * band_centre_hz(b) * static_cast<double>(n) /
                                  48000 +
                              b * b);
            return static_cast<float>(x);
        });
        add_stem(song, "vox", Role::lead_vocal, sine(900, 0.1));
        const Space space(job_for(song), song, analyze(song), priors_folder());
        const auto v = space.rule_based();
        return gain_at(space, v, 0, 350) - gain_at(space, v, 0, 1000);
    };
    const double flat = stem_with_bump(0), some = stem_with_bump(6), much = stem_with_bump(12);
    std::printf("gain at 350 Hz re 1 kHz: %.1f dB flat, %.1f dB for +6, %.1f dB for +12\n", flat,
                some, much);
    EXPECT_NEAR(flat, 0, 0.6);
    EXPECT_LT(some, flat - 2);
    EXPECT_LT(much, some - 0.5);
    EXPECT_GT(much, -8);
}

TEST(Rules, CompressWhatVariesAndLeaveWhatIsSteady) {
    const Space space = the_band().space();
    const auto v = space.rule_based();
    EXPECT_EQ(v[knob(space, "bass/compressor.ratio")], 1) << "two steady tones";
    EXPECT_GT(v[knob(space, "vox/compressor.ratio")], 1) << "a voice that swells and dies away";
}

TEST(Rules, BalanceTheLeadAgainstTheRest) {
    const Space space = the_band().space();
    const auto v = space.rule_based();
    double rest = 0;
    for (const Stem& stem : the_band().song.stems)
        if (stem.name != "vox" && !stem.silent)
            rest += std::pow(10.0, v[knob(space, stem.name + "/fader.fader_db")] / 10);
    const double lead_to_rest = v[knob(space, "vox/fader.fader_db")] - 10 * std::log10(rest);
    std::printf("lead to rest by faders: %+.1f dB\n", lead_to_rest);
    EXPECT_NEAR(lead_to_rest, 0, 1.0);
}

}  // namespace
}  // namespace mixfarm
