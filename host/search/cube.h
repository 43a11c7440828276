/// What is searched: a unit cube whose axes are knobs, the directions a musician would name in it,
/// and what became of a point that was tried.
///
/// 0.5 everywhere is what engineers typically do; an axis counts in quantiles of practice, so that
/// uniform draws are draws from the priors.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace mixfarm {

/// One coordinate of the cube.
struct Axis {
    int block = 0;  ///< the channel strip it belongs to, >= 0; strips are inherited whole
    /// Where the knob rests at its neutral value, so that moving inside changes nothing; none when
    /// equal.
    float rest_low = 0, rest_high = 0;
    bool toggle = false;  ///< two values only: off below rest_high, on from there
    int gate = -1;        ///< the axis without which this one does nothing; -1: none
};

/// Moving by t along it adds t times the weight to each coordinate named: "vox presence".
struct Macro {
    std::string name;
    int block = 0;
    std::vector<std::pair<int, float>> pull;  ///< axis, weight
};

struct Cube {
    std::vector<Axis> axes;
    std::vector<Macro> macros;

    std::size_t dimensions() const { return axes.size(); }
    int blocks() const;
    /// Fails loudly on a gate, a block or a pull that is out of range, or gates that form a ring.
    void check() const;
};

struct Candidate {
    std::uint64_t id = 0;
    std::string origin;  ///< name of the sampler that made it
    std::int64_t parent_a = -1, parent_b = -1;
    std::vector<float> unit;  ///< [dimensions] in [0, 1]
};

struct Outcome {
    double score = 0;              ///< higher is better; 0 = rejected
    std::vector<float> character;  ///< [descriptors] what it is like, NaN where unknown
};

/// A candidate with what became of it.
struct Elite {
    Candidate candidate;
    Outcome outcome;
};

/// Higher score first, ties to the lower id: a strict order of all that was ever tried.
bool better(const Elite& a, const Elite& b);

/// `x` led back into [0, 1] by reflection at both ends.
float fold(double x);

/// Is the knob neutral there? A toggle rests while it is off.
bool rests(const Axis& axis, float x);
/// Is the knob set to something else at `b` than at `a`?
bool changes(const Axis& axis, float a, float b);
/// Does axis `d` do anything at this point, as far as its gate and the gate's own gates go?
bool active(const Cube& cube, std::size_t d, std::span<const float> unit);
/// Where a move by `delta` honestly leads: a toggle changes sides, a resting knob starts from the
/// end of its rest (the other end where this one is the cube's), all others are folded.
float moved(const Axis& axis, float x, double delta);
/// Do two points differ in anything that can be heard?
bool differ(const Cube& cube, std::span<const float> a, std::span<const float> b);

}  // namespace mixfarm
