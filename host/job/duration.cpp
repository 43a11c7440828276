/// Lengths of time as people write them: 90, 90s, 15m, 8h.
#include <charconv>
#include <cmath>

#include "host/job/input_error.h"
#include "host/job/job.h"

namespace mixfarm {

double parse_duration(const std::string& text) {
    const InputError unreadable(
        "", "'" + text +
                "' is not a length of time; write seconds, or a number with s, m or h "
                "right after it: 90, 90s, 15m, 8h");
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(number) || std::signbit(number)) throw unreadable;
    const std::string unit(rest, end);
    if (unit.empty() || unit == "s") return number;
    if (unit == "m") return number * 60;
    if (unit == "h") return number * 3600;
    throw unreadable;
}

}  // namespace mixfarm
