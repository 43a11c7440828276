/// What moves cost or bring is measured on mixes without them, the best pick's first, within
/// bounds.
#include "host/weigh_moves.h"
#include "tests/moves/songs.h"

namespace mixfarm::moves_test {
namespace {

/// Heard whole, with these moves at a half.
Row row_of(const Stage& stage, std::uint64_t id, std::initializer_list<const char*> moves) {
    Row row;
    row.id = id, row.stage = 3;
    row.values = stage.resting();
    for (const char* name : moves) {
        const Move* move = stage.find(name);
        EXPECT_NE(move, nullptr) << name;
        if (move)
            row.values[stage.studio().space.strength_knob(
                static_cast<std::size_t>(move - stage.moves().data()))] = 0.5f;
    }
    return row;
}

float technical(const Studio& studio, const std::vector<float>& values) {
    const Excerpt whole[] = {{0, studio.song.frames, 0}};
    const MixSettings mix[] = {studio.space.settings(values)};
    const Measurement measured = studio.engine->evaluate(mix, whole, studio.target)[0];
    const StemMetrics stems =
        studio.judge.stem_metrics(measured, mix[0], studio.space.prior_distance(values), 3);
    return studio.judge.score(measured, stems).technical;
}

TEST(WeighMoves, TellsTheScoreWithoutEach) {
    const Stage& stage = band();
    Results results;
    results.rows = {row_of(stage, 7, {"chorus_lift", "vocal_ride"}), row_of(stage, 9, {}),
                    row_of(stage, 12, {"chorus_lift", "build"})};
    results.picks = {12, 9, 7};
    Progress progress;
    weigh_moves(results, stage.studio(), progress);
    ASSERT_EQ(results.made.size(), 4u);
    for (std::size_t i = 0; i < 4; ++i) {
        const MadeMove& made = results.made[i];
        EXPECT_EQ(made.id, i < 2 ? 12u : 7u);
        EXPECT_EQ(made.strength, 0.5f);
        std::vector<float> without = results.rows[made.id == 12 ? 2 : 0].values;
        without[stage.studio().space.strength_knob(static_cast<std::size_t>(made.move))] = 0;
        EXPECT_FLOAT_EQ(made.technical_without, technical(stage.studio(), without)) << i;
        EXPECT_NE(made.technical_without,
                  technical(stage.studio(), results.rows[made.id == 12 ? 2 : 0].values))
            << "nothing was weighed";
    }
}

TEST(WeighMoves, StopsWhereANightHeardFewSongs) {
    const Stage& stage = band();
    Results results;
    results.rows = {row_of(stage, 1, {"chorus_lift", "vocal_ride", "build"}),
                    row_of(stage, 2, {"chorus_lift", "vocal_ride"})};
    results.picks = {1, 2};
    Progress progress;
    weigh_moves(results, stage.studio(), progress);
    // Two songs heard and two picks bear four mixes: those of the best pick, not both.
    ASSERT_EQ(results.made.size(), 3u);
    for (const MadeMove& made : results.made) EXPECT_EQ(made.id, 1u);
}

}  // namespace
}  // namespace mixfarm::moves_test
