/// How few answers lead a listener to a mix among the best twentieth of a night by their own
/// utility, which is hidden: the audition's own deck, as it asks, renders on, repeats and picks,
/// before simulated listeners with linear, single-peaked and two-peaked utilities over what the ear
/// tells apart (host/rank's perceptual_place, which the model of taste does not see); 15 % of their
/// answers are blind guesses, others are ties or "none is good" where it is so to them. Against
/// random questions to the same model about all whole songs, plain Bradley-Terry (every mix for
/// itself, random questions), and listening through the ranking. A taste is carried to the next of
/// the nights, of a single night from one half of the table to the other. Arguments are nights;
/// without any, one of 10,000 candidates of the built-in song is run. --full: 67 listeners of each
/// kind, 201 in all, else 20.
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <span>

#include "host/audition/deck.h"
#include "host/night.h"
#include "host/song/song.h"
#include "host/taste/preference.h"
#include "kernels/core/random.h"
#include "tests/bench/listeners.h"
#include "tests/bench/rows.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using namespace bench;

constexpr std::size_t kOffered = 4;
constexpr int kMostAnswers = audition::Deck::kMost, kTaught = 15, kTried = 12;
constexpr std::size_t kRenderedEachTime = 8, kMostRendered = 32;
constexpr double kBest = 0.05, kSure = audition::Deck::kSure;
/// The first 24 chose the smooth part of the model, 1000 to 1019 how its confidence is bent.
constexpr std::uint64_t kFirstListener = 2000;

/// What is asked next, and which mix would be picked now.
struct Asker {
    std::function<std::vector<std::size_t>(int)> ask;
    std::function<void(const Answer&)> tell;
    std::function<std::size_t()> pick;
    std::function<double()> sure{};  ///< how likely the pick is one of the best, as stated
};

std::vector<std::size_t> at_random(std::size_t mixes, std::uint64_t seed, int turn) {
    const RandomStream random(seed, static_cast<std::uint64_t>(turn));
    std::vector<std::size_t> items;
    for (std::uint64_t k = 0; items.size() < std::min(kOffered, mixes); ++k) {
        const auto i = static_cast<std::size_t>(random.uniform(k) * static_cast<double>(mixes));
        if (std::find(items.begin(), items.end(), i) == items.end()) items.push_back(i);
    }
    return items;
}

std::size_t best_of(const std::vector<double>& x) {
    return static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
}

struct Course {
    std::vector<bool> hit;     ///< after so many answers: the pick is one of the listener's best
    std::vector<double> sure;  ///< how likely that was said to be; empty where nothing is said
    /// Until it is so three times running, since a pick that wanders is right by chance now and
    /// then; kMostAnswers + 1: never.
    int answers() const {
        for (std::size_t i = 0; i + 2 < hit.size(); ++i)
            if (hit[i] && hit[i + 1] && hit[i + 2]) return static_cast<int>(i);
        return kMostAnswers + 1;
    }
};
Course follow(const Songs& songs, Listener listener, const Asker& asker, int most) {
    const std::vector<double>& utility = listener.utilities();
    std::vector<double> sorted(utility.begin(),
                               utility.begin() + static_cast<std::ptrdiff_t>(songs.whole));
    std::sort(sorted.rbegin(), sorted.rend());
    const double enough =
        sorted[static_cast<std::size_t>(std::ceil(kBest * static_cast<double>(sorted.size()))) - 1];
    Course course;
    for (int turn = 0; turn <= most; ++turn) {
        course.hit.push_back(utility[asker.pick()] >= enough);
        if (asker.sure) course.sure.push_back(asker.sure());
        if (turn == most) break;
        Answer answer{asker.ask(turn), 0};
        answer.best = listener.answer(answer.items);
        asker.tell(answer);
    }
    return course;
}

/// Stated confidence in the pick against what came true, by tenths; answers that were said to be
/// left; answers that a taste was not told, as the deck tries it.
struct Calibration {
    double right = 0, technical = 0, tried = 0;
    struct Tenth {
        double stated = 0, hits = 0, count = 0;
    };
    std::array<Tenth, 10> pick{};
    std::vector<double> left_off;  ///< answers that were said to be left, less those that were

