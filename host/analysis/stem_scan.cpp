/// One pass over a stem: K-weighting (BS.1770-5) in double precision, block powers, peaks, flat
/// tops, low band.
#include "host/analysis/stem_scan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "host/analysis/k_weighting.h"

namespace mixfarm {
namespace {

constexpr double kSilentLufs = -120;

/// Butterworth low-pass of 4th order as two biquads.
std::array<Biquad, 2> low_pass(double hz, double rate) {
    const double k = std::tan(std::numbers::pi * hz / rate);
    std::array<Biquad, 2> out;
    for (int i = 0; i < 2; ++i) {
        const double q = 1 / (2 * std::cos(std::numbers::pi * (2 * i + 1) / 8));
        const double a0 = 1 + k / q + k * k, b = k * k / a0;
        out[static_cast<std::size_t>(i)] = {b, 2 * b, b, 2 * (k * k - 1) / a0,
                                            (1 - k / q + k * k) / a0};
    }
    return out;
}

float to_lufs(double k_power_sum) {
    const double lufs = k_power_sum > 0 ? -0.691 + 10 * std::log10(k_power_sum) : kSilentLufs;
    return static_cast<float>(std::max(lufs, kSilentLufs));
}

/// A converter or bounce that ran out of range: three samples or more within 0.05 % of the peak,
/// entered by a jump of over 0.4 % of it. A smooth wave that merely turns round at its peak enters
/// that zone by a smaller step.
int count_flat_tops(const float* x, std::int64_t frames, double peak) {
    if (peak < 0.05) return 0;
    const float zone = static_cast<float>(peak * 0.9995), below = static_cast<float>(peak * 0.996);
    int tops = 0;
    std::int64_t run = 0;
    bool jumped = false;
    float before = 0;
    for (std::int64_t n = 0; n < frames; ++n) {
        const float a = std::fabs(x[n]);
        if (a >= zone && (run == 0 || (x[n] > 0) == (x[n - 1] > 0))) {
            if (run == 0) jumped = before < below;
            if (++run == 3 && jumped) ++tops;
        } else {
            run = 0;
        }
        before = a;
    }
    return tops;
}

/// Standard error of the mean of `frames`, from the sums of those blocks of the same length that
/// are not all zero: what a rest has is known. Stretches of up to half a second, so that sound of
/// 20 Hz and more has turned often in each, but eight of them where there are as many.
double error_of_mean(const std::vector<double>& sums, int block, double frames) {
    const std::size_t together = std::clamp<std::size_t>(sums.size() / 8, 1, 5),
                      count = sums.size() / together;
    if (count < 2) return 1;  // nothing is known
    std::vector<double> means(count, 0.0);
    double mean = 0;
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t k = 0; k < together; ++k) means[i] += sums[i * together + k];
        means[i] /= static_cast<double>(together) * block;
        mean += means[i] / static_cast<double>(count);
    }
    double square = 0;
    for (const double m : means) square += (m - mean) * (m - mean);
    const double sounding = static_cast<double>(sums.size()) * block / frames;
    return sounding *
           std::sqrt(square / static_cast<double>(count - 1) / static_cast<double>(count));
}

}  // namespace

StemScan scan_stem(const Stem& stem, int rate, std::int64_t frames) {
    const float* left = stem.left_data();
    const float* right = stem.right_data();
    const bool mono = left == right;
    auto k_left = k_weighting(rate), k_right = k_left;
    auto low = low_pass(150, rate);
    const int block = block_frames(rate), step = low_step(rate);

    StemScan scan;
    double sum_left = 0, sum_right = 0;
    std::vector<double> sums_left, sums_right;  // of whole blocks
    for (std::int64_t start = 0; start < frames; start += block) {
        const std::int64_t end = std::min(frames, start + block);
        double k_sum = 0, ll = 0, rr = 0, lr = 0;
        const double left_before = sum_left, right_before = sum_right;
        for (std::int64_t n = start; n < end; ++n) {
            const double l = left[n], r = right[n];
            const double kl = k_left[1](k_left[0](l));
            const double kr = mono ? kl : k_right[1](k_right[0](r));
            k_sum += kl * kl + kr * kr;
            ll += l * l;
            rr += r * r;
            lr += l * r;
            sum_left += l;
            sum_right += r;
            const double bottom = low[1](low[0](0.5 * (l + r)));
            if (n % step == 0) scan.low.push_back(static_cast<float>(bottom));
        }
        for (auto* stages : {&k_left, &k_right, &low})
            for (Biquad& stage : *stages) stage.settle();
        if (end - start == block && ll + rr > 0) {
            sums_left.push_back(sum_left - left_before);
            sums_right.push_back(sum_right - right_before);
        }
        const double count = static_cast<double>(end - start);
        scan.level_lufs.push_back(to_lufs(k_sum / count));
        scan.power.push_back((ll + rr) / (2 * count));
        scan.left_power += ll;
        scan.right_power += rr;
        scan.cross_power += lr;
    }
    const double n = static_cast<double>(std::max<std::int64_t>(frames, 1));
    scan.left_power /= n;
    scan.right_power /= n;
    scan.cross_power /= n;
    scan.mean_left = sum_left / n;
    scan.mean_right = sum_right / n;
    scan.mean_error =
        std::max(error_of_mean(sums_left, block, n), error_of_mean(sums_right, block, n));
    float peak = 0;
    for (std::int64_t i = 0; i < frames; ++i)
        peak = std::max({peak, std::fabs(left[i]), std::fabs(right[i])});
    scan.peak = peak;
    scan.flat_tops = count_flat_tops(left, frames, peak);
    if (!mono) scan.flat_tops = std::max(scan.flat_tops, count_flat_tops(right, frames, peak));
    return scan;
}

double gated_loudness(const std::vector<float>& level_lufs) {
    // Four 100 ms powers make one 400 ms gating block; the hop of 100 ms is the 75 % overlap.
    std::vector<double> gating;
    for (std::size_t i = 0; i + 4 <= level_lufs.size(); ++i) {
        double power = 0;
        for (std::size_t j = i; j < i + 4; ++j)
            if (level_lufs[j] > kSilentLufs)
                power += std::pow(10.0, (level_lufs[j] + 0.691) / 10) / 4;
        gating.push_back(power);
    }
    const auto mean_above = [&](double gate) {
        double sum = 0;
        int kept = 0;
        for (double p : gating)
            if (p > gate) sum += p, ++kept;
        return kept ? sum / kept : 0.0;
    };
    const double absolute = std::pow(10.0, (-70 + 0.691) / 10);
    const double first = mean_above(absolute);
    const double second = mean_above(std::max(absolute, first * 0.1));
    return second > 0 ? -0.691 + 10 * std::log10(second) : -70;
}

}  // namespace mixfarm
