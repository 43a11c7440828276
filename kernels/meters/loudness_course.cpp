/// Windows, gates and percentiles of the loudness meter.
#include "kernels/meters/loudness_course.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mixfarm {
namespace {

constexpr int kFastBins = 5;  // 50 ms
constexpr int kHopBins = 10;  // 100 ms, 75 % overlap of the gating blocks
constexpr float kUndefined = std::numeric_limits<float>::quiet_NaN();
/// Classes: what is softer than the lowest counts for no gate; what is louder than the highest is
/// in that one.
constexpr double kLowestLufs = -70, kHighestLufs = 30, kPowerStep = 1e-3;
constexpr double kLevelStep = 0.5, kLowestRise = -40, kHighestRise = 18, kRiseStep = 5e-3;

double lufs(double power) {
    return power > 0 ? -0.691 + 10 * std::log10(power) : -70.0;
}

std::size_t class_of(double value, double lowest, double highest, double step) {
    return static_cast<std::size_t>((std::clamp(value, lowest, highest) - lowest) / step);
}

std::int64_t rank_of(double share, std::int64_t count) {
    return std::llround(static_cast<double>(count - 1) * share);
}

/// Powers over a gate: those of a list, or as classes have them.
template <class Above>
double gated(const Above& above) {
    const double floor = power_of_lufs(-70);
    const WindowPowers::Sum first = above(floor);
    if (first.count == 0) return -70;
    const WindowPowers::Sum second = above(std::max(floor, 0.1 * first.mean()));
    return second.count ? lufs(second.mean()) : -70;
}

/// Tech 3342: short-term powers below this are left out, -70 LUFS or 20 LU below the mean of those
/// above -70.
double range_gate(const WindowPowers::Sum& heard) {
    const double floor = power_of_lufs(-70);
    return heard.count ? std::max(floor, 0.01 * heard.mean()) : floor;
}

WindowPowers::Sum sum_above(const std::vector<double>& powers, double gate, bool reached) {
    WindowPowers::Sum sum;
    for (const double p : powers)
        if (p > gate || (reached && p == gate)) sum.power += p, ++sum.count;
    return sum;
}

}  // namespace

double power_of_lufs(double level) {
    return std::pow(10.0, (level + 0.691) / 10);
}
double lufs_of_power(double power) {
    return std::max(-70.0, lufs(power));
}
double gated_loudness(const std::vector<double>& block_power) {
    return gated([&](double gate) { return sum_above(block_power, gate, false); });
}

namespace {

double range_lu(const WindowPowers& short_term) {
    const double gate = range_gate(short_term.above(power_of_lufs(-70), true));
    const std::vector<double> ends = short_term.percentiles(gate, {0.10, 0.95});
    return ends.empty() ? 0 : lufs(ends[1]) - lufs(ends[0]);
}

}  // namespace

double loudness_range(const std::vector<double>& short_term_power) {
    WindowPowers windows(short_term_power.size());
    for (const double p : short_term_power) windows.add(p);
    return range_lu(windows);
}

void WindowPowers::add(double power) {
    if (!classes_.empty()) return count(power);
    powers_.push_back(power);
    if (powers_.size() <= exact_) return;
    classes_.resize(class_of(kHighestLufs, kLowestLufs, kHighestLufs, kPowerStep) + 1);
    for (const double p : powers_) count(p);
    powers_ = {};
}

void WindowPowers::count(double power) {
    if (power < power_of_lufs(kLowestLufs)) return;
    Sum& sum = classes_[class_of(lufs(power), kLowestLufs, kHighestLufs, kPowerStep)];
    sum.power += power;
    ++sum.count;
}

WindowPowers::Sum WindowPowers::above(double gate, bool reached) const {
    Sum sum = sum_above(powers_, gate, reached);
    for (const Sum& c : classes_)
        if (c.count > 0 && (c.mean() > gate || (reached && c.mean() == gate)))
            sum.power += c.power, sum.count += c.count;
    return sum;
}

std::vector<double> WindowPowers::percentiles(double gate, std::vector<double> shares) const {
    const std::int64_t count = above(gate, true).count;
    if (count == 0) return {};
    if (classes_.empty()) {
        std::vector<double> kept;
        for (const double p : powers_)
            if (p >= gate) kept.push_back(p);
        std::sort(kept.begin(), kept.end());
        for (double& s : shares) s = kept[static_cast<std::size_t>(rank_of(s, count))];
        return shares;
    }
    for (double& s : shares) {
        std::int64_t left = rank_of(s, count);
        for (const Sum& c : classes_) {
            if (c.count == 0 || c.mean() < gate) continue;
            s = c.mean();
            if ((left -= c.count) < 0) break;
        }
    }
    return shares;
}

void Rises::add(double about, double fast) {
    const Rise rise{static_cast<float>(about),
                    about > 0 ? static_cast<float>(fast / about) : 1.f};  // silence over silence
    if (!classes_.empty()) return count(rise);
    rises_.push_back(rise);
    if (rises_.size() <= exact_) return;
    classes_.resize(class_of(kHighestLufs, kLowestLufs, kHighestLufs, kLevelStep) + 1);
    for (const Rise& r : rises_) count(r);
    rises_ = {};
}

