/// What a night's ranking owes to the device that measured or foretold it: nothing.
#include "host/rank/rank.h"
#include "host/score/score.h"
#include "host/space/wiring.h"
#include "kernels/core/random.h"
#include "kernels/foresight.h"
#include "tests/cuda/parity.h"
#include "tests/space/band.h"

namespace mixfarm {
namespace {

class Order : public OnAGpu {};

/// Random mixes all over the space of a band of eight.
struct Night {
    const testing::BandSpace& band = testing::the_band();
    Space space = band.space();
    Judge judge{band.song, band.profile,
                read_style("pop", std::filesystem::path(MIXFARM_SOURCE_DIR) / "jobs/styles"),
                Target{}, std::map<std::string, double>{}};
    std::vector<std::vector<float>> values;
    std::vector<MixSettings> settings;

    explicit Night(std::size_t mixes) {
        for (std::size_t i = 0; i < mixes; ++i) {
            const RandomStream random(7, i);
            std::vector<float> unit(space.searched().size());
            for (std::size_t d = 0; d < unit.size(); ++d)
                unit[d] = static_cast<float>(0.2 + 0.6 * random.uniform(d));
            values.push_back(space.values(unit));
            settings.push_back(space.settings(values.back()));
        }
    }
    std::vector<Contender> heard_by(Engine& engine, const Excerpt& excerpt) const {
        engine.load(wired_view(band.song, band.profile));
        const std::vector<Measurement> measured =
            engine.evaluate(settings, std::vector{excerpt}, MasterTarget{});
        std::vector<Contender> all;
        for (std::size_t i = 0; i < settings.size(); ++i) {
            const StemMetrics stems =
                judge.stem_metrics(measured[i], settings[i], space.prior_distance(values[i]), 3);
            all.push_back(
                {i, 3, judge.score(measured[i], stems), perceptual_place(measured[i], stems)});
        }
        return all;
    }
    /// By the GPUs of `engine`, or without one by the processor.
    std::vector<Contender> foretold_by(Engine* engine, Glance glance) const {
        const Foresight foresight(wired_view(band.song, band.profile), judge.listening(), 2,
                                  Glance::dynamics, engine);
        const std::vector<Foretold> told = foresight.foretell(settings, MasterTarget{}, glance);
        std::vector<Contender> all;
        for (std::size_t i = 0; i < settings.size(); ++i) {
            const StemMetrics stems =
                judge.stem_metrics(told[i], settings[i], space.prior_distance(values[i]));
            all.push_back(
                {i, 3, judge.score(told[i].mix, stems), perceptual_place(told[i].mix, stems)});
        }
        return all;
    }
};

TEST_P(Order, OfForetoldMixesIsThatOfTheCpu) {
    if (kThreadSanitizer) GTEST_SKIP() << "NOT TESTED here: oneTBB is not compiled for it";
    const bool real = std::string(GetParam().name) == "cuda";
    for (const Glance glance : {Glance::levels, Glance::dynamics}) {
        // What a thread of the stand-in takes for dynamics is a processor's time for one lane.
        const Night night(real                       ? std::size_t{10000}
                          : glance == Glance::levels ? effort<std::size_t>(400, 33)
                                                     : std::size_t{33});
        const std::vector<Contender> cpu = night.foretold_by(nullptr, glance),
                                     gpu = night.foretold_by(gpu_.get(), glance);
        for (std::size_t i = 0; i < cpu.size(); ++i) {
            EXPECT_EQ(gpu[i].scores.rejected, cpu[i].scores.rejected) << "mix " << i;
            EXPECT_EQ(gpu[i].scores.technical, cpu[i].scores.technical) << "mix " << i;
        }
        const Ranking by_cpu = rank(cpu, 12), by_gpu = rank(gpu, 12);
        EXPECT_EQ(by_gpu.order, by_cpu.order);
        EXPECT_EQ(by_gpu.picks, by_cpu.picks);
    }
}

TEST_P(Order, OfTheBestMixesIsThatOfTheCpu) {
    if (kThreadSanitizer) GTEST_SKIP() << "NOT TESTED here: oneTBB is not compiled for it";
    const bool real = std::string(GetParam().name) == "cuda";
    const std::size_t mixes = real ? 10000 : effort<std::size_t>(128, 33),
                      best = real ? 100 : mixes / 4;
    const Night night(mixes);
    const int rate = night.band.song.rate;
    const Excerpt excerpt{2 * rate, rate * 9 / 20, real ? rate : rate / 20};
    const std::vector<Contender> cpu = night.heard_by(*cpu_, excerpt),
                                 gpu = night.heard_by(*gpu_, excerpt);
    const auto kept = std::count_if(cpu.begin(), cpu.end(), [](const Contender& c) {
        return c.scores.rejected == Reject::none;
    });
    EXPECT_GT(kept, static_cast<long>(best)) << "too few mixes in the running to compare";
    double apart = 0;
    for (std::size_t i = 0; i < mixes; ++i) {
        EXPECT_EQ(gpu[i].scores.rejected, cpu[i].scores.rejected) << "mix " << i;
        apart =
            std::max(apart, std::fabs(double(gpu[i].scores.technical) - cpu[i].scores.technical));
    }
    const Ranking by_cpu = rank(cpu, 12), by_gpu = rank(gpu, 12);
    std::size_t moved = 0;
    for (std::size_t k = 0; k < best; ++k) {
        if (by_cpu.order[k] == by_gpu.order[k]) continue;
        ++moved;
        EXPECT_NEAR(cpu[by_cpu.order[k]].scores.technical, cpu[by_gpu.order[k]].scores.technical,
                    1e-4)
            << "place " << k;
    }
    std::printf(
        "%zu mixes, %ld in the running: scores at most %.2g apart, %zu of the best %zu in "
        "another place\n",
        mixes, static_cast<long>(kept), apart, moved, best);
    EXPECT_LT(apart, 1e-4);
    if (moved == 0) {
        EXPECT_EQ(by_gpu.picks, by_cpu.picks);
    }
}

INSTANTIATE_TEST_SUITE_P(Gpus, Order, ::testing::ValuesIn(kGpus),
                         [](const auto& gpu) { return std::string(gpu.param.name); });

}  // namespace
}  // namespace mixfarm
