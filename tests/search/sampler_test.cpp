/// What every sampler promises, alone and over an archive; and how far the single ones come.
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cstdio>
#include <ctime>
#include <map>
#include <set>

#include "tests/search/landscape.h"

namespace mixfarm {
namespace {

using namespace landscape;

constexpr int kStrips = 12;

using Make = std::function<SamplerPtr(const Cube&, const Archive&)>;

const std::map<std::string, Make>& makers() {
    static const std::map<std::string, Make> all = {
        {"prior", [](const Cube& c, const Archive&) { return prior_draws(c, 7); }},
        {"sobol", [](const Cube& c,
                     const Archive&) { return sobol_sequence(c, 7, Reach::towards_typical); }},
        {"cma_macros",
         [](const Cube& c, const Archive& a) {
             CmaPlan plan;
             plan.name = "cma_macros", plan.directions = along_macros(c);
             return cma_es(c, plan, &a);
         }},
        {"cma_es",
         [](const Cube& c, const Archive& a) {
             CmaPlan plan;
             plan.directions = along_axes(c);
             return cma_es(c, plan, &a);
         }},
        {"differential",
         [](const Cube& c, const Archive& a) { return differential_evolution(c, 7, &a); }},
        {"coordinate", [](const Cube& c, const Archive& a) { return coordinate_moves(c, 7, &a); }},
        {"elites", [](const Cube& c, const Archive& a) { return elite_variation(c, 7, a); }},
    };
    return all;
}

ArchivePlan archive_plan() {
    ArchivePlan p;
    p.cells = 64;
    for (int a = 0; a < 4; ++a) p.axes.push_back({"mean", 0.3f, 0.7f});
    return p;
}

/// A sampler at work: 200 prior draws first, then `rounds` of `batch`, asked for `pieces` at a
/// time.
std::vector<Candidate> work(const Make& make, const Cube& c, const Loss& loss, int rounds,
                            std::size_t batch, std::size_t pieces) {
    Archive archive(archive_plan());
    for (const Candidate& x : prior_draws(c, 1)->ask(ids_from(0, 200), 0))
        archive.insert(x, outcome(loss(x.unit), x.unit));
    const SamplerPtr sampler = make(c, archive);
    std::vector<Candidate> all;
    std::uint64_t id = 200;
    for (int r = 0; r < rounds; ++r) {
        std::vector<Candidate> asked;
        for (std::size_t from = 0; from < batch; from += pieces) {
            const auto part =
                sampler->ask(ids_from(id + from, std::min(pieces, batch - from)), 0.1 * r);
            asked.insert(asked.end(), part.begin(), part.end());
        }
        id += batch;
        std::vector<Outcome> outcomes;
        for (const Candidate& x : asked) {
            outcomes.push_back(outcome(loss(x.unit), x.unit));
            archive.insert(x, outcomes.back());
        }
        sampler->tell(asked, outcomes);
        all.insert(all.end(), asked.begin(), asked.end());
    }
    return all;
}

bool same(const std::vector<Candidate>& a, const std::vector<Candidate>& b) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        if (a[i].id != b[i].id || a[i].unit != b[i].unit || a[i].origin != b[i].origin ||
            a[i].parent_a != b[i].parent_a || a[i].parent_b != b[i].parent_b)
            return false;
    return a.size() == b.size();
}

class EverySampler : public testing::TestWithParam<std::string> {
protected:
    const Make& make() const { return makers().at(GetParam()); }
    Cube cube_ = console(kStrips);
    Loss loss_ = console_loss(5, kStrips);
};

TEST_P(EverySampler, IsTheSameInPiecesAndOnAnyNumberOfThreads) {
    const auto once = work(make(), cube_, loss_, 8, 150, 150);
    EXPECT_TRUE(same(once, work(make(), cube_, loss_, 8, 150, 150))) << "twice";
    EXPECT_TRUE(same(once, work(make(), cube_, loss_, 8, 150, 7))) << "in pieces";
    for (const std::size_t threads : {1u, 2u}) {
        const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
        EXPECT_TRUE(same(once, work(make(), cube_, loss_, 8, 150, 150))) << threads << " threads";
    }
}

TEST_P(EverySampler, StaysInsideTheCubeAndSignsItsCandidates) {
    // Best in a corner, so that moves are pushed over the edges.
    const Loss corner = [](const std::vector<float>& unit) {
        double sum = 0;
        for (const float x : unit) sum += x;
        return sum;
    };
    std::uint64_t id = 200;
    for (const Candidate& x : work(make(), cube_, corner, 10, 100, 100)) {
        EXPECT_EQ(x.id, id++);
        EXPECT_EQ(x.origin, GetParam());
        ASSERT_EQ(x.unit.size(), cube_.dimensions());
        for (const float v : x.unit) ASSERT_TRUE(v >= 0 && v <= 1) << v;
    }
}

TEST_P(EverySampler, HardlyEverRepeatsWhatCanBeHeard) {
    const auto all = work(make(), cube_, loss_, 10, 100, 100);
    std::map<std::int64_t, const Candidate*> by_id;
    for (const Candidate& x : all) by_id[static_cast<std::int64_t>(x.id)] = &x;
    int like_parent = 0, known = 0;
    std::set<std::vector<float>> points;
    for (const Candidate& x : all) {
        points.insert(x.unit);
        for (const std::int64_t parent : {x.parent_a, x.parent_b})
            if (by_id.contains(parent)) {
                ++known;
                like_parent += !differ(cube_, x.unit, by_id[parent]->unit);
            }
    }
    EXPECT_EQ(like_parent, 0) << "of " << known << " with a parent of this sampler";
    EXPECT_GE(points.size() + 2, all.size());
}

INSTANTIATE_TEST_SUITE_P(All, EverySampler, testing::ValuesIn([] {
                             std::vector<std::string> names;
                             for (const auto& [name, make] : makers()) names.push_back(name);
                             return names;
                         }()),
                         [](const auto& at) { return at.param; });

TEST(FixedPoints, AreAskedForOnceInTheirOrder) {
    const SamplerPtr list = fixed_points({{0.5f, 0.5f}, {0.1f, 0.2f}, {0.3f, 0.3f}});
    const auto first = list->ask(ids_from(5, 2), 0), rest = list->ask(ids_from(7, 9), 0);
    ASSERT_EQ(first.size(), 2u);
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(first[0].origin, "typical");
    EXPECT_EQ(first[1].origin, "start");
    EXPECT_EQ(first[1].unit, (std::vector<float>{0.1f, 0.2f}));
    EXPECT_EQ(rest[0].id, 7u);
}

TEST(Differential, ReachesTheBottomOfRosenbrock) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const Descent d =
            descend(*differential_evolution(cube(2, 5), seed), rosenbrock, 40000, 100, 1e-8);
        std::printf("  Rosenbrock 10-D to 1e-8: %lu evaluations\n",
                    static_cast<unsigned long>(d.evaluations));
        EXPECT_LT(d.evaluations, 35000u);
        EXPECT_GT(by_chance(cube(2, 5), rosenbrock, 35000, seed), 1);
    }
}

