/// The CUDA engine beside the CPU's: on the tests' stand-in always, on a GPU where there is one.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/disparity.h"
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
        cpu_ = make_cpu_engine(GetParam().name == std::string("cuda") ? 0 : 2);
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
}  // namespace mixfarm
