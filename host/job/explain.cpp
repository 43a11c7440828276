/// Words for broken schema rules; all names, ranges and examples in them come from the schema
/// itself.
#include "host/job/explain.h"

#include <algorithm>
#include <charconv>
#include <regex>
#include <set>

#include "host/job/nearest.h"
#include "host/job/schema_check.h"

namespace mixfarm {
namespace {

using nlohmann::json;

std::string number_text(const json& number) {
    if (number.is_number_integer()) return number.dump();
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number.get<double>()).ptr;
    return std::string(buffer, end);
}

// The schema with what "$ref" points at in its place, so that a rule is whole where it is looked
// up. The schema is ours: its references end, and stay inside it.
json without_references(const json& schema, const json& rule) {
    if (!rule.is_structured()) return rule;
    if (rule.is_object() && rule.contains("$ref")) {
        const JsonPlace target(rule["$ref"].get<std::string>().substr(1));  // "#/definitions/lock"
        return without_references(schema, schema.at(target));
    }
    json whole = rule;
    for (json& part : whole) part = without_references(schema, part);
    return whole;
}

// What the schema says about the value behind `key`; false where it wants no such key.
json rule_of_key(const json& rule, const std::string& key) {
    const json properties = rule.value("properties", json::object());
    if (properties.contains(key)) return properties[key];
    const json patterns = rule.value("patternProperties", json::object());
    for (const auto& [pattern, said] : patterns.items()) {
        if (std::regex_search(key, std::regex(pattern))) return said;
    }
    return rule.value("additionalProperties", json());
}

// The part of the schema that speaks about one place of the document; null where the schema is
// silent.
json rule_for(const json& schema, const json& value, const JsonPlace& place) {
    std::vector<std::string> steps;
    for (JsonPlace rest = place; !rest.empty(); rest.pop_back()) steps.push_back(rest.back());
    json rule = schema;
    json at = value;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        const json parent = rule;
        if (at.is_array()) {
            rule = parent.value("items", json());
            at = json(at[std::stoul(*step)]);
        } else {
            rule = rule_of_key(parent, *step);
            at = json(at[*step]);
        }
        if (!rule.is_object()) return json();
    }
    return rule;
}

std::vector<std::string> keys_of(const json& rule) {
    std::vector<std::string> keys;
    const json properties = rule.value("properties", json::object());
    for (const auto& [key, unused] : properties.items()) keys.push_back(key);
    return keys;
}

std::vector<std::string> types_of(const json& rule) {
    if (!rule.contains("type")) return {};
    if (rule["type"].is_array()) return rule["type"].get<std::vector<std::string>>();
    return {rule["type"].get<std::string>()};
}

bool has_type(const json& value, const std::string& type) {
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    return value.is_null();
}

// A value as one would write it in a job: 3.5, chorus, [{at: 0, value: -3}].
std::string written(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_structured()) return number_text(value);
    std::vector<std::string> parts;
    for (const auto& [key, part] : value.items())
        parts.push_back(value.is_object() ? key + ": " + written(part) : written(part));
    return value.is_object() ? "{" + join(parts) + "}" : "[" + join(parts) + "]";
}

std::string examples_of(const json& rule) {
    std::vector<std::string> shown;
    for (const json& example : rule.value("examples", json::array()))
        shown.push_back(written(example));
    return shown.empty() ? "" : " " + join(shown);
}

std::string range_of(const json& rule) {
    const bool low = rule.contains("minimum"), high = rule.contains("maximum");
    if (low && high)
        return " from " + number_text(rule["minimum"]) + " to " + number_text(rule["maximum"]);
    if (low) return " of at least " + number_text(rule["minimum"]);
    if (high) return " of at most " + number_text(rule["maximum"]);
    return "";
}

// Whether the rule takes on and off: words in YAML 1.2, booleans in YAML 1.1.
bool is_switch(const json& rule) {
    const json known = rule.value("enum", json::array());
    return std::find(known.begin(), known.end(), json(true)) != known.end();
}

// What would be right here, to follow the word "write".
std::string wanted(const json& rule) {
    const std::vector<std::string> types = types_of(rule);
    if (is_switch(rule)) return "on or off";
    if (types.size() > 1 && rule.contains("examples")) return "it like" + examples_of(rule);
    std::vector<std::string> kinds;
    for (const std::string& type : types) {
        if (type == "string" && rule.contains("enum")) {
            kinds.push_back("one of " + join(rule["enum"].get<std::vector<std::string>>()));
        } else if (type == "string") {
            kinds.push_back("text");
        } else if (type == "integer") {
            kinds.push_back("a whole number" + range_of(rule));
        } else if (type == "number") {
            kinds.push_back("a number" + range_of(rule));
        } else if (type == "boolean") {
            kinds.push_back("true or false");
        } else if (type == "array") {
            kinds.push_back("a list, one item a line, each starting with '- '");
        } else {
            const std::vector<std::string> keys = keys_of(rule);
            kinds.push_back(keys.empty() ? "keys with a colon"
                                         : "keys with a colon: " + join(keys));
        }
    }
    std::string result = kinds.empty() ? "something else" : kinds[0];
    for (std::size_t i = 1; i < kinds.size(); ++i) result += " or " + kinds[i];
    const std::string examples = examples_of(rule);
    return examples.empty() ? result : result + ", for example" + examples;
}

