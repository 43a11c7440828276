/// How few answers lead a listener to a mix among the best twentieth by their own utility, which is
/// hidden: simulated listeners with linear, single-peaked and two-peaked utilities over what the
/// ear tells apart (host/rank's perceptual_place, which the model of taste does not see), of whose
/// answers 15 % are blind guesses. Against random questions to the same model, plain Bradley-Terry
/// (every mix for itself, random questions), and listening through the ranking. Arguments are
/// nights; without any, one of 10,000 candidates of the built-in song is run. --full: 200 listeners
/// of each kind, else 20.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>

#include "host/hearing.h"
#include "host/night.h"
#include "host/rank/rank.h"
#include "host/search/normal.h"
#include "host/song/song.h"
#include "host/store/results.h"
#include "host/taste/preference.h"
#include "kernels/core/random.h"
#include "tests/bench/rows.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using bench::Json;

constexpr std::size_t kOffered = 4;
constexpr int kMostAnswers = 40, kFirstSong = 20;
constexpr double kGuessed = 0.15, kBest = 0.05;

/// The whole songs of a night, best technical score first.
struct Songs {
    std::vector<std::vector<float>> places, heard;  ///< taste_place, perceptual_place
    std::vector<float> technical;
    std::size_t size() const { return technical.size(); }
};

Songs songs_of(const fs::path& night) {
    const Results results = read_results(night);
    std::map<std::uint64_t, std::size_t> at;
    for (std::size_t i = 0; i < results.rows.size(); ++i) at[results.rows[i].id] = i;
    Songs songs;
    for (const std::uint64_t id : results.order) {
        const std::size_t i = at.at(id);
        const Row& row = results.rows[i];
        if (row.stage != 3 || results.rejected[i] != 0) continue;
        const StemMetrics stems = stem_metrics_of(row.metrics);
        songs.places.push_back(taste_place(measurement_of(row), stems));
        songs.heard.push_back(perceptual_place(measurement_of(row), stems));
        songs.technical.push_back(results.technical[i]);
    }
    return songs;
}

/// Every second one of them, as though they were another song's.
Songs half_of(const Songs& all, std::size_t first) {
    Songs half;
    for (std::size_t i = first; i < all.size(); i += 2) {
        half.places.push_back(all.places[i]);
        half.heard.push_back(all.heard[i]);
        half.technical.push_back(all.technical[i]);
    }
    return half;
}

double median(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    return x.empty() ? std::nan("") : x[x.size() / 2];
}

enum class Kind { linear, unimodal, two_cluster };
constexpr const char* kKinds[] = {"linear", "unimodal", "two-cluster"};

class Listener {
public:
    /// What counts is what a mix is like against this middle: it is the same for all songs.
    Listener(Kind kind, std::uint64_t number, const Songs& song)
        : kind_(kind), random_(90'001, number), draw_(number * 1'000'003) {
        const std::size_t axes = song.heard.front().size();
        for (std::size_t a = 0; a < axes; ++a) {
            std::vector<double> known;
            for (const auto& place : song.heard)
                if (std::isfinite(place[a])) known.push_back(place[a]);
            const double middle = median(known);
            double spread = 0;
            for (const double x : known) spread += (x - middle) * (x - middle);
            middle_.push_back(middle);
            spread_.push_back(std::sqrt(spread / std::max<double>(1, known.size())) + 1e-9);
        }
        for (std::size_t a = 0; a < axes; ++a) {
            slope_.push_back(normal(random_, a));
            care_.push_back(-std::log(1 - random_.uniform(100 + a)));
        }
        for (const std::uint64_t peak : {0u, 1u}) {
            const auto& near = song.heard[static_cast<std::size_t>(
                random_.uniform(200 + peak) * static_cast<double>(song.size()))];
            std::vector<double> at;
            for (std::size_t a = 0; a < axes; ++a)
                at.push_back(steps(near, a) + 0.3 * normal(random_, 300 + 50 * peak + a));
            peaks_.push_back(std::move(at));
        }
    }
    double utility(const std::vector<float>& place) const {
        if (kind_ == Kind::linear) {
            double sum = 0;
            for (std::size_t a = 0; a < slope_.size(); ++a) sum += slope_[a] * steps(place, a);
            return sum;
        }
        const double first = miss(place, 0);
        return -std::sqrt(kind_ == Kind::unimodal ? first : std::min(first, miss(place, 1) + 1));
    }
    /// The place in `utilities` of the one they say is best; some say anything.
    int answer(const std::vector<double>& utilities) {
        const double luck = random_.uniform(draw_++), which = random_.uniform(draw_++);
        if (luck < kGuessed) return static_cast<int>(which * static_cast<double>(utilities.size()));
        return static_cast<int>(std::max_element(utilities.begin(), utilities.end()) -
                                utilities.begin());
    }

private:
    double steps(const std::vector<float>& place, std::size_t a) const {
        return std::isfinite(place[a]) ? (place[a] - middle_[a]) / spread_[a] : 0;
    }
    double miss(const std::vector<float>& place, std::size_t peak) const {
        double sum = 0;
        for (std::size_t a = 0; a < care_.size(); ++a) {
            const double d = steps(place, a) - peaks_[peak][a];
            sum += care_[a] * d * d;
        }
        return sum;
    }

