/// Batches of mixes through glances on a GPU: while one is looked at, the host reads what became of
/// the one before and packs the next.
#include <algorithm>
#include <cstring>
#include <optional>

#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/cuda/glance.h"
#include "kernels/cuda/gpu_seer.h"
#include "kernels/cuda/host_threads.h"
#include "kernels/cuda/memory.h"
#include "kernels/cuda/words.h"
#include "kernels/proxy/band_told.h"

namespace mixfarm::cuda {
namespace {

/// Fills a H200 several times over, and is packed in less time than it takes to look at.
constexpr std::size_t kMostSlots = 16384;
/// Of the free memory, for a batch; the other one takes as much, and an engine needs some too.
constexpr double kMemoryShare = 0.2;
constexpr std::size_t kPiece = 16;  // mixes whose cells share lines of the host's cache

/// The song's tables on the device, made once.
class Tables {
public:
    template <class Values>
    auto operator()(const Values& values) {
        using T = std::remove_const_t<std::remove_pointer_t<decltype(values.data())>>;
        const std::size_t bytes = values.size() * sizeof(T);
        buffers_.emplace_back(bytes);
        if (bytes > 0)
            buffers_.back().upload(reinterpret_cast<const char*>(values.data()), bytes, stream_);
        return reinterpret_cast<const T*>(buffers_.back().data());
    }

private:
    Stream stream_;
    std::vector<DeviceBuffer<char>> buffers_;
};

/// Room for one batch, and its way through the device.
struct Flight {
    Flight(std::size_t size, std::size_t words, const BandPlaces& places)
        : slots(size),
          rows(words * size),
          told(static_cast<std::size_t>(places.told) * size),
          device_rows(rows.size()),
          room(static_cast<std::size_t>(places.cells) * size) {}

    std::size_t slots;
    Stream stream;
    PinnedBuffer<std::uint32_t> rows;  ///< as GlanceJob's
    PinnedBuffer<float> told;          ///< [places.told][slots]
    DeviceBuffer<std::uint32_t> device_rows;
    DeviceBuffer<float> room;
    std::size_t first = 0, count = 0;  ///< mixes on their way
};

class GpuSeer final : public Seer {
public:
    GpuSeer(int device, const ForeseenSong& song)
        : device_(device),
          tables_(song.bands, song.listening, song.session,
                  [this](const auto& values) { return on_device_(values); }),
          places_(tables_) {
        for (int bus = 0; bus < kBuses; ++bus)
            first_knob_[bus] =
                tables_.stems * StripChain::kParams + bus_first(static_cast<Bus>(bus));
        knobs_ = tables_.stems * StripChain::kParams + bus_param_count();
        words_ = knobs_ + tables_.stems + kBuses;
    }

    void foretell(std::span<const MixSettings> mixes, const MasterTarget& target, Glance glance,
                  std::span<Foretold> told) override {
        MF_CHECK(glance == Glance::levels);
        MF_CUDA(cudaSetDevice(device_));
        std::size_t most = kMostSlots, done = 0;
        while (done < mixes.size()) {
            try {
                prepare(std::min(most, mixes.size()));
                done += fly(mixes.subspan(done), target, told.subspan(done));
            } catch (const OutOfDeviceMemory& error) {
                for (auto& flight : flights_) flight.reset();
                if (most <= kWarp)
                    throw DeviceError(std::string(error.what()) +
                                      "; not even 32 mixes can be foretold");
                most = std::max<std::size_t>(kWarp, std::min(most, mixes.size()) / 2);
            }
        }
    }

private:
    /// Both flights with room for `mixes`, or for as many as the memory holds.
    void prepare(std::size_t mixes) {
        const std::size_t wanted = (mixes + kWarp - 1) / kWarp * kWarp;
        if (flights_[1] && flights_[1]->slots >= wanted) return;
        for (auto& flight : flights_) flight.reset();
        std::size_t free = 0, all = 0;
        MF_CUDA(cudaMemGetInfo(&free, &all));
        const std::size_t each = sizeof(float) * static_cast<std::size_t>(places_.cells + words_);
        const auto room = static_cast<std::size_t>(kMemoryShare * static_cast<double>(free)) /
                          each / kWarp * kWarp;
        const std::size_t slots = std::min(wanted, std::max<std::size_t>(kWarp, room));
        for (auto& flight : flights_)
            flight.emplace(slots, static_cast<std::size_t>(words_), places_);
    }

