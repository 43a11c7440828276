/// A finished night opened again: its results and the studio that made them, so that any row can be
/// rendered.
#pragma once

#include <filesystem>
#include <memory>

#include "host/store/results.h"
#include "host/studio.h"

namespace mixfarm {

struct ReopenedNight {
    Results results;
    std::unique_ptr<Studio> studio;
};

/// Throws InputError: no such night, stems gone, or stems, priors or style changed since (the row
/// would not sound as measured).
ReopenedNight reopen_night(const std::filesystem::path& night, const std::string& device,
                           Progress& progress);

}  // namespace mixfarm
