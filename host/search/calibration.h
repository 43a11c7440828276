/// What scores over excerpts say of scores over whole songs, learnt while the night runs; and how
/// well guesses order what was found out later.
#pragma once

#include <span>
#include <vector>

namespace mixfarm {

/// Ridge regression of a score on the terms of the level below: Hoerl and Kennard, Technometrics 12
/// (1970). Without pairs the guess is the terms' own weighted mean; pairs pull the weights away
/// from there as far as they agree.
class Calibration {
public:
    /// `weights` [terms] with which the terms make up the score, summing to 1.
    explicit Calibration(std::vector<double> weights);

    /// `terms` [terms] of the level below, `score` of the level above.
    void learn(std::span<const float> terms, double score);
    /// Takes what was learnt into account from now on.
    void fit();
    double guess(std::span<const float> terms) const;

private:
    std::vector<double> prior_, weights_;  ///< [terms] and a constant
    std::vector<double> rows_;             ///< [pairs][terms]
    std::vector<double> scores_;           ///< [pairs]
};

/// How well guesses order what was found out later.
struct Agreement {
    double spearman;     ///< rank correlation; NaN for fewer than three
    double recall_top5;  ///< share of the best twentieth that guesses name too; NaN likewise
    std::size_t pairs;
};
Agreement agreement(const std::vector<double>& guess, const std::vector<double>& truth);
/// Share of the best twentieth by `truth` among the best `kept` share by `guess`: what is not lost
/// where so many are promoted. NaN for fewer than three.
double recall_at(const std::vector<double>& guess, const std::vector<double>& truth, double kept);

}  // namespace mixfarm
