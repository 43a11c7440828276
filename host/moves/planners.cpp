/// Which sections there are, and into which a song arrives.
#include "host/moves/planners.h"

#include <algorithm>
#include <cmath>

namespace mixfarm {

std::vector<const FoundSection*> sections_of(const Ground& ground,
                                             std::initializer_list<SectionKind> kinds) {
    std::vector<const FoundSection*> found;
    for (const FoundSection& s : ground.sections())
        if (std::find(kinds.begin(), kinds.end(), s.kind) != kinds.end()) found.push_back(&s);
    return found;
}

bool starts_at(const std::vector<const FoundSection*>& sections, double seconds) {
    return std::any_of(sections.begin(), sections.end(),
                       [&](const auto* s) { return std::abs(s->start_s - seconds) < 0.1; });
}

double contrast_left(const Ground& ground) {
    constexpr double kEnough_lu = 8;
    const auto loudness = [&](SectionKind kind) {
        double sum = 0, bars = 0;
        for (const FoundSection* s : sections_of(ground, {kind}))
            sum += s->bars * s->loudness_lufs, bars += s->bars;
        return bars > 0 ? sum / bars : NAN;
    };
    const double rise = loudness(SectionKind::chorus) - loudness(SectionKind::verse);
    return std::isfinite(rise) ? std::max(0.0, kEnough_lu - rise) : kEnough_lu;
}

std::vector<std::size_t> variable_parts(const Ground& ground) {
    std::vector<std::size_t> parts = ground.stems_of(Bus::music);
    std::erase_if(parts, [&](std::size_t s) {
        return static_cast<int>(s) == ground.form().lead || ground.replaced(s) || ground.leaks(s);
    });
    std::stable_sort(parts.begin(), parts.end(), [&](std::size_t a, std::size_t b) {
        return ground.profile().stems[a].active_share > ground.profile().stems[b].active_share;
    });
    return parts;
}

std::vector<const FoundSection*> arrivals(const Ground& ground) {
    constexpr int kLead = 4;  // bars
    std::vector<const FoundSection*> found;
    const std::vector<FoundSection>& all = ground.sections();
    for (std::size_t i = 1; i < all.size(); ++i)
        if ((all[i].kind == SectionKind::chorus && all[i - 1].kind != SectionKind::chorus) ||
            all[i].drop)
            if (all[i - 1].bars >= kLead) found.push_back(&all[i]);
    return found;
}

}  // namespace mixfarm
