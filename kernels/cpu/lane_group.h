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
#include "kernels/console/strip.h"
#include "kernels/core/check.h"
#include "kernels/meters/book.h"
#include "kernels/meters/spectrum.h"

namespace mixfarm {

/// Listening passes are kept instead of rendered again while all groups at work together stay
/// within this many bytes; results are the same either way.
inline constexpr std::size_t kStoredMixBytes = std::size_t{320} << 20;

template <class F>
class LaneGroup {
public:
    /// At most lane_count<F> mixes; lanes without a mix repeat the first one.
    LaneGroup(const LoadedSong& song, std::span<const MixSettings> mixes,
              std::size_t stored_bytes = kStoredMixBytes / 2)
        : song_(song),
          stored_bytes_(stored_bytes),
          count_(static_cast<int>(mixes.size())),
          coefs_(song.view.stems.size()),
          states_(song.view.stems.size()) {
        MF_CHECK(count_ >= 1 && count_ <= lane_count<F>);
        const std::size_t stems = song.view.stems.size();
        for (int i = 0; i < lane_count<F>; ++i) {
            const std::vector<float>& rows =
                mixes[static_cast<std::size_t>(i < count_ ? i : 0)].strips;
            MF_CHECK_EQ(rows.size(), stems * strip::kParamCount);
            for (std::size_t s = 0; s < stems; ++s) {
                strip::set_lane_coefs(
                    coefs_[s], i,
                    strip::design(rows.data() + s * strip::kParamCount, song.view.rate));
            }
        }
    }

    /// Renders and measures; with `audio` ([mixes], lengths set here) also keeps what was measured
    /// as sound.
    std::vector<Measurement> evaluate(std::span<const Excerpt> excerpts, const MasterTarget& target,
                                      std::vector<StereoAudio>* audio = nullptr) {
        plan(excerpts);
        const LimiterSetup limiter =
            limiter::setup(song_.view.rate, song_.tile, target.true_peak_dbtp);
        listen();
        const GainSetup gains = gain_setup(song_.view.rate, song_.tile, song_.tiles_per_bin,
                                           target.loudness_lufs, limiter);
        const GainSolution<F> solved = solve_gain(gains, energy_.data(), peak_.data(), bins_.data(),
                                                  static_cast<int>(bins_.size()), weight_.data());
        F gain = solved.gain;
        std::vector<Measurement> results;
        for (int round = 0;; ++round) {
            results = master(limiter, gain, audio);
            bool again = false;
            for (int i = 0; i < count_ && round < kMaxCorrections; ++i) {
                const auto next = corrected_gain(results[static_cast<std::size_t>(i)],
                                                 lane(gain, i), lane(solved.loudness, i), target);
                if (next) set_lane(gain, i, *next);
                again = again || next;
            }
            if (!again) break;
        }
        return results;
    }

    /// Stem `stem` behind its strip over the whole song, lane 0, in `audio`.
    void strip_audio(int stem, StereoAudio& audio) {
        const auto s = static_cast<std::size_t>(stem);
        rest_strips();
        for (std::int64_t t = 0; t < song_.tiles; ++t) {
            clear_mix();
            add_strip(s, t, false);
            const std::int64_t from = t * song_.tile,
                               count = std::min<std::int64_t>(song_.tile, song_.view.frames - from);
            for (std::int64_t n = 0; n < count; ++n) {
                audio.left[static_cast<std::size_t>(from + n)] = lane(mix_left_[n], 0);
                audio.right[static_cast<std::size_t>(from + n)] = lane(mix_right_[n], 0);
            }
        }
    }

