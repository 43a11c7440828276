/// From results.h5 to what can be listened to.
#include "host/audition/table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>

#include "host/job/input_error.h"
#include "host/rank/character.h"
#include "host/render/audio_file.h"
#include "host/store/measurement.h"
#include "host/taste/taste.h"

namespace mixfarm::audition {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr std::uint8_t kWholeSongs = 3;

std::vector<float> bands_re_whole(const Row& row) {
    std::vector<float> bands;
    double whole = 0;
    for (std::size_t b = 0; b < row.left_power.size(); ++b) {
        const double power = static_cast<double>(row.left_power[b]) + row.right_power[b];
        bands.push_back(static_cast<float>(power));
        whole += power;
    }
    for (float& power : bands)
        power =
            whole > 0 && power > 0 ? static_cast<float>(10 * std::log10(power / whole)) : kUnknown;
    return bands;
}

/// What there is to be known of the mix of row `at`.
Mix mix_of(const Results& results, std::size_t at, const std::vector<float>& scores) {
    const Row& row = results.rows[at];
    const Measurement m = measurement_of(row);
    const StemMetrics stems = stem_metrics_of(row.metrics);
    Mix mix;
    mix.id = static_cast<std::int64_t>(row.id);
    mix.name = "mix " + std::to_string(row.id);
    mix.true_peak_dbtp = m.metric("true_peak_dbtp");
    mix.technical = results.technical[at];
    const auto below = std::lower_bound(scores.begin(), scores.end(), mix.technical);
    const auto above = std::upper_bound(scores.begin(), scores.end(), mix.technical);
    const double half =
        0.5 * static_cast<double>((below - scores.begin()) + (above - scores.begin()));
    mix.percentile = static_cast<float>(100 * half / static_cast<double>(scores.size()));
    mix.place = taste_place(m, stems);
    mix.character = character_of(m, stems);
    mix.bands_db = bands_re_whole(row);
    mix.terms = results.scores[at];
    return mix;
}

}  // namespace

std::size_t Table::index_of(std::int64_t id) const {
    for (std::size_t i = 0; i < mixes.size(); ++i)
        if (mixes[i].id == id) return i;
    throw std::out_of_range("mix " + std::to_string(id) + " is not on the table");
}

Table table_of(const std::filesystem::path& night, const Results& results,
               const std::vector<std::int64_t>& offered) {
    if (results.picks.empty())
        throw InputError(night.string(), "has no picks: no mix of this night can be recommended");
    Table table;
    table.night = night;
    table.sections = results.sections;
    table.bands_hz = results.band_centres_hz;
    table.terms = results.terms;

    std::map<std::uint64_t, std::size_t> row_of;
    std::vector<float> scores;
    for (std::size_t i = 0; i < results.rows.size(); ++i) {
        row_of[results.rows[i].id] = i;
        if (results.rows[i].stage == kWholeSongs && results.rejected[i] == 0)
            scores.push_back(results.technical[i]);
    }
    std::sort(scores.begin(), scores.end());
    if (!scores.empty()) table.technical_best = scores.back();

    std::set<std::uint64_t> known;
    Mix rough;
    for (std::size_t i = 0; i < results.audition.size(); ++i) {
        const AuditionItem& item = results.audition[i];
        Mix mix;
        if (item.id >= 0)
            mix = mix_of(results, row_of.at(static_cast<std::uint64_t>(item.id)), scores);
        mix.name = item.name;
        mix.file = night / item.file;
        mix.true_peak_dbtp = item.true_peak_dbtp;
        if (i < results.words.size()) mix.words = results.words[i];
        if (item.id < 0) {
            mix.technical = mix.percentile = kUnknown;
            rough = std::move(mix);
        } else if (known.insert(static_cast<std::uint64_t>(item.id)).second) {
            table.mixes.push_back(std::move(mix));
        }
    }
    const auto add = [&](std::uint64_t id, bool any = false) {
        const auto at = row_of.find(id);
        if (at == row_of.end()) return;
        const bool whole =
            results.rows[at->second].stage == kWholeSongs && results.rejected[at->second] == 0;
        if (!any && (!whole || table.mixes.size() >= kMostMixes)) return;
        if (!known.insert(id).second) return;
        table.mixes.push_back(mix_of(results, at->second, scores));
        table.mixes.back().file =
            night / "audition" / (file_words(table.mixes.back().name) + ".flac");
    };
    for (const std::int64_t id : offered)
        if (id >= 0) add(static_cast<std::uint64_t>(id), true);
    for (const std::int64_t elite : results.archive.elite)
        if (elite >= 0) add(static_cast<std::uint64_t>(elite));
    for (const std::uint64_t id : results.order) add(id);
    table.rateable = table.mixes.size();
    for (std::size_t i = 0; i < table.rateable; ++i)
        if (results.rows[row_of.at(static_cast<std::uint64_t>(table.mixes[i].id))].origin ==
            "static_balance")
            table.still = i;
    if (!rough.name.empty()) table.mixes.push_back(std::move(rough));

    if (table.rateable < 2)
        throw InputError(night.string(), "has a single mix: there is nothing to compare");
    auto there = std::find_if(table.mixes.begin(), table.mixes.end(),
                              [](const Mix& mix) { return std::filesystem::exists(mix.file); });
    if (there == table.mixes.end()) there = table.mixes.begin();
    const AudioShape shape = audio_shape(there->file);
    table.rate = shape.rate;
    table.frames = shape.frames;
    return table;
}

}  // namespace mixfarm::audition
