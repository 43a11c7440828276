/// How a reverb's impulse response is judged: decay per octave band, echo density, ringing, level
/// and correlation; all in double, from the samples alone. And a runner that glides.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "tests/support/effect_runner.h"

namespace mixfarm::oracle {

/// Energy that is still to come, in the octave around `hz` (Schroeder 1965). [frames]
/// The band is cut out by Butterworth filters of eighth order that run backwards in time, so that
/// their own ringing falls before the sound, not into its decay.
inline std::vector<double> energy_to_come(const signals::Samples& x, double hz, double rate) {
    struct Section {
        double b0, b1, b2, a1, a2, s1 = 0, s2 = 0;
    };
    std::vector<Section> sections;
    for (int side = 0; side < 2; ++side) {
        const double edge = std::min(side ? hz * std::sqrt(2.0) : hz / std::sqrt(2.0), 0.48 * rate);
        const double w = 2 * std::numbers::pi * edge / rate, c = std::cos(w);
        for (int k = 0; k < 4; ++k) {
            const double al = std::sin(w) * std::cos(std::numbers::pi * (2 * k + 1) / 16);
            const double b = side ? (1 - c) / 2 : (1 + c) / 2, b1 = side ? 2 * b : -2 * b;
            sections.push_back({b / (1 + al), b1 / (1 + al), b / (1 + al), -2 * c / (1 + al),
                                (1 - al) / (1 + al)});
        }
    }
    std::vector<double> curve(x.size());
    double energy = 0;
    for (std::size_t n = x.size(); n-- > 0;) {
        double v = x[n];
        for (Section& s : sections) {
            const double y = s.b0 * v + s.s1;
            s.s1 = s.b1 * v - s.a1 * y + s.s2;
            s.s2 = s.b2 * v - s.a2 * y;
            v = y;
        }
        energy += v * v;
        curve[n] = energy;
    }
    return curve;
}

/// Seconds to -60 dB: the line of least squares through the curve from -5 to -35 dB (ISO 3382: T30,
/// the energies of several pairs of source and receiver added).
inline double decay_seconds(const std::vector<signals::Stereo>& responses, double hz, double rate) {
    std::vector<double> curve(responses.front().frames());
    for (const signals::Stereo& x : responses)
        for (const signals::Samples* side : {&x.left, &x.right}) {
            const std::vector<double> one = energy_to_come(*side, hz, rate);
            for (std::size_t n = 0; n < curve.size(); ++n) curve[n] += one[n];
        }
    const double whole = curve.front();
    for (double& v : curve) v = 10 * std::log10(v / whole + 1e-300);
    double count = 0, t = 0, y = 0, tt = 0, ty = 0;
    for (std::size_t n = 0; n < curve.size(); ++n) {
        if (curve[n] > -5) continue;
        if (curve[n] < -35) break;
        const double s = static_cast<double>(n) / rate;
        count += 1, t += s, y += curve[n], tt += s * s, ty += s * curve[n];
    }
    return -60 * (count * tt - t * t) / (count * ty - t * y);
}

/// Abel and Huang 2006 ("A simple, robust measure of reverberation echo density"): the share of
/// samples beyond one standard deviation in a Hann window of 25 ms around `seconds`, over that of
/// Gaussian noise.
inline double echo_density(const signals::Samples& x, double seconds, double rate) {
    const auto half = static_cast<std::ptrdiff_t>(0.0125 * rate);
    const auto middle = static_cast<std::ptrdiff_t>(seconds * rate);
    double weights = 0, power = 0, beyond = 0;
    const auto each = [&](auto visit) {
        for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(-half, -middle);
             i <= half && middle + i < static_cast<std::ptrdiff_t>(x.size()); ++i)
            visit(0.5 + 0.5 * std::cos(std::numbers::pi * double(i) / double(half + 1)),
                  double(x[static_cast<std::size_t>(middle + i)]));
    };
    each([&](double w, double v) { weights += w, power += w * v * v; });
    each([&](double w, double v) { beyond += w * (v * v > power / weights); });
    return beyond / weights / std::erfc(std::sqrt(0.5));
}

/// First time from which on the density stays above `least` for 50 ms.
inline double dense_from(const signals::Samples& x, double first, double least, double rate) {
    double since = -1;
    for (double t = first; t < 1; t += 0.002) {
        if (echo_density(x, t, rate) < least) {
            since = -1;
        } else {
            if (since < 0) since = t;
            if (t - since > 0.05) return since;
        }
    }
    return 1;
}

