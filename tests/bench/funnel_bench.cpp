/// The levels of the funnel on this machine: how many candidates a second each of them takes, what
/// part of the bound that is, and how well each foretells the whole song.
///
/// Truth is the whole song, rendered: half of the mixes are drawn from the priors, half are what a
/// search at first glance would have heard. Arguments are jobs; without any, the built-in song.
/// --full renders 500 of each song instead of 96.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>

#include "host/night_parts.h"
#include "host/plan.h"
#include "host/scouting.h"
#include "host/space/wiring.h"
#include "kernels/core/random.h"
#include "tests/bench/bound.h"
#include "tests/bench/lane_cost.h"
#include "tests/bench/rows.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using bench::Json;

constexpr double kPromoted = 0.25;  // of a level, where recall is told
constexpr std::size_t kBatch = 64, kWarmed = 32;

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Bytes a second that one core adds up from memory, far beyond its caches.
double bandwidth() {
    std::vector<float> far(std::size_t{64} << 20, 1.f);
    double best = 0;
    for (int take = 0; take < 3; ++take) {
        const double begun = bench::thread_seconds();
        CpuLanes sum[4] = {CpuLanes(0.f), CpuLanes(0.f), CpuLanes(0.f), CpuLanes(0.f)};
        for (std::size_t i = 0; i < far.size(); i += 4 * lane_count<CpuLanes>)
            for (std::size_t k = 0; k < 4; ++k) {
                CpuLanes x;
                __builtin_memcpy(&x, &far[i + k * lane_count<CpuLanes>], sizeof x);
                sum[k] = sum[k] + x;
            }
        volatile float keep = lane(sum[0] + sum[1] + sum[2] + sum[3], 0);
        (void)keep;
        best = std::max(best, static_cast<double>(far.size() * sizeof(float)) /
                                  (bench::thread_seconds() - begun));
    }
    return best;
}

/// A level's opinion of every mix.
struct Opinion {
    std::vector<double> technical;
    std::map<std::string, std::vector<double>> metrics;
};

void add(Opinion& to, const Measurement& m, const StemMetrics& stems, const Scores& scores) {
    to.technical.push_back(scores.technical);
    to.metrics["loudness"].push_back(m.master_gain_db);
    to.metrics["masking"].push_back(stems.masking);
    to.metrics["width"].push_back(m.metric("width"));
    to.metrics["lead"].push_back(stems.lead_to_rest_lu);
    double all = 0;
    for (std::size_t b = 0; b < kBands; ++b) all += m.left_power[b] + m.right_power[b];
    for (std::size_t b = 4; b < kBands; b += 5)
        to.metrics["band " +
                   std::to_string(
                       static_cast<int>(std::lround(band_centre_hz(static_cast<int>(b))))) +
                   " Hz"]
            .push_back(10 * std::log10((m.left_power[b] + m.right_power[b]) / all));
}

struct Bound {
    double flops, bytes;  ///< a second, of one core
};

class SongBench {
public:
    SongBench(const fs::path& job, const bench::Words& words, const Bound& bound, Json& rows)
        : studio_(read_job(job), "cpu", 0, progress_),
          folder_(fs::temp_directory_path() / ("mixfarm-funnel-" + std::to_string(getpid()))),
          parts_(PartStore(folder_ / "parts"), {}),
          scouting_(studio_, parts_, studio_.plan_hash(), 0),
          lookout_(studio_, 0),
          mixes_(words.full ? 500 : 96),
          bound_(bound),
          rows_(rows) {}
    ~SongBench() { fs::remove_all(folder_); }

    void run() {
        draw();
        glance_rate();
        const Excerpt whole = whole_song(studio_.song);
        const Opinion glance = glances(Glance::levels), closer = glances(Glance::dynamics),
                      excerpts = hear(2, studio_.profile.telling), songs = hear(3, {&whole, 1});
        warm_up();
        agree("l0", glance, songs);
        agree("l1", closer, songs);
        agree("l2", excerpts, songs);
        row("recall_top5", recall_at(glance.technical, songs.technical, kPromoted),
            "of the best twentieth is in the first glance's best quarter",
            "in the closer look's: " +
                std::to_string(recall_at(closer.technical, songs.technical, kPromoted)) +
                ", in the excerpts': " +
                std::to_string(recall_at(excerpts.technical, songs.technical, kPromoted)),
            nullptr, nullptr);
    }

private:
    void row(const std::string& name, double value, const std::string& unit,
             const std::string& against, Json ratio, Json share) {
        rows_.push_back(
            bench::row(name + " " + studio_.job.title, value, unit, against, ratio, share));
    }

