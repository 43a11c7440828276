/// Recovery of hidden settings: drawn ones render a target, a night gets it as its reference and
/// never sees the settings. How much of the published audio-feature loss of the static balance is
/// left in the night's best mix, against random search with as many renders, against the best of as
/// many looks at plain draws, and against plain CMA-ES. All judge by the reference term; the
/// peers' renders are of the telling seconds, as many as the night's of excerpts and whole songs,
/// and of their best eight the least true loss counts. Arguments are jobs; without any, the
/// built-in song. --full: five targets, three minutes each, CMA-ES with 4,096 renders; else one,
/// one minute, 1,024.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "host/job/job.h"
#include "host/lookout.h"
#include "host/night.h"
#include "host/render/audio_file.h"
#include "host/score/terms.h"
#include "host/search/samplers.h"
#include "host/song/song.h"
#include "kernels/core/random.h"
#include "tests/bench/rows.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using bench::Json;

constexpr std::size_t kPopulation = 128, kSongsOfPeers = 8;  // the loss of the best of these counts
constexpr double kFirstStep = 0.33;

double median(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    return x.empty() ? std::nan("") : x[x.size() / 2];
}

struct Effort {
    double seconds;
    int targets;
    std::size_t cma_renders;
};

/// What is left of the static balance's loss, as a share.
struct Left {
    double farm, random, looks, cma;
    double still;  ///< the static balance's loss itself
    std::size_t renders;
    std::uint64_t looked_at;
};

class SongBench {
public:
    SongBench(const fs::path& job, const Effort& effort)
        : effort_(effort),
          folder_(fs::temp_directory_path() / ("mixfarm-recovery-" + std::to_string(getpid()))),
          plain_(read_job(job)) {
        fs::create_directories(folder_);
        for (StemJob& stem : plain_.stems)
            if (stem.file.is_relative()) stem.file = fs::absolute(plain_.folder / stem.file);
        plain_.references.clear(), plain_.weights.clear(), plain_.rough_mix.clear();
    }
    ~SongBench() { fs::remove_all(folder_); }

    Left recover(int target) {
        hide(target);
        const fs::path job = folder_ / "job.yaml", night = folder_ / std::to_string(target);
        Job wanted = plain_;
        ReferenceJob reference;
        reference.file = folder_ / "target.wav";
        reference.amount = {0, 0, 100, 0, 100};
        wanted.references = {reference};
        for (const std::string_view term : kTermNames) wanted.weights[std::string(term)] = 0;
        wanted.weights["reference"] = 1;
        std::ofstream(job) << write_job(wanted, {});

        Studio studio(read_job(job), "cpu", 0, progress_);
        Left left{};
        left.still = loss(studio, studio.space.static_balance());
        NightOptions options;
        options.job = job;
        options.folder = night;
        options.seed = static_cast<std::uint64_t>(target) + 1;
        options.time_s = effort_.seconds;
        options.device = "cpu";
        const Results results = run_night(options, progress_);
        left.renders = results.rows.size() + results.level(3)->candidates;
        left.looked_at = results.tried.size();
        left.farm = loss(studio, best_of(results)) / left.still;
        left.random = random_search(studio, left.renders) / left.still;
        left.looks = random_looks(studio, left.looked_at) / left.still;
        left.cma = plain_cma(studio) / left.still;
        fs::remove_all(night);
        return left;
    }
    const std::string& title() const { return plain_.title; }

private:
    using Units = std::vector<std::vector<float>>;

