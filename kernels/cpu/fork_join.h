/// Spreads independent pieces of work over threads and waits for all of them.
///
/// Threads of the standard library, started for each call: a piece here lasts a second, starting a
/// thread fifty microseconds, and the thread sanitizer sees everything (it cannot look into
/// oneTBB's scheduler).
#pragma once

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace mixfarm {

/// Cores this process may use: a batch system or `taskset` may have given it fewer than the machine
/// has.
inline int available_threads() {
    cpu_set_t mine;
    CPU_ZERO(&mine);
    if (sched_getaffinity(0, sizeof mine, &mine) == 0) return std::max(1, CPU_COUNT(&mine));
    return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

/// Calls work(i) once for every i in [0, pieces), in any order, on at most `threads` threads, this
/// one among them. The first exception stops the handing out of pieces and is thrown here.
template <class Work>
void fork_join(int threads, std::size_t pieces, Work work) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr failed;
    std::mutex failing;
    const auto take_pieces = [&] {
        for (std::size_t i; (i = next.fetch_add(1)) < pieces;) {
            try {
                work(i);
            } catch (...) {
                const std::lock_guard lock(failing);
                if (!failed) failed = std::current_exception();
                next = pieces;
            }
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (std::size_t t = 1;
             t < std::min<std::size_t>(static_cast<std::size_t>(threads), pieces); ++t)
            helpers.emplace_back(take_pieces);
        take_pieces();
    }
    if (failed) std::rethrow_exception(failed);
}

}  // namespace mixfarm
