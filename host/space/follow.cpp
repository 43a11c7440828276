/// Knobs that are no coordinates of their own: faders of stems that would drown, make-up gains and
/// what bounds them, the master's trim.
#include <algorithm>
#include <cmath>

#include "host/space/prior_file.h"
#include "host/space/space.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

/// A vocal's chain takes 6 dB at its average level and 10.7 dB of what is 6 dB hotter at the 90th
/// percentile (DiffVox); that loudness lies between. Nothing else is compressed harder.
constexpr double kMostReductionDb = 8;

/// A compressor that takes less than the most by so little more is looked at again: so exactly is
/// the place known where it would take that.
constexpr double kNearDb = 0.02;

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

Space::CompressorKnobs Space::compressor_at(std::span<const EffectInfo> effects, const char* effect,
                                            std::size_t first) const {
    const auto at = [&](const char* param) {
        const int i = param_index(effects, effect, param);
        MF_CHECK(i >= 0);
        return first + static_cast<std::size_t>(i);
    };
    return {at("threshold_db"), at("ratio"), at("knee_db"),   at("attack_ms"), at("release_ms"),
            at("sidechain_hz"), at("rms"),   at("makeup_db"), at("keyed")};
}

void Space::find_followers() {
    const auto row = static_cast<std::size_t>(strip_param_count());
    for (std::size_t s = 0; s < silent_.size(); ++s) {
        faders_.push_back(s * row +
                          static_cast<std::size_t>(strip_param_index("fader", "fader_db")));
        compressors_.push_back(compressor_at(strip_effects(), "compressor", s * row));
    }
    for (int g = 0; g < kGroupBuses; ++g) {
        const Bus bus = static_cast<Bus>(g);
        const std::size_t first = silent_.size() * row + static_cast<std::size_t>(bus_first(bus));
        group_faders_.push_back(bus_knob(bus, "fader", "fader_db"));
        glue_.push_back({compressor_at(bus_effects(bus), "glue", first),
                         compressor_at(bus_effects(bus), "parallel", first)});
    }
    beats_ = bus_knob(Bus::echo, "echo", "beats");
    master_trim_ = bus_knob(Bus::master, "trim", "trim_db");
}

Compression Space::compression(const CompressorKnobs& at, std::span<const float> values) const {
    const auto knob = [&](std::size_t k) { return average(k, values[k]); };
    return {knob(at.threshold), knob(at.ratio),     knob(at.knee),      knob(at.attack),
            knob(at.release),   knob(at.sidechain), knob(at.rms) >= 0.5};
}

void Space::set(std::span<float> values, std::size_t k, double value) const {
    if (!knobs_[k].locked)
        values[k] = std::clamp(static_cast<float>(value), knobs_[k].low, knobs_[k].high);
}

void Space::raise(std::span<float> values) const {
    // A group that the job turns down shall be quiet: that is no reason to turn up its stems.
    std::array<float, kGroupBuses> group_db{};
    for (std::size_t g = 0; g < group_db.size(); ++g) {
        const std::size_t k = group_faders_[g];
        if (!knobs_[k].locked) group_db[g] = static_cast<float>(loudest(k, values[k]));
    }
    const std::size_t count = silent_.size();
    std::vector<float> fader_db(count), raise_db(count);
    for (std::size_t s = 0; s < count; ++s)
        fader_db[s] = static_cast<float>(loudest(faders_[s], values[faders_[s]]));
    audibility_.raises(values.first(count * static_cast<std::size_t>(strip_param_count())),
                       fader_db, group_db, raise_db);
    for (std::size_t s = 0; s < count; ++s)
        if (raise_db[s] > 0) set(values, faders_[s], values[faders_[s]] + raise_db[s]);
}

void Space::follow(std::span<float> values) const {
    std::vector<MakeUp::Case> cases;
    std::vector<const CompressorKnobs*> knobs;
    for (std::size_t s = 0; s < silent_.size(); ++s) {
        const CompressorKnobs& own = compressors_[s];
        if (silent_[s]) continue;
        if (values[own.keyed] >= 0.5f) {  // what ducks shall be quieter while it does
            set(values, own.makeup, 0);
        } else {
            cases.push_back({&make_up_[s], compression(own, values)});
            knobs.push_back(&own);
        }
    }
    const std::size_t strips = cases.size();
    for (std::size_t g = 0; g < glue_.size(); ++g)
        for (const CompressorKnobs& own : glue_[g]) {
            cases.push_back({&group_make_up_[g], compression(own, values)});
            knobs.push_back(&own);
        }
    std::vector<double> gains(cases.size());
    MakeUp::gains(cases, gains);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const auto& [sound, compression_now] = cases[i];
        const std::size_t threshold = knobs[i]->threshold;
        if (i < strips && gains[i] > kMostReductionDb - kNearDb && !knobs_[threshold].locked) {
            const double least = sound->threshold_db(compression_now, kMostReductionDb);
            if (least > values[threshold]) {
                set(values, threshold, least);
                gains[i] = sound->gain_db(compression(*knobs[i], values));
            }
        }
        set(values, knobs[i]->makeup, gains[i]);
    }
    set_master_trim(values);
}

/// Brings the sum of all faders to the level that the master's compressor expects.
void Space::set_master_trim(std::span<float> values) const {
    const auto power_of = [](double db) { return std::pow(10.0, db / 10); };
    std::array<double, kGroupBuses> power{};
    for (std::size_t s = 0; s < silent_.size(); ++s)
        if (!silent_[s])
            power[static_cast<std::size_t>(group_[s])] +=
                power_of(level_[s] + loudest(faders_[s], values[faders_[s]]));
    double all = 0;
    for (std::size_t g = 0; g < power.size(); ++g)
        all += power[g] * power_of(loudest(group_faders_[g], values[group_faders_[g]]));
    bool rests = true;
    for (std::size_t k = master_trim_; k < first_move_ && rests; ++k)
        rests = knobs_[k].effect == "trim" || gates_[k] >= 0 ||
                (!moves(k) && values[k] == knobs_[k].neutral);
    if (!rests && all > 0) set(values, master_trim_, kStemLufs - 10 * std::log10(all));
}

}  // namespace mixfarm
