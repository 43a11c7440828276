/// Mixes drawn from the priors alone, without any search: how many are rejected, and how they are
/// judged beside the static balance. Arguments are jobs; without any, the built-in song.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "host/studio.h"
#include "kernels/core/random.h"
#include "tests/bench/rows.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using bench::Json;

constexpr std::size_t kDrawn = 200;

double median(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    const std::size_t half = x.size() / 2;
    return x.size() % 2 ? x[half] : (x[half - 1] + x[half]) / 2;
}

Json row(const std::string& name, double value, const std::string& unit, const std::string& against,
         Json ratio) {
    return bench::row(name, value, unit, against, ratio, nullptr);
}

/// 0 = static balance, then kDrawn points of the unit cube, evenly at random.
std::vector<std::vector<float>> draw(const Space& space) {
    std::vector<std::vector<float>> all = {space.static_balance()};
    for (std::size_t i = 0; i < kDrawn; ++i) {
        const RandomStream random(2026, i);
        std::vector<float> unit(space.searched().size());
        for (std::size_t k = 0; k < unit.size(); ++k)
            unit[k] = static_cast<float>(random.uniform(k));
        all.push_back(space.values(unit));
    }
    return all;
}

void measure(const fs::path& job, Json& rows) {
    Progress progress;
    const Studio studio(read_job(job), "cpu", 0, progress);
    const std::vector<std::vector<float>> drawn = draw(studio.space);
    std::vector<MixSettings> mixes;
    for (const auto& values : drawn) mixes.push_back(studio.space.settings(values));
    const Excerpt whole{0, studio.song.frames, 0};
    std::vector<double> technical;
    std::map<std::string, int> reasons;
    double balance = 0;
    std::map<std::string, std::vector<double>> terms;
    constexpr std::size_t kBatch = 64;
    for (std::size_t first = 0; first < mixes.size(); first += kBatch) {
        const std::size_t count = std::min(kBatch, mixes.size() - first);
        const auto measured = studio.engine->evaluate(std::span(mixes).subspan(first, count),
                                                      {&whole, 1}, studio.target);
        for (std::size_t i = 0; i < count; ++i) {
            const StemMetrics stems = studio.judge.stem_metrics(
                measured[i], mixes[first + i], studio.space.prior_distance(drawn[first + i]), 3);
            const Scores scores = studio.judge.score(measured[i], stems);
            if (first + i == 0) {
                balance = scores.technical;
                continue;
            }
            technical.push_back(scores.technical);
            for (std::size_t t = 0; t < kTermNames.size(); ++t)
                terms[std::string(kTermNames[t])].push_back(scores.terms[t]);
            if (scores.rejected == Reject::none) continue;
            std::string why(reject_name(scores.rejected));
            if (scores.rejected == Reject::lost_stem)
                why += " " + studio.song.stems[static_cast<std::size_t>(stems.lost_stem)].name;
            ++reasons[why];
        }
        std::fprintf(stderr, "%zu of %zu\n", first + count, mixes.size());
    }
    int rejected = 0;
    std::string why;
    for (const auto& [reason, count] : reasons) {
        rejected += count;
        why += (why.empty() ? "" : ", ") + reason + ": " + std::to_string(count);
    }
    const std::string song = studio.job.title;
    rows.push_back(row("priors_rejected " + song, rejected, "of 200 mixes drawn from the priors",
                       why.empty() ? "no reason" : why, nullptr));
    rows.push_back(row("priors_median " + song, median(technical), "median technical score",
                       "static balance: " + std::to_string(balance), median(technical) / balance));
    for (const auto& [term, values] : terms)
        rows.push_back(row("priors_" + term + " " + song, median(values), "median", "", nullptr));
}

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, [](const bench::Words& words, Json& rows) {
        bench::for_each_job(words, write_demo_song,
                            [&](const fs::path& job) { measure(job, rows); });
    });
}