    /// All mixes, batch by batch; how many.
    std::size_t fly(std::span<const MixSettings> mixes, const MasterTarget& target,
                    std::span<Foretold> told) {
        std::size_t next = 0;
        const auto flying = [this] { return flights_[0]->count + flights_[1]->count > 0; };
        for (int turn = 0; next < mixes.size() || flying(); turn ^= 1) {
            Flight& flight = *flights_[turn];
            if (flight.count > 0) land(flight, target, told);
            if (next == mixes.size()) continue;
            flight.first = next;
            flight.count = std::min(flight.slots, mixes.size() - next);
            pack(flight, mixes.subspan(next, flight.count));
            start(flight);
            next += flight.count;
        }
        return mixes.size();
    }

    void pack(const Flight& flight, std::span<const MixSettings> mixes) const {
        for_pieces(mixes.size(), [&](std::size_t i) {
            const MixSettings& mix = mixes[i];
            const std::vector<float>& buses = mix.buses.empty() ? neutral_ : mix.buses;
            std::uint32_t* const row = flight.rows.data() + i * static_cast<std::size_t>(words_);
            std::memcpy(row, mix.strips.data(), mix.strips.size() * sizeof(float));
            std::memcpy(row + mix.strips.size(), buses.data(), buses.size() * sizeof(float));
            std::uint32_t* acting = row + knobs_;
            for (int s = 0; s < tables_.stems; ++s)
                *acting++ = StripChain::active(
                    &mix.strips[static_cast<std::size_t>(s * StripChain::kParams)]);
            for (int bus = 0; bus < kBuses; ++bus)
                *acting++ = acting_on_bus(
                    bus, &buses[static_cast<std::size_t>(bus_first(static_cast<Bus>(bus)))]);
        });
    }

    void start(const Flight& flight) const {
        MF_CUDA(
            cudaMemcpyAsync(flight.device_rows.data(), flight.rows.data(),
                            flight.count * static_cast<std::size_t>(words_) * sizeof(std::uint32_t),
                            cudaMemcpyHostToDevice, flight.stream));
        GlanceJob job{static_cast<int>(flight.count),
                      static_cast<int>(flight.slots),
                      knobs_,
                      words_,
                      {},
                      flight.device_rows.data(),
                      flight.room.data(),
                      tables_,
                      places_};
        std::copy(std::begin(first_knob_), std::end(first_knob_), job.first_knob);
        run_glance(job, flight.stream);
        MF_CUDA(cudaMemcpyAsync(flight.told.data(), flight.room.data(),
                                flight.told.size() * sizeof(float), cudaMemcpyDeviceToHost,
                                flight.stream));
    }

    void land(Flight& flight, const MasterTarget& target, std::span<Foretold> told) const {
        flight.stream.wait();
        for_pieces(flight.count, [&](std::size_t i) {
            told[flight.first + i] = told_by_bands(
                tables_, places_,
                Memory<float>{flight.told.data() + i, static_cast<std::int64_t>(flight.slots)}, 0,
                target);
        });
        flight.count = 0;
    }

    template <class Work>
    static void for_pieces(std::size_t mixes, const Work& work) {
        fork_join(host_threads(), (mixes + kPiece - 1) / kPiece, [&](std::size_t piece) {
            const FlushDenormals flush;
            for (std::size_t i = piece * kPiece; i < std::min(mixes, (piece + 1) * kPiece); ++i)
                work(i);
        });
    }

    struct OnDevice {
        explicit OnDevice(int device) { MF_CUDA(cudaSetDevice(device)); }
    };

    int device_;
    OnDevice chosen_{device_};
    Tables on_device_;
    BandTables tables_;  ///< its arrays are the device's
    BandPlaces places_;
    int first_knob_[kBuses], knobs_, words_;
    std::vector<float> neutral_ = neutral_buses();
    std::optional<Flight> flights_[2];
};

}  // namespace

std::unique_ptr<Seer> make_seer(int device, const ForeseenSong& song) {
    return std::make_unique<GpuSeer>(device, song);
}

}  // namespace mixfarm::cuda