    /// Draws settings that the judge does not reject, renders them, forgets them.
    void hide(int target) {
        std::ofstream(folder_ / "plain.yaml") << write_job(plain_, {});
        Studio studio(read_job(folder_ / "plain.yaml"), "cpu", 0, progress_);
        for (std::uint64_t attempt = 0;; ++attempt) {
            const std::vector<float> values = studio.space.values(
                draw(studio, 1'000'003 + static_cast<std::uint64_t>(target), attempt));
            const MixSettings mix = studio.space.settings(values);
            const Excerpt whole = whole_song(studio.song);
            const Measurement m =
                studio.engine->evaluate({&mix, 1}, {&whole, 1}, studio.target).front();
            const StemMetrics stems = studio.judge.stem_metrics(m, mix, 0, 3);
            if (studio.judge.score(m, stems).rejected != Reject::none) continue;
            const StereoAudio audio = studio.engine->render({&mix, 1}, studio.target).front();
            write_audio(folder_ / "target.wav", audio, AudioFormat::wav, BitDepth::f32, {"", ""});
            target_ = audio_features(audio);
            return;
        }
    }
    static std::vector<float> draw(const Studio& studio, std::uint64_t seed, std::uint64_t id) {
        const RandomStream random(seed, id);
        std::vector<float> unit(studio.space.searched().size());
        for (std::size_t k = 0; k < unit.size(); ++k)
            unit[k] = static_cast<float>(random.uniform(k));
        return unit;
    }

    /// Published loss of whole mixes against the target.
    double loss(const Studio& studio, std::span<const float> values) const {
        const MixSettings mix = studio.space.settings(values);
        return feature_loss(audio_features(studio.engine->render({&mix, 1}, studio.target).front()),
                            target_)
            .total;
    }
    static std::vector<float> best_of(const Results& results) {
        for (const Row& row : results.rows)
            if (row.id == results.order.front()) return row.values;
        return {};
    }
    /// The least loss among those of these that promise most.
    double best_loss(const Studio& studio, Units units, std::vector<double> promise) const {
        std::vector<std::size_t> order(units.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return promise[a] > promise[b]; });
        order.resize(std::min(order.size(), kSongsOfPeers));
        double least = HUGE_VAL;
        for (const std::size_t i : order)
            least = std::min(least, loss(studio, studio.space.values(units[i])));
        return least;
    }
    /// The reference term over the telling seconds, [units].
    std::vector<double> heard(const Studio& studio, std::span<const std::vector<float>> units) {
        std::vector<MixSettings> mixes;
        for (const auto& unit : units)
            mixes.push_back(studio.space.settings(studio.space.values(unit)));
        std::vector<double> scores;
        for (const Measurement& m :
             studio.engine->evaluate(mixes, studio.profile.telling, studio.target))
            scores.push_back(reference_term(m, studio.style, 2));
        return scores;
    }

    double random_search(const Studio& studio, std::size_t renders) {
        Units units;
        for (std::size_t i = 0; i < renders; ++i) units.push_back(draw(studio, 77, i));
        std::vector<double> promise;
        for (std::size_t first = 0; first < renders; first += kPopulation) {
            const auto part =
                std::span(units).subspan(first, std::min(kPopulation, renders - first));
            for (const double score : heard(studio, part)) promise.push_back(score);
        }
        return best_loss(studio, std::move(units), std::move(promise));
    }

    /// As many plain draws as the night looked at, by first glances alone.
    double random_looks(const Studio& studio, std::uint64_t looks) {
        const Lookout lookout(studio, 0);
        constexpr std::uint64_t kStep = 4096;
        Units best;
        std::vector<double> promise;
        for (std::uint64_t done = 0; done < looks; done += kStep) {
            std::vector<Candidate> drawn(std::min(kStep, looks - done));
            for (std::size_t i = 0; i < drawn.size(); ++i)
                drawn[i].unit = draw(studio, 78, done + i);
            const std::vector<Glimpse> seen = lookout.glimpse(drawn, Glance::levels);
            for (std::size_t i = 0; i < drawn.size(); ++i) {
                best.push_back(std::move(drawn[i].unit));
                promise.push_back(seen[i].scores.technical);
            }
            keep(best, promise, kSongsOfPeers);
        }
        return best_loss(studio, std::move(best), std::move(promise));
    }
    static void keep(Units& units, std::vector<double>& promise, std::size_t most) {
        while (units.size() > most) {
            const auto worst = std::min_element(promise.begin(), promise.end()) - promise.begin();
            std::swap(units[static_cast<std::size_t>(worst)], units.back());
            std::swap(promise[static_cast<std::size_t>(worst)], promise.back());
            units.pop_back(), promise.pop_back();
        }
    }

    /// As published for this loss: population 128, first step 0.33, every knob a coordinate.
    double plain_cma(const Studio& studio) {
        const Cube cube = cube_of(studio.space);
        CmaPlan plan;
        plan.directions = along_axes(cube);
        plan.step = kFirstStep;
        plan.population = kPopulation;
        const SamplerPtr cma = cma_es(cube, plan);
        Units units;
        std::vector<double> promise;
        for (std::size_t done = 0; done < effort_.cma_renders; done += kPopulation) {
            const std::vector<Candidate> asked = cma->ask(ids_from(done, kPopulation), 0);
            Units now;
            for (const Candidate& c : asked) now.push_back(c.unit);
            std::vector<Outcome> outcomes;
            for (const double score : heard(studio, now)) {
                outcomes.push_back({score, {}});
                promise.push_back(score);
            }
            std::move(now.begin(), now.end(), std::back_inserter(units));
            cma->tell(asked, outcomes);
            keep(units, promise, kSongsOfPeers);
        }
        return best_loss(studio, std::move(units), std::move(promise));
    }

    Progress progress_;
    Effort effort_;
    fs::path folder_;
    Job plain_;
    AudioFeatures target_;
};

