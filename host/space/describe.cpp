/// Chooses the most telling differences and puts them in order; the words of the whole mix.
#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <map>
#include <set>

#include "host/space/difference.h"

namespace mixfarm {
namespace {

struct Region {
    const char* name;
    double low_hz, high_hz;
    const char* more;
    const char* less;
    const char* where;
    double step_db;  ///< about one clearly heard step
};
constexpr Region kRegions[] = {
    {"sub", 20, 55, "deeper sub", "lighter sub", "below 55 Hz", 2.5},
    {"bass", 55, 180, "fuller bass", "leaner bass", "at 55 to 180 Hz", 1.5},
    {"low mids", 180, 550, "warmer", "clearer low mids", "at 180 to 550 Hz", 1.2},
    {"mids", 550, 1800, "fuller mids", "scooped mids", "at 0.55 to 1.8 kHz", 1.2},
    {"presence", 1800, 5600, "more forward", "more laid back", "at 1.8 to 5.6 kHz", 1.2},
    {"top", 7000, 22000, "brighter top", "darker top", "above 7 kHz", 1.5},
};

double db(double ratio) {
    return 10 * std::log10(ratio);
}

/// Power of the bands of a region re the whole; 0 when there is none.
double share(const Measurement& m, double low_hz, double high_hz) {
    double inside = 0, all = 0;
    for (int b = 0; b < kBands; ++b) {
        const std::size_t i = static_cast<std::size_t>(b);
        const double p = static_cast<double>(m.left_power[i]) + m.right_power[i];
        all += p;
        if (band_centre_hz(b) >= low_hz && band_centre_hz(b) < high_hz) inside += p;
    }
    return all > 0 ? inside / all : 0;
}

/// Side re mid power, of all bands.
double side_to_mid(const Measurement& m) {
    double side = 0, mid = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double both = static_cast<double>(m.left_power[b]) + m.right_power[b],
                     cross = 2.0 * m.cross_power[b];
        side += both - cross;
        mid += both + cross;
    }
    return mid > 0 ? std::max(side, 0.0) / mid : 0;
}

void add_tone(const Pair& pair, std::vector<Difference>& out) {
    // Against the mids both mixes share: loudness is matched, so the power from 100 Hz to 7 kHz is
    // the fixed point.
    const double level = share(pair.measured, 100, 7000),
                 level_ref = share(pair.reference, 100, 7000);
    if (level <= 0 || level_ref <= 0) return;
    for (const Region& r : kRegions) {
        const double now = share(pair.measured, r.low_hz, r.high_hz) / level;
        const double then = share(pair.reference, r.low_hz, r.high_hz) / level_ref;
        if (now <= 0 || then <= 0 || std::max(db(now), db(then)) < -45) continue;
        const double change = db(now / then);
        out.push_back({phrase("%s (%+.1f dB %s)", change > 0 ? r.more : r.less, change, r.where),
                       std::fabs(change) / r.step_db, Aspect::tone, r.name});
    }
}

void add_width(const Pair& pair, std::vector<Difference>& out) {
    constexpr double kFloor = 1e-4;  // side 40 dB under mid: mono for the ear
    const double now = std::max(side_to_mid(pair.measured), kFloor),
                 then = std::max(side_to_mid(pair.reference), kFloor);
    const double change = db(now / then);
    out.push_back({phrase("%s (%+.1f dB side)", change > 0 ? "wider" : "narrower", change),
                   std::fabs(change) / 1.5, Aspect::width, "width"});
}

void add_dynamics(const Pair& pair, std::vector<Difference>& out) {
    const double crest = pair.measured.metric("crest_db") - pair.reference.metric("crest_db");
    if (std::isfinite(crest))
        out.push_back({phrase("%s (crest %+.1f dB)", crest > 0 ? "punchier" : "denser", crest),
                       std::fabs(crest) / 1.2, Aspect::dynamics, "crest"});
    const double loss = pair.measured.limiter_loss_lu - pair.reference.limiter_loss_lu;
    out.push_back(
        {phrase("%s (%+.1f LU)", loss > 0 ? "limiter works harder" : "limiter works less", -loss),
         std::fabs(loss) / 1.0, Aspect::dynamics, "limiter"});
}

}  // namespace

std::string phrase(const char* format, ...) {
    char text[300];
    va_list list;
    va_start(list, format);
    std::vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return text;
}

std::string frequency(double hz) {
    return hz < 1000 ? phrase("%.0f Hz", hz) : phrase("%.1f kHz", hz / 1000);
}

std::vector<Difference> mix_differences(const Pair& pair) {
    std::vector<Difference> out;
    add_tone(pair, out);
    add_width(pair, out);
    add_dynamics(pair, out);
    return out;
}

std::vector<std::string> describe(const Space& space, const Song& song,
                                  std::span<const float> values, const Measurement& measured,
                                  std::span<const float> reference_values,
                                  const Measurement& reference_measured, int count) {
    const Pair pair{space, song, values, reference_values, measured, reference_measured};
    std::vector<Difference> all = mix_differences(pair);
    for (Difference& d : stem_differences(pair)) all.push_back(std::move(d));
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.size > b.size; });

    // First pass: clearly heard, and no aspect or subject takes the whole description. Second pass:
    // whatever comes next, so that two mixes that differ only a little still read differently.
    constexpr double kSmallest = 0.1;
    std::vector<std::string> words;
    std::set<std::size_t> taken;
    std::map<Aspect, int> aspects;
    std::map<std::string, int> subjects;
    for (const bool strict : {true, false})
        for (std::size_t i = 0; i < all.size() && static_cast<int>(words.size()) < count; ++i) {
            const Difference& d = all[i];
            if (taken.count(i) || !(d.size >= (strict ? 0.7 : kSmallest))) continue;
            if (strict &&
                (aspects[d.aspect] >= std::max(1, (count + 1) / 2) || subjects[d.subject] >= 2))
                continue;
            if (!strict && !words.empty() && d.size < 0.7) continue;
            words.push_back(d.words);
            taken.insert(i);
            ++aspects[d.aspect];
            ++subjects[d.subject];
        }
    return words;
}

}  // namespace mixfarm
