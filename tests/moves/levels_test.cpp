/// Moves of level, measured: how many dB, of whom, where, and nothing anywhere else.
#include <set>

#include "tests/moves/heard.h"
#include "tests/moves/songs.h"

namespace mixfarm::moves_test {
namespace {

constexpr double kNear_db = 0.1;
constexpr Bus kGroups[] = {Bus::drums, Bus::bass, Bus::music, Bus::vocals, Bus::effects};

std::vector<std::vector<std::size_t>> groups_of(const Stage& stage) {
    std::vector<std::vector<std::size_t>> lists;
    for (const Bus group : kGroups) lists.push_back(stage.stems(group));
    return lists;
}

const FoundSection& section_at(const Stage& stage, double seconds) {
    for (const FoundSection& s : stage.form().sections.found)
        if (seconds >= s.start_s - 0.1 && seconds < s.end_s - 0.1) return s;
    return stage.form().sections.found.back();
}

/// In every group: `db` in those that are meant, nothing in the others; where they sound.
void read_groups(const Heard& h, const std::string& where, double from_s, double to_s, double base,
                 const std::set<Bus>& meant, double db, Sides sides = Sides::both) {
    const auto levels = h.levels_db(groups_of(h.stage), from_s, to_s, sides);
    int heard = 0;
    for (std::size_t g = 0; g < levels.size(); ++g) {
        if (std::isnan(levels[g])) continue;
        const bool its = meant.contains(kGroups[g]);
        heard += its;
        h.reads(where + ", " + bus_name(kGroups[g]), levels[g] - base, its ? db : 0, kNear_db,
                "dB");
    }
    EXPECT_GT(heard, 0) << where;
}

void chorus_lift(const Heard& h) {
    const double most = h.amount(0, 0.7, 1.5), base = h.elsewhere_db(h.stage.bar_s() + 0.1);
    for (const Move::Place& p : h.move.places) {
        const bool last = &p == &h.move.places.back();
        const double db = last ? most : 0.65 * most;
        EXPECT_EQ(section_at(h.stage, p.start_s).kind, SectionKind::chorus);
        h.reads("before " + p.name, h.level_db(p.start_s - 0.5, p.start_s - 0.03) - base, 0,
                kNear_db, "dB");
        h.reads("downbeat of " + p.name, h.level_db(p.start_s, p.start_s + 0.1) - base, db,
                kNear_db, "dB");
        h.reads("whole of " + p.name, h.level_db(p.start_s, p.end_s) - base, db, kNear_db, "dB");
    }
    h.reads("words: whole mix", h.said("whole mix"), most, 0.06, "dB");
    if (h.move.places.size() > 1) h.says("up to");  // in the last one
}
const Measured kChorusLift("chorus_lift", demo, chorus_lift);

void verse_tuck(const Heard& h) {
    const double db = h.amount(0, -0.8, -2), bar = h.stage.bar_s(),
                 base = h.elsewhere_db(bar + 0.1);
    const std::set<Bus> behind = {Bus::drums, Bus::bass, Bus::music};
    for (const Move::Place& p : h.move.places) {
        EXPECT_EQ(section_at(h.stage, p.start_s).kind, SectionKind::verse);
        const double from = p.start_s > 0 ? p.start_s + bar : 0;
        read_groups(h, "first of " + p.name, from, from + 1, base, behind, db);
        read_groups(h, "last of " + p.name, p.end_s - 1, p.end_s - 0.03, base, behind, db);
        read_groups(h, "after " + p.name, p.end_s, p.end_s + 0.2, base, behind, 0);
    }
    h.reads("words: drums, bass, music", h.said("drums, bass, music"), db, 0.06, "dB");
}
const Measured kVerseTuck("verse_tuck", demo, verse_tuck);

/// What a song's curve wants of a section against its verses, LU (moves.md B4).
double wanted(SectionKind kind) {
    switch (kind) {
        case SectionKind::intro:
        case SectionKind::outro:
            return -4;
        case SectionKind::bridge:
            return -3;
        case SectionKind::interlude:
            return -2;
        default:
            return 1.5;
    }
}

void contour(const Heard& h) {
    double verse = 0, bars = 0, most = 0;
    for (const FoundSection& s : h.stage.form().sections.found)
        if (s.kind == SectionKind::verse) verse += s.bars * s.loudness_lufs, bars += s.bars;
    const double bar = h.stage.bar_s(), base = h.elsewhere_db(bar + 0.1);
    for (const Move::Place& p : h.move.places) {
        const FoundSection& s = section_at(h.stage, p.start_s);
        // At full strength it goes all the way, but no further than 2 LU.
        const double missing =
                         std::clamp(wanted(s.kind) - (s.loudness_lufs - verse / bars), -2., 2.),
                     db = missing / 2 * h.amount(0, 1, 2);
        if (std::abs(db) > std::abs(most)) most = db;
        h.reads("most of " + p.name,
                h.level_db(p.start_s > 0 ? p.start_s + bar : 0, p.end_s - 0.03) - base, db,
                kNear_db, "dB");
        h.reads("after " + p.name, h.level_db(p.end_s, p.end_s + 0.1) - base, 0, kNear_db, "dB");
    }
    h.reads("words: whole mix", h.said("whole mix"), most, 0.06, "dB");
}
const Measured kContour("contour", band, contour);

void dropout(const Heard& h) {
    const double db = h.amount(0, -24, -60), beat = h.stage.beat_s(), base = h.elsewhere_db(0.1);
    EXPECT_LE(h.move.places.size(), 2u);
    for (const Move::Place& p : h.move.places) {
        h.reads("beats out in " + p.name, (p.end_s - p.start_s) / beat, 1, 0.001, "beats");
        read_groups(h, p.name, p.start_s + 0.02, p.end_s - 0.04, base, {Bus::drums, Bus::bass}, db);
        read_groups(h, "beat before", p.start_s - beat, p.start_s - 0.01, base,
                    {Bus::drums, Bus::bass}, 0);
        // The downbeat is the one of the unmoved mix, to the last bits of a float.
        const double gain = std::pow(10, base / 20), end = p.end_s + 0.05;
        const Stretch was = part_of(h.stage, h.off, p.end_s, end),
                      is = part_of(h.stage, h.on, p.end_s, end);
        double peak = 0, most = 0;
        for (std::size_t i = 0; i < was.size(); ++i) {
            peak = std::max(peak, std::abs(was[i]));
            most = std::max(most, std::abs(is[i] / gain - was[i]));
        }
        const double apart = decibels(most / peak);
        std::printf("%-6s dropout: first 50 ms of the downbeat differ by %.1f dB\n",
                    h.stage.name().c_str(), apart);
        EXPECT_LT(apart, -120);
    }
    h.reads("words: drums, bass", h.said("drums, bass"), db, 0.06, "dB");
}
const Measured kDropout("dropout", demo, dropout), kDropoutOfBand("dropout", band, dropout);

/// Level of music and effects by the square of the way, the mix on the last beat; of the middle,
/// which the width leaves alone.
void build(const Heard& h) {
    const double beat = h.stage.beat_s(), base = h.elsewhere_db(0.1), dip = h.amount(0, -1, -3);
    double most = 0;  // the job's words say how far this song lets it go
    const bool rises = std::any_of(h.move.lanes.begin(), h.move.lanes.end(),
                                   [](const MoveLane& lane) { return lane.param == "fader_db"; });
    if (rises) {
        for (const FoundSection& s : h.stage.form().sections.found)
            for (const Move::Place& p : h.move.places)
                if (std::abs(s.start_s - p.end_s) < 0.01)
                    most = most == 0 ? s.rise_lu - 2 : std::min(most, s.rise_lu - 2);
        most = std::min(most, 4.0);
        most = h.amount(0, std::min(1.5, most), most);
        h.reads("words: music", h.said(": music"), most, 0.06, "dB");
    }
    EXPECT_LE(h.move.places.size(), 2u);
    for (const Move::Place& p : h.move.places) {
        const double length = p.end_s - p.start_s;
        for (const double way : {0.25, 0.5, 0.75, 0.9}) {
            const double at = p.start_s + way * length, half = 0.1;
            if (at + half > p.end_s - beat) continue;
            read_groups(h, p.name + " at " + std::to_string(way).substr(0, 4), at - half, at + half,
                        base, {Bus::music, Bus::effects}, most * way * way, Sides::middle);
        }
        const std::vector<std::size_t> beat_of = h.stage.stems(Bus::drums);
        std::vector<std::size_t> rest;
        for (std::size_t s = 0; s < h.stage.song().stems.size(); ++s)
            if (std::find(beat_of.begin(), beat_of.end(), s) == beat_of.end()) rest.push_back(s);
        h.reads(
            "last beat, " + p.name,
            h.levels_db({beat_of, rest}, p.end_s - beat + 0.03, p.end_s - 0.03, Sides::middle)[0] -
                base,
            dip, kNear_db, "dB");
        h.reads("downbeat after", h.level_db(p.end_s, p.end_s + 0.1) - base, 0, kNear_db, "dB");
    }
    h.reads("words: last beat", h.said("last beat"), dip, 0.06, "dB");
}
const Measured kBuild("build", demo, build), kBuildOfBand("build", band, build);

/// One stem of the moved mix against the unmoved one, dB.
double stem_db(const Heard& h, const StereoAudio& on, const StereoAudio& off, double from_s,
               double to_s) {
    return decibels(
        shares(part_of(h.stage, on, from_s, to_s), {part_of(h.stage, off, from_s, to_s)})[0]);
}
StereoAudio stem_of(const Heard& h, std::size_t stem, float strength) {
    return h.stage.engine().render_stem(h.stage.settings(h.move, strength), static_cast<int>(stem),
                                        0);
}
/// In the mix, too, nobody else is moved: what has changed is this stem alone.
void read_alone(const Heard& h, std::size_t stem, double from_s, double to_s, double db) {
    std::vector<std::size_t> others;
    for (std::size_t s = 0; s < h.stage.song().stems.size(); ++s)
        if (s != stem) others.push_back(s);
    const double base = h.elsewhere_db(h.stage.bar_s());
    const auto levels = h.levels_db({{stem}, others}, from_s, to_s);
    h.reads(h.stage.song().stems[stem].name + " in the mix", levels[0] - base, db, kNear_db, "dB");
    h.reads("all others", levels[1] - base, 0, kNear_db, "dB");
}

void thin_verse(const Heard& h) {
    ASSERT_EQ(h.move.lanes.size(), 1u);
    ASSERT_EQ(h.move.places.size(), 1u);
    const auto stem = static_cast<std::size_t>(h.move.lanes[0].channel);
    const Move::Place& p = h.move.places[0];
    const double db = h.amount(0, -8, -40), beat = h.stage.beat_s();
    EXPECT_EQ(section_at(h.stage, p.start_s).kind, SectionKind::verse);
    const StereoAudio off = stem_of(h, stem, 0), on = stem_of(h, stem, h.strength);
    const std::string name = h.stage.song().stems[stem].name;
    h.reads(name + " in " + p.name, stem_db(h, on, off, p.start_s + 0.02, p.end_s - beat - 0.02),
            db, kNear_db, "dB");
    h.reads(name + " before", stem_db(h, on, off, p.start_s - 2, p.start_s - beat - 0.01), 0,
            kNear_db, "dB");
    h.reads(name + " after", stem_db(h, on, off, p.end_s + 0.01, p.end_s + 2), 0, kNear_db, "dB");
    read_alone(h, stem, p.start_s + 1, p.start_s + 4, db);
    h.reads("words: " + name, h.said(name), db, 0.06, "dB");
}
const Measured kThinVerse("thin_verse", demo, thin_verse);

void late_entry(const Heard& h) {
    ASSERT_EQ(h.move.lanes.size(), 1u);
    ASSERT_EQ(h.move.places.size(), 1u);
    const auto stem = static_cast<std::size_t>(h.move.lanes[0].channel);
    const Move::Place& p = h.move.places[0];
    const double db = h.amount(0, -30, -60);
    const StereoAudio off = stem_of(h, stem, 0), on = stem_of(h, stem, h.strength);
    const std::string name = h.stage.song().stems[stem].name;
    h.reads("bars of waiting", (p.end_s - p.start_s) / h.stage.bar_s(), 4, 0.01, "bars");
    h.reads(name + " in " + p.name, stem_db(h, on, off, p.start_s - 0.05, p.end_s - 0.03), db,
            kNear_db, "dB");
    h.reads(name + " from then on", stem_db(h, on, off, p.end_s, p.end_s + 4), 0, kNear_db, "dB");
    read_alone(h, stem, p.start_s + 1, p.start_s + 4, db);
    h.reads("words: " + name, h.said(name), db, 0.06, "dB");
}
const Measured kLateEntry("late_entry", band, late_entry);

}  // namespace
}  // namespace mixfarm::moves_test
