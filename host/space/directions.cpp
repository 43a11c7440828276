/// The table of directions, and where in it a band of an equaliser belongs.
#include "host/space/directions.h"

#include <algorithm>
#include <string_view>

namespace mixfarm {
namespace {

/// Share of an axis that a step of 1 covers: from the typical engineer to the boldest tenth it is
/// 0.4.
constexpr float kStep = 0.3f;

/// What a step does to a knob: sign 1 turns it up.
struct Row {
    const char *direction, *effect, *param;
    int sign;
};
/// Corners of filters, ratios, sends: by what the knob does to the sound, in the order in which
/// the directions of a channel are listed. Bells of equalisers go by their frequency: see below.
constexpr Row kRows[] = {
    {"level", "fader", "fader_db", 1},
    {"tone", "equalizer", "low_db", -1},
    {"tone", "equalizer", "high_db", 1},
    {"tone", "low_pass", "low_pass_hz", 1},
    {"tone", "plate", "high_ratio", 1},
    {"tone", "hall", "high_ratio", 1},
    {"tone", "echo", "high_cut_hz", 1},
    {"presence", "equalizer", "bell1_db", 1},
    {"presence", "equalizer", "bell2_db", 1},
    {"presence", "equalizer", "bell3_db", 1},
    {"presence", "equalizer", "bell4_db", 1},
    {"low end", "equalizer", "low_db", 1},
    {"low end", "equalizer", "bell1_db", 1},
    {"low end", "equalizer", "bell2_db", 1},
    {"low end", "high_pass", "high_pass_hz", -1},
    {"dynamics", "compressor", "ratio", 1},
    {"dynamics", "compressor", "threshold_db", -1},
    {"dynamics", "glue", "ratio", 1},
    {"dynamics", "glue", "threshold_db", -1},
    {"dynamics", "parallel", "ratio", 1},
    {"dynamics", "parallel", "threshold_db", -1},
    {"dynamics", "parallel", "mix", 1},
    {"dynamics", "multiband", "mix", 1},
    {"dynamics", "multiband", "low_ratio", 1},
    {"dynamics", "multiband", "mid_ratio", 1},
    {"dynamics", "multiband", "high_ratio", 1},
    {"dynamics", "multiband", "low_threshold_db", -1},
    {"dynamics", "multiband", "mid_threshold_db", -1},
    {"dynamics", "multiband", "high_threshold_db", -1},
    {"drive", "saturator", "mix", 1},
    {"drive", "saturator", "drive_db", 1},
    {"space", "send", "plate_db", 1},
    {"space", "send", "hall_db", 1},
    {"space", "send", "echo_db", 1},
    {"space", "plate", "decay_s", 1},
    {"space", "hall", "decay_s", 1},
    {"space", "echo", "feedback", 1},
    {"width", "width", "width", 1},
    {"width", "pan", "position", 1},  // away from the centre: see below
};

class Finder {
public:
    Finder(std::span<const Knob> knobs, std::span<const int> searched, std::span<const int> gates)
        : knobs_(knobs), gates_(gates), axis_(knobs.size(), -1) {
        for (std::size_t i = 0; i < searched.size(); ++i)
            axis_[static_cast<std::size_t>(searched[i])] = static_cast<int>(i);
    }

    std::vector<MacroKnob> all() const {
        std::vector<MacroKnob> found;
        for (std::size_t first = 0, end = 0; first < knobs_.size(); first = end) {
            while (end < knobs_.size() && knobs_[end].channel == knobs_[first].channel) ++end;
            add_channel(first, end, found);
        }
        return found;
    }

private:
    void add_channel(std::size_t first, std::size_t end, std::vector<MacroKnob>& found) const {
        const std::size_t before = found.size();
        for (const Row& row : kRows) {
            const std::size_t k = knob_of(first, end, row.effect, row.param);
            if (k == end || axis_[k] < 0) continue;
            const int sign = row.sign * sign_of(row.direction, k);
            if (sign == 0 || !matters(row.direction, k, first, end)) continue;
            if (found.size() == before || found.back().name != row.direction)
                found.push_back({row.direction, knobs_[k].channel, {}});
            found.back().pull.emplace_back(axis_[k], kStep * static_cast<float>(sign));
        }
    }
    std::size_t knob_of(std::size_t first, std::size_t end, std::string_view effect,
                        std::string_view param) const {
        for (std::size_t k = first; k < end; ++k)
            if (knobs_[k].effect == effect && param_of(k) == param) return k;
        return end;
    }
    std::string_view param_of(std::size_t k) const {
        const std::string_view name = knobs_[k].name;
        return name.substr(name.rfind('.') + 1);
    }
    /// Where a gate keeps a knob from doing anything, moving that one is no direction: the gate has
    /// to move along, or to stand open for good.
    bool matters(std::string_view direction, std::size_t k, std::size_t first,
                 std::size_t end) const {
        if (gates_[k] < 0) return true;
        const auto gate = static_cast<std::size_t>(gates_[k]);
        if (axis_[gate] < 0) return knobs_[gate].rest != knobs_[gate].neutral;
        return std::any_of(std::begin(kRows), std::end(kRows), [&](const Row& row) {
            return row.direction == direction && knob_of(first, end, row.effect, row.param) == gate;
        });
    }
    /// 1; -1 for a pan on the left; 0 where a knob does not belong.
    int sign_of(std::string_view direction, std::size_t k) const {
        const Knob& knob = knobs_[k];
        if (knob.effect == "pan") return knob.prior.low >= 0 ? 1 : knob.prior.high <= 0 ? -1 : 0;
        if (knob.effect != "equalizer") return 1;
        const double hz = centre_hz(k);
        const bool bell = param_of(k).starts_with("bell");
        if (direction == "presence") return hz >= 1800 && hz <= 5600;
        if (direction == "low end") return hz <= (bell ? 180 : 250);
        return 1;
    }
    /// Usual frequency of a band, which comes right in front of its gain.
    double centre_hz(std::size_t gain) const {
        const Knob& hz = knobs_[gain - 1];
        return hz.prior.searched ? hz.prior.typical : hz.rest;
    }

    std::span<const Knob> knobs_;
    std::span<const int> gates_;
    std::vector<int> axis_;  ///< [knobs] coordinate, or -1
};

}  // namespace

std::vector<MacroKnob> find_directions(std::span<const Knob> knobs, std::span<const int> searched,
                                       std::span<const int> gates) {
    return Finder(knobs, searched, gates).all();
}

}  // namespace mixfarm
