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

TEST(SongGuess, JudgesExcerptsByWhatWasTakenByChance) {
    std::vector<Heard> all = excerpts(800);
    for (std::size_t i = 2; i < all.size(); ++i)
        all[i].scores.technical = 0.3f + 0.6f * static_cast<float>(RandomStream(8, i).uniform(0));
    SongGuess guess(testing::studio().judge, all, 2);
    double plain = 0, chosen = 0;
    int plains = 0, named = 0;
    for (int part = 0; part < 8; ++part) {
        std::vector<Heard> songs;
        for (const std::size_t i : guess.next(32)) {
            songs.push_back(all[i]);
            const bool by_chance = guess.plain(all[i].row.id);
            (by_chance ? plain : chosen) +=
                all[i].row.foretold_terms.empty() ? 0.5 : all[i].row.foretold_terms[0];
            plains += by_chance, ++named;
            songs.back().scores.technical = 1 - all[i].scores.technical;
        }
        guess.learn(songs);
    }
    EXPECT_EQ(named, 256);
    EXPECT_EQ(plains, 254 / 8);
    EXPECT_NEAR(plain / plains, 0.5, 0.17) << "whatever they promise";
    EXPECT_EQ(guess.agreement().pairs, static_cast<std::size_t>(plains));
    EXPECT_NEAR(guess.agreement().spearman, -1, 1e-9);
}

TEST(SongGuess, IsApartFromWhatWasNamedBefore) {
    // Two hundred near copies and fifty that are far from them and a little worse.
    std::vector<Heard> all = excerpts(252);
    for (std::size_t i = 2; i < all.size(); ++i) {
        all[i].row.foretold_terms.assign(2 * kTerms, 0.5f);
        const bool copy = i < 202;
        all[i].scores.terms.fill(copy ? 0.8f : 0.79f);
        all[i].scores.technical = copy ? 0.8f : 0.79f;
        all[i].place.assign(12,
                            copy ? 0.001f * static_cast<float>(i) : 40.f * static_cast<float>(i));
    }
    SongGuess guess(testing::studio().judge, all, 2);
    int far = 0, copies = 0;
    for (int part = 0; part < 4; ++part)
        for (const std::size_t i : guess.next(8)) {
            far += i >= 202;
            copies += i >= 2 && i < 202 && !guess.plain(all[i].row.id);
        }
    EXPECT_LE(copies, 1) << "one part does not forget what another has named";
    EXPECT_GE(far, 20) << "of 30: a second copy is worth less than another mix";
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
