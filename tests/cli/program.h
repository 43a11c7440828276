/// Runs mixfarm, or any other program, as a user does: words in, exit code, output and peak memory
/// out.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

extern char** environ;

namespace mixfarm::cli_test {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Words = std::vector<std::string>;

/// A folder of one test's own; it goes with the test.
class Scratch {
public:
    Scratch() {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        path_ = fs::temp_directory_path() / ("mixfarm-cli-" + std::to_string(getpid()) + "-" +
                                             info->test_suite_name() + "-" + info->name());
        fs::remove_all(path_);
        fs::create_directories(path_);
    }
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

inline std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_text(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

/// What came of a program.
struct Ended {
    int code = -1;  ///< exit code, or minus the signal that ended it
    std::string out, err;
    long peak_kb = 0;  ///< largest resident set
    /// Standard output as the one JSON document it has to be; throws when it is none or more than
    /// one.
    Json json() const { return Json::parse(out); }
};

/// A program under way. Output goes through files, so that nobody waits for a reader.
class Running {
public:
    explicit Running(const Words& words) {
        char name[] = "/tmp/mixfarm-said-XXXXXX";
        if (!mkdtemp(name)) throw std::runtime_error("no folder for output");
        said_ = name;
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 1, (said_ / "out").c_str(), O_WRONLY | O_CREAT,
                                         0600);
        posix_spawn_file_actions_addopen(&actions, 2, (said_ / "err").c_str(), O_WRONLY | O_CREAT,
                                         0600);
        std::vector<char*> arguments;
        for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        const int failed =
            posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        if (failed) throw std::runtime_error("cannot start " + words[0]);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
        std::error_code ignored;
        fs::remove_all(said_, ignored);
    }
    void send(int signal) const { kill(pid_, signal); }
    bool over() const {
        siginfo_t info{};
        return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               info.si_pid == pid_;
    }
    Ended wait() {
        int status = 0;
        rusage used{};
        wait4(pid_, &status, 0, &used);
        pid_ = -1;
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), text_of(said_ / "out"),
                text_of(said_ / "err"), used.ru_maxrss};
    }

private:
    fs::path said_;
    pid_t pid_ = -1;
};

inline Words mixfarm_words(Words words) {
    words.insert(words.begin(), MIXFARM_BINARY);
    return words;
}
inline Ended run_program(const Words& words) {
    return Running(words).wait();
}
inline Ended mixfarm(const Words& words) {
    return run_program(mixfarm_words(words));
}

/// Runs mixfarm and expects success; what it said on standard error is shown when it fails.
inline Ended succeed(const Words& words) {
    Ended ended = mixfarm(words);
    EXPECT_EQ(ended.code, 0) << "mixfarm " << testing::PrintToString(words) << "\n" << ended.err;
    return ended;
}

/// The JSON of `mixfarm words --json`.
inline Json ask(Words words) {
    words.push_back("--json");
    const Ended ended = succeed(words);
    EXPECT_FALSE(ended.out.empty());
    return ended.json();
}

}  // namespace mixfarm::cli_test
