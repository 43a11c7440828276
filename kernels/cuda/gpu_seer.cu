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
#include "kernels/proxy/band_told.h"
#include "kernels/proxy/ride_told.h"

namespace mixfarm::cuda {
namespace {

/// Candidates of a batch: two warps for every scheduler of a H200. The host holds two batches of
/// settings and figures, a gigabyte or two.
constexpr std::size_t kMostSlots = 32768;
/// Of the free memory, for a batch; the other one takes as much, and an engine needs some too.
constexpr double kMemoryShare = 0.2;
constexpr std::size_t kTogether = 16;  // mixes whose cells share lines of the host's cache

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

/// What lies in the device's memory for a batch, or of it in the host's.
struct Rooms {
    DeviceBuffer<float> cells, told;
    PinnedBuffer<float> landed;  ///< as `told`
    int cell_count, told_count;  ///< a candidate

    template <class Places>
    Rooms(const Places& places, std::size_t slots)
        : cells(static_cast<std::size_t>(places.cells) * slots),
          told(static_cast<std::size_t>(places.told) * slots),
          landed(told.size()),
          cell_count(places.cells),
          told_count(places.told) {}
    void land(cudaStream_t stream) const {
        MF_CUDA(cudaMemcpyAsync(landed.data(), told.data(), told.bytes(), cudaMemcpyDeviceToHost,
                                stream));
    }
    GlanceRoom room() const { return {cells.data(), cell_count}; }
    GlanceRoom told_room() const { return {told.data(), told_count}; }
    Memory<float> landed_of(std::size_t slot) const {
        return GlanceRoom{landed.data(), told_count}.of(static_cast<int>(slot));
    }
};

/// Room for one batch, and its way through the device.
struct Flight {
    Flight(std::size_t size, std::size_t words, const BandPlaces& places,
           const CoursePlaces* course)
        : slots(size), rows(words * size), device_rows(rows.size()), levels(places, size) {
        levels.told.clear(stream);  // where a tile is not full, it comes back all the same
        if (course) dynamics.emplace(*course, size);
        if (course) dynamics->told.clear(stream);
    }

    std::size_t slots;
    Stream stream;
    PinnedBuffer<std::uint32_t> rows;  ///< as GlanceJob's
    DeviceBuffer<std::uint32_t> device_rows;
    Rooms levels;
    std::optional<Rooms> dynamics;
    std::size_t first = 0, count = 0;  ///< mixes on their way
};

/// The tables of dynamics.
struct Course {
    CourseTables::Made made;
    CourseTables tables;
    CoursePlaces places;
    Course(const ForeseenSong& song, Tables& on_device)
        : tables(*song.course, song.bands, made,
                 [&](const auto& values) { return on_device(values); }),
          places(tables) {}
};

class GpuSeer final : public Seer {
public:
    GpuSeer(int device, const ForeseenSong& song)
        : device_(device),
          rate_(song.session.rate),
          tables_(song.bands, song.listening, song.session,
                  [this](const auto& values) { return on_device_(values); }),
          places_(tables_),
          acting_(tables_.stems * StripChain::kParams + bus_param_count()),
          inverses_(acting_ + tables_.stems + kBuses),
          words_(inverses_ + 2 * tables_.stems) {
        if (song.course) course_.emplace(song, on_device_);
    }

    void foretell(std::span<const MixSettings> mixes, const MasterTarget& target, Glance glance,
                  std::span<Foretold> told) override {
        const bool moves = glance == Glance::dynamics;
        MF_CHECK(!moves || course_);
        MF_CUDA(cudaSetDevice(device_));
        std::size_t most = std::min(kMostSlots, mixes.size());
        while (most > 0) {
            try {
                prepare(most, moves);
                return fly(mixes, target, moves, told);
            } catch (const OutOfDeviceMemory& error) {
                for (auto& flight : flights_) flight.reset();
                if (most <= kTileSlots)
                    throw DeviceError(std::string(error.what()) + "; not even " +
                                      std::to_string(kTileSlots) + " mixes can be foretold");
                most = most / 2;
            }
        }
    }

private:
    /// Both flights with room for `mixes`, or for as many as the memory holds.
    void prepare(std::size_t mixes, bool moves) {
        const std::size_t wanted = (mixes + kTileSlots - 1) / kTileSlots * kTileSlots;
        const auto fits = [&](const std::optional<Flight>& flight) {
            return flight && flight->slots >= std::min(wanted, room_) &&
                   (!moves || flight->dynamics);
        };
        if (fits(flights_[0]) && fits(flights_[1])) return;
        for (auto& flight : flights_) flight.reset();
        std::size_t free = 0, all = 0;
        MF_CUDA(cudaMemGetInfo(&free, &all));
        const CoursePlaces* const course = moves ? &course_->places : nullptr;
        const int cells =
            places_.cells + places_.told + words_ + (course ? course->cells + course->told : 0);
        room_ = std::max<std::size_t>(
            kTileSlots, static_cast<std::size_t>(kMemoryShare * static_cast<double>(free)) /
                            (sizeof(float) * static_cast<std::size_t>(cells)) / kTileSlots *
                            kTileSlots);
        for (auto& flight : flights_)
            flight.emplace(std::min(wanted, room_), static_cast<std::size_t>(words_), places_,
                           course);
    }

