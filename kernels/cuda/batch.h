/// One batch of candidates on the device, through the whole chain: listen, find the master gain,
/// master, measure.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "kernels/cuda/batch_plan.h"
#include "kernels/cuda/console_bank.h"
#include "kernels/cuda/master.h"
#include "kernels/cuda/spectrum.h"

namespace mixfarm::cuda {

class Batch {
public:
    /// Takes all the memory it needs; OutOfDeviceMemory when there is too little.
    Batch(const LoadedSong& song, const BatchPlan& plan, std::span<const MixSettings> mixes,
          BatchStyle style);

    /// Measurements in the order of the mixes; with `audio` ([mixes]) also what was measured, as
    /// sound.
    std::vector<Measurement> evaluate(const MasterTarget& target, std::span<StereoAudio> audio);

private:
    void listen();
    void solve(const MasterTarget& target, const LimiterSetup& limiter);
    void master(const std::vector<int>& active, const LimiterSetup& limiter,
                std::span<StereoAudio> audio);
    void master_stretch(const Stretch& stretch, std::int64_t first_bin, std::int64_t kept_tiles,
                        const std::vector<int>& active, const LimiterSetup& limiter,
                        std::span<StereoAudio> audio);
    void fetch_audio(int start, int frames, const std::vector<int>& active,
                     std::span<StereoAudio> audio);
    float stem_energy(std::size_t stem, std::size_t candidate) const;
    void read(const std::vector<int>& active, std::vector<Measurement>& results);
    void read_unlimited();
    /// Visits rows [rows][row] of device memory on the host, many at a time: visit(row number,
    /// pointer), on any thread.
    template <class Visit>
    void for_rows(const float* device, int rows, std::int64_t row, Visit visit);
    float* mix_at(std::int64_t kept_tiles) const;

    const LoadedSong& song_;
    const BatchPlan& plan_;
    int count_, slots_;  ///< candidates; rounded up to whole warps
    bool keep_;
    meters::Setup meter_setup_;
    Stream stream_;
    ConsoleBank console_;
    DeviceBuffer<float> mix_;       ///< of a segment, or of all stretches when kept
    DeviceBuffer<float> energies_;  ///< [stems, groups in, groups out][slots], see Energies
    DeviceBuffer<float> energy_, peak_, weight_, gain_, loudness_, sums_;
    DeviceBuffer<std::uint32_t> listeners_, masters_;
    DeviceBuffer<float> limiter_memory_;
    DeviceBuffer<int> bins_, columns_, own_columns_;
    Ring ring_;
    BandSpectrum spectrum_;
    PinnedBuffer<float> staging_;
    std::vector<float> gains_, heard_, energy_sums_;  ///< on the host: linear; log2; energies_
    std::vector<double> unlimited_;                   ///< LUFS
};

}  // namespace mixfarm::cuda
