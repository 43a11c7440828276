/// One pass over every stem.
#include "kernels/proxy/stem_course.h"

#include <algorithm>
#include <cmath>

#include "kernels/core/biquad.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/meters/k_weighting.h"

namespace mixfarm {
namespace {

constexpr int kBlock = StemCourse::kBlockFrames;
constexpr double kSilentDb = -60;  // of a block, under the stem's loudest
constexpr int kEvery = 2;          // of a frame's samples, by which its classes go
constexpr float kNothing = 1e-20f;
constexpr float kLeast = 0.05f, kMost = 8;  // of power together over power apart

/// All edges of the broad bands side by side, and all of the sound in the last lane.
class LowPasses {
public:
    explicit LowPasses(double rate) {
        for (int b = 0; b < broad::kBands; ++b) {
            const auto at = static_cast<std::size_t>(b);
            auto one = design::low_pass(b + 1 < broad::kBands ? broad::kEdgesHz[at] : 1000.0,
                                        std::sqrt(0.5), rate);
            if (b + 1 == broad::kBands) one = design::off(one);
            set_lane(coefs_.b0, b, one.b0), set_lane(coefs_.d1, b, one.d1);
            set_lane(coefs_.d2, b, one.d2), set_lane(coefs_.c1, b, one.c1);
            set_lane(coefs_.c2, b, one.c2);
        }
    }
    /// Mean squares of a frame in the bands, mean of both sides.
    void run(const float* left, const float* right, int frames, float* power) {
        f8 sum(0.f);
        for (int n = 0; n < frames; ++n) {
            const f8 l = biquad(f8(left[n]), coefs_, left_),
                     r = biquad(f8(right[n]), coefs_, right_);
            sum = fma_(l, l, fma_(r, r, sum));
        }
        // Filters ring into the next frame and differ in delay: a difference may fall below zero.
        const float scale = 0.5f / static_cast<float>(frames), all = sum[broad::kBands - 1];
        float together = 0;
        for (int b = 0; b < broad::kBands; ++b)
            together += power[b] = std::max(0.f, sum[b] - (b > 0 ? sum[b - 1] : 0.f));
        for (int b = 0; b < broad::kBands; ++b)
            power[b] *= together > 0 ? scale * all / together : 0.f;
    }

private:
    static_assert(broad::kBands == 8);
    BiquadCoefs<f8> coefs_;
    BiquadState<f8> left_{f8(0.f), f8(0.f)}, right_{f8(0.f), f8(0.f)};
};

/// Fills in all but the bands; the root mean square.
float look_at_wave(const float* left, const float* right, int frames, std::vector<float>& room,
                   StemCourse::Frame& frame) {
    float peak = 0, all = 0;
    for (int n = 0; n < frames; ++n)
        peak = std::max({peak, std::fabs(left[n]), std::fabs(right[n])});
    for (const float p : frame.power) all += p;
    frame.crest = all > kNothing ? peak * peak / all : 0;
    frame.peak = 0.5f * std::log2(std::max(frame.crest, 1e-3f));
    room.clear();
    for (int n = 0; n < frames; n += kEvery)
        room.push_back(std::max(std::fabs(left[n]), std::fabs(right[n])));
    const float root = std::sqrt(std::max(all, kNothing));
    auto from = room.begin();
    float below = 0;
    for (std::size_t c = 0; c < StemCourse::kClasses; ++c) {
        const float middle = below + 0.5f * StemCourse::class_share(static_cast<int>(c));
        const auto at =
            room.begin() + static_cast<std::ptrdiff_t>(middle * static_cast<float>(room.size()));
        std::nth_element(from, at, room.end(), std::greater<>());
        frame.level[c] = std::log2(std::max(*at / root, 1e-3f));
        from = at, below += StemCourse::class_share(static_cast<int>(c));
    }
    return root;
}

}  // namespace

StemCourse::StemCourse(const SongView& song, const StemBands& bands, int threads)
    : rate(song.rate),
      frames(static_cast<int>(song.frames / (song.rate / 100))),
      blocks(static_cast<int>(bands.scenes.scene.size())),
      stems(song.stems.size()) {
    const ReferenceMix reference(song, bands.scenes, threads);
    fork_join(threads, stems.size(), [&](std::size_t s) {
        const FlushDenormals flush;
        read_stem(song, bands, reference, s);
    });
    add_up(reference);
}

void StemCourse::read_stem(const SongView& song, const StemBands& bands,
                           const ReferenceMix& reference, std::size_t s) {
    const int length = song.rate / 100;
    const auto& energy = bands.scenes.energy[s];
    const double least =
        *std::max_element(energy.begin(), energy.end()) * std::pow(10.0, kSilentDb / 10);
    Stem& stem = stems[s];
    stem.duck_key = song.stems[s].duck_key, stem.unmask_key = song.stems[s].unmask_key;
    LowPasses bank(song.rate);
    std::vector<float> room;
    stem.scene.resize(static_cast<std::size_t>(bands.padded_scenes()));
    for (std::size_t block = 0; block < energy.size(); ++block) {
        const bool sounds = energy[block] > least && energy[block] > 0;
        stem.first.push_back(sounds ? static_cast<int>(stem.frames.size()) : -1);
        if (!sounds) continue;
        // Filters go on from the last block that sounded: what rang from silence is 60 dB down.
        auto& scene = stem.scene[static_cast<std::size_t>(bands.scenes.scene[block])];
        for (int n = 0; n < kBlock; ++n) {
            stem.frames.emplace_back();
            Frame& frame = stem.frames.back();
            const std::int64_t f = static_cast<std::int64_t>(block) * kBlock + n;
            if (f >= frames) continue;
            const float* const sides[] = {song.stems[s].left + f * length,
                                          song.stems[s].right + f * length};
            bank.run(sides[0], sides[1], length, frame.power);
            const float root = look_at_wave(sides[0], sides[1], length, room, frame);
            const auto& moments = reference.moments[static_cast<std::size_t>(f)];
            for (std::size_t m = 0; m < moments.size(); ++m)
                frame.wave[m] = sides[moments[m].right][moments[m].frame] / root;
            for (std::size_t b = 0; b < broad::kBands; ++b) scene[b] += frame.power[b];
        }
    }
    const broad::Shares shares;
    for (std::size_t b = 0; b < broad::kBands; ++b) {
        auto& lies = stem.lies[b];
        double all = 0;
        for (std::size_t t = 0; t < kBands; ++t) {
            const StemBands::Own& own = bands.own[t * stems.size() + s];
            lies[t] = shares.belongs[b][t] * (own.middle + own.side);
            all += lies[t];
        }
        for (std::size_t t = 0; t < kBands; ++t) {
            lies[t] = all > 0 ? static_cast<float>(lies[t] / all) : shares.flat[b][t];
            stem.k[b] += lies[t] *
                         static_cast<float>(std::pow(
                             10.0, k_gain_db(band_centre_hz(static_cast<int>(t)), song.rate) / 10));
        }
    }
}

void StemCourse::add_up(const ReferenceMix& reference) {
    const std::size_t count = static_cast<std::size_t>(blocks) * kBlock;
    std::vector<float> apart(count, 0.f);
    for (std::size_t s = 0; s < stems.size(); ++s) {
        const float gain = reference.gain[s] * reference.gain[s];
        for (std::size_t block = 0; block < stems[s].first.size(); ++block) {
            const int first = stems[s].first[block];
            for (std::size_t n = 0; n < kBlock && first >= 0; ++n)
                for (std::size_t b = 0; b < broad::kBands; ++b)
                    apart[block * kBlock + n] +=
                        gain * stems[s].k[b] *
                        stems[s].frames[static_cast<std::size_t>(first) + n].power[b];
        }
    }
    right.resize(count);
    together.assign(count, 1.f);
    for (std::size_t f = 0; f < count; ++f) {
        if (apart[f] > kNothing)
            together[f] = std::clamp(reference.power[f] / apart[f], kLeast, kMost);
        for (std::size_t m = 0; m < right[f].size(); ++m)
            right[f][m] = reference.moments[f][m].right;
    }
}

std::size_t StemCourse::bytes() const {
    std::size_t count = (sizeof(float) + sizeof(right[0])) * together.size();
    for (const Stem& stem : stems)
        count += sizeof(Frame) * stem.frames.size() + sizeof(int) * stem.first.size();
    return count;
}

}  // namespace mixfarm
