/// What the program says about itself: commands, options, and the refusal of any other word.
#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "tests/cli/program.h"

namespace mixfarm::cli_test {
namespace {

using testing::HasSubstr;

// As promised in the design; those below "later" come with later versions.
const Words kCommands = {"demo",     "new",  "analyze", "run",  "top",   "show",   "render",
                         "audition", "rank", "taste",   "keep", "meter", "devices"};
const Words kLater = {"export", "merge"};

TEST(Help, ListsExactlyTheCommandsThatExist) {
    for (const char* word : {"--help", "-h", "help"}) {
        const Ended help = mixfarm({word});
        EXPECT_EQ(help.code, 0);
        EXPECT_EQ(help.err, "");
        Words listed;
        std::istringstream lines(help.out);
        for (std::string line, program, name; std::getline(lines, line);) {
            std::istringstream words(line);
            if (line.rfind("  mixfarm ", 0) == 0 && words >> program >> name)
                listed.push_back(name);
        }
        EXPECT_EQ(listed, kCommands);
        for (const std::string& later : kLater)
            EXPECT_EQ(help.out.find("mixfarm " + later + " "), std::string::npos) << later;
    }
}

TEST(Help, EveryCommandHasOneWithAnExample) {
    for (const std::string& command : kCommands)
        for (const Words& words :
             {Words{command, "--help"}, {command, "-h"}, {command, "--json", "--help"}}) {
            const Ended help = mixfarm(words);
            EXPECT_EQ(help.code, 0) << command;
            EXPECT_EQ(help.err, "") << command;
            EXPECT_EQ(help.out.rfind("mixfarm " + command, 0), 0u) << help.out;
            EXPECT_THAT(help.out, testing::AllOf(HasSubstr("--json"), HasSubstr("--help"),
                                                 HasSubstr("Example:\n  mixfarm " + command)));
        }
}

/// The options promised for scripts.
TEST(Help, NamesThePromisedOptions) {
    const std::vector<std::pair<std::string, Words>> promised = {
        {"new", {"--out", "-o"}},
        {"run", {"--out", "-o", "--candidates", "--time", "--seed", "--device", "--threads"}},
        {"top", {"-n"}},
        {"render", {"--out", "--stems", "--format", "--bits"}},
        {"audition", {"--port", "--no-open", "--best-of", "--taste"}},
        {"rank", {"--taste", "--no-taste", "--style", "--weight"}},
        {"keep", {"--out", "-o"}}};
    for (const auto& [command, options] : promised) {
        const std::string text = mixfarm({command, "--help"}).out;
        for (const std::string& option : options) EXPECT_THAT(text, HasSubstr(option)) << command;
    }
}

TEST(Help, LaterCommandsSaySoAndFail) {
    for (const std::string& later : kLater)
        for (const Words& words : {Words{later}, {later, "--help"}, {later, "night", "--json"}}) {
            const Ended ended = mixfarm(words);
            EXPECT_EQ(ended.code, 1);
            EXPECT_EQ(ended.out, "");
            EXPECT_THAT(ended.err, testing::AllOf(HasSubstr(later),
                                                  HasSubstr("not part of this version yet")));
        }
}

TEST(Help, OtherWordsAreRefusedByName) {
    const Ended nothing = mixfarm({});
    EXPECT_EQ(nothing.code, 2);
    EXPECT_EQ(nothing.out, "");
    EXPECT_THAT(nothing.err, HasSubstr("mixfarm run JOB -o NIGHT"));
    const Ended frobnicate = mixfarm({"frobnicate"});
    EXPECT_EQ(frobnicate.code, 2);
    EXPECT_EQ(frobnicate.out, "");
    EXPECT_THAT(frobnicate.err, testing::AllOf(HasSubstr("'frobnicate'"), HasSubstr("--help")));
    for (const std::string& command : kCommands) {
        const Ended ended = mixfarm({command, "--sparkle"});
        EXPECT_EQ(ended.code, 2) << command;
        EXPECT_EQ(ended.out, "") << command;
        EXPECT_THAT(ended.err,
                    testing::AllOf(HasSubstr("--sparkle"), HasSubstr("usage: mixfarm " + command)));
    }
    // An option cut short is not guessed: scripts would break when a second one begins alike.
    EXPECT_THAT(mixfarm({"run", "job.yaml", "--cand", "5"}).err, HasSubstr("--cand"));
}

TEST(Help, TheVersionIsTheProjects) {
    const Ended version = succeed({"--version"});
    EXPECT_THAT(version.out, testing::MatchesRegex("mixfarm [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Devices, TheProcessorIsThereAndMeasured) {
    const Json devices = ask({"devices"});
    ASSERT_GE(devices.size(), 1u);
    EXPECT_EQ(devices[0]["name"], "cpu");
    EXPECT_GT(devices[0]["mixes_per_s"].get<double>(), 0);
    EXPECT_GE(devices[0]["lanes"].get<int>(), 4);
    EXPECT_GE(devices[0]["workers"].get<int>(), 1);
    std::printf("  %s: %.2f whole mixes a second\n",
                devices[0]["description"].get<std::string>().c_str(),
                devices[0]["mixes_per_s"].get<double>());
}

}  // namespace
}  // namespace mixfarm::cli_test
