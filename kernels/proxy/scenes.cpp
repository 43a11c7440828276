/// K-means over blocks.
#include "kernels/proxy/scenes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/meters/k_weighting.h"

namespace mixfarm {
namespace {

constexpr int kRounds = 8;         // of k-means
constexpr float kFloorLog2 = -20;  // 60 dB below a stem's loudest block it is silent

/// K-weighted energy of a stem, both sides, in every block.
std::vector<double> block_energy(const StemView& stem, std::int64_t frames, int block, int rate) {
    const KSetup setup = k_setup(rate);
    KState<float> left{}, right{};
    std::vector<double> energy(static_cast<std::size_t>((frames + block - 1) / block), 0.0);
    for (std::int64_t n = 0; n < frames; ++n) {
        const float l = k_weight(stem.left[n], setup, left);
        const float r = k_weight(stem.right[n], setup, right);
        energy[static_cast<std::size_t>(n / block)] +=
            static_cast<double>(l) * l + static_cast<double>(r) * r;
    }
    return energy;
}

/// K-means over blocks; the first centres are the loudest block and then ever the one furthest from
/// all centres, so that nothing is left to chance. [points] cluster of each; `points` [n][size].
std::vector<int> clusters(const std::vector<std::vector<float>>& points, std::size_t most) {
    const auto distance = [](const std::vector<float>& a, const std::vector<float>& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double d = static_cast<double>(a[i]) - b[i];
            sum += d * d;
        }
        return sum;
    };
    std::vector<int> of(points.size(), 0);
    if (points.empty()) return of;
    std::vector<std::vector<float>> centres = {points.front()};
    std::vector<double> nearest(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) nearest[i] = distance(points[i], centres[0]);
    while (centres.size() < most) {
        const auto far = static_cast<std::size_t>(std::max_element(nearest.begin(), nearest.end()) -
                                                  nearest.begin());
        if (!(nearest[far] > 0)) break;
        centres.push_back(points[far]);
        for (std::size_t i = 0; i < points.size(); ++i)
            nearest[i] = std::min(nearest[i], distance(points[i], centres.back()));
    }
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t i = 0; i < points.size(); ++i) {
            double best = HUGE_VAL;
            for (std::size_t c = 0; c < centres.size(); ++c) {
                const double d = distance(points[i], centres[c]);
                if (d < best) best = d, of[i] = static_cast<int>(c);
            }
        }
        std::vector<std::vector<double>> sum(centres.size(),
                                             std::vector<double>(points[0].size(), 0.0));
        std::vector<int> count(centres.size(), 0);
        for (std::size_t i = 0; i < points.size(); ++i) {
            const auto c = static_cast<std::size_t>(of[i]);
            ++count[c];
            for (std::size_t k = 0; k < points[i].size(); ++k) sum[c][k] += points[i][k];
        }
        for (std::size_t c = 0; c < centres.size(); ++c)
            for (std::size_t k = 0; k < points[0].size() && count[c] > 0; ++k)
                centres[c][k] = static_cast<float>(sum[c][k] / count[c]);
    }
    return of;
}

}  // namespace

Scenes::Scenes(const SongView& song, int threads)
    : block(static_cast<int>(kBlockSeconds * song.rate)), energy(song.stems.size()) {
    fork_join(threads, energy.size(), [&](std::size_t s) {
        const FlushDenormals flush;
        energy[s] = block_energy(song.stems[s], song.frames, block, song.rate);
    });
    // All stems alike, as mixes have them: together they would be what the loudest recording does.
    const std::size_t blocks = energy.front().size();
    std::vector<double> together(blocks, 0.0);
    for (const auto& stem : energy) {
        const double all = std::accumulate(stem.begin(), stem.end(), 0.0);
        for (std::size_t i = 0; i < blocks && all > 0; ++i) together[i] += stem[i] / all;
    }
    std::vector<std::size_t> sounding;
    for (std::size_t i = 0; i < blocks; ++i)
        if (together[i] > 0) sounding.push_back(i);
    std::stable_sort(sounding.begin(), sounding.end(),
                     [&](std::size_t a, std::size_t b) { return together[a] > together[b]; });
    std::vector<std::vector<float>> points;
    for (const std::size_t i : sounding) {
        points.emplace_back();
        for (const auto& stem : energy) {
            const double most = *std::max_element(stem.begin(), stem.end());
            const double log2 = most > 0 ? std::log2(stem[i] / most) : kFloorLog2;
            points.back().push_back(std::max(static_cast<float>(log2), kFloorLog2));
        }
    }
    const std::vector<int> cluster = clusters(points, kMost);
    std::vector<int> cluster_of(blocks, -1);
    for (std::size_t k = 0; k < sounding.size(); ++k) cluster_of[sounding[k]] = cluster[k];

    // Numbered in the order of their first block, empty clusters left out.
    std::vector<int> number(kMost, -1);
    scene.assign(blocks, -1);
    for (std::size_t i = 0; i < blocks; ++i) {
        if (cluster_of[i] < 0) continue;
        int& n = number[static_cast<std::size_t>(cluster_of[i])];
        if (n < 0) {
            n = count++;
            members.emplace_back();
        }
        scene[i] = n;
        members[static_cast<std::size_t>(n)].push_back(static_cast<int>(i));
    }
    level.assign(blocks, 0.f);
    for (const std::vector<int>& blocks_of : members) {
        double mean = 0;
        for (const int i : blocks_of) mean += together[static_cast<std::size_t>(i)];
        mean /= static_cast<double>(blocks_of.size());
        for (const int i : blocks_of)
            level[static_cast<std::size_t>(i)] =
                static_cast<float>(together[static_cast<std::size_t>(i)] / mean);
    }
}

}  // namespace mixfarm
