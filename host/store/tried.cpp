/// Short rows, one by one and table by table.
#include <algorithm>

#include "host/store/results.h"

namespace mixfarm {
namespace {

std::uint8_t code_of(std::vector<std::string>& origins, const std::string& name) {
    auto origin = std::find(origins.begin(), origins.end(), name);
    if (origin == origins.end()) origin = origins.insert(origins.end(), name);
    return static_cast<std::uint8_t>(origin - origins.begin());
}

}  // namespace

void TriedTable::add(std::uint64_t id_, std::uint8_t level_, const std::string& origin_,
                     std::int64_t parent_a, std::int64_t parent_b, double score_,
                     const std::vector<float>& character) {
    id.push_back(id_);
    level.push_back(level_);
    origin.push_back(code_of(origins, origin_));
    parents.insert(parents.end(), {parent_a, parent_b});
    score.push_back(static_cast<float>(score_));
    descriptors.insert(descriptors.end(), character.begin(), character.end());
}

void TriedTable::reach(std::size_t at, std::uint8_t level_, double score_,
                       const std::vector<float>& character) {
    level[at] = level_;
    score[at] = static_cast<float>(score_);
    std::copy(character.begin(), character.end(),
              descriptors.begin() + static_cast<std::ptrdiff_t>(at * character.size()));
}

void TriedTable::append(const TriedTable& more) {
    std::vector<std::uint8_t> code;
    for (const std::string& name : more.origins) code.push_back(code_of(origins, name));
    const auto join = [](auto& to, const auto& from) {
        to.insert(to.end(), from.begin(), from.end());
    };
    join(id, more.id);
    join(level, more.level);
    for (const std::uint8_t theirs : more.origin) origin.push_back(code[theirs]);
    join(parents, more.parents);
    join(score, more.score);
    join(descriptors, more.descriptors);
}

}  // namespace mixfarm
