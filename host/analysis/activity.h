/// When a stem plays and how loud it is then, section by section.
#pragma once

#include "host/analysis/profile.h"

namespace mixfarm {

/// What a stem does in one stretch of the song.
struct Activity {
    double share = 0;  ///< of its 100 ms blocks in which the stem is heard (active_blocks), 0..1
    double lufs =
        -120;  ///< K-weighted level over the blocks in which it is heard; -120 without any
};
Activity activity(const StemProfile& stem, double start_s, double end_s);
/// One entry a section of the song.
std::vector<Activity> section_activity(const StemProfile& stem,
                                       const std::vector<Section>& sections);

}  // namespace mixfarm
