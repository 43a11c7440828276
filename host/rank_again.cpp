/// Judging and ranking from what results.h5 holds.
#include "host/rank_again.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <map>
#include <utility>

#include "host/morning.h"
#include "host/night_lock.h"
#include "host/rank/rank.h"
#include "host/reopen.h"
#include "host/taste/liking.h"

namespace mixfarm {
namespace {

namespace fs = std::filesystem;

/// The studio's judge and listener, as these options want them.
void change(Studio& studio, const RankOptions& options, const Results& results,
            Progress& progress) {
    if (options.style) {
        studio.job.style = *options.style;
        studio.style = toward(read_style(studio.job.style, data_folder() / "jobs" / "styles"),
                              studio.references);
    }
    for (const auto& [term, weight] : options.weights) studio.job.weights[term] = weight;
    studio.judge = Judge(studio.song, studio.profile, studio.style, studio.aim, studio.job.weights);
    studio.liking = Liking();
    if (options.taste.empty()) return;
    const Taste taste = read_taste(options.taste);
    progress.say("taste: " + taste.words() + "; " + taste.trial());
    if (!taste.trusted()) return;
    std::vector<std::vector<float>> places;
    for (std::size_t i = 0; i < results.rows.size(); ++i)
        if (results.rows[i].stage == kWholeSong && results.rejected[i] == 0)
            places.push_back(taste_place(measurement_of(results.rows[i]),
                                         stem_metrics_of(results.rows[i].metrics)));
    studio.liking = Liking(taste, middle_of(places));
}

void judge_again(Results& results, const Studio& studio) {
    const std::size_t n = results.rows.size();
    results.taste.assign(studio.liking.known() ? n : 0, 0);
    tbb::parallel_for(std::size_t{0}, n, [&](std::size_t i) {
        Row& row = results.rows[i];
        Measurement m = measurement_of(row);
        m.metrics.resize(mix_metrics().size());  // without what stems told
        const StemMetrics stems =
            studio.judge.stem_metrics(m, studio.space.settings(row.values),
                                      studio.space.prior_distance(row.values), row.stage);
        const Scores scores = liked(studio.judge, studio.liking, m, stems);
        row.metrics = all_metrics(m, stems);
        std::copy_n(scores.terms.begin(), results.terms.size(), results.scores[i].begin());
        results.technical[i] = scores.technical;
        results.rejected[i] = static_cast<std::uint8_t>(scores.rejected);
        if (!results.taste.empty()) results.taste[i] = scores.taste;
    });
}

/// The new picks in place of the old: those that have a file keep it.
void list_again(Results& results) {
    std::map<std::int64_t, std::string> files;
    std::vector<AuditionItem> compared;  // what is no pick
    for (const AuditionItem& item : results.audition) {
        files[item.id] = item.file;
        if (!item.name.starts_with("pick ")) compared.push_back(item);
    }
    list_audition(results, std::nullopt);
    std::erase_if(results.audition,
                  [](const AuditionItem& i) { return !i.name.starts_with("pick "); });
    for (AuditionItem& item : results.audition) {
        const auto known = files.find(item.id);
        item.file = known != files.end() ? known->second
                                         : "audition/mix-" + std::to_string(item.id) + ".flac";
    }
    results.audition.insert(results.audition.end(), compared.begin(), compared.end());
}

}  // namespace

Results rank_again(const RankOptions& options, Progress& progress) {
    const NightLock lock(fs::is_directory(options.night) ? options.night
                                                         : options.night.parent_path());
    auto [results, studio] = reopen_night(options.night, "cpu", progress);
    change(*studio, options, results, progress);
    const std::vector<float> before = results.technical;
    judge_again(results, *studio);
    // What a move brought was told by the judge of that time.
    std::erase_if(results.made, [&](const MadeMove& made) {
        const std::size_t row = row_of(results, made.id);
        return results.technical[row] != before[row];
    });
    rank_and_describe(results, *studio);
    list_again(results);
    write_results(fs::is_directory(options.night) ? options.night / "results.h5" : options.night,
                  results);
    return std::move(results);
}

}  // namespace mixfarm
