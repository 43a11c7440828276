/// The table that sorts FFT bins into bands, and the window.
#include "kernels/meters/spectrum.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mixfarm {
namespace {

int transform_size(double rate, double bin_hz) {
    int size = 64;
    while (rate / size > bin_hz) size *= 2;
    return size;
}

}  // namespace

BandMap::BandMap(double rate, const std::vector<Edges>& edges, double bin_hz)
    : size(transform_size(rate, bin_hz)),
      window(static_cast<std::size_t>(size)),
      bands(static_cast<int>(edges.size())) {
    // The window of Vorbis: it keeps far bands apart as well as Hann's does.
    for (int i = 0; i < size; ++i) {
        const double rise = std::sin(std::numbers::pi * (i + 0.5) / size);
        window[static_cast<std::size_t>(i)] =
            static_cast<float>(std::sin(std::numbers::pi / 2 * rise * rise));
    }
    // One-sided: twice the positive half; 1/4 from the packing of two channels into one transform.
    scale = 2.0 / 4.0 / size;
    const double step = rate / size;
    for (int band = 0; band < bands; ++band) {
        const Edges& edge = edges[static_cast<std::size_t>(band)];
        const int last = std::min(size / 2 - 1, static_cast<int>(edge.high_hz / step + 0.5));
        for (int bin = std::max(1, static_cast<int>(edge.low_hz / step)); bin <= last; ++bin) {
            const double low = (bin - 0.5) * step, high = (bin + 0.5) * step;
            const double shared = std::min(high, edge.high_hz) - std::max(low, edge.low_hz);
            if (shared > 0) shares.push_back({bin, band, static_cast<float>(shared / step)});
        }
    }
}

std::vector<BandMap::Edges> BandMap::third_octaves() {
    std::vector<Edges> edges;
    for (int band = 0; band < kBands; ++band)
        edges.push_back({band_centre_hz(band) * std::pow(10.0, -0.05),
                         band_centre_hz(band) * std::pow(10.0, 0.05)});
    return edges;
}

}  // namespace mixfarm
