/// Terms over the excerpts and terms at first glance, weighted by experience.
#include "host/song_guess.h"

#include <algorithm>

#include "host/rank/rank.h"

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
            if (chosen.size() < count) chosen.push_back(i);
            continue;
        }
        Contender c{excerpt.row.id, excerpt.row.stage, excerpt.scores, excerpt.place};
        c.scores.technical = static_cast<float>(calibration_.guess(terms_of(excerpt)));
        contenders.push_back(std::move(c));
        whose.push_back(i);
    }
    for (const int i : promote(contenders, static_cast<int>(count - chosen.size())))
        chosen.push_back(whose[static_cast<std::size_t>(i)]);
    for (const std::size_t i : chosen) open_[i] = false;
    return chosen;
}

void SongGuess::learn(std::span<const Heard> songs) {
    for (const Heard& song : songs) {
        const Heard& excerpt = excerpts_[place_.at(song.row.id)];
        const bool both = song.scores.rejected == Reject::none &&
                          excerpt.scores.rejected == Reject::none && !excerpt.row.unit.empty();
        if (both) calibration_.learn(terms_of(excerpt), song.scores.technical);
    }
    calibration_.fit();
}

}  // namespace mixfarm
