/// Runs the fibres of a block and tells the sanitizers what CUDA's rules order, and nothing more.
///
/// Compiled without sanitizers: what it does for the fibres is not theirs.
#include "tests/support/standin/block.h"

#include <algorithm>
#include <boost/context/detail/fcontext.hpp>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "kernels/cpu/denormals.h"
#include "tests/support/standin/crew.h"

namespace mixfarm::standin {
namespace {

namespace context = boost::context::detail;

constexpr int kWarp = 32;

/// Lanes that meet in one warp operation. Two sets of slots: who is fast may already be at the
/// next.
struct Meeting {
    unsigned mask = 0, arrived = 0, epoch = 0;
    int line = 0;
    std::uint64_t values[2][kWarp] = {};
    char keys[2] = {};
};

enum class State { ready, at_barrier, at_meeting, wants_memory, done };

struct Fibre {
    Place place;
    int number = 0;
    State state = State::ready;
    int line = 0;
    unsigned epoch = 0;  ///< of what it waits for
    Meeting* meeting = nullptr;
    context::fcontext_t context = nullptr;
    void* fiber = nullptr;       ///< the thread sanitizer's
    void* fake_stack = nullptr;  ///< the address sanitizer's
    char* stack = nullptr;
};

struct SharedArray {
    const void* identity;
    void* memory;
    std::size_t bytes;
};

}  // namespace

/// One block while it runs, on one thread of the host.
class Block {
public:
    Block(const Machine& machine, const Shape& shape, const std::function<void()>& body,
          void* start_key, void* end_key)
        : machine_(machine), shape_(shape), body_(body), start_key_(start_key), end_key_(end_key) {}

    void run(Dim number, std::mt19937_64& random, Traffic& traffic);

    // Called by fibres.
    void barrier(Fault lost, int line);
    std::size_t threads() const { return fibres_.size(); }
    std::uint64_t meet(unsigned mask, std::uint64_t value, int from, int line, bool orders_memory,
                       unsigned* ballot);
    void* shared(const void* identity, std::size_t bytes);
    Fibre& fibre() { return *fibre_; }
    bool loses(Fault fault) const { return machine_.fault == fault; }

private:
    static void enter(context::transfer_t from);
    void switch_to(Fibre& fibre);
    void switch_back(bool last = false);
    void order(std::mt19937_64& random);
    bool can_run(const Fibre& f) const;
    void* take(std::size_t bytes);
    [[noreturn]] void fail_stuck() const;

