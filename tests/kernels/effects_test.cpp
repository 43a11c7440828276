/// What every effect of the list promises: neutral is the identity, silence stays silence, the tile
/// size does not matter, and nothing in the legal ranges makes it blow up.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "kernels/cpu/denormals.h"
#include "kernels/engine.h"
#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

constexpr double kRates[] = {44100, 48000, 96000, 192000};

/// Somewhere inside the legal ranges, nothing neutral.
template <class Effect>
std::vector<float> busy(std::uint64_t seed) {
    signals::Random random(seed);
    std::vector<float> p;
    for (const ParamSpec& spec : Effect::kParams) {
        const double u = 0.1 + 0.8 * random.unit();
        if (spec.scale == Scale::toggle)
            p.push_back(u > 0.5 ? 1.f : 0.f);
        else if (spec.scale == Scale::log)
            p.push_back(float(spec.low * std::pow(spec.high / spec.low, u)));
        else
            p.push_back(float(spec.low + (spec.high - spec.low) * u));
    }
    return p;
}

TEST(Effects, NeutralIsTheIdentityToTheBit) {
    const signals::Stereo dry{signals::white(3000, 1, 1), signals::white(3000, 0.01, 2)};
    for (const double rate : kRates)
        for_each_effect([&]<class Effect>(const char* name) {
            if (is_source<Effect>()) return;
            signals::Stereo x = dry;
            EffectRunner<Effect>(neutral<Effect>(), rate).process(x, 120);
            EXPECT_EQ(x.left, dry.left) << name << " at " << rate;
            EXPECT_EQ(x.right, dry.right) << name << " at " << rate;
        });
}

TEST(Effects, WhatIsGatedChangesNothingWhileItsGateRests) {
    const signals::Stereo dry{signals::white(2000, 1, 1), signals::white(2000, 0.3, 2)};
    for_each_effect([&]<class Effect>(const char* name) {
        if (is_source<Effect>()) return;
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            std::vector<float> row = busy<Effect>(seed);
            for (int i = 0; i < param_count<Effect>; ++i)
                if (!Effect::kParams[i].gate)
                    row[static_cast<std::size_t>(i)] = Effect::kParams[i].neutral;
            EXPECT_FALSE(acts<Effect>(row.data())) << name;
            signals::Stereo x = dry;
            EffectRunner<Effect> runner(row, 48000);
            runner.key = &dry;
            runner.process(x, 120);
            EXPECT_EQ(x.left, dry.left) << name;
            EXPECT_EQ(x.right, dry.right) << name;
        }
    });
}

TEST(Effects, ANeutralLaneIsTheIdentityBesideBusyOnes) {
    const signals::Stereo dry = signals::music(0.1, 48000, 8);
    for_each_effect([&]<class Effect>(const char* name) {
        if (is_source<Effect>()) return;
        EffectRunner<Effect, f8> lanes;
        for (int i = 0; i < 8; ++i)
            lanes.set(i, i == 3 ? neutral<Effect>() : busy<Effect>(static_cast<std::uint64_t>(i)),
                      48000);
        lanes.key = &dry;
        std::vector<f8> left(dry.left.begin(), dry.left.end()),
            right(dry.right.begin(), dry.right.end());
        lanes.process(left.data(), right.data(), static_cast<int>(left.size()));
        for (std::size_t n = 0; n < left.size(); ++n) {
            ASSERT_EQ(left[n][3], dry.left[n]) << name << ", frame " << n;
            ASSERT_EQ(right[n][3], dry.right[n]) << name << ", frame " << n;
        }
    });
}

TEST(Effects, SilenceStaysSilence) {
    for (const double rate : kRates)
        for_each_effect([&]<class Effect>(const char* name) {
            for (std::uint64_t seed = 0; seed < 4; ++seed) {
                signals::Stereo x{signals::Samples(2000), signals::Samples(2000)};
                EffectRunner<Effect>(busy<Effect>(seed), rate).process(x, 120);
                EXPECT_EQ(signals::peak_of(x.left), 0) << name << " at " << rate;
                EXPECT_EQ(signals::peak_of(x.right), 0) << name << " at " << rate;
            }
        });
}

