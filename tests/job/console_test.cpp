/// What a job says about keys between stems, knobs that move, effects and buses means what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/job/job_folder.h"

namespace mixfarm {
namespace {

TEST(ReadJob, ReadsEveryWordForSpaceAndPlace) {
    const JobFolder folder;
    folder.write("x.wav", "");
    const Job job = read_job(folder.write(
        "job.yaml",
        "song:\n  stems:\n    - {file: x.wav, name: a, space: dry, place: wide}\n"
        "    - {file: x.wav, name: b, space: wet, place: centre}\n"
        "    - {file: x.wav, name: c, space: natural, place: free, duck_under: a, make_room_for: "
        "none}\n    - {file: x.wav, name: d}\n"));
    using testing::ElementsAre;
    std::vector<Wetness> space;
    std::vector<Place> place;
    for (const StemJob& said : job.stems) {
        space.push_back(said.space);
        place.push_back(said.place);
    }
    EXPECT_THAT(space, ElementsAre(Wetness::dry, Wetness::wet, Wetness::natural, Wetness::natural));
    EXPECT_THAT(place, ElementsAre(Place::wide, Place::centre, Place::free, Place::free));
    EXPECT_EQ(job.stems[2].duck_under, "a");
    EXPECT_EQ(job.stems[2].make_room_for, "none");
    EXPECT_EQ(job.stems[3].duck_under, "");
    EXPECT_EQ(job.stems[3].make_room_for, "");
}

TEST(ReadJob, LaysAutomationOnTheSongsTime) {
    const JobFolder folder;
    folder.write("x.wav", "");
    const Job job = read_job(folder.write(
        "job.yaml",
        "song:\n  stems:\n    - file: x.wav\n      automation:\n"
        "        pan: [{at: \"808\", value: 1}]\n"
        "        fader_db: [{at: 0, value: -3}, {at: chorus, value: -3}, {at: chorus, value: 0},\n"
        "                   {at: 61.5, value: -1}]\n"
        "  sections: [{name: verse, start_s: 0}, {name: chorus, start_s: 31.5},\n"
        "             {name: \"808\", start_s: 90}]\n"
        "console:\n  buses:\n    hall: {automation: {decay_s: [{at: chorus, value: 2}]}}\n"));
    const std::vector<AutomationJob> expected = {
        {"fader_db", {{0, "", -3}, {31.5, "chorus", -3}, {31.5, "chorus", 0}, {61.5, "", -1}}},
        {"pan", {{90, "808", 1}}}};
    EXPECT_EQ(job.stems[0].automation, expected);
    const std::vector<AutomationJob> hall = {{"decay_s", {{31.5, "chorus", 2}}}};
    EXPECT_EQ(job.buses.at("hall").automation, hall);
    EXPECT_EQ(job.buses.size(), 1U);
}

TEST(ReadJob, TakesOnAndOffAsWordsAndAsBooleans) {
    const JobFolder folder;
    folder.write("x.wav", "");
    const Job job = read_job(folder.write(
        "job.yaml",
        "song: {stems: [{file: x.wav}]}\n"
        "console: {effects: {saturator: off, gate: false, de_esser: on, plate: true, echo: "
        "\"off\"}}\n"));
    EXPECT_THAT(job.effects_off, testing::ElementsAre("echo", "gate", "saturator"));
    EXPECT_TRUE(job.buses.empty());
    EXPECT_EQ(folder.complaint("song: {stems: [{file: x.wav}]}\nconsole: {}\n"), "");
    EXPECT_EQ(folder.complaint("song: {stems: [{file: x.wav, automation: {}, lock: {}}]}\n"
                               "console: {effects: {}, buses: {echo: {}}}\n"),
              "");
}

}  // namespace
}  // namespace mixfarm
