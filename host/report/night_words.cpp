/// What the page of a night says in sentences: what holds a mix back, and the small print.
#include "host/report/night_words.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <filesystem>

#include "host/report/analysis_words.h"
#include "host/report/pictures.h"

namespace mixfarm::report {
namespace {

/// What a term asks, for people who mix. Terms without words here speak by their names.
constexpr std::pair<std::string_view, std::string_view> kTermWords[] = {
    {"tone", "third-octave balance against the style's curve"},
    {"dynamics", "peaks, loudness range and limiting within what the style does"},
    {"masking", "what is left of the stems under each other"},
    {"stereo", "width, correlation, balance and a centred low end"},
    {"lead", "level of the lead, and how much of it comes through"},
    {"prior", "nearness to what engineers usually do"},
    {"depth", "reverb against dry sound, for how long it rings"},
    {"distortion", "what saturation adds that was not in the stems"},
    {"economy", "few effects, none that undoes another"},
    {"reference", "nearness to the job's references of this song"},
};

}  // namespace

Markup small_print(const Results& results, const NightRecord& record,
                   std::span<const double> weights) {
    const std::string style = std::filesystem::path(record.style.name).stem().string();
    Markup all;
    all.open("footer").open("p").text("Terms, each from 0 to 1, 1 = nothing to complain about: ");
    for (std::size_t t = 0; t < results.terms.size(); ++t) {
        const auto words =
            std::find_if(std::begin(kTermWords), std::end(kTermWords),
                         [&](const auto& entry) { return entry.first == results.terms[t]; });
        all.leaf("b", results.terms[t]);
        if (words != std::end(kTermWords)) all.text(": " + std::string(words->second));
        if (weights[t] != 1) all.text(fmt::format(" (weight {})", fixed(weights[t], 2)));
        all.text(t + 1 < results.terms.size() ? "; " : ".");
    }
    all.close();
    const auto said = [&](const char* key) {
        const auto at = results.attributes.find(key);
        return at == results.attributes.end() ? std::string("?") : at->second;
    };
    all.leaf("p", fmt::format("Style {}; in brackets the range in which it has nothing to "
                              "complain about, in colour what lies outside. Spectra are third "
                              "octaves, brought to the style's level between 100 Hz and 4 kHz. "
                              "Target {} LUFS, {} dBTP.",
                              style, fixed(record.target.loudness_lufs, 1),
                              fixed(record.target.true_peak_dbtp, 1)));
    if (!record.style.sources.empty())
        all.leaf("p", fmt::format("Where the numbers of style {} come from: {}.", style,
                                  sources_in_words(record.style)));
    all.leaf("p", fmt::format("mixfarm {}, seed {}, {} ({}), {}. Every mix is in results.h5 and "
                              "renders again with mixfarm render.",
                              said("version"), results.seed, said("engine"), said("device"),
                              said("created_utc")));
    return all.close();
}

std::string limits_in_words(const Results& results, std::size_t row, const NightRecord& record) {
    std::vector<double> weights;
    for (const std::string& term : results.terms) {
        const auto given = record.weights.find(term);
        weights.push_back(given == record.weights.end() ? 1 : given->second);
    }
    if (results.rejected[row])
        return "Rejected: " +
               std::string(reject_reason(static_cast<Reject>(results.rejected[row]))) + ".";
    std::string words;
    for (const TermCost& c : term_costs(results.scores[row], weights)) {
        if (c.cost < 0.01) break;
        const std::string& term = results.terms[c.term];
        words += (words.empty() ? "Held back by " : "; by ") + term +
                 fmt::format(" (costs {})", fixed(c.cost, 3));
        if (term == "tone") {
            const ToneMiss miss = tone_miss(results.rows[row], record.style);
            if (miss.worst >= 0)
                words +=
                    fmt::format(", most at {}: {} dB", hertz(band_centre_hz(miss.worst)),
                                with_sign(miss.off_db[static_cast<std::size_t>(miss.worst)], 1));
        }
        if (words.find(';') != std::string::npos) break;
    }
    return words.empty() ? "No term costs a hundredth of the score." : words + ".";
}

}  // namespace mixfarm::report
