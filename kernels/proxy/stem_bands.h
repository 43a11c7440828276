/// What the proxy keeps of a song: the cross powers of its stems in third octaves, scene by scene,
/// and which scene is heard when.
///
/// A mix whose channels are linear is a weighted sum of its stems, so its power in a band is a
/// quadratic form in the weights (Terrell, Simpson and Sandler, JAES 62, 2014, have loudness so):
/// for channels a, b with cross power C_ab, the mean of X_a times the conjugate of X_b,
///
///     power = sum_a |w_a|^2 C_aa + 2 sum_(a < b) Re(w_a conj(w_b) C_ab)
///
/// All that depends on the song is made once. Blocks of 0.4 s in which the same stems play alike
/// are one scene, so that loudness over time costs one form a scene instead of one a block. Pairs
/// of stems that are hardly coherent in a band add up as powers there and are left out.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "kernels/proxy/scenes.h"

namespace mixfarm {

class CrossPowers;

struct StemBands {
    struct Stem {
        int channel;  ///< its first one
        bool stereo;  ///< it has another right behind it
        Bus group;
    };
    /// A product of weights in one band and what it is worth there.
    struct Pair {
        int a, b;            ///< channels, a <= b
        int stem_a, stem_b;  ///< whose they are
        bool imaginary;      ///< of w_a conj(w_b) the imaginary part; else the real one
    };
    /// Powers of a stem's middle (L + R) / 2 and side (L - R) / 2, and their cross power.
    struct Own {
        float middle, side, lean;
    };
    /// Pairs of stems less coherent than this over the song are taken for independent: in the worst
    /// case, two stems equally loud, 0.13 dB.
    static constexpr double kLeastCoherence = 0.03;

    int channels = 0;
    std::vector<Stem> stems;
    Scenes scenes;
    std::vector<Pair> pairs;  ///< band by band
    std::array<int, kBands + 1> first_pair{};
    /// Mean squares, full scale 1, so that sum of product times worth is the power.
    std::vector<float> by_scene;  ///< [pairs][scenes, padded with 0]
    std::vector<float> whole;     ///< [pairs] mean over the song
    std::vector<Own> own;         ///< [bands][stems] mean over the song

    static constexpr int kSceneBlock = 12;  ///< rows of by_scene hold a multiple of this
    int padded_scenes() const {
        return (scenes.count + kSceneBlock - 1) / kSceneBlock * kSceneBlock;
    }

    StemBands(const LoadedSong& song, int threads);
    int pair_count() const { return static_cast<int>(pairs.size()); }

private:
    void add_forms(std::size_t band, std::span<const std::unique_ptr<CrossPowers>> powers,
                   const std::vector<std::vector<double>>& fit, double halves);
};

}  // namespace mixfarm
