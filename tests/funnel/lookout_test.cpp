/// Looking at mixes whose knobs move.
#include "host/lookout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "host/space/means.h"
#include "tests/funnel/night.h"

namespace mixfarm {
namespace {

Knob knob_of(const char* unit, Scale scale) {
    Knob knob{};
    knob.unit = unit;
    knob.scale = scale;
    return knob;
}

TEST(Lookout, TakesAKnobThatMovesForItsMeanWhileItsChannelSounds) {
    // A second of sound, a second of silence, two of sound half as strong.
    std::vector<double> power(40, 0.0);
    std::fill(power.begin(), power.begin() + 10, 1.0);
    std::fill(power.begin() + 20, power.end(), 0.5);
    const Knob fader = knob_of("dB", Scale::linear), pan = knob_of("", Scale::linear),
               hertz = knob_of("Hz", Scale::log);
    // 0 dB in the first second, -10 dB behind it.
    const Automation step{0, {{0, 0}, {1, 0}, {1.0001, -10}}};
    EXPECT_NEAR(mean_of(step, fader, power), 10 * std::log10((10 * 1.0 + 20 * 0.5 * 0.1) / 20),
                1e-3);
    // A pan from left to right over four seconds, held outside of its points.
    const Automation sweep{0, {{0, -1}, {4, 1}}};
    double sum = 0;
    for (std::size_t i = 0; i < power.size(); ++i)
        sum += power[i] * (-1 + 2 * (static_cast<double>(i) + 0.5) / 40);
    EXPECT_NEAR(mean_of(sweep, pan, power), sum / 20, 1e-6);
    const Automation open{0, {{0.95, 200}, {2, 200}, {2.0001, 12800}}};
    EXPECT_NEAR(mean_of(open, hertz, power), std::sqrt(200.0 * 12800), 1);
    EXPECT_EQ(mean_of(step, fader, std::vector<double>(40, 0.0)), 0) << "it never sounds";
}

TEST(Lookout, ForetellsTheLevelOfALeadThatIsRidden) {
    Job job = testing::small_job(100);
    for (StemJob& stem : job.stems)
        if (stem.file.filename() == "lead_vocal.flac")
            stem.automation = {{"fader_db", {{0, "", 0}, {30, "", 0}, {30, "", -14}}}};
    Progress progress;
    const Studio ridden(job, "cpu", 2, progress);
    ASSERT_FALSE(ridden.space.automation().empty());
    const Studio& still = testing::studio();
    const auto looked = [](const Studio& studio, const Candidate& c, Glance glance) {
        const Sighting seen = Lookout(studio, 2).foretell({&c, 1}, glance).front();
        return static_cast<double>(seen.stems.lead_to_rest_lu);
    };
    const auto heard = [](const Studio& studio, const Candidate& c) {
        const MixSettings mix = studio.space.settings(studio.space.values(c.unit));
        const Excerpt whole = whole_song(studio.song);
        const Measurement m =
            studio.engine->evaluate({&mix, 1}, {&whole, 1}, studio.target).front();
        return static_cast<double>(studio.judge.stem_metrics(m, mix, 0, 3).lead_to_rest_lu);
    };
    Candidate c = blank(2, "typical", ridden.space.searched().size()),
              s = blank(2, "typical", still.space.searched().size());
    const double fell = heard(ridden, c) - heard(still, s);
    std::printf("  the lead fell by %.2f LU; foretold", -fell);
    EXPECT_LT(fell, -1.5);
    for (const Glance glance : {Glance::levels, Glance::dynamics}) {
        const double guess = looked(ridden, c, glance) - looked(still, s, glance);
        std::printf(" %.2f", -guess);
        // Compressors even out what the dry stem's power says of its parts.
        EXPECT_NEAR(guess, fell, 2);
    }
    std::printf("\n");
}

}  // namespace
}  // namespace mixfarm
