/// Knobs that are no coordinates of their own: faders of stems that would drown, make-up gains and
/// what bounds them, the master's trim.
#include <algorithm>
#include <cmath>

#include "host/space/prior_file.h"
#include "host/space/space.h"

namespace mixfarm {
namespace {

/// A vocal's chain takes 6 dB at its average level and 10.7 dB of what is 6 dB hotter at the 90th
/// percentile (DiffVox); that loudness lies between. Nothing else is compressed harder.
constexpr double kMostReductionDb = 8;

/// `knob(param)` of a compressor.
template <class Knob>
Compression compression(const Knob& knob) {
    return {knob("threshold_db"), knob("ratio"),        knob("knee_db"),   knob("attack_ms"),
            knob("release_ms"),   knob("sidechain_hz"), knob("rms") >= 0.5};
}

}  // namespace

bool Space::moves(std::size_t k) const {
    return std::any_of(automation_.begin(), automation_.end(),
                       [&](const Automation& a) { return a.knob == static_cast<int>(k); });
}

double Space::loudest(std::size_t k, float value) const {
    double most = value;
    for (const Automation& a : automation_)
        if (a.knob == static_cast<int>(k))
            for (const Automation::Point& p : a.points) most = std::max<double>(most, p.value);
    return most;
}

double Space::average(std::size_t k, float value) const {
    for (const Automation& a : automation_) {
        if (a.knob != static_cast<int>(k)) continue;
        double sum = 0;
        for (const Automation::Point& p : a.points) sum += p.value;
        return sum / static_cast<double>(a.points.size());
    }
    return value;
}

void Space::follow(std::vector<float>& values) const {
    const auto set = [&](std::size_t k, double value) {
        if (!knobs_[k].locked)
            values[k] = std::clamp(static_cast<float>(value), knobs_[k].low, knobs_[k].high);
    };
    const std::size_t params = static_cast<std::size_t>(strip_param_count());
    // A group that the job turns down shall be quiet: that is no reason to turn up its stems.
    std::vector<double> group_db, free_db;
    for (int g = 0; g < kGroupBuses; ++g) {
        const std::size_t k = bus_knob(static_cast<Bus>(g), "fader", "fader_db");
        group_db.push_back(loudest(k, values[k]));
        free_db.push_back(knobs_[k].locked ? 0 : group_db.back());
    }
    std::vector<float> strips(values.begin(),
                              values.begin() + std::ptrdiff_t(silent_.size() * params));
    for (std::size_t s = 0; s < silent_.size(); ++s) {
        const std::size_t k = s * params + strip_param_index("fader", "fader_db");
        strips[k] = static_cast<float>(loudest(k, strips[k]));
    }
    const auto raises = audibility_.raises(strips, free_db);
    const auto row = [](const char* effect, const char* param) {
        return static_cast<std::size_t>(strip_param_index(effect, param));
    };
    const std::size_t threshold = row("compressor", "threshold_db"),
                      keyed = row("compressor", "keyed"), fader = row("fader", "fader_db");
    double power[kGroupBuses] = {};
    for (std::size_t s = 0; s < silent_.size(); ++s) {
        if (silent_[s]) continue;
        const float* strip = values.data() + s * params;
        if (raises[s] > 0) set(s * params + fader, strip[fader] + raises[s]);
        if (strip[keyed] >= 0.5f) {  // what ducks shall be quieter while it does
            set(s * params + row("compressor", "makeup_db"), 0);
        } else {
            const auto knob = [&](const char* param) {
                const std::size_t k = row("compressor", param);
                return average(s * params + k, strip[k]);
            };
            set(s * params + threshold,
                make_up_[s].threshold_db(compression(knob), kMostReductionDb));
            set(s * params + row("compressor", "makeup_db"),
                make_up_[s].gain_db(compression(knob)));
        }
        power[static_cast<int>(group_[s])] +=
            std::pow(10.0, (level_[s] + loudest(s * params + fader, strip[fader])) / 10);
    }
    double all = 0;
    for (int g = 0; g < kGroupBuses; ++g) {
        const Bus bus = static_cast<Bus>(g);
        const auto value = [&](const char* effect, const char* param) {
            const std::size_t k = bus_knob(bus, effect, param);
            return average(k, values[k]);
        };
        for (const char* effect : {"glue", "parallel"})
            set(bus_knob(bus, effect, "makeup_db"),
                group_make_up_[static_cast<std::size_t>(g)].gain_db(
                    compression([&](const char* param) { return value(effect, param); })));
        all += power[g] * std::pow(10.0, group_db[static_cast<std::size_t>(g)] / 10);
    }
    const bool rests = std::none_of(knobs_.begin(), knobs_.end(), [&](const Knob& knob) {
        const std::size_t k = static_cast<std::size_t>(&knob - knobs_.data());
        return knob.channel == static_cast<int>(silent_.size()) + static_cast<int>(Bus::master) &&
               knob.effect != "trim" && gates_[k] < 0 && (moves(k) || values[k] != knob.neutral);
    });
    if (!rests && all > 0)
        set(bus_knob(Bus::master, "trim", "trim_db"), kStemLufs - 10 * std::log10(all));
}

}  // namespace mixfarm
