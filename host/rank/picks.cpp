/// Farthest-point selection (Gonzalez, Theor. Comput. Sci. 38, 1985) among the best of every kind.
#include "host/rank/picks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "host/rank/character.h"
#include "host/rank/spread.h"

namespace mixfarm {
namespace {

constexpr std::size_t kLeastOthers = 3;  // fewer say little of what the others are like
constexpr std::size_t kWildWords = 3;
constexpr double kAlsoSteps = 0.5;  // outside by so much it is worth a word

class Chooser {
public:
    Chooser(std::span<const Contender> all, std::span<const PickCandidate> pool)
        : all_(all), pool_(pool), open_(pool.size(), true) {
        nearest_heard_.assign(pool.size(), std::numeric_limits<double>::infinity());
        nearest_character_ = nearest_heard_;
        std::set<int> cells;
        for (std::size_t i = 0; i < pool.size(); ++i)  // best first
            best_of_kind_.push_back(at(i).cell < 0 || cells.insert(at(i).cell).second);
    }

    /// The next pick, in places of the pool; the pool's size where there is none.
    std::size_t next() const {
        if (chosen_.empty()) return 0;  // the best of all
        for (const bool of_kind : {true, false})
            for (double band = kGoodBand;; band *= 2) {
                const std::size_t good = within(band), pick = farthest(good, of_kind);
                if (pick < pool_.size()) return pick;
                if (good == pool_.size()) break;
            }
        return pool_.size();
    }

    void take(std::size_t pick) {
        open_[pick] = false;
        chosen_.push_back(pick);
        for (std::size_t i = 0; i < pool_.size(); ++i) {
            nearest_heard_[i] =
                std::min(nearest_heard_[i], heard_distance(at(i).place, at(pick).place));
            nearest_character_[i] = std::min(nearest_character_[i],
                                             heard_distance(at(i).character, at(pick).character));
        }
    }

    /// The mix that is least like those chosen, as far as it lies outside of what they are like.
    std::size_t wild() const {
        std::size_t best = pool_.size();
        const std::size_t bearable = within(kWildBand);
        for (std::size_t i = 0; i < bearable; ++i) {
            if (!free(i) || (best < pool_.size() && far(i) <= far(best))) continue;
            const auto axes = outside(i);
            if (!axes.empty() && axes.front().first >= kWildSteps) best = i;
        }
        return best;
    }
    /// "darkest, widest"
    std::string extremes(std::size_t i) const {
        std::string words;
        std::size_t count = 0;
        for (const auto& [steps, word] : outside(i))
            if (steps >= kAlsoSteps && count++ < kWildWords)
                words += (words.empty() ? "" : ", ") + std::string(word);
        return words;
    }

private:
    const Contender& at(std::size_t i) const {
        return all_[static_cast<std::size_t>(pool_[i].index)];
    }
    bool free(std::size_t i) const { return open_[i] && nearest_heard_[i] >= kMinPickDistance; }
    /// How many of the pool lie within `band` below its best score.
    std::size_t within(double band) const {
        std::size_t n = 0;
        while (n < pool_.size() &&
               score_steps(at(0).scores.total()) - score_steps(at(n).scores.total()) <=
                   score_steps(band))
            ++n;
        return n;
    }
    std::int64_t far(std::size_t i) const { return score_steps(nearest_character_[i]); }
    /// Of the first `good`: of those about as far as the farthest the one of the lowest layer, the
    /// best of these.
    std::size_t farthest(std::size_t good, bool of_kind) const {
        const auto eligible = [&](std::size_t i) {
            return free(i) && (!of_kind || best_of_kind_[i]);
        };
        std::int64_t most = -1;
        for (std::size_t i = 0; i < good; ++i)
            if (eligible(i)) most = std::max(most, far(i));
        const double enough = (1 - kAboutAsFar) * static_cast<double>(most);
        std::size_t best = pool_.size();
        for (std::size_t i = 0; i < good; ++i)
            if (eligible(i) && static_cast<double>(far(i)) >= enough &&
                (best == pool_.size() || pool_[i].pareto < pool_[best].pareto))
                best = i;
        return best;
    }
    /// By how many steps a mix lies outside of what the chosen are like, axis by axis, with the
    /// word for it; furthest out first.
    std::vector<std::pair<double, std::string_view>> outside(std::size_t i) const {
        std::vector<std::pair<double, std::string_view>> axes;
        for (std::size_t a = 0; a < std::min(at(i).character.size(), kCharacter.size()); ++a) {
            double low = HUGE_VAL, high = -HUGE_VAL;
            for (const std::size_t c : chosen_) {
                if (a >= at(c).character.size() || std::isnan(at(c).character[a])) continue;
                low = std::min<double>(low, at(c).character[a]);
                high = std::max<double>(high, at(c).character[a]);
            }
            const double x = at(i).character[a];  // NaN lies nowhere
            if (low > high) continue;
            if (x < low) axes.emplace_back(low - x, kCharacter[a].lowest);
            if (x > high) axes.emplace_back(x - high, kCharacter[a].highest);
        }
        std::stable_sort(axes.begin(), axes.end(),
                         [](const auto& a, const auto& b) { return a.first > b.first; });
        return axes;
    }

    std::span<const Contender> all_;
    std::span<const PickCandidate> pool_;
    std::vector<bool> open_, best_of_kind_;
    std::vector<double> nearest_heard_, nearest_character_;  ///< [pool] to those chosen
    std::vector<std::size_t> chosen_;
};

}  // namespace

Picks choose_picks(std::span<const Contender> all, std::span<const PickCandidate> pool, int count) {
    Chooser chooser(all, pool);
    std::vector<std::size_t> places;
    const auto wanted = static_cast<std::size_t>(std::max(count, 0));
    while (places.size() + 1 < wanted) {
        const std::size_t pick = chooser.next();
        if (pick == pool.size()) break;
        chooser.take(pick);
        places.push_back(pick);
    }
    // The last place is for the wild card.
    Picks picks;
    std::size_t wild = pool.size();
    if (places.size() >= kLeastOthers) wild = chooser.wild();
    if (wild < pool.size())
        picks.wild_card = chooser.extremes(wild);
    else if (const std::size_t pick = chooser.next(); places.size() < wanted && pick < pool.size())
        places.push_back(pick);
    std::sort(places.begin(), places.end());
    for (const std::size_t place : places) picks.indices.push_back(pool[place].index);
    if (wild < pool.size()) picks.indices.push_back(pool[wild].index);
    return picks;
}

}  // namespace mixfarm
