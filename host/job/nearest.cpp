/// Finds the known words nearest to a mistyped one.
#include "host/job/nearest.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace mixfarm {
namespace {

std::string fold(std::string word) {
    for (char& c : word) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (c == '-' || c == ' ') c = '_';
    }
    return word;
}

// Optimal string alignment distance: insert, delete, replace, swap neighbours, each costs 1.
int distance(const std::string& a, const std::string& b) {
    const std::size_t width = b.size() + 1;
    std::vector<int> d((a.size() + 1) * width);
    for (std::size_t i = 0; i <= a.size(); ++i) d[i * width] = static_cast<int>(i);
    for (std::size_t j = 0; j <= b.size(); ++j) d[j] = static_cast<int>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const int replace = d[(i - 1) * width + j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            int best = std::min({d[(i - 1) * width + j] + 1, d[i * width + j - 1] + 1, replace});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = std::min(best, d[(i - 2) * width + j - 2] + 1);
            d[i * width + j] = best;
        }
    }
    return d.back();
}

// Twice the distance, so that a match with a part of the known word can count half an edit more
// than the whole word.
int cost(const std::string& word, const std::string& known) {
    int best = 2 * distance(word, known);
    std::istringstream parts(known);
    for (std::string part; std::getline(parts, part, '_');) {
        if (part.size() < 3 || part == known) continue;
        best = std::min(best, 2 * distance(word, part) + 1);
    }
    if (word.size() >= 3 && known.starts_with(word)) best = std::min(best, 2);
    return best;
}

}  // namespace

std::vector<std::string> nearest_words(const std::string& word,
                                       const std::vector<std::string>& known) {
    constexpr std::size_t kLongest = 256;
    if (word.size() > kLongest) return {};
    const std::string folded = fold(word);
    int best = 2 * std::max<int>(1, static_cast<int>(word.size()) / 3) + 1;
    std::vector<std::string> found;
    for (const std::string& candidate : known) {
        const int c = cost(folded, fold(candidate));
        if (c > best || c >= 2 * static_cast<int>(word.size())) continue;
        if (c < best) found.clear();
        best = c;
        if (found.size() < 3) found.push_back(candidate);
    }
    return found;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
    const std::vector<std::string> words = nearest_words(word, known);
    if (words.empty()) return "";
    std::string result = "; did you mean '" + words[0];
    for (std::size_t i = 1; i < words.size(); ++i)
        result += (i + 1 == words.size() ? "' or '" : "', '") + words[i];
    return result + "'?";
}

std::string choices(const std::string& word, const std::vector<std::string>& known) {
    const std::string guess = did_you_mean(word, known);
    return guess + (guess.empty() ? "; known are: " : " Known are: ") + join(known);
}

std::string join(const std::vector<std::string>& words) {
    std::string result;
    for (const std::string& word : words) result += (result.empty() ? "" : ", ") + word;
    return result;
}

}  // namespace mixfarm