    void draw() {
        const std::size_t half = mixes_ / 2;
        for (std::size_t i = 0; i < half; ++i) {
            const RandomStream random(2026, i);
            Candidate c;
            c.id = 1'000'000'000 + i;
            c.unit.resize(studio_.space.searched().size());
            for (std::size_t k = 0; k < c.unit.size(); ++k)
                c.unit[k] = static_cast<float>(random.uniform(k));
            candidates_.push_back(std::move(c));
        }
        for (Row& found : scouting_.explore({1, 2, 200 * half, 0, half, half / 8})) {
            Candidate c;
            c.id = found.id, c.unit = std::move(found.unit);
            candidates_.push_back(std::move(c));
        }
        for (const Candidate& c : candidates_) {
            values_.push_back(studio_.space.values(c.unit));
            settings_.push_back(studio_.space.settings(values_.back()));
        }
    }

    void glance_rate() {
        std::vector<Candidate> many;
        for (std::size_t i = 0; i < 4096; ++i) many.push_back(candidates_[i % candidates_.size()]);
        const auto rate = [&](std::size_t count, Glance glance, const Experience& experience = {}) {
            double best = 0;
            for (int take = 0; take < 3; ++take) {
                const double begun = now();
                lookout_.glimpse(std::span(many).first(count), glance, experience);
                best = std::max(best, static_cast<double>(count) / (now() - begun));
            }
            return best;
        };
        const double best = rate(many.size(), Glance::levels);
        Experience full;  // as after a thousand mixes, which came out as foretold
        for (const Sighting& seen :
             lookout_.foretell(std::span(many).first(Experience::kMost), Glance::levels))
            full.learn(seen, seen);
        row("l0_experienced_per_s", rate(many.size(), Glance::levels, full),
            "the same once a thousand mixes were heard", "before anything was heard", nullptr,
            nullptr);
        row("l1_per_s", rate(many.size() / 4, Glance::dynamics),
            "candidates a second, all cores, with their settings and scores", "first glances",
            nullptr, nullptr);
        const bench::LaneCost lanes =
            bench::lane_cost(wired_view(studio_.song, studio_.profile), studio_.judge.listening(),
                             settings_, studio_.engine->info().workers);
        row("l0_per_s", best, "candidates a second, all cores, with their settings and scores",
            "its lanes alone on one core: " + std::to_string(std::lround(lanes.per_second)) + ", " +
                std::to_string(std::lround(lanes.operations / 1000)) + " thousand operations each",
            nullptr, lanes.per_second * lanes.operations / bound_.flops);
        row("l0_bandwidth", lanes.per_second * lanes.bytes * 1e-9,
            "GB a second and core, mostly from caches",
            "memory: " + std::to_string(bound_.bytes * 1e-9) + " GB/s", nullptr,
            lanes.per_second * lanes.bytes / bound_.bytes);
    }

    Opinion glances(Glance glance) {
        Opinion all;
        const Foresight foresight(wired_view(studio_.song, studio_.profile),
                                  studio_.judge.listening(), 0, glance);
        const std::vector<Foretold> told = foresight.foretell(settings_, studio_.target, glance);
        for (std::size_t i = 0; i < told.size(); ++i) {
            const StemMetrics stems = studio_.judge.stem_metrics(
                told[i], settings_[i], studio_.space.prior_distance(values_[i]));
            add(all, told[i].mix, stems, studio_.judge.score(told[i].mix, stems));
        }
        return all;
    }

    Opinion hear(int stage, std::span<const Excerpt> excerpts) {
        Opinion all;
        double seconds = 0;
        for (std::size_t first = 0; first < settings_.size(); first += kBatch) {
            const auto part =
                std::span(settings_).subspan(first, std::min(kBatch, settings_.size() - first));
            const double begun = now();
            const auto measured = studio_.engine->evaluate(part, excerpts, studio_.target);
            seconds += now() - begun;
            for (std::size_t i = 0; i < part.size(); ++i) {
                const StemMetrics stems = studio_.judge.stem_metrics(
                    measured[i], part[i], studio_.space.prior_distance(values_[first + i]), stage);
                add(all, measured[i], stems, studio_.judge.score(measured[i], stems));
            }
            std::fprintf(stderr, "level %d: %zu of %zu\n", stage, first + part.size(),
                         settings_.size());
        }
        row(stage == 2 ? "l2_per_s" : "l3_per_s", static_cast<double>(settings_.size()) / seconds,
            stage == 2 ? "mixes a second over the excerpts" : "whole songs a second",
            "its share of the bound: scripts/bench console", nullptr, nullptr);
        return all;
    }

