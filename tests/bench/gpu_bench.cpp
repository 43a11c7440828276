/// Mixes a second of every engine that this machine has, level by level: the GPUs against the
/// processor, same stems, same settings, same run.
///
/// The work: 24 stereo stems of 180 s at 48 kHz; a piece of it is timed and scaled, because time
/// grows with it. Excerpts, four of 5 s with a second of warm-up each, are timed as they are. The
/// share of the bound counts the operations of
/// strips, buses and the master's effects; what limiter and meters do comes on top. Glances, only
/// where there is a GPU, are at the excerpts' song, which has as many scenes as songs get; those at
/// dynamics are scaled, as their time grows with the song.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "kernels/core/check.h"
#include "kernels/cpu/lane_group.h"
#include "tests/bench/bound.h"
#include "tests/bench/counted.h"  // in front of what uses its operators
#include "tests/bench/gpu_bound.h"
#include "tests/bench/lane_cost.h"
#include "tests/support/listener.h"
#include "tests/support/small_song.h"

namespace {

using namespace mixfarm;
using Json = nlohmann::ordered_json;

constexpr int kRate = 48000, kStems = 24;
constexpr double kSongSeconds = 180;

SmallSong stems_of(double seconds) {
    SmallSong song{kRate, {}, {}};
    for (std::uint64_t s = 0; s < kStems; ++s) song.add(signals::music(seconds, kRate, s));
    return song;
}
SongView in_groups(const SmallSong& song) {
    SongView view = song.view();
    for (std::size_t s = 0; s < kStems; ++s)
        view.stems[s].group = static_cast<Bus>(s * console::kGroups / kStems);
    return view;
}

/// Equaliser, compressor, saturator, pan and fader at work in every strip; with `console` also
/// groups, two reverbs, the echo and the master's effects.
MixSettings typical(bool console, std::uint64_t seed) {
    signals::Random random(seed);
    const auto around = [&](double value, double by) {
        return static_cast<float>(value + by * (random.unit() - 0.5));
    };
    MixSettings mix = neutral_mix(kStems);
    mix.buses = neutral_buses();
    for (std::size_t s = 0; s < kStems; ++s) {
        const auto set = [&](const char* effect, const char* knob, float value) {
            const int at = strip_param_index(effect, knob);
            MF_CHECK(at >= 0);
            mix.strips[s * static_cast<std::size_t>(strip_param_count()) +
                       static_cast<std::size_t>(at)] = value;
        };
        set("high_pass", "high_pass_hz", around(60, 40));
        for (const char* knob :
             {"low_db", "bell1_db", "bell2_db", "bell3_db", "bell4_db", "high_db"})
            set("equalizer", knob, around(0, 8));
        set("compressor", "threshold_db", around(-24, 10));
        set("compressor", "ratio", around(3, 2));
        set("saturator", "drive_db", around(6, 4));
        set("pan", "position", around(0, 1));
        set("fader", "fader_db", around(-6, 6));
        if (!console) continue;
        for (const char* send : {"plate_db", "hall_db", "echo_db"})
            set("send", send, around(-20, 10));
    }
    if (!console) return mix;
    const auto set = [&](Bus bus, const char* effect, const char* knob, float value) {
        const int at = bus_param_index(bus, effect, knob);
        MF_CHECK(at >= 0);
        mix.buses[static_cast<std::size_t>(at)] = value;
    };
    for (int g = 0; g < console::kGroups; ++g) {
        set(static_cast<Bus>(g), "equalizer", "bell1_db", around(0, 4));
        set(static_cast<Bus>(g), "glue", "threshold_db", around(-20, 6));
        set(static_cast<Bus>(g), "glue", "ratio", around(2, 1));
    }
    set(Bus::master, "equalizer", "bell1_db", around(0, 2));
    set(Bus::master, "multiband", "mix", 1);
    set(Bus::master, "multiband", "mid_threshold_db", around(-20, 6));
    set(Bus::master, "saturator", "drive_db", around(2, 2));
    return mix;
}

/// Operations of one mix and one second of the song, from dry stems to the master's output.
double operations_a_second(bool console) {
    const SmallSong song = stems_of(0.5);
    const LoadedSong loaded(in_groups(song));
    const MixSettings mix = typical(console, 1);
    auto group = std::make_unique<LaneGroup<Counted>>(loaded, std::span(&mix, 1));
    Counted::operations = 0;
    group->mix_energy();
    return 2.0 * static_cast<double>(Counted::operations);
}

template <class Work>
double seconds_of_work(const Work& work) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}
double seconds_of(Engine& engine, const std::vector<MixSettings>& mixes,
                  const std::vector<Excerpt>& excerpts) {
    return seconds_of_work([&] { engine.evaluate(mixes, excerpts, {}); });
}

struct Work {
    const char* name;
    bool console, excerpts;
};
/// Seconds of the song that are timed.
constexpr double kTimedGpu = 10, kTimedCpu = 0.5;
constexpr Work kWork[] = {
    {"strips_song_per_s", false, false},
    {"console_song_per_s", true, false},
    {"console_excerpts_per_s", true, true},
};
constexpr int kExcerpts = 4;
constexpr std::int64_t kExcerptFrames = 5 * kRate, kWarmUpFrames = kRate;

std::vector<Excerpt> four_excerpts() {
    std::vector<Excerpt> all;
    for (int i = 0; i < kExcerpts; ++i)
        all.push_back(
            {i * (kExcerptFrames + kWarmUpFrames) + kWarmUpFrames, kExcerptFrames, kWarmUpFrames});
    return all;
}

