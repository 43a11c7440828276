/// One register full of candidates through the whole chain: listen, find the master gain, master,
/// measure.
///
/// F = CpuLanes in the engine, F = float in the tests: the same numbers either way, because lanes
/// never meet.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "kernels/console/limiter.h"
#include "kernels/console/loaded_song.h"
#include "kernels/console/master_gain.h"
#include "kernels/console/mix_measurement.h"
#include "kernels/core/check.h"
#include "kernels/cpu/mixer.h"
#include "kernels/meters/book.h"
#include "kernels/meters/spectrum.h"

namespace mixfarm {

/// Listening passes are kept instead of rendered again while all groups at work together stay
/// within this many bytes; results are the same either way.
inline constexpr std::size_t kStoredMixBytes = std::size_t{640} << 20;

template <class F>
class LaneGroup {
public:
    /// At most lane_count<F> mixes.
    LaneGroup(const LoadedSong& song, std::span<const MixSettings> mixes,
              std::size_t stored_bytes = kStoredMixBytes / 2);

    /// Renders and measures; with `audio` ([mixes], lengths set here) also keeps what was measured
    /// as sound.
    std::vector<Measurement> evaluate(std::span<const Excerpt> excerpts, const MasterTarget& target,
                                      std::vector<StereoAudio>* audio = nullptr);

    /// Stem `stem` behind its strip over the whole song, lane 0, in `audio`.
    void strip_audio(int stem, StereoAudio& audio);

    /// The mix over the whole song and nothing behind it: what the benchmarks time. Returns its
    /// energy, so that no work can be left out.
    F mix_energy() {
        mixer_.rest(0);
        F energy = F(0.f);
        for (std::int64_t t = 0; t < song_.tiles; ++t) {
            mixer_.mix_tile(t, true, mix_left_, mix_right_);
            for (int n = 0; n < song_.tile; ++n)
                energy =
                    fma_(mix_left_[n], mix_left_[n], fma_(mix_right_[n], mix_right_[n], energy));
        }
        return energy;
    }

private:
    void plan(std::span<const Excerpt> excerpts) {
        stretches_ = plan_stretches(song_, excerpts);
        bins_.clear();
        const int tile = song_.tile;
        std::int64_t tiles = 0, rendered = 0;
        for (const Stretch& s : stretches_) {
            bins_.push_back(s.whole_bins);  // loudness counts whole bins only
            tiles += std::int64_t{s.whole_bins} * song_.tiles_per_bin;
            rendered += s.rendered();
        }
        const std::size_t bytes =
            static_cast<std::size_t>(rendered) * static_cast<std::size_t>(tile) * 2 * sizeof(F);
        stored_.clear();
        keep_ = bytes <= stored_bytes_;
        if (keep_) stored_.reserve(static_cast<std::size_t>(rendered * tile * 2));
        energy_.assign(static_cast<std::size_t>(tiles), F(0.f));
        peak_.assign(static_cast<std::size_t>(tiles), F(0.f));
        weight_.assign(static_cast<std::size_t>(tiles / song_.tiles_per_bin + 1), F(0.f));
    }

    /// One mix a lane; lanes without a mix repeat the first one.
    static std::vector<const MixSettings*> all_lanes(std::span<const MixSettings> mixes) {
        MF_CHECK(!mixes.empty() && mixes.size() <= lane_count<F>);
        std::vector<const MixSettings*> lanes;
        for (std::size_t i = 0; i < lane_count<F>; ++i)
            lanes.push_back(&mixes[i < mixes.size() ? i : 0]);
        return lanes;
    }

