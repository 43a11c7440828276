/// What fibres need of the host: stacks, pages, and a way to stop.
#pragma once

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tests/support/standin/sanitizers.h"

namespace mixfarm::standin {

inline constexpr std::size_t kStack = 256 << 10;

[[noreturn]] inline void fail(const char* what, int line, int other) {
    std::fprintf(stderr, "stand-in: %s, line %d", what, line);
    if (other > 0) std::fprintf(stderr, " and line %d", other);
    std::fprintf(stderr, "\n");
    std::abort();
}

inline void* fresh_pages(std::size_t bytes) {
    void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) fail("no memory for fibres", 0, 0);
    return pages;
}

/// A stack whose lowest page nobody may touch.
inline char* fresh_stack() {
    void* const stack = fresh_pages(kStack);
    mprotect(stack, 4096, PROT_NONE);
    return static_cast<char*>(stack);
}

/// What fibres run on, block after block. To the thread sanitizer a crew member is one thread of
/// execution: what it did for an earlier block is in order with what it does for this one. So
/// blocks take turns between two crews, and threads of the same number change places.
struct Hand {
    char* stack;
    void* fiber;
};
class Crew {
public:
    Hand& hand(std::size_t i) {
        while (hands_.size() <= i)
            hands_.push_back(
                {fresh_stack(), thread_sanitizer() ? __tsan_create_fiber(0) : nullptr});
        return hands_[i];
    }
    ~Crew() {
        for (const Hand& hand : hands_) munmap(hand.stack, kStack);
    }

private:
    std::vector<Hand> hands_;
};
inline thread_local Crew crews[2];
inline thread_local std::size_t blocks_run = 0;

}  // namespace mixfarm::standin
