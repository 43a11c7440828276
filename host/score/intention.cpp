/// Levels section by section, from settings alone.
#include "host/score/intention.h"

#include <algorithm>
#include <cmath>

#include "host/analysis/group.h"
#include "host/form/section_kinds.h"

namespace mixfarm {
namespace {

constexpr double kPlays = 1e-3;  ///< of a stem's loudest section: below it does not play there

double db(double power) {
    return 10 * std::log10(power);
}

/// Mean over [from_s, to_s) of straight lines through the points.
double mean_between(const std::vector<Automation::Point>& points, double from_s, double to_s) {
    constexpr int kLooks = 16;
    double sum = 0;
    std::size_t next = 0;
    for (int i = 0; i < kLooks; ++i) {
        const double t = from_s + (i + 0.5) / kLooks * (to_s - from_s);
        while (next < points.size() && points[next].seconds <= t) ++next;
        if (next == 0) {
            sum += points.front().value;
        } else if (next == points.size()) {
            sum += points.back().value;
        } else {
            const auto &a = points[next - 1], &b = points[next];
            sum += a.value + (t - a.seconds) / (b.seconds - a.seconds) * (b.value - a.value);
        }
    }
    return sum / kLooks;
}

}  // namespace

SectionLevels::SectionLevels(const Song& song, const Profile& profile,
                             const std::vector<bool>& leads)
    : leads_(leads) {
    for (const Stem& stem : song.stems) group_.push_back(group_of(stem.role.role));
    if (song.sections.size() < 2) return;
    for (const Section& section : song.sections) {
        const std::optional<SectionKind> kind = kind_of_name(section.name);
        Part part{section.start_s,
                  section.end_s,
                  kind == SectionKind::verse,
                  kind == SectionKind::chorus,
                  {}};
        for (const StemProfile& stem : profile.stems) {
            const auto first = static_cast<std::size_t>(section.start_s * 10),
                       last = std::min(stem.level_lufs.size(),
                                       static_cast<std::size_t>(section.end_s * 10));
            double sum = 0;
            for (std::size_t i = first; i < last && !stem.silent; ++i)
                sum += std::pow(10.0, stem.level_lufs[i] / 10.0);
            part.power.push_back(last > first ? sum / static_cast<double>(last - first) : 0);
        }
        parts_.push_back(std::move(part));
    }
}

Intention SectionLevels::of(const MixSettings& settings) const {
    Intention told{NAN, NAN, NAN, NAN};
    const std::size_t stems = group_.size(), row = static_cast<std::size_t>(strip_param_count());
    if (parts_.empty()) return told;
    const auto trim = static_cast<std::size_t>(strip_param_index("trim", "trim_db")),
               fader = static_cast<std::size_t>(strip_param_index("fader", "fader_db"));
    const auto strips = static_cast<int>(settings.strips.size());
    const auto drawn = [&](std::size_t knob) -> const Automation* {
        for (const Automation& a : settings.automation)
            if (a.knob == static_cast<int>(knob)) return &a;
        return nullptr;
    };
    // What is done to each stem in each section, dB.
    std::vector<std::vector<double>> gain(parts_.size(), std::vector<double>(stems, 0));
    const auto add = [&](std::size_t knob, float still, auto is_its) {
        const Automation* const moving = drawn(knob);
        for (std::size_t p = 0; p < parts_.size(); ++p) {
            const double value =
                moving ? mean_between(moving->points, parts_[p].start_s, parts_[p].end_s) : still;
            for (std::size_t s = 0; s < stems; ++s)
                if (is_its(s)) gain[p][s] += value;
        }
    };
    for (std::size_t s = 0; s < stems; ++s)
        for (const std::size_t param : {trim, fader})
            add(s * row + param, settings.strips[s * row + param],
                [s](std::size_t k) { return k == s; });
    if (!settings.buses.empty()) {
        for (const Bus bus : {Bus::drums, Bus::bass, Bus::music, Bus::vocals, Bus::effects}) {
            const auto knob = static_cast<std::size_t>(bus_param_index(bus, "fader", "fader_db"));
            add(static_cast<std::size_t>(strips) + knob, settings.buses[knob],
                [&, bus](std::size_t s) { return group_[s] == bus; });
        }
        const auto knob = static_cast<std::size_t>(bus_param_index(Bus::master, "trim", "trim_db"));
        add(static_cast<std::size_t>(strips) + knob, settings.buses[knob],
            [](std::size_t) { return true; });
    }

    std::vector<double> level, seconds;
    double high = -HUGE_VAL, low = HUGE_VAL, verse = 0, verse_s = 0, chorus = 0, chorus_s = 0;
    for (std::size_t p = 0; p < parts_.size(); ++p) {
        double all = 0, lead = 0;
        for (std::size_t s = 0; s < stems; ++s) {
            const double power = parts_[p].power[s] * std::pow(10.0, gain[p][s] / 10);
            all += power;
            if (leads_[s]) lead += power;
        }
        if (!(all > 0)) continue;
        const double length = parts_[p].end_s - parts_[p].start_s;
        level.push_back(db(all)), seconds.push_back(length);
        if (parts_[p].verse) verse += length * all, verse_s += length;
        if (parts_[p].chorus) chorus += length * all, chorus_s += length;
        if (lead > 0.01 * all && lead < all) {
            high = std::max(high, db(lead / (all - lead)));
            low = std::min(low, db(lead / (all - lead)));
        }
    }
    if (level.size() < 2) return told;
    double mean = 0, square = 0, total = 0;
    for (std::size_t i = 0; i < level.size(); ++i) {
        mean += seconds[i] * level[i], square += seconds[i] * level[i] * level[i];
        total += seconds[i];
    }
    mean /= total;
    told.contour_lu = static_cast<float>(std::sqrt(std::max(0.0, square / total - mean * mean)));
    const auto [quiet, loud] = std::minmax_element(level.begin(), level.end());
    told.arc_lu = static_cast<float>(
        verse_s > 0 && chorus_s > 0 ? db(chorus / chorus_s) - db(verse / verse_s) : *loud - *quiet);
    if (high > low) told.lead_spread_lu = static_cast<float>(high - low);

    double moved = 0, weight = 0;
    for (std::size_t s = 0; s < stems; ++s) {
        double most = 0, own = 0, its = 0, its_square = 0, its_s = 0;
        for (const Part& part : parts_) most = std::max(most, part.power[s]);
        for (std::size_t p = 0; p < parts_.size(); ++p) {
            if (parts_[p].power[s] <= kPlays * most) continue;
            const double length = parts_[p].end_s - parts_[p].start_s;
            own += length * parts_[p].power[s] * std::pow(10.0, gain[p][s] / 10);
            its += length * gain[p][s], its_square += length * gain[p][s] * gain[p][s];
            its_s += length;
        }
        if (its_s <= 0) continue;
        const double spread =
            std::sqrt(std::max(0.0, its_square / its_s - its / its_s * (its / its_s)));
        const double heard = std::pow(own, 0.3);  // Stevens's loudness
        moved += heard * spread, weight += heard;
    }
    if (weight > 0) told.movement_db = static_cast<float>(moved / weight);
    return told;
}

}  // namespace mixfarm
