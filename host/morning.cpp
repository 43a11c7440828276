/// From heard candidates to results, ranking and files.
#include "host/morning.h"

#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <limits>
#include <numeric>
#include <set>

#include "host/job/input_error.h"
#include "host/rank/rank.h"
#include "host/render/audio_file.h"
#include "host/store/atomic_file.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr float kUnheard = std::numeric_limits<float>::quiet_NaN();
constexpr int kWordsPerPick = 3, kMostWordsPerPick = 8;
constexpr std::size_t kPickBytes = std::size_t{256} << 20;  // audio of picks held at a time

/// Ranks with ties sharing their mean.
std::vector<double> ranks(const std::vector<double>& x) {
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
    std::vector<double> rank(x.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t j = i;
        while (j < order.size() && x[order[j]] == x[order[i]]) ++j;
        for (std::size_t k = i; k < j; ++k) rank[order[k]] = (static_cast<double>(i + j) - 1) / 2;
        i = j;
    }
    return rank;
}

double spearman(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() < 3) return std::nan("");
    const std::vector<double> x = ranks(a), y = ranks(b);
    const double mean = (static_cast<double>(x.size()) - 1) / 2;
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xy += (x[i] - mean) * (y[i] - mean);
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
    }
    return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : std::nan("");
}

/// Share of the best twentieth by `truth` that is also in the best twentieth by `guess`.
double recall_of_best(const std::vector<double>& guess, const std::vector<double>& truth) {
    if (guess.size() < 3) return std::nan("");
    const auto best = [](const std::vector<double>& x) {
        std::vector<std::size_t> order(x.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return x[a] > x[b]; });
        order.resize(std::max<std::size_t>(1, x.size() / 20));
        return std::set<std::size_t>(order.begin(), order.end());
    };
    const std::set<std::size_t> a = best(guess), b = best(truth);
    std::size_t both = 0;
    for (const std::size_t i : b) both += a.count(i);
    return static_cast<double>(both) / static_cast<double>(b.size());
}

void describe_song(Results& results, const Studio& studio) {
    for (const Stem& s : studio.song.stems) {
        results.stems.push_back({s.name, std::string(role_name(s.role.role)), s.file.string(),
                                 s.sha256, s.channels, s.source_rate, s.source_frames});
    }
    for (const Section& s : studio.song.sections)
        results.sections.push_back({s.name, s.start_s, s.end_s});
    for (const Knob& k : studio.space.knobs()) {
        const char* scale = k.scale == Scale::log      ? "log"
                            : k.scale == Scale::toggle ? "toggle"
                                                       : "linear";
        results.knobs.push_back({k.name, k.unit, k.name.substr(0, k.name.rfind('/')), k.effect,
                                 scale, k.low, k.high, k.neutral});
    }
    for (const Automation& drawn : studio.space.automation())
        for (const Automation::Point& p : drawn.points)
            results.automation.push_back(
                {results.knobs[static_cast<std::size_t>(drawn.knob)].name, p.seconds, p.value});
}

/// Removes what an earlier ranking put here and this one did not, by the list left beside it: a
/// user's own files stay.
void forget_old_picks(const std::filesystem::path& folder,
                      const std::set<std::filesystem::path>& wanted) {
    const std::filesystem::path list = folder.parent_path() / ".picks";
    std::ifstream before(list);
    for (std::string name; std::getline(before, name);)
        if (!wanted.count(name))
            std::filesystem::remove(folder / std::filesystem::path(name).filename());
    before.close();
    std::ofstream now(list, std::ios::trunc);
    for (const std::filesystem::path& name : wanted) now << name.string() << "\n";
}

/// Loudness over time of finished audio, as a meter of files has it.
LoudnessSeries loudness_of(const StereoAudio& audio) {
    constexpr std::size_t kChunk = 4096;
    FileMeter meter(audio.rate, 2);
    std::vector<float> interleaved;
    for (std::size_t start = 0; start < audio.left.size(); start += kChunk) {
        const std::size_t count = std::min(kChunk, audio.left.size() - start);
        interleaved.clear();
        for (std::size_t n = start; n < start + count; ++n)
            interleaved.insert(interleaved.end(), {audio.left[n], audio.right[n]});
        meter.push(interleaved.data(), static_cast<std::int64_t>(count));
    }
    meter.finish();
    return meter.series();
}

}  // namespace

