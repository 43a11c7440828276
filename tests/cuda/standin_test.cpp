/// What the stand-in for a GPU finds: faults planted into small kernels and into the machine under
/// the engine's own, in each of the builds that are meant to find them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

#include "tests/cuda/parity.h"

namespace mixfarm {
namespace {

using standin::Fault;
using standin::Machine;
using standin::Order;
using standin::probe;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAddressSanitizer = true;
#else
constexpr bool kAddressSanitizer = false;
#endif

bool died(int status) {
    return status != 0;
}

class StandinProbe : public ::testing::Test {
protected:
    void SetUp() override { standin::set_machine({}); }
    void TearDown() override { standin::set_machine({}); }
    static std::vector<float> numbers(float first, float step) {
        std::vector<float> all(64);
        for (float& x : all) x = first, first += step;
        return all;
    }
    static std::vector<float> in(Order order, const char* name) {
        Machine machine;
        machine.order = order;
        standin::set_machine(machine);
        return probe(name);
    }
};

TEST_F(StandinProbe, RightKernelsGiveRightNumbersInEveryOrder) {
    std::vector<float> sums(64, 496), neighbours(64);
    for (int i = 0; i < 64; ++i) neighbours[std::size_t(i)] = float(i ^ 1);
    std::fill(sums.begin() + 32, sums.end(), -(496.f + 32 * 32));
    for (const Order order : {Order::forward, Order::reverse, Order::random, Order::random_warps}) {
        EXPECT_EQ(in(order, "reverse"), numbers(63, -1));
        EXPECT_EQ(in(order, "sum"), sums);
        EXPECT_EQ(in(order, "lockstep"), neighbours);
    }
}

TEST_F(StandinProbe, SomeOrderShowsAMissingBarrier) {
    if (kThreadSanitizer) GTEST_SKIP() << "NOT TESTED here: the sanitizer stops at it: see below";
    EXPECT_NE(in(Order::forward, "reverse without barrier"), numbers(63, -1));
    std::vector<float> neighbours(64);
    for (int i = 0; i < 64; ++i) neighbours[std::size_t(i)] = float(i ^ 1);
    EXPECT_NE(in(Order::forward, "lockstep without barrier"), neighbours);
    EXPECT_NE(in(Order::forward, "two blocks"), in(Order::reverse, "two blocks"));
}

TEST_F(StandinProbe, TheMachineItselfRefusesWhatNoGpuAllows) {
    for (const char* name : {"barrier in a branch", "left early"})
        EXPECT_EXIT(probe(name), died, "a barrier waits for threads that have left") << name;
    EXPECT_EXIT(probe("two barriers"), died, "threads of one block wait at different barriers");
    EXPECT_EXIT(probe("absent lanes"), died, "a warp operation waits for lanes that never come");
    EXPECT_EXIT(probe("outside the mask"), died, "a lane asks one outside the mask");
}

TEST_F(StandinProbe, TheAddressSanitizerSeesAnIndexOneTooFar) {
    if (!kAddressSanitizer) GTEST_SKIP() << "NOT TESTED here: only in a build with it";
    EXPECT_EXIT(probe("one too far"), died, "heap-buffer-overflow");
}

TEST_F(StandinProbe, TheThreadSanitizerSeesRaces) {
    if (!kThreadSanitizer) GTEST_SKIP() << "NOT TESTED here: only in a build with it";
    for (const char* name : {"reverse without barrier", "lockstep without barrier", "two blocks"})
        EXPECT_EXIT((probe(name), std::exit(0)), died, "data race") << name;
    probe("reverse"), probe("sum"), probe("lockstep");  // and none where there are none
}

/// The engine's own kernels on a machine with a fault.
class FaultyMachine : public ::testing::Test {
protected:
    void TearDown() override { standin::set_machine({}); }
    std::vector<Measurement> evaluate(Fault fault, Order order = Order::forward) {
        Machine machine;
        machine.fault = fault;
        machine.order = order;
        standin::set_machine(machine);
        const auto gpu = standin::make_engine();
        gpu->load(view_);
        return gpu->evaluate(mixes_, {&all_, 1}, {-14, -1});
    }
    bool shows(Fault fault) {
        const auto right = evaluate(Fault::none);
        for (const Order order : {Order::forward, Order::reverse, Order::random})
            if (!disparity(right, evaluate(fault, order)).empty()) return true;
        return false;
    }
    const SmallSong song_ = awkward_song(48000, small(6000), 4);
    const SongView view_ = wired(song_);
    const Excerpt all_{0, view_.frames, 0};
    const std::vector<MixSettings> mixes_ = whole_consoles(1, 4, 900);
};

TEST_F(FaultyMachine, ALostBarrierChangesTheNumbers) {
    if (kSlowBuild)
        GTEST_SKIP() << "NOT TESTED here: shown by the numbers, in the build without sanitizers";
    EXPECT_TRUE(shows(Fault::lost_barrier)) << "of the spectrum's window";
    EXPECT_TRUE(shows(Fault::lost_meeting)) << "of strips, buses and master";
}

TEST_F(FaultyMachine, ALostEventChangesTheNumbers) {
    if (kSlowBuild)
        GTEST_SKIP() << "NOT TESTED here: shown by the numbers, in the build without sanitizers";
    EXPECT_TRUE(shows(Fault::lost_event));
}

TEST_F(FaultyMachine, TheAddressSanitizerSeesMemoryThatIsTooShort) {
    if (!kAddressSanitizer) GTEST_SKIP() << "NOT TESTED here: only in a build with it";
    EXPECT_EXIT(evaluate(Fault::short_shared), died, "heap-buffer-overflow");
    EXPECT_EXIT(evaluate(Fault::short_device), died, "heap-buffer-overflow");
}

TEST_F(FaultyMachine, TheThreadSanitizerSeesALostBarrier) {
    if (!kThreadSanitizer) GTEST_SKIP() << "NOT TESTED here: only in a build with it";
    EXPECT_EXIT((evaluate(Fault::lost_barrier), std::exit(0)), died, "data race");
    EXPECT_EXIT((evaluate(Fault::lost_meeting), std::exit(0)), died, "data race");
}

}  // namespace
}  // namespace mixfarm
