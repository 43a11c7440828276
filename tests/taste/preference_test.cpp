/// What answers teach: against a search on a grid, and against listeners whose taste is known.
#include "host/taste/preference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <numeric>
#include <set>

#include "host/search/calibration.h"
#include "host/search/normal.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

constexpr std::size_t kBrightness = 0, kWidth = 2;

struct Mixes {
    std::vector<std::vector<float>> places;
    std::vector<float> technical;
    std::size_t size() const { return places.size(); }
    double steps(std::size_t i, std::size_t axis) const {
        return places[i][axis] / taste_axes()[axis].step;
    }
};

/// Mixes scattered by a step along every axis, about equally good.
Mixes some_mixes(std::size_t count, std::uint64_t seed) {
    Mixes mixes;
    for (std::size_t i = 0; i < count; ++i) {
        const RandomStream random(seed, i);
        std::vector<float> place;
        for (std::size_t a = 0; a < kTasteAxes; ++a)
            place.push_back(taste_axes()[a].step * normal(random, a));
        mixes.places.push_back(std::move(place));
        mixes.technical.push_back(0.8f + 0.02f * normal(random, 100));
    }
    return mixes;
}

using Utility = std::function<double(std::size_t)>;

std::size_t best_of(const std::vector<double>& x) {
    return static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
}

/// Asks as the model wants, answers by a utility, `guessed` of the answers blindly.
std::vector<Answer> interview(Preference& model, const Utility& utility, int questions,
                              double guessed = 0) {
    const RandomStream random(4711, 0);
    std::vector<Answer> answers;
    for (int q = 0; q < questions; ++q) {
        const auto n = static_cast<std::uint64_t>(q);
        Answer answer{model.ask(4, n), 0};
        std::vector<double> offered;
        for (const std::size_t i : answer.items) offered.push_back(utility(i));
        answer.best = random.uniform(2 * n) < guessed
                          ? static_cast<int>(4 * random.uniform(2 * n + 1))
                          : static_cast<int>(best_of(offered));
        answers.push_back(std::move(answer));
        model.learn(answers);
    }
    return answers;
}

/// Rank correlation of what is expected with what is so.
double agreement_with(const Preference& model, const Mixes& mixes, const Utility& utility) {
    std::vector<double> truth;
    for (std::size_t i = 0; i < mixes.size(); ++i) truth.push_back(utility(i));
    return agreement(model.mean(), truth).spearman;
}

/// How many mixes the listener likes better than the one that would be picked now.
int better_than_the_pick(const Preference& model, const Mixes& mixes, const Utility& utility) {
    const double picked = utility(best_of(model.mean()));
    int better = 0;
    for (std::size_t i = 0; i < mixes.size(); ++i) better += utility(i) > picked;
    return better;
}

/// Probability of an answer given utilities, written out.
double likelihood(const Answer& answer, const std::vector<double>& u) {
    double sum = std::exp(Preference::kNoneGoodLogit), mean = 0;
    for (const std::size_t i : answer.items) {
        sum += std::exp(u[i]);
        mean += u[i] / static_cast<double>(answer.items.size());
    }
    const double tie = std::exp(mean + Preference::kTieLogit);
    sum += tie;
    const double p = answer.best == Answer::kCannotTell ? tie
                     : answer.best == Answer::kNoneGood
                         ? std::exp(Preference::kNoneGoodLogit)
                         : std::exp(u[answer.items[static_cast<std::size_t>(answer.best)]]);
    return (1 - Preference::kLapse) * p / sum +
           Preference::kLapse / static_cast<double>(answer.items.size() + 2);
}

TEST(Preference, IsThePosteriorsModeOnAGrid) {
    const Mixes mixes = some_mixes(2, 3);
    Preference model(mixes.places, mixes.technical);
    const double m0 = model.mean()[0], m1 = model.mean()[1];
    const double v0 = model.covariance(0, 0), v1 = model.covariance(1, 1),
                 c = model.covariance(0, 1), det = v0 * v1 - c * c;
    for (const std::vector<Answer>& answers :
         {std::vector<Answer>{{{0, 1}, 0}}, std::vector<Answer>{{{0, 1}, 0}, {{1, 0}, 1}},
          std::vector<Answer>{{{0, 1}, 1}, {{0, 1}, Answer::kCannotTell}},
          std::vector<Answer>{{{0, 1}, Answer::kNoneGood}}}) {
        double most = 0, at0 = 0, at1 = 0, weight = 0, mean = 0;
        constexpr double kStep = 0.05, kReach = 12;
        for (double a = -kReach; a <= kReach; a += kStep)
            for (double b = -kReach; b <= kReach; b += kStep) {
                const double x = a - m0, y = b - m1;
                double p = std::exp(-(v1 * x * x - 2 * c * x * y + v0 * y * y) / (2 * det));
                for (const Answer& answer : answers) p *= likelihood(answer, {a, b});
                weight += p, mean += p * (a - b);
                if (p > most) most = p, at0 = a, at1 = b;
            }
        model.learn(answers);
        EXPECT_NEAR(model.mean()[0], at0, kStep);
        EXPECT_NEAR(model.mean()[1], at1, kStep);
        // The mean is not the mode; on which side the better mix lies is the same.
        EXPECT_GE((model.mean()[0] - model.mean()[1]) * mean / weight, -0.01);
    }
}

