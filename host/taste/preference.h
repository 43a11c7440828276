/// A listener's utility of every mix of a night, from few answers.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "host/taste/taste.h"

namespace mixfarm {

/// One question and what was answered.
struct Answer {
    static constexpr int kCannotTell = -1, kNoneGood = -2;
    std::vector<std::size_t> items;  ///< mixes that were offered, two at least
    int best;                        ///< place in `items`, or one of the two above
};

/// Utility is a Gaussian process over the mixes: its mean is the technical score's part and what is
/// known of the listener already, its covariance that of uncertain slopes and bends, and a smooth
/// part for all that no slope or bend explains. An answer is a choice by Luce's rule (Luce 1959)
/// among the mixes and two more, "can't tell", as likely as the mixes' geometric mean
/// (Davidson, JASA 65, 1970), and "none good", of a utility that is known; now and then it is given
/// without listening. Posterior by Laplace's method (Rasmussen and Williams 2006, 3.4; Chu and
/// Ghahramani, ICML 2005) with Fisher's information of each answer, as far as it is no lapse, in
/// place of the curvature, which need not be positive; the width of the prior by the evidence. Work
/// grows with the cube of the mixes: a few hundred are a matter of milliseconds.
class Preference {
public:
    /// Logits of "can't tell" against the mixes' mean, of "none good" against the mean of all
    /// mixes; share of answers that are given without listening. Estimates.
    static constexpr double kTieLogit = -1.5, kNoneGoodLogit = -2.5, kLapse = 0.08;

    /// `places` [mixes] taste_place(), `technical` [mixes].
    Preference(std::span<const std::vector<float>> places, std::span<const float> technical,
               const Taste& before = Taste::unknown());
    Preference(const Preference&);
    ~Preference();

    /// All answers so far; forgets what was learnt before.
    void learn(std::span<const Answer> answers);

    /// [mixes] expected utility, against the mean of all before any answer.
    const std::vector<double>& mean() const;
    double covariance(std::size_t a, std::size_t b) const;  ///< of two mixes' utilities
    /// Probability of an answer. Deterministic.
    double chance(const Answer& answer) const;
    /// The next question: `count` mixes of which the best one will be worth most on average, the
    /// expected utility of the best option (Astudillo et al., AISTATS 2023), found greedily. Only
    /// mixes that are `among` these, all where there are none.
    std::vector<std::size_t> ask(std::size_t count, std::uint64_t seed,
                                 std::span<const std::size_t> among = {}) const;
    /// Probability that a mix belongs to the best `share` of all. Deterministic.
    double among_best(std::size_t mix, double share) const;
    /// The same of the mix that is picked, the best one by the mean among some. What it is by the
    /// model is too modest below and too sure above, since listeners answer more clearly than
    /// Luce's rule has it: it is bent to what came true with those of scripts/bench taste.
    double confidence(std::size_t pick, double share) const;
    /// What is believed of the listener now, for the next song.
    Taste after() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// How many more answers may lead to a confidence of `wanted`, by how fast its logit rose so far.
/// `confidence` [answers], at least one: after the first, the second ...; 0 where it is there.
int answers_until(double wanted, std::span<const double> confidence);

}  // namespace mixfarm