/// Mixes that are foretold at a time.
constexpr std::size_t kGlancesGpu = 65536, kGlancesCpu = 256;

struct Device {
    std::string name;
    std::unique_ptr<Engine> engine;
    double flops;
    std::optional<bench::GpuBound> gpu;
};

}  // namespace

int main(int argc, char** argv) {
    const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
    std::vector<Device> devices;
    {
        auto cpu = make_cpu_engine();
        const double peak = bench::fma_peak_flops() * cpu->info().workers;
        devices.push_back({"cpu", std::move(cpu), peak, std::nullopt});
    }
    for (int d = 0; auto gpu = make_cuda_engine(d); ++d) {
        const auto bound = bench::gpu_bound(d);
        devices.push_back({"cuda:" + std::to_string(d), std::move(gpu), bound->flops, bound});
    }
    const auto add = [&](const std::string& name, const Device& device, double value,
                         const char* unit, Json ratio, Json share) {
        const Json row{{"name", name},
                       {"device", device.name},
                       {"value", value},
                       {"unit", unit},
                       {"against", "the processor engine, same run"},
                       {"ratio", ratio},
                       {"share_of_bound", share}};
        // Row by row: who stops waiting keeps what there is.
        if (json)
            std::cout << row.dump() << std::endl;
        else
            std::printf("%-26s %-8s %10.4g %-15s %5.1f %% of peak\n", name.c_str(),
                        device.name.c_str(), value, unit,
                        share.is_null() ? 0.0 : 100 * share.get<double>());
    };
    const SmallSong cpu_song = stems_of(kTimedCpu),
                    gpu_song = stems_of(devices.size() > 1 ? kTimedGpu : kTimedCpu);
    const SmallSong excerpt_song =
        stems_of(double(kExcerpts * (kExcerptFrames + kWarmUpFrames)) / kRate);
    for (const Work& work : kWork) {
        double cpu_value = 0;
        const double operations = operations_a_second(work.console);
        for (Device& device : devices) {
            const SmallSong& song = work.excerpts ? excerpt_song : device.gpu ? gpu_song : cpu_song;
            // Seconds of audio, timed and in a mix of this level.
            const double timed = double(song.frames()) / kRate,
                         whole = work.excerpts ? timed : kSongSeconds;
            const std::vector<Excerpt> heard =
                work.excerpts ? four_excerpts() : std::vector{Excerpt{0, song.frames(), 0}};
            device.engine->load(in_groups(song));
            std::vector<MixSettings> mixes;
            const int waves = device.gpu ? 4 : 1;
            for (int i = 0; i < waves * device.engine->good_batch(); ++i)
                mixes.push_back(typical(work.console, static_cast<std::uint64_t>(i)));
            double best = 1e30;
            for (int take = 0; take < (work.excerpts ? 1 : 3); ++take)
                best = std::min(best, seconds_of(*device.engine, mixes, heard));
            const double value = static_cast<double>(mixes.size()) * timed / whole / best;
            if (!device.gpu) cpu_value = value;
            add(work.name, device, value, "mixes a second", value / cpu_value,
                operations * whole * value / device.flops);
        }
    }
    for (const Glance glance : {Glance::levels, Glance::dynamics}) {
        if (devices.size() == 1) break;
        const bool moves = glance == Glance::dynamics;
        const double scale = moves ? double(excerpt_song.frames()) / kRate / kSongSeconds : 1;
        const double operations = bench::glance_operations(
            in_groups(excerpt_song), everyone(kStems), typical(true, 1), glance);
        double cpu_value = 0;
        for (Device& device : devices) {
            const Foresight foresight(in_groups(excerpt_song), everyone(kStems), 0, glance,
                                      device.engine.get());
            std::vector<MixSettings> mixes;
            for (std::size_t i = 0; i < (device.gpu ? kGlancesGpu : kGlancesCpu); ++i)
                mixes.push_back(typical(true, i));
            double best = 1e30;
            for (int take = 0; take < 3; ++take)
                best =
                    std::min(best, seconds_of_work([&] { foresight.foretell(mixes, {}, glance); }));
            const double value = static_cast<double>(mixes.size()) * scale / best;
            if (!device.gpu) cpu_value = value;
            add(moves ? "l1_per_s" : "l0_per_s", device, value, "mixes a second", value / cpu_value,
                operations / scale * value / device.flops);
        }
    }
    for (Device& device : devices) {
        const SmallSong& song = device.gpu ? gpu_song : cpu_song;
        device.engine->load(in_groups(song));
        const double scale = kSongSeconds * kRate / static_cast<double>(song.frames());
        double best = 1e30;
        for (int take = 0; take < 3; ++take)
            best = std::min(best, seconds_of(*device.engine, {typical(true, 1)},
                                             {Excerpt{0, song.frames(), 0}}));
        add("one_song_ms", device, 1e3 * best * scale, "ms", nullptr, nullptr);
    }
    for (const Device& device : devices) {
        add("fma_peak", device, device.flops / 1e9, "GFLOP/s", nullptr, 1.0);
        if (device.gpu)
            add("copy_bandwidth", device, device.gpu->copied_bytes / 1e9, "GB/s", nullptr, 1.0);
    }
    if (devices.size() == 1) std::fprintf(stderr, "no GPU here\n");
    return 0;
}