TEST(Coordinate, WalksDownASeparableSlopeInSixHundredDimensions) {
    const Cube c = cube(30, 20);
    const Loss loss = sphere(2, 600);
    const double found = descend(*coordinate_moves(c, 2), loss, 20000, 200).best,
                 chance = by_chance(c, loss, 20000, 2);
    std::printf("  600-D after 20000: %.3g, random search %.3g\n", found, chance);
    EXPECT_LT(found, chance / 100);
}

/// Knobs behind closed gates, and moves inside a rest, cost nothing.
TEST(Coordinate, NeverTriesWhatCannotBeHeard) {
    const Cube c = console(kStrips);
    const SamplerPtr sampler = coordinate_moves(c, 3);
    const Loss loss = console_loss(5, kStrips);
    std::map<std::int64_t, std::vector<float>> points;
    int moves = 0, flips = 0, jumps = 0;
    for (std::uint64_t round = 0; round < 20; ++round) {
        const auto asked = sampler->ask(ids_from(40 * round, 40), 0.9);
        std::vector<Outcome> outcomes;
        for (const Candidate& x : asked) {
            outcomes.push_back(outcome(loss(x.unit), x.unit));
            points[static_cast<std::int64_t>(x.id)] = x.unit;
            if (x.parent_a < 0) continue;
            const std::vector<float>& from = points.at(x.parent_a);
            ASSERT_TRUE(differ(c, x.unit, from)) << x.id;
            int changed = 0;
            std::size_t at = 0;
            for (std::size_t d = 0; d < x.unit.size(); ++d)
                if (x.unit[d] != from[d]) ++changed, at = d;
            if (changed != 1) continue;
            ++moves;
            flips += c.axes[at].toggle;
            jumps += rests(c.axes[at], from[at]) && !c.axes[at].toggle;
            EXPECT_TRUE(active(c, at, from)) << at;
        }
        sampler->tell(asked, outcomes);
    }
    std::printf("  %d moves of one knob, %d flips, %d out of a rest\n", moves, flips, jumps);
    EXPECT_GT(moves, 300);
    EXPECT_GT(flips, 10);
    EXPECT_GT(jumps, 10);
}

