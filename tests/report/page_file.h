/// Pages on disk and the parsers that look at them.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace mixfarm::report_test {

namespace fs = std::filesystem;

/// A folder of one test's own; it goes with the test.
class Scratch {
public:
    Scratch() {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        path_ = fs::temp_directory_path() /
                ("mixfarm-report-" + std::to_string(getpid()) + "-" + info->name());
        fs::remove_all(path_);
        fs::create_directories(path_);
    }
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path operator/(const std::string& name) const { return path_ / name; }

private:
    fs::path path_;
};

/// Standard output and exit code of a line of shell.
struct Said {
    int code;
    std::string out;
};
inline Said shell(const std::string& line) {
    Said said{-1, ""};
    FILE* pipe = popen(line.c_str(), "r");
    if (!pipe) return said;
    char block[4096];
    for (std::size_t n; (n = fread(block, 1, sizeof block, pipe)) > 0;) said.out.append(block, n);
    said.code = pclose(pipe);
    return said;
}

inline void write_page(const fs::path& file, const std::string& page) {
    std::ofstream(file, std::ios::binary) << page;
}

/// page_check.py has nothing to say.
inline testing::AssertionResult is_sound(const std::string& page) {
    const Scratch scratch;
    write_page(scratch / "page.html", page);
    const Said said =
        shell(std::string(MIXFARM_PYTHON " " MIXFARM_SOURCE_DIR "/tests/report/page_check.py ") +
              (scratch / "page.html").string() + " 2>&1");
    if (said.code == 0) return testing::AssertionSuccess();
    return testing::AssertionFailure() << said.out;
}

inline std::size_t times(const std::string& text, const std::string& piece) {
    std::size_t count = 0;
    for (std::size_t at = text.find(piece); at != std::string::npos;
         at = text.find(piece, at + piece.size()))
        ++count;
    return count;
}

}  // namespace mixfarm::report_test
