/// A feedback delay network of sixteen lines: its recursion, and the energy of its tail in closed
/// form.
///
/// Jot and Chaigne 1991: what the lines give, each behind its absorption, goes through a lossless
/// matrix back into them. The matrix is Hadamard's of order 16, in two stages of four by four; its
/// factor 1/4 is part of the absorption. Two of its rows are heard: sums of all lines with signs
/// that are orthogonal, so left and right are not correlated.
#pragma once

#include "kernels/core/absorption.h"
#include "kernels/core/tape.h"

namespace mixfarm::fdn {

inline constexpr int kLines = 16;
inline constexpr double kMatrixScale = 0.25;

template <class F>
MF_HD void hadamard(F& a, F& b, F& c, F& d) {
    const F ab = a + b, cd = c + d, a_b = a - b, c_d = c - d;
    a = ab + cd, b = a_b + c_d, c = ab - cd, d = a_b - c_d;
}

/// One block of four lines, each behind its absorption, mixed.
template <class F, class Memory>
MF_HD void four_lines(const Absorption<F>* lines, AbsorptionState<F>* states,
                      const Tape<Memory>& tape, const int* edge, F (*mixed)[tape::kBlock],
                      int count) {
    const Absorption<F> c0 = lines[0], c1 = lines[1], c2 = lines[2], c3 = lines[3];
    AbsorptionState<F> s0 = states[0], s1 = states[1], s2 = states[2], s3 = states[3];
    const Memory in0 = tape.from(edge[0]), in1 = tape.from(edge[1]);
    const Memory in2 = tape.from(edge[2]), in3 = tape.from(edge[3]);
    for (int n = 0; n < count; ++n) {
        F x0 = absorb(in0[n], c0, s0), x1 = absorb(in1[n], c1, s1);
        F x2 = absorb(in2[n], c2, s2), x3 = absorb(in3[n], c3, s3);
        hadamard(x0, x1, x2, x3);
        mixed[0][n] = x0, mixed[1][n] = x1, mixed[2][n] = x2, mixed[3][n] = x3;
    }
    states[0] = s0, states[1] = s1, states[2] = s2, states[3] = s3;
}
/// One block of every fourth line, mixed again, fed, and on to the tape. Row kOut of these four is
/// heard (-1: none): it is added to `out` or takes its place.
template <int kOut, bool kAdd, class F, class Memory>
MF_HD void feed_four(const F (*mixed)[tape::kBlock], const Tape<Memory>& tape, const int* edge,
                     const F* in, F level, F* out, int count) {
    const Memory to0 = tape.from(edge[1]), to1 = tape.from(edge[5]);
    const Memory to2 = tape.from(edge[9]), to3 = tape.from(edge[13]);
    for (int n = 0; n < count; ++n) {
        F x0 = mixed[0][n], x1 = mixed[4][n], x2 = mixed[8][n], x3 = mixed[12][n];
        const F x = in[n];
        hadamard(x0, x1, x2, x3);
        if constexpr (kOut == 1) out[n] = kAdd ? fma_(level, x1, out[n]) : level * x1;
        if constexpr (kOut == 2) out[n] = kAdd ? fma_(level, x2, out[n]) : level * x2;
        to0[n] = x0 + x, to1[n] = x1 + x, to2[n] = x2 + x, to3[n] = x3 + x;
    }
}

/// One block of the network, whose line i lies on the tape between edge[i] and edge[i + 1]. `left`
/// is fed to the even lines and `right` to the odd ones; two rows of the mixed lines are heard,
/// `level` times: added to what is in `out`, or in its place.
template <bool kAdd, class F, class Memory>
MF_HD void run(const Absorption<F>* lines, AbsorptionState<F>* states, const Tape<Memory>& tape,
               const int* edge, const F* left, const F* right, F level, F* out_left, F* out_right,
               int count) {
    F mixed[kLines][tape::kBlock];
    MF_UNROLL
    for (int i = 0; i < kLines; i += 4)
        four_lines(lines + i, states + i, tape, edge + i, mixed + i, count);
    feed_four<-1, kAdd>(mixed, tape, edge, left, level, out_left, count);
    feed_four<-1, kAdd>(mixed + 1, tape, edge + 1, right, level, out_right, count);
    feed_four<1, kAdd>(mixed + 2, tape, edge + 2, left, level, out_left, count);
    feed_four<2, kAdd>(mixed + 3, tape, edge + 3, right, level, out_right, count);
}

/// The share of a reverb's tape that its lines and its diffusers (all-passes, those of the left
/// side first) take: frames of the i-th of them.
template <class Reverb>
MF_HD int place_frames(int i, int rate) {
    if (i < kLines) return tape::scaled(Reverb::line_frames(i), rate);
    const int d = i - kLines;
    return tape::scaled(Reverb::diffuser_frames(d / Reverb::kDiffusers, d % Reverb::kDiffusers),
                        rate);
}
/// Both sides of a block through pre-delays that lie up to `edge_left` and `edge_right`.
template <class F, class Memory>
MF_HD void delay(const Tape<Memory>& tape, int edge_left, int edge_right, F frames,
                 const F* in_left, const F* in_right, F* left, F* right, int count) {
    tape.write(edge_left, in_left, count);
    tape.read(edge_left, frames, left, count);
    tape.write(edge_right, in_right, count);
    tape.read(edge_right, frames, right, count);
}
/// Both sides through their all-passes, which lie from edge[0] on.
template <class Reverb, class F, class Memory>
MF_HD void diffuse(const Tape<Memory>& tape, const int* edge, F* left, F* right, int count) {
    MF_UNROLL
    for (int i = 2 * Reverb::kDiffusers; i-- > 0;)
        tape.diffuse(edge[i], edge[i + 1], F(Reverb::kDiffusion),
                     i < Reverb::kDiffusers ? left : right, count);
}

/// The lines' absorption for knobs that begin with decay, pre-delay, low and high ratio.
template <class Reverb>
void design_lines(Absorption<float>* lines, const float* p, double rate) {
    AbsorptionDesign absorption(rate);
    const Decay decay{p[0] * double(p[2]), p[0], p[0] * double(p[3])};
    for (int i = 0; i < kLines; ++i)
        lines[i] = absorption(tape::scaled(Reverb::line_frames(i), static_cast<int>(rate)), decay,
                              kMatrixScale);
}

/// Energies for pink noise of unit power into both sides, as averages over the octaves of 125 Hz to
/// 8 kHz.
struct Energy {
    double tail;   ///< of one row of the mixed lines
    double input;  ///< of what is fed
};
/// `fed(hz)` is the power of what is fed. With g the mean of the lines' |H|^2, each pass spreads
/// what is left over all lines: g + g^2 + ... = g / (1 - g).
template <class Fed>
Energy pink_energy(const Absorption<float>* lines, double rate, Fed fed) {
    constexpr int kPoints = 14;
    Energy sum{0, 0};
    for (int i = 0; i < kPoints; ++i) {
        const double hz = kLowHz * std::exp2((i + 0.5) / 2 - 0.5);
        const double cosine = std::cos(2 * std::numbers::pi * hz / rate), in = fed(hz);
        double g = 0;
        for (int j = 0; j < kLines; ++j) g += power(lines[j], cosine);
        g /= kLines * kMatrixScale * kMatrixScale;
        sum.tail += in * g / (1 - g) / kPoints;
        sum.input += in / kPoints;
    }
    return sum;
}

}  // namespace mixfarm::fdn
