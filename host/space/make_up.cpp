/// Make-up gain from a histogram of block levels.
#include "host/space/make_up.h"

#include <algorithm>
#include <cmath>

#include "host/analysis/masking.h"

namespace mixfarm {
namespace {

/// The compressor hears the peaks of the louder side; while music plays they stand about 3 dB above
/// the K-weighted level.
constexpr double kPeakOverLoudness = 3;

double reduction_db(double level, double threshold, double ratio, double knee) {
    const double over = level - threshold, slope = 1 - 1 / ratio;
    if (2 * over >= knee) return slope * over;
    if (2 * over <= -knee) return 0;
    return slope * (over + knee / 2) * (over + knee / 2) / (2 * knee);
}

}  // namespace

MakeUp::MakeUp(const std::vector<float>& level_lufs, double gain_db) : blocks_(kBins, 0.0f) {
    const auto active = active_blocks(level_lufs);
    for (std::size_t i = 0; i < active.size(); ++i) {
        if (!active[i]) continue;
        const int bin = static_cast<int>(std::lround(level_lufs[i] + gain_db - kLowest));
        blocks_[static_cast<std::size_t>(std::clamp(bin, 0, kBins - 1))] += 1;
    }
}

double MakeUp::gain_db(double threshold_db, double ratio, double knee_db) const {
    if (ratio <= 1 || blocks_.empty()) return 0;
    double before = 0, after = 0;
    for (int b = 0; b < kBins; ++b) {
        if (blocks_[static_cast<std::size_t>(b)] == 0) continue;
        const double level = kLowest + b;
        const double power = blocks_[static_cast<std::size_t>(b)] * std::pow(10.0, level / 10);
        before += power;
        after +=
            power *
            std::pow(10.0,
                     -reduction_db(level + kPeakOverLoudness, threshold_db, ratio, knee_db) / 10);
    }
    return after > 0 ? 10 * std::log10(before / after) : 0;
}

}  // namespace mixfarm
