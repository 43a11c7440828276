/// Questions and answers: what is asked, what is kept, what is learnt.
#include "host/audition/deck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "host/job/input_error.h"
#include "tests/audition/tables.h"

namespace mixfarm::audition {
namespace {

class DeckTest : public ::testing::Test {
protected:
    static constexpr std::size_t kMixes = 40;
    Table table_ = test::table("nowhere", kMixes, true);
    Deck deck_{table_, Taste::unknown(), 4};
    std::vector<bool> all_ = std::vector<bool>(kMixes + 1, true);

    /// Lays out the next question and answers it: with the slot of the highest `value`.
    template <class Value>
    void answer(std::uint64_t seed, Value value) {
        deck_.play(*deck_.next(all_, seed));
        const Offer& offer = *deck_.open();
        const auto best = std::max_element(offer.slots.begin(), offer.slots.end(),
                                           [&](auto a, auto b) { return value(a) < value(b); });
        say(offer.number, static_cast<int>(best - offer.slots.begin()));
    }
    void say(int number, const Json& answer) {
        deck_.play({{"event", "answer"},
                    {"number", number},
                    {"answer", answer},
                    {"time", "2026-01-01T08:00:00Z"}});
    }
    double brightness(std::size_t mix) const {
        return mix < kMixes ? table_.mixes[mix].place[0] : -1;
    }
};

TEST_F(DeckTest, AsksForDifferentMixesThatAreReady) {
    std::vector<bool> few(kMixes + 1, false);
    EXPECT_FALSE(deck_.next(few, 1));
    few[3] = true;
    EXPECT_FALSE(deck_.next(few, 1));
    few[9] = few[20] = true;
    const Json offer = *deck_.next(few, 1);
    std::set<std::int64_t> ids = offer["mixes"].get<std::set<std::int64_t>>();
    EXPECT_EQ(ids, (std::set<std::int64_t>{103, 109, 120}));
    EXPECT_EQ((*deck_.next(all_, 1))["mixes"].size(), 4u);
}

TEST_F(DeckTest, NoPlaceOfAQuestionTellsWhatLiesThere) {
    // Over many seeds every mix of a question comes in every place about as often.
    std::map<std::pair<std::int64_t, std::size_t>, int> often;
    std::vector<bool> four(kMixes + 1, false);
    four[0] = four[1] = four[2] = four[3] = true;
    constexpr int kTimes = 4000;
    for (int seed = 0; seed < kTimes; ++seed) {
        const Json offer = *deck_.next(four, static_cast<std::uint64_t>(seed));
        for (std::size_t s = 0; s < 4; ++s) ++often[{offer["mixes"][s].get<std::int64_t>(), s}];
    }
    double chi_squared = 0;
    for (const std::int64_t id : {100, 101, 102, 103})
        for (std::size_t s = 0; s < 4; ++s) {
            const double miss = often[{id, s}] - kTimes / 4.0;
            chi_squared += miss * miss / (kTimes / 4.0);
        }
    EXPECT_LT(chi_squared, 27.9);  // 9 degrees of freedom, 0.1 %
}

TEST_F(DeckTest, LearnsWhatIsLikedAndSaysHowSureItIs) {
    EXPECT_EQ(deck_.answers_left(), Deck::kUsual);
    EXPECT_EQ(deck_.confidence(), 0);
    for (std::uint64_t turn = 0; turn < 12; ++turn) {
        answer(turn, [&](auto m) { return brightness(m); });
        EXPECT_GE(deck_.answers() + deck_.answers_left(), Deck::kFewest);
        EXPECT_LE(deck_.answers() + deck_.answers_left(), Deck::kMost);
    }
    EXPECT_EQ(deck_.answers(), 12);
    std::vector<double> bright;
    for (std::size_t i = 0; i < kMixes; ++i) bright.push_back(brightness(i));
    std::sort(bright.begin(), bright.end());
    EXPECT_GE(brightness(deck_.favourite()), bright[kMixes * 9 / 10]);
    EXPECT_THAT(deck_.after().words(), ::testing::HasSubstr("brighter"));
    const Trial trial = deck_.trial();
    EXPECT_GT(trial.right, trial.technical_right);
    EXPECT_TRUE(deck_.after().trusted());
    EXPECT_EQ(trial.repeats, trial.same_again);
    EXPECT_GE(trial.repeats, 1);
    EXPECT_GT(deck_.confidence(), 0.2);
}

TEST_F(DeckTest, IsSureSoonWhereTheTasteIsKnown) {
    Table many = test::table("nowhere", 200);  // that differ in brightness alone
    for (Mix& mix : many.mixes) {
        std::fill(mix.place.begin() + 1, mix.place.end(), 0.f);
        mix.technical = 0.8f;
    }
    Taste bright = Taste::unknown();
    bright.slope[0] = {2, 0.2};
    Deck deck(many, bright, 4);
    EXPECT_FALSE(deck.sure());
    const std::vector<bool> ready(200, true);
    int turn = 0;
    for (; turn < Deck::kMost && !deck.sure(); ++turn) {
        deck.play(*deck.next(ready, static_cast<std::uint64_t>(turn)));
        const Offer& offer = *deck.open();
        const auto best = std::max_element(
            offer.slots.begin(), offer.slots.end(),
            [&](auto a, auto b) { return many.mixes[a].place[0] < many.mixes[b].place[0]; });
        deck.play({{"event", "answer"},
                   {"number", offer.number},
                   {"answer", best - offer.slots.begin()}});
    }
    EXPECT_TRUE(deck.sure()) << deck.confidence() << " after " << turn;
    EXPECT_GT(turn, 1);
    EXPECT_LT(turn, Deck::kUsual);
    EXPECT_EQ(deck.answers_left(), std::max(0, Deck::kFewest - turn));
}

TEST_F(DeckTest, TasteThatIsNoBetterIsNotUsed) {
    for (std::uint64_t turn = 0; turn < 8; ++turn)
        answer(turn, [&](auto m) { return m < kMixes ? table_.mixes[m].technical : 0; });
    EXPECT_FALSE(deck_.after().trusted());
    EXPECT_EQ(deck_.trial().technical_right, deck_.trial().answers);
}

TEST_F(DeckTest, RepeatsInAnotherOrderAndHidesWhatIsCompared) {
    bool still = false, rough = false;
    for (std::uint64_t turn = 0; turn < 22; ++turn)
        answer(turn, [&](auto m) { return brightness(m); });
    int repeats = 0;
    for (const Offer& offer : deck_.offers()) {
        for (const std::size_t mix : offer.slots)
            still |= mix == kMixes - 1, rough |= mix == kMixes;
        if (!offer.repeat_of) continue;
        ++repeats;
        const Offer& before = deck_.offer(offer.repeat_of);
        EXPECT_NE(before.slots, offer.slots);
        EXPECT_TRUE(
            std::is_permutation(before.slots.begin(), before.slots.end(), offer.slots.begin()));
    }
    EXPECT_GE(repeats, 2);
    EXPECT_LE(repeats, 8);
    EXPECT_TRUE(still);
    EXPECT_TRUE(rough);
}

TEST_F(DeckTest, NoQuestionIsKnownToHoldTheStaticBalance) {
    std::map<int, int> first;  // question that held it first: mornings
    for (std::uint64_t morning = 0; morning < 24; ++morning) {
        deck_.forget();
        for (std::uint64_t turn = 0; turn < 9; ++turn)
            answer(100 * morning + turn, [&](auto m) { return brightness(m); });
        const auto holds =
            std::find_if(deck_.offers().begin(), deck_.offers().end(), [&](const Offer& offer) {
                return std::count(offer.slots.begin(), offer.slots.end(), table_.still) > 0;
            });
        ASSERT_NE(holds, deck_.offers().end());
        ++first[holds->number];
    }
    EXPECT_GE(first.size(), 3u);
    for (const auto& [question, mornings] : first) EXPECT_LE(mornings, 16) << question;
}

TEST_F(DeckTest, TakesBackAndGoesOnWhereItWas) {
    answer(1, [&](auto m) { return brightness(m); });
    const std::vector<double> one = deck_.utility();
    answer(2, [&](auto m) { return brightness(m); });
    deck_.play(*deck_.next(all_, 3));
    EXPECT_EQ(deck_.open()->number, 3);
    deck_.play({{"event", "undo"}, {"number", 2}});
    EXPECT_EQ(deck_.open()->number, 2);
    EXPECT_EQ(deck_.answers(), 1);
    EXPECT_EQ(deck_.utility(), one);
    say(2, "none_good");
    EXPECT_EQ(deck_.open(), nullptr);
    EXPECT_EQ((*deck_.next(all_, 4))["number"], 4);
}

TEST_F(DeckTest, ReadsTheSameMorningAgain) {
    std::vector<Json> events;
    const auto play = [&](const Json& event) {
        events.push_back(event);
        deck_.play(event);
    };
    play(*deck_.next(all_, 1));
    play({{"event", "heard"}, {"number", 1}, {"slot", 2}, {"seconds", 4.5}});
    play({{"event", "star"}, {"number", 1}, {"slot", 1}, {"on", true}});
    play({{"event", "note"}, {"number", 1}, {"slot", nullptr}, {"at_s", 3}, {"text", "harsh"}});
    play({{"event", "answer"}, {"number", 1}, {"answer", "cannot_tell"}});
    play(deck_.pair_with(7, 5));
    EXPECT_TRUE(deck_.open()->pair);
    Deck again(table_, Taste::unknown(), 4);
    for (const Json& event : events) again.play(event);
    EXPECT_EQ(again.utility(), deck_.utility());
    EXPECT_EQ(again.offer(1).heard_s[2], 4.5);
    EXPECT_TRUE(again.offer(1).stars[1]);
    EXPECT_EQ(again.offer(1).notes.front().text, "harsh");
    EXPECT_EQ(again.open()->slots, deck_.open()->slots);
    EXPECT_TRUE(std::count(again.open()->slots.begin(), again.open()->slots.end(), 7u));
}

TEST_F(DeckTest, RefusesWhatDoesNotFit) {
    answer(1, [&](auto m) { return brightness(m); });
    const std::vector<Json> wrong = {
        {{"event", "answer"}, {"number", 1}, {"answer", 4}},
        {{"event", "answer"}, {"number", 9}, {"answer", 0}},
        {{"event", "heard"}, {"number", 1}, {"slot", -1}, {"seconds", 1}},
        {{"event", "offer"},
         {"number", 2},
         {"kind", "best"},
         {"mixes", {100, 4}},
         {"repeat_of", nullptr}},
        {{"event", "dance"}},
        {{"event", "star"}, {"number", 1}}};
    for (const Json& event : wrong) EXPECT_THROW(deck_.play(event), InputError) << event;
}

}  // namespace
}  // namespace mixfarm::audition
