/// Which mixes are worth a whole song: what excerpts and the first glance, which knows the whole
/// song, say together, learnt from the songs that were heard already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "host/hearing.h"
#include "host/search/calibration.h"

namespace mixfarm {

class SongGuess {
public:
    /// `excerpts`: all that were heard so, by whatever order; borrowed. The first `always` ids are
    /// baselines.
    SongGuess(const Judge& judge, const std::vector<Heard>& excerpts, std::uint64_t always);

    /// The baselines first, then the best and different: at most `count` indices into the excerpts,
    /// each only once.
    std::vector<std::size_t> next(std::size_t count);
    void learn(std::span<const Heard> songs);

private:
    const std::vector<Heard>& excerpts_;
    std::uint64_t always_;
    Calibration calibration_;
    std::vector<bool> open_;                                ///< [excerpts] not named yet
    std::unordered_map<std::uint64_t, std::size_t> place_;  ///< by id
};

}  // namespace mixfarm
