/// A night that was begun goes on only with the same moves, places and sounds.
#include "tests/moves/songs.h"

namespace mixfarm::moves_test {
namespace {

TEST(PlanHash, KnowsMovesTheirPlacesAndTheirSounds) {
    form_test::Tune tune;
    tune.bpm = 126, tune.seed = 7;
    tune.form = {{"intro", 4}, {"verse", 4}, {"chorus", 4}};
    const form_test::Played played = form_test::Band(tune).play();
    Job job = job_of(played, "hashed");
    tell_sections(job, played, {"Intro", "Verse", "Hook"});
    leave_out_layers(job);
    job.moves.said["own_sounds"] = {1, std::nullopt};
    job.own_sounds = "own";
    fs::create_directories(job.folder / "own");
    const auto own = [&](double hz) {
        test::write_audio(job.folder / "own" / "impact.wav",
                          {test::sine(hz, 0.5, played.song.rate)}, played.song.rate);
    };
    const auto hash = [&] {
        Progress progress;
        return Studio(job, "cpu", 2, progress).plan_hash();
    };
    own(1000);
    const std::string first = hash();
    EXPECT_EQ(hash(), first);
    own(1001);
    EXPECT_NE(hash(), first) << "another sound of the same name and length";
    own(1000);
    job.moves.said["chorus_lift"] = {0.5, std::nullopt};
    EXPECT_NE(hash(), first) << "a move may go less far";
    job.moves.said.erase("chorus_lift");
    job.sections[2].start_s += 240 / tune.bpm;  // a bar
    EXPECT_NE(hash(), first) << "other places";
}

}  // namespace
}  // namespace mixfarm::moves_test
