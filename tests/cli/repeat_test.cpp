/// The same command gives the same night: any number of threads, any folder; and memory does not
/// grow with the candidates.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/cli/night.h"

namespace mixfarm::cli_test {
namespace {

std::vector<std::string> names_of(const std::map<std::string, std::string>& parts) {
    std::vector<std::string> names;
    for (const auto& [name, stamp] : parts) names.push_back(name);
    return names;
}

TEST(Repeat, OneThreadOrManyAndAnotherFolder) {
    const SharedNight& shared = shared_night();
    const Scratch scratch;
    // Sixteen threads have room for more than a part: several are rendered at once.
    for (const char* threads : {"1", "2", "16"}) {
        const std::string night = scratch / (std::string("threads-") + threads);
        const Ended ended =
            succeed({"run", shared.job, "-o", night, "--candidates", kSharedCandidates, "--device",
                     "cpu", "--threads", threads, "--json"});
        Json printed = ended.json();
        EXPECT_EQ(printed["picks"].size(), ask({"top", night})["picks"].size());
        expect_same_night(shared.night, night);
        EXPECT_EQ(names_of(stored_parts(night)), names_of(stored_parts(shared.night)))
            << "parts are the same on every machine";
        // Picks are the same audio under the same names.
        for (const auto& pick : fs::directory_iterator(night + "/picks"))
            EXPECT_EQ(text_of(pick.path()),
                      text_of(fs::path(shared.night) / "picks" / pick.path().filename()))
                << pick.path();
    }
}

TEST(Repeat, OneThreadOrTwoLookAndHearAlike) {
    const SharedNight& shared = shared_night();
    const Scratch scratch;
    for (const char* threads : {"1", "2"})
        succeed({"run", shared.job, "-o", scratch / threads, "--candidates", "600", "--device",
                 "cpu", "--threads", threads});
    expect_same_night(scratch / "1", scratch / "2");
    const Json top = ask({"top", scratch / "1"});
    EXPECT_EQ(top["candidates"], 600);
    EXPECT_LT(top["heard"].get<int>(), 400) << "some were only looked at";
    EXPECT_NEAR(top["funnel"][0]["candidates"].get<double>(), 600, 0);
}

TEST(Repeat, AFinishedNightRunAgainRendersNothing) {
    const Scratch scratch;
    const std::string job = write_song(scratch.path(), 4);
    const Words run = {"run",          job,  "-o",       scratch / "night",
                       "--candidates", "20", "--device", "cpu"};
    succeed(run);
    const auto before = stored_parts(scratch / "night");
    const Json ranking = ranking_of(scratch / "night");
    const Ended again = succeed(run);
    EXPECT_EQ(stored_parts(scratch / "night"), before);
    EXPECT_EQ(ranking_of(scratch / "night"), ranking);
    EXPECT_THAT(again.err, testing::HasSubstr("40 renders of an earlier run are kept"))
        << "20 in excerpts and 20 whole";
}

TEST(Repeat, AnotherSeedIsAnotherNight) {
    const SharedNight& shared = shared_night();
    const Scratch scratch;
    succeed({"run", shared.job, "-o", scratch / "night", "--candidates", "20", "--seed", "2",
             "--device", "cpu"});
    const Json a = ask({"show", shared.night, "5"}), b = ask({"show", scratch / "night", "5"});
    EXPECT_FALSE(a["settings"] == b["settings"]);
    EXPECT_FALSE(a["metrics"] == b["metrics"]);
    // The typical mix and the one that starts from the rules know no chance either.
    for (const char* baseline : {"0", "1", "2", "3"})
        EXPECT_TRUE(ask({"show", shared.night, baseline})["settings"] ==
                    ask({"show", scratch / "night", baseline})["settings"])
            << baseline;
}

/// One thread, so that the peak does not depend on how the workers' peaks happen to meet. What
/// grows is the rows, which are kept until results.h5 is written: a few kilobytes a candidate, no
/// audio.
TEST(Memory, GrowsByTheRowsOfTheCandidatesOnly) {
    const Scratch scratch;
    const std::string job = write_song(scratch.path(), 4);
    long peak[2] = {};
    int i = 0;
    for (const char* candidates : {"40", "400"}) {
        const Ended ended = succeed({"run", job, "-o", scratch / candidates, "--candidates",
                                     candidates, "--device", "cpu", "--threads", "1"});
        peak[i++] = ended.peak_kb;
        std::printf("  %s candidates: peak memory %.1f MB\n", candidates,
                    static_cast<double>(ended.peak_kb) / 1024);
    }
    EXPECT_LT(peak[0], 400 * 1024);
    EXPECT_LT(peak[1] - peak[0], 360 * 4 + 3 * 1024) << "4 KB a candidate and 3 MB of chance";
}

}  // namespace
}  // namespace mixfarm::cli_test
