/// The console in lanes: brings one tile of the whole mix after another, from dry stems to the
/// master's output in front of gain and limiter.
#pragma once

#include <memory>
#include <vector>

#include "kernels/console/console.h"
#include "kernels/console/loaded_song.h"
#include "kernels/cpu/channel.h"

namespace mixfarm {

template <class F>
class Mixer {
public:
    /// lane_count<F> mixes.
    Mixer(const LoadedSong& song, std::span<const MixSettings* const> mixes) : song_(song) {
        const Session session{static_cast<double>(song.view.rate), song.view.tempo_bpm};
        const std::vector<float> resting = neutral_buses();
        std::vector<const float*> strips, buses;
        for (const MixSettings* mix : mixes) {
            MF_CHECK_EQ(mix->strips.size(), song.view.stems.size() * StripChain::kParams);
            MF_CHECK(mix->buses.empty() || mix->buses.size() == resting.size());
            strips.push_back(mix->strips.data());
            buses.push_back(mix->buses.empty() ? resting.data() : mix->buses.data());
        }
        const auto strip_knobs = static_cast<int>(mixes.front()->strips.size());
        for (std::size_t s = 0; s < song.view.stems.size(); ++s)
            strips_.emplace_back(
                settings<StripChain>(mixes, strips, static_cast<int>(s) * StripChain::kParams, 0),
                session);
        for (const auto& strip : strips_) trims_.push_back(item<0>(strip.coefs()).gain);
        set_layers(mixes);
        int first = 0;
        for (int g = 0; g < console::kGroups; ++g, first += GroupChain::kParams)
            groups_.emplace_back(settings<GroupChain>(mixes, buses, first, strip_knobs), session);
        // A return that nothing is sent to does not exist.
        for (std::size_t s = 0; s < song.view.stems.size(); ++s) sends_.push_back(sends(mixes, s));
        for (int r = 0; r < console::kReturns; ++r)
            for (const std::uint32_t bits : sends_) used_[r] = used_[r] || (bits >> r & 1u);
        const auto add_return = [&]<class Chain>(std::unique_ptr<Channel<Chain, F>>& to, int r) {
            if (used_[r])
                to = std::make_unique<Channel<Chain, F>>(
                    settings<Chain>(mixes, buses, first, strip_knobs), session);
            first += Chain::kParams;
        };
        add_return(plate_, 0);
        add_return(hall_, 1);
        add_return(echo_, 2);
        master_ = std::make_unique<Channel<MasterChain, F>>(
            settings<MasterChain>(mixes, buses, first, strip_knobs), session);
        stem_energy_.assign(strips_.size(), F(0.f));
        asleep_.assign(strips_.size(), 1);
    }

    /// Everything at rest, as at the beginning of tile `t`; what was counted stays.
    void rest(std::int64_t t) {
        asleep_.assign(strips_.size(), 1);
        for (int b = 0; b < console::kGroups + console::kReturns; ++b) bus_asleep_[b] = true;
        master_->rest(seconds(t));
    }

    /// Tile `t` of the mix into left and right [tile], silence behind the song's end; `count` adds
    /// it to the energies.
    void mix_tile(std::int64_t t, bool count, F* left, F* right) {
        clear(left, right);
        if (t < song_.tiles) {
            for (int b = 0; b < console::kGroups + console::kReturns; ++b)
                if (bus_awake(b, t)) clear(bus_[b].left, bus_[b].right);
            for (std::size_t s = 0; s < strips_.size(); ++s) add_strip(s, t, count);
            for (int g = 0; g < console::kGroups; ++g) add_group(g, t, count, left, right);
            add_return(plate_.get(), 0, t, left, right);
            add_return(hall_.get(), 1, t, left, right);
            add_return(echo_.get(), 2, t, left, right);
        }
        master_->begin_tile(seconds(t + 1));
        master_->run({left, right, song_.tile});
        master_->end_tile();
    }

    /// Tile `t` of one stem behind its strip.
    void strip_tile(std::size_t s, std::int64_t t, F* left, F* right) {
        clear(left, right);
        if (!run_strip(s, t)) return;
        std::copy(left_, left_ + frames_of(t), left);
        std::copy(right_, right_ + frames_of(t), right);
        strips_[s].end_tile();
    }

