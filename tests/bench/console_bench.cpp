/// What every effect costs, what the whole console costs, and that unused effects and silence cost
/// nothing.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "kernels/core/random.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/lane_group.h"
#include "tests/bench/bound.h"
#include "tests/bench/counted.h"  // in front of what uses its operators
#include "tests/bench/rows.h"
#include "tests/support/effect_runner.h"
#include "tests/support/small_song.h"

namespace {

using namespace mixfarm;

constexpr int kRate = 48000, kStems = 24, kLanes = lane_count<CpuLanes>;
constexpr int kTile = 120;

/// A setting at which the effect works: a quarter into the range of what has a neutral value, knobs
/// behind a gate at rest, toggles off.
template <class Effect>
std::vector<float> at_work() {
    std::vector<float> row;
    for (const ParamSpec& p : Effect::kParams) {
        float value = p.neutral;
        if (!p.gate && p.scale == Scale::linear)
            value += 0.25f * (p.high > p.neutral ? p.high - p.neutral : p.low - p.neutral);
        if (!p.gate && p.scale == Scale::log)
            value *= std::pow((p.high > p.neutral ? p.high : p.low) / p.neutral, 0.25f);
        row.push_back(value);
    }
    return row;
}

struct Cost {
    double ns;          ///< a lane and stereo frame
    double operations;  ///< a lane and stereo frame
};

/// Best of nine takes over a second of noise in a tile that stays in the cache; filling the tile is
/// timed by itself and taken off.
template <class Effect>
Cost cost_of() {
    const signals::Stereo dry = signals::music(1, kRate, 3);
    const auto frames = static_cast<int>(dry.frames()) / kTile * kTile;
    std::vector<CpuLanes> left(kTile), right(kTile);
    const auto seconds = [&](bool work) {
        EffectRunner<Effect, CpuLanes> effect(at_work<Effect>(), kRate);
        effect.key = &dry;
        float sink = 0;
        const double begun = bench::thread_seconds();
        for (int n = 0; n < frames; n += kTile) {
            for (int i = 0; i < kTile; ++i)
                left[i] = CpuLanes(dry.left[n + i]), right[i] = CpuLanes(dry.right[n + i]);
            if (work) effect.process(left.data(), right.data(), kTile);
            sink += lane(left[n / kTile % kTile], 0);
        }
        volatile float keep = sink;
        (void)keep;
        return bench::thread_seconds() - begun;
    };
    double best = 1e9, fill = 1e9;
    for (int take = 0; take < 9; ++take) {
        best = std::min(best, seconds(true));
        fill = std::min(fill, seconds(false));
    }
    best -= fill;
    EffectRunner<Effect, Counted> counting(at_work<Effect>(), kRate);
    counting.key = &dry;
    std::vector<Counted> l(dry.left.begin(), dry.left.end()), r(dry.right.begin(), dry.right.end());
    const int some = 4800;
    Counted::operations = 0;
    for (int n = 0; n < some; n += kTile) counting.process(l.data() + n, r.data() + n, kTile);
    return {1e9 * best / frames / kLanes, static_cast<double>(Counted::operations) / some};
}

SmallSong make_song(int seconds, double playing_share) {
    SmallSong song{kRate, {}, {}};
    const auto frames = static_cast<std::size_t>(seconds) * kRate;
    for (int s = 0; s < kStems; ++s) {
        const signals::Stereo part =
            signals::music(seconds * playing_share, kRate, static_cast<std::uint64_t>(s));
        signals::Stereo stem{signals::Samples(frames), signals::Samples(frames)};
        // Each stem plays at another time.
        const std::size_t shift = frames * static_cast<std::size_t>(s) / kStems;
        for (std::size_t n = 0; n < part.frames(); ++n) {
            const std::size_t at = (n + shift) % frames;
            stem.left[at] = part.left[n], stem.right[at] = part.right[n];
        }
        song.add(std::move(stem));
    }
    return song;
}

/// `together`: stems of a group are neighbours, which play at about the same time, so that groups
/// rest too; else they are dealt out and some stem of every group always plays.
SongView wired(const SmallSong& song, bool together) {
    SongView view = song.view();
    for (int s = 0; s < kStems; ++s) {
        view.stems[static_cast<std::size_t>(s)].group =
            static_cast<Bus>(together ? s * console::kGroups / kStems : s % console::kGroups);
        view.stems[static_cast<std::size_t>(s)].duck_key = (s + 1) % kStems;
        view.stems[static_cast<std::size_t>(s)].unmask_key = (s + 2) % kStems;
    }
    return view;
}

/// Every effect of every channel at work.
MixSettings everything_on() {
    MixSettings mix;
    std::vector<float> strip, buses;
    const auto add = [](std::vector<float>& row) {
        return [&row]<class Effect>() {
            const std::vector<float> one = at_work<Effect>();
            row.insert(row.end(), one.begin(), one.end());
        };
    };
    auto to_strip = add(strip), to_buses = add(buses);
#define MF_STRIP(name, Type) to_strip.operator()<Type>();
#include "kernels/effects/effects.def"
    for (std::size_t s = 0; s < kStems; ++s)
        mix.strips.insert(mix.strips.end(), strip.begin(), strip.end());
    for (int g = 0; g < console::kGroups; ++g) {
#define MF_GROUP(name, Type) to_buses.operator()<Type>();
#include "kernels/effects/effects.def"
    }
#define MF_PLATE(name, Type) to_buses.operator()<Type>();
#define MF_HALL(name, Type) to_buses.operator()<Type>();
#define MF_ECHO(name, Type) to_buses.operator()<Type>();
#define MF_MASTER(name, Type) to_buses.operator()<Type>();
#include "kernels/effects/effects.def"
    mix.buses = buses;
    return mix;
}

/// Processor seconds of one register of candidates from dry stems to the master's output.
double seconds_of(const LoadedSong& song, const MixSettings& mix) {
    const std::vector<MixSettings> mixes(kLanes, mix);
    auto group = std::make_unique<LaneGroup<CpuLanes>>(song, mixes);
    double best = 1e9;
    for (int take = 0; take < 3; ++take) {
        const double begun = bench::thread_seconds();
        volatile float keep = lane(group->mix_energy(), 0);
        (void)keep;
        best = std::min(best, bench::thread_seconds() - begun);
    }
    return best;
}

double operations_of(const LoadedSong& song, const MixSettings& mix) {
    auto group = std::make_unique<LaneGroup<Counted>>(song, std::span(&mix, 1));
    Counted::operations = 0;
    group->mix_energy();
    return static_cast<double>(Counted::operations);
}

using bench::Json;
using bench::row;

void measure(const bench::Words&, Json& rows) {
    bench::stay_on_this_core();
    const FlushDenormals flush;
    const double peak = bench::fma_peak_flops();
    for_each_effect([&]<class Effect>(const char* name) {
        const Cost cost = cost_of<Effect>();
        std::string id = name;
        std::replace(id.begin(), id.end(), ' ', '_');
        rows.push_back(row("cost_" + id, cost.ns, "ns a lane and stereo frame",
                           std::to_string(cost.operations) + " operations", nullptr,
                           cost.operations / cost.ns * 1e9 / peak));
    });

    constexpr int kSong = 180, kSeconds = 10;  // the song, and the piece of it that is timed
    const SmallSong busy = make_song(kSeconds, 1), sparse = make_song(kSong, 0.2);
    const LoadedSong song(wired(busy, true));
    const MixSettings all = everything_on(), none = neutral_mix(kStems);
    const double all_seconds = seconds_of(song, all), none_seconds = seconds_of(song, none);
    const double per_mix = all_seconds / kLanes * kSong / kSeconds;
    rows.push_back(
        row("console_per_s", 1 / per_mix,
            "mixes a second and core: 24 stems, 180 s, everything on, in front of the limiter",
            std::to_string(per_mix) + " s a mix", nullptr,
            operations_of(song, all) * kLanes / all_seconds / peak));
    rows.push_back(row("console_neutral_share", none_seconds / all_seconds,
                       "of the time with everything on", "nothing on: load, add, measure", nullptr,
                       nullptr));
    // The same stems over the whole song, but each plays a fifth of the time.
    for (const bool together : {true, false}) {
        const LoadedSong pausing(wired(sparse, together));
        const double ratio = all_seconds / (seconds_of(pausing, all) * kSeconds / kSong);
        rows.push_back(row(together ? "silence_speedup" : "silence_speedup_scattered", ratio,
                           "times faster",
                           std::string("24 stems that are silent 80 % of the time; ") +
                               (together ? "groups rest too" : "no group ever rests"),
                           ratio, nullptr));
    }
    rows.push_back(
        row("fma_peak", peak / 1e9, "GFLOP/s, one core", "the bound of this run", nullptr, 1.0));
}

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, measure);
}
