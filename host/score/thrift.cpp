/// What an engineer would switch off again.
#include "host/score/thrift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/core/check.h"
#include "kernels/engine.h"

namespace mixfarm {
namespace {

constexpr double kWholly = 0.05;  // share of a knob's range from which its effect counts wholly
constexpr std::array<std::string_view, 5> kPlacing = {"trim", "align", "pan", "fader", "send"};

double on_scale(const ParamSpec& spec, double value) {
    return spec.scale == Scale::log ? std::log(value) : value;
}

/// A knob that decides whether its effect acts.
struct Decides {
    std::size_t at;
    std::size_t effect;  ///< counted from 0 over the effects that process
    bool log;
    double neutral, whole;  ///< on its scale: where it rests; how far off it counts wholly
};

struct Table {
    std::vector<Decides> knobs;
    std::size_t effects = 0;
};

const Table& table() {
    static const Table made = [] {
        Table t;
        for (const EffectInfo& effect : strip_effects()) {
            if (std::find(kPlacing.begin(), kPlacing.end(), effect.name) != kPlacing.end())
                continue;
            for (std::size_t p = 0; p < effect.params.size(); ++p) {
                const ParamSpec& spec = effect.params[p];
                if (spec.gate) continue;
                const double range = on_scale(spec, spec.high) - on_scale(spec, spec.low);
                t.knobs.push_back({static_cast<std::size_t>(effect.first) + p, t.effects,
                                   spec.scale == Scale::log, on_scale(spec, spec.neutral),
                                   kWholly * range});
            }
            ++t.effects;
        }
        return t;
    }();
    return made;
}

/// A bell of the equaliser: places of its knobs in the strip's row; `bell` < 0: always a bell.
struct Band {
    int hz, db, q, bell;
};

const std::array<Band, 6>& bands() {
    static const std::array<Band, 6> made = [] {
        std::array<Band, 6> all{};
        const char* names[] = {"low", "bell1", "bell2", "bell3", "bell4", "high"};
        for (std::size_t i = 0; i < all.size(); ++i) {
            const std::string name = names[i];
            const auto at = [&](const char* end) {
                return strip_param_index("equalizer", name + end);
            };
            all[i] = {at("_hz"), at("_db"), at("_q"), at("_bell")};
            MF_CHECK(all[i].hz >= 0 && all[i].db >= 0 && all[i].q >= 0);
        }
        return all;
    }();
    return made;
}

}  // namespace

double effects_in_play(std::span<const float> strip) {
    const Table& t = table();
    double sum = 0, effect = 0;
    for (std::size_t i = 0; i < t.knobs.size(); ++i) {
        const Decides& k = t.knobs[i];
        const double value = k.log ? std::log(static_cast<double>(strip[k.at])) : strip[k.at];
        effect = std::max(effect, std::min(1.0, std::fabs(value - k.neutral) / k.whole));
        if (i + 1 < t.knobs.size() && t.knobs[i + 1].effect == k.effect) continue;
        sum += effect;
        effect = 0;
    }
    return sum;
}

double undone_gain_db(std::span<const float> strip) {
    struct Bell {
        double octave, db, octaves;
    };
    std::array<Bell, 6> bells;
    std::size_t count = 0;
    const auto at = [&](int i) { return static_cast<double>(strip[static_cast<std::size_t>(i)]); };
    for (const Band& band : bands()) {
        if (at(band.db) == 0 || (band.bell >= 0 && at(band.bell) < 0.5)) continue;
        // Bandwidth of a bell by its Q (R. Bristow-Johnson's audio EQ cookbook).
        bells[count++] = {std::log2(at(band.hz)), at(band.db),
                          2 / std::log(2.0) * std::asinh(1 / (2 * at(band.q)))};
    }
    double undone = 0;
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const Bell &a = bells[i], &b = bells[j];
            if (a.db * b.db >= 0) continue;
            const double apart = 2 * (a.octave - b.octave) / (a.octaves + b.octaves);
            undone += std::min(std::fabs(a.db), std::fabs(b.db)) * std::exp(-apart * apart);
        }
    return undone;
}

}  // namespace mixfarm