    /// Strips and sum over the whole song and nothing behind them: what the benchmark of the strip
    /// times. Returns the mix's energy, so that no work can be left out.
    F mix_energy() {
        rest_strips();
        stem_energy_.assign(coefs_.size(), F(0.f));
        F energy = F(0.f);
        for (std::int64_t t = 0; t < song_.tiles; ++t) {
            mix_tile(t, true);
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

    void clear_mix() {
        for (int n = 0; n < song_.tile; ++n) mix_left_[n] = F(0.f), mix_right_[n] = F(0.f);
    }

    /// Adds stem `s` of tile `t` to the mix tile; with `count` also to the stem's energy.
    void add_strip(std::size_t s, std::int64_t t, bool count) {
        if (!song_.awake[s][static_cast<std::size_t>(t)]) {
            asleep_[s] = true;
            return;
        }
        if (asleep_[s]) {
            states_[s] = {};
            asleep_[s] = false;
        }
        const std::int64_t from = t * song_.tile;
        const auto frames =
            static_cast<int>(std::min<std::int64_t>(song_.tile, song_.view.frames - from));
        const float* left = song_.view.stems[s].left + from;
        const float* right = song_.view.stems[s].right + from;
        F energy = F(0.f);
        strip::run(
            coefs_[s], states_[s], left_, right_, frames,
            [&](int n, F& l, F& r) { l = F(left[n]), r = F(right[n]); },
            [&](int n, F l, F r) {
                mix_left_[n] = mix_left_[n] + l;
                mix_right_[n] = mix_right_[n] + r;
                energy = fma_(l, l, fma_(r, r, energy));
            });
        if (count) stem_energy_[s] = stem_energy_[s] + energy;
    }

    /// The mix of tile `t`; silence behind the song's end. Strips are added in stem order, always.
    void mix_tile(std::int64_t t, bool count) {
        clear_mix();
        if (t >= song_.tiles) return;
        for (std::size_t s = 0; s < coefs_.size(); ++s) add_strip(s, t, count);
    }

    void rest_strips() {
        for (auto& state : states_) state = {};
        asleep_.assign(coefs_.size(), false);
    }

    /// First pass: K-weighted energy and sample peak of every tile of the unlimited mix that
    /// belongs to a whole bin.
    void listen() {
        const KSetup k = k_setup(song_.view.rate);
        stem_energy_.assign(coefs_.size(), F(0.f));
        std::size_t at = 0;
        for (std::size_t i = 0; i < stretches_.size(); ++i) {
            const Stretch& s = stretches_[i];
            const std::int64_t whole = std::int64_t{bins_[i]} * song_.tiles_per_bin;
            rest_strips();
            KState<F> left{}, right{};
            for (std::int64_t t = s.warm; t <= s.last; ++t) {
                const bool measured = t >= s.first && t < s.last;
                mix_tile(t, measured);
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
            if (!keep_) rest_strips();
            int in_bin = 0;
            // What enters the limiter as tile t leaves it as tile t - 1.
            for (std::int64_t t = s.warm; t <= s.last; ++t) {
                if (keep_) {
                    std::copy(stored, stored + tile, mix_left_);
                    std::copy(stored + tile, stored + 2 * tile, mix_right_);
                    stored += 2 * tile;
                } else {
                    mix_tile(t, false);
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
        std::vector<float> tile_energy(energy_.size()), stem_energy(stem_energy_.size());
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
            pick(stem_energy_, i, stem_energy);
            const double unlimited =
                unlimited_lufs(tile_energy, bins_, song_.tiles_per_bin, song_.view.rate);
            results.push_back(measure_mix(record, lane(gain, i), unlimited, stem_energy));
        }
        return results;
    }

    const LoadedSong& song_;
    std::size_t stored_bytes_;
    int count_;
    std::vector<StripCoefs<F>> coefs_;
    std::vector<StripState<F>> states_;
    std::vector<bool> asleep_;
    std::vector<F> stem_energy_;  ///< sum of left^2 + right^2 over the measured tiles
    std::vector<Stretch> stretches_;
    std::vector<int> bins_;  ///< whole bins of each stretch
    std::vector<F> energy_, peak_, weight_, stored_;
    bool keep_ = false;
    F left_[kMaxTile], right_[kMaxTile], mix_left_[kMaxTile], mix_right_[kMaxTile];
};

}  // namespace mixfarm
