/// Every layer of every move that brings one: the same each time it is made, whole, and finite.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/layers/planned_song.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

using namespace layers_test;

PlannedSong whole_band() {
    PlannedSong planned(2, 22050);
    std::vector<double> at;
    for (int i = 1; (i + 1) * 0.3 < planned.song().seconds(); ++i) at.push_back(i * 0.3);
    planned.add("kick", Role::kick, clicks_at(at));
    planned.add("bass", Role::bass_guitar,
                [](double t) { return 0.3 * std::sin(kTurn * 82.4 * t); });
    planned.add("keys", Role::keys, clicks_at(at, 2));
    planned.add("pad", Role::pad, [](double t) {
        return 0.1 * (std::sin(kTurn * 440 * t) + std::sin(kTurn * 554.4 * t));
    });
    const double word = planned.section(2).start_s;
    const std::size_t lead = planned.add("voice", Role::lead_vocal, [=](double t) {
        const double since = std::fmod(t, 1.2);
        return t > word - 2 && t < word ? 0 : 0.2 * std::sin(kTurn * 330 * t) * std::exp(-since);
    });
    planned.lead(lead, {{11, word - 2, 2, word - 3, true}, {word, word + 3, 9, word + 2, true}});
    return planned;
}

TEST(Layers, AreTheSameWheneverTheyAreMade) {
    const PlannedSong planned = whole_band();
    const Ground ground = planned.ground();
    struct Kind {
        const char* name;
        std::optional<Move> (*plan)(const Ground&);
    };
    constexpr Kind kKinds[] = {
#define MF_MOVE(name, family, use) {#name, plan_##name},
#include "host/moves/moves.def"
    };
    int layers = 0;
    std::string names;
    for (const Kind& kind : kKinds) {
        const auto move = kind.plan(ground), again = kind.plan(ground);
        if (!move || move->layers.empty()) continue;
        names += " ", names += kind.name;
        ASSERT_EQ(move->layers.size(), again->layers.size());
        for (std::size_t i = 0; i < move->layers.size(); ++i, ++layers) {
            const LayerSound once = move->layers[i].make();
            EXPECT_EQ(once.left.size(), static_cast<std::size_t>(ground.song().frames));
            EXPECT_EQ(once.right.size(), once.left.size());
            EXPECT_TRUE(same(once, move->layers[i].make())) << kind.name << " " << i;
            EXPECT_TRUE(i > 0 || same(once, again->layers[i].make())) << kind.name;
            double most = 0;
            bool finite = true;
            for (const auto* side : {&once.left, &once.right})
                for (const float x : *side)
                    finite &= std::isfinite(x), most = std::max(most, std::fabs(double(x)));
            EXPECT_TRUE(finite) << kind.name;
            EXPECT_GT(most, 1e-4) << kind.name;
        }
    }
    std::printf("%d layers:%s\n", layers, names.c_str());
    EXPECT_GE(layers, 12);
}

}  // namespace
}  // namespace mixfarm