std::size_t row_of(const Results& results, std::uint64_t id) {
    const auto at =
        std::lower_bound(results.rows.begin(), results.rows.end(), id,
                         [](const Row& row, std::uint64_t wanted) { return row.id < wanted; });
    if (at == results.rows.end() || at->id != id) {
        throw InputError("ID " + std::to_string(id),
                         "this night has no such mix; ids go from 0 to " +
                             std::to_string(results.rows.empty() ? 0 : results.rows.back().id));
    }
    return static_cast<std::size_t>(at - results.rows.begin());
}

Results gather(const Studio& studio, const Plan& plan, std::vector<Heard> excerpts,
               std::vector<Heard> songs, const Hearing& hearing) {
    Results results;
    results.seed = studio.job.search.seed;
    const DeviceInfo device = studio.engine->info();
    const std::string yaml = write_job(studio.job, {});
    results.attributes = {
        {"job_yaml", yaml},
        {"job_sha256", sha256_hex(yaml)},
        {"engine", device.name},
        {"device", device.description},
        {"version", MIXFARM_VERSION},
        {"plan_sha256", plan.hash},
        {"created_utc", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
        {"style", studio.style.name},
        {"style_sources", sources_in_words(studio.style)},
        {"min_pick_distance", fmt::format("{}", kMinPickDistance)}};
    describe_song(results, studio);
    for (const MetricInfo& m : mix_metrics())
        results.metrics.emplace_back(m.name, *m.unit ? m.unit : "1");
    for (const auto& [name, unit] : {std::pair{"masking", "1"},
                                     {"lead_to_rest_lu", "LU"},
                                     {"prior_distance", "1"},
                                     {"reverb_to_dry_lu", "LU"},
                                     {"effects_in_play", "1"},
                                     {"lead_audibility", "1"},
                                     {"reverb_s", "s"},
                                     {"undone_db", "dB"},
                                     {"distortion_db", "dB"},
                                     {"range_excess_lu", "LU"}})
        results.metrics.emplace_back(name, unit);
    for (int b = 0; b < kBands; ++b) results.band_centres_hz.push_back(band_centre_hz(b));
    for (const std::string_view term : kTermNames) results.terms.emplace_back(term);

    std::vector<double> excerpt_score, song_score;
    const auto finished = [](const Heard& h) {
        std::vector<float> all = h.row.metrics;
        all.insert(all.end(), {h.stems.masking, h.stems.lead_to_rest_lu, h.stems.prior_distance,
                               h.stems.reverb_to_dry_lu, h.stems.effects, h.stems.lead_audibility,
                               h.stems.reverb_s, h.stems.undone_db, h.stems.distortion_db,
                               h.stems.range_excess_lu});
        return all;
    };
    for (Heard& h : excerpts) {
        MF_CHECK_EQ(h.row.id, results.rows.size());
        results.stage2_metrics.push_back(finished(h));
        results.stage2_technical.push_back(h.scores.technical);
        h.row.metrics = results.stage2_metrics.back();
        results.scores.emplace_back(h.scores.terms.begin(), h.scores.terms.end());
        results.technical.push_back(h.scores.technical);
        results.rejected.push_back(static_cast<std::uint8_t>(h.scores.rejected));
        results.rows.push_back(std::move(h.row));
    }
    for (Heard& h : songs) {
        const std::size_t at = row_of(results, h.row.id);
        excerpt_score.push_back(results.stage2_technical[at]);
        song_score.push_back(h.scores.technical);
        h.row.metrics = finished(h);
        results.scores[at].assign(h.scores.terms.begin(), h.scores.terms.end());
        results.technical[at] = h.scores.technical;
        results.rejected[at] = static_cast<std::uint8_t>(h.scores.rejected);
        results.rows[at] = std::move(h.row);
    }
    results.funnel = {
        {2, results.rows.size(), hearing.seconds(2), spearman(excerpt_score, song_score),
         recall_of_best(excerpt_score, song_score)},
        {3, songs.size(), hearing.seconds(3), std::nan(""), std::nan("")}};
    return results;
}

void rank_and_describe(Results& results, const Studio& studio) {
    std::vector<Contender> contenders;
    const std::size_t engine_metrics = mix_metrics().size();
    for (std::size_t i = 0; i < results.rows.size(); ++i) {
        const Row& row = results.rows[i];
        Scores scores;
        scores.rejected = static_cast<Reject>(results.rejected[i]);
        std::copy(results.scores[i].begin(), results.scores[i].end(), scores.terms.begin());
        scores.technical = results.technical[i];
        const StemMetrics stems{row.metrics[engine_metrics], row.metrics[engine_metrics + 1],
                                row.metrics[engine_metrics + 2]};
        contenders.push_back({row.id, row.stage, scores,
                              perceptual_place(measurement_of(row), stems),
                              row.id == kStaticBalance});
    }
    const Ranking ranking = rank(contenders, studio.job.search.picks);
    results.order = ranking.order;
    results.picks = ranking.picks;
    results.pareto.assign(ranking.pareto.begin(), ranking.pareto.end());
    const Row& rules = results.rows[row_of(results, kRuleBased)];
    results.words.clear();
    for (const std::uint64_t id : results.picks) {
        const Row& row = results.rows[row_of(results, id)];
        std::string words;
        // What two picks share is not told alone: words are added until the later one has some of
        // its own.
        const auto known = [&] {
            return std::find(results.words.begin(), results.words.end(), words) !=
                   results.words.end();
        };
        for (int most = kWordsPerPick; words.empty() || (known() && most <= kMostWordsPerPick);
             ++most) {
            words.clear();
            for (const std::string& w :
                 describe(studio.space, studio.song, row.values, measurement_of(row), rules.values,
                          measurement_of(rules), most)) {
                words += (words.empty() ? "" : ", ") + w;
            }
            if (words.empty()) break;
        }
        if (words.empty())
            words = id == kRuleBased ? "the rule-based mix itself" : "like the rule-based mix";
        results.words.push_back(words);
    }
}

MorningSounds write_picks(const std::filesystem::path& folder, const Results& results,
                          const Studio& studio, Progress& progress) {
    std::filesystem::create_directories(folder);
    std::set<std::filesystem::path> wanted;
    std::vector<std::uint64_t> ids = results.picks;
    ids.insert(ids.end(), {kRuleBased, kStaticBalance});
    std::vector<MixSettings> mixes;
    for (const std::uint64_t id : ids)
        mixes.push_back(studio.space.settings(results.rows[row_of(results, id)].values));
    std::vector<report::Sound> sounds(ids.size());
    progress.begin("picks", results.picks.size(), 0);
    // Side by side as long as their audio stays within bounds; a mix alone costs as much as a
    // register full.
    const std::size_t bytes = static_cast<std::size_t>(studio.song.frames) * 2 * sizeof(float);
    const std::size_t batch = std::max<std::size_t>(1, kPickBytes / bytes);
    for (std::size_t first = 0; first < mixes.size(); first += batch) {
        const std::size_t count = std::min(batch, mixes.size() - first);
        if (interrupted()) throw Interrupted{};
        const std::vector<StereoAudio> audio =
            studio.engine->render(std::span(mixes).subspan(first, count), studio.target);
        tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
            const std::size_t at = first + i;
            const Row& row = results.rows[row_of(results, ids[at])];
            sounds[at].loudness = loudness_of(audio[i]);
            if (row.stage == 3)  // what was measured over excerpts says nothing of the rest
                sounds[at].covering = studio.judge.covering(measurement_of(row), mixes[at]);
        });
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t place = first + i;
            if (place >= results.picks.size()) break;  // a baseline
            const auto file =
                folder / fmt::format("{:02}-{}.flac", place + 1, file_words(results.words[place]));
            write_audio(file, audio[i], AudioFormat::flac, BitDepth::b24,
                        {fmt::format("{} - mix {}", studio.job.title, results.picks[place]),
                         results.words[place]});
            wanted.insert(file.filename());
            sounds[place].file = (folder.filename() / file.filename()).generic_string();
        }
        progress.update(std::min(first + count, results.picks.size()), -1);
    }
    progress.end();
    forget_old_picks(folder, wanted);
    MorningSounds morning;
    morning.still = std::move(sounds.back());
    sounds.pop_back();
    morning.rules = std::move(sounds.back());
    sounds.pop_back();
    morning.picks = std::move(sounds);
    return morning;
}

void write_report(const std::filesystem::path& file, const Results& results, const Studio& studio,
                  const Search& search, MorningSounds sounds) {
    report::NightRecord record;
    record.title = studio.job.title;
    record.seconds = studio.song.seconds();
    record.target = studio.aim;
    record.style = studio.style;
    record.weights = studio.job.weights;
    std::uint64_t first = kFirstSearched;
    for (std::uint32_t g = 0; first < results.rows.size(); ++g) {
        const std::uint64_t size = search.generation_size(g);
        if (size == 0) break;
        record.generations.push_back(first);
        first += size;
    }
    record.picks = std::move(sounds.picks);
    record.rules = std::move(sounds.rules);
    record.still = std::move(sounds.still);
    publish_text(file, report::night_page(results, record));
}

}  // namespace mixfarm
