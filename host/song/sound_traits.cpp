/// Measures level, spectrum, onsets and pitch of a stem, enough to tell a kick from a choir.
#include "host/song/sound_traits.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <vector>

namespace mixfarm {
namespace {

using Complex = std::complex<double>;

/// In-place radix-2 transform of a power-of-two length with a table of exp(-2 pi i k / n).
class Fourier {
public:
    explicit Fourier(std::size_t n) : twiddle_(n / 2) {
        for (std::size_t k = 0; k < n / 2; ++k)
            twiddle_[k] = std::polar(1.0, -2 * std::numbers::pi * k / n);
    }
    void operator()(std::vector<Complex>& x) const {
        const std::size_t n = x.size();
        for (std::size_t i = 1, j = 0; i < n; ++i) {
            std::size_t bit = n >> 1;
            for (; j & bit; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) std::swap(x[i], x[j]);
        }
        for (std::size_t half = 1; half < n; half *= 2) {
            const std::size_t stride = n / (2 * half);
            for (std::size_t start = 0; start < n; start += 2 * half) {
                for (std::size_t k = 0; k < half; ++k) {
                    const Complex a = x[start + k], b = x[start + k + half],
                                  w = twiddle_[k * stride];
                    const Complex t{b.real() * w.real() - b.imag() * w.imag(),
                                    b.real() * w.imag() + b.imag() * w.real()};
                    x[start + k] = a + t;
                    x[start + k + half] = a - t;
                }
            }
        }
    }

private:
    std::vector<Complex> twiddle_;
};

/// Power of consecutive blocks of `size` frames, the mean of both channels; the last block may be
/// short.
std::vector<double> block_power(std::span<const float> left, std::span<const float> right,
                                std::size_t size) {
    std::vector<double> power;
    power.reserve(left.size() / size + 1);
    for (std::size_t start = 0; start < left.size(); start += size) {
        const std::size_t end = std::min(start + size, left.size());
        double sum = 0;
        for (std::size_t i = start; i < end; ++i) {
            const double l = left[i], r = right.empty() ? l : right[i];
            sum += 0.5 * (l * l + r * r);
        }
        power.push_back(sum / static_cast<double>(end - start));
    }
    return power;
}

/// Rises of more than 9 dB within 20 ms in 10 ms blocks, at most one in 50 ms, not below -40 dB of
/// the loudest block.
double onsets_per_second(const std::vector<double>& power_10ms, double loudest) {
    constexpr double kRise = 7.943;  // 9 dB
    const double floor = loudest * 1e-4;
    int onsets = 0;
    std::size_t quiet_until = 0;
    for (std::size_t i = 0; i < power_10ms.size(); ++i) {
        const double before1 = i >= 1 ? power_10ms[i - 1] : 0,
                     before2 = i >= 2 ? power_10ms[i - 2] : 0;
        if (i < quiet_until || power_10ms[i] < floor) continue;
        if (power_10ms[i] > kRise * std::max(std::min(before1, before2), floor * 0.01)) {
            ++onsets;
            quiet_until = i + 5;
        }
    }
    return power_10ms.empty() ? 0 : onsets / (0.01 * static_cast<double>(power_10ms.size()));
}

std::vector<double> hann(std::size_t length) {
    std::vector<double> window(length);
    for (std::size_t i = 0; i < length; ++i)
        window[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (i + 0.5) / length);
    return window;
}

/// The power spectrum of the windows as they come (mean of the channels), and how many of them have
/// a clear pitch.
class WindowAnalysis {
public:
    explicit WindowAnalysis(int rate)
        : rate_(rate),
          step_(std::max(rate / 11025, 1)),
          length_(std::bit_ceil(static_cast<std::size_t>(rate / 16))),
          spectrum_of_(length_),
          window_(hann(length_)),
          power_(length_ / 2, 0.0),
          slow_length_(std::bit_ceil(length_ / step_)),
          correlation_of_(2 * slow_length_),
          slow_window_(hann(slow_length_)),
          window_correlation_(autocorrelation(slow_window_)) {}

    /// Adds one window that starts at `at` (frames beyond the end count as silence).
    void add(std::span<const float> left, std::span<const float> right, std::size_t at) {
        std::vector<Complex> work(
            length_);  // left as the real, right as the imaginary part: their powers add up
        std::vector<double> slow(slow_length_, 0.0);
        double full_energy = 0, slow_energy = 0;
        for (std::size_t i = 0; i < std::max(length_, step_ * slow_length_) && at + i < left.size();
             ++i) {
            const double l = left[at + i], r = right.empty() ? 0 : right[at + i];
            if (i < length_) work[i] = Complex{l, r} * window_[i];
            if (i / step_ < slow_length_) slow[i / step_] += l + r;
            full_energy += (l + r) * (l + r);
        }
        for (const double v : slow) slow_energy += v * v / static_cast<double>(step_);
        const double share = full_energy > 0 ? std::min(slow_energy / full_energy, 1.0) : 0;
        spectrum_of_(work);
        for (std::size_t k = 1; k < length_ / 2; ++k)
            power_[k] += std::norm(work[k]) + std::norm(work[length_ - k]);
        for (std::size_t i = 0; i < slow_length_; ++i) slow[i] *= slow_window_[i];
        ++windows_;
        pitched_ += clear_pitch(autocorrelation(slow), share);
    }

