/// Adds the stems up block by block.
#include "kernels/proxy/reference_mix.h"

#include <algorithm>
#include <cmath>

#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/meters/k_weighting.h"

namespace mixfarm {
namespace {

constexpr int kBlockFrames = 40;
constexpr int kWarmFrames = 20;     // of K-weighting in front of a block
constexpr double kPlayingDb = -20;  // of blocks that count in a stem's loudness, under the loudest
constexpr double kAudible = 1e-6;   // loudest block of a stem that counts, over the song's loudest
constexpr double kApartMs = 1;      // between moments

std::vector<float> equal_loudness(const Scenes& scenes) {
    std::vector<float> gains;
    double loudest = 0;
    for (const auto& energy : scenes.energy)
        loudest = std::max(loudest, *std::max_element(energy.begin(), energy.end()));
    for (const auto& energy : scenes.energy) {
        const double most = *std::max_element(energy.begin(), energy.end());
        double sum = 0, count = 0;
        for (const double e : energy)
            if (e > most * std::pow(10.0, kPlayingDb / 10)) sum += e, ++count;
        gains.push_back(most > kAudible * loudest ? static_cast<float>(std::sqrt(count / sum))
                                                  : 0.f);
    }
    return gains;
}

/// The largest samples of both sides, none close to another on its side.
std::array<ReferenceMix::Moment, ReferenceMix::kMoments> largest(std::vector<float>& left,
                                                                 std::vector<float>& right,
                                                                 std::ptrdiff_t apart) {
    std::array<ReferenceMix::Moment, ReferenceMix::kMoments> found{};
    for (ReferenceMix::Moment& moment : found) {
        const auto softer = [](float a, float b) { return std::fabs(a) < std::fabs(b); };
        const auto l = std::max_element(left.begin(), left.end(), softer),
                   r = std::max_element(right.begin(), right.end(), softer);
        moment.right = softer(*l, *r);
        std::vector<float>& side = moment.right ? right : left;
        const std::ptrdiff_t at = moment.right ? r - right.begin() : l - left.begin();
        moment.frame = static_cast<std::int16_t>(at);
        const auto end = std::min(std::ssize(side), at + apart + 1);
        std::fill(side.begin() + std::max<std::ptrdiff_t>(0, at - apart), side.begin() + end, 0.f);
    }
    return found;
}

}  // namespace

ReferenceMix::ReferenceMix(const SongView& song, const Scenes& scenes, int threads)
    : gain(equal_loudness(scenes)) {
    const int length = song.rate / 100;
    const auto frames = static_cast<std::int64_t>(scenes.scene.size()) * kBlockFrames;
    const std::int64_t whole = song.frames / length;
    power.assign(static_cast<std::size_t>(frames), 0.f);
    moments.resize(static_cast<std::size_t>(frames));
    const KSetup setup = k_setup(song.rate);
    fork_join(threads, scenes.scene.size(), [&](std::size_t block) {
        const FlushDenormals flush;
        KState<float> k_left{}, k_right{};
        const std::int64_t first = static_cast<std::int64_t>(block) * kBlockFrames,
                           last = std::min(first + kBlockFrames, whole);
        std::vector<float> left(static_cast<std::size_t>(length)), right(left.size());
        for (std::int64_t f = std::max<std::int64_t>(0, first - kWarmFrames); f < last; ++f) {
            std::fill(left.begin(), left.end(), 0.f), std::fill(right.begin(), right.end(), 0.f);
            for (std::size_t s = 0; s < gain.size(); ++s) {
                if (gain[s] == 0 || !(scenes.energy[s][block] > 0)) continue;
                const float* const l = song.stems[s].left + f * length;
                const float* const r = song.stems[s].right + f * length;
                for (std::size_t n = 0; n < left.size(); ++n)
                    left[n] += gain[s] * l[n], right[n] += gain[s] * r[n];
            }
            float energy = 0;
            for (std::size_t n = 0; n < left.size(); ++n) {
                const float l = k_weight(left[n], setup, k_left),
                            r = k_weight(right[n], setup, k_right);
                energy += l * l + r * r;
            }
            if (f < first) continue;
            power[static_cast<std::size_t>(f)] = energy / static_cast<float>(2 * length);
            moments[static_cast<std::size_t>(f)] =
                largest(left, right, std::lround(kApartMs / 1000 * song.rate));
        }
    });
}

}  // namespace mixfarm
