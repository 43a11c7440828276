/// The slow half of the store's tests: kill -9, flipped bytes, broken layouts, a thousand parts,
/// 20,000 rows, a million that were tried.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <thread>

#include "host/store/results.h"
#include "tests/store/equality.h"
#include "tests/store/example.h"

namespace mixfarm {
namespace {

using namespace mixfarm::test;

constexpr Size kBatch{48, 300, 24, 31, 24, 0, 0, 0};

double peak_mb() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Publishes parts from `next` on until killed, and reports each through `pipe` once publish() has
/// returned.
[[noreturn]] void publish_forever(const fs::path& folder, std::uint64_t next, int pipe) {
    PartStore store(folder);
    for (;; ++next) {
        store.publish(example_part(next, kBatch));
        if (write(pipe, &next, sizeof next) != sizeof next) _exit(1);
    }
}

TEST(StoreSlow, TenKillsLoseNoAcknowledgedPart) {
    const Scratch scratch;
    std::mt19937 random(20261123);
    std::set<std::uint64_t> acknowledged;
    std::uint64_t next = 0;
    std::size_t cut_short = 0;
    for (int kill_number = 0; kill_number < 10; ++kill_number) {
        int pipe_ends[2];
        ASSERT_EQ(pipe(pipe_ends), 0);
        const pid_t writer = fork();
        ASSERT_GE(writer, 0);
        if (writer == 0) publish_forever(scratch.folder(), next, pipe_ends[1]);
        close(pipe_ends[1]);
        std::this_thread::sleep_for(std::chrono::microseconds(40'000 + random() % 260'000));
        kill(writer, SIGKILL);
        int status = 0;
        waitpid(writer, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
            << "the writer ended by itself: " << status;
        std::uint64_t number = 0;
        while (read(pipe_ends[0], &number, sizeof number) == sizeof number)
            acknowledged.insert(number);
        close(pipe_ends[0]);
        cut_short += files_with(scratch.folder(), ".tmp").size();

        PartStore store(scratch.folder());
        EXPECT_TRUE(files_with(scratch.folder(), ".tmp").empty())
            << "the killed writer's temporary is removed";
        std::vector<std::string> warnings;
        const auto parts = store.load("plan", warnings);
        EXPECT_TRUE(warnings.empty())
            << "no torn part ever carried a part's name: " << warnings.front();
        std::set<std::uint64_t> found;
        for (const Part& part : parts) {
            const std::uint64_t which = part.rows.at(0).id / kBatch.rows;
            found.insert(which);
            ASSERT_TRUE(same(part, example_part(which, kBatch))) << "part " << which;
        }
        for (const std::uint64_t one : acknowledged)
            EXPECT_TRUE(found.contains(one)) << "acknowledged part " << one << " is lost";
        EXPECT_LE(found.size(), acknowledged.size() + kill_number + 1)
            << "at most one unacknowledged part a kill";
        next = found.size();
    }
    std::printf("  10 kills, %zu acknowledged parts all there, %zu kills fell into a write\n",
                acknowledged.size(), cut_short);
    EXPECT_GT(acknowledged.size(), 10u);
}

TEST(StoreSlow, APartNoticesFlippedBytes) {
    const Scratch scratch;
    const Size small{2, 3, 2, 3, 2, 0, 0, 0};
    PartStore store(scratch.folder());
    store.publish(example_part(0, small));
    const fs::path file = files_with(scratch.folder(), ".h5").at(0);
    const std::string whole = slurp(file);
    std::size_t noticed = 0, tried = 0;
    for (std::size_t i = 0; i < whole.size(); i += 3, ++tried) {
        std::string flipped = whole;
        flipped[i] = static_cast<char>(flipped[i] ^ (1 << i % 8));
        spill(file, flipped);
        std::vector<std::string> warnings;
        noticed += store.load("plan", warnings).empty() && warnings.size() == 1;
    }
    std::printf("  %zu of %zu flipped bytes noticed\n", noticed, tried);
    EXPECT_EQ(noticed, tried);
}

TEST(StoreSlow, AThousandPartsLoad) {
    const Scratch scratch;
    PartStore store(scratch.folder());
    const Size batch{8, 400, 24, 31, 24, 0, 0, 0};
    const Stopwatch publishing;
    for (std::uint64_t number = 0; number < 1000; ++number)
        store.publish(example_part(number, batch));
    const auto [publish_wall, publish_cpu] = publishing.seconds();
    const Stopwatch loading;
    std::vector<std::string> warnings;
    const auto read = store.load("plan", warnings);
    const auto [load_wall, load_cpu] = loading.seconds();
    std::printf(
        "  1000 parts of 8 x 400: published in %.2f ms each (%.2f of CPU), all loaded in %.3f s "
        "(%.3f s of CPU)\n",
        publish_wall, publish_cpu, load_wall, load_cpu);
    EXPECT_EQ(read.size(), 1000u);
}

/// A night's worth of short rows: most of them only foretold, a fifth rejected.
TriedTable short_rows(std::uint64_t first, std::size_t count) {
    std::mt19937_64 random(first + 7);
    std::normal_distribution<float> spread(0, 3);
    TriedTable t;
    t.origins = {"sobol", "prior", "typical", "cma_es", "differential", "coordinate", "elites"};
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t id = first + i;
        t.id.push_back(id);
        t.level.push_back(id % 50 ? 0 : id % 500 ? 2 : 3);
        t.origin.push_back(static_cast<std::uint8_t>(i / 64 % 7));
        const bool child = i / 64 % 7 > 2;
        t.parents.push_back(child ? static_cast<std::int64_t>(random() % (id + 1)) : -1);
        t.parents.push_back(child && random() % 2 ? static_cast<std::int64_t>(id / 2) : -1);
        t.score.push_back(random() % 5 ? static_cast<float>(random() % 100'000) / 100'000 : 0.0f);
        for (int d = 0; d < 6; ++d) t.descriptors.push_back(spread(random));
        t.descriptors.push_back(std::numeric_limits<float>::quiet_NaN());  // known when heard
    }
    return t;
}

TEST(StoreSlow, AMillionTriedAreStreamed) {
    const Scratch scratch;
    Results written = example_results({20, 20, 5, 31, 4, 6, 3, 3, 0, 7, 1024});
    written.tried = short_rows(0, 1'000'000);
    const double before = peak_mb();
    const Stopwatch writing;
    write_results(scratch / "r.h5", written);
    const auto [write_wall, write_cpu] = writing.seconds();
    const double grown = peak_mb() - before;
    const double megabytes = static_cast<double>(fs::file_size(scratch / "r.h5")) / 1e6;
    const Stopwatch reading;
    const Results read = read_results(scratch / "r.h5");
    const auto [read_wall, read_cpu] = reading.seconds();
    const double held = peak_mb() - before;
    std::printf(
        "  a million tried, 7 descriptors: written in %.2f s (%.2f s of CPU), read in %.2f s (%.2f "
        "s of CPU), %.1f MB; peak memory %.0f MB more while writing, %.0f MB while reading\n",
        write_wall, write_cpu, read_wall, read_cpu, megabytes, grown, held);
    EXPECT_TRUE(same(written, read));
    EXPECT_LT(write_cpu, 10);
    EXPECT_LT(read_cpu, 5);
    EXPECT_LT(megabytes, 60) << "58 bytes a row";
#ifndef __SANITIZE_ADDRESS__  // which keeps freed memory for a while
    EXPECT_LT(grown, 16);
    EXPECT_LT(held, 120) << "the columns themselves are 58 MB";
#endif
}

TEST(StoreSlow, AMillionTriedInPartsLoad) {
    const Scratch scratch;
    PartStore store(scratch.folder());
    constexpr std::size_t kParts = 100, kEach = 10'000;
    double publish_cpu = 0;
    std::uintmax_t bytes = 0;
    for (std::uint64_t number = 0; number < kParts; ++number) {
        Part part = example_scouting_part(0, {100, 60, 24, 0, 0, 12, 0, 0, 0, 0, 0});
        part.generation = static_cast<std::uint32_t>(number);
        part.tried = short_rows(number * kEach, kEach);
        const Stopwatch publishing;
        store.publish(part);
        publish_cpu += publishing.seconds().second;
    }
    for (const fs::path& file : files_with(scratch.folder(), ".h5")) bytes += fs::file_size(file);
    const Stopwatch loading;
    std::vector<std::string> warnings;
    const auto read = store.load("plan", warnings);
    const auto [wall, cpu] = loading.seconds();
    std::printf(
        "  a million tried in %zu parts: published in %.2f s of CPU, loaded in %.2f s (%.2f s of "
        "CPU), %.1f MB\n",
        kParts, publish_cpu, wall, cpu, static_cast<double>(bytes) / 1e6);
    ASSERT_EQ(read.size(), kParts);
    for (std::uint64_t number = 0; number < kParts; ++number)
        EXPECT_TRUE(same(read[number].tried, short_rows(number * kEach, kEach))) << number;
    EXPECT_LT(publish_cpu, 10);
    EXPECT_LT(cpu, 5);
}

TEST(StoreSlow, EveryBreachOfTheLayoutIsNoticed) {
    const Scratch scratch;
    write_results(scratch / "results.h5", example_results({}));
    EXPECT_EQ(check_layout("--spoil", scratch / "results.h5"), 0);
}

TEST(StoreSlow, TwentyThousandRowsAreStreamed) {
    const Scratch scratch;
    const Results written = example_results({20'000, 600, 24, 31, 24, 6, 12, 8});
    const double before = peak_mb();
    const Stopwatch writing;
    write_results(scratch / "r.h5", written);
    const auto [wall, cpu] = writing.seconds();
    const double grown = peak_mb() - before;
    const double megabytes = static_cast<double>(fs::file_size(scratch / "r.h5")) / 1e6;
    std::printf(
        "  20000 x 600: written in %.2f s (%.2f s of CPU), %.1f MB; peak memory %.0f MB before, "
        "%.1f MB more while writing\n",
        wall, cpu, megabytes, before, grown);
#ifndef __SANITIZE_ADDRESS__  // which keeps freed memory for a while
    EXPECT_LT(grown, 16) << "a copy of the values alone would be 48 MB";
#endif
    EXPECT_TRUE(same(written, read_results(scratch / "r.h5")));
}

}  // namespace
}  // namespace mixfarm
