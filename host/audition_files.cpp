/// NIGHT/picks: what there is to be listened to, file by file.
#include <spdlog/fmt/fmt.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>
#include <utility>

#include "host/morning.h"
#include "host/render/audio_file.h"
#include "host/store/atomic_file.h"

namespace mixfarm {
namespace {

constexpr const char* kStillName = "static balance";
constexpr const char* kRoughName = "rough mix";

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

/// "wild card, darkest, widest: vocal wetter"
std::string words_of(const Results& results, std::size_t pick) {
    const std::string& wild = results.wild_cards[pick];
    return (wild.empty() ? "" : "wild card, " + wild + ": ") + results.words[pick];
}

float metric_of(const Results& results, const Row& row, std::string_view name) {
    for (std::size_t m = 0; m < results.metrics.size(); ++m)
        if (results.metrics[m].first == name) return row.metrics[m];
    return std::numeric_limits<float>::quiet_NaN();
}

/// As a row of the night, so that pictures and tables take it; what only stems could tell is
/// unknown.
Row measured_row(const Measurement& m) {
    const float unknown = std::numeric_limits<float>::quiet_NaN();
    StemMetrics stems;
    stems.masking = stems.lead_to_rest_lu = stems.prior_distance = stems.reverb_s = stems.effects =
        stems.undone_db = stems.distortion_db = stems.range_excess_lu = unknown;
    Row row;
    row.stage = 3;
    row.metrics = all_metrics(m, stems);
    row.left_power.assign(m.left_power.begin(), m.left_power.end());
    row.right_power.assign(m.right_power.begin(), m.right_power.end());
    row.cross_power.assign(m.cross_power.begin(), m.cross_power.end());
    return row;
}

}  // namespace

std::optional<RoughMix> match_rough_mix(const Studio& studio) {
    if (studio.job.rough_mix.empty()) return std::nullopt;
    return read_rough_mix(studio.job.folder / studio.job.rough_mix, studio.song.rate,
                          studio.song.frames, studio.target);
}

void list_audition(Results& results, const std::optional<RoughMix>& rough) {
    results.audition.clear();
    const auto add = [&](const std::string& name, const std::string& file, std::uint64_t id) {
        const Row& row = results.rows[row_of(results, id)];
        results.audition.push_back({name, "picks/" + file + ".flac", static_cast<std::int64_t>(id),
                                    metric_of(results, row, "integrated_lufs"),
                                    metric_of(results, row, "true_peak_dbtp"), row.master_gain_db});
    };
    for (std::size_t p = 0; p < results.picks.size(); ++p)
        add(fmt::format("pick {}", p + 1),
            fmt::format("{:02}-{}", p + 1, file_words(words_of(results, p))), results.picks[p]);
    add(kStillName, file_words(kStillName), kStaticBalance);
    if (!rough) return;
    const Measurement& m = rough->metered.measured;
    results.audition.push_back({kRoughName, "picks/" + file_words(kRoughName) + ".flac", -1,
                                m.metric("integrated_lufs"), m.metric("true_peak_dbtp"),
                                static_cast<float>(rough->gain_db)});
}

void keep_listening(const std::filesystem::path& night, Results& results, Progress& progress) {
    const std::filesystem::path file = night / "results.h5";
    if (!std::filesystem::exists(file)) return;
    const Results before = read_results(file);
    const auto found = before.attributes.find("plan_sha256");
    if (found != before.attributes.end() && found->second == results.attributes["plan_sha256"]) {
        results.choices = before.choices;
        for (const char* name : {"taste", "chosen_mix"})
            if (before.attributes.count(name))
                results.attributes[name] = before.attributes.at(name);
        return;
    }
    int number = 1;
    while (std::filesystem::exists(night / fmt::format("earlier-{}", number))) ++number;
    const std::filesystem::path aside = night / fmt::format("earlier-{}", number);
    for (const char* name : {"choices.jsonl", "audition-taste.yaml", "taste.yaml", "audition"}) {
        if (!std::filesystem::exists(night / name)) continue;
        std::filesystem::create_directories(aside);
        std::filesystem::rename(night / name, aside / name);
    }
    if (std::filesystem::exists(aside))
        progress.warn("the mixes are others than before: what was answered about those lies in " +
                      aside.string());
}

MorningSounds write_picks(const std::filesystem::path& folder, const Results& results,
                          const Studio& studio, std::optional<RoughMix> rough, Progress& progress) {
    std::filesystem::create_directories(folder);
    std::set<std::filesystem::path> wanted;
    const auto write = [&](const AuditionItem& item, const StereoAudio& audio,
                           const AudioTags& tags) {
        const std::filesystem::path file = folder / std::filesystem::path(item.file).filename();
        write_audio(file, audio, AudioFormat::flac, BitDepth::b24, tags);
        wanted.insert(file.filename());
    };
    // As they are listed, and behind them the rule-based mix, which is only measured.
    const std::size_t picks = results.picks.size();
    std::vector<std::uint64_t> ids = results.picks;
    ids.insert(ids.end(), {kStaticBalance, kRuleBased});
    std::vector<MixSettings> mixes;
    for (const std::uint64_t id : ids)
        mixes.push_back(studio.space.settings(results.rows[row_of(results, id)].values));
    std::vector<report::Sound> sounds(ids.size());
    progress.begin("picks", picks, 0);
    // Side by side as long as their audio stays within bounds; a mix alone costs as much as a
    // register full.
    const std::size_t batch = picks_at_once(studio.song);
    for (std::size_t first = 0; first < mixes.size(); first += batch) {
        const std::size_t count = std::min(batch, mixes.size() - first);
        if (interrupted()) throw Interrupted{};
        const std::vector<StereoAudio> audio =
            studio.engine->render(std::span(mixes).subspan(first, count), studio.target);
        tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
            const std::size_t at = first + i;
            const Row& row = results.rows[row_of(results, ids[at])];
            sounds[at].loudness = metered(audio[i]).loudness;
            if (row.stage == 3)  // what was measured over excerpts says nothing of the rest
                sounds[at].covering = studio.judge.covering(measurement_of(row), mixes[at]);
        });
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = first + i;
            if (at > picks) break;  // the rule-based mix
            const AuditionItem& item = results.audition[at];
            const bool pick = at < picks;
            const std::string wild = pick && !results.wild_cards[at].empty() ? " (wild card)" : "";
            write(item, audio[i],
                  {fmt::format("{} - {}{}", studio.job.title,
                               pick ? fmt::format("mix {}", item.id) : item.name, wild),
                   pick ? words_of(results, at) : "levels matched, nothing else"});
            sounds[at].file = item.file;
        }
        progress.update(std::min(first + count, picks), -1);
    }
    progress.end();
    MorningSounds morning;
    morning.rules = std::move(sounds[picks + 1]);
    morning.still = std::move(sounds[picks]);
    sounds.resize(picks);
    morning.picks = std::move(sounds);
    if (rough) {
        const AuditionItem& item = results.audition.back();
        write(item, rough->audio,
              {fmt::format("{} - {}", studio.job.title, item.name),
               fmt::format("{:+.2f} dB, nothing else", rough->gain_db)});
        morning.rough = report::RoughMixRecord{{item.file, std::move(rough->metered.loudness), {}},
                                               measured_row(rough->metered.measured),
                                               rough->gain_db};
    }
    forget_old_picks(folder, wanted);
    return morning;
}

void write_report(const std::filesystem::path& file, const Results& results, const Studio& studio,
                  const Scouting& scouting, MorningSounds sounds) {
    report::NightRecord record;
    record.title = studio.job.title;
    record.seconds = studio.song.seconds();
    record.target = studio.aim;
    record.style = studio.style;
    record.weights = studio.job.weights;
    record.generations = scouting.beginnings();
    record.picks = std::move(sounds.picks);
    record.rules = std::move(sounds.rules);
    record.still = std::move(sounds.still);
    record.rough = std::move(sounds.rough);
    publish_text(file, report::night_page(results, record));
}

}  // namespace mixfarm
