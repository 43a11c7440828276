/// Looks at dynamics on the processor: L1 around L0. The course tells the levels' gains, the levels
/// tell what phase does to them.
#pragma once

#include "kernels/proxy/band_lanes.h"
#include "kernels/proxy/mix_course.h"
#include "kernels/proxy/ride_told.h"

namespace mixfarm {

template <class F>
class CourseLanes {
public:
    /// Borrows both.
    CourseLanes(const StemCourse& course, const StemBands& bands)
        : rate_(course.rate),
          tables_(course, bands, made_, [](const auto& its) { return its.data(); }),
          places_(tables_),
          cells_(static_cast<std::size_t>(places_.cells)),
          told_(static_cast<std::size_t>(places_.told)) {}
    CourseLanes(const CourseLanes&) = delete;

    /// At most as many mixes as lanes; the last one fills the lanes that are left.
    void run(std::span<const MixSettings> mixes, const MasterTarget& target, BandLanes<F>& levels) {
        const Memory<F> room{cells_.data(), 1};
        MixCourse<F> course(tables_, places_, room);
        levels.set(mixes);
        set(mixes, course, levels.mix);
        course.run();
        const LevelGains<F> gains = course.gains();
        levels.mix.run(&gains);
        LoudnessRide<F>(tables_, places_, room, told()).run(levels.mix, RideTarget(target));
    }
    /// Puts the figures of a lane into what L0 told of it.
    void fill(Foretold& mix, int at, const MasterTarget& target) {
        tell_ride(mix, tables_, places_, told(), at, target);
    }

private:
    Memory<F> told() { return {told_.data(), 1}; }

    void set(std::span<const MixSettings> mixes, MixCourse<F>& course, const BandMix<F>& levels) {
        constexpr int kParams = StripChain::kParams;
        std::uint32_t acting[lane_count<F>];
        for (int bus = 0; bus < console::kGroups; ++bus) {
            F knobs[GroupChain::kParams];
            read_row(mixes, static_cast<std::size_t>(bus_first(static_cast<Bus>(bus))), true,
                     GroupChain::kParams, neutral_, GroupChain::active, knobs, acting);
            course.set_group(bus, knobs, levels);
        }
        F of_master[MasterChain::kParams];
        read_row(mixes, static_cast<std::size_t>(bus_first(Bus::master)), true,
                 MasterChain::kParams, neutral_, MasterChain::active, of_master, acting);
        course.set_master(of_master);
        for (int s = 0; s < tables_.stems; ++s) {
            F knobs[kParams], inverse[2], keys[2];
            read_row(mixes, static_cast<std::size_t>(s * kParams), false, kParams, neutral_,
                     StripChain::active, knobs, acting);
            for (int at = 0; at < lane_count<F>; ++at) {
                const MixSettings& mix =
                    mixes[std::min(static_cast<std::size_t>(at), mixes.size() - 1)];
                float its[2];
                strip_inverses(mix.strips.data() + s * kParams, rate_, its);
                set_lane(inverse[0], at, its[0]), set_lane(inverse[1], at, its[1]);
                const int of[] = {tables_.stem[s].duck_key, tables_.stem[s].unmask_key};
                for (int k = 0; k < 2; ++k)
                    set_lane(keys[k], at,
                             of[k] < 0 ? 0.f
                                       : mix.strips[static_cast<std::size_t>(
                                             of[k] * kParams + StripChain::first_param<Trim>())]);
            }
            course.set_strip(s, knobs, acting, inverse, keys, levels);
        }
    }

    double rate_;
    CourseTables::Made made_;
    CourseTables tables_;
    CoursePlaces places_;
    std::vector<float> neutral_ = neutral_buses();
    std::vector<F> cells_, told_;
};

}  // namespace mixfarm
