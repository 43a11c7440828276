/// How an effect describes its knobs; search ranges, HDF5 columns, job locks and labels all read
/// these tables.
#pragma once

namespace mixfarm {

/// The scale on which equal steps sound equal: `log` for frequencies, times, ratios and Q.
enum class Scale { linear, log, toggle };

struct ParamSpec {
    const char* name;  ///< ends in its unit where it has one ("attack_ms")
    const char* unit;  ///< "dB", "Hz", "ms", "" ...
    float low;         ///< legal range
    float high;
    float neutral;  ///< the value at which the effect does nothing, or its resting point
    Scale scale;
};

}  // namespace mixfarm
