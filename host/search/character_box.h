/// From what a mix is like to a point of the box that the archive divides into cells.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace mixfarm {

struct ArchiveAxis {
    std::string name;
    float low = 0, high = 1;  ///< what lies outside counts as lying on the edge
};

/// An affine map of characters into [0, 1]^dimensions. An unknown coordinate (NaN) counts as the
/// middle of its axis.
class CharacterBox {
public:
    /// One dimension an axis, from its low to its high end.
    explicit CharacterBox(std::span<const ArchiveAxis> axes);
    /// The principal axes of what was seen, in units of the axes' ranges: as many as explain 95 %
    /// of the variance, at most `most`, each 2.5 standard deviations to both sides of the mean.
    /// Where descriptors go together this divides what there is, instead of corners where nothing
    /// can be. As the first kind where too little was seen.
    CharacterBox(std::span<const ArchiveAxis> axes, std::span<const std::vector<float>> seen,
                 std::size_t most);

    std::size_t dimensions() const { return dimensions_; }
    /// [dimensions] of a character of [axes].
    std::vector<float> point(std::span<const float> character) const;
    /// [axes]: the typical character of a point.
    std::vector<float> character(std::span<const float> point) const;

private:
    std::size_t dimensions_ = 0;
    std::vector<float> middle_;     ///< [axes]
    std::vector<float> in_, back_;  ///< [dimensions x axes]
};

}  // namespace mixfarm
