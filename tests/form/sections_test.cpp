/// Sections of songs that were made with known ones.
#include "host/form/sections.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/form/band.h"

namespace mixfarm {
namespace {

using form_test::f_measure;

TEST(Sections, OfTenTunesBeginWhereTheyWereMadeTo) {
    std::vector<double> all;
    std::vector<form_test::Tune> tunes = form_test::ten_tunes();
    for (std::size_t i = 0; i < tunes.size(); ++i) {
        if (i % 3 == 1)
            tunes[i].form = {{"intro", 4},  {"verse", 16}, {"chorus", 8}, {"verse", 8},
                             {"chorus", 8}, {"bridge", 8}, {"chorus", 8}, {"outro", 4}};
        const form_test::Played played = form_test::Band(tunes[i]).play();
        const Profile profile = analyze(played.song);
        const SongCourse course = song_course(played.song);
        const Bars bars = find_bars(course, find_beats(course));
        const Sections sections = find_sections(played.song, profile, course, bars);
        std::vector<double> found;
        std::string words;
        for (std::size_t s = 0; s < sections.found.size(); ++s) {
            if (s > 0) found.push_back(sections.found[s].start_s);
            words += std::string(" ") + section_word(sections.found[s].kind) + " " +
                     std::to_string(sections.found[s].bars);
        }
        const double bar = 60 / tunes[i].bpm * tunes[i].beats,
                     f = f_measure(found, played.boundaries, bar);
        std::printf("%.0f bpm: %.2f (sure %.2f)%s\n", tunes[i].bpm, f, sections.confidence,
                    words.c_str());
        all.push_back(f);
    }
    double mean = 0;
    for (const double f : all) mean += f / static_cast<double>(all.size());
    EXPECT_GE(mean, 0.9);
}

}  // namespace
}  // namespace mixfarm