TEST(Preference, ChancesOfAllAnswersAreOne) {
    const Mixes mixes = some_mixes(20, 4);
    Preference model(mixes.places, mixes.technical);
    interview(
        model, [&](std::size_t i) { return mixes.steps(i, kWidth); }, 5);
    const std::vector<std::size_t> items = {3, 7, 12};
    double sum = 0;
    for (const int best : {0, 1, 2, Answer::kCannotTell, Answer::kNoneGood}) {
        const double p = model.chance({items, best});
        EXPECT_GT(p, 0);
        sum += p;
    }
    EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(Preference, FindsALinearTasteThroughGuesses) {
    constexpr int kListeners = 12;
    int found = 0, told = 0;
    double slope = 0, before = 0;
    for (std::uint64_t seed = 0; seed < kListeners; ++seed) {
        const Mixes mixes = some_mixes(80, 100 * seed + 5);
        const Utility likes = [&](std::size_t i) {
            return -mixes.steps(i, kBrightness) + 0.5 * mixes.steps(i, kWidth);
        };
        Preference model(mixes.places, mixes.technical);
        before += static_cast<double>(better_than_the_pick(model, mixes, likes)) / kListeners;
        interview(model, likes, 20, 0.15);
        found +=
            better_than_the_pick(model, mixes, likes) < 4;  // the pick is of the best twentieth
        const Taste taste = model.after();
        slope += taste.slope[kBrightness].mean / taste.slope[kBrightness].sd / kListeners;
        told += taste.words().find("darker") != std::string::npos;
        EXPECT_EQ(taste.words().find("brighter"), std::string::npos) << "the contrary is not told";
        EXPECT_EQ(taste.answers, 20);
        EXPECT_EQ(taste.songs, 1);
    }
    std::printf(
        "of %d listeners %d picks of the best twentieth (before %.0f better ones), %d told "
        "darker, slope %.2f deviations\n",
        kListeners, found, before, told, slope);
    EXPECT_GE(before, 15) << "technically best is not best liked";
    EXPECT_GE(found, 8);
    EXPECT_GE(told, 2);
    EXPECT_LT(slope, -0.6);
}

TEST(Preference, FindsABestAmount) {
    const Mixes mixes = some_mixes(80, 6);
    const Utility likes = [&](std::size_t i) {
        const double off = mixes.steps(i, kWidth) - 1;
        return -off * off;
    };
    Preference model(mixes.places, mixes.technical);
    interview(model, likes, 25);
    EXPECT_LT(better_than_the_pick(model, mixes, likes), 4);
}

TEST(Preference, WithoutAnswersIsTheTechnicalScore) {
    const Mixes mixes = some_mixes(30, 7);
    const Preference model(mixes.places, mixes.technical);
    EXPECT_NEAR(agreement_with(model, mixes, [&](std::size_t i) { return mixes.technical[i]; }), 1,
                1e-9);
}

TEST(Preference, NoneGoodLowersAllThatWereOffered) {
    const Mixes mixes = some_mixes(30, 8);
    Preference model(mixes.places, mixes.technical);
    const std::vector<double> before = model.mean();
    model.learn(std::vector<Answer>{{{2, 9, 20}, Answer::kNoneGood}});
    for (const std::size_t i : {2u, 9u, 20u}) EXPECT_LT(model.mean()[i], before[i]);
}

TEST(Preference, CannotTellDrawsTogether) {
    const Mixes mixes = some_mixes(30, 9);
    Preference model(mixes.places, mixes.technical);
    model.learn(std::vector<Answer>{{{2, 9}, 0}});
    const double before = model.mean()[2] - model.mean()[9];
    const Answer tie{{2, 9}, Answer::kCannotTell};
    model.learn(std::vector<Answer>{{{2, 9}, 0}, tie, tie});
    EXPECT_GT(before, 0);
    EXPECT_LT(model.mean()[2] - model.mean()[9], before);
}

TEST(Preference, CarriesFromSongToSong) {
    const Mixes first = some_mixes(60, 310), second = some_mixes(60, 311);
    Preference teacher(first.places, first.technical);
    interview(
        teacher, [&](std::size_t i) { return -first.steps(i, kBrightness); }, 15);
    const Preference taught(second.places, second.technical, teacher.after());
    const Utility likes = [&](std::size_t i) { return -second.steps(i, kBrightness); };
    EXPECT_GT(agreement_with(taught, second, likes), 0.3) << "before any answer";
    EXPECT_LT(better_than_the_pick(taught, second, likes), 12);
}

TEST(Preference, CarriesNoMoreOfWhatNoAnswerTold) {
    // All mixes alike but for brightness: of the other axes as much is believed as before.
    Mixes mixes = some_mixes(40, 14);
    for (auto& place : mixes.places)
        for (std::size_t a = 1; a < kTasteAxes; ++a) place[a] = 0;
    Preference model(mixes.places, mixes.technical);
    const RandomStream random(1, 2);
    std::vector<Answer> answers;  // of someone who does not listen
    for (std::uint64_t q = 0; q < 20; ++q)
        answers.push_back({{q, q + 20}, static_cast<int>(2 * random.uniform(q))});
    model.learn(answers);
    const Taste before = Taste::unknown(), after = model.after();
    EXPECT_NEAR(after.slope[kWidth].sd, before.slope[kWidth].sd, 1e-3);
    EXPECT_EQ(after.slope[kWidth].mean, 0);
    EXPECT_LT(after.slope[kBrightness].sd, before.slope[kBrightness].sd);
}

TEST(Preference, AsksForEachMixOnceAndAlikeEveryTime) {
    const Mixes mixes = some_mixes(40, 12);
    Preference model(mixes.places, mixes.technical);
    const std::vector<std::size_t> asked = model.ask(4, 1);
    EXPECT_EQ(std::set<std::size_t>(asked.begin(), asked.end()).size(), 4u);
    EXPECT_EQ(asked, Preference(mixes.places, mixes.technical).ask(4, 1));
    EXPECT_EQ(asked.front(), best_of(model.mean())) << "what would be picked now is among them";
    EXPECT_EQ(Preference(some_mixes(3, 1).places, some_mixes(3, 1).technical).ask(4, 1).size(), 3u);
}

TEST(Preference, OrderOfAnswersDoesNotMatter) {
    const Mixes mixes = some_mixes(30, 13);
    Preference model(mixes.places, mixes.technical), other(mixes.places, mixes.technical);
    std::vector<Answer> answers = interview(
        model, [&](std::size_t i) { return mixes.steps(i, kWidth); }, 9, 0.2);
    std::reverse(answers.begin(), answers.end());
    other.learn(answers);
    for (std::size_t i = 0; i < mixes.size(); ++i)
        EXPECT_NEAR(model.mean()[i], other.mean()[i], 1e-3);
}

TEST(Preference, IsSurerOfWhatIsBetterAndOfMoreAnswers) {
    const Mixes mixes = some_mixes(60, 5);
    Preference model(mixes.places, mixes.technical);
    const Utility utility = [&](std::size_t i) { return 2 * mixes.steps(i, kBrightness); };
    const std::size_t at_first = best_of(model.mean());
    const double little = model.among_best(at_first, 0.05);
    interview(model, utility, 16);
    const std::size_t best = best_of(model.mean());
    EXPECT_GT(model.among_best(best, 0.05), little);
    EXPECT_GT(model.confidence(best, 0.05), model.confidence(at_first, 0.05));
    std::size_t worst = 0;
    for (std::size_t i = 0; i < mixes.size(); ++i)
        if (model.mean()[i] < model.mean()[worst]) worst = i;
    EXPECT_LT(model.among_best(worst, 0.05), 0.1);
    EXPECT_GE(model.among_best(best, 0.5), model.among_best(best, 0.05));
    for (std::size_t i = 0; i < mixes.size(); ++i) {
        EXPECT_GT(model.confidence(i, 0.05), 0);
        EXPECT_LT(model.confidence(i, 0.05), 1);
    }
}

TEST(AnswersUntil, FollowsAStraightLineOfTheLogit) {
    const auto chance = [](double logit) { return 1 / (1 + std::exp(-logit)); };
    const double wanted = chance(2);
    std::vector<double> fast, slow, flat;
    for (int k = 0; k < 20; ++k) {
        fast.push_back(chance(-2 + 0.2 * k));
        slow.push_back(chance(-2 + 0.1 * k));
        flat.push_back(0.3);
    }
    // It stands at -2 + slope x 18 over the last three; the slope is drawn a little to the usual.
    EXPECT_NEAR(answers_until(wanted, fast), 2, 1);
    EXPECT_NEAR(answers_until(wanted, slow), 22, 3);
    EXPECT_GT(answers_until(wanted, flat), 30);
    EXPECT_EQ(answers_until(0.25, flat), 0);
    EXPECT_GT(answers_until(0.9, std::vector<double>{0.2}), 5);
    EXPECT_GE(answers_until(0.31, flat), 1);
}

}  // namespace
}  // namespace mixfarm
