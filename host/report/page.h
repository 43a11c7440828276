/// Writes HTML and SVG element by element: every text is escaped, every number has fixed decimals,
/// every element that is opened gets closed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mixfarm::report {

/// For text between tags and between the quotes of an attribute. What XML does not allow, control
/// characters and bytes that are no UTF-8, becomes U+FFFD.
std::string escaped(std::string_view text);
/// "-3.50", never "-0.00"; `missing` for NaN and infinities.
std::string fixed(double value, int decimals, std::string_view missing = "\u2013");
/// The same with a plus sign in front of what is positive, and a true minus sign.
std::string with_sign(double value, int decimals);
/// "one stem", "3 stems"
std::string counted(std::size_t count, std::string_view one, std::string_view many);
/// "2,000"
std::string thousands(std::uint64_t count);
/// A relative link to a file: bytes that a link may not hold are %-coded, slashes stay.
std::string link_to(std::string_view relative_path);

struct Attribute {
    std::string_view name;
    std::string value;
};

/// A piece of a page. It is both HTML5 and well-formed XML.
class Markup {
public:
    using Attributes = std::vector<Attribute>;

    Markup& open(std::string_view tag, const Attributes& attributes = {});
    Markup& close();
    Markup& text(std::string_view words);
    /// An element with nothing but text in it.
    Markup& leaf(std::string_view tag, std::string_view words, const Attributes& attributes = {});
    /// An element that holds nothing: `meta`, or a shape of SVG.
    Markup& empty(std::string_view tag, const Attributes& attributes = {});
    /// A whole piece, made elsewhere.
    Markup& add(const Markup& piece);
    /// `style` or `script`; its content is our own and needs no escaping.
    Markup& verbatim(std::string_view tag, std::string_view content);

    /// All that was written; everything opened has to be closed by now.
    const std::string& str() const;

private:
    void start(std::string_view tag, const Attributes& attributes);

    std::string out_;
    std::vector<std::string> open_;
};

/// A complete document: head with title and the one style sheet, `body` inside, and a few lines of
/// script where `plays` says that the page has sound.
std::string document(std::string_view title, const Markup& body, bool plays);

}  // namespace mixfarm::report
