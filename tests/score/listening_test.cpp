/// What lanes make of a mix at first glance, against the double-precision rules of the score.
#include "kernels/proxy/listening.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "host/analysis/masking.h"
#include "host/score/distortion.h"
#include "kernels/core/random.h"
#include "kernels/proxy/distortion.h"
#include "tests/score/fine_mix.h"

namespace mixfarm {
namespace {

BandPowers drawn(RandomStream& random) {
    BandPowers power{};
    for (double& p : power) p = std::pow(10.0, -7 + 6 * random.next());
    return power;
}

Memory<float> cells(float* first) {
    return {first, 1};
}
Ears ears_of(const Listening& rule) {
    return {rule, [](const auto& table) { return table.data(); }};
}
Perceived<float> heard_by(const Listening& rule, int stems, float* spectrum, float* loud) {
    std::vector<float> threshold(static_cast<std::size_t>(stems * kBands));
    float own[kBands], cover[kBands];
    return listen_to<float>(ears_of(rule), stems, cells(spectrum), cells(loud),
                            cells(threshold.data()), cells(own), cells(cover));
}

TEST(Listening, MasksAndLeadsAsTheScoreDoes) {
    Listening rule;
    tell_masking(rule);
    const Ears ears = ears_of(rule);
    double worst = 0, worst_audible = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        RandomStream random(3, seed);
        const BandPowers maskee = drawn(random), masker = drawn(random);
        const BandPowers threshold = masking_threshold(masker);
        float own[kBands], cover[kBands], heard[kBands], spread[kBands];
        for (std::size_t b = 0; b < kBands; ++b)
            own[b] = static_cast<float>(maskee[b]), cover[b] = static_cast<float>(masker[b]);
        listening::through(ears.heard, cells(own), cells(heard));
        listening::through(ears.spread, cells(cover), cells(spread));
        worst = std::max(worst, std::fabs(listening::masked(ears, cells(heard), cells(spread)) -
                                          masking(maskee, threshold)));
        worst_audible = std::max(worst_audible,
                                 std::fabs(listening::audible(ears, cells(heard), cells(spread)) -
                                           audibility(maskee, threshold)));
    }
    std::printf("masking within %.2g, audibility within %.2g\n", worst, worst_audible);
    EXPECT_LT(worst, 1e-4);
    EXPECT_LT(worst_audible, 1e-4);
}

TEST(Listening, HearsStemsAsTheJudgeDoes) {
    // The same spectra by both ways: neutral strips, so that a stem's spectrum is its own.
    testing::FineSong s(4);
    for (std::size_t stem = 0; stem < 4; ++stem) {
        RandomStream random(4, stem);
        s.profile.stems[stem].band_power = drawn(random);
    }
    const Judge judge = s.judge();
    Measurement m = testing::fine_measurement(testing::neutral(), 4);
    m.stem_power = {0.02f, 0.01f, 0.03f, 0.005f};
    const StemMetrics want = judge.stem_metrics(m, s.settings, 0.3, 3);
    const Listening rule = judge.listening();
    float spectrum[4 * kBands], loud[4] = {};
    for (std::size_t stem = 0; stem < 4; ++stem) {
        double all = 0;
        for (const double p : s.profile.stems[stem].band_power) all += p;
        for (std::size_t b = 0; b < kBands; ++b) {
            spectrum[stem * kBands + b] =
                static_cast<float>(s.profile.stems[stem].band_power[b] * m.stem_power[stem] / all);
            loud[stem] +=
                static_cast<float>(k_weighting_power(band_centre_hz(static_cast<int>(b))) *
                                   spectrum[stem * kBands + b]);
        }
    }
    const Perceived<float> got = heard_by(rule, 4, spectrum, loud);
    EXPECT_NEAR(got.masking, want.masking, 1e-3);
    EXPECT_NEAR(10 * std::log10(got.lead / got.rest), want.lead_to_rest_lu, 0.02);
    EXPECT_NEAR(got.audibility, want.lead_audibility, 1e-3);
    EXPECT_EQ(static_cast<int>(got.lost), want.lost_stem);
}

TEST(Listening, MissesAStemThatIsGone) {
    testing::FineSong s(3);
    const Listening rule = s.judge().listening();
    float spectrum[3 * kBands], loud[3] = {1, 1, 1e-6f};
    for (std::size_t i = 0; i < 3 * kBands; ++i)
        spectrum[i] = loud[i / kBands] / static_cast<float>(kBands);
    EXPECT_EQ(heard_by(rule, 3, spectrum, loud).lost, 2);
}

TEST(Distortion, InLanesIsThatOfTheScore) {
    double worst = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        RandomStream random(9, seed);
        const float drive = static_cast<float>(-6 + 24 * random.next()),
                    mix = static_cast<float>(0.05 + 0.95 * random.next()),
                    bias = static_cast<float>(random.next());
        const double power = std::pow(10.0, -4 + 3.5 * random.next());
        const float row[] = {drive, mix, bias, 0};
        const double want = distorted_share(row, power),
                     got = distortion::share(drive, mix, bias, static_cast<float>(power));
        if (want < 1e-5) continue;
        worst = std::max(worst, std::fabs(10 * std::log10(got / want)));
    }
    std::printf("distorted share within %.2f dB\n", worst);
    EXPECT_LT(worst, 1);
    EXPECT_EQ(distortion::share(6.f, 0.f, 0.f, 0.1f), 0);
}

}  // namespace
}  // namespace mixfarm
