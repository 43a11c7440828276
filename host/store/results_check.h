/// Results that can be written: every list as long as what it belongs to.
#pragma once

#include <string>

#include "host/store/results.h"

namespace mixfarm::layout {

/// Throws std::logic_error, our own bug and not the user's, where it does not fit.
void require(bool fits, const std::string& what);
void require_consistent(const Results& r);

}  // namespace mixfarm::layout
