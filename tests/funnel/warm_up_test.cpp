/// What a second of warm-up leaves of what went before, against the song from its first sample.
#include "host/warm_up.h"

#include <gtest/gtest.h>

#include "tests/funnel/night.h"

namespace mixfarm {
namespace {

using testing::studio;

Heard heard_with(std::uint64_t id, bool slow) {
    Heard h;
    h.row.id = id;
    h.row.values = studio().space.rule_based();
    const std::vector<Knob>& knobs = studio().space.knobs();
    for (std::size_t k = 0; k < knobs.size(); ++k) {
        float& value = h.row.values[k];
        const std::string_view name = knobs[k].name;
        if (!name.starts_with("bus/master/multiband.")) continue;
        if (name.ends_with(".mix")) value = 1;
        if (name.ends_with("_ratio")) value = knobs[k].high;
        if (name.ends_with("_threshold_db")) value = -45;
        if (name.ends_with(".release_ms")) value = slow ? knobs[k].high : knobs[k].low;
        if (name.ends_with(".attack_ms")) value = slow ? knobs[k].high : knobs[k].low;
    }
    const MixSettings mix = studio().space.settings(h.row.values);
    h.row.master_gain_db =
        studio()
            .engine->evaluate({&mix, 1}, studio().profile.telling, studio().target)
            .front()
            .master_gain_db;
    return h;
}

TEST(WarmUp, IsLongEnoughForWhatForgetsSoonAndToldWhereItIsNot) {
    const std::vector<Heard> both = {heard_with(0, false), heard_with(1, true)};
    const double little = warm_up_error(studio(), std::span(both).first(1));
    EXPECT_LT(little, 0.01);
    EXPECT_GT(warm_up_error(studio(), both), 3 * little);
    EXPECT_EQ(warm_up_error(studio(), {}), 0);
}

}  // namespace
}  // namespace mixfarm
