/// The best mix of every kind: a MAP-Elites archive over named descriptors.
///
/// Mouret and Clune, arXiv 1504.04909; cells are those of a centroidal Voronoi tessellation of the
/// normalised descriptor box, Vassiliades, Chatzilygeroudis and Mouret, arXiv 1610.05729.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/search/character_box.h"
#include "host/search/cube.h"

namespace mixfarm {

struct ArchivePlan {
    std::vector<ArchiveAxis> axes;  ///< as Outcome::character; none: one cell
    std::size_t cells = 1024;
    std::uint64_t seed = 1;
};

class Archive {
public:
    explicit Archive(ArchivePlan plan);

    struct Gain {
        bool kept = false;
        double score = 0;  ///< by how much the cell's score rose; from 0 where it was empty
    };
    /// Keeps it if its cell holds none better. What the archive holds does not depend on the order
    /// of insertion: the better score wins, the lower id among equals. Rejected ones are not kept.
    Gain insert(const Candidate& candidate, const Outcome& outcome);
    void clear();
    /// Divides anew what there is, along the principal axes of `sample` (CharacterBox), and sorts
    /// in what the archive holds and the sample.
    void fit(std::span<const Elite> sample);

    std::size_t size() const { return order_.size(); }
    bool empty() const { return order_.empty(); }
    /// Elite number `rank`, 0 = the best of all.
    const Elite& ranked(std::size_t rank) const { return cells_[order_[rank]]; }
    /// The elite at u^greed of the ranking, 0 <= u < 1; greed 1 draws all alike.
    const Elite& draw(double u, double greed) const;
    std::vector<Elite> elites() const;  ///< best first

    std::size_t cells() const { return cells_.size(); }
    /// The cell of a character, unknown coordinates (NaN) included.
    std::size_t cell_of(std::span<const float> character) const;
    /// The typical character of a cell, [axes] in their units.
    std::vector<float> middle(std::size_t cell) const;

    double coverage() const;  ///< share of the cells that hold an elite
    double qd_score() const;  ///< sum of the elites' scores
    struct Span {
        float low, high;  ///< over the elites, in the axis' unit; NaN when none is known
    };
    std::vector<Span> span() const;  ///< [axes]
    const ArchivePlan& plan() const { return plan_; }

private:
    std::size_t nearest(std::span<const float> point) const;
    void tessellate();

    ArchivePlan plan_;
    CharacterBox box_;
    std::vector<float> middles_;  ///< [dimensions of the box x cells]
    std::vector<Elite> cells_;
    std::vector<std::size_t> order_;  ///< occupied cells, best elite first
};

}  // namespace mixfarm