std::string wrong_type(const json& rule, const json& value) {
    const std::vector<std::string> types = types_of(rule);
    if (std::any_of(types.begin(), types.end(), [&](const auto& t) { return has_type(value, t); }))
        return "";
    if (value.is_null()) return "is empty; write " + wanted(rule) + ", or remove the line";
    if (is_switch(rule)) return show_value(value) + " is neither on nor off; write on or off";
    const bool text_wanted = std::find(types.begin(), types.end(), "string") != types.end();
    if (text_wanted && (value.is_number() || value.is_boolean())) {
        if (rule.contains("enum")) return show_value(value) + " is not text; write " + wanted(rule);
        return show_value(value) + " has to be text; put it in quotes: \"" + value.dump() + "\"";
    }
    const bool quoted = value.is_string() && resolve_scalar(value.get<std::string>()).is_number();
    if (quoted) return show_value(value) + " is text; leave out the quotes";
    const std::string kind = value.is_string()   ? " is text"
                             : value.is_number() ? " is a number"
                                                 : "";
    return show_value(value) + kind + "; write " + wanted(rule);
}

std::string out_of_range(const json& rule, const json& value) {
    if (!value.is_number()) return "";
    const double number = value.get<double>();
    if (rule.contains("minimum") && number < rule["minimum"].get<double>())
        return show_value(value) + " is below " + number_text(rule["minimum"]) + "; write " +
               wanted(rule);
    if (rule.contains("maximum") && number > rule["maximum"].get<double>())
        return show_value(value) + " is above " + number_text(rule["maximum"]) + "; write " +
               wanted(rule);
    return "";
}

std::string not_in_list(const json& rule, const json& value, const std::string& name) {
    if (!rule.contains("enum") || !value.is_string()) return "";
    if (is_switch(rule)) {
        const json& known = rule["enum"];
        return std::find(known.begin(), known.end(), value) != known.end()
                   ? ""
                   : show_value(value) + " is neither on nor off; write on or off";
    }
    const auto known = rule["enum"].get<std::vector<std::string>>();
    const auto word = value.get<std::string>();
    if (std::find(known.begin(), known.end(), word) != known.end()) return "";
    const bool vowel = std::string("aeiou").find(name[0]) != std::string::npos;
    return show_value(value) + " is not " + (vowel ? "an " : "a ") + name + choices(word, known);
}

class Explainer {
public:
    Explainer(const json& schema, const Document& document)
        : schema_(schema), document_(document) {}

    std::vector<Problem> all() {
        const std::vector<Violation> broken = violations(schema_, document_.value);
        std::set<std::string> done;
        for (const Violation& violation : broken) {
            if (done.insert(violation.place.to_string()).second) explain(violation.place);
        }
        if (problems_.empty() && !broken.empty()) add(broken[0].place, broken[0].reason);
        std::stable_sort(problems_.begin(), problems_.end(),
                         [](const Problem& a, const Problem& b) { return a.line < b.line; });
        return problems_;
    }

private:
    void add(const JsonPlace& place, const std::string& what) {
        const std::string spelled = document_.spell(place);
        problems_.push_back(
            {document_.line_of(place), spelled.empty() ? what : spelled + ": " + what});
    }

    // What is wrong with this value itself; what is wrong inside it has a place of its own.
    void explain(const JsonPlace& place) {
        const json rule = rule_for(schema_, document_.value, place);
        const json& value = document_.value.at(place);
        if (rule.is_null()) return;
        if (const std::string what = wrong_type(rule, value); !what.empty())
            return add(place, what);
        if (value.is_object()) return explain_keys(place, rule, value);
        const std::string name = place.empty() ? "value" : place.back();
        if (const std::string what = not_in_list(rule, value, name); !what.empty())
            return add(place, what);
        if (const std::string what = out_of_range(rule, value); !what.empty())
            return add(place, what);
        if (value.is_string() && value.get<std::string>().size() < rule.value("minLength", 0U))
            return add(place, "is empty; write " + wanted(rule));
        if (value.is_array() && value.size() < rule.value("minItems", 0U))
            return add(place, "the list is empty; it needs at least " +
                                  std::to_string(rule.value("minItems", 0U)) + " entry");
        if (rule.contains("pattern") && value.is_string() && types_of(rule).size() > 1)
            add(place, show_value(value) + " cannot be read; write " + wanted(rule));
    }

    void explain_keys(const JsonPlace& place, const json& rule, const json& value) {
        const std::vector<std::string> known = keys_of(rule);
        for (const auto& [key, unused] : value.items()) {
            if (rule_of_key(rule, key) != false) continue;
            if (rule.contains("patternProperties")) {
                add(place / key,
                    "no name is written like this; write small letters, digits and _, for example" +
                        examples_of(rule));
            } else {
                add(place / key, "unknown key" + choices(key, known));
            }
        }
        for (const json& key : rule.value("required", json::array())) {
            const auto name = key.get<std::string>();
            if (value.contains(name)) continue;
            const json missing =
                rule.value("properties", json::object()).value(name, json::object());
            add(place,
                "'" + name + "' is missing; write " + name + ": and then " + wanted(missing));
        }
    }

    const json& schema_;
    const Document& document_;
    std::vector<Problem> problems_;
};

}  // namespace

std::string show_value(const json& value) {
    if (value.is_null()) return "nothing";
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (value.is_array()) return "a list";
    if (value.is_object()) return "a group of keys";
    if (value.is_number()) return number_text(value);
    constexpr std::size_t kLongest = 60;
    std::string text = value.get<std::string>();
    if (text.size() > kLongest) {
        std::size_t cut = kLongest;
        while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80)
            --cut;  // not inside a character
        text = text.substr(0, cut) + "...";
    }
    std::replace(text.begin(), text.end(), '\n', ' ');
    return "'" + text + "'";
}

std::vector<Problem> schema_problems(const json& schema, const Document& document) {
    const json whole = without_references(schema, schema);
    return Explainer(whole, document).all();
}

}  // namespace mixfarm
