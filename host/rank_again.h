/// A finished night ranked again: by other weights, another style, or a listener's taste. Nothing
/// is rendered.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "host/progress.h"
#include "host/store/results.h"

namespace mixfarm {

struct RankOptions {
    std::filesystem::path night;
    std::filesystem::path taste;            ///< a taste file; empty: nobody's
    std::optional<std::string> style;       ///< instead of the night's own
    std::map<std::string, double> weights;  ///< likewise, term by term
};

/// Judges every mix that was heard anew from its measurements, orders them, and picks. What is new
/// among the picks has no file yet: `mixfarm audition` and `mixfarm render` make it. results.h5 is
/// written anew; report.html stays the night's own. Throws InputError.
Results rank_again(const RankOptions& options, Progress& progress);

}  // namespace mixfarm
