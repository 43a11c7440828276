/// Every hard reject fires on its own fault, alone, and not a hair earlier.
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <set>

#include "tests/score/fine_mix.h"

namespace mixfarm {
namespace {

using testing::set;

struct Edge {
    Reject expected;
    std::function<void(Measurement&, StemMetrics&)> just_fine, too_far;
};

/// One metric at its last good and its first bad value.
Edge metric(Reject expected, const char* name, double good, double bad) {
    return {expected, [=](Measurement& m, StemMetrics&) { set(m, name, good); },
            [=](Measurement& m, StemMetrics&) { set(m, name, bad); }};
}

std::vector<Edge> edges() {
    const auto nothing = [](Measurement&, StemMetrics&) {};
    return {
        {Reject::not_finite, nothing, [](Measurement& m, StemMetrics&) { m.finite = false; }},
        metric(Reject::silent, "integrated_lufs", -14, -60.1),
        metric(Reject::silent, "integrated_lufs", -14, std::nan("")),
        metric(Reject::silent, "integrated_lufs", -14, -HUGE_VAL),
        metric(Reject::clipped, "true_peak_dbtp", -0.96, -0.94),
        metric(Reject::clipped, "sample_peak_dbfs", 0, 0.01),
        metric(Reject::off_target, "integrated_lufs", -13.51, -13.49),
        metric(Reject::off_target, "integrated_lufs", -14.49, -14.51),
        metric(Reject::mono_collapse, "mono_loss_db", 5.9, 6.1),
        metric(Reject::mono_collapse, "correlation", -0.19, -0.21),
        metric(Reject::crushed, "plr_db", 6.1, 5.9),
        {Reject::crushed, [](Measurement& m, StemMetrics&) { m.limiter_loss_lu = 3.9f; },
         [](Measurement& m, StemMetrics&) { m.limiter_loss_lu = 4.1f; }},
        {Reject::lost_stem, nothing, [](Measurement&, StemMetrics& s) { s.lost_stem = 2; }},
        metric(Reject::one_sided, "balance_db", 5.9, 6.1),
        metric(Reject::one_sided, "balance_db", -5.9, -6.1),
        metric(Reject::one_sided, "balance_db", 0, std::nan("")),  // one side is dead
    };
}

TEST(Reject, EachFaultFiresAloneAndOnlyBeyondItsBound) {
    const Style style = testing::neutral();
    const Judge judge = testing::FineSong(3).judge();
    for (const Edge& edge : edges()) {
        SCOPED_TRACE(reject_name(edge.expected));
        Measurement good = testing::fine_measurement(style, 3), bad = good;
        StemMetrics good_stems = testing::fine_stems(style), bad_stems = good_stems;
        edge.just_fine(good, good_stems);
        edge.too_far(bad, bad_stems);
        const Scores kept = judge.score(good, good_stems), out = judge.score(bad, bad_stems);
        EXPECT_EQ(kept.rejected, Reject::none) << reject_name(kept.rejected);
        EXPECT_GT(kept.technical, 0);
        EXPECT_EQ(out.rejected, edge.expected) << reject_name(out.rejected);
        EXPECT_EQ(out.technical, 0);
        for (const float term : out.terms) EXPECT_EQ(term, 0);
        std::printf("%-14s kept at %.3f, then out: %s\n", reject_name(edge.expected).data(),
                    kept.technical, reject_reason(out.rejected).data());
    }
}

TEST(Reject, NamesAndReasonsAreDistinct) {
    std::set<std::string_view> names, reasons;
    for (int r = 0; r <= 8; ++r) {
        names.insert(reject_name(static_cast<Reject>(r)));
        reasons.insert(reject_reason(static_cast<Reject>(r)));
    }
    EXPECT_EQ(names.size(), 9u);
    EXPECT_EQ(reasons.size(), 9u);
}

}  // namespace
}  // namespace mixfarm
