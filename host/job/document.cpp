/// Reads YAML into JSON values and keeps the line of every key and list item.
#include "host/job/document.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "host/job/input_error.h"

namespace mixfarm {
namespace {

constexpr int kMaxDepth = 32;
constexpr int kMaxValues =
    200'000;  // aliases of aliases grow without end; a real job has a few hundred values

class Converter {
public:
    Converter(const std::string& file, Document& out) : file_(file), out_(out) {}

    nlohmann::json convert(const YAML::Node& node, const JsonPlace& place, int depth) {
        if (depth > kMaxDepth || ++count_ > kMaxValues)
            fail(node.Mark(),
                 "values are nested or repeated without end; write them out without aliases (*)");
        switch (node.Type()) {
            case YAML::NodeType::Scalar:
                return scalar(node, place);
            case YAML::NodeType::Sequence:
                return list(node, place, depth);
            case YAML::NodeType::Map:
                return map(node, place, depth);
            default:
                return nullptr;
        }
    }

private:
    [[noreturn]] void fail(const YAML::Mark& mark, const std::string& what) const {
        throw InputError(mark.line >= 0 ? file_ + ":" + std::to_string(mark.line + 1) : file_,
                         what);
    }

    nlohmann::json scalar(const YAML::Node& node, const JsonPlace& place) const {
        const std::string& tag = node.Tag();  // "!" stands for quoted
        if (tag == "!" || tag == "tag:yaml.org,2002:str") return node.Scalar();
        nlohmann::json value = resolve_scalar(node.Scalar());
        if (value.is_number_float() && !std::isfinite(value.get<double>()))
            fail(node.Mark(), out_.spell(place) + ": " + node.Scalar() + " is no finite number");
        return value;
    }

    nlohmann::json list(const YAML::Node& node, const JsonPlace& place, int depth) {
        out_.value[place] = nlohmann::json::array();  // so that spell() tells lists from maps
        nlohmann::json result = nlohmann::json::array();
        for (const YAML::Node& item : node) {
            const JsonPlace at = place / result.size();
            out_.line[at.to_string()] = item.Mark().line + 1;
            result.push_back(convert(item, at, depth + 1));
        }
        return result;
    }

    nlohmann::json map(const YAML::Node& node, const JsonPlace& place, int depth) {
        out_.value[place] = nlohmann::json::object();
        nlohmann::json result = nlohmann::json::object();
        for (const auto& entry : node) {
            const YAML::Mark mark = entry.first.Mark();
            if (!entry.first.IsScalar()) fail(mark, "a key has to be one word before a colon");
            const std::string key = entry.first.Scalar();
            const JsonPlace at = place / key;
            if (result.contains(key)) {
                fail(mark, out_.spell(at) + ": given twice, first on line " +
                               std::to_string(out_.line[at.to_string()]) + "; keep one of them");
            }
            out_.line[at.to_string()] = mark.line + 1;
            result[key] = convert(entry.second, at, depth + 1);
        }
        return result;
    }

    std::string file_;
    Document& out_;
    int count_ = 0;
};

bool indented_with_tab(const std::string& text, int line) {
    std::size_t begin = 0;
    for (int i = 0; i < line && begin != std::string::npos; ++i) {
        begin = text.find('\n', begin);
        if (begin != std::string::npos) ++begin;
    }
    if (begin == std::string::npos) return false;
    const std::size_t first = text.find_first_not_of(' ', begin);
    return first != std::string::npos && text[first] == '\t';
}

std::vector<YAML::Node> load(const std::string& text, const std::string& file) {
    if (text.find('\0') != std::string::npos)
        throw InputError(
            file, "is not a text file; a job is YAML, saved as UTF-8 (mixfarm new writes one)");
    try {
        return YAML::LoadAll(text);
    } catch (const YAML::Exception& e) {
        const bool placed = e.mark.line >= 0;
        const std::string where = placed ? file + ":" + std::to_string(e.mark.line + 1) : file;
        if (placed && indented_with_tab(text, e.mark.line))
            throw InputError(where, "not valid YAML: indented with a tab; use spaces");
        throw InputError(
            where,
            "not valid YAML: " + e.msg +
                "; look for a missing colon, bracket or quote, or uneven indentation, here or "
                "just above");
    }
}

}  // namespace

int Document::line_of(JsonPlace place) const {
    for (;; place.pop_back()) {
        if (const auto found = line.find(place.to_string()); found != line.end())
            return found->second;
        if (place.empty()) return 1;
    }
}

std::string Document::spell(const JsonPlace& place) const {
    std::vector<std::string> tokens;
    for (JsonPlace rest = place; !rest.empty(); rest.pop_back()) tokens.push_back(rest.back());
    std::string result;
    JsonPlace at;
    for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
        const bool in_list = value.contains(at) && value.at(at).is_array();
        if (in_list) {
            result += "[" + *token + "]";
        } else {
            result += (result.empty() ? "" : ".") + *token;
        }
        at /= *token;
    }
    return result;
}

nlohmann::json resolve_scalar(const std::string& word) {
    const auto is = [&](std::initializer_list<const char*> spellings) {
        return std::find(spellings.begin(), spellings.end(), word) != spellings.end();
    };
    if (is({"", "~", "null", "Null", "NULL"})) return nullptr;
    if (is({"true", "True", "TRUE"})) return true;
    if (is({"false", "False", "FALSE"})) return false;
    if (is({".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "-.inf"})) return std::nan("");
    if (word.find_first_not_of("0123456789.eE+-") != std::string::npos) return word;

    const bool plus = word[0] == '+';
    const char* begin = word.data() + (plus ? 1 : 0);
    const char* end = word.data() + word.size();
    if (plus && *begin == '-') return word;
    const auto read = [&](auto& number) {
        const auto [rest, error] = std::from_chars(begin, end, number);
        return rest == end ? error : std::errc::invalid_argument;
    };
    std::uint64_t natural = 0;
    std::int64_t integer = 0;
    double number = 0;
    if (read(natural) == std::errc()) return natural;
    if (read(integer) == std::errc()) return integer;
    const std::errc error = read(number);
    if (error == std::errc::result_out_of_range) return std::nan("");
    if (error != std::errc()) return word;
    constexpr double kExact = 9007199254740992.0;  // 2^53: whole numbers such as 1e6 count as whole
    if (number == std::floor(number) && std::abs(number) < kExact && number != 0)
        return static_cast<std::int64_t>(number);
    return number;
}

Document parse_document(const std::string& text, const std::string& file) {
    const std::vector<YAML::Node> documents = load(text, file);
    if (documents.empty() || (documents.size() == 1 && documents[0].IsNull()))
        throw InputError(file, "is empty; a job starts with 'song:' (mixfarm new writes one)");
    if (documents.size() > 1)
        throw InputError(file,
                         "holds more than one YAML document; remove the lines that are just '---'");
    if (!documents[0].IsMap()) {
        throw InputError(
            file + ":" + std::to_string(documents[0].Mark().line + 1),
            "is not a job: the top level has to be keys with a colon, such as 'song:'");
    }
    Document document;
    document.value = nlohmann::json::object();
    nlohmann::json value = Converter(file, document).convert(documents[0], JsonPlace(), 0);
    document.value = std::move(value);
    return document;
}

}  // namespace mixfarm
