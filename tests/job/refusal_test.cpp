/// What a whole job file gets: several mistakes at once, files that are no job, styles, and where
/// the schema is looked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>
#include <vector>

#include "tests/job/job_folder.h"

namespace mixfarm {
namespace {

using testing::HasSubstr;

TEST(Messages, AllMistakesOfAJobAreToldAtOnceInTheOrderOfLines) {
    const JobFolder folder;
    const std::string said = folder.complaint(
        "serach: {}\n"
        "song:\n"
        "  stems:\n"
        "    - {file: kick.wav, role: kik}\n"
        "    - {name: b}\n"
        "target: {loudness_lufs: 0}\n");
    std::cout << said << "\n";
    const std::string file = (folder.path() / "job.yaml").string();
    std::vector<std::string> starts;
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);)
        starts.push_back(line.substr(0, line.find(' ')));
    EXPECT_THAT(starts,
                testing::ElementsAre(file + ":1:", file + ":4:", file + ":5:", file + ":6:"));
}

TEST(Messages, AreCutAfterTwenty) {
    const JobFolder folder;
    std::string yaml = "song:\n  stems:\n";
    for (int i = 0; i < 30; ++i) yaml += "    - {file: gone" + std::to_string(i) + ".wav}\n";
    const std::string said = folder.complaint(yaml);
    EXPECT_THAT(said, HasSubstr("gone19.wav"));
    EXPECT_THAT(said, testing::Not(HasSubstr("gone20.wav'")));
    EXPECT_THAT(said, testing::EndsWith("\nand 10 more"));
}

TEST(Messages, ForFilesThatAreNoJob) {
    const JobFolder folder;
    const auto says = [](const std::filesystem::path& file) -> std::string {
        try {
            read_job(file);
        } catch (const InputError& e) {
            std::cout << e.what() << "\n";
            EXPECT_EQ(e.file(), file.string());
            return e.what();
        }
        return "accepted";
    };
    EXPECT_THAT(says(folder.path() / "gone.yaml"), HasSubstr("no such file"));
    EXPECT_THAT(says(folder.path()), HasSubstr("is a folder"));
    EXPECT_THAT(says(folder.write("song.wav", std::string("RIFF\0\0\0\0WAVE", 12))),
                HasSubstr("not a text file"));
    EXPECT_THAT(says(folder.write("huge.yaml", std::string((16U << 20U) + 1, '#'))),
                HasSubstr("larger than 16 MB"));
}

TEST(Messages, AliasesThatMultiplyAreRefusedQuickly) {
    const JobFolder folder;
    std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int k = 1; k < 10; ++k) yaml += ", " + before;
        yaml += "]\n";
    }
    EXPECT_THAT(folder.complaint(yaml), HasSubstr("without end"));
}

TEST(Messages, AStyleThatIsNotThereIsNamedWithTheNearestOne) {
    const JobFolder folder;
    folder.write("kick.wav", "");
    std::filesystem::create_directory_symlink(std::filesystem::path(MIXFARM_SOURCE_DIR) / "schemas",
                                              folder.path() / "schemas");
    for (const char* style : {"neutral", "pop", "rock"})
        folder.write(std::string("jobs/styles/") + style + ".yaml", "");
    setenv("MIXFARM_DATA", folder.path().c_str(), 1);
    const std::string start = "song: {stems: [{file: kick.wav}]}\nstyle: ";
    EXPECT_EQ(folder.complaint(start + "pop"), "");
    EXPECT_THAT(folder.complaint(start + "nutral"),
                HasSubstr("job.yaml:2: style: there is no style 'nutral'; did you mean 'neutral'? "
                          "Known are: neutral, "
                          "pop, rock; or give the path of a style file of your own"));
    unsetenv("MIXFARM_DATA");
}

TEST(Messages, TheDataFolderNamedByTheEnvironmentHasToHoldTheSchema) {
    const JobFolder folder;
    setenv("MIXFARM_DATA", folder.path().c_str(), 1);
    EXPECT_THROW(data_folder(), InputError);
    folder.write("schemas/job.schema.json", "{ no json");
    EXPECT_EQ(data_folder(), folder.path());
    EXPECT_THAT(folder.complaint("song: {}\n"), HasSubstr("not the JSON it should be"));
    unsetenv("MIXFARM_DATA");
    EXPECT_TRUE(std::filesystem::exists(data_folder() / "schemas" / "job.schema.json"));
}

}  // namespace
}  // namespace mixfarm
