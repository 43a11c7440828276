/// Long-term third-octave spectrum on the device: cuFFT between own kernels that window the sound
/// and sum the bands.
#pragma once

#include <vector>

#include "kernels/cuda/memory.h"
#include "kernels/meters/spectrum.h"

namespace mixfarm::cuda {

/// The finished sound of all candidates: the last `frames` frames of each, in a circle.
struct Ring {
    int frames = 0, slots = 0;
    DeviceBuffer<float> audio;  ///< [left, right][frames][slots]
};

/// The device's part of Spectrum<F>: same window, same half overlap, same silence around a stretch,
/// same shares of bins, same scale.
class BandSpectrum {
public:
    BandSpectrum(const BandMap& map, int slots, cudaStream_t stream);

    /// Nothing measured yet.
    void clear();
    /// `frames` more of a stretch lie in the ring; frame n of the stretch is at n % ring.frames.
    /// Sums what is complete, for the first `slots` slots.
    void push(const Ring& ring, int frames, int slots);
    /// The end of a stretch: what is left of it, with silence after it.
    void end_stretch(const Ring& ring, int slots);
    /// Mean squares a slot: [slots][bands][left, right, cross].
    std::vector<double> read(int slots) const;

    /// Device bytes a slot, and those that all slots share (what cuFFT takes for itself not
    /// counted).
    static constexpr std::size_t kBytesPerSlot = 3 * kBands * sizeof(double);
    static std::size_t fixed_bytes(const BandMap& map);

private:
    struct Plan {
        Plan() = default;
        Plan(const Plan&) = delete;
        Plan& operator=(const Plan&) = delete;
        ~Plan() {
            if (made) cufftDestroy(handle);
        }
        cufftHandle handle = 0;
        bool made = false;
    };
    void rewind();
    void analyse(const Ring& ring, int slots);

    const BandMap& map_;
    cudaStream_t stream_;
    Plan plan_;
    DeviceBuffer<float> window_, weights_;  ///< [size]; [shares], band after band
    DeviceBuffer<int> bins_, bands_;  ///< [shares]; [kBands + 1] the first share of every band
    DeviceBuffer<cufftComplex> transforms_;  ///< [kTransforms][size]
    DeviceBuffer<double> sums_;              ///< [slots][kBands][3]
    std::int64_t heard_ = 0,
                 next_ = 0;    ///< frames of this stretch so far; where the next transform starts
    std::int64_t frames_ = 0;  ///< of all stretches
};

}  // namespace mixfarm::cuda
