/// The only file that includes valijson, which is heavy to compile.
#include "host/job/schema_check.h"

#include <cstdint>
#include <limits>
// GCC 12 sees overlapping copies in valijson's std::string::replace that cannot happen (GCC bug
// 105651).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wrestrict"
#endif
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace mixfarm {
namespace {

// valijson reads every whole number as int64; a seed or a limit above that would turn negative in
// its eyes.
void clamp_to_int64(nlohmann::json& value) {
    constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
    if (value.is_structured()) {
        for (nlohmann::json& child : value) clamp_to_int64(child);
    } else if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{kLargest}) {
        value = kLargest;
    }
}

}  // namespace

std::vector<Violation> violations(const nlohmann::json& schema, const nlohmann::json& value) {
    nlohmann::json rules = schema, clamped = value;
    clamp_to_int64(rules);
    clamp_to_int64(clamped);
    valijson::Schema compiled;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(valijson::adapters::NlohmannJsonAdapter(rules), compiled);
    valijson::ValidationResults results;
    valijson::Validator validator;
    std::vector<Violation> found;
    if (validator.validate(compiled, valijson::adapters::NlohmannJsonAdapter(clamped), &results))
        return found;
    for (const auto& error : results) {
        Violation violation;
        for (std::size_t i = 1; i < error.context.size();
             ++i) {  // "<root>", "[song]", "[stems]", "[2]"
            const std::string& step = error.context[i];
            violation.place /= step.substr(1, step.size() - 2);
        }
        violation.reason = error.description;
        found.push_back(violation);
    }
    return found;
}

}  // namespace mixfarm
