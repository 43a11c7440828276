/// What heard mixes teach about their like: laid over its own foretelling it is the mix itself.
#include "host/experience.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/core/random.h"

namespace mixfarm {
namespace {

/// Some mix: bands with any image, every metric some number.
Sighting some_sighting(std::uint64_t seed, double decades = 0.6, double correlated = 0.6) {
    const RandomStream random(seed, 1);
    Sighting s;
    std::uint64_t draw = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double left = std::pow(10, -decades * random.uniform(draw++)),
                     right = std::pow(10, -decades * random.uniform(draw++));
        s.mix.left_power[b] = static_cast<float>(left);
        s.mix.right_power[b] = static_cast<float>(right);
        s.mix.cross_power[b] = static_cast<float>(correlated * (2 * random.uniform(draw++) - 1) *
                                                  std::sqrt(left * right));
    }
    s.mix.limiter_loss_lu = static_cast<float>(random.uniform(draw++));
    std::vector<float> all(all_metrics().size());
    for (float& value : all) value = static_cast<float>(random.uniform(draw++));
    s.stems = stem_metrics_of(all);
    all.resize(mix_metrics().size());
    s.mix.metrics = all;
    return s;
}

double level(double power) {
    return 10 * std::log10(power);
}
double middle(const Measurement& m, std::size_t b) {
    return m.left_power[b] + m.right_power[b] + 2.0 * m.cross_power[b];
}
double sides(const Measurement& m, std::size_t b) {
    return m.left_power[b] + m.right_power[b] - 2.0 * m.cross_power[b];
}

TEST(Experience, OfAMixItselfGivesWhatWasHeard) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Sighting foretold = some_sighting(2 * seed);
        const Sighting heard = some_sighting(2 * seed + 1);
        const int lost = foretold.stems.lost_stem = 3;
        const StemMetrics known = foretold.stems;  // what follows from settings stays
        const float nearness = known.reference_nearness;
        Experience experience;
        experience.learn(foretold, heard);
        experience.correct(foretold);
        for (std::size_t b = 0; b < kBands; ++b) {
            const double near = 1e-5 * (heard.mix.left_power[b] + heard.mix.right_power[b]);
            EXPECT_NEAR(foretold.mix.left_power[b], heard.mix.left_power[b], near);
            EXPECT_NEAR(foretold.mix.right_power[b], heard.mix.right_power[b], near);
            EXPECT_NEAR(foretold.mix.cross_power[b], heard.mix.cross_power[b], near);
        }
        EXPECT_NEAR(foretold.mix.limiter_loss_lu, heard.mix.limiter_loss_lu, 1e-6);
        StemMetrics wanted = heard.stems;
        wanted.reference_nearness = nearness;
        wanted.prior_distance = known.prior_distance;
        wanted.effects = known.effects;
        wanted.undone_db = known.undone_db;
        const std::vector<float> has = all_metrics(foretold.mix, foretold.stems),
                                 wants = all_metrics(heard.mix, wanted);
        for (std::size_t i = 0; i < has.size(); ++i)
            EXPECT_NEAR(has[i], wants[i], 1e-6) << all_metrics()[i].name;
        EXPECT_EQ(foretold.stems.lost_stem, lost);
    }
}

TEST(Experience, OfOneMixMovesAnotherAsFar) {
    const Sighting parent = some_sighting(1, 0.3, 0.3), heard = some_sighting(2, 0.3, 0.3);
    const Sighting child = some_sighting(3, 0.3, 0.3);
    Sighting corrected = child;
    Experience experience;
    experience.learn(parent, heard);
    experience.correct(corrected);
    int free = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double most = std::sqrt(corrected.mix.left_power[b] * corrected.mix.right_power[b]);
        EXPECT_LE(std::fabs(corrected.mix.cross_power[b]), 1.0001 * most);
        if (std::fabs(corrected.mix.cross_power[b]) > 0.99 * most) continue;
        ++free;
        for (const auto power : {middle, sides})
            EXPECT_NEAR(level(power(corrected.mix, b)) - level(power(child.mix, b)),
                        level(power(heard.mix, b)) - level(power(parent.mix, b)), 0.01)
                << "of band " << b;
    }
    EXPECT_GT(free, 10);
    EXPECT_NEAR(corrected.mix.metric("plr_db") - child.mix.metric("plr_db"),
                heard.mix.metric("plr_db") - parent.mix.metric("plr_db"), 1e-5);
    EXPECT_NEAR(corrected.stems.lead_to_rest_lu - child.stems.lead_to_rest_lu,
                heard.stems.lead_to_rest_lu - parent.stems.lead_to_rest_lu, 1e-5);
}