    void fly(std::span<const MixSettings> mixes, const MasterTarget& target, bool moves,
             std::span<Foretold> told) {
        std::size_t next = 0;
        for (auto& flight : flights_) flight->count = 0;
        const auto flying = [this] { return flights_[0]->count + flights_[1]->count > 0; };
        for (int turn = 0; next < mixes.size() || flying(); turn ^= 1) {
            Flight& flight = *flights_[turn];
            if (flight.count > 0) land(flight, target, moves, told);
            if (next == mixes.size()) continue;
            flight.first = next;
            flight.count = std::min(flight.slots, mixes.size() - next);
            pack(flight, mixes.subspan(next, flight.count));
            start(flight, target, moves);
            next += flight.count;
        }
    }

    void pack(const Flight& flight, std::span<const MixSettings> mixes) const {
        for_pieces(mixes.size(), [&](std::size_t i) {
            const MixSettings& mix = mixes[i];
            const std::vector<float>& buses = mix.buses.empty() ? neutral_ : mix.buses;
            std::uint32_t* const row = flight.rows.data() + i * static_cast<std::size_t>(words_);
            std::memcpy(row, mix.strips.data(), mix.strips.size() * sizeof(float));
            std::memcpy(row + mix.strips.size(), buses.data(), buses.size() * sizeof(float));
            for (int s = 0; s < tables_.stems; ++s) {
                const float* const strip = mix.strips.data() + s * StripChain::kParams;
                row[acting_ + s] = StripChain::active(strip);
                float inverse[2] = {};
                if (course_) strip_inverses(strip, rate_, inverse);
                std::memcpy(row + inverses_ + 2 * s, inverse, sizeof inverse);
            }
            for (int bus = 0; bus < kBuses; ++bus)
                row[acting_ + tables_.stems + bus] =
                    acting_on_bus(bus, buses.data() + bus_first(static_cast<Bus>(bus)));
        });
    }

    void start(const Flight& flight, const MasterTarget& target, bool moves) const {
        MF_CUDA(
            cudaMemcpyAsync(flight.device_rows.data(), flight.rows.data(),
                            flight.count * static_cast<std::size_t>(words_) * sizeof(std::uint32_t),
                            cudaMemcpyHostToDevice, flight.stream));
        GlanceJob job{static_cast<int>(flight.count),
                      acting_,
                      inverses_,
                      words_,
                      {},
                      flight.device_rows.data(),
                      flight.levels.room(),
                      flight.levels.told_room(),
                      tables_,
                      places_};
        for (int bus = 0; bus < kBuses; ++bus)
            job.first_knob[bus] =
                tables_.stems * StripChain::kParams + bus_first(static_cast<Bus>(bus));
        set_channels(job, flight.stream);
        if (moves) {
            const CourseJob course{flight.dynamics->room(), flight.dynamics->told_room(),
                                   course_->tables, course_->places, RideTarget(target)};
            run_course(job, course, flight.stream);
            flight.dynamics->land(flight.stream);
        } else {
            run_glance(job, flight.stream);
        }
        flight.levels.land(flight.stream);
    }

    void land(Flight& flight, const MasterTarget& target, bool moves,
              std::span<Foretold> told) const {
        flight.stream.wait();
        for_pieces(flight.count, [&](std::size_t i) {
            Foretold& one = told[flight.first + i];
            one = told_by_bands(tables_, places_, flight.levels.landed_of(i), 0, target);
            if (moves && one.mix.metric("integrated_lufs") > -70)
                tell_ride(one, course_->tables, course_->places, flight.dynamics->landed_of(i), 0,
                          target);
        });
        flight.count = 0;
    }

    template <class Work>
    static void for_pieces(std::size_t mixes, const Work& work) {
        fork_join(host_threads(), (mixes + kTogether - 1) / kTogether, [&](std::size_t piece) {
            const FlushDenormals flush;
            for (std::size_t i = piece * kTogether; i < std::min(mixes, (piece + 1) * kTogether);
                 ++i)
                work(i);
        });
    }

    struct Chosen {
        explicit Chosen(int device) { MF_CUDA(cudaSetDevice(device)); }
    };

    int device_;
    Chosen chosen_{device_};  // in front of what lies on it
    double rate_;
    Tables on_device_;
    BandTables tables_;  ///< its arrays are the device's, as the course's
    BandPlaces places_;
    int acting_, inverses_, words_;  ///< as GlanceJob's
    std::optional<Course> course_;
    std::vector<float> neutral_ = neutral_buses();
    std::size_t room_ = 0;  ///< candidates that the memory held when last asked
    std::optional<Flight> flights_[2];
};

}  // namespace

std::unique_ptr<Seer> make_seer(int device, const ForeseenSong& song) {
    return std::make_unique<GpuSeer>(device, song);
}

}  // namespace mixfarm::cuda