void Rises::count(const Rise& rise) {
    if (rise.about < static_cast<float>(power_of_lufs(kLowestLufs))) return;
    std::vector<std::uint32_t>& level =
        classes_[class_of(lufs(rise.about), kLowestLufs, kHighestLufs, kLevelStep)];
    if (level.empty())
        level.resize(class_of(kHighestRise, kLowestRise, kHighestRise, kRiseStep) + 1);
    ++level[class_of(10 * std::log10(rise.ratio + 1e-30), kLowestRise, kHighestRise, kRiseStep)];
}

double Rises::percentile(double gate, double share) const {
    if (classes_.empty()) {
        std::vector<float> kept;
        for (const Rise& r : rises_)
            if (r.about >= static_cast<float>(gate)) kept.push_back(r.ratio);
        if (kept.empty()) return kUndefined;
        const auto at = kept.begin() + rank_of(share, static_cast<std::int64_t>(kept.size()));
        std::nth_element(kept.begin(), at, kept.end());
        return std::max(-70.0, 10 * std::log10(*at + 1e-30));
    }
    // The level that holds the gate counts by its share above it.
    const double place = std::max(0.0, (lufs(gate) - kLowestLufs) / kLevelStep);
    std::vector<double> counts(class_of(kHighestRise, kLowestRise, kHighestRise, kRiseStep) + 1);
    double all = 0;
    for (std::size_t l = static_cast<std::size_t>(place); l < classes_.size(); ++l) {
        const double part = std::min(1.0, static_cast<double>(l) + 1 - place);
        for (std::size_t r = 0; r < classes_[l].size(); ++r) {
            counts[r] += part * classes_[l][r];
            all += part * classes_[l][r];
        }
    }
    if (all == 0) return kUndefined;
    double left = share * all;
    std::size_t r = 0;
    for (; r + 1 < counts.size() && left >= counts[r]; ++r) left -= counts[r];
    const double within = counts[r] > 0 ? std::min(1.0, left / counts[r]) : 0.5;
    return kLowestRise + kRiseStep * (static_cast<double>(r) + within);
}

LoudnessCourse::LoudnessCourse(int channels, int exact_bins)
    : channels_(channels),
      gate_(static_cast<std::size_t>(exact_bins / kHopBins)),
      fold_(gate_),
      short_term_(gate_),
      rises_(static_cast<std::size_t>(exact_bins)) {}

void LoudnessCourse::begin_stretch() {
    bins_ = 0;
    ring_[0] = {};
}

double LoudnessCourse::power(std::int64_t from, std::int64_t to) const {
    const Upto &a = upto(from), &b = upto(to);
    return (b.energy - a.energy) / static_cast<double>(b.frames - a.frames);
}
double LoudnessCourse::twice_cross_power(std::int64_t from, std::int64_t to) const {
    const Upto &a = upto(from), &b = upto(to);
    return (b.cross - a.cross) / static_cast<double>(b.frames - a.frames);
}

void LoudnessCourse::push(double energy, double twice_cross, int frames) {
    const Upto& last = upto(bins_);
    const Upto next{last.energy + energy, last.cross + twice_cross, last.frames + frames};
    ring_[static_cast<std::size_t>(++bins_ % kRing)] = next;
    const bool hop = bins_ % kHopBins == 0;
    if (bins_ < kMomentaryBins) return;
    const double momentary = power(bins_ - kMomentaryBins, bins_);
    most_momentary_ = std::max(most_momentary_, momentary);
    if (hop) {
        gate_.add(momentary);
        // The fold is scaled so that a mono signal keeps its loudness: (L + R) / 2 in both
        // speakers, energy (LL + RR + 2 LR) / 2.
        if (channels_ == 2)
            fold_.add(std::max(0.0, momentary + twice_cross_power(bins_ - kMomentaryBins, bins_)) /
                      2);
    }
    if (bins_ < kShortTermBins) return;
    const std::int64_t from = bins_ - kShortTermBins,
                       middle = from + (kShortTermBins - kFastBins) / 2;
    const double short_term = power(from, bins_);
    most_short_term_ = std::max(most_short_term_, short_term);
    if (hop) short_term_.add(short_term);
    static const double floor = power_of_lufs(-70);
    if (short_term < floor) return;
    heard_.power += short_term;
    ++heard_.count;
    rises_.add(short_term, power(middle, middle + kFastBins));
}

float LoudnessCourse::momentary_lufs() const {
    return bins_ < kMomentaryBins
               ? kUndefined
               : static_cast<float>(lufs_of_power(power(bins_ - kMomentaryBins, bins_)));
}
float LoudnessCourse::short_term_lufs() const {
    return bins_ < kShortTermBins
               ? kUndefined
               : static_cast<float>(lufs_of_power(power(bins_ - kShortTermBins, bins_)));
}

void LoudnessCourse::write(float* row) const {
    const auto integrated = [](const WindowPowers& powers) {
        return gated([&](double gate) { return powers.above(gate, false); });
    };
    const auto largest = [](double power) {
        return power < 0 ? kUndefined : static_cast<float>(lufs_of_power(power));
    };
    const double loudness = integrated(gate_);
    row[0] = static_cast<float>(loudness);
    row[1] = kUndefined;
    if (!short_term_.empty()) row[1] = static_cast<float>(range_lu(short_term_));
    row[2] = largest(most_momentary_);
    row[3] = largest(most_short_term_);
    row[4] = channels_ != 2 || loudness <= -70 ? kUndefined
                                               : static_cast<float>(loudness - integrated(fold_));
    row[5] = static_cast<float>(rises_.percentile(range_gate(heard_), 0.95));
}

}  // namespace mixfarm
