/// "Did you mean": the known words nearest to one that is not known.
#pragma once

#include <string>
#include <vector>

namespace mixfarm {

/// The words of `known` equally near to `word`, at most three, in their own order; empty when none
/// is near. Nearness is the optimal string alignment distance (edits and neighbour swaps), to the
/// whole word or to one of its `_` parts.
std::vector<std::string> nearest_words(const std::string& word,
                                       const std::vector<std::string>& known);

/// "; did you mean 'a' or 'b'?", or nothing when no known word is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

/// did_you_mean, and then all there is: "; did you mean 'a'? Known are: a, b, c" or "; known are:
/// a, b, c".
std::string choices(const std::string& word, const std::vector<std::string>& known);

/// "a, b, c"
std::string join(const std::vector<std::string>& words);

}  // namespace mixfarm
