/// Cross powers of all channels of a song in third octaves, from short-time spectra.
#pragma once

#include <array>
#include <vector>

#include "kernels/console/loaded_song.h"
#include "kernels/core/lane.h"

namespace mixfarm {

/// Cross powers of all channels in all bands, summed over spectra. Stems lie in lanes: channel
/// (group of stems, side, lane).
class CrossPowers {
public:
    explicit CrossPowers(const LoadedSong& song)
        : song_(song),
          groups_((song.view.stems.size() + kWidth - 1) / kWidth),
          rows_(2 * groups_ * kWidth),
          re_(groups_),
          im_(groups_),
          sums_(static_cast<std::size_t>(kBands) * rows_ * 2 * groups_ * 2, CpuLanes(0.f)),
          xr_(2 * groups_),
          xi_(2 * groups_) {
        for (auto* part : {&re_, &im_})
            for (auto& lanes : *part) lanes.resize(static_cast<std::size_t>(song.bands->size));
    }

    /// One windowed frame from `start`; what lies outside the song is silence.
    void add(std::int64_t start) {
        const BandMap& map = *song_.bands;
        transform(start);
        for (const BandMap::Share& s : map.shares) {
            const auto p = static_cast<std::size_t>(song_.fft->place(s.bin)),
                       q = static_cast<std::size_t>(song_.fft->place(map.size - s.bin));
            for (std::size_t g = 0; g < groups_; ++g) {
                xr_[2 * g] = re_[g][p] + re_[g][q], xi_[2 * g] = im_[g][p] - im_[g][q];
                xr_[2 * g + 1] = im_[g][p] + im_[g][q], xi_[2 * g + 1] = re_[g][q] - re_[g][p];
            }
            CpuLanes* sum = &sums_[static_cast<std::size_t>(s.band) * rows_ * 4 * groups_];
            for (std::size_t a = 0; a < rows_; ++a, sum += 4 * groups_) {
                const std::size_t block = a / kWidth;
                const int at = static_cast<int>(a % kWidth);
                const float ar = s.weight * lane(xr_[block], at),
                            ai = s.weight * lane(xi_[block], at);
                if (ar == 0 && ai == 0) continue;
                for (std::size_t b = block; b < 2 * groups_; ++b) {
                    sum[2 * b] = fma_(CpuLanes(ar), xr_[b], fma_(CpuLanes(ai), xi_[b], sum[2 * b]));
                    sum[2 * b + 1] =
                        fma_(CpuLanes(ai), xr_[b], fma_(CpuLanes(-ar), xi_[b], sum[2 * b + 1]));
                }
            }
        }
        ++frames_;
    }

    /// Of side `i` of stem s and side `j` of stem t, in a band: X conj(Y), summed over all spectra,
    /// as mean squares of half a transform.
    std::array<double, 2> sum(std::size_t s, int i, std::size_t t, int j, std::size_t band) const {
        const std::size_t block_a = 2 * (s / kWidth) + static_cast<std::size_t>(i),
                          block_b = 2 * (t / kWidth) + static_cast<std::size_t>(j);
        if (block_a > block_b) {
            const auto turned = sum(t, j, s, i, band);
            return {turned[0], -turned[1]};
        }
        const std::size_t row = block_a * kWidth + s % kWidth;
        const CpuLanes* from = &sums_[(band * rows_ + row) * 4 * groups_ + 2 * block_b];
        const int at = static_cast<int>(t % kWidth);
        const double scale = 2 * song_.bands->scale / song_.bands->size;
        return {scale * lane(from[0], at), scale * lane(from[1], at)};
    }
    int frames() const { return frames_; }

private:
    static constexpr int kWidth = lane_count<CpuLanes>;

    void transform(std::int64_t start) {
        const BandMap& map = *song_.bands;
        for (std::size_t g = 0; g < groups_; ++g)
            for (int n = 0; n < map.size; ++n) {
                const auto at = static_cast<std::size_t>(n);
                CpuLanes left(0.f), right(0.f);
                const std::int64_t frame = start + n;
                if (frame >= 0 && frame < song_.view.frames)
                    for (std::size_t l = 0; l < kWidth && g * kWidth + l < song_.view.stems.size();
                         ++l) {
                        const StemView& stem = song_.view.stems[g * kWidth + l];
                        set_lane(left, static_cast<int>(l), stem.left[frame] * map.window[at]);
                        set_lane(right, static_cast<int>(l), stem.right[frame] * map.window[at]);
                    }
                re_[g][at] = left, im_[g][at] = right;
            }
        for (std::size_t g = 0; g < groups_; ++g)
            song_.fft->transform(re_[g].data(), im_[g].data());
    }

    const LoadedSong& song_;
    std::size_t groups_, rows_;
    std::vector<std::vector<CpuLanes>> re_, im_;
    std::vector<CpuLanes> sums_;  ///< [bands][rows][2 groups][re, im]
    std::vector<CpuLanes> xr_, xi_;
    int frames_ = 0;
};

}  // namespace mixfarm
