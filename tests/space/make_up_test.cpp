/// Make-up against the compressor itself: sounds go through it, K-weighted loudness before and
/// after.
#include "host/space/make_up.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "host/analysis/stem_scan.h"
#include "kernels/effects/compressor.h"
#include "tests/space/band.h"
#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"

namespace mixfarm::testing {
namespace {

/// LU that a compressor without make-up takes of a stem.
double taken_lu(const Stem& stem, const Compression& c) {
    signals::Stereo x{stem.left, stem.left};
    EffectRunner<Compressor>(
        {float(c.threshold_db), float(c.ratio), float(c.attack_ms), float(c.release_ms),
         float(c.knee_db), 0, c.rms ? 1.f : 0.f, 1, float(c.sidechain_hz), 0},
        48000)
        .process(x, 120);
    Stem after = stem;
    after.left = x.left;
    const auto power = [](const Stem& s) {
        double sum = 0;
        for (const float lufs : scan_stem(s, 48000, std::ssize(s.left)).level_lufs)
            sum += std::pow(10.0, lufs / 10);
        return sum;
    };
    return 10 * std::log10(power(stem) / power(after));
}

TEST(MakeUp, IsWhatTheCompressorTakes) {
    struct Sound {
        const char* name;
        Signal signal;
        double tolerance;  // dB
    };
    // What moves the gain within a wave also bends the wave: deep drums are the least certain.
    const Sound sounds[] = {
        {"tone", sine(300, 0.2), 0.3},
        {"noise", noise(0.1, 3), 0.6},
        {"kick", hits(sum(sine(55, 0.8), sine(110, 0.2)), 2, 0.2), 2.0},
        {"snare", hits(noise(0.2, 1), 1, 0.15), 1.5},
        {"hats", hits(noise(0.2, 5), 8, 0.06), 1.2},
        {"voice", hits(sine(300, 0.3), 1.5, 1), 0.5},
    };
    for (const auto& [name, signal, tolerance] : sounds) {
        Song song = empty_song(4);
        const Stem stem = add_stem(song, "one", Role::other, signal);
        const auto levels = scan_stem(stem, 48000, song.frames).level_lufs;
        const double lufs = gated_loudness(levels);
        const std::pair<int, double> alone[] = {{0, 0.0}};
        const MakeUp make_up(loudest_stretch(song, alone, levels));
        double worst = 0;
        for (const double threshold : {-12.0, 0.0})
            for (const double ratio : {2.0, 20.0})
                for (const double attack : {0.1, 3.0, 30.0})
                    for (const double release : {10.0, 350.0})
                        for (const auto& [cut, rms] :
                             {std::pair{20, false}, {20, true}, {90, false}, {150, false}}) {
                            if (kSlowBuild && (ratio < 20 || attack != 3)) continue;
                            const Compression c{lufs + threshold, ratio,       6,  attack,
                                                release,          double(cut), rms};
                            const double off = make_up.gain_db(c) - taken_lu(stem, c);
                            if (std::fabs(off) > std::fabs(worst)) worst = off;
                            EXPECT_NEAR(off, 0, tolerance)
                                << name << ' ' << threshold << ' ' << ratio << ' ' << attack << ' '
                                << release << ' ' << cut << ' ' << rms;
                        }
        std::printf("make-up of %-6s off by at most %+.2f dB\n", name, worst);
    }
}

TEST(MakeUp, IsNoneWhereNothingIsCompressed) {
    EXPECT_EQ(MakeUp().gain_db({-40, 4, 6, 10, 100, 20, false}), 0) << "silence";
    Song song = empty_song(2);
    add_stem(song, "tone", Role::other, sine(300, 0.2));
    const std::pair<int, double> alone[] = {{0, 0.0}};
    const MakeUp make_up(
        loudest_stretch(song, alone, scan_stem(song.stems[0], 48000, song.frames).level_lufs));
    EXPECT_EQ(make_up.gain_db({-40, 1, 6, 10, 100, 20, false}), 0) << "ratio 1";
    EXPECT_EQ(make_up.gain_db({0, 20, 6, 10, 100, 20, false}), 0) << "below the threshold";
}

TEST(MakeUp, OfOneDoesNotDependOnTheOthers) {
    // Sounds of two lengths, compressors whose attack is the faster rate and the slower one, some
    // that do nothing.
    Song song = empty_song(2);
    const auto of = [&](const char* name, const Signal& signal, double seconds) {
        add_stem(song, name, Role::other, signal);
        const std::pair<int, double> alone[] = {{static_cast<int>(song.stems.size()) - 1, 0.0}};
        return MakeUp(loudest_stretch(
            song, alone, scan_stem(song.stems.back(), 48000, song.frames).level_lufs, seconds));
    };
    const MakeUp sounds[] = {of("tone", sine(300, 0.2), 0.7),
                             of("hats", hits(noise(0.2, 5), 8, 0.06), 2)};
    std::vector<MakeUp::Case> cases;
    for (const double attack : {0.1, 30.0})
        for (const double ratio : {4.0, 1.0, 20.0})
            for (const MakeUp& sound : sounds)
                cases.push_back({&sound, {-30, ratio, 6, attack, 10, 20, ratio > 4}});
    std::vector<double> gains(cases.size());
    MakeUp::gains(cases, gains);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        EXPECT_EQ(gains[i], cases[i].sound->gain_db(cases[i].compression)) << i;
        EXPECT_EQ(gains[i] > 0.5, cases[i].compression.ratio > 1) << i;
    }
}

TEST(MakeUp, HearsTheLoudestStretchOfAllParts) {
    // Two tones that differ by 20 dB, the louder in the last third, and the first of them lifted.
    Song song = empty_song(30);
    add_stem(song, "a", Role::other, sine(300, 0.02));
    add_stem(song, "b", Role::other, during(20, 30, sine(300, 0.2)));
    const auto levels = scan_stem(song.stems[1], 48000, song.frames).level_lufs;
    const std::pair<int, double> both[] = {{0, 20.0}, {1, 0.0}};
    const Envelope e = loudest_stretch(song, both, levels, 5);
    const Envelope::Detector& detector = e.detector(20);
    ASSERT_EQ(detector.sample_db.size(), 20000u);
    ASSERT_EQ(e.k_power.size(), 20000u);
    // A sine of peak 0.4 at moments spread over it: its mean square is 3 dB under its peak.
    double square = 0;
    for (const float db : detector.sample_db) square += std::pow(10.0, db / 10) / 20000;
    EXPECT_NEAR(10 * std::log10(square), 20 * std::log10(0.4) - 3.01, 0.05);
    for (const std::size_t i : {0u, 9999u, 19999u})
        EXPECT_NEAR(detector.square_db[i], 20 * std::log10(0.4) - 3.01, 0.3) << i;
    EXPECT_TRUE(loudest_stretch(song, {}, levels).k_power.empty());
}

}  // namespace
}  // namespace mixfarm::testing
