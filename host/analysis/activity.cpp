/// Blocks of 100 ms, counted section by section.
#include "host/analysis/activity.h"

#include <algorithm>
#include <cmath>

#include "host/analysis/masking.h"

namespace mixfarm {
namespace {

Activity counted(const StemProfile& stem, const std::vector<char>& active, double start_s,
                 double end_s) {
    const auto block = [&](double seconds) {
        return std::min(static_cast<std::size_t>(std::lround(std::max(seconds, 0.0) * 10)),
                        active.size());
    };
    const std::size_t first = block(start_s), last = block(end_s);
    double power = 0;
    std::size_t heard = 0;
    for (std::size_t i = first; i < last; ++i) {
        if (!active[i]) continue;
        power += std::pow(10.0, stem.level_lufs[i] / 10.0);
        ++heard;
    }
    if (heard == 0) return {};
    return {static_cast<double>(heard) / static_cast<double>(last - first),
            10 * std::log10(power / static_cast<double>(heard))};
}

}  // namespace

Activity activity(const StemProfile& stem, double start_s, double end_s) {
    return counted(stem, active_blocks(stem.level_lufs), start_s, end_s);
}

std::vector<Activity> section_activity(const StemProfile& stem,
                                       const std::vector<Section>& sections) {
    const std::vector<char> active = active_blocks(stem.level_lufs);
    std::vector<Activity> all;
    for (const Section& s : sections) all.push_back(counted(stem, active, s.start_s, s.end_s));
    return all;
}

}  // namespace mixfarm
