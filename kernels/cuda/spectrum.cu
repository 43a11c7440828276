/// Windowing by a transposition through shared memory, cuFFT in place, and a warp that sums the
/// bins of a band.
#include <algorithm>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/spectrum.h"
#include "kernels/cuda/words.h"

namespace mixfarm::cuda {
namespace {

/// Transforms a call of cuFFT, always: so a candidate's numbers cannot depend on how many others
/// there are.
constexpr int kTransforms = 512;
constexpr int kRows = 8, kBandWarps = 4;

struct WindowJob {
    int slots, first_slot, size, start, ring_frames;
    int from, heard;  ///< what of the transform lies in the stretch: first, how many; else silence
    const float *ring, *window;
    cufftComplex* out;  ///< [kTransforms][size]
};

/// Grid [size / 32][slots / 32], block [32][kRows]: 32 slots times 32 samples, read by slot and
/// written by sample.
__global__ void window_kernel(const WindowJob j) {
    using Row = float[kWarp + 1];
    MF_SHARED(Row, left, kWarp);
    MF_SHARED(Row, right, kWarp);
    const int x = static_cast<int>(threadIdx.x), first = static_cast<int>(blockIdx.x) * kWarp;
    const int local = static_cast<int>(blockIdx.y) * kWarp, slot = j.first_slot + local + x;
    const std::size_t slots = static_cast<std::size_t>(j.slots);
    for (int row = static_cast<int>(threadIdx.y); row < kWarp; row += kRows) {
        const int n = first + row;
        const bool heard = static_cast<unsigned>(n - j.from) < static_cast<unsigned>(j.heard);
        const std::size_t at = static_cast<std::size_t>((j.start + n) % j.ring_frames);
        left[row][x] = heard ? j.ring[at * slots + slot] : 0.f;
        right[row][x] = heard ? j.ring[(j.ring_frames + at) * slots + slot] : 0.f;
    }
    __syncthreads();
    const float w = j.window[first + x];
    for (int row = static_cast<int>(threadIdx.y); row < kWarp; row += kRows)
        j.out[static_cast<std::size_t>(local + row) * static_cast<std::size_t>(j.size) + first +
              x] = {left[x][row] * w, right[x][row] * w};
}

struct BandJob {
    int size;
    const cufftComplex* transforms;  ///< [kTransforms][size]
    const float* weights;
    const int *bins, *bands;
    double* sums;  ///< of the first slot of this call: [slots][kBands][3]
};

/// The sum of all lanes, in every lane.
__device__ float warp_sum(float x) {
    for (int apart = kWarp / 2; apart > 0; apart /= 2) x += __shfl_xor_sync(0xffffffffu, x, apart);
    return x;
}

/// Block = one candidate, a warp takes every kBandWarps-th band.
__global__ void __launch_bounds__(kWarp* kBandWarps) band_kernel(const BandJob j) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              warp = static_cast<int>(threadIdx.x) / kWarp;
    const cufftComplex* z =
        j.transforms + static_cast<std::size_t>(blockIdx.x) * static_cast<std::size_t>(j.size);
    for (int band = warp; band < kBands; band += kBandWarps) {
        float left = 0.f, right = 0.f, cross = 0.f;
        for (int s = j.bands[band] + lane; s < j.bands[band + 1]; s += kWarp) {
            // Left and right share one complex transform: Z_k and Z_(N-k) hold both (factor 1/4 is
            // in BandMap::scale).
            const cufftComplex p = z[j.bins[s]], q = z[j.size - j.bins[s]];
            const float lr = p.x + q.x, li = p.y - q.y, rr = p.y + q.y, ri = q.x - p.x,
                        w = j.weights[s];
            left = fma_(w, fma_(lr, lr, li * li), left);
            right = fma_(w, fma_(rr, rr, ri * ri), right);
            cross = fma_(w, fma_(lr, rr, li * ri), cross);
        }
        left = warp_sum(left), right = warp_sum(right), cross = warp_sum(cross);
        if (lane == 0) {
            double* sum = j.sums + (static_cast<std::size_t>(blockIdx.x) * kBands +
                                    static_cast<std::size_t>(band)) *
                                       3;
            sum[0] += left;
            sum[1] += right;
            sum[2] += cross;
        }
    }
}

}  // namespace

