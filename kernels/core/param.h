/// How an effect describes its knobs; search ranges, HDF5 columns, job locks and labels all read
/// these tables.
#pragma once

#include <cstddef>
#include <string_view>

namespace mixfarm {

/// The scale on which equal steps sound equal: `log` for frequencies, times, ratios and Q; `toggle`
/// is 0 or 1 and nothing between.
enum class Scale { linear, log, toggle };

struct ParamSpec {
    const char* name;  ///< ends in its unit where it has one ("attack_ms")
    const char* unit;  ///< "dB", "Hz", "ms", "" ...
    float low;         ///< legal range
    float high;
    float neutral;  ///< the value at which the effect does nothing, or its resting point
    Scale scale;
    /// The knob of the same effect that decides whether this one matters: while that one is neutral
    /// this one changes nothing. Null: it matters by itself. An effect acts when any knob without
    /// gate is off its neutral value.
    const char* gate = nullptr;
};

}  // namespace mixfarm