/// What one effect gives in tiles of `tile`; keyed effects hear `key`.
template <class Effect>
signals::Stereo processed(const std::vector<float>& row, double rate, signals::Stereo x,
                          const signals::Stereo& key, int tile) {
    EffectRunner<Effect> runner(row, rate);
    runner.key = &key;
    runner.process(x, tile);
    return x;
}

TEST(Effects, TheTileSizeDoesNotMatter) {
    const signals::Stereo dry = signals::music(0.1, 48000, 5), key = signals::music(0.1, 48000, 7);
    for (const double rate : {44100.0, 192000.0})
        for_each_effect([&]<class Effect>(const char* name) {
            for (std::uint64_t seed = 0; seed < 3; ++seed) {
                const auto row = busy<Effect>(seed);
                const signals::Stereo whole =
                    processed<Effect>(row, rate, dry, key, static_cast<int>(dry.frames()));
                for (const int tile : {1, 7, 31, 33, 120, 257}) {
                    const signals::Stereo x = processed<Effect>(row, rate, dry, key, tile);
                    EXPECT_EQ(x.left, whole.left) << name << " in tiles of " << tile;
                    EXPECT_EQ(x.right, whole.right) << name << " in tiles of " << tile;
                }
            }
        });
}

TEST(Effects, LanesAreFloats) {
    const signals::Stereo dry = signals::music(0.1, 48000, 6), key = signals::music(0.1, 48000, 7);
    for (const double rate : {44100.0, 192000.0})
        for_each_effect([&]<class Effect>(const char* name) {
            EffectRunner<Effect, f8> lanes;
            for (int i = 0; i < 8; ++i)
                lanes.set(i, busy<Effect>(static_cast<std::uint64_t>(i)), rate);
            lanes.key = &key;
            std::vector<f8> left(dry.left.begin(), dry.left.end()),
                right(dry.right.begin(), dry.right.end());
            lanes.process(left.data(), right.data(), static_cast<int>(left.size()));
            for (int i = 0; i < 8; ++i) {
                const signals::Stereo x = processed<Effect>(
                    busy<Effect>(static_cast<std::uint64_t>(i)), rate, dry, key, 120);
                for (std::size_t n = 0; n < x.frames(); ++n) {
                    ASSERT_EQ(bits_of(left[n][i]), bits_of(x.left[n])) << name << ", lane " << i;
                    ASSERT_EQ(bits_of(right[n][i]), bits_of(x.right[n])) << name << ", lane " << i;
                }
            }
        });
}

/// Corner k of the legal ranges: bit i of k puts parameter i at its high end. More than ten
/// parameters have too many corners: then k seeds a random one.
template <class Effect>
std::vector<float> corner(std::uint64_t k) {
    signals::Random random(k);
    std::vector<float> p;
    for (const ParamSpec& spec : Effect::kParams) {
        const bool high = param_count<Effect> <= 10 ? (k >> p.size()) & 1 : random.unit() < 0.5;
        p.push_back(high ? spec.high : spec.low);
    }
    return p;
}

struct Named {
    const char* name;
    signals::Samples samples;
};

