/// What an archive promises, whatever the order in which it is filled.
#include "host/search/archive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "tests/support/signals.h"

namespace mixfarm {
namespace {

ArchivePlan plan(std::size_t cells, std::uint64_t seed = 1) {
    return {{{"tilt", -6, 6}, {"width", 0, 1}, {"crest", 5, 25}}, cells, seed};
}

std::vector<Elite> random_elites(std::size_t count, std::uint64_t seed) {
    signals::Random random(seed);
    std::vector<Elite> all(count);
    for (std::size_t i = 0; i < count; ++i) {
        all[i].candidate.id = i;
        all[i].candidate.unit = {static_cast<float>(random.unit())};
        // In steps, so that ties happen; some are rejected.
        all[i].outcome.score = std::floor(random.unit() * 12) / 11;
        const auto at = [&](double low, double high) {
            return random.unit() < 0.05 ? std::nanf("")
                                        : static_cast<float>(low + (high - low) * random.unit());
        };
        all[i].outcome.character = {at(-8, 8), at(0, 1), at(0, 30)};  // beyond the box too
    }
    return all;
}

std::vector<std::uint64_t> ids(const Archive& archive) {
    std::vector<std::uint64_t> all;
    for (std::size_t r = 0; r < archive.size(); ++r) all.push_back(archive.ranked(r).candidate.id);
    return all;
}

TEST(Archive, HoldsTheSameWhateverTheOrder) {
    signals::Random random(3);
    for (std::uint64_t trial = 0; trial < 20; ++trial) {
        std::vector<Elite> all = random_elites(600, trial);
        Archive reference(plan(64));
        // From the definition: the best of each cell.
        std::map<std::size_t, const Elite*> best;
        for (const Elite& e : all) {
            if (e.outcome.score <= 0) continue;
            const Elite*& held = best[reference.cell_of(e.outcome.character)];
            if (!held || better(e, *held)) held = &e;
        }
        std::set<std::uint64_t> expected;
        double sum = 0;
        for (const auto& [cell, e] : best)
            expected.insert(e->candidate.id), sum += e->outcome.score;
        for (int order = 0; order < 3; ++order) {
            Archive archive(plan(64));
            std::vector<std::size_t> at(all.size());
            std::iota(at.begin(), at.end(), 0u);
            for (std::size_t i = at.size(); i > 1; --i)
                std::swap(at[i - 1],
                          at[static_cast<std::size_t>(random.unit() * static_cast<double>(i))]);
            double gained = 0;
            for (const std::size_t i : at)
                gained += archive.insert(all[i].candidate, all[i].outcome).score;
            const std::vector<std::uint64_t> held = ids(archive);
            ASSERT_EQ(std::set<std::uint64_t>(held.begin(), held.end()), expected);
            EXPECT_EQ(archive.size(), expected.size());
            EXPECT_DOUBLE_EQ(archive.coverage(), static_cast<double>(expected.size()) / 64);
            EXPECT_NEAR(archive.qd_score(), sum, 1e-9);
            EXPECT_NEAR(gained, sum, 1e-9) << "gains add up to the score";
            for (std::size_t r = 1; r < archive.size(); ++r)
                ASSERT_TRUE(better(archive.ranked(r - 1), archive.ranked(r))) << r;
        }
    }
}

TEST(Archive, EveryCharacterGoesToTheNearestMiddle) {
    const Archive archive(plan(100));
    for (const Elite& e : random_elites(500, 9)) {
        const auto& x = e.outcome.character;
        if (std::any_of(x.begin(), x.end(), [](float v) { return std::isnan(v); })) continue;
        const auto distance = [&](std::size_t cell) {
            double sum = 0;
            for (std::size_t a = 0; a < 3; ++a) {
                const ArchiveAxis& axis = archive.plan().axes[a];
                const double inside = std::clamp(x[a], axis.low, axis.high);
                sum += std::pow((inside - archive.middle(cell)[a]) / (axis.high - axis.low), 2);
            }
            return sum;
        };
        const double mine = distance(archive.cell_of(x));
        for (std::size_t c = 0; c < archive.cells(); ++c) ASSERT_LE(mine, distance(c) + 1e-6);
    }
}

/// Cells of equal size: uniform characters fill them evenly, better than random middles would.
TEST(Archive, CellsAreAboutEquallyLarge) {
    const Archive archive(plan(256)), again(plan(256)), other(plan(256, 2));
    signals::Random random(4);
    std::vector<int> hits(archive.cells());
    constexpr int kHits = 256 * 200;
    for (int i = 0; i < kHits; ++i)
        ++hits[archive.cell_of(
            {{static_cast<float>(-6 + 12 * random.unit()), static_cast<float>(random.unit()),
              static_cast<float>(5 + 20 * random.unit())}})];
    double spread = 0;
    for (const int h : hits) spread += std::pow(h / 200.0 - 1, 2) / 256;
    std::printf(
        "  sizes of the cells vary by %.2f of their mean (random middles in 3-D: about 0.4)\n",
        std::sqrt(spread));
    EXPECT_LT(std::sqrt(spread), 0.25);
    bool differs = false;
    for (std::size_t c = 0; c < archive.cells(); ++c) {
        ASSERT_EQ(archive.middle(c), again.middle(c)) << "the same plan, other cells";
        differs |= archive.middle(c) != other.middle(c);
    }
    EXPECT_TRUE(differs);
}

TEST(Archive, UnknownDescriptorsDoNoHarm) {
    Archive archive(plan(32));
    const float nan = std::nanf("");
    EXPECT_TRUE(archive.insert({1, "", -1, -1, {}}, {0.5, {nan, nan, nan}}).kept);
    EXPECT_TRUE(std::isnan(archive.span()[0].low));
    EXPECT_FALSE(archive.insert({2, "", -1, -1, {}}, {std::nan(""), {0, 0, 0}}).kept);
    EXPECT_FALSE(archive.insert({3, "", -1, -1, {}}, {0, {0, 0, 0}}).kept);
    archive.insert({4, "", -1, -1, {}}, {0.4, {-3, 0.2f, nan}});
    archive.insert({5, "", -1, -1, {}}, {0.4, {4, 0.9f, nan}});
    EXPECT_EQ(archive.span()[0].low, -3);
    EXPECT_EQ(archive.span()[0].high, 4);
    EXPECT_TRUE(std::isnan(archive.span()[2].high));
    archive.fit({});
    EXPECT_EQ(archive.size(), 3u) << "nothing to fit to, nothing lost";
}

/// Six descriptors that all follow two hidden ones, far from filling their ranges.
TEST(Archive, FittingTellsApartWhatLiesClose) {
    ArchivePlan wide;
    wide.cells = 256;
    for (int a = 0; a < 6; ++a) wide.axes.push_back({"follows", -40, 40});
    std::vector<Elite> all = random_elites(2000, 5);
    signals::Random random(6);
    for (Elite& e : all) {
        const double x = random.both_signs(), y = random.both_signs();
        e.outcome.character.clear();
        for (int a = 0; a < 6; ++a)
            e.outcome.character.push_back(a == 5 && random.unit() < 0.1
                                              ? std::nanf("")
                                              : static_cast<float>(7 + a * x + (5 - a) * y));
    }
    Archive archive(wide);
    for (const Elite& e : all) archive.insert(e.candidate, e.outcome);
    const std::size_t before = archive.size();
    archive.fit(all);
    std::printf("  %zu cells before, %zu after\n", before, archive.size());
    EXPECT_LT(before, 64u);
    EXPECT_GT(archive.size(), 2 * before);
    EXPECT_EQ(archive.ranked(0).outcome.score, 1) << "the best is kept";
    // The middles lie in the plane of the hidden two: character a is linear in a.
    for (std::size_t c = 0; c < archive.cells(); c += 17) {
        const std::vector<float> m = archive.middle(c);
        for (std::size_t a = 1; a < 5; ++a) EXPECT_NEAR(m[a + 1] - 2 * m[a] + m[a - 1], 0, 1) << c;
        EXPECT_EQ(archive.cell_of(m), c);
    }
}

TEST(Archive, GreedyDrawsPreferTheBest) {
    Archive archive(plan(64));
    for (const Elite& e : random_elites(500, 8)) archive.insert(e.candidate, e.outcome);
    EXPECT_EQ(archive.draw(0, 1).candidate.id, archive.ranked(0).candidate.id);
    EXPECT_EQ(archive.draw(0.999999999, 1).candidate.id,
              archive.ranked(archive.size() - 1).candidate.id);
    const auto rank_of = [&](const Elite& e) {
        const auto all = ids(archive);
        return std::find(all.begin(), all.end(), e.candidate.id) - all.begin();
    };
    EXPECT_EQ(rank_of(archive.draw(0.5, 2)), static_cast<long>(archive.size() / 4));
    archive.clear();
    EXPECT_TRUE(archive.empty());
    EXPECT_EQ(archive.qd_score(), 0);
    EXPECT_DEATH(archive.draw(0, 1), "internal check failed");
}

TEST(Archive, WithoutAxesItKeepsTheBestOnly) {
    Archive archive({{}, 1024, 1});
    for (const Elite& e : random_elites(100, 8)) archive.insert(e.candidate, e.outcome);
    EXPECT_EQ(archive.size(), 1u);
    EXPECT_EQ(archive.cells(), 1u);
}

}  // namespace
}  // namespace mixfarm
