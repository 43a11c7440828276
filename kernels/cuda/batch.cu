/// The order of work of one batch, the same as the CPU's lane groups: every pass over the song in
/// segments.
#include <algorithm>

#include "kernels/console/mix_measurement.h"
#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/cuda/batch.h"
#include "kernels/cuda/host_threads.h"

namespace mixfarm::cuda {
namespace {

constexpr std::size_t kStagingFloats = std::size_t{16} << 20;

int groups_of(std::size_t slots) {
    return static_cast<int>((slots + kWarp - 1) / kWarp);
}

/// work(first tile, tiles, is it the first of the stretch) for one segment after another.
template <class Work>
void for_segments(const Stretch& stretch, int segment_tiles, Work work) {
    for (std::int64_t t = stretch.warm; t <= stretch.last; t += segment_tiles) {
        work(t, static_cast<int>(std::min<std::int64_t>(segment_tiles, stretch.last + 1 - t)),
             t == stretch.warm);
    }
}

/// Of tiles [from, to) those that lie in a segment of `tiles` tiles from `first` on, counted from
/// its start.
std::pair<int, int> part_of_segment(std::int64_t from, std::int64_t to, std::int64_t first,
                                    int tiles) {
    const auto place = [&](std::int64_t t) {
        return static_cast<int>(std::clamp<std::int64_t>(t - first, 0, tiles));
    };
    return {place(from), place(to)};
}

}  // namespace

Batch::Batch(const LoadedSong& song, const BatchPlan& plan, std::span<const MixSettings> mixes,
             BatchStyle style)
    : song_(song),
      plan_(plan),
      count_(static_cast<int>(mixes.size())),
      slots_(groups_of(mixes.size()) * kWarp),
      keep_(style.keep),
      meter_setup_(meters::setup(song.view.rate)),
      console_(song, ConsoleLayout(song, mixes), mixes, slots_, style.few, stream_),
      mix_(product(2 * song.tile, slots_) *
           static_cast<std::size_t>(keep_ ? plan.rendered : plan.segment_tiles)),
      energies_(product(static_cast<std::int64_t>(song.view.stems.size()) + 2 * console::kGroups,
                        slots_)),
      energy_(product(plan.whole_tiles, slots_)),
      peak_(product(plan.whole_tiles, slots_)),
      weight_(product(plan.whole_tiles / song.tiles_per_bin + 1, slots_)),
      gain_(product(1, slots_)),
      loudness_(product(1, slots_)),
      sums_(product(plan.bins * meters::kSums, slots_)),
      listeners_(product(kWords<ListenState>, slots_)),
      masters_(product(kWords<MasterState>, slots_)),
      limiter_memory_(product(limiter_cells(song), slots_)),
      bins_(plan.whole_bins.size()),
      columns_(product(1, slots_)),
      own_columns_(product(1, slots_)),
      ring_{plan.ring_frames, slots_, DeviceBuffer<float>(product(2 * plan.ring_frames, slots_))},
      spectrum_(*song.bands, slots_, stream_),
      staging_(std::max<std::size_t>(
          {std::min(kStagingFloats, std::max(sums_.size(), energy_.size())),
           product(plan.bins, meters::kSums), static_cast<std::size_t>(plan.whole_tiles)})) {
    bins_.upload(plan.whole_bins.data(), plan.whole_bins.size(), stream_);
    const std::vector<int> own = numbers(static_cast<std::size_t>(slots_));
    own_columns_.upload(own.data(), own.size(), stream_);
}

float* Batch::mix_at(std::int64_t kept_tiles) const {
    return mix_.data() + (keep_ ? product(kept_tiles * 2 * song_.tile, slots_) : 0);
}

std::vector<Measurement> Batch::evaluate(const MasterTarget& target, std::span<StereoAudio> audio) {
    const LimiterSetup limiter = limiter::setup(song_.view.rate, song_.tile, target.true_peak_dbtp);
    listen();
    solve(target, limiter);
    std::vector<Measurement> results(static_cast<std::size_t>(count_));
    std::vector<GainSearch> search(results.size());
    std::vector<int> active = numbers(results.size());
    for (int round = 0; !active.empty(); ++round) {
        master(active, limiter, audio);
        read(active, results);
        std::erase_if(active, [&](int i) {
            const auto c = static_cast<std::size_t>(i);
            const auto next = round < kMaxCorrections
                                  ? search[c].next(results[c], gains_[c], heard_[c], target)
                                  : std::nullopt;
            if (next) gains_[c] = *next;
            return !next;
        });
    }
    return results;
}

/// First pass: K-weighted energy and sample peak of every tile of the unlimited mix that belongs to
/// a whole bin.
void Batch::listen() {
    const int groups = slots_ / kWarp;
    energies_.clear(stream_);
    float* const group_energies =
        energies_.data() + song_.view.stems.size() * static_cast<std::size_t>(slots_);
    std::int64_t kept = 0, whole_before = 0;
    for (const Stretch& s : plan_.stretches) {
        const std::int64_t whole = std::int64_t{s.whole_bins} * song_.tiles_per_bin;
        for_segments(s, plan_.segment_tiles, [&](std::int64_t first, int tiles, bool fresh) {
            const auto [count_from, count_to] = part_of_segment(s.first, s.last, first, tiles);
            const auto [keep_from, keep_to] =
                part_of_segment(s.first, s.first + whole, first, tiles);
            float* mix = mix_at(kept);
            Listening listening;
            listening.weighting = k_setup(song_.view.rate), listening.states = listeners_.data();
            listening.kept_from = keep_from, listening.kept_to = keep_to;
            listening.place = whole_before + first + keep_from - s.first;
            listening.row = plan_.whole_tiles;
            listening.energy = energy_.data(), listening.peak = peak_.data();
            console_.run(first, tiles, fresh, own_columns_.data(), groups, mix,
                         {energies_.data(), group_energies, count_from, count_to}, listening);
            kept += tiles;
        });
        whole_before += whole;
    }
}

void Batch::solve(const MasterTarget& target, const LimiterSetup& limiter) {
    const SolveJob job{slots_,
                       static_cast<int>(plan_.stretches.size()),
                       plan_.whole_tiles,
                       plan_.whole_tiles / song_.tiles_per_bin + 1,
                       energy_.data(),
                       peak_.data(),
                       bins_.data(),
                       weight_.data(),
                       gain_.data(),
                       loudness_.data()};
    run_solve(
        job,
        gain_setup(song_.view.rate, song_.tile, song_.tiles_per_bin, target.loudness_lufs, limiter),
        slots_ / kWarp, stream_);
    gains_.resize(static_cast<std::size_t>(slots_));
    heard_.resize(gains_.size());
    energy_sums_.resize(energies_.size());
    MF_CUDA(cudaMemcpyAsync(gains_.data(), gain_.data(), gain_.bytes(), cudaMemcpyDeviceToHost,
                            stream_));
    MF_CUDA(cudaMemcpyAsync(heard_.data(), loudness_.data(), loudness_.bytes(),
                            cudaMemcpyDeviceToHost, stream_));
    MF_CUDA(cudaMemcpyAsync(energy_sums_.data(), energies_.data(), energies_.bytes(),
                            cudaMemcpyDeviceToHost, stream_));
    stream_.wait();
    read_unlimited();
}

/// Second pass, over the candidates `active`: gain, limiter and every meter. Slot k works on
/// candidate active[k].
void Batch::master(const std::vector<int>& active, const LimiterSetup& limiter,
                   std::span<StereoAudio> audio) {
    std::vector<int> columns(static_cast<std::size_t>(slots_), active.front());
    std::copy(active.begin(), active.end(), columns.begin());
    std::vector<float> gains;
    for (const int column : columns) gains.push_back(gains_[static_cast<std::size_t>(column)]);
    columns_.upload(columns.data(), columns.size(), stream_);
    gain_.upload(gains.data(), gains.size(), stream_);
    masters_.clear(stream_);
    spectrum_.clear();
    if (!audio.empty()) {
        for (const int i : active) {
            StereoAudio& a = audio[static_cast<std::size_t>(i)] = {song_.view.rate, {}, {}};
            a.left.reserve(static_cast<std::size_t>(plan_.frames));
            a.right.reserve(static_cast<std::size_t>(plan_.frames));
        }
    }
    std::int64_t kept = 0, bins = 0;
    for (const Stretch& s : plan_.stretches) {
        master_stretch(s, bins, kept, active, limiter, audio);
        kept += s.rendered();
        bins += s.bins;
    }
}

void Batch::master_stretch(const Stretch& s, std::int64_t first_bin, std::int64_t kept,
                           const std::vector<int>& active, const LimiterSetup& limiter,
                           std::span<StereoAudio> audio) {
    const int groups = groups_of(active.size()), used = static_cast<int>(active.size());
    std::int64_t heard = 0;
    for_segments(s, plan_.segment_tiles, [&](std::int64_t first, int tiles, bool fresh) {
        float* mix = mix_at(kept);
        if (!keep_) console_.run(first, tiles, fresh, columns_.data(), groups, mix, {});
        MasterJob job{};
        job.slots = slots_, job.tile = song_.tile, job.tiles = tiles,
        job.tiles_per_bin = song_.tiles_per_bin, job.fresh = fresh;
        job.mix = mix, job.columns = (keep_ ? columns_ : own_columns_).data(),
        job.gains = gain_.data();
        job.states = masters_.data(), job.memory = limiter_memory_.data();
        // What enters the limiter as tile t leaves it as tile t - 1.
        job.leaving = static_cast<int>(first - 1 - s.first), job.warm_from = fresh ? 1 : 0;
        job.measured = static_cast<int>(s.last - s.first), job.frames = s.frames;
        job.first_bin = first_bin, job.row = plan_.bins, job.sums = sums_.data();
        job.ring_start = static_cast<int>(heard % ring_.frames), job.ring_frames = ring_.frames,
        job.ring = ring_.audio.data();
        run_master(job, limiter, meter_setup_, groups, stream_);
        const std::int64_t until =
            std::clamp<std::int64_t>((first + tiles - 1 - s.first) * song_.tile, 0, s.frames);
        const auto frames = static_cast<int>(until - heard);
        if (!audio.empty()) fetch_audio(job.ring_start, frames, active, audio);
        spectrum_.push(ring_, frames, used);
        heard = until;
        kept += tiles;
    });
    spectrum_.end_stretch(ring_, used);
}

/// Appends the newest frames of the ring to the sound of every active candidate.
void Batch::fetch_audio(int start, int frames, const std::vector<int>& active,
                        std::span<StereoAudio> audio) {
    const std::size_t slots = static_cast<std::size_t>(slots_);
    const int most = static_cast<int>(staging_.size() / slots);
    for (int side = 0; side < 2; ++side) {
        for (int done = 0; done < frames;) {
            const int from = (start + done) % ring_.frames,
                      count = std::min({frames - done, ring_.frames - from, most});
            MF_CUDA(cudaMemcpyAsync(
                staging_.data(), ring_.audio.data() + product(side * ring_.frames + from, slots_),
                sizeof(float) * product(count, slots_), cudaMemcpyDeviceToHost, stream_));
            stream_.wait();
            for (std::size_t k = 0; k < active.size(); ++k) {
                StereoAudio& a = audio[static_cast<std::size_t>(active[k])];
                std::vector<float>& to = side == 0 ? a.left : a.right;
                for (int n = 0; n < count; ++n)
                    to.push_back(staging_.data()[static_cast<std::size_t>(n) * slots + k]);
            }
            done += count;
        }
    }
}

template <class Visit>
void Batch::for_rows(const float* device, int rows, std::int64_t row, Visit visit) {
    const auto most = static_cast<int>(std::min<std::size_t>(
        static_cast<std::size_t>(rows),
        staging_.size() / static_cast<std::size_t>(std::max<std::int64_t>(1, row))));
    for (int first = 0; first < rows; first += most) {
        const int count = std::min(most, rows - first);
        MF_CUDA(cudaMemcpyAsync(staging_.data(), device + product(first, row),
                                sizeof(float) * product(count, row), cudaMemcpyDeviceToHost,
                                stream_));
        stream_.wait();
        fork_join(host_threads(), static_cast<std::size_t>(count), [&](std::size_t i) {
            const FlushDenormals flush;
            visit(static_cast<std::size_t>(first) + i,
                  staging_.data() + i * static_cast<std::size_t>(row));
        });
    }
}

void Batch::read_unlimited() {
    unlimited_.resize(static_cast<std::size_t>(count_));
    for_rows(energy_.data(), count_, plan_.whole_tiles, [&](std::size_t i, const float* energy) {
        unlimited_[i] = unlimited_lufs({energy, static_cast<std::size_t>(plan_.whole_tiles)},
                                       plan_.whole_bins, song_.tiles_per_bin, song_.view.rate);
    });
}

/// Of a stem's energy behind its strip, what its group makes of the power of all its stems.
float Batch::stem_energy(std::size_t stem, std::size_t candidate) const {
    const auto sum = [&](std::size_t row) {
        return energy_sums_[row * static_cast<std::size_t>(slots_) + candidate];
    };
    const int group = static_cast<int>(song_.view.stems[stem].group);
    const ConsoleLayout& layout = console_.layout();
    if (layout.channels[static_cast<std::size_t>(layout.bus_channel(group))].active == 0)
        return sum(stem);
    const std::size_t in = song_.view.stems.size() + static_cast<std::size_t>(group);
    return sum(stem) * (sum(in + console::kGroups) / max_(sum(in), 1e-30f));
}

void Batch::read(const std::vector<int>& active, std::vector<Measurement>& results) {
    const std::vector<double> bands = spectrum_.read(static_cast<int>(active.size()));
    const std::int64_t row = plan_.bins * meters::kSums;
    for_rows(sums_.data(), static_cast<int>(active.size()), row,
             [&](std::size_t slot, const float* sums) {
                 const auto c = static_cast<std::size_t>(active[slot]);
                 MeterRecord record;
                 record.rate = song_.view.rate;
                 record.sums_per_bin = meters::kSums;
                 record.bins.assign(sums, sums + row);
                 for (const Stretch& s : plan_.stretches)
                     record.stretches.push_back({s.bins, s.whole_bins});
                 record.frames = plan_.frames;
                 for (std::size_t b = 0; b < kBands; ++b) {
                     const double* band = bands.data() + (slot * kBands + b) * 3;
                     record.left_power[b] = band[0], record.right_power[b] = band[1],
                     record.cross_power[b] = band[2];
                 }
                 std::vector<float> stem_energy;
                 for (std::size_t s = 0; s < song_.view.stems.size(); ++s)
                     stem_energy.push_back(this->stem_energy(s, c));
                 results[c] = measure_mix(record, gains_[c], unlimited_[c], stem_energy);
             });
}

}  // namespace mixfarm::cuda