TEST(Effects, FiniteAndBoundedAtEveryCornerOfTheirRanges) {
    for_each_effect([&]<class Effect>(const char* name) {
        const int n = param_count<Effect>;
        const std::uint64_t corners = n <= 10 ? 1u << n : effort(256u, 16u);
        // What a chain of legal gains can do at most: the sum of every knob that boosts and cuts at
        // its top, and 20 dB more for the peaks of resonances, shelves and transients.
        double most_db = 20;
        for (const ParamSpec& spec : Effect::kParams)
            if (std::string_view(spec.unit) == "dB" && spec.low < 0)
                most_db += std::max(0.f, spec.high);
        double loudest = 0;
        for (const double rate : kRates) {
            // Sources answer late: a pre-delay of 200 ms, and an echo should come round often.
            const std::size_t frames = is_source<Effect>()
                                           ? static_cast<std::size_t>(effort(0.7, 0.3) * rate)
                                           : effort<std::size_t>(3000, 600);
            signals::Samples impulses(frames);
            for (std::size_t t = 0; t < frames; t += 97) impulses[t] = t % 2 ? -1.f : 1.f;
            const Named inputs[] = {{"noise", signals::white(frames, 1, 9)},
                                    {"impulses", impulses},
                                    {"direct current", signals::Samples(frames, 1.f)},
                                    {"square", signals::square(frames, 50, 1)}};
            const signals::Stereo key{signals::white(frames, 1, 3), signals::white(frames, 1, 4)};
            for (const Named& input : inputs)
                for (std::uint64_t k = 0; k < corners; k += 8) {
                    EffectRunner<Effect, f8> effect;
                    for (int i = 0; i < 8; ++i)
                        effect.set(i, corner<Effect>(k + std::uint64_t(i)), rate);
                    effect.key = &key;
                    std::vector<f8> left(input.samples.begin(), input.samples.end()), right = left;
                    for (f8& x : right) x = -x;
                    effect.process(left.data(), right.data(), static_cast<int>(frames));
                    for (std::size_t t = 0; t < frames; ++t)
                        for (int i = 0; i < 8; ++i) {
                            ASSERT_TRUE(std::isfinite(left[t][i]) && std::isfinite(right[t][i]))
                                << name << ", " << input.name << " at " << rate;
                            loudest = std::max<double>(loudest, std::fabs(left[t][i]));
                        }
                }
        }
        std::printf("%-18s %4d corners: loudest output %+.1f dB, allowed %+.1f dB\n", name,
                    int(corners), oracle::db(loudest), most_db);
        EXPECT_LT(oracle::db(loudest), most_db) << name;
        EXPECT_GT(oracle::db(loudest), -20) << name << " was not heard at all";
    });
}

TEST(Effects, TablesAreConsistent) {
    for_each_effect([]<class Effect>(const char* name) {
        for (const ParamSpec& spec : Effect::kParams) {
            const std::string what = std::string(name) + "." + spec.name;
            EXPECT_LT(spec.low, spec.high) << what;
            EXPECT_GE(spec.neutral, spec.low) << what;
            EXPECT_LE(spec.neutral, spec.high) << what;
            EXPECT_TRUE(spec.scale != Scale::log || spec.low > 0) << what;
            EXPECT_TRUE(spec.scale != Scale::toggle || (spec.low == 0 && spec.high == 1)) << what;
            if (spec.gate) {
                bool found = false;
                for (const ParamSpec& other : Effect::kParams)
                    found |= std::string_view(other.name) == spec.gate && !other.gate;
                EXPECT_TRUE(found) << what << ": its gate must be an ungated knob of the effect";
            }
        }
    });
    EXPECT_EQ(strip_param_index("equalizer", "no_such_knob"), -1);
    EXPECT_EQ(strip_param_index("no_such_effect", "low_hz"), -1);
    EXPECT_EQ(static_cast<int>(neutral_strip().size()), strip_param_count());
}

TEST(Effects, DenormalsAreFlushedWhileSignalsAreProcessed) {
    volatile float small = 1.2e-38f;
    {
        const FlushDenormals flush;
        EXPECT_EQ(small * 0.1f, 0.f);
    }
    EXPECT_GT(small * 0.1f, 0.f);
    // The tails of a ringing strip cost no more than its signal; printed, since clocks are no
    // oracle.
    const FlushDenormals flush;
    for_each_effect([]<class Effect>(const char* name) {
        constexpr std::size_t kFrames = effort<std::size_t>(50000, 2000);
        EffectRunner<Effect> effect(busy<Effect>(1), 48000);
        const auto seconds = [&](signals::Stereo x) {
            const auto start = std::chrono::steady_clock::now();
            effect.process(x, 120);
            return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        };
        const signals::Stereo noise{signals::white(kFrames, 1, 1), signals::white(kFrames, 1, 2)};
        const signals::Stereo faint{signals::white(kFrames, 1e-37, 1),
                                    signals::white(kFrames, 1e-37, 2)};
        double loud = 1e9, tail = 1e9;
        for (int round = 0; round < 3; ++round) {
            loud = std::min(loud, seconds(noise));
            seconds(faint);
            tail = std::min(tail, seconds({signals::Samples(kFrames), signals::Samples(kFrames)}));
        }
        std::printf("%-18s tail takes %.2f times the signal's time\n", name, tail / loud);
    });
}

}  // namespace
}  // namespace mixfarm