TEST(Elites, InheritStripsWhole) {
    const Cube c = cube(kStrips, 5);
    const Loss loss = sphere(4, kStrips * 5);
    Archive archive(archive_plan());
    std::map<std::int64_t, std::vector<float>> points;
    for (const Candidate& x : prior_draws(c, 1)->ask(ids_from(0, 300), 0)) {
        archive.insert(x, outcome(loss(x.unit), x.unit));
        points[static_cast<std::int64_t>(x.id)] = x.unit;
    }
    int strips = 0, whole = 0;
    for (const Candidate& x : elite_variation(c, 2, archive)->ask(ids_from(300, 4000), 0.5)) {
        if (x.parent_b < 0) continue;
        const auto strip = [&](const std::vector<float>& unit, int s) {
            return std::vector<float>(unit.begin() + 5 * s, unit.begin() + 5 * s + 5);
        };
        int mine = 0;
        for (int s = 0; s < kStrips; ++s)
            mine += strip(x.unit, s) == strip(points.at(x.parent_a), s) ||
                    strip(x.unit, s) == strip(points.at(x.parent_b), s);
        if (mine == 0) continue;  // a line
        strips += kStrips, whole += mine;
    }
    std::printf("  %.1f %% of the strips of crossed children whole from a parent\n",
                100.0 * whole / strips);
    EXPECT_GT(strips, 500 * kStrips);
    EXPECT_GT(whole, 0.8 * strips);
}

TEST(Elites, TakeWholeStripsFromPlainDraws) {
    const Cube c = cube(kStrips, 5);
    Archive archive(archive_plan());
    Candidate only = blank(0, "prior", c.dimensions());
    archive.insert(only, outcome(0.5, only.unit));
    int taken = 0, children = 0;
    for (const Candidate& x : elite_variation(c, 2, archive)->ask(ids_from(1, 1000), 0.5)) {
        int fresh = 0, kept = 0;
        for (int s = 0; s < kStrips; ++s) {
            const auto first = x.unit.begin() + 5 * s;
            // All five knobs elsewhere than the one elite has them: no step of a few does that.
            fresh += std::none_of(first, first + 5, [](float u) { return u == 0.5f; });
            kept += std::all_of(first, first + 5, [](float u) { return u == 0.5f; });
        }
        EXPECT_LT(kept, kStrips) << "a child is no copy";
        children += 1, taken += fresh > 0 && fresh + kept == kStrips;
    }
    std::printf("  %d of %d children took whole strips\n", taken, children);
    EXPECT_GT(taken, 0.45 * children);
    EXPECT_LT(taken, 0.8 * children);
}

/// A million candidates a night of a thousand knobs: asking must cost next to nothing.
TEST(Cost, OfAskingInAThousandDimensions) {
    Cube c = cube(25, 40);
    signals::Random random(1);
    for (int m = 0; m < 100; ++m) {
        Macro macro{"macro", m / 4, {}};
        for (int i = 0; i < 10; ++i) macro.pull.push_back({(m / 4) * 40 + 4 * i + m % 4, 0.5f});
        c.macros.push_back(macro);
    }
    const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
    ArchivePlan p = archive_plan();
    p.cells = 1024;
    Archive archive(p);
    const Loss loss = sphere(1, 1000);
    for (const Candidate& x : prior_draws(c, 1)->ask(ids_from(0, 2000), 0))
        archive.insert(x, outcome(50 * random.unit(), x.unit));
    constexpr std::size_t kBatch = 1000;
    for (const auto& [name, make] : makers()) {
        const SamplerPtr sampler = make(c, archive);
        double asking = 1e9, telling = 1e9;
        for (std::uint64_t round = 0; round < 4; ++round) {
            const auto now = [] { return std::clock(); };  // this process alone
            const auto us = [](auto from, auto to) {
                return 1e6 * static_cast<double>(to - from) / CLOCKS_PER_SEC / kBatch;
            };
            const auto begin = now();
            const auto asked = sampler->ask(ids_from(2000 + round * kBatch, kBatch), 0.3);
            const auto end = now();
            std::vector<Outcome> outcomes;
            for (const Candidate& x : asked) outcomes.push_back(outcome(loss(x.unit), x.unit));
            const auto before = now();
            sampler->tell(asked, outcomes);
            if (round == 0) continue;  // some only fill their population
            telling = std::min(telling, us(before, now()));
            asking = std::min(asking, us(begin, end));
        }
        std::printf("  %-12s %5.1f us to ask for one, %5.1f us to tell\n", name.c_str(), asking,
                    telling);
        EXPECT_LT(asking, 300) << "ten times the aim";
    }
}

}  // namespace
}  // namespace mixfarm
