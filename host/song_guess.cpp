/// Terms over the excerpts and terms at first glance, weighted by experience.
#include "host/song_guess.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "host/rank/rank.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

/// [3 kTerms] over the excerpts, at first glance, at a closer look.
std::vector<float> terms_of(const Heard& excerpt) {
    std::vector<float> terms(excerpt.scores.terms.begin(), excerpt.scores.terms.end());
    const std::vector<float>& foretold = excerpt.row.foretold_terms;
    terms.insert(terms.end(), foretold.begin(), foretold.end());
    return terms;
}

/// To begin with, excerpts are believed as they are.
std::vector<double> first_weights(const Judge& judge) {
    std::vector<double> weights = judge.weights();
    weights.resize(3 * kTerms, 0.0);
    return weights;
}

}  // namespace

SongGuess::SongGuess(const Judge& judge, const std::vector<Heard>& excerpts, std::uint64_t always)
    : excerpts_(excerpts),
      always_(always),
      calibration_(first_weights(judge)),
      nearest_(excerpts.size(), HUGE_VAL),
      open_(excerpts.size(), true) {
    for (std::size_t i = 0; i < excerpts.size(); ++i) place_[excerpts[i].row.id] = i;
}

std::vector<std::size_t> SongGuess::next(std::size_t count) {
    std::vector<std::size_t> chosen, whose;
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < excerpts_.size(); ++i) {
        const Heard& excerpt = excerpts_[i];
        if (!open_[i]) continue;
        if (excerpt.row.id < always_) {
            if (chosen.size() < count) chosen.push_back(i), open_[i] = false;
            continue;
        }
        Contender c{excerpt.row.id, excerpt.row.stage, excerpt.scores, excerpt.place};
        c.scores.technical = static_cast<float>(calibration_.guess(terms_of(excerpt)));
        contenders.push_back(std::move(c));
        whose.push_back(i);
    }
    const auto name = [&](std::size_t k) {
        chosen.push_back(whose[k]);
        open_[whose[k]] = false;
        ++named_;
        for (std::size_t i = 0; i < excerpts_.size(); ++i)
            if (open_[i])
                nearest_[i] =
                    std::min(nearest_[i], heard_distance(excerpts_[i].place, contenders[k].place));
    };
    const std::size_t wanted = count - chosen.size();
    std::vector<std::pair<std::uint64_t, std::size_t>> plain;  // in an order that ids scramble
    for (std::size_t k = 0; k < contenders.size(); ++k)
        if (contenders[k].scores.rejected == Reject::none)
            plain.emplace_back(mix_bits(contenders[k].id), k);
    std::sort(plain.begin(), plain.end());
    plain.resize(std::min({plain.size(), wanted, (named_ + wanted) / kPlainOf - plain_.size()}));
    for (const auto& [order, k] : plain) {
        plain_.insert(contenders[k].id);
        contenders[k].scores.rejected = Reject::silent;  // no contender any more
        name(k);
    }
    std::vector<double> nearest;
    for (const std::size_t i : whose) nearest.push_back(nearest_[i]);
    for (const int k : promote(contenders, static_cast<int>(count - chosen.size()), nearest))
        name(static_cast<std::size_t>(k));
    return chosen;
}

void SongGuess::learn(std::span<const Heard> songs) {
    for (const Heard& song : songs) {
        const Heard& excerpt = excerpts_[place_.at(song.row.id)];
        if (plain(song.row.id)) {
            excerpt_score_.push_back(excerpt.scores.technical);
            song_score_.push_back(song.scores.technical);
        }
        const bool both = song.scores.rejected == Reject::none &&
                          excerpt.scores.rejected == Reject::none && !excerpt.row.unit.empty();
        if (both) calibration_.learn(terms_of(excerpt), song.scores.technical);
    }
    calibration_.fit();
}

}  // namespace mixfarm
