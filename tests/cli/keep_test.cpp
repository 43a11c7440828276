/// Lock and rerun: what is kept comes out the same in every mix of the next night, and the rest is
/// searched.
#include <gmock/gmock.h>

#include <set>

#include "tests/cli/night.h"

namespace mixfarm::cli_test {
namespace {

using testing::HasSubstr;

std::uint64_t pick(std::size_t number) {
    static const Json picks = ask({"top", shared_night().night})["picks"];
    return picks.at(number - 1)["id"];
}

Json settings(const std::string& night, std::uint64_t id) {
    return ask({"show", night, std::to_string(id)})["settings"];
}

/// Of every mix that was heard.
std::vector<Json> all_settings(const std::string& night) {
    std::vector<Json> all;
    const Json top = ask({"top", night, "-n", "1000"});
    for (const Json& entry : top["top"]) all.push_back(settings(night, entry["id"]));
    return all;
}

bool starts_with_any(const std::string& knob, const Words& channels) {
    return std::any_of(channels.begin(), channels.end(),
                       [&](const std::string& c) { return knob.starts_with(c + "/"); });
}

TEST(Keep, WhatIsKeptIsTheSameInEveryMixOfTheNextNight) {
    const std::string night = shared_night().night;
    const Scratch scratch;
    const std::string job = scratch / "next.yaml", next = scratch / "next";
    const Json kept = ask({"keep", night, "drums and master of 2", "vocal of 3", "-o", job});
    EXPECT_EQ(kept["kept"].size(), 2u);
    EXPECT_EQ(kept["kept"][0]["id"], pick(2));
    EXPECT_EQ(kept["kept"][0]["channels"], (Words{"hats", "kick", "bus/drums", "bus/master"}));
    EXPECT_FALSE(kept["everything"].get<bool>());
    succeed({"run", job, "-o", next, "--candidates", "8", "--device", "cpu"});
    const Json drums = settings(night, pick(2)), vocal = settings(night, pick(3));
    std::set<std::string> moved;
    std::size_t held = 0;
    for (const Json& mix : all_settings(next))
        for (const auto& [knob, value] : mix.items()) {
            const bool of_drums =
                starts_with_any(knob, {"hats", "kick", "bus/drums", "bus/master"});
            if (of_drums || starts_with_any(knob, {"vocal"})) {
                EXPECT_EQ(value, (of_drums ? drums : vocal)[knob]) << knob;
                ++held;
            } else if (value != drums[knob]) {
                moved.insert(knob.substr(0, knob.rfind('/')));
            }
        }
    EXPECT_GT(held, 8u * 200);
    EXPECT_TRUE(moved.count("bass") && moved.count("keys") && moved.count("bus/hall"));
    EXPECT_FALSE(moved.count("bus/vocals")) << "a group of one stem has nothing to search";
}

TEST(Keep, ACrossOfTwoPicksIsTheNextNightsOneMix) {
    const std::string night = shared_night().night;
    const Scratch scratch;
    const std::string job = scratch / "cross.yaml", next = scratch / "cross";
    EXPECT_THAT(succeed({"keep", night, "all", "of", "1,", "vocal", "of", "2", "-o", job}).out,
                HasSubstr("everything is kept"));
    // The song's rough mix lies beside the static balance, in time with the picks.
    edit_job(
        job, "  tempo_bpm",
        "  rough_mix: " + (shared_night().folder / "stems/keys.flac").string() + "\n  tempo_bpm");
    succeed({"run", job, "-o", next, "--candidates", "50", "--device", "cpu"});
    const Json first = settings(night, pick(1)), second = settings(night, pick(2));
    const std::vector<Json> mixes = all_settings(next);
    EXPECT_EQ(mixes.size(), 2u) << "the baselines, which are what was kept";
    for (const Json& mix : mixes)
        for (const auto& [knob, value] : mix.items())
            EXPECT_EQ(value, (starts_with_any(knob, {"vocal"}) ? second : first)[knob]) << knob;
    const Json top = ask({"top", next});
    EXPECT_EQ(top["picks"].size(), 1u);
    EXPECT_EQ(top["picks"][0]["words"], "the mix that was kept");
    Words names;
    for (const Json& item : top["audition"]) {
        names.push_back(item["name"]);
        const Json metered = ask({"meter", item["file"].get<std::string>()})[0];
        EXPECT_NEAR(metered["integrated_lufs"].get<double>(), item["loudness_lufs"], 0.01);
        EXPECT_NEAR(metered["seconds"].get<double>(), 6, 1e-9);
        EXPECT_LE(metered["true_peak_dbtp"].get<double>(), -0.999);
    }
    EXPECT_EQ(names, (Words{"pick 1", "static balance", "rough mix"}));
    EXPECT_EQ(fs::path(top["audition"][2]["file"].get<std::string>()).filename(), "rough-mix.flac");
    EXPECT_TRUE(top["audition"][2]["id"].is_null());
}

TEST(Keep, LeavesFreeWhatItIsToldTo) {
    const Scratch scratch;
    const Json kept = ask({"keep", shared_night().night, "all of 1 but bass, hats and returns",
                           "stem bass of mix 0", "-o", scratch / "next.yaml"});
    const Json& channels = kept["kept"][0]["channels"];
    for (const char* free : {"bass", "bus/bass", "hats", "bus/hall", "bus/plate", "bus/echo"})
        EXPECT_EQ(std::count(channels.begin(), channels.end(), free), 0) << free;
    EXPECT_EQ(std::count(channels.begin(), channels.end(), "bus/drums"), 1);
    EXPECT_EQ(kept["kept"][1]["channels"], Words{"bass"});
    EXPECT_EQ(kept["kept"][1]["id"], 0);
}

TEST(Keep, RefusesWhatIsNotThereAndSaysWhatIs) {
    const std::string night = shared_night().night;
    const Scratch scratch;
    const std::string job = scratch / "next.yaml";
    const std::string picks = std::to_string(ask({"top", night})["picks"].size());
    const auto refused = [&](Words words, const Words& named) {
        words.insert(words.begin(), {"keep", night});
        const Ended ended = mixfarm(words);
        EXPECT_EQ(ended.code, 2) << testing::PrintToString(words) << ended.err;
        EXPECT_EQ(ended.out, "");
        for (const std::string& name : named) EXPECT_THAT(ended.err, HasSubstr(name));
    };
    refused({"vocl of 1", "-o", job}, {"'vocl'", "did you mean 'vocal'", "kick", "drums", "all"});
    refused({"all of 1 but vocl", "-o", job}, {"'vocl'"});
    refused({"vocal of 99", "-o", job}, {"no pick 99", "1 to " + picks, "'mix 99'"});
    refused({"vocal of 0", "-o", job}, {"no pick 0"});
    refused({"vocal of mix 4000", "-o", job}, {"ID 4000"});
    refused({"vocal", "-o", job}, {"'vocal'", "'drums of 3'", "Known are"});
    refused({"-o", job}, {"what to keep", "kick"});
    refused({"vocal of 1"}, {"-o"});
    write_text(job, "mine");
    refused({"vocal of 1", "-o", job}, {job, "exists"});
    EXPECT_EQ(text_of(job), "mine");
    refused({"vocal of 1", "-o", scratch / "no/such/job.yaml"}, {"job.yaml"});
}

}  // namespace
}  // namespace mixfarm::cli_test
