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
          cells_(static_cast<std::size_t>(places_.cells)),
          told_(static_cast<std::size_t>(places_.told)),
          mix(tables_, places_, {cells_.data(), 1}, {told_.data(), 1}) {}
    BandLanes(const BandLanes&) = delete;

    /// Sets the channels of at most as many mixes as lanes; the last one fills the lanes that are
    /// left.
    void set(std::span<const MixSettings> mixes) {
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
            knobs_.resize(static_cast<std::size_t>(end - first));
            read_row(
                mixes, static_cast<std::size_t>(first), true, end - first, neutral_,
                [bus](const float* row) { return acting_on_bus(bus, row); }, knobs_.data(), acting);
            mix.set_bus(bus, knobs_.data(), acting);
        }
    }
    void run(std::span<const MixSettings> mixes) {
        set(mixes);
        mix.run();
    }
    /// Of one lane after the mix ran.
    Foretold result(int at, const MasterTarget& target) {
        return told_by_bands(tables_, places_, Memory<F>{told_.data(), 1}, at, target);
    }

private:
    BandTables tables_;
    BandPlaces places_;
    std::vector<float> neutral_ = neutral_buses();
    std::vector<F> cells_, told_, knobs_;

public:
    BandMix<F> mix;
};

}  // namespace mixfarm
