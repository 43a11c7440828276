/// A mix's character moves along the axis of what was changed, and along no other.
#include "host/rank/character.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mixfarm {
namespace {

struct Mix {
    Measurement m;
    StemMetrics stems;
    Mix() {
        m.metrics.assign(mix_metrics().size(), std::nanf(""));
        set("microdynamics_lu", 3.5f);
        set("loudness_range_lu", 6);
        stems.reverb_to_dry_lu = -18;
        stems.lead_to_rest_lu = 1;
        stems.range_excess_lu = 1;
        for (std::size_t b = 0; b < kBands; ++b) {
            m.left_power[b] = m.right_power[b] = 1;
            m.cross_power[b] = 0.5f;
        }
    }
    void set(const char* name, float value) {
        m.metrics[static_cast<std::size_t>(metric_index(name))] = value;
    }
    std::vector<float> character() const { return character_of(m, stems); }
};

enum Axis : std::size_t { brightness, weight, width, punch, wetness, lead, contrast };

TEST(Character, IsWhatItsAxesSay) {
    const std::vector<float> c = Mix().character();
    ASSERT_EQ(c.size(), kCharacter.size());
    EXPECT_NEAR(c[brightness], 10 * std::log10(8.0 / 30), 1e-4);  // 4 to 20 kHz: eight of thirty
    EXPECT_NEAR(c[weight], 10 * std::log10(8.0 / 30), 1e-4);      // 25 to 125 Hz likewise
    EXPECT_NEAR(c[width], 10 * std::log10(0.25 / 0.75), 1e-4);
    EXPECT_EQ(c[punch], 3.5f);
    EXPECT_EQ(c[wetness], -18);
    EXPECT_EQ(c[lead], 1);
    EXPECT_EQ(c[contrast], 5);
}

TEST(Character, MovesAlongOneAxis) {
    Mix bright;
    for (std::size_t b = 22; b < kBands; ++b)
        for (auto* power : {&bright.m.left_power, &bright.m.right_power, &bright.m.cross_power})
            (*power)[b] *= 2;
    Mix narrow;
    for (std::size_t b = 9; b < kBands; ++b) narrow.m.cross_power[b] = 0.9f;
    const std::vector<float> was = Mix().character(), shines = bright.character(),
                             thin = narrow.character();
    EXPECT_GT(shines[brightness], was[brightness] + 1.9);
    EXPECT_NEAR(shines[width], was[width], 1e-5);
    EXPECT_LT(thin[width], was[width] - 6);
    EXPECT_EQ(thin[brightness], was[brightness]);
}

TEST(Character, OfNothingIsUnknown) {
    Mix silent;
    silent.m.left_power = silent.m.right_power = silent.m.cross_power = {};
    const std::vector<float> c = silent.character();
    for (const Axis axis : {brightness, weight, width}) EXPECT_TRUE(std::isnan(c[axis]));
    Mix mono;
    mono.m.cross_power.fill(1);
    EXPECT_EQ(mono.character()[width], -30);
}

TEST(Character, CountsInStepsDownToWhatIsFaint) {
    const std::vector<float> steps =
        character_steps(std::vector<float>{-12, -4, -50, 3, -60, 1, std::nanf("")});
    EXPECT_EQ(steps[brightness], -6);
    EXPECT_EQ(steps[width], -12) << "as good as mono";
    EXPECT_EQ(steps[wetness], -8) << "as good as dry";
    EXPECT_EQ(steps[lead], 0.5f);
    EXPECT_TRUE(std::isnan(steps[contrast]));
}

}  // namespace
}  // namespace mixfarm
