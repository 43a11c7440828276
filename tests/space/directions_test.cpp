/// Directions by what they do: to responses, levels, compressors; and what has no business in them.
#include <gtest/gtest.h>

#include "tests/space/band.h"

namespace mixfarm {
namespace {

using namespace testing;

const MacroKnob* find(const Space& space, const std::string& name, int channel) {
    for (const MacroKnob& d : space.directions())
        if (d.name == name && d.channel == channel) return &d;
    return nullptr;
}

int channel_of(Bus bus) {
    return static_cast<int>(the_band().song.stems.size()) + static_cast<int>(bus);
}

/// A step of t from the middle.
std::vector<float> moved(const Space& space, const MacroKnob& direction, float t) {
    auto unit = middle(space);
    for (const auto& [i, weight] : direction.pull) {
        float& u = unit[static_cast<std::size_t>(i)];
        u = std::clamp(u + t * weight, 0.f, 1.f);
    }
    return space.values(unit);
}

/// What a step of 1.5 up changes of `quality(values)` against one of 1.5 down; NaN where there is
/// no such direction.
template <class Quality>
double change(const Space& space, const std::string& name, int channel, Quality quality) {
    const MacroKnob* direction = find(space, name, channel);
    if (!direction) return std::nan("");
    return quality(moved(space, *direction, 1.5f)) - quality(moved(space, *direction, -1.5f));
}

constexpr double kRate = 48000;

/// dB at `hz` re `re_hz` of a stem's or a bus's filters.
double tilt(const Space& space, std::span<const float> values, int channel, double hz,
            double re_hz) {
    const double both[] = {hz, re_hz};
    std::vector<float> row;
    for (std::size_t k = 0; k < values.size(); ++k)
        if (space.knobs()[k].channel == channel) row.push_back(values[k]);
    const int stems = static_cast<int>(the_band().song.stems.size());
    const auto db = channel < stems
                        ? strip_response_db(row, both, kRate)
                        : bus_response_db(static_cast<Bus>(channel - stems), row, both, kRate);
    return db[0] - db[1];
}

TEST(Directions, TonePresenceAndLowEndBendTheResponse) {
    const Space space = the_band().space();
    struct Bend {
        const char* direction;
        double hz, re_hz;
        int channels;  ///< that have it, at least
    };
    for (const Bend& bend : {Bend{"tone", 10000, 100, 10}, Bend{"presence", 3000, 500, 6},
                             Bend{"low end", 60, 1000, 10}}) {
        int channels = 0;
        for (int c = 0; c <= channel_of(Bus::master); ++c) {
            const double more = change(space, bend.direction, c, [&](std::span<const float> v) {
                return tilt(space, v, c, bend.hz, bend.re_hz);
            });
            if (std::isnan(more)) continue;
            if (c == channel_of(Bus::echo)) continue;  // its filters lie within the loop
            std::printf("%-9s of channel %2d: %+5.1f dB\n", bend.direction, c, more);
            EXPECT_GT(more, 0.5) << bend.direction << " of channel " << c;
            ++channels;
        }
        EXPECT_GE(channels, bend.channels) << bend.direction;
    }
}

TEST(Directions, LevelsSendsWidthAndDynamicsGoTheirWay) {
    const Space space = the_band().space();
    const auto value = [&](const std::string& name) {
        return [&, k = knob(space, name)](std::span<const float> v) -> double { return v[k]; };
    };
    for (int s = 0; s + 1 < static_cast<int>(the_band().song.stems.size()); ++s) {
        const std::string stem = the_band().song.stems[static_cast<std::size_t>(s)].name;
        EXPECT_GT(change(space, "level", s, value(stem + "/fader.fader_db")), 1) << stem;
        EXPECT_GT(change(space, "space", s, value(stem + "/send.plate_db")), 1) << stem;
        const double squeezed = change(space, "dynamics", s, value(stem + "/compressor.makeup_db"));
        std::printf("%-9s compressed by %+.1f dB\n", stem.c_str(), squeezed);
        EXPECT_GT(squeezed, 1) << stem;
        const auto out = [&](std::span<const float> v) {
            return std::fabs(value(stem + "/pan.position")(v)) + value(stem + "/width.width")(v);
        };
        if (find(space, "width", s)) {
            EXPECT_GT(change(space, "width", s, out), 0.1) << stem;
        }
    }
    EXPECT_TRUE(find(space, "width", 3) && find(space, "width", 4)) << "two guitars";
    EXPECT_GT(change(space, "level", channel_of(Bus::drums), value("bus/drums/fader.fader_db")), 1);
    EXPECT_GT(change(space, "dynamics", channel_of(Bus::drums), value("bus/drums/glue.makeup_db")),
              1);
    const int master = channel_of(Bus::master);
    EXPECT_GT(change(space, "dynamics", master, value("bus/master/multiband.mix")), 0.3);
    EXPECT_LT(change(space, "dynamics", master, value("bus/master/multiband.low_threshold_db")), 0);
    EXPECT_GT(change(space, "width", master, value("bus/master/width.width")), 0.05);
    EXPECT_GT(change(space, "drive", master, value("bus/master/saturator.drive_db")), 1);
    EXPECT_GT(change(space, "space", channel_of(Bus::hall), value("bus/hall/hall.decay_s")), 1);
}

TEST(Directions, HoldWhatActs) {
    const Space space = the_band().space();
    for (const MacroKnob& d : space.directions()) {
        EXPECT_FALSE(d.pull.empty());
        EXPECT_NE(d.channel, 7) << "nothing moves silence";
        for (const auto& [i, weight] : d.pull) {
            const Coordinate& axis = space.axes()[static_cast<std::size_t>(i)];
            const Knob& knob = space.knobs()[static_cast<std::size_t>(axis.knob)];
            EXPECT_EQ(knob.channel, d.channel) << knob.name;
            EXPECT_NE(weight, 0) << knob.name;
            EXPECT_FALSE(axis.toggle) << knob.name;
            const bool along = axis.gate < 0 || std::any_of(d.pull.begin(), d.pull.end(),
                                                            [&, gate = axis.gate](const auto& p) {
                                                                return p.first == gate;
                                                            });
            EXPECT_TRUE(along) << knob.name << " has its gate in another direction";
        }
    }
}

TEST(Directions, LeaveOutWhatTheJobFixes) {
    BandSpace band = the_band();
    band.job.effects_off = {"equalizer", "saturator"};
    band.job.stems[6].lock = {{"fader_db", -3}, {"compressor.ratio", 1}};
    band.job.stems[2].lock = {{"compressor.ratio", 4}};
    const Space space = band.space();
    for (int c = 0; c <= channel_of(Bus::master); ++c) {
        EXPECT_FALSE(find(space, "presence", c)) << c;
        EXPECT_FALSE(find(space, "drive", c)) << c;
    }
    EXPECT_FALSE(find(space, "level", 6));
    EXPECT_FALSE(find(space, "dynamics", 6)) << "a threshold does nothing at ratio 1";
    ASSERT_TRUE(find(space, "dynamics", 2)) << "one at a fixed ratio does";
    EXPECT_EQ(find(space, "dynamics", 2)->pull.size(), 1u);
    EXPECT_TRUE(find(space, "low end", 6)) << "the high-pass is left";
}

}  // namespace
}  // namespace mixfarm