    void clear_counts() {
        stem_energy_.assign(strips_.size(), F(0.f));
        for (int g = 0; g < console::kGroups; ++g) group_in_[g] = group_out_[g] = F(0.f);
    }
    /// Sum of left^2 + right^2 of stem `s` over the counted tiles, times what its group does to the
    /// power of all its stems.
    F stem_energy(std::size_t s) const {
        const int g = static_cast<int>(song_.view.stems[s].group);
        if (!groups_[static_cast<std::size_t>(g)].active()) return stem_energy_[s];
        return stem_energy_[s] * (group_out_[g] / max_(group_in_[g], F(1e-30f)));
    }

private:
    struct Bus {
        F left[kMaxTile], right[kMaxTile];
    };

    /// Lanes' settings of the channel whose row begins at `first` of `rows`; `offset` is where
    /// those rows begin among all knobs.
    template <class Chain>
    static std::vector<typename Channel<Chain, F>::Setting> settings(
        std::span<const MixSettings* const> mixes, const std::vector<const float*>& rows, int first,
        int offset) {
        std::vector<typename Channel<Chain, F>::Setting> lanes;
        for (std::size_t i = 0; i < mixes.size(); ++i) {
            typename Channel<Chain, F>::Setting lane{rows[i] + first, {}};
            for (const Automation& a : mixes[i]->automation) {
                const int own = a.knob - offset - first;
                if (own >= 0 && own < Chain::kParams && (a.knob >= offset))
                    lane.automation.push_back({own, a.points});
            }
            lanes.push_back(std::move(lane));
        }
        return lanes;
    }

    /// Layers that some lane has.
    void set_layers(std::span<const MixSettings* const> mixes) {
        layers_.resize(strips_.size());
        for (std::size_t l = 0; l < song_.view.layers.size(); ++l) {
            const LayerView& layer = song_.view.layers[l];
            F gain = F(0.f);
            bool any = false;
            for (std::size_t i = 0; i < mixes.size(); ++i) {
                const std::vector<float>& own = mixes[i]->layers;
                MF_CHECK(own.empty() || own.size() == song_.view.layers.size());
                if (own.empty() || own[l] == 0) continue;
                set_lane(gain, static_cast<int>(i), own[l]);
                any = true;
            }
            if (any) layers_[static_cast<std::size_t>(layer.stem)].push_back({&layer, gain});
        }
    }

    /// Bit r: some lane sends stem `s` to return r, now or later.
    static std::uint32_t sends(std::span<const MixSettings* const> mixes, std::size_t s) {
        const int first = static_cast<int>(s + 1) * StripChain::kParams - Send::kReturns;
        std::uint32_t bits = 0;
        for (const MixSettings* mix : mixes)
            for (int r = 0; r < Send::kReturns; ++r) {
                bool on = mix->strips[static_cast<std::size_t>(first + r)] > Send::kOff;
                for (const Automation& a : mix->automation) on = on || a.knob == first + r;
                bits |= static_cast<std::uint32_t>(on) << r;
            }
        return bits;
    }

    double seconds(std::int64_t t) const {
        return static_cast<double>(t) * song_.tile / song_.view.rate;
    }
    int frames_of(std::int64_t t) const {
        return static_cast<int>(
            std::min<std::int64_t>(song_.tile, song_.view.frames - t * song_.tile));
    }
    void clear(F* left, F* right) const {
        for (int n = 0; n < song_.tile; ++n) left[n] = F(0.f), right[n] = F(0.f);
    }
    bool bus_awake(int b, std::int64_t t) const {
        if (b >= console::kGroups && !used_[b - console::kGroups]) return false;
        return song_.bus_awake[static_cast<std::size_t>(b)][static_cast<std::size_t>(t)];
    }
    KeyInput<F> key(int stem, std::int64_t from) const {
        if (stem < 0) return {};
        const auto s = static_cast<std::size_t>(stem);
        return {song_.view.stems[s].left + from, song_.view.stems[s].right + from, trims_[s]};
    }

    /// Stem `s` behind its strip into left_ and right_; false while it sleeps.
    bool run_strip(std::size_t s, std::int64_t t) {
        if (!song_.awake[s][static_cast<std::size_t>(t)]) {
            asleep_[s] = 1;
            return false;
        }
        if (asleep_[s]) strips_[s].rest(seconds(t));
        asleep_[s] = 0;
        const std::int64_t from = t * song_.tile;
        const int frames = frames_of(t);
        const StemView& stem = song_.view.stems[s];
        for (int n = 0; n < frames; ++n) {
            left_[n] = F(stem.left[from + n]);
            right_[n] = F(stem.right[from + n]);
        }
        for (const auto& [layer, gain] : layers_[s])
            for (int n = 0; n < frames; ++n) {
                const F l = F(layer->left[from + n]), r = F(layer->right[from + n]);
                left_[n] = fma_(gain, layer->instead ? l - left_[n] : l, left_[n]);
                right_[n] = fma_(gain, layer->instead ? r - right_[n] : r, right_[n]);
            }
        strips_[s].begin_tile(seconds(t + 1));
        strips_[s].run({left_, right_, frames}, key(stem.duck_key, from),
                       key(stem.unmask_key, from));
        return true;
    }