    /// First pass: K-weighted energy and sample peak of every tile of the unlimited mix that
    /// belongs to a whole bin.
    void listen() {
        const KSetup k = k_setup(song_.view.rate);
        mixer_.clear_counts();
        std::size_t at = 0;
        for (std::size_t i = 0; i < stretches_.size(); ++i) {
            const Stretch& s = stretches_[i];
            const std::int64_t whole = std::int64_t{bins_[i]} * song_.tiles_per_bin;
            mixer_.rest(s.warm);
            KState<F> left{}, right{};
            for (std::int64_t t = s.warm; t <= s.last; ++t) {
                const bool measured = t >= s.first && t < s.last;
                mixer_.mix_tile(t, measured, mix_left_, mix_right_);
                if (keep_) {
                    stored_.insert(stored_.end(), mix_left_, mix_left_ + song_.tile);
                    stored_.insert(stored_.end(), mix_right_, mix_right_ + song_.tile);
                }
                F energy = F(0.f), peak = F(0.f);
                for (int n = 0; n < song_.tile; ++n) {
                    const F l = k_weight(mix_left_[n], k, left),
                            r = k_weight(mix_right_[n], k, right);
                    energy = fma_(l, l, fma_(r, r, energy));
                    peak = max_(peak, max_(abs_(mix_left_[n]), abs_(mix_right_[n])));
                }
                if (t >= s.first && t < s.first + whole) {
                    energy_[at] = energy;
                    peak_[at] = peak;
                    ++at;
                }
            }
        }
    }

    /// Second pass: gain, limiter and every meter.
    std::vector<Measurement> master(const LimiterSetup& setup, F gain,
                                    std::vector<StereoAudio>* audio) {
        const meters::Setup meter_setup = meters::setup(song_.view.rate);
        const int tile = song_.tile;
        Spectrum<F> spectrum(*song_.bands, *song_.fft);
        std::vector<F> sums;
        std::vector<MeterRecord::Stretch> stretches;
        std::int64_t frames = 0;
        auto limiter = std::make_unique<LimiterState<F>>();
        auto meter = std::make_unique<meters::State<F>>();
        const F* stored = stored_.data();
        if (audio) {
            for (auto& a : *audio) a = {song_.view.rate, {}, {}};
        }
        for (const Stretch& s : stretches_) {
            *limiter = {};
            const F highest = meter->true_peak.highest;
            *meter = {};
            meter->true_peak.highest = highest;
            if (!keep_) mixer_.rest(s.warm);
            int in_bin = 0;
            // What enters the limiter as tile t leaves it as tile t - 1.
            for (std::int64_t t = s.warm; t <= s.last; ++t) {
                if (keep_) {
                    std::copy(stored, stored + tile, mix_left_);
                    std::copy(stored + tile, stored + 2 * tile, mix_right_);
                    stored += 2 * tile;
                } else {
                    mixer_.mix_tile(t, false, mix_left_, mix_right_);
                }
                limit(setup, *limiter, gain, mix_left_, mix_right_, tile);
                const std::int64_t heard = t - 1;
                if (heard < s.first) {
                    if (heard >= s.warm)
                        meters::warm_up(meter_setup, *meter, mix_left_, mix_right_, tile);
                    continue;
                }
                const auto count = static_cast<int>(
                    std::min<std::int64_t>(tile, s.frames - (heard - s.first) * tile));
                meters::run(meter_setup, *meter, mix_left_, mix_right_, count);
                spectrum.push(mix_left_, mix_right_, count);
                frames += count;
                if (audio) keep_audio(*audio, count);
                if (++in_bin == song_.tiles_per_bin || t == s.last) {
                    sums.resize(sums.size() + meters::kSums);
                    meters::end_bin(*meter, sums.data() + sums.size() - meters::kSums);
                    in_bin = 0;
                }
            }
            spectrum.end_stretch();
            stretches.push_back({s.bins, s.whole_bins});
        }
        return read(gain, sums, stretches, frames, spectrum);
    }

    void keep_audio(std::vector<StereoAudio>& audio, int count) {
        for (int i = 0; i < count_; ++i) {
            StereoAudio& a = audio[static_cast<std::size_t>(i)];
            for (int n = 0; n < count; ++n) {
                a.left.push_back(lane(mix_left_[n], i));
                a.right.push_back(lane(mix_right_[n], i));
            }
        }
    }