    void add(const Course& course) {
        for (std::size_t turn = 1; turn < course.hit.size(); ++turn) {
            const double sure = course.sure[turn];
            Tenth& tenth = pick[std::min<std::size_t>(9, static_cast<std::size_t>(10 * sure))];
            tenth.stated += sure, tenth.hits += course.hit[turn], ++tenth.count;
        }
        const std::span<const double> sure = std::span(course.sure).subspan(1);
        const auto there =
            std::find_if(sure.begin(), sure.end(), [](double s) { return s >= kSure; });
        const auto needed = static_cast<std::size_t>(there - sure.begin()) + 1;
        for (std::size_t turn = 1; turn < needed && turn < sure.size(); ++turn)
            left_off.push_back(std::min<double>(answers_until(kSure, sure.first(turn)),
                                                kMostAnswers - static_cast<double>(turn)) -
                               static_cast<double>(needed - turn));
    }
    void join(const Calibration& more) {
        right += more.right, technical += more.technical, tried += more.tried;
        left_off.insert(left_off.end(), more.left_off.begin(), more.left_off.end());
        for (std::size_t i = 0; i < pick.size(); ++i) {
            pick[i].stated += more.pick[i].stated, pick[i].hits += more.pick[i].hits;
            pick[i].count += more.pick[i].count;
        }
    }
};

/// A morning as the audition has it, without its sound: mixes that are worth it get their audio
/// while the listener thinks.
class Morning {
public:
    Morning(const Songs& songs, const Taste& before, std::uint64_t seed)
        : songs_(songs), seed_(seed), deck_(songs.table, before, static_cast<int>(kOffered)) {
        for (const audition::Mix& mix : songs.table.mixes)
            ready_.push_back(mix.file.parent_path().filename() == "picks");
    }
    Asker asker() {
        return {[this](int) {
                    deck_.play(deck_.next(ready_, ++seed_).value());
                    std::vector<std::size_t> songs;
                    for (const std::size_t mix : deck_.open()->slots)
                        songs.push_back(songs_.of_table[mix]);
                    return songs;
                },
                [this](const Answer& answer) {
                    deck_.play({{"event", "answer"},
                                {"number", deck_.open()->number},
                                {"answer", audition::answer_json(answer.best)}});
                    if (deck_.answers() == kTried) trial_ = deck_.trial();
                    for (const std::size_t mix :
                         deck_.worth_rendering(ready_, kRenderedEachTime, ++seed_))
                        if (rendered_ < kMostRendered) ready_[mix] = true, ++rendered_;
                },
                [this] { return songs_.of_table[deck_.favourite()]; },
                [this] { return deck_.confidence(); }};
    }
    const audition::Trial& trial() const { return trial_; }
    Taste after() const { return deck_.after(); }

private:
    const Songs& songs_;
    std::uint64_t seed_;
    audition::Deck deck_;
    std::vector<bool> ready_;
    std::size_t rendered_ = 0;
    audition::Trial trial_;
};

/// The same model, asked at random about whatever there is.
Asker at_random_by_taste(const Songs& songs, Preference& model, std::vector<Answer>& answers,
                         std::uint64_t seed) {
    return {[&songs, seed](int turn) { return at_random(songs.whole, seed, turn); },
            [&model, &answers](const Answer& answer) {
                answers.push_back(answer);
                model.learn(answers);
            },
            [&model] { return best_of(model.mean()); }};
}

/// Every mix for itself: strengths of Bradley and Terry by Hunter's MM (Annals of Statistics 32,
/// 2004), half a win and half a loss against an average mix each.
Asker bradley_terry(const Songs& songs, std::vector<Answer>& answers, std::uint64_t seed) {
    return {[&songs, seed](int turn) { return at_random(songs.whole, seed, turn); },
            [&answers](const Answer& answer) {
                if (answer.best >= 0) answers.push_back(answer);
            },
            [&songs, &answers] {
                const std::size_t n = songs.whole;
                std::vector<double> strength(n, 1.0);
                for (int round = 0; round < 50; ++round) {
                    std::vector<double> wins(n, 0.5), met(n);
                    for (std::size_t i = 0; i < n; ++i) met[i] = 1 / (strength[i] + 1);
                    for (const Answer& a : answers) {
                        double sum = 0;
                        for (const std::size_t i : a.items) sum += strength[i];
                        for (const std::size_t i : a.items) met[i] += 1 / sum;
                        wins[a.items[static_cast<std::size_t>(a.best)]] += 1;
                    }
                    for (std::size_t i = 0; i < n; ++i) strength[i] = wins[i] / met[i];
                }
                return best_of(strength);
            }};
}

