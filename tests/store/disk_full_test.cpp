/// A full disk: an error that says so, nothing stored before is lost, and the process lives on
/// (HDF5 alone would crash it).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <system_error>

#include "host/store/results.h"
#include "tests/store/equality.h"
#include "tests/store/example.h"

namespace mixfarm {
namespace {

using namespace mixfarm::test;

constexpr Size kBatch{64, 300, 24, 31, 24, 6, 3, 3};
constexpr int kSkipped = 77;

/// Runs `work` in a process of its own and lets it end in the ordinary way, with HDF5's own tidying
/// at exit.
int in_a_child(const std::function<int()>& work) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) exit(work());
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) ADD_FAILURE() << "the process died of signal " << WTERMSIG(status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// 0 when `write` fails with a system error of number `expected`, 1 when it succeeds, 2 for any
/// other error.
int failure(int expected, const std::function<void()>& write) {
    try {
        write();
        return 1;
    } catch (const std::system_error& error) {
        std::printf("  %s\n", error.what());
        std::fflush(stdout);
        return error.code().value() == expected ? 0 : 2;
    } catch (const std::exception& error) {
        std::printf("  not a system error: %s\n", error.what());
        std::fflush(stdout);
        return 2;
    }
}

void limit_file_size(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
}

/// At every limit between nothing and the whole file: EFBIG, three times in a row, then a success
/// in the same process.
void expect_survival(std::uint64_t whole, const std::function<void()>& write,
                     const std::function<void()>& check_what_was) {
    for (int eighth = 0; eighth < 8; ++eighth) {
        const rlim_t limit = whole * static_cast<std::uint64_t>(eighth) / 8 + 1;
        EXPECT_EQ(in_a_child([&] {
                      limit_file_size(limit);
                      for (int again = 0; again < 3; ++again)
                          if (const int outcome = failure(EFBIG, write)) return outcome;
                      limit_file_size(RLIM_INFINITY);
                      write();
                      return 0;
                  }),
                  0)
            << "limit " << limit << " of " << whole << " bytes";
        check_what_was();
    }
}

TEST(DiskFull, APartThatDoesNotFitCostsNoOther) {
    const Scratch scratch;
    PartStore(scratch.folder()).publish(example_part(0, kBatch));
    const std::uint64_t whole = fs::file_size(files_with(scratch.folder(), ".h5").at(0));
    const auto publish = [&] { PartStore(scratch.folder()).publish(example_part(4, kBatch)); };
    expect_survival(whole, publish, [&] {
        EXPECT_TRUE(files_with(scratch.folder(), ".tmp").empty());
        std::vector<std::string> warnings;
        const auto parts = PartStore(scratch.folder()).load("plan", warnings);
        ASSERT_EQ(parts.size(), 2u);
        EXPECT_TRUE(warnings.empty());
        EXPECT_TRUE(same(parts[0], example_part(0, kBatch)));
        EXPECT_TRUE(same(parts[1], example_part(4, kBatch)));
    });
}

TEST(DiskFull, ResultsThatDoNotFitLeaveTheOldOnes) {
    const Scratch scratch;
    const Results old_results = example_results(kBatch, 1),
                  new_results = example_results(kBatch, 2);
    write_results(scratch / "results.h5", old_results);
    const std::uint64_t whole = fs::file_size(scratch / "results.h5");
    for (int eighth = 0; eighth < 8; ++eighth) {
        const rlim_t limit = whole * static_cast<std::uint64_t>(eighth) / 8 + 1;
        EXPECT_EQ(in_a_child([&] {
                      limit_file_size(limit);
                      for (int again = 0; again < 3; ++again)
                          if (const int outcome = failure(EFBIG, [&] {
                                  write_results(scratch / "results.h5", new_results);
                              }))
                              return outcome;
                      return same(old_results, read_results(scratch.folder())) ? 0 : 3;
                  }),
                  0)
            << "limit " << limit << " of " << whole << " bytes";
    }
    EXPECT_TRUE(files_with(scratch.folder(), ".tmp").empty());
    EXPECT_TRUE(same(old_results, read_results(scratch.folder())));
    write_results(scratch / "results.h5", new_results);
    EXPECT_TRUE(same(new_results, read_results(scratch.folder())));
}

/// A file system of 2 MB that only this child sees; false where that is not allowed.
bool mount_small_disk(const fs::path& folder) {
    return unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=2m") == 0;
}

TEST(DiskFull, ARealFullDiskSaysSoAndGoesOnWhenThereIsRoomAgain) {
    const Scratch scratch;
    const int outcome = in_a_child([&] {
        if (!mount_small_disk(scratch.folder())) return kSkipped;
        PartStore store(scratch / "parts");
        const Results results = example_results({20, 50, 5, 31, 4, 6, 3, 3});
        write_results(scratch / "results.h5", results);
        std::uint64_t stored = 0;
        const int how = failure(ENOSPC, [&] {
            for (;; ++stored) store.publish(example_part(stored, kBatch));
        });
        if (how) return how;
        const Results larger = example_results({2000, 100, 5, 31, 4, 6, 3, 3});
        if (failure(ENOSPC, [&] { write_results(scratch / "results.h5", larger); })) return 3;
        std::vector<std::string> warnings;
        const auto parts = store.load("plan", warnings);
        std::printf("  %lu parts stored before the disk was full, %zu load\n",
                    static_cast<unsigned long>(stored), parts.size());
        if (stored < 2 || parts.size() != stored || !warnings.empty()) return 4;
        for (const Part& part : parts)
            if (!same(part, example_part(part.rows[0].id / kBatch.rows, kBatch))) return 5;
        if (!same(results, read_results(scratch.folder()))) return 6;
        fs::remove(files_with(scratch / "parts", "g00000000-s002-000000000000").at(0));
        store.publish(example_part(0, kBatch));
        return store.load("plan", warnings).size() == stored && warnings.empty() ? 0 : 7;
    });
    if (outcome == kSkipped) GTEST_SKIP() << "NOT TESTED: this user may not mount a small disk";
    EXPECT_EQ(outcome, 0);
}

}  // namespace
}  // namespace mixfarm
