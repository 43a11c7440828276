/// The table that sorts FFT bins into third-octave bands.
#include "kernels/meters/spectrum.h"

#include <algorithm>
#include <numbers>

namespace mixfarm {

BandMap::BandMap(double rate, const std::vector<Edges>& edges)
    : size(rate < 50000    ? 4096
           : rate < 100000 ? 8192
                           : 16384),
      window(static_cast<std::size_t>(size)),
      bands(static_cast<int>(edges.size())) {
    double power = 0;
    for (int i = 0; i < size; ++i) {
        const double w = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / size);
        window[static_cast<std::size_t>(i)] = static_cast<float>(w);
        power += w * w;
    }
    // One-sided: twice the positive half; 1/4 from the packing of two channels into one transform.
    scale = 2.0 / 4.0 / (size * power);
    const double step = rate / size;
    for (int bin = 1; bin < size / 2; ++bin) {
        const double low = (bin - 0.5) * step, high = (bin + 0.5) * step;
        for (int band = 0; band < bands; ++band) {
            const Edges& edge = edges[static_cast<std::size_t>(band)];
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
