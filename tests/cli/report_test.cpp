/// The pages that the program leaves: report.html of a night, and what analyze draws.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/cli/night.h"

namespace mixfarm::cli_test {
namespace {

using testing::HasSubstr;

/// page_check.py of the report's tests has nothing to say.
void expect_sound(Words words) {
    words.insert(words.begin(),
                 {MIXFARM_PYTHON, std::string(MIXFARM_SOURCE_DIR) + "/tests/report/page_check.py"});
    const Ended ended = run_program(words);
    EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
}

TEST(Report, OfANightShowsEveryPickWithTheNumbersOfTheResults) {
    const SharedNight& shared = shared_night();
    const fs::path page = fs::path(shared.night) / "report.html";
    ASSERT_TRUE(fs::exists(page));
    expect_sound({page.string(), (fs::path(shared.night) / "results.h5").string()});
    const std::string text = text_of(page);
    const Json top = ask({"top", shared.night});
    for (const Json& pick : top["picks"])
        EXPECT_THAT(
            text, HasSubstr("src=\"picks/" +
                            fs::path(pick["file"].get<std::string>()).filename().string() + "\""));
    EXPECT_EQ(text.find(shared.folder.string()), std::string::npos) << "a path of this machine";
    // Who covers whom, in every pick and both baselines, which were all heard whole.
    const std::size_t mixes = top["picks"].size() + 2;
    std::size_t folded = 0;
    for (std::size_t at = 0; (at = text.find("<summary>Who covers whom", at)) != std::string::npos;
         ++at)
        ++folded;
    EXPECT_EQ(folded, mixes);
}

TEST(Report, IsWrittenWhenANightEndsAndByNothingElse) {
    const SharedNight& shared = shared_night();
    const auto stamp = [&] {
        struct stat s {};
        stat((fs::path(shared.night) / "report.html").c_str(), &s);
        return std::tuple{s.st_ino, s.st_mtim.tv_sec, s.st_mtim.tv_nsec};
    };
    const auto before = stamp();
    const Json top = ask({"top", shared.night});
    const std::string id = std::to_string(top["picks"][0]["id"].get<int>());
    succeed({"show", shared.night, id});
    const Scratch scratch;
    succeed({"render", shared.night, id, "-o", scratch / "out"});
    EXPECT_EQ(stamp(), before);
}

TEST(Report, AnalyzeDrawsTheSamePageTwice) {
    const SharedNight& shared = shared_night();
    const Scratch scratch;
    const Ended said = succeed({"analyze", shared.job, "--html", scratch / "a.html"});
    EXPECT_THAT(said.out, HasSubstr("when they play"));
    succeed({"analyze", shared.job, "--html", scratch / "b.html", "--json"});
    expect_sound({scratch / "a.html"});
    EXPECT_EQ(text_of(scratch / "a.html"), text_of(scratch / "b.html"));
    for (const char* stem : {"bass", "hats", "keys", "kick", "vocal"})
        EXPECT_THAT(text_of(scratch / "a.html"), HasSubstr(std::string(">") + stem + "</h3>"));
    const Ended refused = mixfarm({"analyze", shared.job, "--html", scratch / "no/where.html"});
    EXPECT_EQ(refused.code, 2) << refused.err;
}

TEST(Report, AnalyzeOfOneShortStem) {
    const Scratch scratch;
    fs::create_directories(scratch / "stems");
    write_sound(scratch / "stems/click.wav", {signals::sine(480, 1000, 48000, 0.9)}, 48000);
    const std::string said = succeed({"analyze", scratch / "stems"}).out;
    EXPECT_THAT(said, HasSubstr(": 1 stem, "));
    EXPECT_THAT(said, HasSubstr("Too short to be judged, under 0.4 s: click."));
    EXPECT_THAT(said, testing::Not(HasSubstr("Without sound")));
    const Json stem = ask({"analyze", scratch / "stems"})["stems"][0];
    EXPECT_TRUE(stem["too_short"].get<bool>());
    EXPECT_FALSE(stem["silent"].get<bool>());
    EXPECT_THAT(stem["why"].get<std::string>(), HasSubstr("mono, 48 kHz, 10 ms"));
}

TEST(Report, AnalyzeTellsActivityOverTime) {
    const Json song = ask({"analyze", shared_night().job});
    EXPECT_EQ(song["sections"].size(), 1u);
    for (const Json& stem : song["stems"]) {
        EXPECT_EQ(stem["activity"]["lufs"].size(), 6u);
        EXPECT_EQ(stem["sections"].size(), 1u);
        EXPECT_NEAR(stem["sections"][0]["active_share"].get<double>(),
                    stem["active_share"].get<double>(), 1e-9);
        // The voice of this song rests for its first second.
        EXPECT_EQ(stem["activity"]["lufs"][0].is_null(), stem["name"] == "vocal") << stem["name"];
        EXPECT_FALSE(stem["activity"]["lufs"][3].is_null());
    }
}

}  // namespace
}  // namespace mixfarm::cli_test
