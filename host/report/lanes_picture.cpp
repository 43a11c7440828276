/// When each stem plays, as lanes under the sections of the song.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "host/report/pictures.h"
#include "host/report/plot.h"

namespace mixfarm::report {
namespace {

constexpr std::size_t kColumns = 480;
constexpr double kRangeLu = 30;  ///< a stem counts as playing down to here, see active_blocks
constexpr double kBlockS = 0.1;
constexpr double kRoomForWords = 0.045;  ///< of the song; a shorter section is named by its tip

/// The loudest block of every column, LU over the bottom of the lane.
Points levels(const std::vector<float>& lufs, double top) {
    Points points;
    const std::size_t each = std::max<std::size_t>(1, (lufs.size() + kColumns - 1) / kColumns);
    for (std::size_t first = 0; first < lufs.size(); first += each) {
        const std::size_t last = std::min(lufs.size(), first + each);
        const double loudest = *std::max_element(lufs.begin() + static_cast<std::ptrdiff_t>(first),
                                                 lufs.begin() + static_cast<std::ptrdiff_t>(last));
        const double height = std::clamp(loudest - top + kRangeLu, 0.0, kRangeLu);
        points.emplace_back(static_cast<double>(first) * kBlockS, height);
        points.emplace_back(static_cast<double>(last) * kBlockS, height);
    }
    return points;
}

/// A named piece of time.
Markup cut(double from, double to, double seconds, const std::string& words,
           std::string_view kind) {
    Markup piece;
    const double share = std::clamp((to - from) / seconds, 0.0, 1.0);
    piece.leaf(
        "span", share > kRoomForWords || kind != "cut" ? words : "",
        {{"class", std::string(kind)},
         {"style", percent_style("left", from / seconds) + ";" + percent_style("width", share)},
         {"title", fmt::format("{}, {} to {}", words, clock(from), clock(to))}});
    return piece;
}

Axis silent_axis(double seconds) {
    Axis axis = time_axis(seconds, 7);
    for (Tick& t : axis.ticks) t.label.clear();
    return axis;
}

}  // namespace

Markup lanes(const Song& song, const Profile& profile, const RawSum& sum) {
    const double seconds = song.seconds();
    const Axis height{0, kRangeLu, false, {}, ""}, time = silent_axis(seconds);
    Markup all;
    all.open("div", {{"class", "lanes"}});
    const auto row = [&](const std::string& name, const Markup& lane) {
        all.leaf("span", name, {{"class", "name"}, {"title", name}}).add(lane);
    };
    std::vector<std::pair<double, double>> heard;
    for (const Excerpt& e : profile.telling)
        heard.emplace_back(static_cast<double>(e.start) / song.rate,
                           static_cast<double>(e.start + e.frames) / song.rate);
    std::vector<SectionRecord> sections;
    for (const Section& s : song.sections) sections.push_back({s.name, s.start_s, s.end_s});
    if (song.sections.size() > 1) {
        Plot top(Axis{0, 1, false, {}, ""}, height, "Sections of the song");
        for (const Section& s : song.sections)
            top.over(cut(s.start_s, s.end_s, seconds, s.name, "cut"));
        row("sections", top.finish("top"));
    }
    for (std::size_t i = 0; i < song.stems.size(); ++i) {
        const StemProfile& p = profile.stems[i];
        const std::string& name = song.stems[i].name;
        Plot lane(time, height,
                  p.too_short ? name + " is too short to be judged"
                  : p.silent
                      ? name + " is silent"
                      : fmt::format("{} plays {:.0f} % of the time", name, 100 * p.active_share));
        for (const Section& s : song.sections)
            if (s.start_s > 0) lane.upright(s.start_s, "section");
        for (const auto& [from, to] : heard) lane.stretch(from, to, "excerpt");
        lane.level(0, "rest");
        if (p.silent) {
            Markup mute;
            lane.over(mute.leaf("span", p.too_short ? "too short to be judged" : "silent",
                                {{"class", "mute"}}));
        } else if (!p.level_lufs.empty()) {
            lane.under(
                levels(p.level_lufs, *std::max_element(p.level_lufs.begin(), p.level_lufs.end())),
                "lane");
        }
        row(name, lane.finish());
    }
    Plot chosen(Axis{0, 1, false, {}, ""}, height, "Excerpts that say most about a mix");
    for (const auto& [from, to] : heard) chosen.over(cut(from, to, seconds, clock(from), "cut x"));
    row("excerpts", chosen.finish("top"));
    row("sum", loudness_over_time("the sum of all stems as delivered", sum.loudness, seconds,
                                  sections, std::nan(""), nullptr, "loud"));
    all.close();
    return all;
}

}  // namespace mixfarm::report
