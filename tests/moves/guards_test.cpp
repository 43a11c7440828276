/// What no plan may hold: a kit that splits, a bass out of phase, what the job holds still, two
/// moves that pull one knob apart, more than a song bears.
#include <set>

#include "tests/moves/songs.h"

namespace mixfarm::moves_test {
namespace {

const Stage& (*const kSongs[])() = {demo, band, waltz};

/// Moves and knobs of a plan, as words to compare.
std::set<std::string> names(const std::vector<Move>& moves) {
    std::set<std::string> all;
    for (const Move& move : moves) all.insert(move.name);
    return all;
}

class Guards : public testing::TestWithParam<const Stage& (*)()> {
protected:
    Guards()
        : stage_(GetParam()()),
          studio_(stage_.studio()),
          stems_(static_cast<int>(studio_.song.stems.size())),
          job_(studio_.job),
          song_(studio_.song),
          form_(studio_.form) {
        allow_all(job_);
    }
    std::vector<Move> plan() const { return plan_moves(job_, song_, studio_.profile, form_); }
    Bus group(int stem) const {
        return Ground(job_, song_, studio_.profile, form_).group(static_cast<std::size_t>(stem));
    }
    /// The channel that a lane moves, as the job knows it.
    BusJob& bus(int channel) { return job_.buses[bus_name(static_cast<Bus>(channel - stems_))]; }

