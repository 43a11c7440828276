/// The parts of a night: what an earlier run has left is looked up, what this one makes is stored.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "host/store/results.h"

namespace mixfarm {

class NightParts {
public:
    /// `stored` are the verified parts of an earlier, interrupted run of the same plan.
    NightParts(PartStore store, std::vector<Part> stored) : store_(std::move(store)) {
        for (Part& part : stored) stored_.emplace(key(part), std::move(part));
    }
    /// Null where it is missing.
    const Part* find(std::uint32_t generation, std::uint8_t stage, std::uint64_t first) const {
        const auto at = stored_.find({generation, stage, first});
        return at == stored_.end() ? nullptr : &at->second;
    }
    /// Takes a part that find() gave out of memory.
    Part take(const Part& part) {
        auto node = stored_.extract(key(part));
        return std::move(node.mapped());
    }
    /// Wall time of all stored parts that were not taken yet.
    double seconds() const {
        double sum = 0;
        for (const auto& [key, part] : stored_) sum += part.seconds;
        return sum;
    }
    /// On disk when this returns. Throws std::system_error when the disk is full.
    void publish(const Part& part) { store_.publish(part); }

private:
    using Key = std::tuple<std::uint32_t, std::uint8_t, std::uint64_t>;
    static Key key(const Part& part) { return {part.generation, part.stage, part.first}; }

    PartStore store_;
    std::map<Key, Part> stored_;
};

}  // namespace mixfarm
