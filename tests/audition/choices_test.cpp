/// The log of a morning: what a crash leaves, what is no log.
#include "host/audition/choices.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <system_error>

#include "host/job/input_error.h"
#include "tests/store/example.h"

namespace mixfarm::audition {
namespace {

TEST(Choices, AreReadAsTheyWereWritten) {
    const mixfarm::test::Scratch scratch;
    Choices choices(scratch / "choices.jsonl");
    EXPECT_TRUE(choices.read().empty());
    choices.append({{"event", "note"}, {"text", "line\nbreak, \"quotes\", \xff and ü"}});
    choices.append({{"event", "finish"}});
    const std::vector<Json> events = choices.read();
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0]["text"], "line\nbreak, \"quotes\", \xef\xbf\xbd and ü");
    EXPECT_EQ(events[1]["time"].get<std::string>().size(), 20u);
    choices.forget();
    EXPECT_TRUE(choices.read().empty());
}

TEST(Choices, ATornLineIsLeftOutAndWrittenOver) {
    const mixfarm::test::Scratch scratch;
    Choices choices(scratch / "choices.jsonl");
    choices.append({{"event", "finish"}});
    std::ofstream(scratch / "choices.jsonl", std::ios::app) << R"({"event":"resu)";
    EXPECT_EQ(choices.read().size(), 1u);
    choices.append({{"event", "resume"}});
    ASSERT_EQ(choices.read().size(), 2u);
    EXPECT_EQ(choices.read()[1]["event"], "resume");
}

TEST(Choices, AFullDiskLeavesNoHalfLine) {
    const mixfarm::test::Scratch scratch;
    Choices choices(scratch / "choices.jsonl");
    choices.append({{"event", "finish"}});
    const auto size = std::filesystem::file_size(choices.file());
    // A file that may grow by ten bytes is a disk that has ten left.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit tight = before;
    tight.rlim_cur = size + 10;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
    EXPECT_THROW(choices.append({{"event", "resume"}}), std::system_error);
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(std::filesystem::file_size(choices.file()), size);
    choices.append({{"event", "resume"}});
    EXPECT_EQ(choices.read().size(), 2u);
}

TEST(Choices, WhatIsNoLogIsRefusedByLine) {
    const mixfarm::test::Scratch scratch;
    std::ofstream(scratch / "choices.jsonl")
        << "{\"event\":\"finish\"}\n[1]\n{\"event\":\"resume\"}\n";
    try {
        Choices(scratch / "choices.jsonl").read();
        FAIL() << "was taken";
    } catch (const InputError& e) {
        EXPECT_NE(std::string(e.what()).find("line 2"), std::string::npos) << e.what();
    }
}

}  // namespace
}  // namespace mixfarm::audition
