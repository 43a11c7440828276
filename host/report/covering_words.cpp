/// Who covers whom in one mix, in sentences.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/report/analysis_words.h"
#include "host/report/night_page.h"
#include "host/report/page.h"

namespace mixfarm::report {
namespace {

constexpr std::size_t kMostCovered = 3;  ///< stems told by name

std::string covered_words(const Results& results, const Covering& covering) {
    const std::size_t n = results.stems.size();
    std::vector<std::size_t> stems(n);
    std::iota(stems.begin(), stems.end(), std::size_t{0});
    std::stable_sort(stems.begin(), stems.end(), [&](std::size_t a, std::size_t b) {
        return covering.stem[a] > covering.stem[b];
    });
    std::string words;
    for (std::size_t k = 0; k < std::min(n, kMostCovered); ++k) {
        const std::size_t s = stems[k];
        if (!(covering.stem[s] >= kWorthTelling)) break;
        const auto row = covering.by.begin() + static_cast<std::ptrdiff_t>(s * n);
        const auto most = static_cast<std::size_t>(
            std::max_element(row, row + static_cast<std::ptrdiff_t>(n)) - row);
        words +=
            fmt::format("{}{} ({} %, most by {})", words.empty() ? "" : ", ", results.stems[s].name,
                        fixed(100 * covering.stem[s], 0), results.stems[most].name);
    }
    return words.empty() ? "No stem is covered by a quarter." : "Most covered: " + words + ".";
}

std::string lead_words(const Results& results, const Covering& covering) {
    std::string words;
    if (std::isfinite(covering.lead_audibility))
        words = fmt::format(
            " The lead comes through with an index of {}; speech is poor below "
            "0.45 and good from 0.75.",
            fixed(covering.lead_audibility, 2));
    const std::vector<std::string> names = section_names(results.sections);
    if (names.size() == 1 && covering.section_lead_lu.size() == 1) {
        if (std::isfinite(covering.section_lead_lu[0]))
            words += fmt::format(" It lies {} LU against the rest.",
                                 with_sign(covering.section_lead_lu[0], 1));
        return words;
    }
    std::string levels;
    for (std::size_t i = 0; i < covering.section_lead_lu.size() && i < names.size(); ++i)
        if (std::isfinite(covering.section_lead_lu[i]))
            levels += fmt::format("{}{} {}", levels.empty() ? "" : ", ", names[i],
                                  with_sign(covering.section_lead_lu[i], 1));
    if (!levels.empty()) words += " It lies against the rest, in LU: " + levels + ".";
    return words;
}

}  // namespace

std::string covering_in_words(const Results& results, const Covering& covering) {
    if (covering.stem.size() != results.stems.size() || covering.stem.size() < 2) return "";
    return covered_words(results, covering) + lead_words(results, covering);
}

}  // namespace mixfarm::report
