/// First glances on the processor: the tables lie where the song's analysis left them, a lane's
/// room is its own.
#pragma once

#include <span>
#include <vector>

#include "kernels/proxy/band_mix.h"
#include "kernels/proxy/band_told.h"

namespace mixfarm {

template <class F>
class BandLanes {
public:
    /// Borrows both.
    BandLanes(const StemBands& bands, const Listening& listening, const Session& session)
        : tables_(bands, listening, session, [](const auto& its) { return its.data(); }),
          places_(tables_),
          cells_(static_cast<std::size_t>(places_.cells)) {}

    /// At most as many mixes as lanes; the last one fills the lanes that are left. `gains` is what
    /// dynamics do to their levels; null: nothing.
    void run(std::span<const MixSettings> mixes, const LevelGains<F>* gains = nullptr) {
        BandMix<F> mix(tables_, places_, room());
        std::uint32_t acting[lane_count<F>];
        for (int s = 0; s < tables_.stems; ++s) {
            F knobs[StripChain::kParams];
            read_row(mixes, static_cast<std::size_t>(s * StripChain::kParams), false,
                     StripChain::kParams, neutral_, StripChain::active, knobs, acting);
            mix.set_strip(s, knobs, acting);
        }
        const bool sends = mix.sends_used();
        for (int bus = 0; bus < kBuses; ++bus) {
            if (!sends && bus >= console::kGroups && bus < kBuses - 1) continue;
            const int first = bus_first(static_cast<Bus>(bus)),
                      end = bus + 1 < kBuses ? bus_first(static_cast<Bus>(bus + 1))
                                             : bus_param_count();
            std::vector<F>& knobs = bus_knobs_;
            knobs.resize(static_cast<std::size_t>(end - first));
            read_row(
                mixes, static_cast<std::size_t>(first), true, end - first, neutral_,
                [bus](const float* row) { return acting_on_bus(bus, row); }, knobs.data(), acting);
            mix.set_bus(bus, knobs.data(), acting);
        }
        mix.run(gains);
    }
    /// Of one lane after run().
    Foretold result(int at, const MasterTarget& target) {
        return told_by_bands(tables_, places_, room(), at, target);
    }
    const F* scene_energy() const { return &cells_[static_cast<std::size_t>(places_.energy)]; }
    BandSums<F> sums() { return taken<BandSums<F>>(room().from(places_.sums)); }

private:
    Memory<F> room() { return {cells_.data(), 1}; }

    BandTables tables_;
    BandPlaces places_;
    std::vector<float> neutral_ = neutral_buses();
    std::vector<F> cells_, bus_knobs_;
};

}  // namespace mixfarm
