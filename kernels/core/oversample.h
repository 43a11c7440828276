/// Twice the sample rate and back, by half-band filters made of allpass sections.
///
/// An elliptic half-band filter of odd order is H(z) = (A0(z^2) + A1(z^2) / z) / 2 with A0 and A1
/// products of sections (a + 1/z) / (1 + a/z) (Valenzuela and Constantinides, "Digital signal
/// processing schemes for efficient interpolation and decimation", IEE Proc. G 130(6), 1983): at
/// the low rate the two phases are the two products, with one multiplication a section. The
/// response is complementary in power, so that a deep stop band is a flat pass band; up and down
/// again alone is the allpass A0 A1, flat to Nyquist. Coefficients: Gazsi's closed form ("Explicit
/// formulas for lattice wave digital filters", IEEE Trans. CAS 32(1), 1985), computed in double.
#pragma once

#include "kernels/core/lane.h"

namespace mixfarm {

/// 13th order: stop band from 25 kHz at 96 kHz 61 dB down, so that 48 kHz is usable to 23 kHz.
struct SharpHalfBand {
    static constexpr int kSections = 6;
    static constexpr bool kAlone = true;
    MF_HD static constexpr float section(int i) {
        constexpr float kA[kSections] = {0.0939969122f, 0.314768672f, 0.550630748f,
                                         0.736725867f,  0.866022468f, 0.958755314f};
        return kA[i];
    }
};

/// 5th order: for signals in the lower quarter of the band, whose images begin three quarters up:
/// 71 dB down from 76 kHz at 192 kHz, flat to 20 kHz.
struct WideHalfBand {
    static constexpr int kSections = 2;
    static constexpr bool kAlone = false;  // the curve runs between its two halves
    MF_HD static constexpr float section(int i) {
        constexpr float kA[kSections] = {0.126620442f, 0.56579572f};
        return kA[i];
    }
};

/// Last input of both phases and last output of every section.
template <class HalfBand, class F>
struct RaiseState {
    F x, y[HalfBand::kSections];
};
template <class HalfBand, class F>
struct LowerState {
    F x0, x1, y[HalfBand::kSections];
};

/// Sections I, I + 2, ... one after the other; `before` is the input one sample ago.
template <class HalfBand, int I, class F>
MF_HD F half_band_phase(F x, F before, F* y) {
    if constexpr (I < HalfBand::kSections) {
        const F last = y[I];
        const F a = F(HalfBand::section(I));
        // Both are before + a (x - last); the first waits for `last` with one operation instead of
        // two, where a loop does nothing else meanwhile.
        if constexpr (HalfBand::kAlone)
            y[I] = fma_(-a, last, fma_(a, x, before));
        else
            y[I] = fma_(a, x - last, before);
        return half_band_phase<HalfBand, I + 2>(y[I], last, y);
    } else {
        return x;
    }
}

/// One sample in, two out, unit gain.
template <class HalfBand, class F>
MF_HD void raise_rate(F x, RaiseState<HalfBand, F>& s, F& first, F& second) {
    first = half_band_phase<HalfBand, 0>(x, s.x, s.y);
    second = half_band_phase<HalfBand, 1>(x, s.x, s.y);
    s.x = x;
}

/// Two samples in, one out, with a gain of 2: the caller has a factor to put the half into.
template <class HalfBand, class F>
MF_HD F lower_rate(F first, F second, LowerState<HalfBand, F>& s) {
    const F y = half_band_phase<HalfBand, 1>(first, s.x1, s.y) +
                half_band_phase<HalfBand, 0>(second, s.x0, s.y);
    s.x1 = first;
    s.x0 = second;
    return y;
}

}  // namespace mixfarm
