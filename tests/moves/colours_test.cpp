/// Moves of colour, measured: how wide stems and the mix stand, and where a high-pass has got to.
#include "host/space/wiring.h"
#include "tests/moves/heard.h"
#include "tests/moves/songs.h"
#include "tests/support/signals.h"

namespace mixfarm::moves_test {
namespace {

constexpr double kNear = 0.01;  ///< of a width of 1

/// Width of stems within the mix: their share of its side over that of its middle.
double width_of(const Heard& h, const std::vector<std::size_t>& stems, double from_s, double to_s) {
    std::vector<std::size_t> others;
    for (std::size_t s = 0; s < h.stage.song().stems.size(); ++s)
        if (std::find(stems.begin(), stems.end(), s) == stems.end()) others.push_back(s);
    const auto one = [&](Sides sides) {
        return shares(part_of(h.stage, h.on, from_s, to_s, sides),
                      {part_of(h.stage, stems, from_s, to_s, sides),
                       part_of(h.stage, others, from_s, to_s, sides)})[0];
    };
    return one(Sides::side) / one(Sides::middle);
}

void narrow_build(const Heard& h) {
    const double most = h.amount(0, 0.6, 0.9);
    for (const Move::Place& p : h.move.places) {
        for (const double way : {0.25, 0.5, 0.75, 0.95}) {
            const double at = p.start_s + way * (p.end_s - p.start_s);
            h.reads(p.name + " at " + std::to_string(way).substr(0, 4),
                    width_of(h, h.stage.stems(Bus::music), at - 0.05, at + 0.05),
                    1 - most * way * way, 0.02, "of its width");
        }
        h.reads("before it", width_of(h, h.stage.stems(Bus::music), p.start_s - 1, p.start_s), 1,
                kNear, "of its width");
        h.reads("downbeat after", width_of(h, h.stage.stems(Bus::music), p.end_s, p.end_s + 0.1), 1,
                kNear, "of its width");
    }
    h.reads("words: width of the mix", h.said("width of the mix"), 100 * most, 0.6, "%");
}
const Measured kNarrowBuild("build", demo, narrow_build);

void wide_chorus(const Heard& h) {
    const double by = h.amount(0, 0.15, 0.4), beat = h.stage.beat_s();
    EXPECT_GE(h.move.lanes.size(), 2u);
    const MixSettings still = h.stage.off(), moved = h.stage.settings(h.move, h.strength);
    for (const MoveLane& lane : h.move.lanes) {
        const StereoAudio off = h.stage.engine().render_stem(still, lane.channel, 0),
                          on = h.stage.engine().render_stem(moved, lane.channel, 0);
        for (const FoundSection& s : h.stage.form().sections.found) {
            const double from = s.start_s, to = s.end_s - beat - 0.02,
                         width = s.kind == SectionKind::chorus  ? 1 + by
                                 : s.kind == SectionKind::verse ? 1 - by
                                                                : 1;
            const auto share = [&](Sides sides) {
                return shares(part_of(h.stage, on, from, to, sides),
                              {part_of(h.stage, off, from, to, sides)})[0];
            };
            if (rms(part_of(h.stage, off, from, to)) < 1e-4) continue;
            const std::string who =
                h.stage.song().stems[static_cast<std::size_t>(lane.channel)].name + " in " + s.name;
            h.reads("side of " + who, share(Sides::side), width, kNear, "");
            h.reads("middle of " + who, share(Sides::middle), 1, kNear, "");
        }
    }
    h.reads("words: width", h.said("backing_vocals"), 100 * by, 0.6, "%");
    h.says("verses that are narrower by as much");
}
const Measured kWideChorus("wide_chorus", demo, wide_chorus);

void filter_sweep(const Heard& h) {
    constexpr double kCorners_hz[] = {135, 250, 600};
    const double hz = h.amount(20, 250, 600), rate = h.stage.song().rate;
    // The stems play three tones, each at a corner where one of the strengths ends.
    const std::size_t frames = h.stage.frame(h.move.places.back().end_s + 0.5);
    std::vector<float> sound(frames);
    for (const double f : kCorners_hz) {
        const signals::Samples tone = signals::sine(frames, f, rate, 0.1);
        for (std::size_t n = 0; n < frames; ++n) sound[n] += tone[n];
    }
    const Studio& studio = h.stage.studio();
    SongView view = wired_view(studio.song, studio.profile);
    view.frames = static_cast<std::int64_t>(frames);
    for (StemView& stem : view.stems) stem.left = stem.right = sound.data();
    const std::unique_ptr<Engine> engine = make_cpu_engine(1);
    engine->load(view);
    const MixSettings still = h.stage.off(), moved = h.stage.settings(h.move, h.strength);
    const std::size_t corner = h.strength < 0.4 ? 0 : h.strength < 0.8 ? 1 : 2;
    EXPECT_NEAR(kCorners_hz[corner], hz, 0.01);
    for (const MoveLane& lane : h.move.lanes) {
        const StereoAudio off = engine->render_stem(still, lane.channel, 0),
                          on = engine->render_stem(moved, lane.channel, 0);
        const std::string name = studio.song.stems[static_cast<std::size_t>(lane.channel)].name;
        const auto db = [&](double from_s, double to_s) {
            const auto level = [&](const StereoAudio& mix) {
                return tones(part_of(h.stage, mix, from_s, to_s, Sides::middle), kCorners_hz,
                             rate)[corner];
            };
            return decibels(level(on) / level(off));
        };
        for (const Move::Place& p : h.move.places) {
            const double top = p.end_s - 0.03;
            h.reads(name + " at the end, " + std::to_string(static_cast<int>(hz)) + " Hz",
                    db(top - 0.06, top), -3.01, 0.5, "dB");
            // Half of the way in octaves the corner stands in their middle.
            const double half = (p.start_s + top) / 2, r = std::pow(hz / std::sqrt(10 * hz), 4);
            h.reads(name + " half the way", db(half - 0.05, half + 0.05),
                    10 * std::log10(r / (1 + r)), 0.5, "dB");
            h.reads(name + " at the beginning", db(p.start_s, p.start_s + 0.1), 0, 0.1, "dB");
            h.reads(name + " from the downbeat on", db(p.end_s, p.end_s + 0.1), 0, 0.1, "dB");
        }
    }
    h.reads("words: up to", h.said("up to"), hz, 0.6, "Hz");
}
const Measured kFilterSweep("filter_sweep", band, filter_sweep);

}  // namespace
}  // namespace mixfarm::moves_test
