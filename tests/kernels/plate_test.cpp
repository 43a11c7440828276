/// The plate: decay per octave, density, no ringing, level, sides, and a plain network in double.
#include "kernels/effects/plate.h"

#include "tests/support/reverb_cases.h"

namespace mixfarm {
namespace {

using namespace reverb_cases;
using signals::Stereo;

const Knobs kResting = {1.7f, 0, 1, 0.5f};
const std::vector<double> kRates =
    !kSlowBuild ? std::vector<double>{44100, 48000, 96000} : std::vector<double>{48000};

TEST(Plate, DecaysAsSetInEveryOctave) {
    decays_as_set<Plate>({kResting,
                          {0.43f, 0, 1, 0.5f},
                          {0.85f, 0, 1, 0.7f},
                          {1.2f, 0, 1.6f, 0.3f},
                          {2.4f, 0, 0.6f, 0.5f},
                          {1, 0, 1.2f, 1.1f}},
                         48000);
    for (const double rate : kRates)
        if (rate != 48000) decays_as_set<Plate>({{0.9f, 0, 1.3f, 0.6f}}, rate);
}
TEST(Plate, LinesLoseWhatTheyShould) {
    lines_lose_what_they_should<Plate>();
}
TEST(Plate, PreDelayMovesEverythingByWholeFrames) {
    for (const double rate : kRates) predelay_moves_everything<Plate>(kResting, rate);
}
TEST(Plate, BecomesDense) {
    for (const double rate : kRates) becomes_dense<Plate>(kResting, rate, 0.06);
}
TEST(Plate, RingsNoMoreThanNoise) {
    rings_no_more_than_noise<Plate>(kResting, {1.f, 1.7f, 4.f});
}
TEST(Plate, PinkNoiseComesBackAtItsLevelWhateverTheKnobs) {
    pink_noise_keeps_its_level<Plate>({kResting,
                                       {0.3f, 0, 1, 0.5f},
                                       {0.8f, 0, 1, 1.2f},
                                       {1.2f, 0, 1.8f, 0.2f},
                                       {3.f, 0, 0.5f, 0.5f}},
                                      48000);
    for (const double rate : kRates)
        if (rate != 48000) pink_noise_keeps_its_level<Plate>({{0.9f, 0, 1.3f, 0.6f}}, rate);
}
TEST(Plate, SidesAreDecorrelatedAndMonoKeepsThem) {
    sides_are_decorrelated<Plate>(kResting);
}
TEST(Plate, MixturesOfSettingsDecay) {
    mixtures_decay<Plate>();
}

TEST(Plate, FollowsAPlainNetworkInDouble) {
    for (const double rate : {44100.0, 48000.0}) {
        const Knobs s{0.9f, 12, 1.2f, 0.4f};
        const Stereo dry = signals::music(1, rate, 3);
        Stereo wet = dry;
        EffectRunner<Plate>(s, rate).process(wet, 113);
        const auto c = Plate::design(s.data(), rate);
        std::array<int, 16> lengths;
        for (std::size_t i = 0; i < 16; ++i) lengths[i] = odd(Plate::line_frames(int(i)), rate);
        std::vector<std::array<double, 2>> fed(dry.frames());
        const auto predelay = static_cast<std::size_t>(std::lround(0.012 * rate));
        for (std::size_t n = predelay; n < fed.size(); ++n)
            fed[n] = {dry.left[n - predelay], dry.right[n - predelay]};
        for (int side = 0; side < 2; ++side)
            for (int i = 0; i < Plate::kDiffusers; ++i)
                plain_all_pass(fed, side, std::size_t(odd(Plate::diffuser_frames(side, i), rate)),
                               Plate::kDiffusion);
        const auto mixed = plain_network(c.lines, lengths, fed);
        double error = 0, power = 0;
        for (std::size_t n = 0; n < fed.size(); ++n) {
            const double left = c.level * mixed[n][6], right = c.level * mixed[n][11];
            error += std::pow(wet.left[n] - left, 2) + std::pow(wet.right[n] - right, 2);
            power += left * left + right * right;
        }
        std::printf("at %.0f: %.1f dB from the plain network\n", rate,
                    10 * std::log10(error / power));
        EXPECT_LT(10 * std::log10(error / power), -100);
    }
}

}  // namespace
}  // namespace mixfarm