    Kind kind_;
    RandomStream random_;
    std::uint64_t draw_;
    std::vector<double> middle_, spread_, slope_, care_;
    std::vector<std::vector<double>> peaks_;
};

/// What is asked next, and which mix would be picked now.
struct Asker {
    std::function<std::vector<std::size_t>(int)> ask;
    std::function<void(const Answer&)> tell;
    std::function<std::size_t()> pick;
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
    std::vector<bool> hit;  ///< after so many answers: the pick is one of the listener's best
    /// Until it is so three times running, since a pick that wanders is right by chance now and
    /// then; kMostAnswers + 1: never.
    int answers() const {
        for (std::size_t i = 0; i + 2 < hit.size(); ++i)
            if (hit[i] && hit[i + 1] && hit[i + 2]) return static_cast<int>(i);
        return kMostAnswers + 1;
    }
};
Course follow(const Songs& songs, Listener listener, Asker asker, int most) {
    std::vector<double> utility;
    for (const auto& place : songs.heard) utility.push_back(listener.utility(place));
    std::vector<double> sorted = utility;
    std::sort(sorted.rbegin(), sorted.rend());
    const double enough =
        sorted[static_cast<std::size_t>(std::ceil(kBest * static_cast<double>(sorted.size()))) - 1];
    Course course;
    for (int turn = 0; turn <= most; ++turn) {
        course.hit.push_back(utility[asker.pick()] >= enough);
        if (turn == most) break;
        Answer answer{asker.ask(turn), 0};
        std::vector<double> offered;
        for (const std::size_t i : answer.items) offered.push_back(utility[i]);
        answer.best = listener.answer(offered);
        asker.tell(answer);
    }
    return course;
}

/// Stated confidence against what came true.
struct Calibration {
    double stated = 0, true_ = 0, technical = 0;
    int count = 0;
};

Asker by_taste(const Songs& songs, Preference& model, std::vector<Answer>& answers,
               std::uint64_t seed, bool random, Calibration* calibration) {
    return {[&songs, &model, seed, random](int turn) {
                return random ? at_random(songs.size(), seed, turn)
                              : model.ask(kOffered, seed + static_cast<std::uint64_t>(turn));
            },
            [&songs, &model, &answers, calibration](const Answer& answer) {
                if (calibration && answers.size() >= 5) {
                    double most = -1;
                    int guess = 0, technical = 0;
                    for (int i = 0; i < static_cast<int>(answer.items.size()); ++i) {
                        const double p = model.chance({answer.items, i});
                        if (p > most) most = p, guess = i;
                        if (songs.technical[answer.items[static_cast<std::size_t>(i)]] >
                            songs.technical[answer.items[static_cast<std::size_t>(technical)]])
                            technical = i;
                    }
                    calibration->stated += most;
                    calibration->true_ += guess == answer.best;
                    calibration->technical += technical == answer.best;
                    ++calibration->count;
                }
                answers.push_back(answer);
                model.learn(answers);
            },
            [&model] { return best_of(model.mean()); }};
}

/// Every mix for itself: strengths of Bradley and Terry by Hunter's MM (Annals of Statistics 32,
/// 2004), a pseudo win and loss against an average mix each.
Asker bradley_terry(const Songs& songs, std::vector<Answer>& answers, std::uint64_t seed) {
    return {[&songs, seed](int turn) { return at_random(songs.size(), seed, turn); },
            [&answers](const Answer& answer) { answers.push_back(answer); },
            [&songs, &answers] {
                const std::size_t n = songs.size();
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
                while (items.size() < kOffered && next < songs.size()) items.push_back(next++);
                if (items.size() < 2) items.push_back(champion == 0 ? 1 : 0);
                return items;
            },
            [&champion](const Answer& answer) {
                champion = answer.items[static_cast<std::size_t>(answer.best)];
            },
            [&champion] { return champion; }};
}

class TasteBench {
public:
    TasteBench(std::string title, Songs songs, int listeners, Json& rows)
        : title_(std::move(title)),
          songs_(std::move(songs)),
          other_(half_of(songs_, 0)),
          own_(half_of(songs_, 1)),
          listeners_(listeners),
          rows_(rows) {}

