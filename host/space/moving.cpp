/// Adds up what several moves want of a knob.
#include "host/space/moving.h"

#include <algorithm>
#include <cmath>

#include "host/space/space.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr double kSame_s = 1e-4;  ///< points so near are one

std::size_t knob_of(std::span<const Knob> knobs, const MoveLane& lane) {
    for (std::size_t k = 0; k < knobs.size(); ++k)
        if (knobs[k].channel == lane.channel && knobs[k].effect == lane.effect &&
            knobs[k].name.ends_with("." + lane.param))
            return k;
    MF_CHECK(false && "a move's knob is one of the console's");
    return 0;
}

}  // namespace

Moving::Moving(std::vector<Move> moves, std::span<const Knob> knobs, std::size_t first,
               const std::function<std::vector<double>(int channel)>& power_of)
    : moves_(std::move(moves)), budget_(moves_), first_(first) {
    for (const Move& move : moves_) layers_ += move.layers.size();
    for (std::size_t m = 0; m < moves_.size(); ++m)
        for (std::size_t l = 0; l < moves_[m].lanes.size(); ++l) {
            const MoveLane& lane = moves_[m].lanes[l];
            const std::size_t k = knob_of(knobs, lane);
            auto found = std::find_if(moved_.begin(), moved_.end(),
                                      [&](const Moved& moved) { return moved.knob == k; });
            if (found == moved_.end())
                found = moved_.insert(moved_.end(), {k,
                                                     knobs[k].scale == Scale::log,
                                                     knobs[k].effect == "send",
                                                     knobs[k].low,
                                                     knobs[k].high,
                                                     {}});
            Pull pull{m, l, {}};
            const std::vector<double> power = power_of(lane.channel);
            const bool decibels = knobs[k].unit == "dB" && lane.law == Law::add;
            double weight = 0;
            for (const double p : power) weight += p;
            for (int step = 1; step <= kSteps && weight > 0; ++step) {
                const double amount =
                    lane.law == Law::add ? lane.amounts.at(float(step) / kSteps) : 1;
                double sum = 0;
                for (std::size_t i = 0; i < power.size(); ++i) {
                    if (power[i] <= 0) continue;
                    const double by = amount * share_at(pull, (static_cast<double>(i) + 0.5) / 10);
                    sum += power[i] * (decibels ? std::pow(10.0, by / 10) : by);
                }
                pull.mean[step] =
                    static_cast<float>(decibels ? 10 * std::log10(sum / weight) : sum / weight);
            }
            found->pulls.push_back(pull);
        }
}

double Moving::share_at(const Pull& pull, double seconds) const {
    return lane_of(pull).share_at(seconds);
}

bool Moving::acts(const Moved& moved, const Pull& pull, float value, float strength) const {
    if (!(strength > 0)) return false;
    const MoveLane& lane = lane_of(pull);
    // More of a send that is closed is still nothing; an echo under the one there is, too.
    if (lane.law == Law::add) return !(moved.send && value <= moved.low);
    return lane.amounts.at(strength) > value;
}

float Moving::pulled(const Moved& moved, std::span<const Pull* const> pulls,
                     std::span<const float> values, double seconds) const {
    double value = values[moved.knob], reach = 0, target = value;
    for (const Pull* pull : pulls) {
        const MoveLane& lane = lane_of(*pull);
        const double share = share_at(*pull, seconds),
                     amount = lane.amounts.at(strength(values, pull->move));
        if (lane.law == Law::add)
            value += amount * share;
        else if (share > 0)
            reach = std::max(reach, share), target = std::max(target, amount);
    }
    value = moved.logarithmic ? value * std::pow(target / value, reach)
                              : value + reach * (target - value);
    return std::clamp(static_cast<float>(value), moved.low, moved.high);
}

void Moving::add(std::span<const float> values, MixSettings& mix) const {
    for (std::size_t m = 0, layer = 0; m < moves_.size(); ++m)
        for (const MoveLayer& own : moves_[m].layers) {
            const float gain = own.gain(strength(values, m));
            if (gain > 0 && mix.layers.empty()) mix.layers.assign(layers_, 0);
            if (gain > 0) mix.layers[layer] = gain;
            ++layer;
        }
    std::vector<const Pull*> pulls;
    std::vector<double> times;
    for (const Moved& moved : moved_) {
        pulls.clear(), times.clear();
        for (const Pull& pull : moved.pulls)
            if (acts(moved, pull, values[moved.knob], strength(values, pull.move))) {
                pulls.push_back(&pull);
                for (const Automation::Point& p : lane_of(pull).shape) times.push_back(p.seconds);
            }
        if (pulls.empty()) continue;
        std::sort(times.begin(), times.end());
        Automation automation{static_cast<int>(moved.knob), {}};
        for (const double t : times) {
            if (!automation.points.empty() && t - automation.points.back().seconds < kSame_s)
                continue;
            const float value = pulled(moved, pulls, values, t);
            const std::size_t n = automation.points.size();
            // Points on a level line say nothing.
            if (n >= 2 && automation.points[n - 1].value == value &&
                automation.points[n - 2].value == value)
                automation.points.back().seconds = t;
            else
                automation.points.push_back({t, value});
        }
        const bool still =
            std::all_of(automation.points.begin(), automation.points.end(),
                        [&](const auto& p) { return p.value == automation.points.front().value; });
        if (!still) {
            mix.automation.push_back(std::move(automation));
        } else if (moved.knob < mix.strips.size()) {
            mix.strips[moved.knob] = automation.points.front().value;
        } else {
            mix.buses[moved.knob - mix.strips.size()] = automation.points.front().value;
        }
    }
}

void Moving::settle(std::span<float> values) const {
    for (const Moved& moved : moved_) {
        float& value = values[moved.knob];
        float result = value;
        for (const Pull& pull : moved.pulls) {
            const float s = strength(values, pull.move);
            if (!acts(moved, pull, value, s)) continue;
            const float at = s * kSteps;
            const int step = std::min(static_cast<int>(at), kSteps - 1);
            const float mean = pull.mean[step] + (at - static_cast<float>(step)) *
                                                     (pull.mean[step + 1] - pull.mean[step]);
            const MoveLane& lane = lane_of(pull);
            if (lane.law == Law::add)
                result += mean;
            else if (moved.logarithmic)
                result *= std::pow(lane.amounts.at(s) / result, pull.mean[kSteps]);
            else  // what it sends on average
                result = static_cast<float>(
                    10 * std::log10(std::pow(10.0, result / 10.0) +
                                    pull.mean[kSteps] * std::pow(10.0, lane.amounts.at(s) / 10.0)));
        }
        value = std::clamp(result, moved.low, moved.high);
    }
}

}  // namespace mixfarm
