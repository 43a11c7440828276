/// One block of CUDA threads as fibres of one thread of the host: barriers, warp operations, shared
/// memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "tests/support/standin/standin.h"

namespace mixfarm::standin {

struct Dim {
    unsigned x = 1, y = 1, z = 1;
    constexpr Dim(unsigned along_x = 1, unsigned along_y = 1, unsigned along_z = 1)
        : x(along_x), y(along_y), z(along_z) {}
    std::size_t count() const { return std::size_t{x} * y * z; }
};

/// Where a fibre is in its block and grid.
struct Place {
    Dim thread, block, threads, blocks;
};
Place place();
/// 0 to 31, of the fibre that runs.
int lane();

// What a kernel may call; `line` is the source line, which has to be the same for all that meet.
void barrier(int line);
/// A barrier that may stand in several branches; `threads` has to be the whole block.
void meeting(int threads, int line);
void warp_barrier(unsigned mask, int line);
std::uint64_t shuffle(unsigned mask, std::uint64_t value, int from, int line);
unsigned ballot(unsigned mask, bool yes, int line);
/// The block's array that `identity` stands for; the first to ask makes it.
void* shared(const void* identity, std::size_t bytes);
void* launch_shared();

struct Shape {
    Dim blocks, threads;
    std::size_t shared_bytes = 0;
};
/// All blocks of a grid, one after the other; `body` is what each thread does.
void run_grid(const Machine& machine, std::uint64_t seed, const Shape& shape,
              const std::function<void()>& body, Traffic& traffic);

// Queues of the host, in device.cpp.
struct Stream;
struct Event;
void enqueue(Stream* stream, std::function<void()> work);
/// False when the launch is not possible on this machine.
bool enqueue_kernel(Stream* stream, const void* kernel, const Shape& shape,
                    std::function<void()> body);

}  // namespace mixfarm::standin
