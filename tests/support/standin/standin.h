/// A GPU for tests on machines without one: the CUDA engine's own sources, compiled by g++, run on
/// the processor.
///
/// Every thread of a block is a fibre; one block runs at a time, in an order that a seed decides.
/// Shared and device memory begin as NaN. What streams are given to do is done as late as events,
/// copies and waits allow, or at once, or each stream goes its own pace. Address, undefined behaviour and thread sanitizers see what
/// the kernels do: to the thread sanitizer nothing orders two threads of a block but a barrier, and
/// nothing orders two blocks but the end of the launch.
///
/// What it cannot show: the memory model's finer points, contended atomics, registers and spills,
/// coalescing, time, cuFFT's own rounding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/engine.h"

namespace mixfarm::standin {

/// In which order the threads of a block, and the blocks of a grid, take their turns.
enum class Order { forward, reverse, random, random_warps };

/// When streams do what they are given: as late as others allow, at once, or each at a pace of its
/// own that a seed decides, as far ahead of the others as events let it.
enum class Haste { late, at_once, any };

/// One fault, planted into the machine instead of into the kernels: what a kernel would do without
/// a line, or with a wrong number in it.
enum class Fault {
    none,
    lost_barrier,  ///< __syncthreads() holds nobody
    lost_meeting,  ///< MF_MEET holds nobody
    short_shared,  ///< launches get 4 bytes less shared memory: an index one too far
    short_device,  ///< every allocation on the device that is larger than all before is 4 bytes
                   ///< short
    lost_event,    ///< streams do not wait for each other
};

struct Machine {
    Order order = Order::forward;
    std::uint64_t seed = 1;
    Haste haste = Haste::late;
    std::size_t memory = std::size_t{4} << 30;  ///< bytes that a device has
    std::size_t missing = 0;                    ///< of them, that are promised but not to be had
    int devices = 1;
    int multiprocessors = 1;  ///< of a device, as it says
    Fault fault = Fault::none;
};

/// The machine as it is from now on; not while anything of an engine lives.
void set_machine(const Machine& machine);

/// What ran since the last call.
struct Traffic {
    std::size_t launches = 0, blocks = 0, barriers = 0;
    std::size_t most_bytes = 0;  ///< held at a time
    std::size_t refused = 0;     ///< allocations that did not fit
    unsigned deepest = 0;        ///< blocks of a launch along z
    unsigned devices = 0;        ///< bit d: device d launched kernels
};
Traffic take_traffic();

/// A kernel with or without a fault in its source; what it leaves in memory. Names: "reverse" (two
/// warps turn an array round through shared memory), "reverse without barrier", "sum" (a warp adds
/// up by shuffles), "lockstep" (lanes pass values through shared memory with __syncwarp), "lockstep
/// without barrier", "one too far" (writes behind its shared array), "two blocks" (both write one
/// word), "barrier in a branch", "left early", "two barriers", "absent lanes", "outside the mask".
std::vector<float> probe(const std::string& name);

/// Device memory that the engine plans for each of these mixes, which stay on the device between
/// the passes; `few` as in its BatchStyle.
std::size_t planned_bytes(const SongView& song, std::span<const MixSettings> mixes,
                          std::span<const Excerpt> excerpts, bool few);

/// The CUDA engine on this machine's stand-in for device `device`; null when there is none.
std::unique_ptr<Engine> make_engine(int device = 0);

}  // namespace mixfarm::standin
