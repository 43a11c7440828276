/// How every meter's sums become metrics, in double precision on the host.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/meters/book.h"

namespace mixfarm {
namespace {

constexpr int kFastBins = 5;  // 50 ms
constexpr int kHopBins = 10;  // 100 ms, 75 % overlap of the gating blocks
constexpr float kUndefined = std::numeric_limits<float>::quiet_NaN();

double lufs(double power) {
    return power > 0 ? -0.691 + 10 * std::log10(power) : -70.0;
}
double power_of_lufs(double level) {
    return std::pow(10.0, (level + 0.691) / 10);
}

double total(const MeterRecord& record, int sum) {
    double t = 0;
    for (int b = 0; b < record.bin_count(); ++b) t += record.at(b, sum);
    return t;
}

double highest(const MeterRecord& record, int sum) {
    double t = 0;
    for (int b = 0; b < record.bin_count(); ++b) t = std::max(t, record.at(b, sum));
    return t;
}

/// Undefined where no window of that length fits.
float largest_lufs(const std::vector<double>& powers) {
    return powers.empty()
               ? kUndefined
               : static_cast<float>(lufs_of_power(*std::max_element(powers.begin(), powers.end())));
}

/// Tech 3342: short-term powers below this are left out, -70 LUFS or 20 LU below the mean of those
/// above -70.
double range_gate(const std::vector<double>& power) {
    const double floor = power_of_lufs(-70);
    double sum = 0;
    std::size_t count = 0;
    for (const double p : power)
        if (p >= floor) sum += p, ++count;
    return count ? std::max(floor, 0.01 * sum / static_cast<double>(count)) : floor;
}

double percentile(const std::vector<double>& sorted, double p) {
    return sorted[static_cast<std::size_t>(
        std::lround(static_cast<double>(sorted.size() - 1) * p))];
}

}  // namespace

std::vector<double> window_powers(const MeterRecord& record, int sum, int length, int hop) {
    std::vector<double> out;
    const double frames_per_window = length * record.bin_frames();
    int first = 0;
    for (const MeterRecord::Stretch& stretch : record.stretches) {
        std::vector<double> prefix(static_cast<std::size_t>(stretch.bins) + 1, 0.0);
        for (int b = 0; b < stretch.bins; ++b)
            prefix[b + 1] = prefix[b] + record.at(first + b, sum);
        for (int b = 0; b + length <= stretch.whole_bins; b += hop)
            out.push_back((prefix[b + length] - prefix[b]) / frames_per_window);
        first += stretch.bins;
    }
    return out;
}

double lufs_of_power(double power) {
    return std::max(-70.0, lufs(power));
}

double gated_loudness(const std::vector<double>& block_power) {
    const double floor = power_of_lufs(-70);
    double sum = 0;
    std::size_t count = 0;
    for (const double p : block_power)
        if (p > floor) sum += p, ++count;
    if (count == 0) return -70;
    const double relative = std::max(floor, 0.1 * sum / static_cast<double>(count));
    sum = 0, count = 0;
    for (const double p : block_power)
        if (p > relative) sum += p, ++count;
    return count ? lufs(sum / static_cast<double>(count)) : -70;
}

double loudness_range(std::vector<double> power) {
    const double gate = range_gate(power);
    std::erase_if(power, [gate](double p) { return p < gate; });
    if (power.empty()) return 0;
    std::sort(power.begin(), power.end());
    return lufs(percentile(power, 0.95)) - lufs(percentile(power, 0.10));
}

double microdynamics(const MeterRecord& record, int sum) {
    const std::vector<double> slow = window_powers(record, sum, kShortTermBins, 1),
                              fast = window_powers(record, sum, kFastBins, 1);
    const double gate = range_gate(slow);
    std::vector<double> rises;
    std::size_t first_slow = 0, first_fast = (kShortTermBins - kFastBins) / 2;
    for (const MeterRecord::Stretch& stretch : record.stretches) {
        const auto windows = [&stretch](int length) {
            return static_cast<std::size_t>(std::max(0, stretch.whole_bins - length + 1));
        };
        for (std::size_t i = 0; i < windows(kShortTermBins); ++i)
            if (const double about = slow[first_slow + i]; about >= gate)
                rises.push_back(lufs(fast[first_fast + i]) - lufs(about));
        first_slow += windows(kShortTermBins);
        first_fast += windows(kFastBins);
    }
    if (rises.empty()) return kUndefined;
    std::sort(rises.begin(), rises.end());
    return percentile(rises, 0.95);
}

void Loudness::finish(const MeterRecord& record, int first_sum, float* row, int first) {
    const std::vector<double> momentary = window_powers(record, first_sum, kMomentaryBins, 1);
    const std::vector<double> short_term = window_powers(record, first_sum, kShortTermBins, 1);
    std::vector<double> gate = window_powers(record, first_sum, kMomentaryBins, kHopBins);
    const double integrated = gated_loudness(gate);
    row[first] = static_cast<float>(integrated);
    row[first + 1] = static_cast<float>(
        loudness_range(window_powers(record, first_sum, kShortTermBins, kHopBins)));
    row[first + 2] = largest_lufs(momentary);
    row[first + 3] = largest_lufs(short_term);
    // The fold is scaled so that a mono signal keeps its loudness: (L + R) / 2 in both speakers,
    // energy (LL + RR + 2 LR) / 2.
    const std::vector<double> twice_cross =
        window_powers(record, first_sum + 1, kMomentaryBins, kHopBins);
    for (std::size_t i = 0; i < gate.size(); ++i)
        gate[i] = std::max(0.0, gate[i] + twice_cross[i]) / 2;
    row[first + 4] = record.channels != 2 || integrated <= -70
                         ? kUndefined
                         : static_cast<float>(integrated - gated_loudness(gate));
    row[first + 5] = static_cast<float>(microdynamics(record, first_sum));
}

void TruePeak::finish(const MeterRecord& record, int first_sum, float* row, int first) {
    const double sample = highest(record, first_sum),
                 peak = std::max(sample, highest(record, first_sum + 1));
    const auto db = [](double x) {
        return static_cast<float>(x > 1e-6 ? 20 * std::log10(x) : -120.0);
    };
    row[first] = db(peak);
    row[first + 1] = db(sample);
    const auto over = [&](const char* loudness) {
        const float lufs_value = row[metric_index(loudness)];
        return lufs_value > -70 ? row[first] - lufs_value : kUndefined;
    };
    row[first + 2] = over("integrated_lufs");
    row[first + 3] = over("max_short_term_lufs");
}

void Level::finish(const MeterRecord& record, int first_sum, float* row, int first) {
    const double ll = total(record, first_sum), rr = total(record, first_sum + 1),
                 lr = total(record, first_sum + 2);
    const double frames = std::max<double>(1, static_cast<double>(record.frames));
    const double mean = (ll + rr) / (record.channels * frames);
    row[first] = mean > 0
                     ? static_cast<float>(row[metric_index("sample_peak_dbfs")] - db_of_power(mean))
                     : 0.f;
    if (record.channels != 2) {
        for (int i = 1; i <= 3; ++i) row[first + i] = kUndefined;
        return;
    }
    const double both = std::sqrt(ll * rr), mid = (ll + rr + 2 * lr) / 4,
                 side = (ll + rr - 2 * lr) / 4;
    row[first + 1] = both > 0 ? static_cast<float>(lr / both) : kUndefined;
    row[first + 2] = mid > 1e-30 ? static_cast<float>(std::max(0.0, side) / mid) : kUndefined;
    row[first + 3] =
        ll > 0 && rr > 0 ? static_cast<float>(db_of_power(rr) - db_of_power(ll)) : kUndefined;
}

void Tone::finish(const MeterRecord& record, int, float* row, int first) {
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int b = 0; b < kBands; ++b) {
        const double hz = band_centre_hz(b), power = record.left_power[b] + record.right_power[b];
        const bool whole = hz * std::pow(10.0, 0.05) <= record.rate / 2;
        if (hz < 99 || hz > 10100 || !whole || power <= 1e-20) continue;
        const double x = std::log2(hz), y = db_of_power(power);
        n += 1, sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    const double spread = n * sxx - sx * sx;
    row[first] = n > 2 ? static_cast<float>((n * sxy - sx * sy) / spread) : kUndefined;
    double left = 0, right = 0, cross = 0;
    for (int b = 0; b < kLowBands; ++b) {
        left += record.left_power[b];
        right += record.right_power[b];
        cross += record.cross_power[b];
    }
    // Both sides share a transform: some -140 dB of one are heard in the other.
    const bool heard = std::min(left, right) > 1e-11 * std::max(left, right) + 1e-20;
    row[first + 1] =
        record.channels == 2 && heard
            ? static_cast<float>(std::clamp(cross / std::sqrt(left * right), -1.0, 1.0))
            : kUndefined;
}

std::vector<float> meters::finish(const MeterRecord& record) {
    std::vector<float> row(static_cast<std::size_t>(kMetrics), kUndefined);
    int sum = 0, first = 0;
#define MF_METER(name, Type)                      \
    Type::finish(record, sum, row.data(), first); \
    sum += Type::kSums;                           \
    first += static_cast<int>(sizeof(Type::kMetrics) / sizeof(MetricInfo));
#include "kernels/meters/meters.def"
#undef MF_METER
    return row;
}

std::span<const MetricInfo> mix_metrics() {
    static const std::vector<MetricInfo> all = [] {
        std::vector<MetricInfo> list;
#define MF_METER(name, Type) \
    for (const MetricInfo& metric : Type::kMetrics) list.push_back(metric);
#include "kernels/meters/meters.def"
#undef MF_METER
        return list;
    }();
    return all;
}

int metric_index(std::string_view name) {
    const auto all = mix_metrics();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (name == all[i].name) return static_cast<int>(i);
    return -1;
}

std::span<const double> bark_edges_hz() {
    static constexpr double kEdges[kBarkBands + 1] = {
        0,    100,  200,  300,  400,  510,  630,  770,  920,  1080, 1270,  1480, 1720,
        2000, 2320, 2700, 3150, 3700, 4400, 5300, 6400, 7700, 9500, 12000, 15500};
    return kEdges;
}

double band_centre_hz(int band) {
    return 1000 * std::pow(10.0, (band - 16) / 10.0);
}

}  // namespace mixfarm
