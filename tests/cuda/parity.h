/// The CUDA engine beside the CPU's: on the tests' stand-in always, on a GPU where there is one.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/effort.h"
#include "tests/support/small_song.h"
#include "tests/support/standin/standin.h"

namespace mixfarm {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

/// Frames of a song: a thread of a block costs a hundred times more under the thread sanitizer.
inline std::int64_t small(std::int64_t frames) {
    return kThreadSanitizer ? std::min<std::int64_t>(frames, 700) : frames;
}

struct GpuMaker {
    const char* name;
    std::unique_ptr<Engine> (*make)();
};
inline const GpuMaker kGpus[] = {
    {"standin", [] { return standin::make_engine(0); }},
    {"cuda", [] { return make_cuda_engine(0); }},
};
inline void PrintTo(const GpuMaker& maker, std::ostream* out) {
    *out << maker.name;
}

class OnAGpu : public ::testing::TestWithParam<GpuMaker> {
protected:
    void SetUp() override {
        standin::set_machine({});
        gpu_ = GetParam().make();
        if (!gpu_) GTEST_SKIP() << "NOT TESTED: no GPU here";
        cpu_ = make_cpu_engine(2);
    }
    void TearDown() override {
        gpu_.reset();
        standin::set_machine({});
    }
    void load(const SongView& song) {
        cpu_->load(song);
        gpu_->load(song);
    }
    std::unique_ptr<Engine> cpu_, gpu_;
};

/// `stems` short stems, every third mono, some late, one silent; groups and keys all in use.
inline SmallSong awkward_song(int rate, std::int64_t frames, std::size_t stems) {
    SmallSong song{rate, {}, {}};
    const auto n = static_cast<std::size_t>(frames);
    for (std::size_t s = 0; s < stems; ++s) {
        signals::Stereo stem{signals::white(n, 0.1 + 0.02 * double(s % 5), 10 + s),
                             signals::white(n, 0.1, 50 + s)};
        if (s % 4 == 2)
            for (std::size_t i = 0; i < n / 2; ++i) stem.left[i] = stem.right[i] = 0.f;
        if (s == 5) stem = {signals::Samples(n), signals::Samples(n)};
        song.add(stem, s % 3 == 1);
    }
    return song;
}
inline SongView wired(const SmallSong& song) {
    SongView view = song.view();
    const int stems = static_cast<int>(view.stems.size());
    for (int s = 0; s < stems; ++s) {
        view.stems[static_cast<std::size_t>(s)].group = static_cast<Bus>(s % 5);
        if (s % 2 == 1) view.stems[static_cast<std::size_t>(s)].duck_key = 0;
        if (s % 3 == 2) view.stems[static_cast<std::size_t>(s)].unmask_key = stems - 1;
    }
    return view;
}
inline std::vector<MixSettings> whole_consoles(std::size_t count, std::size_t stems,
                                               std::uint64_t seed) {
    std::vector<MixSettings> mixes;
    for (std::size_t i = 0; i < count; ++i) mixes.push_back(random_mix(stems, seed + i, true));
    return mixes;
}
/// Everything but the spectrum to the bit; of the spectrum, whose transforms round differently, a
/// band within 1e-5 of itself or of a millionth of the loudest. The first that differs, or nothing.
inline std::string disparity(const Measurement& cpu, const Measurement& gpu) {
    const auto differ = [](const std::string& name, double a, double b) {
        char text[160];
        std::snprintf(text, sizeof text, "%s: %.9g on the CPU, %.9g on the GPU", name.c_str(), a,
                      b);
        return std::string(text);
    };
    const auto same = [](float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; };
    if (cpu.finite != gpu.finite) return "finite";
    if (!same(cpu.master_gain_db, gpu.master_gain_db))
        return differ("master_gain_db", cpu.master_gain_db, gpu.master_gain_db);
    if (!same(cpu.limiter_loss_lu, gpu.limiter_loss_lu))
        return differ("limiter_loss_lu", cpu.limiter_loss_lu, gpu.limiter_loss_lu);
    if (cpu.metrics.size() != gpu.metrics.size() || cpu.stem_power.size() != gpu.stem_power.size())
        return "sizes";
    for (std::size_t i = 0; i < cpu.metrics.size(); ++i) {
        const float a = cpu.metrics[i], b = gpu.metrics[i];
        const std::string name = mix_metrics()[i].name;
        if (name == "tilt_db_per_octave" ? std::fabs(a - b) > 1e-3 : !same(a, b))
            return differ(name, a, b);
    }
    for (std::size_t s = 0; s < cpu.stem_power.size(); ++s)
        if (!same(cpu.stem_power[s], gpu.stem_power[s]))
            return differ("power of stem " + std::to_string(s), cpu.stem_power[s],
                          gpu.stem_power[s]);
    double loudest = 0;
    for (std::size_t b = 0; b < kBands; ++b)
        loudest = std::max({loudest, double(cpu.left_power[b]), double(cpu.right_power[b])});
    for (std::size_t b = 0; b < kBands; ++b) {
        const auto near = [&](double x, double y, double size) {
            return std::fabs(x - y) <= 1e-5 * (size + 1e-6 * loudest) || (x != x && y != y);
        };
        const double l = cpu.left_power[b], r = cpu.right_power[b];
        if (!near(l, gpu.left_power[b], l)) return differ("left_power", l, gpu.left_power[b]);
        if (!near(r, gpu.right_power[b], r)) return differ("right_power", r, gpu.right_power[b]);
        if (!near(cpu.cross_power[b], gpu.cross_power[b], l + r))
            return differ("cross_power", cpu.cross_power[b], gpu.cross_power[b]);
    }
    return "";
}
/// The same of many mixes; the first mix that differs.
inline std::string disparity(const std::vector<Measurement>& cpu,
                             const std::vector<Measurement>& gpu) {
    if (cpu.size() != gpu.size()) return "numbers of mixes";
    for (std::size_t i = 0; i < cpu.size(); ++i) {
        const std::string found = disparity(cpu[i], gpu[i]);
        if (!found.empty()) return "mix " + std::to_string(i) + ": " + found;
    }
    return "";
}

}  // namespace mixfarm
