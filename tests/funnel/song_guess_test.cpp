/// Which excerpts become whole songs: each once, the baselines first, and by what songs have told.
#include "host/song_guess.h"

#include <gtest/gtest.h>

#include <set>

#include "kernels/core/random.h"
#include "tests/funnel/night.h"

namespace mixfarm {
namespace {

/// `count` excerpts, two baselines among them, far apart in what is heard. The excerpts' terms say
/// nothing of the song, the first glance's first term says it all.
std::vector<Heard> excerpts(std::size_t count) {
    std::vector<Heard> all;
    for (std::size_t i = 0; i < count; ++i) {
        RandomStream random(5, i);
        Heard h;
        h.row.id = i;
        h.row.stage = 2;
        if (i >= 2) {
            h.row.unit = {0.5f};
            h.row.foretold_terms.assign(2 * kTerms, 0.5f);
            h.row.foretold_terms[0] = static_cast<float>(random.next());
        }
        for (float& term : h.scores.terms) term = static_cast<float>(random.next());
        h.scores.technical = 0.5f;
        h.place.assign(12, static_cast<float>(40 * i));
        all.push_back(std::move(h));
    }
    return all;
}

double song_score(const Heard& h) {
    return h.row.foretold_terms.empty() ? 0.5 : 0.4 + 0.5 * h.row.foretold_terms[0];
}

TEST(SongGuess, NamesEachMixOnceAndTheBaselinesFirst) {
    const std::vector<Heard> all = excerpts(50);
    SongGuess guess(testing::studio().judge, all, 2);
    std::vector<std::size_t> first = guess.next(10);
    ASSERT_EQ(first.size(), 10u);
    EXPECT_EQ(first[0], 0u);
    EXPECT_EQ(first[1], 1u);
    std::set<std::size_t> named(first.begin(), first.end());
    for (std::vector<std::size_t> more; !(more = guess.next(16)).empty();)
        for (const std::size_t i : more) EXPECT_TRUE(named.insert(i).second) << i;
    EXPECT_EQ(named.size(), 50u);
}

TEST(SongGuess, FollowsWhatSongsHaveTold) {
    const std::vector<Heard> all = excerpts(400);
    SongGuess guess(testing::studio().judge, all, 2);
    const auto mean_of = [&](const std::vector<std::size_t>& rows) {
        double sum = 0;
        for (const std::size_t i : rows) sum += song_score(all[i]);
        return sum / static_cast<double>(rows.size());
    };
    const std::vector<std::size_t> first = guess.next(64);
    std::vector<Heard> songs;
    for (const std::size_t i : first) {
        songs.push_back(all[i]);
        songs.back().scores.technical = static_cast<float>(song_score(all[i]));
    }
    guess.learn(songs);
    EXPECT_GT(mean_of(guess.next(32)), mean_of(first) + 0.12);
}

}  // namespace
}  // namespace mixfarm
