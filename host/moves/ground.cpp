/// What the job leaves free, and who plays where.
#include "host/moves/ground.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "host/analysis/activity.h"
#include "host/analysis/group.h"
#include "host/job/input_error.h"
#include "host/song/decode.h"

namespace mixfarm {
namespace {

constexpr double kSure = 0.5;

template <class Channel>
bool held(const Channel& channel, std::string_view effect, std::string_view param, bool locks) {
    const std::string full = std::string(effect) + "." + std::string(param);
    const auto named = [&](const std::string& key) { return key == param || key == full; };
    return (locks && std::any_of(channel.lock.begin(), channel.lock.end(),
                                 [&](const auto& lock) { return named(lock.first); })) ||
           std::any_of(channel.automation.begin(), channel.automation.end(),
                       [&](const AutomationJob& drawn) { return named(drawn.knob); });
}

/// The line that lies `count` of them from the one nearest to a time; beyond the ends evenly.
double line_at(const std::vector<double>& lines, double every_s, double seconds, int count) {
    if (lines.empty()) return seconds + count * every_s;
    const auto after = std::lower_bound(lines.begin(), lines.end(), seconds);
    auto nearest = after - lines.begin();
    if (after == lines.end() || (after != lines.begin() && seconds - after[-1] < *after - seconds))
        --nearest;
    const auto last = static_cast<std::ptrdiff_t>(lines.size()) - 1,
               inside = std::clamp<std::ptrdiff_t>(nearest + count, 0, last);
    return lines[static_cast<std::size_t>(inside)] +
           static_cast<double>(nearest + count - inside) * every_s;
}

}  // namespace

Ground::Ground(const Job& job, const Song& song, const Profile& profile, const Form& form)
    : job_(job), song_(song), profile_(profile), form_(form) {}

bool Ground::sure_of_beats() const {
    return form_.beats.at_s.size() > 8 && !form_.bars.at_s.empty() &&
           std::min(form_.beats.confidence, form_.bars.confidence) >= kSure;
}

bool Ground::sure_of_sections() const {
    return sections().size() > 1 && form_.sections.confidence >= kSure;
}

double Ground::beat_at(double seconds, int count) const {
    return line_at(form_.beats.at_s, beat_s(), seconds, count);
}

double Ground::bar_at(double seconds, int count) const {
    return line_at(form_.bars.at_s, bar_s(), seconds, count);
}

Bus Ground::group(std::size_t stem) const {
    return group_of(song_.stems[stem].role.role);
}

bool Ground::may_touch(std::size_t stem) const {
    return !song_.stems[stem].untouched && !profile_.stems[stem].silent;
}

std::vector<std::size_t> Ground::stems_of(Bus g) const {
    std::vector<std::size_t> stems;
    for (std::size_t s = 0; s < song_.stems.size(); ++s)
        if (group(s) == g && may_touch(s)) stems.push_back(s);
    return stems;
}

bool Ground::may_touch(Bus g) const {
    for (std::size_t s = 0; s < song_.stems.size(); ++s)
        if (group(s) == g && song_.stems[s].untouched) return false;
    return !stems_of(g).empty();
}

bool Ground::sounds(Bus g) const {
    for (std::size_t s = 0; s < song_.stems.size(); ++s)
        if (group(s) == g && !profile_.stems[s].silent) return true;
    return false;
}

bool Ground::free_knob(int channel, std::string_view effect, std::string_view param) const {
    const std::string off = effect == "send" ? std::string(param.substr(0, param.size() - 3)) : "";
    for (const std::string& name : job_.effects_off)
        if (name == effect || name == off) return false;
    const int stems = static_cast<int>(song_.stems.size());
    if (channel < stems)
        return !held(job_.stems[static_cast<std::size_t>(channel)], effect, param, !locked_);
    const auto bus = job_.buses.find(bus_name(static_cast<Bus>(channel - stems)));
    return bus == job_.buses.end() || !held(bus->second, effect, param, !locked_);
}

std::optional<MoveLane> Ground::lane(int channel, std::string effect, std::string param, Law law,
                                     Amounts amounts, std::vector<Automation::Point> shape,
                                     std::string what) const {
    if (!free_knob(channel, effect, param)) return std::nullopt;
    MoveLane lane{channel, std::move(effect), std::move(param), law,
                  amounts, std::move(shape),  std::move(what)};
    for (std::size_t i = 0; i + 1 < lane.shape.size(); ++i) {
        const float way = lane.shape[i].value + lane.shape[i + 1].value;
        if (way != 0 && taken(channel, lane.effect, lane.param, lane.shape[i].seconds,
                              lane.shape[i + 1].seconds, way > 0 ? -1 : 1))
            return std::nullopt;
    }
    return lane;
}

bool Ground::taken(int channel, std::string_view effect, std::string_view param, double from_s,
                   double to_s, int sign) const {
    return std::any_of(claimed_.begin(), claimed_.end(), [&](const MoveLane& lane) {
        return lane.channel == channel && lane.effect == effect && lane.param == param &&
               lane.acts_in(from_s, to_s, sign);
    });
}

std::vector<Ground::OwnSound> Ground::own_sounds() const {
    std::vector<std::filesystem::path> files;
    if (job_.own_sounds.empty()) return {};
    std::error_code error;
    for (const auto& entry :
         std::filesystem::directory_iterator(job_.folder / job_.own_sounds, error)) {
        std::string kind = entry.path().extension().string();
        for (char& c : kind) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        for (const char* audio : {".wav", ".flac", ".aif", ".aiff", ".ogg"})
            if (kind == audio && entry.is_regular_file(error)) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::vector<OwnSound> sounds;
    for (const std::filesystem::path& file : files) {
        try {
            sounds.push_back({file, audio_seconds(file)});
        } catch (const InputError& why) {
            leave_out("one of your own sounds is left out: " + std::string(why.what()));
        }
    }
    return sounds;
}

double Ground::carries(std::size_t stem) const {
    const bool steady = std::none_of(claimed_.begin(), claimed_.end(), [&](const MoveLane& lane) {
        return lane.channel == static_cast<int>(stem) &&
               (lane.effect == "fader" || lane.effect == "high_pass");
    });
    return profile_.stems[stem].active_share + (steady ? 1 : 0);
}

bool Ground::leaks(std::size_t stem) const {
    return std::count(form_.bodies.begin(), form_.bodies.end(), form_.bodies[stem]) > 1;
}

bool Ground::leaks_out(std::span<const std::size_t> stems) const {
    for (std::size_t other = 0; other < song_.stems.size(); ++other)
        if (!profile_.stems[other].silent && group(other) != Bus::effects &&
            std::find(stems.begin(), stems.end(), other) == stems.end())
            for (const std::size_t s : stems)
                if (form_.bodies[s] == form_.bodies[other]) return true;
    return false;
}

bool Ground::replaced(std::size_t stem) const {
    return std::find(replaced_.begin(), replaced_.end(), static_cast<int>(stem)) != replaced_.end();
}

void Ground::claim(const Move& move) {
    for (const MoveLayer& layer : move.layers)
        if (layer.instead) replaced_.push_back(layer.stem);
    claimed_.insert(claimed_.end(), move.lanes.begin(), move.lanes.end());
}

double Ground::power(std::span<const std::size_t> stems, double from_s, double to_s) const {
    double sum = 0;
    const auto first = static_cast<std::size_t>(std::max(0.0, from_s) * 10),
               last = static_cast<std::size_t>(std::max(0.0, to_s) * 10);
    for (const std::size_t s : stems) {
        const std::vector<float>& level = profile_.stems[s].level_lufs;
        for (std::size_t i = first; i < std::min(last, level.size()); ++i)
            sum += std::pow(10.0, level[i] / 10.0);
    }
    return last > first ? sum / static_cast<double>(last - first) : 0;
}

double Ground::plays(std::size_t stem, double from_s, double to_s) const {
    return activity(profile_.stems[stem], from_s, to_s).share;
}

Shape& Shape::to(double share, double at_s, double ramp_s) {
    const float now = points_.back().value;
    const double begin = std::max(points_.back().seconds, at_s - ramp_s);
    points_.push_back({begin, now});
    points_.push_back({std::max(begin, at_s), static_cast<float>(share)});
    return *this;
}

bool Shape::flat() const {
    return std::all_of(points_.begin(), points_.end(), [](const auto& p) { return p.value == 0; });
}

}  // namespace mixfarm
