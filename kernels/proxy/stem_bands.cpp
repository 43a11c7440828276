/// One pass of short-time spectra over the song, then the forms of every band.
#include "kernels/proxy/stem_bands.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/meters/k_weighting.h"
#include "kernels/proxy/cross_powers.h"

namespace mixfarm {
namespace {

/// [scenes], and one more for the ends of sounds in silent blocks, which count in the song as a
/// whole. A spectrum belongs to the scene of the block in which its middle lies.
std::vector<std::unique_ptr<CrossPowers>> powers_of(const LoadedSong& song, const Scenes& scenes,
                                                    int threads) {
    std::vector<std::vector<std::int64_t>> starts(static_cast<std::size_t>(scenes.count) + 1);
    const int hop = song.bands->size / 2;
    const auto last = static_cast<std::int64_t>(scenes.scene.size()) - 1;
    for (std::int64_t middle = 0; middle < song.view.frames + hop; middle += hop) {
        const int scene =
            scenes.scene[static_cast<std::size_t>(std::min(middle / scenes.block, last))];
        starts[static_cast<std::size_t>(scene < 0 ? scenes.count : scene)].push_back(middle - hop);
    }
    std::vector<std::unique_ptr<CrossPowers>> powers(starts.size());
    fork_join(threads, powers.size(), [&](std::size_t k) {
        const FlushDenormals flush;
        powers[k] = std::make_unique<CrossPowers>(song);
        for (const std::int64_t start : starts[k]) powers[k]->add(start);
    });
    return powers;
}

/// [scenes][stems] what brings the amplitudes of a scene's summed spectra to the loudness that the
/// stem has there: spectra are as long as blocks and count what lies beside them too.
std::vector<std::vector<double>> fit_of(const std::vector<std::unique_ptr<CrossPowers>>& powers,
                                        const Scenes& scenes, int rate) {
    std::vector<std::vector<double>> fit;
    for (std::size_t k = 0; k < scenes.members.size(); ++k) {
        fit.emplace_back();
        for (std::size_t s = 0; s < scenes.energy.size(); ++s) {
            double exact = 0, spectral = 0;
            for (const int i : scenes.members[k])
                exact += scenes.energy[s][static_cast<std::size_t>(i)];
            exact /= static_cast<double>(scenes.members[k].size()) * scenes.block;
            for (std::size_t band = 0; band < kBands; ++band)
                spectral +=
                    std::pow(10.0, k_gain_db(band_centre_hz(static_cast<int>(band)), rate) / 10) *
                    (powers[k]->sum(s, 0, s, 0, band)[0] + powers[k]->sum(s, 1, s, 1, band)[0]);
            fit[k].push_back(spectral > 0 ? std::sqrt(exact / spectral) : 0);
        }
    }
    return fit;
}

}  // namespace

StemBands::StemBands(const LoadedSong& song, int threads) : scenes(song.view, threads) {
    for (const StemView& stem : song.view.stems) {
        stems.push_back({channels, stem.left != stem.right, stem.group});
        channels += stems.back().stereo ? 2 : 1;
    }
    const auto powers = powers_of(song, scenes, threads);
    const auto fit = fit_of(powers, scenes, song.view.rate);
    const double halves = 2.0 * static_cast<double>(song.view.frames) / song.bands->size;
    for (std::size_t band = 0; band < kBands; ++band) {
        add_forms(band, powers, fit, halves);
        first_pair[band + 1] = pair_count();
    }
}

void StemBands::add_forms(std::size_t band, std::span<const std::unique_ptr<CrossPowers>> powers,
                          const std::vector<std::vector<double>>& fit, double halves) {
    std::vector<std::array<double, 2>> by(fit.size());
    /// Over the whole song; leaves each scene's in `by`.
    const auto total = [&](std::size_t s, int i, std::size_t t, int j) {
        std::array<double, 2> all{};
        for (std::size_t k = 0; k < powers.size(); ++k) {
            const std::array<double, 2> one = powers[k]->sum(s, i, t, j, band);
            for (std::size_t part = 0; part < 2; ++part) {
                all[part] += one[part] / halves;
                if (k < by.size()) by[k][part] = fit[k][s] * fit[k][t] * one[part];
            }
        }
        return all;
    };
    const auto keep = [&](Pair pair, double worth, double factor, std::size_t part) {
        pairs.push_back(pair);
        whole.push_back(static_cast<float>(factor * worth));
        for (const auto& one : by) by_scene.push_back(static_cast<float>(factor * one[part]));
        by_scene.resize(pairs.size() * static_cast<std::size_t>(padded_scenes()));
    };
    const auto sides = [&](std::size_t s) { return stems[s].stereo ? 2 : 1; };
    std::vector<double> alone;  // [channels]
    for (std::size_t s = 0; s < stems.size(); ++s) {
        const int its = static_cast<int>(s);
        for (int i = 0; i < sides(s); ++i) {
            const int a = stems[s].channel + i;
            alone.push_back(total(s, i, s, i)[0]);
            if (alone.back() > 0) keep({a, a, its, its, false}, alone.back(), 1, 0);
        }
        const double left = alone[static_cast<std::size_t>(stems[s].channel)], right = alone.back(),
                     cross = stems[s].stereo ? total(s, 0, s, 1)[0] : left;
        own.push_back({static_cast<float>((left + right + 2 * cross) / 4),
                       static_cast<float>(std::max(0.0, left + right - 2 * cross) / 4),
                       static_cast<float>((left - right) / 4)});
    }
    for (std::size_t s = 0; s < stems.size(); ++s)
        for (std::size_t t = s; t < stems.size(); ++t)
            for (int i = 0; i < sides(s); ++i)
                for (int j = s == t ? i + 1 : 0; j < sides(t); ++j) {
                    const int a = stems[s].channel + i, b = stems[t].channel + j;
                    const auto both = total(s, i, t, j);
                    const double most = std::sqrt(alone[static_cast<std::size_t>(a)] *
                                                  alone[static_cast<std::size_t>(b)]);
                    const bool apart =
                        s != t && std::hypot(both[0], both[1]) < kLeastCoherence * most;
                    if (!(most > 0) || apart) continue;
                    const int its = static_cast<int>(s), other = static_cast<int>(t);
                    keep({a, b, its, other, false}, both[0], 2, 0);
                    if (s != t) keep({a, b, its, other, true}, both[1], -2, 1);
                }
}

}  // namespace mixfarm
