/// Mixes foretold on a GPU have the bits of those foretold on the processor, and so the same order.
#include <algorithm>
#include <numeric>

#include "kernels/foresight.h"
#include "tests/cuda/parity.h"
#include "tests/support/listener.h"

namespace mixfarm {
namespace {

class GpuForesight : public OnAGpu {};

/// Every stem plays, some count less; who masks whom depends on the band.
Listening someone(std::size_t stems) {
    Listening rule = everyone(stems);
    for (std::size_t s = 0; s < stems; ++s) {
        rule.plays[s] = s % 7 != 4;
        rule.leads[s] = s % 5 == 0;
        rule.priority[s] = 1.f + 0.25f * static_cast<float>(s % 3);
        rule.burst[s] = 1.f + static_cast<float>(s % 4);
    }
    for (std::size_t b = 0; b < kBands; ++b) {
        rule.importance[b] = b > 10 ? 0.05f : 0.f;
        for (std::size_t j = 0; j < kBands; ++j)
            rule.spread[b * kBands + j] = b == j ? 0.1f : b == j + 1 ? 0.03f : 0.f;
    }
    return rule;
}

/// The first figure that differs in a bit, or nothing.
std::string difference(const Foretold& a, const Foretold& b) {
    const auto apart = [](float x, float y) { return std::memcmp(&x, &y, sizeof x) != 0; };
    const auto figures = [](const Foretold& f) {
        return std::array{f.masking,          f.lead_to_rest_lu, f.lead_audibility,
                          f.reverb_to_dry_lu, f.reverb_s,        f.distorted_share};
    };
    constexpr const char* kNames[] = {"masking",          "lead_to_rest_lu", "lead_audibility",
                                      "reverb_to_dry_lu", "reverb_s",        "distorted_share"};
    for (std::size_t i = 0; i < std::size(kNames); ++i)
        if (apart(figures(a)[i], figures(b)[i]))
            return std::string(kNames[i]) + ": " + std::to_string(figures(a)[i]) + " against " +
                   std::to_string(figures(b)[i]);
    if (a.lost_stem != b.lost_stem) return "lost_stem";
    return difference(a.mix, b.mix);
}

std::string difference(const std::vector<Foretold>& a, const std::vector<Foretold>& b) {
    if (a.size() != b.size()) return "numbers of mixes";
    for (std::size_t i = 0; i < a.size(); ++i)
        if (const std::string found = difference(a[i], b[i]); !found.empty())
            return "mix " + std::to_string(i) + ": " + found;
    return "";
}

struct Extent {
    int rate;
    double seconds;
    std::size_t stems, mixes;
};

TEST_P(GpuForesight, HasTheBitsOfTheCpuAtAwkwardSizes) {
    std::vector<Extent> sizes = {
        {48000, 0.5, 1, 1}, {44100, 1.3, 12, 31}, {96000, 0.9, 6, 33}, {48000, 4, 5, 3}};
    if (kSlowBuild) sizes = {{48000, 0.5, 6, 33}};
    for (const Extent& size : sizes) {
        const SmallSong song = awkward_song(
            size.rate, static_cast<std::int64_t>(size.seconds * size.rate), size.stems);
        const Listening listening = someone(size.stems);
        const Foresight cpu(wired(song), listening, 2, Glance::dynamics),
            gpu(wired(song), listening, 2, Glance::dynamics, gpu_.get());
        auto mixes = whole_consoles(size.mixes, size.stems, 100);
        mixes.front().buses.clear();
        if (mixes.size() > 1) mixes.back() = neutral_mix(size.stems);
        const MasterTarget target{-14, -1};
        for (const Glance glance : {Glance::levels, Glance::dynamics})
            EXPECT_EQ(difference(cpu.foretell(mixes, target, glance),
                                 gpu.foretell(mixes, target, glance)),
                      "")
                << "glance " << static_cast<int>(glance) << " at " << size.mixes << " mixes, "
                << size.stems << " stems, " << size.rate << " Hz";
    }
}

INSTANTIATE_TEST_SUITE_P(Gpus, GpuForesight, ::testing::ValuesIn(kGpus),
                         [](const auto& gpu) { return std::string(gpu.param.name); });

/// What compute-sanitizer watches: every kernel, as little of it as possible.
TEST_P(GpuForesight, AFewMixesAtBothGlances) {
    const SmallSong song = awkward_song(48000, 20000, 6);
    const Foresight cpu(wired(song), someone(6), 2, Glance::dynamics),
        gpu(wired(song), someone(6), 2, Glance::dynamics, gpu_.get());
    const auto mixes = whole_consoles(2, 6, 900);
    for (const Glance glance : {Glance::levels, Glance::dynamics})
        EXPECT_EQ(difference(cpu.foretell(mixes, {}, glance), gpu.foretell(mixes, {}, glance)), "");
}

/// Only on the stand-in, whose memory, order and haste can be set.
class StandinForesight : public ::testing::Test {
protected:
    void TearDown() override { standin::set_machine({}); }
    std::vector<Foretold> foretell(const standin::Machine& machine, Glance glance) {
        standin::set_machine(machine);
        const auto gpu = standin::make_engine();
        const Foresight foresight(view_, someone(4), 1, Glance::dynamics, gpu.get());
        standin::take_traffic();
        std::vector<Foretold> all = foresight.foretell(mixes_, {-14, -1}, glance);
        // Again, and fewer: the room is there.
        EXPECT_EQ(difference(foresight.foretell({mixes_.data(), 3}, {-14, -1}, glance),
                             {all.begin(), all.begin() + 3}),
                  "");
        return all;
    }
    const SmallSong song_ = awkward_song(48000, 24000, 4);
    const SongView view_ = wired(song_);
    std::vector<MixSettings> mixes_ = whole_consoles(kSlowBuild ? 3 : 300, 4, 400);
};

TEST_F(StandinForesight, NoOrderOfThreadsNorHasteOfStreamsMattersNorHowManyFitIntoTheMemory) {
    for (const Glance glance : {Glance::levels, Glance::dynamics}) {
        const auto right =
            Foresight(view_, someone(4), 1, Glance::dynamics).foretell(mixes_, {-14, -1}, glance);
        standin::Machine machine;
        machine.haste = standin::Haste::any;
        machine.order = standin::Order::random;
        EXPECT_EQ(difference(right, foretell(machine, glance)), "");
        const standin::Traffic at_once = standin::take_traffic();
        if (kSlowBuild) continue;
        machine.haste = standin::Haste::late;
        machine.memory = at_once.most_bytes;
        EXPECT_EQ(difference(right, foretell(machine, glance)), "");
        const standin::Traffic planned = standin::take_traffic();
        EXPECT_GT(planned.launches, at_once.launches);
        EXPECT_EQ(planned.refused, 0u);
        machine.memory = at_once.most_bytes * 10;
        machine.missing = at_once.most_bytes * 19 / 2;
        EXPECT_EQ(difference(right, foretell(machine, glance)), "");
        EXPECT_GT(standin::take_traffic().refused, 0u);
        // Where not even one tile of mixes fits the processor steps in.
        standin::Machine none;
        none.memory = 1 << 20;
        EXPECT_EQ(difference(right, foretell(none, glance)), "");
    }
}

}  // namespace
}  // namespace mixfarm