    /// What excerpts lose by starting with all states at rest, against starts whose states come
    /// from the song's first frame on: of as many drawn as searched mixes, and of the same where
    /// every attack, release and decay takes as long as it can.
    void warm_up() {
        std::vector<MixSettings> some, slowest;
        for (std::size_t i = 0; i < settings_.size(); i += settings_.size() / kWarmed) {
            some.push_back(settings_[i]);
            std::vector<float> values = values_[i];
            for (std::size_t k = 0; k < values.size(); ++k) {
                const Knob& knob = studio_.space.knobs()[k];
                if (knob.unit == "ms" || knob.unit == "s") values[k] = knob.high;
            }
            slowest.push_back(studio_.space.settings(values));
        }
        warm_up("l2_warmup_lu", "the worst mix", some);
        warm_up("l2_warmup_slowest_lu", "the worst mix of the slowest times", slowest);
    }
    void warm_up(const std::string& name, const std::string& of,
                 const std::vector<MixSettings>& some) {
        std::vector<Excerpt> exact = studio_.profile.telling;
        for (Excerpt& e : exact) e.warmup = e.start;
        const auto rest = studio_.engine->evaluate(some, studio_.profile.telling, studio_.target),
                   true_state = studio_.engine->evaluate(some, exact, studio_.target);
        std::vector<double> loudness, bands;
        for (std::size_t i = 0; i < some.size(); ++i) {
            const Measurement &a = rest[i], &b = true_state[i];
            loudness.push_back(std::fabs(a.master_gain_db - b.master_gain_db));
            double all = 0, worst = 0;
            for (std::size_t k = 0; k < kBands; ++k) all += b.left_power[k] + b.right_power[k];
            for (std::size_t k = 0; k < kBands; ++k) {
                const double was = a.left_power[k] + a.right_power[k],
                             is = b.left_power[k] + b.right_power[k];
                if (is > 1e-4 * all) worst = std::max(worst, 10 * std::fabs(std::log10(was / is)));
            }
            bands.push_back(worst);
        }
        std::sort(loudness.begin(), loudness.end());
        std::sort(bands.begin(), bands.end());
        row(name, loudness.back(), "of loudness by 1 s of warm-up, " + of,
            "median " + std::to_string(loudness[loudness.size() / 2]) +
                " LU; third octaves worst " + std::to_string(bands.back()) +
                " dB, median of the mixes' worst " + std::to_string(bands[bands.size() / 2]) +
                " dB",
            nullptr, nullptr);
    }

    void agree(const std::string& level, const Opinion& guess, const Opinion& truth) {
        const std::size_t half = mixes_ / 2;
        const auto part = [](const std::vector<double>& x, std::size_t from, std::size_t to) {
            return std::vector<double>(x.begin() + static_cast<std::ptrdiff_t>(from),
                                       x.begin() + static_cast<std::ptrdiff_t>(to));
        };
        const auto within = [&](std::size_t from, std::size_t to) {
            return agreement(part(guess.technical, from, to), part(truth.technical, from, to))
                .spearman;
        };
        row("spearman_" + level, agreement(guess.technical, truth.technical).spearman,
            "rank correlation of the technical score with the whole song's",
            "drawn ones alone: " + std::to_string(within(0, half)) +
                ", searched ones alone: " + std::to_string(within(half, truth.technical.size())),
            nullptr, nullptr);
        for (const auto& [name, values] : guess.metrics) {
            const std::vector<double>& whole = truth.metrics.at(name);
            double off = 0, mean = 0;
            std::vector<double> a, b;
            for (std::size_t i = 0; i < whole.size(); ++i)
                if (std::isfinite(values[i]) && std::isfinite(whole[i]))
                    a.push_back(values[i]), b.push_back(whole[i]);
            if (a.empty()) continue;
            for (std::size_t i = 0; i < a.size(); ++i)
                mean += (a[i] - b[i]) / static_cast<double>(a.size());
            for (std::size_t i = 0; i < a.size(); ++i)
                off += std::fabs(a[i] - b[i] - mean) / static_cast<double>(a.size());
            row(level + "_" + name, agreement(a, b).spearman, "rank correlation",
                "off by " + std::to_string(mean) + " and, about that, " + std::to_string(off),
                nullptr, nullptr);
        }
    }

    Progress progress_;
    Studio studio_;
    fs::path folder_;
    NightParts parts_;
    Scouting scouting_;
    Lookout lookout_;
    std::size_t mixes_;
    Bound bound_;
    Json& rows_;
    std::vector<Candidate> candidates_;
    std::vector<std::vector<float>> values_;
    std::vector<MixSettings> settings_;
};

/// The plain row of a figure that every song has: its median.
void medians(Json& rows) {
    std::map<std::string, std::vector<double>> all;
    for (const char* name : {"l0_per_s", "l1_per_s", "l2_per_s", "l3_per_s", "spearman_l0",
                             "spearman_l1", "spearman_l2", "recall_top5"})
        for (const Json& r : rows)
            if (r["name"].get<std::string>().rfind(std::string(name) + " ", 0) == 0)
                all[name].push_back(r["value"]);
    for (auto& [name, values] : all) {
        std::sort(values.begin(), values.end());
        rows.push_back(bench::row(name, values[values.size() / 2], "median of the songs",
                                  std::to_string(values.size()) + " songs", nullptr, nullptr));
    }
}

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, [](const bench::Words& words, Json& rows) {
        const Bound bound{bench::fma_peak_flops(), bandwidth()};
        bench::for_each_job(words, write_demo_song,
                            [&](const fs::path& job) { SongBench(job, words, bound, rows).run(); });
        medians(rows);
    });
}