/// Down the ranking: the best so far against the next three.
Asker down_the_ranking(const Songs& songs, std::size_t& champion, std::size_t& next) {
    return {[&songs, &champion, &next](int) {
                std::vector<std::size_t> items = {champion};
                while (items.size() < kOffered && next < songs.whole) items.push_back(next++);
                if (items.size() < 2) items.push_back(champion == 0 ? 1 : 0);
                return items;
            },
            [&champion](const Answer& answer) {
                if (answer.best >= 0)
                    champion = answer.items[static_cast<std::size_t>(answer.best)];
            },
            [&champion] { return champion; }};
}

/// Answers that listeners needed.
struct Tally {
    std::vector<double> taste, random, plain, ranking, carried, cold;
    std::vector<double> kept = std::vector<double>(kMostAnswers + 1);  ///< on it after so many
    Calibration calibration;

    void join(const Tally& more) {
        for (const auto of : {&Tally::taste, &Tally::random, &Tally::plain, &Tally::ranking,
                              &Tally::carried, &Tally::cold})
            (this->*of).insert((this->*of).end(), (more.*of).begin(), (more.*of).end());
        for (std::size_t i = 0; i < more.kept.size(); ++i) kept[i] += more.kept[i];
        calibration.join(more.calibration);
    }
};

Json answers_row(const std::string& name, const std::vector<double>& answers,
                 const std::string& against, Json ratio) {
    return bench::row(name, median(answers),
                      "answers until the pick is of the listener's best twentieth", against, ratio,
                      nullptr);
}
double times_as_many(const std::vector<double>& other, const std::vector<double>& ours) {
    return median(other) / std::max(median(ours), 1.0);
}

class TasteBench {
public:
    /// `others`: the night where a taste is learnt that is carried to this one.
    TasteBench(std::string title, const Songs& songs, const Songs& others, const Songs& own,
               int listeners, Json& rows, Tally& all)
        : title_(std::move(title)),
          songs_(songs),
          other_(others),
          own_(own),
          listeners_(listeners),
          rows_(rows),
          all_(all) {}

    void run() {
        for (const Kind kind : {Kind::linear, Kind::unimodal, Kind::two_cluster}) {
            std::vector<Tally> each(static_cast<std::size_t>(listeners_));
            tbb::parallel_for(std::size_t{0}, each.size(), [&](std::size_t n) {
                each[n] = of_listener(kind, kFirstListener + n);
            });
            Tally tally;
            for (const Tally& one : each) tally.join(one);
            char against[240];
            std::snprintf(against, sizeof against,
                          "random questions %.0f, Bradley-Terry %.0f, down the ranking %.0f; on it "
                          "after 5, 10, 20 answers: %.0f, %.0f, %.0f %%",
                          median(tally.random), median(tally.plain), median(tally.ranking),
                          100 * tally.kept[5] / listeners_, 100 * tally.kept[10] / listeners_,
                          100 * tally.kept[20] / listeners_);
            const std::string of = std::string(" ") + kKinds[static_cast<int>(kind)] + " " + title_;
            rows_.push_back(answers_row("answers_median" + of, tally.taste, against,
                                        times_as_many(tally.random, tally.taste)));
            rows_.push_back(answers_row("answers_median_with_taste" + of, tally.carried,
                                        "without " + std::to_string(median(tally.cold)),
                                        times_as_many(tally.cold, tally.carried)));
            all_.join(tally);
        }
    }

private:
    Tally of_listener(Kind kind, std::uint64_t number) const {
        const Listener listener(kind, number, songs_);
        Tally tally;
        Morning morning(songs_, Taste::unknown(), number);
        const Course course = follow(songs_, listener, morning.asker(), kMostAnswers);
        tally.calibration.add(course);
        tally.calibration.right = morning.trial().right;
        tally.calibration.technical = morning.trial().technical_right;
        tally.calibration.tried = morning.trial().answers;
        tally.taste.push_back(course.answers());
        for (std::size_t i = 0; i < tally.kept.size(); ++i) tally.kept[i] += course.hit[i];
        std::vector<Answer> told, answers;
        Preference model(songs_.places, songs_.technical);
        const auto answers_by = [&](const Asker& asker) {
            return follow(songs_, listener, asker, kMostAnswers).answers();
        };
        tally.random.push_back(answers_by(at_random_by_taste(songs_, model, told, number)));
        tally.plain.push_back(answers_by(bradley_terry(songs_, answers, number)));
        std::size_t champion = 0, next = 1;
        tally.ranking.push_back(answers_by(down_the_ranking(songs_, champion, next)));

        Morning teacher(other_, Taste::unknown(), number);
        follow(other_, listener.before(other_), teacher.asker(), kTaught);
        for (const bool taught : {true, false}) {
            Morning later(own_, taught ? teacher.after() : Taste::unknown(), number + 7);
            (taught ? tally.carried : tally.cold)
                .push_back(
                    follow(own_, listener.before(own_), later.asker(), kMostAnswers).answers());
        }
        return tally;
    }

