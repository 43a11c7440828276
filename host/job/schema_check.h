/// Whether a JSON value keeps the promises of a JSON schema, and where it breaks them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mixfarm {

struct Violation {
    nlohmann::json::json_pointer place;  ///< the value that breaks the schema
    std::string reason;                  ///< the validator's own words
};

/// Every place where `value` breaks `schema` (JSON Schema draft 7), parents of a broken value
/// included.
std::vector<Violation> violations(const nlohmann::json& schema, const nlohmann::json& value);

}  // namespace mixfarm
