/// Interpolation by windowed sincs, and cutting.
#include "host/layers/varispeed.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mixfarm {
namespace {

constexpr int kTaps = 32, kPhases = 512;

/// [phases + 1][taps]: sinc about the middle, Kaiser window of beta 8.
const std::vector<float>& sincs() {
    static const std::vector<float> table = [] {
        const auto bessel = [](double x) {
            double sum = 1, term = 1;
            for (int k = 1; k < 30; ++k) term *= x * x / (4.0 * k * k), sum += term;
            return sum;
        };
        constexpr double kBeta = 8;
        std::vector<float> out;
        for (int p = 0; p <= kPhases; ++p)
            for (int k = 0; k < kTaps; ++k) {
                const double x = k - (kTaps / 2 - 1) - static_cast<double>(p) / kPhases,
                             w = x / (kTaps / 2.0);
                const double sinc =
                    x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
                const double window =
                    std::abs(w) < 1 ? bessel(kBeta * std::sqrt(1 - w * w)) / bessel(kBeta) : 0;
                out.push_back(static_cast<float>(sinc * window));
            }
        return out;
    }();
    return table;
}

float read(const std::vector<float>& x, double at) {
    const double whole = std::floor(at);
    const double phase = (at - whole) * kPhases;
    const auto p = static_cast<std::size_t>(phase);
    const auto share = static_cast<float>(phase - static_cast<double>(p));
    const float *a = sincs().data() + p * kTaps, *b = a + kTaps;
    const auto first = static_cast<std::int64_t>(whole) - (kTaps / 2 - 1),
               size = static_cast<std::int64_t>(x.size());
    float sum = 0;
    for (int k = 0; k < kTaps; ++k) {
        const std::int64_t n = first + k;
        if (n < 0 || n >= size) continue;
        sum += x[static_cast<std::size_t>(n)] * (a[k] + share * (b[k] - a[k]));
    }
    return sum;
}

}  // namespace

LayerSound read_at(const Stem& stem, const Song& song, const Curve& delay) {
    return of_both_sides(stem, song.frames, [&](const auto& in, auto& out) {
        for (std::size_t n = 0; n < out.size(); ++n) {
            const double t = static_cast<double>(n) / song.rate;
            out[n] = read(in, static_cast<double>(n) - delay(t) * song.rate);
        }
    });
}

LayerSound moved_slices(const Stem& stem, const Song& song, const std::vector<double>& cuts_s,
                        const std::vector<double>& late_s, double fade_s) {
    const auto frames_of = [&](double s) {
        return static_cast<std::int64_t>(std::lround(s * song.rate));
    };
    const std::int64_t fade = std::max<std::int64_t>(1, frames_of(fade_s));
    return of_both_sides(stem, song.frames, [&](const auto& in, auto& out) {
        const auto size = static_cast<std::int64_t>(in.size());
        const auto moved_by = [&](std::size_t piece) {
            return piece == 0 ? 0 : frames_of(late_s[piece - 1]);
        };
        // Pieces meet where the cut between them has moved to with the earlier of both: the one
        // before must not play on into what the next one begins with.
        const auto seam = [&](std::size_t cut) {
            return frames_of(cuts_s[cut]) + std::min(moved_by(cut), moved_by(cut + 1));
        };
        for (std::size_t i = 0; i <= cuts_s.size(); ++i) {
            const std::int64_t by = moved_by(i), begin = i == 0 ? -fade : seam(i - 1),
                               end = i == cuts_s.size() ? size + fade : seam(i);
            for (std::int64_t n = std::max<std::int64_t>(0, begin); n < std::min(size, end + fade);
                 ++n) {
                const std::int64_t from = n - by;
                if (from < 0 || from >= size) continue;
                const double in_share = std::min(
                                 1.0, static_cast<double>(n - begin) / static_cast<double>(fade)),
                             out_share = std::min(1.0, static_cast<double>(end + fade - n) /
                                                           static_cast<double>(fade));
                out[static_cast<std::size_t>(n)] += static_cast<float>(
                    in[static_cast<std::size_t>(from)] * std::min(in_share, out_share));
            }
        }
    });
}

}  // namespace mixfarm