/// All bands as loud as that, in the middle.
Sighting as_loud(double db) {
    Sighting s = some_sighting(1);
    const auto power = static_cast<float>(std::pow(10, db / 10));
    s.mix.left_power.fill(power), s.mix.right_power.fill(power), s.mix.cross_power.fill(power / 2);
    return s;
}

TEST(Experience, CountsThoseNearbyForMost) {
    // Mixes come out louder than foretold by a tenth of their level: so do those in between.
    Experience experience;
    for (int db = -30; db <= 0; db += 2) experience.learn(as_loud(db), as_loud(db + db / 10.0));
    for (double db = -29; db < 0; db += 2.2) {
        Sighting mix = as_loud(db);
        experience.correct(mix);
        EXPECT_NEAR(level(mix.mix.left_power[7]), 1.1 * db, 0.5) << "foretold " << db;
    }
    Sighting known = as_loud(-14);
    experience.correct(known);
    EXPECT_NEAR(level(known.mix.left_power[7]), -15.4, 0.01) << "one that was heard itself";
}

TEST(Experience, ForgetsTheOldest) {
    Experience experience;
    experience.learn(as_loud(0), as_loud(-10));
    for (std::size_t i = 0; i < Experience::kMost; ++i)
        experience.learn(as_loud(-20), as_loud(-20));
    EXPECT_EQ(experience.size(), Experience::kMost);
    Sighting mix = as_loud(0);
    experience.correct(mix);
    EXPECT_NEAR(level(mix.mix.left_power[7]), 0, 0.01);
}

TEST(Experience, PeaksStayBelowTheCeiling) {
    const auto peaking = [](float dbtp) {
        Sighting s = some_sighting(1);
        s.mix.metrics[static_cast<std::size_t>(metric_index("true_peak_dbtp"))] = dbtp;
        return s;
    };
    Experience experience;
    experience.learn(peaking(-3), peaking(-1));  // the limiter held it at -1
    Sighting mix = peaking(-1.5f);
    experience.correct(mix);
    EXPECT_FLOAT_EQ(mix.mix.metric("true_peak_dbtp"), -1);
}

TEST(Experience, WithoutAnyChangesNothing) {
    Sighting mix = some_sighting(5);
    const Sighting before = mix;
    Experience().correct(mix);
    EXPECT_EQ(mix.mix.left_power, before.mix.left_power);
    EXPECT_EQ(mix.mix.metrics, before.mix.metrics);
}

TEST(Experience, OfWhatCannotBeForetoldTakesWhatWasHeard) {
    Sighting parent = some_sighting(1), child = some_sighting(3);
    const Sighting heard = some_sighting(2);
    const auto plr = static_cast<std::size_t>(metric_index("plr_db"));
    parent.mix.metrics[plr] = child.mix.metrics[plr] = std::nanf("");
    parent.mix.limiter_loss_lu = child.mix.limiter_loss_lu = std::nanf("");
    Experience experience;
    experience.learn(parent, heard);
    experience.correct(child);
    EXPECT_EQ(child.mix.metrics[plr], heard.mix.metrics[plr]);
    EXPECT_EQ(child.mix.limiter_loss_lu, heard.mix.limiter_loss_lu);
}

TEST(Experience, OfSilentBandsNothingIsMadeLoud) {
    // Foretold mono, heard with faint sides: that must not blow up the sides of another mix.
    Sighting parent = some_sighting(1), heard = some_sighting(2);
    const Sighting child = some_sighting(3);
    const auto mute = [](Measurement& m, std::size_t band) {
        m.left_power[band] = m.right_power[band] = m.cross_power[band] = 0;
    };
    const auto narrow = [](Measurement& m, std::size_t band, float correlation) {
        m.left_power[band] = m.right_power[band] = 0.5f;
        m.cross_power[band] = 0.5f * correlation;
    };
    mute(parent.mix, 4);
    narrow(parent.mix, 9, 1), narrow(heard.mix, 9, 0.99999f);
    Experience experience;
    experience.learn(parent, heard);
    Sighting corrected = child;
    experience.correct(corrected);
    for (const std::size_t band : {4u, 9u}) {
        EXPECT_LT(corrected.mix.left_power[band], 25 * child.mix.left_power[band]) << band;
        EXPECT_GT(corrected.mix.left_power[band], 0) << band;
    }
}

TEST(Experience, WhatIsNotFiniteTeachesNothing) {
    Sighting broken = some_sighting(1);
    broken.mix.finite = false;
    Experience experience;
    experience.learn(some_sighting(2), broken);
    experience.learn(broken, some_sighting(2));
    EXPECT_EQ(experience.size(), 0u);
}

}  // namespace
}  // namespace mixfarm
