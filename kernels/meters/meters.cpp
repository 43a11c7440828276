/// How every meter's sums become metrics, in double precision on the host.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/meters/book.h"
#include "kernels/meters/loudness_course.h"

namespace mixfarm {
namespace {

constexpr float kNoValue = std::numeric_limits<float>::quiet_NaN();

double total(const MeterRecord& record, int sum) {
    if (!record.totals.empty()) return record.totals[static_cast<std::size_t>(sum)];
    double t = 0;
    for (int b = 0; b < record.bin_count(); ++b) t += record.at(b, sum);
    return t;
}

double highest(const MeterRecord& record, int sum) {
    if (!record.tops.empty()) return record.tops[static_cast<std::size_t>(sum)];
    double t = 0;
    for (int b = 0; b < record.bin_count(); ++b) t = std::max(t, record.at(b, sum));
    return t;
}

}  // namespace

void Loudness::finish(const MeterRecord& record, int first_sum, float* row, int first) {
    if (record.course) return record.course->write(row + first);
    LoudnessCourse course(record.channels);
    int bin = 0;
    for (const MeterRecord::Stretch& stretch : record.stretches) {
        course.begin_stretch();
        for (int b = bin; b < bin + stretch.whole_bins; ++b)
            course.push(record.at(b, first_sum), record.at(b, first_sum + 1), record.bin_frames());
        bin += stretch.bins;
    }
    course.write(row + first);
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
        return lufs_value > -70 ? row[first] - lufs_value : kNoValue;
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
        for (int i = 1; i <= 3; ++i) row[first + i] = kNoValue;
        return;
    }
    const double both = std::sqrt(ll * rr), mid = (ll + rr + 2 * lr) / 4,
                 side = (ll + rr - 2 * lr) / 4;
    row[first + 1] = both > 0 ? static_cast<float>(lr / both) : kNoValue;
    row[first + 2] = mid > 1e-30 ? static_cast<float>(std::max(0.0, side) / mid) : kNoValue;
    row[first + 3] =
        ll > 0 && rr > 0 ? static_cast<float>(db_of_power(rr) - db_of_power(ll)) : kNoValue;
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
    row[first] = n > 2 ? static_cast<float>((n * sxy - sx * sy) / spread) : kNoValue;
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
            : kNoValue;
}

std::vector<float> meters::finish(const MeterRecord& record) {
    std::vector<float> row(static_cast<std::size_t>(kMetrics), kNoValue);
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