/// Medians over targets; `of` names the song, or nothing for all songs.
void medians(const std::string& of, const std::vector<Left>& all, const Effort& effort,
             Json& rows) {
    const auto over = [&](auto value) {
        std::vector<double> each;
        for (const Left& left : all) each.push_back(value(left));
        return median(each);
    };
    const std::string many = std::to_string(all.size()) + " targets";
    rows.push_back(bench::row("recovery_loss_left" + of, over([](const Left& l) { return l.farm; }),
                              "of the static balance's loss, median", many, nullptr, nullptr));
    rows.push_back(bench::row(
        "vs_random" + of, over([](const Left& l) { return l.random / l.farm; }),
        "times as much is left, median", "random search, as many renders", nullptr, nullptr));
    rows.push_back(bench::row(
        "vs_random_looks" + of, over([](const Left& l) { return l.looks / l.farm; }),
        "times as much is left, median", "plain draws, as many looks", nullptr, nullptr));
    rows.push_back(bench::row("vs_cmaes_" + std::to_string(effort.cma_renders) + of,
                              over([](const Left& l) { return l.cma / l.farm; }),
                              "times as much is left, median", "CMA-ES on renders", nullptr,
                              nullptr));
}

void measure(const fs::path& job, const Effort& effort, Json& rows, std::vector<Left>& all) {
    SongBench song(job, effort);
    std::vector<Left> of_song;
    for (int t = 0; t < effort.targets; ++t) {
        const Left left = song.recover(t);
        char against[200];
        std::snprintf(against, sizeof against,
                      "left by random search %.4f (%zu renders), %.4f (%llu looks), CMA-ES %.4f "
                      "(%zu renders)",
                      left.random, left.renders, left.looks,
                      static_cast<unsigned long long>(left.looked_at), left.cma,
                      effort.cma_renders);
        std::fprintf(stderr, "%s, target %d: %.4f left; %s\n", song.title().c_str(), t + 1,
                     left.farm, against);
        rows.push_back(
            bench::row("loss_left " + song.title() + " target " + std::to_string(t + 1), left.farm,
                       "of the static balance's loss of " + std::to_string(left.still), against,
                       std::min({left.random, left.looks, left.cma}) / left.farm, nullptr));
        of_song.push_back(left);
    }
    medians(" " + song.title(), of_song, effort, rows);
    all.insert(all.end(), of_song.begin(), of_song.end());
}

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, [](const bench::Words& words, Json& rows) {
        const Effort effort = words.full ? Effort{180, 5, 4096} : Effort{60, 1, 1024};
        std::vector<Left> all;
        bench::for_each_job(words, write_demo_song,
                            [&](const fs::path& job) { measure(job, effort, rows, all); });
        medians("", all, effort, rows);
    });
}
