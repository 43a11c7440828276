/// A YAML text as JSON values that still know on which line they were written.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace mixfarm {

using JsonPlace = nlohmann::json::json_pointer;

struct Document {
    nlohmann::json value;  ///< always an object at the top
    std::map<std::string, int>
        line;  ///< JSON pointer -> line, counted from 1; a map entry's line is its key's

    /// Line of `place`, or of the nearest thing around it that was written down.
    int line_of(JsonPlace place) const;
    /// "song.stems[2].role": the place as a person would say it.
    std::string spell(const JsonPlace& place) const;
};

/// Parses one YAML 1.2 document (core schema: only true and false are booleans). Throws InputError
/// naming `file` and the line: syntax errors, no map at the top, a key given twice, more than one
/// document, values nested without end.
Document parse_document(const std::string& text, const std::string& file);

/// What the YAML 1.2 core schema makes of an unquoted word: null, boolean, number or text.
nlohmann::json resolve_scalar(const std::string& word);

}  // namespace mixfarm
