/// The hall: decay per octave, density, no ringing, level, early reflections, sides, and a plain
/// network in double.
#include "kernels/effects/hall.h"

#include "tests/support/reverb_cases.h"

namespace mixfarm {
namespace {

using namespace reverb_cases;
using signals::Stereo;

const Knobs kResting = {3, 0, 1.1f, 0.45f, -8};
const std::vector<double> kRates =
    !kSlowBuild ? std::vector<double>{44100, 48000, 96000} : std::vector<double>{48000};

TEST(Hall, DecaysAsSetInEveryOctave) {
    decays_as_set<Hall>({{1.8f, 0, 1.1f, 0.45f, -8},
                         {0.75f, 0, 1.1f, 0.45f, -8},
                         {1.5f, 0, 1, 0.7f, -8},
                         {1.2f, 0, 1.6f, 0.3f, -8},
                         {2.6f, 0, 0.6f, 0.5f, -8},
                         {1, 0, 1.2f, 1.1f, -8}},
                        48000);
    for (const double rate : kRates)
        if (rate != 48000) decays_as_set<Hall>({{0.9f, 0, 1.3f, 0.6f, -8}}, rate);
}
TEST(Hall, LinesLoseWhatTheyShould) {
    lines_lose_what_they_should<Hall>();
}
TEST(Hall, PreDelayMovesEverythingByWholeFrames) {
    for (const double rate : kRates) predelay_moves_everything<Hall>(kResting, rate);
}
TEST(Hall, BecomesDense) {
    for (const double rate : kRates) becomes_dense<Hall>(kResting, rate, 0.15);
}
TEST(Hall, RingsNoMoreThanNoise) {
    rings_no_more_than_noise<Hall>(kResting, {1.5f, 3.f, 6.f});
}
TEST(Hall, PinkNoiseComesBackAtItsLevelWhateverTheKnobs) {
    pink_noise_keeps_its_level<Hall>({kResting,
                                      {0.5f, 0, 1.1f, 0.45f, -8},
                                      {0.8f, 0, 1, 1.2f, 6},
                                      {1.2f, 0, 1.8f, 0.2f, -8},
                                      {3, 0, 0.5f, 0.5f, -30}},
                                     48000);
    for (const double rate : kRates)
        if (rate != 48000) pink_noise_keeps_its_level<Hall>({{0.9f, 0, 1.3f, 0.6f, -8}}, rate);
}
TEST(Hall, SidesAreDecorrelatedAndMonoKeepsThem) {
    sides_are_decorrelated<Hall>(kResting);
}
TEST(Hall, MixturesOfSettingsDecay) {
    mixtures_decay<Hall>();
}

TEST(Hall, FollowsAPlainNetworkInDouble) {
    for (const double rate : {44100.0, 48000.0}) {
        const Knobs s{1.4f, 30, 1.3f, 0.3f, -3};
        const Stereo dry = signals::music(1, rate, 3);
        Stereo wet = dry;
        EffectRunner<Hall>(s, rate).process(wet, 113);
        const auto c = Hall::design(s.data(), rate);
        std::array<int, 16> lengths;
        for (std::size_t i = 0; i < 16; ++i) lengths[i] = odd(Hall::line_frames(int(i)), rate);
        std::vector<std::array<double, 2>> fed(dry.frames());
        const auto predelay = static_cast<std::size_t>(std::lround(0.03 * rate));
        for (std::size_t n = predelay; n < fed.size(); ++n)
            fed[n] = {dry.left[n - predelay], dry.right[n - predelay]};
        // One-pole low-pass at kAirHz by the trapezoidal rule.
        const double w = std::tan(std::numbers::pi * Hall::kAirHz / rate);
        for (std::size_t side = 0; side < 2; ++side) {
            double x1 = 0, y1 = 0;
            for (auto& frame : fed) {
                const double x = frame[side];
                y1 = ((1 - w) * y1 + w * (x + x1)) / (1 + w);
                x1 = x, frame[side] = y1;
            }
        }
        const auto early = fed;
        for (int side = 0; side < 2; ++side)
            for (int i = 0; i < Hall::kDiffusers; ++i)
                plain_all_pass(fed, side, std::size_t(odd(Hall::diffuser_frames(side, i), rate)),
                               Hall::kDiffusion);
        const auto mixed = plain_network(c.lines, lengths, fed);
        double error = 0, power = 0;
        for (std::size_t n = 0; n < fed.size(); ++n) {
            double out[2] = {c.late * mixed[n][6], c.late * mixed[n][11]};
            for (std::size_t side = 0; side < 2; ++side)
                for (int i = 0; i < Hall::kTaps; ++i) {
                    const auto back =
                        static_cast<std::size_t>(odd(Hall::tap_frames(int(side), i), rate));
                    const std::size_t from = i < Hall::kOwn ? side : 1 - side;
                    if (n >= back)
                        out[side] += double(c.early) * Hall::tap_gain(i) * early[n - back][from];
                }
            error += std::pow(wet.left[n] - out[0], 2) + std::pow(wet.right[n] - out[1], 2);
            power += out[0] * out[0] + out[1] * out[1];
        }
        std::printf("at %.0f: %.1f dB from the plain network\n", rate,
                    10 * std::log10(error / power));
        EXPECT_LT(10 * std::log10(error / power), -100);
    }
}

TEST(Hall, BuildsUpSlowlyBehindEarlyReflectionsOfTheSetLevel) {
    // By pink power over both inputs: with the reflections at -8 dB of the tail, and as good as
    // without.
    const Knobs with = {1.5f, 0, 1, 0.45f, -8}, without = {1.5f, 0, 1, 0.45f, -30};
    const auto x = responses<Hall>(with, 48000, 1.7), y = responses<Hall>(without, 48000, 1.7);
    // Until the first line answers, 32 ms, reflections stand alone: 331, 797, 1361 frames from the
    // left, and one frame more for the treble that the air takes.
    std::vector<std::size_t> peaks;
    const signals::Samples& left = x.front().left;
    for (std::size_t n = 1; n < 1520; ++n)
        if (std::fabs(left[n]) > 0.03 && std::fabs(left[n]) > std::fabs(left[n - 1]) &&
            std::fabs(left[n]) >= std::fabs(left[n + 1]))
            peaks.push_back(n);
    double early = 0, all = 0, sum = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        signals::Samples difference = x[i].left;
        const float tail = std::sqrt((1 + std::pow(10.f, -3.f)) / (1 + std::pow(10.f, -0.8f)));
        for (std::size_t n = 0; n < difference.size(); ++n) difference[n] -= tail * y[i].left[n];
        early += oracle::pink_power(difference, 48000);
    }
    std::size_t half = 0;
    for (const float v : y.front().left) all += double(v) * v;
    while (sum < all / 2) sum += std::pow(y.front().left[half++], 2);
    // What is left of the reflections in the other response makes them a little softer.
    const double share = std::sqrt(std::pow(10, -0.8)) - std::sqrt(std::pow(10, -3));
    const double expected = 10 * std::log10(share * share / (1 + std::pow(10, -0.8)));
    std::printf(
        "%zu lone reflections; together %.2f dB (expected %.2f); half of the tail by %.0f ms\n",
        peaks.size(), 10 * std::log10(early), expected, double(half) / 48);
    EXPECT_EQ(peaks, (std::vector<std::size_t>{332, 798, 1362}));
    EXPECT_NEAR(10 * std::log10(early), expected, 0.5);
    EXPECT_GT(half, 48u * 80u);
}

}  // namespace
}  // namespace mixfarm
