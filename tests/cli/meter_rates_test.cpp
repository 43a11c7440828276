/// `mixfarm meter --against` on one sound at several rates.
#include <cmath>
#include <numbers>
#include <utility>

#include "tests/cli/night.h"

namespace mixfarm::cli_test {
namespace {

/// Many partials from 30 Hz to 19.5 kHz, faded in and out: the same sound at any rate.
Channels dense_sound(int rate) {
    constexpr int kPartials = 600;
    const auto frames = static_cast<std::size_t>(3 * rate);
    std::vector<double> sides[2] = {std::vector<double>(frames), std::vector<double>(frames)};
    for (int k = 0; k < kPartials; ++k) {
        const double hz = 30 * std::pow(650.0, static_cast<double>(k) / (kPartials - 1)),
                     gain = 0.03 / std::sqrt(1 + hz / 500), pan = 0.5 + 0.4 * std::sin(1.7 * k),
                     step = 2 * std::numbers::pi * hz / rate, twice_cos = 2 * std::cos(step),
                     phase = 2.4 * k * k;
        double before = std::sin(phase - step), now = std::sin(phase);
        for (std::size_t n = 0; n < frames; ++n) {
            sides[0][n] += gain * pan * now;
            sides[1][n] += gain * (1 - pan) * now;
            before = std::exchange(now, twice_cos * now - before);
        }
    }
    Channels all(2, std::vector<float>(frames));
    for (std::size_t n = 0; n < frames; ++n) {
        const double s = static_cast<double>(std::min(n, frames - n)) / (0.1 * rate),
                     fade = s < 1 ? std::pow(std::sin(std::numbers::pi / 2 * s), 2) : 1;
        for (std::size_t c = 0; c < 2; ++c) all[c][n] = static_cast<float>(fade * sides[c][n]);
    }
    return all;
}

TEST(Meter, TheSameSoundAtAnotherRateIsNoOtherTrack) {
    const Scratch scratch;
    Words words = {"meter"};
    for (const int rate : {44100, 48000, 96000}) {
        const std::string file = scratch / (std::to_string(rate) + ".wav");
        write_sound(file, dense_sound(rate), rate, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
        words.push_back(file);
    }
    for (const std::size_t reference : {1, 3}) {
        Words all = words;
        all.insert(all.end(), {"--against", words[reference]});
        for (const Json& m : ask(all)) {
            const double loss = m["feature_loss"]["total"];
            std::printf("  %s: %.6f\n", m["file"].get<std::string>().c_str(), loss);
            EXPECT_LT(loss, 0.001) << m["file"];
        }
    }
}

}  // namespace
}  // namespace mixfarm::cli_test