    void write(SoundTraits& traits) const {
        double total = 0, low = 0, high = 0, moment = 0;
        for (std::size_t k = 1; k < power_.size(); ++k) {
            const double hz = static_cast<double>(k) * rate_ / static_cast<double>(length_);
            total += power_[k];
            moment += hz * power_[k];
            if (hz < 150) low += power_[k];
            if (hz > 4000) high += power_[k];
        }
        if (total > 0) {
            traits.low_share = low / total;
            traits.high_share = high / total;
            traits.centroid_hz = moment / total;
        }
        traits.pitch_share = windows_ ? static_cast<double>(pitched_) / windows_ : 0;
    }

private:
    /// By the power spectrum (Wiener-Khinchin), zero padded to twice the length.
    std::vector<double> autocorrelation(const std::vector<double>& x) const {
        std::vector<Complex> work(2 * slow_length_);
        std::copy(x.begin(), x.end(), work.begin());
        correlation_of_(work);
        for (Complex& v : work) v = std::norm(v);
        correlation_of_(work);
        std::vector<double> out(slow_length_ / 2);
        for (std::size_t lag = 0; lag < out.size(); ++lag) out[lag] = work[lag].real();
        return out;
    }

    /// The method of Boersma (1993): autocorrelation of the windowed sound over that of the window;
    /// a peak above 0.6 between 40 Hz and 1.2 kHz, after the first zero crossing, is a pitch. Works
    /// on sums of `step_` samples; `share` is the part of the power they keep: what is lost with
    /// the treble speaks against a pitch.
    bool clear_pitch(const std::vector<double>& correlation, double share) const {
        if (correlation[0] <= 0) return false;
        const double rate = static_cast<double>(rate_) / static_cast<double>(step_);
        const auto shortest = static_cast<std::size_t>(rate / 1200);
        const std::size_t longest =
            std::min(correlation.size() - 1, static_cast<std::size_t>(rate / 40));
        std::size_t lag = 1;
        while (lag <= longest && correlation[lag] > 0) ++lag;
        double best = 0;
        for (lag = std::max(lag, shortest); lag <= longest; ++lag) {
            const double window = window_correlation_[lag] / window_correlation_[0];
            best = std::max(best, correlation[lag] / correlation[0] / window);
        }
        return best * share > 0.6;
    }

    int rate_;
    std::size_t step_, length_;
    Fourier spectrum_of_;
    std::vector<double> window_, power_;
    std::size_t slow_length_;
    Fourier correlation_of_;
    std::vector<double> slow_window_, window_correlation_;
    int windows_ = 0, pitched_ = 0;
};

}  // namespace

SoundTraits measure_sound_traits(std::span<const float> left, std::span<const float> right,
                                 int rate) {
    SoundTraits traits;
    const std::size_t block = std::max(rate / 10, 1);
    const std::vector<double> power = block_power(left, right, block);
    const double loudest = power.empty() ? 0 : *std::max_element(power.begin(), power.end());
    float peak = 0;
    for (const float v : left) peak = std::max(peak, std::abs(v));
    for (const float v : right) peak = std::max(peak, std::abs(v));
    if (!(loudest > 0)) return traits;

    std::vector<std::size_t> active;
    double active_power = 0;
    for (std::size_t i = 0; i < power.size(); ++i) {
        if (power[i] > loudest * 1e-5) {  // -50 dB
            active.push_back(i);
            active_power += power[i];
        }
    }
    traits.active_share = static_cast<double>(active.size()) / static_cast<double>(power.size());
    traits.crest_db =
        10 * std::log10(double{peak} * peak * static_cast<double>(active.size()) / active_power);

    const std::vector<double> fine = block_power(left, right, std::max(rate / 100, 1));
    traits.onsets_per_s = onsets_per_second(fine, *std::max_element(fine.begin(), fine.end()));

    WindowAnalysis analysis(rate);
    constexpr std::size_t kMostWindows = 250;
    const std::size_t windows = std::min(active.size(), kMostWindows);
    for (std::size_t i = 0; i < windows; ++i)
        analysis.add(left, right, active[i * active.size() / windows] * block);
    analysis.write(traits);
    return traits;
}

}  // namespace mixfarm
