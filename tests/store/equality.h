/// Nights and parts that are equal to the bit, NaN and its payload included.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <utility>
#include <vector>

#include "host/store/results.h"

namespace mixfarm::test {

template <class T>
bool same_bits(const T& a, const T& b) {
    return std::memcmp(&a, &b, sizeof(T)) == 0;
}
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

#define MF_SAME(field) \
    if (!same_bits(a.field, b.field)) return ::testing::AssertionFailure() << #field " differs"
#define MF_EQUAL(field) \
    if (!(a.field == b.field)) return ::testing::AssertionFailure() << #field " differs"

inline ::testing::AssertionResult same(const Row& a, const Row& b) {
    MF_EQUAL(id);
    MF_EQUAL(stage);
    MF_EQUAL(origin);
    MF_EQUAL(parent_a);
    MF_EQUAL(parent_b);
    MF_EQUAL(finite);
    MF_SAME(values);
    MF_SAME(master_gain_db);
    MF_SAME(limiter_loss_lu);
    MF_SAME(metrics);
    MF_SAME(left_power);
    MF_SAME(right_power);
    MF_SAME(cross_power);
    MF_SAME(stem_power);
    MF_SAME(unit);
    MF_SAME(foretold_terms);
    MF_SAME(foretold_metrics);
    MF_SAME(guessed);
    return ::testing::AssertionSuccess();
}

inline ::testing::AssertionResult same(const TriedTable& a, const TriedTable& b) {
    MF_EQUAL(origins);
    MF_EQUAL(id);
    MF_EQUAL(level);
    MF_EQUAL(origin);
    MF_EQUAL(parents);
    MF_SAME(score);
    MF_SAME(descriptors);
    return ::testing::AssertionSuccess();
}

inline ::testing::AssertionResult same_rows(const std::vector<Row>& a, const std::vector<Row>& b) {
    if (a.size() != b.size())
        return ::testing::AssertionFailure() << a.size() << " rows against " << b.size();
    for (std::size_t i = 0; i < a.size(); ++i)
        if (const auto result = same(a[i], b[i]); !result)
            return ::testing::AssertionFailure() << "row " << i << ": " << result.message();
    return ::testing::AssertionSuccess();
}

inline ::testing::AssertionResult same(const Part& a, const Part& b) {
    MF_EQUAL(plan_hash);
    MF_EQUAL(generation);
    MF_EQUAL(stage);
    MF_EQUAL(first);
    MF_SAME(seconds);
    if (const auto result = same(a.tried, b.tried); !result)
        return ::testing::AssertionFailure() << "tried: " << result.message();
    return same_rows(a.rows, b.rows);
}

inline ::testing::AssertionResult same(const Results& a, const Results& b) {
    MF_EQUAL(attributes);
    MF_EQUAL(seed);
    MF_EQUAL(metrics);
    MF_EQUAL(terms);
    MF_EQUAL(words);
    MF_EQUAL(wild_cards);
    MF_EQUAL(order);
    MF_EQUAL(picks);
    MF_EQUAL(rejected);
    MF_EQUAL(pareto);
    MF_SAME(band_centres_hz);
    MF_SAME(technical);
    MF_SAME(stage0_technical);
    MF_SAME(stage2_technical);
    MF_SAME(archive.middles);
    MF_EQUAL(archive.elite);
    MF_SAME(archive.score);
    MF_EQUAL(descriptors.size());
    MF_EQUAL(stems.size());
    MF_EQUAL(sections.size());
    MF_EQUAL(knobs.size());
    MF_EQUAL(automation.size());
    MF_EQUAL(moves.size());
    for (std::size_t i = 0; i < a.moves.size(); ++i) {
        MF_EQUAL(moves[i].name);
        MF_EQUAL(moves[i].family);
        MF_EQUAL(moves[i].reason);
        MF_EQUAL(moves[i].places.size());
        for (std::size_t p = 0; p < a.moves[i].places.size(); ++p) {
            MF_EQUAL(moves[i].places[p].name);
            MF_SAME(moves[i].places[p].start_s);
            MF_SAME(moves[i].places[p].end_s);
        }
        MF_EQUAL(moves[i].lanes.size());
        for (std::size_t l = 0; l < a.moves[i].lanes.size(); ++l) {
            MF_EQUAL(moves[i].lanes[l].channel);
            MF_EQUAL(moves[i].lanes[l].effect);
            MF_EQUAL(moves[i].lanes[l].param);
            MF_EQUAL(moves[i].lanes[l].law);
            MF_EQUAL(moves[i].lanes[l].what);
            MF_SAME(moves[i].lanes[l].amounts.least);
            MF_SAME(moves[i].lanes[l].amounts.typical);
            MF_SAME(moves[i].lanes[l].amounts.most);
            MF_EQUAL(moves[i].lanes[l].shape.size());
            for (std::size_t p = 0; p < a.moves[i].lanes[l].shape.size(); ++p) {
                MF_SAME(moves[i].lanes[l].shape[p].seconds);
                MF_SAME(moves[i].lanes[l].shape[p].value);
            }
        }
    }
    for (std::size_t i = 0; i < a.moves.size(); ++i)
        for (std::size_t l = 0; l < a.moves[i].layers.size(); ++l) {
            MF_EQUAL(moves[i].layers.size());
            MF_EQUAL(moves[i].layers[l].stem);
            MF_EQUAL(moves[i].layers[l].instead);
            MF_EQUAL(moves[i].layers[l].what);
            MF_SAME(moves[i].layers[l].above);
            MF_SAME(moves[i].layers[l].upto);
            MF_SAME(moves[i].layers[l].level_db.least);
            MF_SAME(moves[i].layers[l].level_db.typical);
            MF_SAME(moves[i].layers[l].level_db.most);
        }
    MF_EQUAL(made.size());
    for (std::size_t i = 0; i < a.made.size(); ++i) {
        MF_EQUAL(made[i].id);
        MF_EQUAL(made[i].move);
        MF_SAME(made[i].strength);
        MF_SAME(made[i].technical_without);
    }
    MF_EQUAL(funnel.size());
    MF_EQUAL(audition.size());
    for (std::size_t i = 0; i < a.audition.size(); ++i) {
        MF_EQUAL(audition[i].name);
        MF_EQUAL(audition[i].file);
        MF_EQUAL(audition[i].id);
        MF_SAME(audition[i].loudness_lufs);
        MF_SAME(audition[i].true_peak_dbtp);
        MF_SAME(audition[i].gain_db);
    }
    MF_EQUAL(taste.size());
    for (std::size_t i = 0; i < a.taste.size(); ++i) MF_SAME(taste[i]);
    MF_EQUAL(choices.size());
    for (std::size_t i = 0; i < a.choices.size(); ++i) {
        MF_EQUAL(choices[i].question);
        MF_EQUAL(choices[i].slot);
        MF_EQUAL(choices[i].mix);
        MF_EQUAL(choices[i].chosen);
        MF_SAME(choices[i].heard_s);
        MF_EQUAL(choices[i].repeat_of);
        MF_EQUAL(choices[i].answer);
        MF_EQUAL(choices[i].time);
    }
    for (std::size_t i = 0; i < a.stems.size(); ++i) {
        MF_EQUAL(stems[i].name);
        MF_EQUAL(stems[i].role);
        MF_EQUAL(stems[i].file);
        MF_EQUAL(stems[i].sha256);
        MF_EQUAL(stems[i].channels);
        MF_EQUAL(stems[i].rate);
        MF_EQUAL(stems[i].frames);
    }
    for (std::size_t i = 0; i < a.sections.size(); ++i) {
        MF_EQUAL(sections[i].name);
        MF_SAME(sections[i].start_s);
        MF_SAME(sections[i].end_s);
    }
    for (std::size_t i = 0; i < a.knobs.size(); ++i) {
        MF_EQUAL(knobs[i].name);
        MF_EQUAL(knobs[i].unit);
        MF_EQUAL(knobs[i].stem);
        MF_EQUAL(knobs[i].effect);
        MF_EQUAL(knobs[i].scale);
        MF_SAME(knobs[i].low);
        MF_SAME(knobs[i].high);
        MF_SAME(knobs[i].neutral);
    }
    for (std::size_t i = 0; i < a.automation.size(); ++i) {
        MF_EQUAL(automation[i].knob);
        MF_SAME(automation[i].at_s);
        MF_SAME(automation[i].value);
    }
    for (std::size_t i = 0; i < a.funnel.size(); ++i) {
        MF_EQUAL(funnel[i].level);
        MF_EQUAL(funnel[i].candidates);
        MF_SAME(funnel[i].seconds);
        MF_SAME(funnel[i].spearman);
        MF_SAME(funnel[i].recall_top5);
        MF_SAME(funnel[i].promoted);
        MF_SAME(funnel[i].recall_promoted);
    }
    for (std::size_t i = 0; i < a.descriptors.size(); ++i) {
        MF_EQUAL(descriptors[i].name);
        MF_EQUAL(descriptors[i].unit);
        MF_SAME(descriptors[i].low);
        MF_SAME(descriptors[i].high);
    }
    for (const auto& [name, list] : {std::pair{"stage0_metrics", &Results::stage0_metrics},
                                     {"stage2_metrics", &Results::stage2_metrics},
                                     {"scores", &Results::scores}}) {
        if ((a.*list).size() != (b.*list).size())
            return ::testing::AssertionFailure() << name << ": length";
        for (std::size_t i = 0; i < (a.*list).size(); ++i)
            if (!same_bits((a.*list)[i], (b.*list)[i]))
                return ::testing::AssertionFailure() << name << " differs in row " << i;
    }
    if (const auto result = same(a.tried, b.tried); !result)
        return ::testing::AssertionFailure() << "tried: " << result.message();
    return same_rows(a.rows, b.rows);
}

#undef MF_SAME
#undef MF_EQUAL

}  // namespace mixfarm::test