    void add_strip(std::size_t s, std::int64_t t, bool count) {
        if (!run_strip(s, t)) return;
        const int frames = frames_of(t);
        Bus& group = bus_[static_cast<int>(song_.view.stems[s].group)];
        F energy = F(0.f);
        for (int n = 0; n < frames; ++n) {
            const F l = left_[n], r = right_[n];
            group.left[n] = group.left[n] + l;
            group.right[n] = group.right[n] + r;
            energy = fma_(l, l, fma_(r, r, energy));
        }
        if (count) stem_energy_[s] = stem_energy_[s] + energy;
        const auto& strip = strips_[s];
        for (int r = 0; r < console::kReturns; ++r) {
            if ((sends_[s] >> r & 1u) == 0) continue;
            Bus& bus = bus_[console::kGroups + r];
            F gain = item<console::kSend>(strip.coefs()).gain[r], step = F(0.f);
            if (strip.gliding() >> console::kSend & 1u)
                step = (item<console::kSend>(strip.target()).gain[r] - gain) *
                       F(1.f / static_cast<float>(frames));
            for (int n = 0; n < frames; ++n) {
                gain = gain + step;
                bus.left[n] = fma_(gain, left_[n], bus.left[n]);
                bus.right[n] = fma_(gain, right_[n], bus.right[n]);
            }
        }
        strips_[s].end_tile();
    }

    void add_group(int g, std::int64_t t, bool count, F* left, F* right) {
        if (!bus_awake(g, t)) {
            bus_asleep_[g] = true;
            return;
        }
        Channel<GroupChain, F>& group = groups_[static_cast<std::size_t>(g)];
        Bus& bus = bus_[g];
        if (bus_asleep_[g]) group.rest(seconds(t));
        bus_asleep_[g] = false;
        if (group.active()) {
            if (count) group_in_[g] = group_in_[g] + energy(bus);
            group.begin_tile(seconds(t + 1));
            group.run({bus.left, bus.right, song_.tile});
            group.end_tile();
            if (count) group_out_[g] = group_out_[g] + energy(bus);
        }
        add(bus, left, right);
    }

    template <class Chain>
    void add_return(Channel<Chain, F>* channel, int r, std::int64_t t, F* left, F* right) {
        const int b = console::kGroups + r;
        if (!channel) return;
        if (!bus_awake(b, t)) {
            bus_asleep_[b] = true;
            return;
        }
        if (bus_asleep_[b]) channel->rest(seconds(t));
        bus_asleep_[b] = false;
        channel->begin_tile(seconds(t + 1));
        channel->run({bus_[b].left, bus_[b].right, song_.tile});
        channel->end_tile();
        add(bus_[b], left, right);
    }

    F energy(const Bus& bus) const {
        F sum = F(0.f);
        for (int n = 0; n < song_.tile; ++n)
            sum = fma_(bus.left[n], bus.left[n], fma_(bus.right[n], bus.right[n], sum));
        return sum;
    }
    void add(const Bus& bus, F* left, F* right) const {
        for (int n = 0; n < song_.tile; ++n) {
            left[n] = left[n] + bus.left[n];
            right[n] = right[n] + bus.right[n];
        }
    }

    const LoadedSong& song_;
    std::vector<Channel<StripChain, F>> strips_;
    struct Layered {
        const LayerView* layer;
        F gain;
    };
    std::vector<std::vector<Layered>> layers_;  ///< [stems]
    std::vector<F> trims_;  ///< [stems] as set: a trim that moves does not move what it keys
    std::vector<Channel<GroupChain, F>> groups_;
    std::unique_ptr<Channel<PlateChain, F>> plate_;
    std::unique_ptr<Channel<HallChain, F>> hall_;
    std::unique_ptr<Channel<EchoChain, F>> echo_;
    std::unique_ptr<Channel<MasterChain, F>> master_;
    std::vector<std::uint32_t> sends_;  ///< [stems]
    bool used_[console::kReturns] = {};
    std::vector<char> asleep_;
    bool bus_asleep_[console::kGroups + console::kReturns] = {};
    std::vector<F> stem_energy_;
    F group_in_[console::kGroups] = {}, group_out_[console::kGroups] = {};
    Bus bus_[console::kGroups + console::kReturns];
    F left_[kMaxTile], right_[kMaxTile];
};

}  // namespace mixfarm
