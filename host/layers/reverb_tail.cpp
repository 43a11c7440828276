/// Convolution with decaying noise, block by block in the spectrum.
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <unsupported/Eigen/FFT>

#include "host/layers/textures.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

using Spectrum = std::vector<std::complex<float>>;

/// Noise that falls by 60 dB in `decay_s`, its top twice as fast; energy 1.
std::vector<float> room(int rate, double decay_s, std::uint64_t seed, std::uint64_t side) {
    RandomStream random(seed, side);
    std::vector<float> x(static_cast<std::size_t>(decay_s * rate));
    double low = 0, energy = 0;
    for (std::size_t n = 0; n < x.size(); ++n) {
        const double t = static_cast<double>(n) / rate / decay_s;
        const double white = 2 * random.next() - 1;
        low += 0.35 * (white - low);
        const double y = std::pow(10.0, -3 * t) * (low + std::pow(10.0, -3 * t) * (white - low));
        x[n] = static_cast<float>(y);
        energy += y * y;
    }
    for (float& v : x) v = static_cast<float>(v / std::sqrt(energy));
    return x;
}

void convolve(std::vector<float>& x, const std::vector<float>& tail) {
    std::size_t size = 1;
    while (size < 2 * tail.size()) size *= 2;
    const std::size_t block = size - tail.size() + 1;
    Eigen::FFT<float> fft;
    fft.SetFlag(Eigen::FFT<float>::HalfSpectrum);
    std::vector<float> piece(size);
    std::copy(tail.begin(), tail.end(), piece.begin());
    Spectrum by, bins;
    fft.fwd(by, piece);
    std::vector<float> out(x.size());
    for (std::size_t first = 0; first < x.size(); first += block) {
        const std::size_t count = std::min(block, x.size() - first);
        std::fill(piece.begin(), piece.end(), 0.0f);
        std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(first), count, piece.begin());
        if (std::all_of(piece.begin(), piece.end(), [](float v) { return v == 0; })) continue;
        fft.fwd(bins, piece);
        for (std::size_t k = 0; k < bins.size(); ++k) bins[k] *= by[k];
        fft.inv(piece, bins);
        for (std::size_t n = 0; n < size && first + n < out.size(); ++n) out[first + n] += piece[n];
    }
    x = std::move(out);
}

}  // namespace

void reverberate(LayerSound& sound, int rate, double decay_s, std::uint64_t seed) {
    convolve(sound.left, room(rate, decay_s, seed, 1));
    convolve(sound.right, room(rate, decay_s, seed, 2));
}

}  // namespace mixfarm
