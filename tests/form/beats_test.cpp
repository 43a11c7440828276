/// Beats and bars of songs that were made with known ones.
#include "host/form/beats.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "host/form/bars.h"
#include "host/job/job.h"
#include "tests/form/band.h"

namespace mixfarm {
namespace {

using form_test::f_measure;

class Tunes : public testing::TestWithParam<form_test::Tune> {};

TEST_P(Tunes, BeatsAndBarsAreFound) {
    const form_test::Played played = form_test::Band(GetParam()).play();
    const SongCourse course = song_course(played.song);
    const Beats beats = find_beats(course);
    const Bars bars = find_bars(course, beats);
    const double f = f_measure(beats.at_s, played.beats, 0.07),
                 down = f_measure(bars.at_s, played.downbeats, 0.07);
    std::printf(
        "%5.0f bpm in %d: %6.1f bpm, beats %.3f (sure %.2f), in %d, downbeats %.3f (sure %.2f)\n",
        GetParam().bpm, GetParam().beats, beats.tempo_bpm, f, beats.confidence, bars.beats, down,
        bars.confidence);
    EXPECT_GE(f, 0.95);
    EXPECT_EQ(bars.beats, GetParam().beats);
    EXPECT_GE(down, 0.85);
    EXPECT_GE(beats.confidence, kSureOfBeats);
}

INSTANTIATE_TEST_SUITE_P(Tempi, Tunes, testing::ValuesIn(form_test::ten_tunes()),
                         [](const auto& test) {
                             return "At" + std::to_string(static_cast<int>(test.param.bpm));
                         });
INSTANTIATE_TEST_SUITE_P(BusyTempi, Tunes, testing::ValuesIn(form_test::busy_tunes()),
                         [](const auto& test) {
                             return "At" + std::to_string(static_cast<int>(test.param.bpm));
                         });

}  // namespace
}  // namespace mixfarm
