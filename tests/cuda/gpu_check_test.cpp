/// scripts/gpu-check in a bundle of stand-ins: what it runs, what it records, how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mixfarm {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class GpuCheck : public ::testing::Test {
protected:
    void SetUp() override {
        fs::create_directories(folder_ / "bin");
        fs::copy_file(MIXFARM_SOURCE_DIR "/scripts/gpu-check", folder_ / "gpu-check");
        write("bundle.txt", "commit 1234abc\n");
        program("bin/test_kernels", "echo '[  PASSED  ] 9 tests.'");
        program("bin/test_cuda", "echo '[  PASSED  ] 5 tests.'");
        program("bin/bench_gpu",
                R"(echo 'said first'; echo '{"name":"strips_song_per_s","device":"cuda:0",)"
                R"("value":612.5,"unit":"mixes a second","against":"cpu","ratio":400,)"
                R"("share_of_bound":null}')");
        program("bin/nvidia-smi",
                "[[ $1 == -L ]] && echo 'GPU 0: one' || echo 'NVIDIA Test, 580.1'");
        program("bin/compute-sanitizer",
                R"(while [[ $1 == -* ]]; do [[ $1 == --* ]] && shift; shift; done; "$@")");
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / name) << text;
    }
    void program(const std::string& name, const std::string& text) {
        write(name, "#!/bin/bash\n" + text + "\n");
        fs::permissions(folder_ / name, fs::perms::owner_all);
    }
    /// Its exit code; what it printed is in said_.
    int run() {
        const std::string to = (folder_ / "said").string();
        const int status = std::system(("PATH=" + (folder_ / "bin").string() + ":$PATH " +
                                        (folder_ / "gpu-check").string() + " -o " +
                                        (folder_ / "records").string() + " >" + to + " 2>&1")
                                           .c_str());
        said_ = text_of(to);
        return WEXITSTATUS(status);
    }
    static std::string text_of(const fs::path& path) {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }
    std::string record(const std::string& ending) {
        for (const auto& entry : fs::directory_iterator(folder_ / "records"))
            if (entry.path().extension() == ending) return text_of(entry.path());
        return "";
    }
    const fs::path folder_ =
        fs::temp_directory_path() / ("mixfarm-gpu-check-" + std::to_string(getpid()));
    std::string said_;
};

TEST_F(GpuCheck, RecordsWhatItSaw) {
    ASSERT_EQ(run(), 0) << said_;
    const std::string page = record(".md"), data = record(".json");
    EXPECT_THAT(page, HasSubstr("NVIDIA Test, driver 580.1"));
    EXPECT_THAT(page, HasSubstr("commit 1234abc"));
    EXPECT_THAT(page, HasSubstr("| engine_tests | passed | 9 |"));
    EXPECT_THAT(page, HasSubstr("| parity | passed | 5 |"));
    for (const char* tool : {"memcheck", "racecheck", "initcheck", "synccheck"})
        EXPECT_THAT(page, HasSubstr(std::string("| sanitizer_") + tool + " | passed |"));
    EXPECT_THAT(page,
                HasSubstr("| strips_song_per_s | cuda:0 | 612.5 | mixes a second | 400 |  |"));
    EXPECT_THAT(data, HasSubstr("\"driver\": \"580.1\""));
    EXPECT_THAT(data, HasSubstr("612.5"));
}

TEST_F(GpuCheck, FailsAndSaysWhereACheckFails) {
    program("bin/test_cuda", "echo 'mix 3: true_peak_dbtp differs'; exit 1");
    EXPECT_EQ(run(), 1) << said_;
    EXPECT_THAT(record(".md"), HasSubstr("| parity | FAILED |"));
    EXPECT_THAT(record(".json"), HasSubstr("mix 3: true_peak_dbtp differs"));
}

TEST_F(GpuCheck, FailsWhereNoTestRan) {
    program("bin/test_kernels", "echo '[  PASSED  ] 0 tests.'");
    EXPECT_EQ(run(), 1) << said_;
    EXPECT_THAT(record(".md"), HasSubstr("| engine_tests | FAILED: no test ran |"));
}

TEST_F(GpuCheck, EndsWith75WhereThereIsNoGpu) {
    program("bin/nvidia-smi", "echo 'No devices were found'; exit 6");
    EXPECT_EQ(run(), 75);
    EXPECT_THAT(said_, HasSubstr("no GPU here"));
    EXPECT_FALSE(fs::exists(folder_ / "records"));
}

}  // namespace
}  // namespace mixfarm
