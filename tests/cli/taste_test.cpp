/// Ranking again, tastes shown and forgotten, nights that search for a taste, the audition's front
/// door.
#include <gmock/gmock.h>

#include <cmath>
#include <csignal>
#include <numeric>
#include <thread>

#include "host/listening.h"
#include "host/morning.h"
#include "host/progress.h"
#include "tests/cli/night.h"

namespace mixfarm::cli_test {
namespace {

using testing::HasSubstr;

/// Two logits a step of brightness: whoever this is wants it bright.
constexpr const char* kBright = "songs: 1\nbrightness: {slope: [2, 0.3], bend: [0, 0.1]}\n";

/// The shared night, to be changed.
fs::path own_night(const Scratch& scratch) {
    const fs::path night = scratch / "night";
    fs::copy(shared_night().night, night, fs::copy_options::recursive);
    return night;
}

std::vector<std::int64_t> picks_of(const Json& ranking) {
    std::vector<std::int64_t> ids;
    for (const Json& pick : ranking["picks"]) ids.push_back(pick["id"]);
    return ids;
}

/// Mean slope of the spectrum over the picks, dB per octave: brighter mixes fall less.
double mean_tilt(const Json& ranking) {
    double sum = 0;
    for (const Json& pick : ranking["picks"])
        sum += pick["metrics"]["tilt_db_per_octave"].get<double>();
    return sum / static_cast<double>(ranking["picks"].size());
}

TEST(Rank, NothingAskedChangesNothing) {
    const Scratch scratch;
    const fs::path night = own_night(scratch);
    const Json before = ranking_of(night);
    ask({"rank", night, "--no-taste"});
    EXPECT_EQ(ranking_of(night), before);
    const Json difference = look_into(
        {"compare", (night / "results.h5").string(), shared_night().night + "/results.h5"});
    EXPECT_TRUE(difference["different"].empty()) << difference["different"];
}

TEST(Rank, WeightsCountAsTheySay) {
    const Scratch scratch;
    const fs::path night = own_night(scratch);
    const Json ranking = ask({"rank", night, "--weight", "masking=5", "--weight", "tone=0"});
    for (const Json& pick : ranking["picks"]) {
        double sum = 0, all = 0;
        for (const auto& [term, value] : pick["terms"].items()) {
            const double weight = term == "masking" ? 5 : term == "tone" ? 0 : 1;
            sum += weight * value.get<double>(), all += weight;
        }
        EXPECT_NEAR(pick["technical"].get<double>(), sum / all, 1e-5);
    }
    // Every pick can be listened to or rendered, whether it has a file yet or not.
    EXPECT_EQ(ranking["audition"].size(), ranking["picks"].size() + 1);
    for (const char* wrong : {"masking", "masking=", "masking=x", "masking=-1", "nonsense=1"})
        EXPECT_EQ(mixfarm({"rank", night, "--weight", wrong}).code, 2) << wrong;
}

TEST(Rank, ATasteLiftsWhatItLikes) {
    const Scratch scratch;
    const fs::path night = own_night(scratch);
    const double before = mean_tilt(ranking_of(night));
    write_text(night / "taste.yaml", kBright);
    const Json ranking = ask({"rank", night});
    EXPECT_GT(mean_tilt(ranking), before);
    EXPECT_THAT(mixfarm({"rank", night}).err, HasSubstr("not learnt from answers"));
    const Json back = ask({"rank", night, "--no-taste"});
    EXPECT_NEAR(mean_tilt(back), before, 1e-6);
    // One that foretells no better than the technical score changes nothing.
    write_text(night / "taste.yaml", std::string(kBright) + "answers: 12\nheld_out: [10, 4, 4]\n");
    const Ended ended = mixfarm({"rank", night, "--json"});
    EXPECT_EQ(picks_of(ended.json()), picks_of(back));
    EXPECT_THAT(ended.err, HasSubstr("not used"));
}

TEST(Taste, IsShownAndForgotten) {
    const Scratch scratch;
    const fs::path night = own_night(scratch);
    EXPECT_THAT(mixfarm({"taste", "show", night}).err, HasSubstr("knows no taste yet"));
    write_text(night / "taste.yaml", kBright);
    write_text(night / "choices.jsonl", "");
    EXPECT_EQ(ask({"taste", "show", night})["axes"]["brightness"]["slope"]["mean"], 2);
    EXPECT_THAT(succeed({"taste", "show", night}).out, HasSubstr("prefers brighter"));
    EXPECT_EQ(ask({"taste", "reset", night})["removed"].size(), 2u);
    EXPECT_FALSE(fs::exists(night / "choices.jsonl"));
    EXPECT_TRUE(fs::exists(night / "results.h5"));
    for (const Words& words : {Words{"taste"},
                               {"taste", "show"},
                               {"taste", "eat", night},
                               {"taste", "reset", scratch.path().string()},
                               {"taste", "reset", night / "job.yaml"},
                               {"taste", "show", night / "absent.yaml"}})
        EXPECT_EQ(mixfarm(words).code, 2) << testing::PrintToString(words);
}

TEST(Taste, ForgettingTakesBackWhatTheListenersOwnFileLearnt) {
    const Scratch scratch;
    const fs::path night = own_night(scratch), own = scratch / "mine.yaml";
    const std::string known = "songs: 1\nwidth: {slope: [1, 0.3], bend: [0, 0.1]}\n";
    write_text(night / "audition-taste.yaml", known);
    write_text(night / "taste.yaml", kBright);
    write_text(own, kBright);
    const Json gone = ask({"taste", "reset", night, "--taste", own});
    EXPECT_EQ(gone["removed"].size(), 2u);
    EXPECT_TRUE(gone["took_back"].get<bool>());
    EXPECT_THAT(succeed({"taste", "show", own}).out, HasSubstr("prefers wider"));
    // What another song taught it since stays.
    write_text(night / "audition-taste.yaml", known);
    write_text(night / "taste.yaml", kBright);
    const std::string newer = "songs: 2\nbrightness: {slope: [-1, 0.3], bend: [0, 0.1]}\n";
    write_text(own, newer);
    EXPECT_THAT(succeed({"taste", "reset", night, "--taste", own}).out,
                HasSubstr("stays as it is"));
    EXPECT_EQ(text_of(own), newer);
    EXPECT_EQ(mixfarm({"taste", "reset", own, "--taste", own}).code, 2);
    EXPECT_EQ(mixfarm({"taste", "reset", night, "--taste", scratch / "none.yaml"}).code, 2);
}

TEST(Taste, ANightSearchesForIt) {
    const Scratch scratch;
    write_text(scratch / "taste.yaml", kBright);
    const Words run = {"run",          shared_night().job,    "-o",       scratch / "bright",
                       "--candidates", kSharedCandidates,     "--device", "cpu",
                       "--taste",      scratch / "taste.yaml"};
    EXPECT_THAT(succeed(run).err, HasSubstr("taste: prefers brighter"));
    EXPECT_THAT(text_of(scratch / "bright/run.log"), HasSubstr("not learnt from answers"));
    EXPECT_GT(mean_tilt(ranking_of(scratch / "bright")),
              mean_tilt(ranking_of(shared_night().night)));
    // What is learnt since changes nothing of a night that has begun.
    write_text(scratch / "taste.yaml", "brightness: {slope: [-2, 0.3]}\n");
    fs::copy(scratch / "bright", scratch / "again", fs::copy_options::recursive);
    fs::remove(scratch / "again/results.h5");
    Words again = run;
    again[3] = scratch / "again";
    succeed(again);
    EXPECT_EQ(picks_of(ranking_of(scratch / "again")), picks_of(ranking_of(scratch / "bright")));
    succeed({"render", scratch / "bright", "0", "-o", scratch / "audio"});
    EXPECT_EQ(
        mixfarm({"run", shared_night().job, "-o", scratch / "no", "--taste", scratch / "none.yaml"})
            .code,
        2);
}

TEST(Audition, RefusesWhatItCannotServe) {
    const Scratch scratch;
    EXPECT_THAT(mixfarm({"audition", scratch.path().string(), "--no-open"}).err,
                HasSubstr("results.h5"));
    for (const Words& words : {Words{"audition"},
                               {"audition", shared_night().night, "--best-of", "9"},
                               {"audition", shared_night().night, "--port", "70000"},
                               {"audition", shared_night().night, "--taste", shared_night().job}})
        EXPECT_EQ(mixfarm(words).code, 2) << testing::PrintToString(words);
    EXPECT_FALSE(fs::exists(fs::path(shared_night().night) / "audition-taste.yaml"));
}

TEST(Audition, EndsInOrderWhenItsTerminalIsClosed) {
    const Scratch scratch;
    const fs::path night = own_night(scratch);
    for (const int signal : {SIGHUP, SIGTERM, SIGINT}) {
        const std::string said = scratch / ("said " + std::to_string(signal));
        Running server({"sh", "-c",
                        "exec " MIXFARM_BINARY " audition " + night.string() +
                            " --no-open --device cpu > '" + said + "'"});
        while (text_of(said).find("listen at http://127.0.0.1:") == std::string::npos)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        server.send(signal);
        EXPECT_EQ(server.wait().code, 0) << signal;
        EXPECT_THAT(text_of(said), HasSubstr("no answers")) << signal;
    }
}

TEST(Progress, TellsWhatTheClockLeavesWhereThatIsLess) {
    Headway stretch{"excerpts", 1000, 100, 300, 0.5, {}};
    EXPECT_EQ(stretch.text(10, false), "excerpts     300 of 1000  20.0/s  best 0.500  0:35 left");
    EXPECT_EQ(stretch.text(10, true), "excerpts     300 of 1000  20.0/s  best 0.500  in 0:10");
    stretch.seconds_left = [] { return 12.0; };
    EXPECT_EQ(stretch.text(10, false), "excerpts     300  20.0/s  best 0.500  0:12 left");
    stretch.seconds_left = [] { return 4000.0; };
    EXPECT_EQ(stretch.text(10, false), "excerpts     300  20.0/s  best 0.500  0:35 left");
    stretch.seconds_left = [] { return std::nan(""); };
    EXPECT_EQ(stretch.text(10, false), "excerpts     300  20.0/s  best 0.500  0:35 left");
    EXPECT_EQ((Headway{"picks", 8, 0, 0, -1, {}}.text(0, false)), "picks        0 of 8");
}

TEST(Audition, ANightThatIsRunAgainKeepsWhatWasChosen) {
    const Scratch scratch;
    const fs::path night = own_night(scratch);
    Results fresh = read_results(night);
    const ChoiceRecord choice{1, 0, 3, 1, 4, 0, "best", "2026-01-01T08:00:00Z"};
    keep_choices(night, {choice}, "prefers brighter", 3);
    write_text(night / "choices.jsonl", "{}\n");
    fs::create_directories(night / "audition");
    write_text(night / "audition" / "mix-3.flac", "sound");
    Progress progress;
    Results again = fresh;
    keep_listening(night, again, progress);
    ASSERT_EQ(again.choices.size(), 1u);
    EXPECT_EQ(again.choices.front().mix, 3);
    EXPECT_EQ(again.attributes["taste"], "prefers brighter");
    EXPECT_EQ(again.attributes["chosen_mix"], "3");
    EXPECT_TRUE(fs::exists(night / "choices.jsonl"));
    // Ids of another plan name other mixes.
    Results other = fresh;
    other.attributes["plan_sha256"] = "another";
    keep_listening(night, other, progress);
    EXPECT_TRUE(other.choices.empty());
    EXPECT_EQ(other.attributes.count("chosen_mix"), 0u);
    EXPECT_FALSE(fs::exists(night / "choices.jsonl"));
    EXPECT_TRUE(fs::exists(night / "earlier-1" / "choices.jsonl"));
    EXPECT_TRUE(fs::exists(night / "earlier-1" / "audition" / "mix-3.flac"));
}

}  // namespace
}  // namespace mixfarm::cli_test