BandSpectrum::BandSpectrum(const BandMap& map, int slots, cudaStream_t stream)
    : map_(map),
      stream_(stream),
      window_(map.window.size()),
      weights_(map.shares.size()),
      bins_(map.shares.size()),
      bands_(kBands + 1),
      transforms_(static_cast<std::size_t>(kTransforms) * static_cast<std::size_t>(map.size)),
      sums_(static_cast<std::size_t>(slots) * kBands * 3) {
    std::vector<float> weights;
    std::vector<int> bins, bands(kBands + 1, 0);
    for (const BandMap::Share& share : map.shares) {
        weights.push_back(share.weight);
        bins.push_back(share.bin);
        for (int band = share.band + 1; band <= kBands; ++band)
            ++bands[static_cast<std::size_t>(band)];
    }
    window_.upload(map.window.data(), map.window.size(), stream);
    weights_.upload(weights.data(), weights.size(), stream);
    bins_.upload(bins.data(), bins.size(), stream);
    bands_.upload(bands.data(), bands.size(), stream);
    transforms_.clear(stream);  // not all of them are always needed, but cuFFT reads them all
    MF_CUDA(cufftPlan1d(&plan_.handle, map.size, CUFFT_C2C, kTransforms));
    plan_.made = true;
    MF_CUDA(cufftSetStream(plan_.handle, stream));
}

std::size_t BandSpectrum::fixed_bytes(const BandMap& map) {
    return static_cast<std::size_t>(kTransforms) * static_cast<std::size_t>(map.size) *
           sizeof(cufftComplex);
}

void BandSpectrum::clear() {
    sums_.clear(stream_);
    frames_ = 0;
    rewind();
}

void BandSpectrum::rewind() {
    heard_ = 0;
    next_ = -map_.size / 2;
}

void BandSpectrum::push(const Ring& ring, int frames, int slots) {
    heard_ += frames;
    frames_ += frames;
    for (; heard_ - next_ >= map_.size; next_ += map_.size / 2) analyse(ring, slots);
}

void BandSpectrum::end_stretch(const Ring& ring, int slots) {
    if (heard_ > 0)
        for (; next_ < heard_; next_ += map_.size / 2) analyse(ring, slots);
    rewind();
}

void BandSpectrum::analyse(const Ring& ring, int slots) {
    const auto start = static_cast<int>((next_ + ring.frames) % ring.frames),
               from = static_cast<int>(std::max<std::int64_t>(0, -next_)),
               heard = static_cast<int>(std::min<std::int64_t>(map_.size, heard_ - next_)) - from;
    for (int first = 0; first < slots; first += kTransforms) {
        const WindowJob window{
            ring.slots, first, map_.size,         start,          ring.frames,
            from,       heard, ring.audio.data(), window_.data(), transforms_.data()};
        const int count = std::min(kTransforms, slots - first);
        const Grid grid{dim3(static_cast<unsigned>(map_.size / kWarp),
                             static_cast<unsigned>((count + kWarp - 1) / kWarp)),
                        dim3(kWarp, kRows)};
        launch(window_kernel, grid, stream_, window);
        MF_CUDA(cufftExecC2C(plan_.handle, transforms_.data(), transforms_.data(), CUFFT_FORWARD));
        const BandJob bands{
            map_.size,       transforms_.data(),
            weights_.data(), bins_.data(),
            bands_.data(),   sums_.data() + static_cast<std::size_t>(first) * kBands * 3};
        launch(band_kernel, {static_cast<unsigned>(count), kWarp * kBandWarps}, stream_, bands);
    }
}

std::vector<double> BandSpectrum::read(int slots) const {
    std::vector<double> sums(static_cast<std::size_t>(slots) * kBands * 3);
    MF_CUDA(cudaMemcpyAsync(sums.data(), sums_.data(), sums.size() * sizeof(double),
                            cudaMemcpyDeviceToHost, stream_));
    MF_CUDA(cudaStreamSynchronize(stream_));
    const double scale = frames_ > 0 ? map_.scale / static_cast<double>(frames_) : 0;
    for (double& sum : sums) sum *= scale;
    return sums;
}

}  // namespace mixfarm::cuda