    std::string title_;
    const Songs &songs_, &other_, &own_;
    int listeners_;
    Json& rows_;
    Tally& all_;
};

/// Over all nights and kinds of listener.
void sum_up(const Tally& all, Json& rows) {
    rows.push_back(answers_row("answers_median", all.taste, "random questions, the same model",
                               times_as_many(all.random, all.taste)));
    rows.push_back(answers_row("answers_median_random", all.random,
                               "random questions, the same model", nullptr));
    rows.push_back(
        answers_row("answers_median_bradley_terry", all.plain, "every mix for itself", nullptr));
    rows.push_back(answers_row("answers_median_ranking", all.ranking,
                               "the best so far against the next three", nullptr));
    rows.push_back(answers_row("answers_median_with_taste", all.carried,
                               "without " + std::to_string(median(all.cold)),
                               times_as_many(all.cold, all.carried)));
    const Calibration& c = all.calibration;
    rows.push_back(
        bench::row("held_out_right", c.right / std::max(c.tried, 1.0),
                   "of the answers that a taste was not told, of twelve",
                   "the technical score " + std::to_string(c.technical / std::max(c.tried, 1.0)),
                   c.right / std::max(c.technical, 1.0), nullptr));
    double off = 0, turns = 0;
    for (const Calibration::Tenth& tenth : all.calibration.pick)
        off += std::fabs(tenth.stated - tenth.hits), turns += tenth.count;
    for (const Calibration::Tenth& tenth : all.calibration.pick)
        if (tenth.count > 0)
            rows.push_back(bench::row("pick_is_of_the_best", tenth.hits / tenth.count,
                                      "share of picks for which it is so",
                                      "stated " + std::to_string(tenth.stated / tenth.count) +
                                          " of " + std::to_string(static_cast<int>(tenth.count)) +
                                          " picks",
                                      nullptr, nullptr));
    rows.push_back(bench::row("pick_calibration_error", off / std::max(turns, 1.0),
                              "mean distance of stated and true by tenths", "", nullptr, nullptr));
    std::vector<double> miss;
    for (const double m : all.calibration.left_off) miss.push_back(std::fabs(m));
    rows.push_back(bench::row(
        "answers_left_off", median(miss), "answers that the estimate misses by, median",
        "too many by " + std::to_string(median(all.calibration.left_off)) + " in the median",
        nullptr, nullptr));
}

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, [](const bench::Words& words, Json& rows) {
        const auto run_short = [](const fs::path& folder) {
            Progress progress;
            NightOptions options;
            options.job = write_demo_song(folder);
            options.folder = folder / "night";
            options.candidates = 10'000;
            options.device = "cpu";
            run_night(options, progress);
            return options.folder;
        };
        Tally all;
        std::vector<std::pair<std::string, Songs>> nights;
        bench::for_each_job(words, run_short, [&](const fs::path& night) {
            nights.emplace_back(night.stem().string(), songs_of(night));
        });
        for (std::size_t n = 0; n < nights.size(); ++n) {
            const auto& [title, songs] = nights[n];
            const bool alone = nights.size() == 1;
            const Songs other = alone ? half_of(songs, 0) : nights[(n + 1) % nights.size()].second,
                        own = alone ? half_of(songs, 1) : songs;
            TasteBench(title, songs, other, own, words.full ? 67 : 20, rows, all).run();
        }
        sum_up(all, rows);
    });
}
