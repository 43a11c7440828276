/// Loudness over time of a whole mix.
#include <algorithm>
#include <cmath>

#include "host/report/pictures.h"
#include "host/report/plot.h"

namespace mixfarm::report {
namespace {

constexpr std::size_t kCourseColumns = 360;  ///< more would not be seen, and would make pages large
constexpr double kShownLu = 24;  ///< what is further below the loudest is as good as silent

/// The loudest window of every column; NaN where nothing was measured. A window belongs to its
/// middle.
Points columns(const std::vector<float>& lufs, double hop_s, double window_s) {
    Points high;
    const std::size_t each =
        std::max<std::size_t>(1, (lufs.size() + kCourseColumns - 1) / kCourseColumns);
    for (std::size_t first = 0; first < lufs.size(); first += each) {
        const std::size_t last = std::min(lufs.size(), first + each);
        double loudest = std::nan("");
        for (std::size_t i = first; i < last; ++i)
            if (std::isfinite(lufs[i])) loudest = std::fmax(loudest, lufs[i]);
        const double end_s = 0.5 * static_cast<double>(first + last + 1) * hop_s;
        high.emplace_back(end_s - window_s / 2, loudest);
    }
    return high;
}

double loudest(const LoudnessSeries& series) {
    double top = -70;
    for (const float l : series.momentary_lufs)
        if (std::isfinite(l)) top = std::max<double>(top, l);
    return top;
}

}  // namespace

Markup loudness_over_time(const std::string& name, const LoudnessSeries& series, double seconds,
                          std::span<const SectionRecord> sections, double aim_lufs,
                          const LoudnessSeries* other, std::string_view kind) {
    const double top = 2 * std::ceil((loudest(series) + 1) / 2);
    Plot plot(time_axis(seconds, 6), number_axis(top - kShownLu, top, 4, "LUFS"),
              "Loudness over time of " + name + ": momentary and short-term");
    for (const SectionRecord& s : sections)
        if (s.start_s > 0) plot.upright(s.start_s, "section");
    plot.under(columns(series.momentary_lufs, series.hop_s, 0.4), "moment");
    if (other != nullptr) plot.line(columns(other->short_term_lufs, other->hop_s, 3), "rules");
    plot.line(columns(series.short_term_lufs, series.hop_s, 3), "mix");
    if (std::isfinite(aim_lufs)) plot.level(aim_lufs, "aim");
    if (kind != "seek") return plot.finish(kind);
    Markup head;
    head.leaf("i", "", {{"class", "head"}});
    return plot.over(head).finish(kind, {{"data-seconds", fixed(seconds, 3)}});
}

}  // namespace mixfarm::report
