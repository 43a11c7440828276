/// What nvcc makes of every kernel, against a record: registers, stack, instructions, local memory
/// in loops. Needs no GPU; `MIXFARM_RECORD=1 test_cuda --gtest_filter='Resources.*'` writes the
/// record anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/cubin.h"

namespace mixfarm {
namespace {

using cubin::Kernel;

const std::string kRecord = MIXFARM_SOURCE_DIR "/tests/cuda/resources.txt";
constexpr const char* kCompiler = MIXFARM_NVCC;

std::string key(const Kernel& k) {
    return "sm_" + std::to_string(k.architecture) + " " + k.name;
}

/// Of every kernel of this build.
std::map<std::string, Kernel> built() {
    std::map<std::string, Kernel> all;
    std::ifstream list(MIXFARM_KERNEL_OBJECTS);
    for (std::string path; std::getline(list, path);)
        if (path.ends_with(".cu.o"))
            for (const Kernel& k : cubin::kernels_of(path)) all[key(k)] = k;
    return all;
}

struct Numbers {
    int registers, stack, instructions, looped, local;
    std::vector<int> loops;  ///< sizes of the innermost
};
Numbers numbers_of(const Kernel& k) {
    Numbers n{k.registers, k.stack_bytes, k.instructions, k.looped(), k.local_in_innermost(), {}};
    for (const auto& loop : k.loops)
        if (loop.innermost) n.loops.push_back(loop.size());
    return n;
}

TEST(Resources, AreWhatTheRecordSays) {
    if (std::string(kCompiler).empty()) GTEST_SKIP() << "NOT TESTED: no nvcc here";
    const auto kernels = built();
    ASSERT_GE(kernels.size(), 2u * 10u) << "kernels of sm_80 and sm_90";
    if (std::getenv("MIXFARM_RECORD")) {
        std::ofstream out(kRecord);
        out << "# What nvcc makes of every kernel; a test compares "
               "(tests/cuda/resources_test.cpp).\n"
               "# compiler "
            << kCompiler
            << "\n"
               "# GPU | kernel | registers | stack bytes | instructions | of them in loops | local "
               "memory in innermost loops | sizes of the innermost loops\n";
        for (const auto& [name, kernel] : kernels) {
            const Numbers n = numbers_of(kernel);
            out << name << " | " << n.registers << " | " << n.stack << " | " << n.instructions
                << " | " << n.looped << " | " << n.local << " |";
            for (const int size : n.loops) out << ' ' << size;
            out << '\n';
        }
    }
    std::ifstream in(kRecord);
    std::map<std::string, Numbers> recorded;
    std::string compiler;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("# compiler ")) compiler = line.substr(11);
        if (line.starts_with("#")) continue;
        std::istringstream fields(line);
        std::string name, rest;
        std::getline(fields, name, '|');
        Numbers n{};
        char bar;
        fields >> n.registers >> bar >> n.stack >> bar >> n.instructions >> bar >> n.looped >>
            bar >> n.local >> bar;
        for (int size; fields >> size;) n.loops.push_back(size);
        recorded[name.substr(0, name.size() - 1)] = n;
    }
    if (compiler != kCompiler)
        GTEST_SKIP() << "NOT TESTED: the record is nvcc " << compiler << "'s, this is "
                     << kCompiler;
    for (const auto& [name, old] : recorded)
        EXPECT_TRUE(kernels.contains(name)) << name << " is in the record only";
    for (const auto& [name, kernel] : kernels) {
        ASSERT_TRUE(recorded.contains(name)) << name << " is not in the record";
        const Numbers& old = recorded.at(name);
        const Numbers now = numbers_of(kernel);
        const auto grown = [](int before, int after) { return after > before * 1.03 + 2; };
        EXPECT_LE(now.registers, old.registers) << name;
        EXPECT_LE(now.stack, old.stack) << name;
        EXPECT_LE(now.local, old.local) << name << ": local memory in its innermost loops";
        EXPECT_FALSE(grown(old.instructions, now.instructions))
            << name << ": " << now.instructions << " instructions, were " << old.instructions;
        EXPECT_FALSE(grown(old.looped, now.looped))
            << name << ": " << now.looped << " instructions in loops, were " << old.looped;
        EXPECT_EQ(now.loops.size(), old.loops.size())
            << name << ": other loops than recorded; look at them, then record anew";
        for (std::size_t i = 0; i < std::min(now.loops.size(), old.loops.size()); ++i)
            EXPECT_FALSE(grown(old.loops[i], now.loops[i]))
                << name << ": innermost loop " << i << " has " << now.loops[i]
                << " instructions, had " << old.loops[i];
    }
}

}  // namespace
}  // namespace mixfarm
