/// Turns a broken schema rule into a sentence for the person who wrote the job: what is wrong, what
/// would be right.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/job/document.h"

namespace mixfarm {

struct Problem {
    int line = 1;
    std::string what;  ///< "song.stems[2].role: 'guitr' is not a role; did you mean ...?"
};

/// All rules of `schema` that `document` breaks, in the order of their lines; empty when it breaks
/// none.
std::vector<Problem> schema_problems(const nlohmann::json& schema, const Document& document);

/// A value as a message shows it: 'text', 3.5, true, "a list"; long text is cut.
std::string show_value(const nlohmann::json& value);

}  // namespace mixfarm