/// Ringing: `frames` (a power of two) from `first` on, brought to a steady level (a straight line
/// of dB by least squares), Hann window, spectrum; the largest bin over the mean power of the third
/// of an octave around it, dB, from low_hz to high_hz.
inline double ringing_db(const signals::Samples& x, std::size_t first, std::size_t frames,
                         double low_hz, double high_hz, double rate) {
    // Slope of the level by least squares over sixteen parts.
    constexpr std::size_t kParts = 16;
    double t = 0, y = 0, tt = 0, ty = 0;
    for (std::size_t part = 0; part < kParts; ++part) {
        double power = 1e-300;
        for (std::size_t n = part * frames / kParts; n < (part + 1) * frames / kParts; ++n)
            power += double(x[first + n]) * x[first + n];
        const double s = double(part) + 0.5, level = 0.5 * std::log(power);
        t += s, y += level, tt += s * s, ty += s * level;
    }
    const double slope = (kParts * ty - t * y) / (kParts * tt - t * t) * kParts / double(frames);
    std::vector<Complex> bins(frames);
    for (std::size_t n = 0; n < frames; ++n) {
        const double turn = 2 * std::numbers::pi * double(n) / double(frames);
        bins[n] = (0.5 - 0.5 * std::cos(turn)) *
                  std::exp(-slope * (double(n) - double(frames) / 2)) * x[first + n];
    }
    fft(bins);
    std::vector<double> sum(frames / 2 + 1);
    for (std::size_t k = 0; k < frames / 2; ++k) sum[k + 1] = sum[k] + std::norm(bins[k]);
    const double third = std::exp2(1.0 / 6);
    double worst = 0;
    for (auto k = static_cast<std::size_t>(low_hz / rate * double(frames));
         double(k) < high_hz / rate * double(frames); ++k) {
        const auto a = static_cast<std::size_t>(double(k) / third),
                   b = std::min(frames / 2, static_cast<std::size_t>(double(k) * third) + 1);
        worst = std::max(worst, std::norm(bins[k]) / (sum[b] - sum[a]) * double(b - a));
    }
    return 10 * std::log10(worst);
}

/// Power of the response to pink noise that has power 1 from 88 Hz to 11.3 kHz: the mean of the
/// octaves' gains.
inline double pink_power(const signals::Samples& x, double rate) {
    signals::Samples click(static_cast<std::size_t>(rate / 4));
    click[click.size() / 2] = 1;
    double sum = 0;
    for (double hz = 125; hz < 10000; hz *= 2)
        sum += energy_to_come(x, hz, rate).front() / energy_to_come(click, hz, rate).front() / 7;
    return sum;
}

/// Correlation of two channels between two frames.
inline double correlation(const signals::Stereo& x, std::size_t first, std::size_t last) {
    double lr = 0, ll = 0, rr = 0;
    for (std::size_t n = first; n < std::min(last, x.frames()); ++n) {
        lr += double(x.left[n]) * x.right[n];
        ll += double(x.left[n]) * x.left[n];
        rr += double(x.right[n]) * x.right[n];
    }
    return lr / std::sqrt(ll * rr);
}

}  // namespace mixfarm::oracle

