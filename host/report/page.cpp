/// Escaping, numbers, and elements.
#include "host/report/page.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "kernels/core/check.h"

namespace mixfarm::report {
namespace {

constexpr std::string_view kUnknown = "\xEF\xBF\xBD";  // U+FFFD

/// Bytes of the character at the start of `text` as UTF-8 has it, 0 where it is none: overlong
/// forms, surrogates and what lies beyond U+10FFFF are none either.
std::size_t character_bytes(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (!tail(1) || !tail(2)) return 0;
        if (first == 0xE0 && byte(1) < 0xA0) return 0;
        if (first == 0xED && byte(1) > 0x9F) return 0;
        if (first == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE) return 0;  // U+FFFE, U+FFFF
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (!tail(1) || !tail(2) || !tail(3)) return 0;
        if (first == 0xF0 && byte(1) < 0x90) return 0;
        if (first == 0xF4 && byte(1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

/// Elements after which a line ends, so that the source can be read.
bool ends_line(std::string_view tag) {
    static constexpr std::string_view kBlocks[] = {
        "p",    "div",   "section", "article", "header", "footer", "h1",     "h2",         "h3",
        "tr",   "table", "ul",      "li",      "figure", "svg",    "head",   "title",      "body",
        "main", "meta",  "dl",      "thead",   "tbody",  "style",  "script", "figcaption", "html"};
    for (const std::string_view block : kBlocks)
        if (tag == block) return true;
    return false;
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t bytes = character_bytes(text.substr(i));
        if (bytes != 1) {
            out += bytes == 0 ? kUnknown : text.substr(i, bytes);
            i += std::max<std::size_t>(bytes, 1);
            continue;
        }
        const char c = text[i++];
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\'')
            out += "&#39;";
        else if ((c >= 0 && c < ' ' && c != '\t' && c != '\n') || c == 0x7F)
            out += kUnknown;
        else
            out += c;
    }
    return out;
}

std::string fixed(double value, int decimals, std::string_view missing) {
    if (!std::isfinite(value)) return std::string(missing);
    std::string text = fmt::format("{:.{}f}", value, decimals);
    if (text[0] == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
    return text;
}

std::string with_sign(double value, int decimals) {
    std::string text = fixed(value, decimals);
    if (!std::isfinite(value)) return text;
    if (text[0] == '-') return "\u2212" + text.substr(1);
    return text.find_first_not_of("0.") == std::string::npos ? text : "+" + text;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    if (count == 1) return "one " + std::string(one);
    return thousands(count) + " " + std::string(many);
}

std::string thousands(std::uint64_t count) {
    const std::string digits = std::to_string(count);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
        text += digits[i];
    }
    return text;
}

std::string link_to(std::string_view relative_path) {
    std::string out;
    for (const char c : relative_path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') ||
                           std::string_view("-._~/").find(c) != std::string_view::npos;
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

void Markup::start(std::string_view tag, const Attributes& attributes) {
    out_ += '<';
    out_ += tag;
    for (const Attribute& a : attributes) {
        out_ += ' ';
        out_ += a.name;
        out_ += "=\"";
        out_ += escaped(a.value);
        out_ += '"';
    }
}

Markup& Markup::open(std::string_view tag, const Attributes& attributes) {
    start(tag, attributes);
    out_ += '>';
    open_.emplace_back(tag);
    return *this;
}

Markup& Markup::close() {
    MF_CHECK(!open_.empty());
    out_ += "</" + open_.back() + ">";
    if (ends_line(open_.back())) out_ += '\n';
    open_.pop_back();
    return *this;
}

Markup& Markup::text(std::string_view words) {
    out_ += escaped(words);
    return *this;
}

Markup& Markup::leaf(std::string_view tag, std::string_view words, const Attributes& attributes) {
    return open(tag, attributes).text(words).close();
}

Markup& Markup::empty(std::string_view tag, const Attributes& attributes) {
    start(tag, attributes);
    out_ += "/>";
    if (ends_line(tag)) out_ += '\n';
    return *this;
}

Markup& Markup::add(const Markup& piece) {
    out_ += piece.str();
    return *this;
}

Markup& Markup::verbatim(std::string_view tag, std::string_view content) {
    MF_CHECK(content.find_first_of("<&") == std::string_view::npos);
    open(tag);
    out_ += content;
    return close();
}

const std::string& Markup::str() const {
    MF_CHECK(open_.empty());
    return out_;
}

}  // namespace mixfarm::report
