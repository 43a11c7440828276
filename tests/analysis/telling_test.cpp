/// The telling excerpts of songs whose telling places are known.
#include <gtest/gtest.h>

#include "host/analysis/profile.h"
#include "tests/analysis/synthetic.h"

namespace mixfarm {
namespace {

using namespace testing;

bool overlaps(const Excerpt& e, double start_s, double end_s, int rate) {
    return static_cast<double>(e.start)<end_s * rate&& static_cast<double>(e.start + e.frames)>
               start_s * rate;
}

/// 60 s: pad alone, drums and pad, lead enters at 30 s over everything, full at 40 to 50 s, an
/// effect at 56 s only.
Song sixty_seconds(int rate) {
    Song song = empty_song(60, rate);
    add_stem(song, "pad", Role::pad, during(2, 60, sine(330, 0.05, rate), rate));
    add_stem(song, "drums", Role::drums, during(15, 50, sine(90, 0.2, rate), rate));
    add_stem(song, "guitar", Role::electric_guitar, during(40, 50, sine(700, 0.2, rate), rate));
    add_stem(song, "vox", Role::lead_vocal, during(30, 50, sine(1200, 0.1, rate), rate));
    add_stem(song, "boom", Role::fx, during(56, 59, sine(60, 0.1, rate), rate));
    add_stem(song, "nothing", Role::keys, [](std::int64_t) { return 0.0f; });
    return song;
}

TEST(Telling, DisjointAlignedAndEveryStemIsHeard) {
    for (int rate : {48000, 44100}) {
        const Song song = sixty_seconds(rate);
        const Profile p = analyze(song, 18);
        ASSERT_EQ(p.telling.size(), 3u);
        std::int64_t last_end = 0, total = 0;
        for (const Excerpt& e : p.telling) {
            std::printf("%d Hz: %.2f to %.2f s, warm-up %.2f s\n", rate, double(e.start) / rate,
                        double(e.start + e.frames) / rate, double(e.warmup) / rate);
            EXPECT_EQ(e.start % (rate / 100), 0);
            EXPECT_EQ(e.frames % (rate / 100), 0);
            EXPECT_GE(e.start, last_end);
            EXPECT_LE(e.start + e.frames, song.frames);
            EXPECT_EQ(e.warmup, std::min<std::int64_t>(e.start, rate));
            last_end = e.start + e.frames;
            total += e.frames;
        }
        EXPECT_NEAR(static_cast<double>(total) / rate, 18, 0.31);
        const auto any = [&](double from, double to) {
            return std::any_of(p.telling.begin(), p.telling.end(),
                               [&](const Excerpt& e) { return overlaps(e, from, to, rate); });
        };
        EXPECT_TRUE(any(40, 50)) << "the densest stretch";
        EXPECT_TRUE(any(30, 50)) << "the lead";
        EXPECT_TRUE(any(56, 59)) << "the only place where the effect is heard";
    }
}

TEST(Telling, TakesTheLoudestTheLeadAndTheQuietest) {
    Song song = empty_song(60);
    add_stem(song, "bed", Role::pad, [](std::int64_t n) {
        const double t = static_cast<double>(n) / 48000;
        return static_cast<float>((t < 10 ? 0.01 : t < 20 ? 0.3 : 0.1) * sine(440, 1)(n));
    });
    add_stem(song, "vox", Role::lead_vocal, during(40, 46, sine(1000, 0.1)));
    const Profile p = analyze(song, 15);
    ASSERT_EQ(p.telling.size(), 3u);
    EXPECT_LT(p.telling[0].start, 6 * 48000) << "the quiet start";
    EXPECT_TRUE(overlaps(p.telling[2], 40, 46, 48000)) << "the lead";
    const bool loud = overlaps(p.telling[1], 10, 20, 48000);
    EXPECT_TRUE(loud || overlaps(p.telling[2], 10, 20, 48000)) << "the loud verse";
}

TEST(Telling, AShortSongIsHeardWhole) {
    Song song = empty_song(12);
    add_stem(song, "pad", Role::pad, sine(330, 0.1));
    const Profile p = analyze(song, 20);
    ASSERT_EQ(p.telling.size(), 1u);
    EXPECT_EQ(p.telling[0].start, 0);
    EXPECT_EQ(p.telling[0].frames, song.frames);
    EXPECT_EQ(p.telling[0].warmup, 0);
}

}  // namespace
}  // namespace mixfarm