namespace mixfarm {

/// Responses to an impulse on the left and to one on the right.
template <class Effect>
std::vector<signals::Stereo> responses(const std::vector<float>& row, double rate, double seconds) {
    std::vector<signals::Stereo> both;
    for (int side = 0; side < 2; ++side) {
        const auto frames = static_cast<std::size_t>(seconds * rate);
        signals::Stereo x{signals::Samples(frames), signals::Samples(frames)};
        (side ? x.right : x.left)[0] = 1;
        EffectRunner<Effect>(row, rate).process(x, 120);
        both.push_back(std::move(x));
    }
    return both;
}

/// Level of what comes back on one side when pink noise of unit power goes into both, dB.
inline double return_db(const std::vector<signals::Stereo>& responses, bool right, double rate) {
    double power = 0;
    for (const signals::Stereo& x : responses)
        power += oracle::pink_power(right ? x.right : x.left, rate);
    return 10 * std::log10(power);
}

/// A feedback delay network as a textbook writes it, in double: queues, one-pole filters, the
/// matrix times a vector. Feeds `fed` [frames][left, right] to even and odd lines, returns the
/// mixed lines.
template <class Lines>
std::vector<std::array<double, 16>> plain_network(const Lines& lines,
                                                  const std::array<int, 16>& frames,
                                                  const std::vector<std::array<double, 2>>& fed) {
    std::vector<std::array<double, 16>> mixed(fed.size());
    std::array<std::vector<double>, 16> queue;
    struct {
        double x, y, z;
    } last[16] = {};
    for (std::size_t i = 0; i < 16; ++i) queue[i].assign(fed.size() + std::size_t(frames[i]), 0);
    for (std::size_t n = 0; n < fed.size(); ++n) {
        double out[16];
        for (std::size_t i = 0; i < 16; ++i) {
            const auto& c = lines[i];
            const double x = queue[i][n];
            const double y = c.low0 * x + c.low1 * last[i].x + c.low_pole * last[i].y;
            out[i] = c.high0 * y + c.high1 * last[i].y + c.high_pole * last[i].z;
            last[i] = {x, y, out[i]};
        }
        for (std::size_t i = 0; i < 16; ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < 16; ++j) sum += std::popcount(i & j) % 2 ? -out[j] : out[j];
            mixed[n][i] = sum;
            queue[i][n + std::size_t(frames[i])] = sum + fed[n][i % 2];
        }
    }
    return mixed;
}
/// Schroeder's all-pass: y = -g x + x' + g y', the delayed ones `frames` before.
inline void plain_all_pass(std::vector<std::array<double, 2>>& x, int side, std::size_t frames,
                           double g) {
    const std::size_t s = static_cast<std::size_t>(side);
    std::vector<double> in(x.size());
    for (std::size_t n = 0; n < x.size(); ++n) {
        in[n] = x[n][s];
        x[n][s] = -g * in[n];
        if (n >= frames) x[n][s] += in[n - frames] + g * x[n - frames][s];
    }
}

/// Runs `frames` while the coefficients go to `to` in a straight line, frame by frame.
template <class Effect>
void glide(EffectRunner<Effect>& effect, const typename Effect::template Coefs<float>& to,
           float* left, float* right, int frames) {
    using Coefs = typename Effect::template Coefs<float>;
    constexpr std::size_t kCount = sizeof(Coefs) / sizeof(float);
    float begin[kCount], end[kCount], now[kCount];
    std::memcpy(begin, &effect.coefs, sizeof(Coefs));
    std::memcpy(end, &to, sizeof(Coefs));
    for (int n = 0; n < frames; ++n) {
        const float share = static_cast<float>(n + 1) / static_cast<float>(frames);
        for (std::size_t i = 0; i < kCount; ++i) now[i] = fma_(share, end[i] - begin[i], begin[i]);
        std::memcpy(&effect.coefs, now, sizeof(Coefs));
        effect.process(left + n, right + n, 1);
    }
    effect.coefs = to;
}

/// Drives an effect from rest through mixtures of corners of its ranges, a new one every 25 ms:
/// white noise for half the time, then silence. `steer` may change a corner's row.
struct Wild {
    double loudest, last;  ///< peaks: of all, of the last 25 ms
};
template <class Effect, class Steer>
Wild drive_wildly(double seconds, double tempo_bpm, std::uint64_t seed, Steer steer) {
    signals::Random random(seed);
    const double rate = 48000;
    const auto corner = [&] {
        std::vector<float> p;
        for (const ParamSpec& spec : Effect::kParams)
            p.push_back(random.unit() < 0.5 ? spec.low : spec.high);
        steer(p);
        return p;
    };
    EffectRunner<Effect> effect(corner(), rate, tempo_bpm);
    const signals::Samples noise = signals::white(1200, 1, seed), none(1200);
    Wild wild{0, 0};
    const int parts = static_cast<int>(seconds * 40);
    for (int t = 0; t < parts; ++t) {
        signals::Stereo x{2 * t < parts ? noise : none, 2 * t < parts ? noise : none};
        const auto to = design_effect<Effect>(corner().data(), {rate, tempo_bpm});
        glide(effect, to, x.left.data(), x.right.data(), 1200);
        wild.last = std::max(signals::peak_of(x.left), signals::peak_of(x.right));
        wild.loudest = std::max(wild.loudest, wild.last);
        if (!std::isfinite(wild.last)) return {1e30, 1e30};
    }
    return wild;
}

}  // namespace mixfarm
