/// What a sketch shares with the full values, what follows beside the slow way of finding it, and
/// where each coordinate rests.
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "kernels/core/random.h"
#include "tests/space/band.h"
#include "tests/space/follow_oracle.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

using namespace testing;

std::vector<float> random_point(const Space& space, std::uint64_t i) {
    const RandomStream random(17, i);
    std::vector<float> unit(space.searched().size());
    for (std::size_t k = 0; k < unit.size(); ++k) unit[k] = static_cast<float>(random.uniform(k));
    return unit;
}

TEST(Sketch, IsTheValuesBeforeCompressorsAreFollowed) {
    const Space space = the_band().space();
    std::vector<float> sketch(space.knobs().size());
    std::set<std::string> differs;
    for (std::uint64_t i = 0; i < 200; ++i) {
        const auto unit = random_point(space, i);
        space.sketch(unit, sketch);
        const auto values = space.values(unit);
        for (std::size_t k = 0; k < values.size(); ++k)
            if (sketch[k] != values[k]) {
                const std::string& name = space.knobs()[k].name;
                differs.insert(name.substr(name.rfind('/') + 1));
            }
    }
    const std::set<std::string> followers = {"compressor.threshold_db", "compressor.makeup_db",
                                             "glue.makeup_db", "parallel.makeup_db",
                                             "trim.trim_db"};
    EXPECT_EQ(differs, followers);
}

TEST(Sketch, HoldsLocks) {
    BandSpace band = the_band();
    band.job.stems[6].lock = {{"fader_db", -50}, {"compressor.makeup_db", 3}};
    const Space space = band.space();
    std::vector<float> sketch(space.knobs().size());
    space.sketch(middle(space), sketch);
    EXPECT_EQ(sketch[knob(space, "vox/fader.fader_db")], -50);
    EXPECT_EQ(sketch[knob(space, "vox/compressor.makeup_db")], 3);
}

TEST(Sketch, FollowersAreThoseOfTheSlowWay) {
    const BandSpace& band = the_band();
    const Space space = band.space();
    const auto sounds = sounds_of(band.song, band.profile);
    FollowersOff off;
    for (std::uint64_t i = 0; i < effort<std::uint64_t>(60, 4); ++i)
        compare_followers(band.song, band.profile, space, sounds, random_point(space, i), off);
    std::printf("raises off by %.4f dB, thresholds by %.4f dB, make-up by %.4f dB at most\n",
                off.raise, off.threshold, off.make_up);
    EXPECT_LT(off.raise, 0.1);
    EXPECT_LT(off.threshold, 0.02);
    EXPECT_LT(off.make_up, 0.01);
}

TEST(Sketch, CostsLittle) {
    const Space space = the_band().space();
    const auto unit = random_point(space, 1);
    auto values = space.values(unit);
    const auto time = [](int times, auto work) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < times; ++i) work();
        const std::chrono::duration<double, std::micro> taken =
            std::chrono::steady_clock::now() - start;
        return taken.count() / times;
    };
    double sum = 0;
    std::printf("%zu coordinates: sketch %.1f us", unit.size(),
                time(200, [&] { space.sketch(unit, values); }));
    std::printf(", values %.0f us", time(10, [&] { values = space.values(unit); }));
    std::printf(", prior distance %.1f us\n",
                time(200, [&] { sum += space.prior_distance(values); }));
    EXPECT_GT(sum, 0);
}

TEST(Axes, RestWhereTheySay) {
    const Space space = the_band().space();
    std::vector<float> values(space.knobs().size());
    auto unit = middle(space);
    int resting = 0, toggles = 0;
    ASSERT_EQ(space.axes().size(), unit.size());
    for (std::size_t i = 0; i < unit.size(); ++i) {
        const Coordinate& axis = space.axes()[i];
        const auto k = static_cast<std::size_t>(axis.knob);
        const Knob& knob = space.knobs()[k];
        ASSERT_EQ(axis.knob, space.searched()[i]);
        EXPECT_EQ(axis.toggle, knob.scale == Scale::toggle) << knob.name;
        if (knob.effect == "fader" || knob.effect == "echo") continue;  // may be moved again
        const auto at = [&](float u) {
            const float before = unit[i];
            unit[i] = u;
            space.sketch(unit, values);
            unit[i] = before;
            return values[k];
        };
        if (axis.rest_low > axis.rest_high) {
            for (const float u : {0.05f, 0.3f, 0.45f, 0.7f, 0.95f})
                EXPECT_TRUE(axis.toggle || at(u) != knob.neutral || knob.prior.use == 1)
                    << knob.name << ' ' << u;
            continue;
        }
        ++resting, toggles += axis.toggle;
        EXPECT_GE(axis.rest_low, 0) << knob.name;
        EXPECT_LE(axis.rest_high, 1) << knob.name;
        for (const float part : {0.f, 0.3f, 1.f})
            EXPECT_EQ(at(axis.rest_low + part * (axis.rest_high - axis.rest_low)), knob.neutral)
                << knob.name << ' ' << part;
        constexpr float kBeyond = 1e-3f;  // a tail may begin at neutral itself
        if (axis.rest_low > kBeyond) {
            EXPECT_NE(at(axis.rest_low - kBeyond), knob.neutral) << knob.name;
        }
        if (axis.rest_high < 1 - kBeyond) {
            EXPECT_NE(at(axis.rest_high + kBeyond), knob.neutral) << knob.name;
        }
        if (axis.toggle && axis.rest_high < 1) {
            EXPECT_EQ(at(std::nextafter(axis.rest_high, 2.f)), 1) << knob.name;
        }
    }
    EXPECT_GT(resting, 50);
    EXPECT_GT(toggles, 5);
}

TEST(Axes, KnowTheirGates) {
    const Space space = the_band().space();
    const auto axis = [&](const std::string& name) {
        const auto& s = space.searched();
        return std::find(s.begin(), s.end(), static_cast<int>(knob(space, name))) - s.begin();
    };
    const auto gate = [&](const std::string& name) {
        return space.axes()[static_cast<std::size_t>(axis(name))].gate;
    };
    EXPECT_EQ(gate("vox/compressor.attack_ms"), axis("vox/compressor.ratio"));
    EXPECT_EQ(gate("vox/equalizer.bell3_hz"), axis("vox/equalizer.bell3_db"));
    EXPECT_EQ(gate("bus/drums/parallel.mix"), axis("bus/drums/parallel.ratio"));
    EXPECT_EQ(gate("vox/compressor.ratio"), -1);
    EXPECT_EQ(gate("vox/fader.fader_db"), -1);
    BandSpace held = the_band();
    held.job.stems[6].lock = {{"compressor.ratio", 4}};
    const Space locked = held.space();
    for (const Coordinate& a : locked.axes())
        if (locked.knobs()[static_cast<std::size_t>(a.knob)].name == "vox/compressor.attack_ms") {
            EXPECT_EQ(a.gate, -1) << "what is locked is no coordinate";
        }
}

}  // namespace
}  // namespace mixfarm