    const Stage& stage_;
    const Studio& studio_;
    const int stems_;
    Job job_;  ///< to change
    Song song_;
    Form form_;
};

TEST_P(Guards, KitAndBassKeepTimeAndPhase) {
    static const std::set<std::string> shifts = {"align", "width", "high_pass", "low_pass", "pan"};
    for (const Move& move : plan())
        for (const MoveLane& lane : move.lanes) {
            if (lane.channel < stems_) {
                const Bus of = group(lane.channel);
                if (of == Bus::drums || of == Bus::bass) {
                    EXPECT_FALSE(shifts.contains(lane.effect))
                        << move.name << " moves " << lane.effect << " of " << lane.what;
                }
            } else if (static_cast<Bus>(lane.channel - stems_) != Bus::master) {
                EXPECT_TRUE(lane.effect == "fader" || lane.effect == "echo") << move.name;
            }
            if (lane.effect == "align") {
                EXPECT_LT(lane.channel, stems_) << move.name;
                EXPECT_LE(lane.amounts.most, 20) << move.name;
            }
        }
    for (const Move& move : plan())
        for (const MoveLayer& layer : move.layers)
            EXPECT_FALSE(layer.instead &&
                         (group(layer.stem) == Bus::drums || group(layer.stem) == Bus::bass))
                << move.name << " takes the place of " << layer.what;
    // Heard: with all moves at full strength the drums and the bass leave their strips as without.
    const MixSettings still = stage_.off(), moved = stage_.all(1);
    std::set<int> faded;
    for (const Move& move : stage_.moves())
        for (const MoveLane& lane : move.lanes) faded.insert(lane.channel);
    for (const Move& move : stage_.moves())
        for (const MoveLayer& layer : move.layers) faded.insert(layer.stem);
    int compared = 0;
    for (int s = 0; s < stems_; ++s) {
        if ((group(s) != Bus::drums && group(s) != Bus::bass) || faded.contains(s)) continue;
        const StereoAudio off = stage_.engine().render_stem(still, s, 0),
                          on = stage_.engine().render_stem(moved, s, 0);
        EXPECT_TRUE(off.left == on.left && off.right == on.right)
            << song_.stems[static_cast<std::size_t>(s)].name;
        ++compared;
    }
    EXPECT_GE(compared, 3);
}

TEST_P(Guards, UntouchedStemsStay) {
    std::set<int> layered;
    for (const Move& move : plan())
        for (const MoveLayer& layer : move.layers) layered.insert(layer.stem);
    EXPECT_FALSE(layered.empty());
    for (int s = 0; s < stems_; ++s) {
        const auto i = static_cast<std::size_t>(s);
        song_.stems[i].untouched = job_.stems[i].untouched = true;
        allow_all(job_);
        if (!layered.contains(s)) leave_out_layers(job_);
        for (const Move& move : plan()) {
            for (const MoveLayer& layer : move.layers) EXPECT_NE(layer.stem, s) << move.name;
            for (const MoveLane& lane : move.lanes) {
                EXPECT_NE(lane.channel, s) << move.name << " moves " << song_.stems[i].name;
                EXPECT_NE(lane.channel, stems_ + static_cast<int>(group(s)))
                    << move.name << " moves the group of " << song_.stems[i].name;
            }
        }
        song_.stems[i].untouched = job_.stems[i].untouched = false;
    }
}

TEST_P(Guards, WhatTheJobHoldsStays) {
    leave_out_layers(job_);
    std::vector<MoveLane> lanes;
    for (const Move& move : plan()) lanes.insert(lanes.end(), move.lanes.begin(), move.lanes.end());
    ASSERT_FALSE(lanes.empty());
    const auto is_left = [&](const MoveLane& lane) {
        for (const Move& move : plan())
            for (const MoveLane& other : move.lanes)
                if (other == lane) return false;
        return true;
    };
    for (const MoveLane& lane : lanes) {
        const std::string full = lane.effect + "." + lane.param;
        const std::string where = full + " of channel " + std::to_string(lane.channel);
        const Job before = job_;
        const bool stem = lane.channel < stems_;
        auto& lock =
            stem ? job_.stems[static_cast<std::size_t>(lane.channel)].lock : bus(lane.channel).lock;
        for (const std::string& key : {full, lane.param}) {
            lock = {{key, 0.0}};
            EXPECT_TRUE(is_left(lane)) << where << ", locked as " << key;
        }
        lock.clear();
        auto& drawn = stem ? job_.stems[static_cast<std::size_t>(lane.channel)].automation
                           : bus(lane.channel).automation;
        for (const std::string& key : {full, lane.param}) {
            drawn = {{key, {{0, "", 0}, {1, "", 1}}}};
            EXPECT_TRUE(is_left(lane)) << where << ", drawn as " << key;
        }
        job_ = before;
        job_.effects_off = {lane.effect == "send" ? lane.param.substr(0, lane.param.size() - 3)
                                                  : lane.effect};
        EXPECT_TRUE(is_left(lane)) << where << ", switched off";
        job_ = before;
        EXPECT_FALSE(is_left(lane)) << where;
    }
    // A fader that is held stays, whoever's it is.
    for (int s = 0; s < stems_; ++s) {
        job_.stems[static_cast<std::size_t>(s)].lock = {{"fader_db", -3}};
        for (const Move& move : plan())
            for (const MoveLane& lane : move.lanes)
                EXPECT_FALSE(lane.channel == s && lane.effect == "fader") << move.name;
        job_.stems[static_cast<std::size_t>(s)].lock.clear();
    }
}

/// What `mixfarm keep` writes: the knobs of a mix and its moves.
TEST_P(Guards, ALockedMoveMovesKnobsThatAreLockedToo) {
    const int lead = studio_.form.lead;
    if (lead < 0 || !names(plan()).contains("vocal_ride"))
        GTEST_SKIP() << "NOT TESTED: this song has no ride";
    job_.stems[static_cast<std::size_t>(lead)].lock["fader_db"] = -3;
    EXPECT_FALSE(names(plan()).contains("vocal_ride"));
    job_.moves.said["vocal_ride"] = {0.4, 0.4};
    EXPECT_TRUE(names(plan()).contains("vocal_ride"));
}

TEST_P(Guards, FamiliesAndNamesAreObeyed) {
    for (const char* name : kAsked) {
        job_.moves.said.erase(name);
        EXPECT_FALSE(names(plan()).contains(name)) << "nobody asked for it";
    }
    for (int f = 0; f < kFamilies; ++f) {
        job_.moves.said[family_name(static_cast<Family>(f))] = {0, std::nullopt};
        for (const Move& move : plan()) EXPECT_NE(move.family, static_cast<Family>(f));
        job_.moves.said[family_name(static_cast<Family>(f))] = {1, std::nullopt};
    }
    leave_out_layers(job_);
    for (const std::string& name : names(plan())) {
        job_.moves.said[name] = {0, std::nullopt};
        EXPECT_FALSE(names(plan()).contains(name));
        job_.moves.said[name] = {0.4, std::nullopt};
        for (const Move& move : plan())
            EXPECT_FLOAT_EQ(move.most, move.name == name ? 0.4f : 1.f) << move.name;
        job_.moves.said.erase(name);
    }
}

/// Moves of a mix that begin or end within a beat of a time.
int acting_at(const std::vector<const Move*>& made, double at_s, double beat_s) {
    int count = 0;
    for (const Move* move : made)
        for (const Move::Place& p : move->places)
            if (std::min(std::abs(p.start_s - at_s), std::abs(p.end_s - at_s)) < beat_s) {
                ++count;
                break;
            }
    return count;
}

/// Short places of a mix within the minute from a time on.
int events_from(const std::vector<const Move*>& made, double from_s) {
    int count = 0;
    for (const Move* move : made)
        for (const Move::Place& p : move->places)
            count += p.end_s - p.start_s < 12 && p.start_s >= from_s && p.start_s < from_s + 60;
    return count;
}

TEST_P(Guards, AMixMakesOnlySoMany) {
    const Space space(job_, song_, studio_.profile, data_folder() / "jobs" / "priors", plan());
    RandomStream random(6, 1);
    constexpr int kBudget[kFamilies] = {4, 2, 2, 2};
    const double beat_s = 60 / form_.beats.tempo_bpm;
    int most[kFamilies] = {}, most_at = 0;
    for (int draw = 0; draw < 400; ++draw) {
        std::vector<float> unit(space.searched().size());
        for (float& u : unit) u = static_cast<float>(random.next());
        std::vector<float> sketched(space.knobs().size());
        space.sketch(unit, sketched);
        const std::vector<float> values = space.values(unit);
        std::vector<const Move*> made;
        int families[kFamilies] = {};
        for (std::size_t m = 0; m < space.moves().size(); ++m) {
            EXPECT_EQ(values[space.strength_knob(m)], sketched[space.strength_knob(m)]);
            if (!(values[space.strength_knob(m)] > 0)) continue;
            made.push_back(&space.moves()[m]);
            ++families[static_cast<int>(made.back()->family)];
        }
        for (int f = 0; f < kFamilies; ++f) {
            EXPECT_LE(families[f], kBudget[f]) << family_name(static_cast<Family>(f));
            most[f] = std::max(most[f], families[f]);
        }
        for (std::size_t i = 1; i < form_.sections.found.size(); ++i) {
            const int acting = acting_at(made, form_.sections.found[i].start_s, beat_s);
            EXPECT_LE(acting, 3) << form_.sections.found[i].name;
            most_at = std::max(most_at, acting);
        }
        for (double from = 0; from < song_.seconds(); from += 0.2)
            EXPECT_LE(events_from(made, from), 4) << "from " << from << " s on";
    }
    // The waltz's creative moves meet at its boundaries, which bear three.
    EXPECT_EQ(most[0], stage_.name() == "waltz" ? 3 : kBudget[0]) << "else nothing was tried";
    EXPECT_EQ(most_at, 3) << "else nothing was tried";
}

TEST_P(Guards, ALockedStrengthIsInEveryDraw) {
    for (const MoveKind& kind : move_kinds())  // locked ones leave the free one its room
        job_.moves.said[std::string(kind.name)] =
            kind.family == Family::creative_automation && kind.name != "chorus_lift"
                ? MoveJob{0, std::nullopt}
                : MoveJob{0.4, 0.4};
    const std::string free = "vocal_ride";
    job_.moves.said[free] = {0.7, std::nullopt};
    const Space space(job_, song_, studio_.profile, data_folder() / "jobs" / "priors", plan());
    RandomStream random(5, 1);
    bool searched = false;
    for (int draw = 0; draw < 50; ++draw) {
        std::vector<float> unit(space.searched().size());
        for (float& u : unit) u = static_cast<float>(random.next());
        const std::vector<float> values = space.values(unit);
        for (std::size_t m = 0; m < space.moves().size(); ++m) {
            const float strength = values[space.strength_knob(m)];
            if (space.moves()[m].name != free) {
                EXPECT_FLOAT_EQ(strength, 0.4f) << space.moves()[m].name;
            } else {
                searched = searched || strength > 0;
                EXPECT_LE(strength, 0.7f);
            }
        }
    }
    EXPECT_TRUE(searched);
    for (const float strength : {space.static_balance()[space.strength_knob(0)],
                                 space.rule_based()[space.strength_knob(0)]})
        EXPECT_FLOAT_EQ(strength, 0.4f);
}

/// Longest time for which two lanes of one knob go to opposite sides at once.
double fight_s(const MoveLane& a, const MoveLane& b, double seconds) {
    constexpr double kStep_s = 0.001;
    double longest = 0, now = 0;
    for (double t = 0; t < seconds; t += kStep_s) {
        const double x = a.share_at(t), y = b.share_at(t);
        now = x * y < 0 && std::abs(x) > 0.01 && std::abs(y) > 0.01 ? now + kStep_s : 0;
        longest = std::max(longest, now);
    }
    return longest;
}

TEST_P(Guards, NoTwoMovesFight) {
    // With any one move left out, too: another may then take its bars.
    std::vector<std::vector<Move>> plans = {plan()};
    leave_out_layers(job_);
    for (const Move& move : stage_.moves()) {
        if (move.lanes.empty()) continue;
        job_.moves.said[move.name] = {0, std::nullopt};
        plans.push_back(plan());
        job_.moves.said.erase(move.name);
    }
    for (const std::vector<Move>& moves : plans) {
        std::map<int, std::string> replaced;
        for (const Move& move : moves)
            for (const MoveLayer& layer : move.layers)
                if (layer.instead) {
                    const auto at = replaced.emplace(layer.stem, move.name).first;
                    EXPECT_EQ(at->second, move.name) << "both replace " << layer.what;
                }
    }
    int pairs = 0;
    for (const std::vector<Move>& moves : plans)
        for (std::size_t i = 0; i < moves.size(); ++i)
            for (std::size_t k = i + 1; k < moves.size(); ++k)
                for (const MoveLane& a : moves[i].lanes)
                    for (const MoveLane& b : moves[k].lanes)
                        if (a == b) {
                            ++pairs;
                            EXPECT_LE(fight_s(a, b, song_.seconds()), 0.05)
                                << moves[i].name << " and " << moves[k].name << " about "
                                << a.effect << "." << a.param << " of channel " << a.channel;
                        }
    EXPECT_GT(pairs, 0);
}

TEST_P(Guards, ASongBearsOnlySoMany) {
    for (const Move& move : plan()) {
        if (move.name == "build" || move.name == "dropout") {
            EXPECT_LE(move.places.size(), 2u) << move.name;
        }
        for (std::size_t i = 1; i < move.places.size(); ++i) {
            EXPECT_LE(move.places[i - 1].end_s, move.places[i].start_s + 0.001) << move.name;
            if (move.name.ends_with("throw")) {
                EXPECT_GE(move.places[i].end_s - move.places[i - 1].end_s, 20) << move.name;
            }
        }
        for (const Move::Place& place : move.places) {
            EXPECT_LT(place.start_s, place.end_s) << move.name;
            EXPECT_LE(place.end_s, song_.seconds() + 0.001) << move.name;
        }
        EXPECT_GT(move.use, 0) << move.name;
        EXPECT_LE(move.use, 0.95) << move.name;
        EXPECT_FALSE(move.reason.empty()) << move.name;
    }
}

TEST_P(Guards, WhoIsNotSureKeepsStill) {
    // moves.md, 2.8: without beats only slow moves of level, without sections none of them. Sounds
    // laid over stems ask for what they need (tests/layers).
    static const std::set<std::string> slow = {"vocal_ride", "chorus_lift", "verse_tuck",
                                               "contour"},
                                       free = {"vocal_ride", "delay_throw", "laid_back"};
    leave_out_layers(job_);
    form_.beats.confidence = form_.bars.confidence = 0.2;
    for (const std::string& name : names(plan())) EXPECT_TRUE(slow.contains(name)) << name;
    EXPECT_TRUE(names(plan()).contains("vocal_ride"));
    form_.sections.confidence = 0.2;
    EXPECT_EQ(names(plan()), std::set<std::string>{"vocal_ride"});
    form_.beats.confidence = form_.bars.confidence = 1;
    for (const std::string& name : names(plan())) EXPECT_TRUE(free.contains(name)) << name;
    EXPECT_TRUE(names(plan()).contains("laid_back"));
    // Sections may be sure where nothing can be counted: the job has told them.
    form_ = studio_.form;
    form_.beats = {}, form_.bars = {};
    for (const Move& move : plan()) {
        EXPECT_TRUE(slow.contains(move.name)) << move.name;
        for (const MoveLane& lane : move.lanes)
            EXPECT_TRUE(std::all_of(lane.shape.begin(), lane.shape.end(), [](const auto& p) {
                return std::isfinite(p.seconds) && std::isfinite(p.value);
            })) << move.name;
    }
}

std::string song_name(const testing::TestParamInfo<const Stage& (*)()>& test) {
    constexpr const char* titles[] = {"demo", "band", "waltz"};
    return titles[test.index];
}
INSTANTIATE_TEST_SUITE_P(Songs, Guards, testing::ValuesIn(kSongs), song_name);

}  // namespace
}  // namespace mixfarm::moves_test