    void run() {
        std::vector<double> all, all_random, all_plain, all_ranking, all_carried, all_cold;
        for (const Kind kind : {Kind::linear, Kind::unimodal, Kind::two_cluster}) {
            std::vector<double> taste, random, plain, ranking, carried, cold;
            std::vector<double> kept(kMostAnswers + 1);
            for (int n = 0; n < listeners_; ++n) {
                const auto number = static_cast<std::uint64_t>(n);
                const Listener listener(kind, number, songs_);
                const Course course = with_model(listener, number, false, &calibration_);
                taste.push_back(course.answers());
                for (std::size_t i = 0; i < kept.size(); ++i) kept[i] += course.hit[i];
                random.push_back(with_model(listener, number, true, nullptr).answers());
                std::vector<Answer> answers;
                plain.push_back(
                    follow(songs_, listener, bradley_terry(songs_, answers, number), kMostAnswers)
                        .answers());
                std::size_t champion = 0, next = 1;
                ranking.push_back(
                    follow(songs_, listener, down_the_ranking(songs_, champion, next), kMostAnswers)
                        .answers());
                carry(listener, number, carried, cold);
            }
            char hits[120];
            std::snprintf(hits, sizeof hits, "on it after 10, 20, 40 answers: %.0f, %.0f, %.0f %%",
                          100 * kept[10] / listeners_, 100 * kept[20] / listeners_,
                          100 * kept[40] / listeners_);
            row(std::string("answers_median ") + kKinds[static_cast<int>(kind)], taste,
                std::string("random questions ") + std::to_string(median(random)) +
                    ", Bradley-Terry " + std::to_string(median(plain)) + ", down the ranking " +
                    std::to_string(median(ranking)) + "; " + hits,
                median(random) / std::max(median(taste), 1.0));
            row(std::string("answers_median_with_taste ") + kKinds[static_cast<int>(kind)], carried,
                "without " + std::to_string(median(cold)),
                median(cold) / std::max(median(carried), 1.0));
            const auto join = [](std::vector<double>& to, const std::vector<double>& from) {
                to.insert(to.end(), from.begin(), from.end());
            };
            join(all, taste), join(all_random, random), join(all_plain, plain);
            join(all_ranking, ranking), join(all_carried, carried), join(all_cold, cold);
        }
        row("answers_median", all, "random questions, the same model",
            median(all_random) / std::max(median(all), 1.0));
        row("answers_median_random", all_random, "random questions, the same model", nullptr);
        row("answers_median_bradley_terry", all_plain, "every mix for itself", nullptr);
        row("answers_median_ranking", all_ranking, "the best so far against the next three",
            nullptr);
        row("answers_median_with_taste", all_carried, "without " + std::to_string(median(all_cold)),
            nullptr);
        const double n = std::max(calibration_.count, 1);
        rows_.push_back(bench::row("confidence_stated " + title_, calibration_.stated / n,
                                   "mean probability of the likeliest answer",
                                   "it came true in " + std::to_string(calibration_.true_ / n) +
                                       ", the technically better one in " +
                                       std::to_string(calibration_.technical / n),
                                   nullptr, nullptr));
    }

private:
    void row(const std::string& name, const std::vector<double>& answers,
             const std::string& against, Json ratio) {
        rows_.push_back(bench::row(name + " " + title_, median(answers),
                                   "answers until the pick is of the listener's best twentieth",
                                   against, ratio, nullptr));
    }
    Course with_model(const Listener& listener, std::uint64_t seed, bool random,
                      Calibration* calibration) const {
        Preference model(songs_.places, songs_.technical);
        std::vector<Answer> answers;
        return follow(songs_, listener, by_taste(songs_, model, answers, seed, random, calibration),
                      kMostAnswers);
    }
    /// Half of the mixes teach, the other half is asked about: with and without what was learnt.
    void carry(const Listener& listener, std::uint64_t seed, std::vector<double>& with,
               std::vector<double>& without) const {
        Preference teacher(other_.places, other_.technical);
        std::vector<Answer> answers;
        follow(other_, listener, by_taste(other_, teacher, answers, seed, false, nullptr),
               kFirstSong);
        for (const bool taught : {true, false}) {
            Preference model(own_.places, own_.technical,
                             taught ? teacher.after() : Taste::unknown());
            std::vector<Answer> more;
            (taught ? with : without)
                .push_back(follow(own_, listener,
                                  by_taste(own_, model, more, seed + 7, false, nullptr),
                                  kMostAnswers)
                               .answers());
        }
    }

    std::string title_;
    Songs songs_, other_, own_;
    int listeners_;
    Json& rows_;
    Calibration calibration_;
};

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
        bench::for_each_job(words, run_short, [&](const fs::path& night) {
            TasteBench(night.stem().string(), songs_of(night), words.full ? 200 : 20, rows).run();
        });
    });
}