    const Machine& machine_;
    const Shape& shape_;
    const std::function<void()>& body_;
    void *start_key_, *end_key_;
    std::vector<Fibre> fibres_;
    std::vector<int> order_;
    Fibre* fibre_ = nullptr;
    context::fcontext_t main_ = nullptr;
    void *main_fiber_ = nullptr, *main_fake_stack_ = nullptr;
    const void* main_bottom_ = nullptr;
    std::size_t main_size_ = 0;
    unsigned barrier_epoch_ = 0;
    std::size_t arrived_ = 0, left_ = 0;
    int barrier_line_ = 0;
    char barrier_keys_[2] = {}, memory_key_ = 0;
    std::vector<std::vector<std::unique_ptr<Meeting>>> meetings_;  ///< [warps]
    std::vector<SharedArray> arrays_;
    std::size_t wanted_ = 0;
    const void* wanted_identity_ = nullptr;
};

namespace {
thread_local Block* running = nullptr;
}

void* Block::take(std::size_t bytes) {
    const std::size_t size = bytes > 0 ? bytes : 1;
    // The thread sanitizer takes allocating and freeing for writing; pages of their own are
    // neither.
    void* memory = thread_sanitizer() ? fresh_pages(size) : std::malloc(size);
    if (memory == nullptr) fail("no shared memory", 0, 0);
    std::memset(memory, 0xff, size);
    return memory;
}

void Block::run(Dim number, std::mt19937_64& random, Traffic& traffic) {
    running = this;
    const std::size_t count = shape_.threads.count();
    const std::size_t turn = blocks_run++;
    fibres_.resize(count);
    meetings_.resize((count + kWarp - 1) / kWarp);
    arrays_.push_back({nullptr, take(shape_.shared_bytes), shape_.shared_bytes});
    if (thread_sanitizer()) {
        main_fiber_ = __tsan_get_current_fiber();
        release(start_key_);
        release(&memory_key_);
    }
    for (std::size_t i = 0; i < count; ++i) {
        Fibre& f = fibres_[i];
        const auto n = static_cast<unsigned>(i);
        const Dim& t = shape_.threads;
        f.number = static_cast<int>(i);
        f.place = {{n % t.x, n / t.x % t.y, n / t.x / t.y}, number, t, shape_.blocks};
        const Hand& hand = crews[turn % 2].hand((i + 37 * turn) % count);
        f.stack = hand.stack;
        f.fiber = hand.fiber;
        if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(f.stack, kStack);
        f.context = context::make_fcontext(f.stack + kStack, kStack, &Block::enter);
        order_.push_back(f.number);
    }
    for (bool first = true; left_ < count; first = false) {
        order(random);
        bool progress = false;
        for (const int i : order_) {
            Fibre& f = fibres_[static_cast<std::size_t>(i)];
            if (!can_run(f)) continue;
            progress = true;
            switch_to(f);
            while (f.state == State::wants_memory) {
                arrays_.push_back({wanted_identity_, take(wanted_), wanted_});
                release(&memory_key_);
                switch_to(f);
            }
        }
        if (!progress && !first) fail_stuck();
    }
    traffic.blocks += 1;
    traffic.barriers += barrier_epoch_;
    for (const SharedArray& a : arrays_) {
        if (thread_sanitizer())
            munmap(a.memory, a.bytes > 0 ? a.bytes : 1);
        else
            std::free(a.memory);
    }
    running = nullptr;
}

void Block::order(std::mt19937_64& random) {
    switch (machine_.order) {
        case Order::forward:
            break;
        case Order::reverse: {
            std::sort(order_.begin(), order_.end(), std::greater<>());
            break;
        }
        case Order::random:
            std::shuffle(order_.begin(), order_.end(), random);
            break;
        case Order::random_warps: {
            std::vector<int> warps(meetings_.size());
            for (std::size_t w = 0; w < warps.size(); ++w) warps[w] = static_cast<int>(w);
            std::shuffle(warps.begin(), warps.end(), random);
            order_.clear();
            for (const int w : warps)
                for (int i = w * kWarp; i < std::min<int>((w + 1) * kWarp, int(fibres_.size()));
                     ++i)
                    order_.push_back(i);
        }
    }
}

bool Block::can_run(const Fibre& f) const {
    switch (f.state) {
        case State::ready:
            return true;
        case State::at_barrier:
            return barrier_epoch_ != f.epoch;
        case State::at_meeting:
            return f.meeting->epoch != f.epoch;
        default:
            return false;
    }
}

void Block::fail_stuck() const {
    for (const Fibre& f : fibres_) {
        if (f.state == State::at_meeting)
            fail("a warp operation waits for lanes that never come", f.line, 0);
        if (f.state == State::at_barrier)
            fail("a barrier waits for threads that have left or wait elsewhere", f.line, 0);
    }
    fail("nothing can run", 0, 0);
}

void Block::enter(context::transfer_t from) {
    Block& block = *running;
    block.main_ = from.fctx;
    if (__sanitizer_finish_switch_fiber)
        __sanitizer_finish_switch_fiber(nullptr, &block.main_bottom_, &block.main_size_);
    acquire(block.start_key_);
    block.body_();
    release(block.end_key_);
    block.fibre_->state = State::done;
    ++block.left_;
    block.switch_back(true);
}

void Block::switch_to(Fibre& f) {
    fibre_ = &f;
    f.state = State::ready;
    if (f.fiber) __tsan_switch_to_fiber(f.fiber, kSwitchOrdersNothing);
    if (__sanitizer_start_switch_fiber)
        __sanitizer_start_switch_fiber(&main_fake_stack_, f.stack, kStack);
    f.context = context::jump_fcontext(f.context, nullptr).fctx;
    if (__sanitizer_finish_switch_fiber)
        __sanitizer_finish_switch_fiber(main_fake_stack_, nullptr, nullptr);
}

void Block::switch_back(bool last) {
    Fibre& f = *fibre_;
    if (f.fiber) __tsan_switch_to_fiber(main_fiber_, kSwitchOrdersNothing);
    if (__sanitizer_start_switch_fiber)
        __sanitizer_start_switch_fiber(last ? nullptr : &f.fake_stack, main_bottom_, main_size_);
    main_ = context::jump_fcontext(main_, nullptr).fctx;
    if (__sanitizer_finish_switch_fiber)
        __sanitizer_finish_switch_fiber(f.fake_stack, nullptr, nullptr);
}

void Block::barrier(Fault lost, int line) {
    const Unseen unseen;
    Fibre& f = *fibre_;
    if (loses(lost)) return;
    if (arrived_ > 0 && barrier_line_ != line)
        fail("threads of one block wait at different barriers", barrier_line_, line);
    barrier_line_ = line;
    void* const key = &barrier_keys_[barrier_epoch_ & 1];
    release(key);
    f.epoch = barrier_epoch_;
    f.line = line;
    if (++arrived_ == fibres_.size()) {
        arrived_ = 0;
        ++barrier_epoch_;
    }
    f.state = State::at_barrier;
    switch_back();
    acquire(key);
}

std::uint64_t Block::meet(unsigned mask, std::uint64_t value, int from, int line,
                          bool orders_memory, unsigned* ballot) {
    const Unseen unseen;
    Fibre& f = *fibre_;
    const int lane = f.number % kWarp;
    if ((mask >> lane & 1u) == 0) fail("a lane is not in its own mask", line, 0);
    if (from >= 0 && (mask >> from & 1u) == 0) fail("a lane asks one outside the mask", line, 0);
    auto& all = meetings_[static_cast<std::size_t>(f.number / kWarp)];
    Meeting* meeting = nullptr;
    for (const auto& m : all)
        if (m->mask == mask) meeting = m.get();
    if (meeting == nullptr) {
        all.push_back(std::make_unique<Meeting>());
        meeting = all.back().get();
        meeting->mask = mask;
    }
    if (meeting->arrived != 0 && meeting->line != line)
        fail("lanes of one warp meet in different operations", meeting->line, line);
    const unsigned epoch = meeting->epoch;
    meeting->line = line;
    meeting->values[epoch & 1][lane] = value;
    meeting->arrived |= 1u << lane;
    if (orders_memory) release(&meeting->keys[epoch & 1]);
    if (meeting->arrived == mask) {
        meeting->arrived = 0;
        ++meeting->epoch;
    }
    f.epoch = epoch;
    f.line = line;
    f.meeting = meeting;
    f.state = State::at_meeting;
    switch_back();
    if (orders_memory) acquire(&meeting->keys[epoch & 1]);
    if (ballot) {
        *ballot = 0;
        for (int i = 0; i < kWarp; ++i)
            if ((mask >> i & 1u) != 0 && meeting->values[epoch & 1][i] != 0) *ballot |= 1u << i;
    }
    return meeting->values[epoch & 1][from < 0 ? lane : from];
}

void* Block::shared(const void* identity, std::size_t bytes) {
    const Unseen unseen;
    const auto find = [&] {
        return std::find_if(arrays_.begin(), arrays_.end(),
                            [&](const SharedArray& a) { return a.identity == identity; });
    };
    if (find() == arrays_.end()) {
        // The host's thread makes it: what one fibre allocates, no other could touch before they
        // meet.
        wanted_identity_ = identity;
        wanted_ = bytes;
        fibre_->state = State::wants_memory;
        switch_back();
    }
    acquire(&memory_key_);
    return find()->memory;
}

Place place() {
    return running->fibre().place;
}
int lane() {
    return running->fibre().number % kWarp;
}
void barrier(int line) {
    running->barrier(Fault::lost_barrier, line);
}
void meeting(int threads, int line) {
    if (static_cast<std::size_t>(threads) != running->threads())
        fail("a meeting of a number of threads that is not the block's", line, 0);
    running->barrier(Fault::lost_meeting, line);
}
void warp_barrier(unsigned mask, int line) {
    running->meet(mask, 0, -1, line, true, nullptr);
}
std::uint64_t shuffle(unsigned mask, std::uint64_t value, int from, int line) {
    return running->meet(mask, value, from, line, false, nullptr);
}
unsigned ballot(unsigned mask, bool yes, int line) {
    unsigned votes = 0;
    running->meet(mask, yes ? 1 : 0, -1, line, false, &votes);
    return votes;
}
void* shared(const void* identity, std::size_t bytes) {
    return running->shared(identity, bytes);
}
void* launch_shared() {
    return running->shared(nullptr, 0);
}

void run_grid(const Machine& machine, std::uint64_t seed, const Shape& shape,
              const std::function<void()>& body, Traffic& traffic) {
    const FlushDenormals flush;  // as -ftz=true on a GPU
    std::mt19937_64 random(seed);
    const std::size_t count = shape.blocks.count();
    std::vector<std::size_t> order(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = i;
    if (machine.order == Order::reverse) std::reverse(order.begin(), order.end());
    if (machine.order == Order::random || machine.order == Order::random_warps)
        std::shuffle(order.begin(), order.end(), random);
    static thread_local char start_key, end_key;
    for (const std::size_t i : order) {
        const auto n = static_cast<unsigned>(i);
        const Dim& b = shape.blocks;
        Block(machine, shape, body, &start_key, &end_key)
            .run({n % b.x, n / b.x % b.y, n / b.x / b.y}, random, traffic);
    }
    acquire(&end_key);
}

}  // namespace mixfarm::standin
