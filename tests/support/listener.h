/// A listener for tests of foretold mixes: every stem counts, the first one leads, no sound
/// spreads.
#pragma once

#include "kernels/foresight.h"

namespace mixfarm {

/// A listener who counts every stem.
inline Listening everyone(std::size_t stems) {
    Listening rule;
    rule.plays.assign(stems, 1);
    rule.leads.assign(stems, 0);
    rule.leads[0] = 1;
    rule.priority.assign(stems, 1);
    rule.gain.assign(stems * stems, 1);
    rule.lead_gain.assign(stems, 1);
    rule.burst.assign(stems, 1);
    rule.width.fill(1);
    for (std::size_t b = 0; b < kBands; ++b)
        rule.spread[b * kBands + b] = rule.heard[b * kBands + b] = 1;
    return rule;
}

}  // namespace mixfarm