    std::vector<Measurement> read(F gain, const std::vector<F>& sums,
                                  const std::vector<MeterRecord::Stretch>& stretches,
                                  std::int64_t frames, const Spectrum<F>& spectrum) const {
        std::vector<Measurement> results;
        std::vector<float> tile_energy(energy_.size()), stem_energy(song_.view.stems.size());
        const auto pick = [](const std::vector<F>& from, int i, std::vector<float>& to) {
            for (std::size_t k = 0; k < from.size(); ++k) to[k] = lane(from[k], i);
        };
        for (int i = 0; i < count_; ++i) {
            MeterRecord record;
            record.rate = song_.view.rate;
            record.sums_per_bin = meters::kSums;
            record.stretches = stretches;
            record.frames = frames;
            record.bins.resize(sums.size());
            pick(sums, i, record.bins);
            spectrum.read(i, record.left_power.data(), record.right_power.data(),
                          record.cross_power.data());
            pick(energy_, i, tile_energy);
            for (std::size_t k = 0; k < stem_energy.size(); ++k)
                stem_energy[k] = lane(mixer_.stem_energy(k), i);
            const double unlimited =
                unlimited_lufs(tile_energy, bins_, song_.tiles_per_bin, song_.view.rate);
            results.push_back(measure_mix(record, lane(gain, i), unlimited, stem_energy));
        }
        return results;
    }

    const LoadedSong& song_;
    std::size_t stored_bytes_;
    int count_;
    Mixer<F> mixer_;
    std::vector<Stretch> stretches_;
    std::vector<int> bins_;  ///< whole bins of each stretch
    std::vector<F> energy_, peak_, weight_, stored_;
    bool keep_ = false;
    F mix_left_[kMaxTile], mix_right_[kMaxTile];
};

template <class F>
LaneGroup<F>::LaneGroup(const LoadedSong& song, std::span<const MixSettings> mixes,
                        std::size_t stored_bytes)
    : song_(song),
      stored_bytes_(stored_bytes),
      count_(static_cast<int>(mixes.size())),
      mixer_(song, all_lanes(mixes)) {}

template <class F>
std::vector<Measurement> LaneGroup<F>::evaluate(std::span<const Excerpt> excerpts,
                                                const MasterTarget& target,
                                                std::vector<StereoAudio>* audio) {
    plan(excerpts);
    const LimiterSetup limiter = limiter::setup(song_.view.rate, song_.tile, target.true_peak_dbtp);
    listen();
    const GainSetup gains =
        gain_setup(song_.view.rate, song_.tile, song_.tiles_per_bin, target.loudness_lufs, limiter);
    const GainSolution<F> solved = solve_gain(gains, energy_.data(), peak_.data(), bins_.data(),
                                              static_cast<int>(bins_.size()), weight_.data());
    F gain = solved.gain;
    GainSearch search[lane_count<F>];
    std::vector<Measurement> results;
    for (int round = 0;; ++round) {
        results = master(limiter, gain, audio);
        bool again = false;
        for (int i = 0; i < count_ && round < kMaxCorrections; ++i) {
            const auto next = search[i].next(results[static_cast<std::size_t>(i)], lane(gain, i),
                                             lane(solved.loudness, i), target);
            if (next) set_lane(gain, i, *next);
            again = again || next;
        }
        if (!again) break;
    }
    return results;
}

template <class F>
void LaneGroup<F>::strip_audio(int stem, StereoAudio& audio) {
    mixer_.rest(0);
    for (std::int64_t t = 0; t < song_.tiles; ++t) {
        mixer_.strip_tile(static_cast<std::size_t>(stem), t, mix_left_, mix_right_);
        const std::int64_t from = t * song_.tile,
                           count = std::min<std::int64_t>(song_.tile, song_.view.frames - from);
        for (std::int64_t n = 0; n < count; ++n) {
            audio.left[static_cast<std::size_t>(from + n)] = lane(mix_left_[n], 0);
            audio.right[static_cast<std::size_t>(from + n)] = lane(mix_right_[n], 0);
        }
    }
}

// The whole console is much to compile: these two widths are compiled once.
extern template class LaneGroup<float>;
extern template class LaneGroup<f8>;

}  // namespace mixfarm
