/// Prototypes as in RBJ's audio-EQ cookbook, Butterworth for the passes.
#include "host/space/filter_power.h"

#include <cmath>
#include <string>

#include "kernels/core/check.h"

namespace mixfarm {
namespace {

std::size_t place(const char* effect, const std::string& param) {
    const int i = strip_param_index(effect, param);
    MF_CHECK(i >= 0);
    return static_cast<std::size_t>(i);
}

/// p0 + p1 s + p2 s^2 with s = 1 at the corner.
struct Quadratic {
    float p0, p1, p2;
};

/// Multiplies the ratios by the power of numerator over denominator.
void apply(const Quadratic& n, const Quadratic& d, float corner_hz, const BandRatios& hz2,
           BandRatios& ratio) {
    const float scale = 1 / (corner_hz * corner_hz), n1 = n.p1 * n.p1, d1 = d.p1 * d.p1;
    for (std::size_t b = 0; b < kPaddedBands; ++b) {
        const float w = hz2[b] * scale;
        const float up = n.p0 - n.p2 * w, down = d.p0 - d.p2 * w;
        ratio[b] *= (up * up + n1 * w) / (down * down + d1 * w);
    }
}

}  // namespace

FilterPower::FilterPower() {
    const auto neutral = neutral_strip();
    for (const bool high : {true, false}) {
        const char* name = high ? "high_pass" : "low_pass";
        const std::size_t hz = place(name, std::string(name) + "_hz");
        passes_.push_back({hz, place(name, std::string(name) + "_24db"), neutral[hz], high});
    }
    for (const char* name : {"low", "bell1", "bell2", "bell3", "bell4", "high"}) {
        const std::string band = name;
        const bool shelf = band == "low" || band == "high";
        const auto at = [&](const char* knob) { return place("equalizer", band + knob); };
        bands_.push_back({at("_hz"), at("_db"), at("_q"), shelf ? at("_bell") : 0, band == "low"});
    }
    hz2_.fill(1);
    for (int b = 0; b < kBands; ++b)
        hz2_[static_cast<std::size_t>(b)] = static_cast<float>(std::pow(band_centre_hz(b), 2));
}

bool FilterPower::operator()(std::span<const float> strip, BandRatios& ratio) const {
    bool acts = false;
    const auto section = [&](const Quadratic& n, const Quadratic& d, float hz) {
        if (!acts) ratio.fill(1);
        acts = true;
        apply(n, d, hz, hz2_, ratio);
    };
    for (const Pass& pass : passes_) {
        const float hz = strip[pass.hz];
        if (hz == pass.off) continue;
        const Quadratic passed = pass.high ? Quadratic{0, 0, 1} : Quadratic{1, 0, 0};
        // Pole qualities of the second and of the fourth order.
        if (strip[pass.steep] < 0.5f) {
            section(passed, {1, 1.41421356f, 1}, hz);
        } else {
            section(passed, {1, 1.84775907f, 1}, hz);
            section(passed, {1, 0.765366865f, 1}, hz);
        }
    }
    for (const Band& band : bands_) {
        const float db = strip[band.db];
        if (db == 0) continue;
        const float a = std::exp2(db * 0.0830482024f), q = strip[band.q];  // 10^(db / 40)
        const float bend = std::sqrt(a) / q;
        if (band.bell == 0 || strip[band.bell] >= 0.5f)
            section({1, a / q, 1}, {1, 1 / (a * q), 1}, strip[band.hz]);
        else if (band.low)
            section({a * a, a * bend, a}, {1, bend, a}, strip[band.hz]);
        else
            section({a, a * bend, a * a}, {a, bend, 1}, strip[band.hz]);
    }
    return acts;
}

}  // namespace mixfarm
