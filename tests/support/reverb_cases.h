/// What the two reverbs have to show, measured on their impulse responses: one function a case, the
/// settings given as rows.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effort.h"
#include "tests/support/reverb_oracle.h"

namespace mixfarm::reverb_cases {

using Knobs = std::vector<float>;  ///< decay_s, predelay_ms, low_ratio, high_ratio ...
using KnobsList = std::vector<Knobs>;

/// Long enough for 35 dB and for the level.
inline double seconds_of(const Knobs& row) {
    return std::min(4.0, 1.1 * double(row[0]) * std::max(1.f, row[2]));
}

/// Schroeder: within 10 % of the set time in the octaves of 125 Hz, 1 kHz and 8 kHz, between the
/// set times (8 % of tolerance) in the octaves between.
template <class Effect>
void decays_as_set(const KnobsList& rows, double rate) {
    double worst = 0;
    for (const Knobs& row : rows) {
        const auto x = responses<Effect>(row, rate, seconds_of(row));
        std::printf("%6.0f Hz, T60 %4.2f s x (%.2f, 1, %.2f):", rate, row[0], row[2], row[3]);
        for (const double hz : {125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0}) {
            const double share = oracle::decay_seconds(x, hz, rate) / row[0];
            std::printf(" %.3f", share);
            const double outer = hz < 1000 ? row[2] : row[3];
            if (hz == 125 || hz == 1000 || hz == 8000) {
                const double off = share / (hz == 1000 ? 1 : outer) - 1;
                worst = std::max(worst, std::fabs(off));
                EXPECT_LT(std::fabs(off), 0.1) << hz << " Hz";
            } else {
                EXPECT_GT(share, 0.92 * std::min(1.0, outer)) << hz << " Hz";
                EXPECT_LT(share, 1.08 * std::max(1.0, outer)) << hz << " Hz";
            }
        }
        std::printf("\n");
    }
    std::printf("set times: off by at most %.1f %%\n", 100 * worst);
}

/// In one pass every line loses -60 m / (rate T60) dB at the three frequencies, to 3 % wherever the
/// outer ones differ from the middle by up to 9 dB.
template <class Effect>
void lines_lose_what_they_should() {
    double worst = 0, worst_mid = 0;
    const auto step = [](const ParamSpec& spec, int i, int last) {
        return spec.low * std::pow(double(spec.high) / spec.low, double(i) / last);
    };
    for (const double rate : {44100.0, 48000.0, 192000.0})
        for (int i = 0; i < 7 * 7 * 9; ++i) {
            Knobs p;
            for (const ParamSpec& spec : Effect::kParams) p.push_back(spec.neutral);
            p[0] = static_cast<float>(step(Effect::kParams[0], i % 9, 8));
            p[2] = static_cast<float>(step(Effect::kParams[2], i / 9 % 7, 6));
            p[3] = static_cast<float>(step(Effect::kParams[3], i / 63, 6));
            const auto c = Effect::design(p.data(), rate);
            for (int k = 0; k < 16; ++k) {
                const auto off = [&](double hz, double ratio) {
                    const int frames = tape::scaled(Effect::line_frames(k), int(rate));
                    const double w = 2 * std::numbers::pi * hz / rate;
                    const double db = 10 * std::log10(16 * fdn::power(c.lines[k], std::cos(w)));
                    return std::fabs(db / (-60 * frames / (rate * p[0] * ratio)) - 1);
                };
                const double mid =
                    60 * tape::scaled(Effect::line_frames(k), int(rate)) / rate / p[0];
                if (std::max(std::fabs(mid / p[2] - mid), std::fabs(mid / p[3] - mid)) > 9)
                    continue;
                worst_mid = std::max(worst_mid, off(1000, 1));
                worst = std::max({worst, off(125, p[2]), off(8000, p[3])});
            }
        }
    std::printf("loss in one pass: off by at most %.2f %% at 1 kHz, %.2f %% at 125 Hz and 8 kHz\n",
                100 * worst_mid, 100 * worst);
    EXPECT_LT(worst_mid, 0.02);
    EXPECT_LT(worst, 0.03);
}

/// The response with a pre-delay is the one without, later by the set time to the nearest frame.
template <class Effect>
void predelay_moves_everything(Knobs row, double rate) {
    row[1] = 0;
    const auto now = responses<Effect>(row, rate, 0.5).front();
    for (const float ms : {3.7f, 25.f, 200.f}) {
        row[1] = ms;
        const auto later = responses<Effect>(row, rate, 0.5).front();
        const auto frames = static_cast<std::size_t>(std::lround(ms * rate / 1000));
        ASSERT_GT(signals::peak_of(now.left), 0.01);
        for (std::size_t n = 0; n < now.frames(); ++n) {
            ASSERT_EQ(later.left[n], n < frames ? 0 : now.left[n - frames]) << n;
            ASSERT_EQ(later.right[n], n < frames ? 0 : now.right[n - frames]) << n;
        }
    }
}

/// Echo density above 0.9 from `seconds` on, on every way from side to side.
template <class Effect>
void becomes_dense(const Knobs& row, double rate, double seconds) {
    double last = 0;
    for (const signals::Stereo& x : responses<Effect>(row, rate, 1))
        for (const signals::Samples* side : {&x.left, &x.right})
            last = std::max(last, oracle::dense_from(*side, 0.005, 0.9, rate));
    std::printf("%6.0f Hz: echo density above 0.9 from %.0f ms on\n", rate, 1000 * last);
    EXPECT_LT(last, seconds);
}

/// The late tail against Gaussian noise of the same decay, over 0.68 s from 0.5 s on: 1.5 Hz a bin,
/// octaves of 250 Hz to 8 kHz.
template <class Effect>
void rings_no_more_than_noise(Knobs row, std::initializer_list<float> decays) {
    const double rate = 48000;
    constexpr std::size_t kWindow = 32768, kFrom = 24000;
    signals::Random random(5);
    for (const float decay : decays) {
        row[0] = decay, row[1] = 0;
        double tail = 0, noise = 0;
        for (const signals::Stereo& x : responses<Effect>(row, rate, 1.2))
            for (const signals::Samples* side : {&x.left, &x.right}) {
                signals::Samples y(side->size());
                for (std::size_t n = kFrom; n < y.size(); ++n) {
                    double sum = -6;
                    for (int i = 0; i < 12; ++i) sum += random.unit();
                    y[n] = static_cast<float>(sum * std::pow(0.001, double(n) / rate / decay));
                }
                tail += oracle::ringing_db(*side, kFrom, kWindow, 177, 11314, rate) / 4;
                noise += oracle::ringing_db(y, kFrom, kWindow, 177, 11314, rate) / 4;
            }
        std::printf("T60 %.1f s: largest bin %.1f dB over its third of an octave, noise %.1f dB\n",
                    decay, tail, noise);
        EXPECT_LT(tail, noise + 3);
    }
}

/// Within 1 dB of 0 dB on both sides.
template <class Effect>
void pink_noise_keeps_its_level(const KnobsList& rows, double rate) {
    double low = 100, high = -100;
    for (const Knobs& row : rows) {
        const auto x = responses<Effect>(row, rate, seconds_of(row));
        for (const bool right : {false, true}) {
            const double db = return_db(x, right, rate);
            low = std::min(low, db), high = std::max(high, db);
        }
    }
    std::printf("%6.0f Hz: pink noise at 0 dB comes back at %.2f to %.2f dB\n", rate, low, high);
    EXPECT_GT(low, -1);
    EXPECT_LT(high, 1);
}

/// From the left, the right and the middle.
template <class Effect>
void sides_are_decorrelated(const Knobs& row) {
    const double rate = 48000;
    auto x = responses<Effect>(row, rate, 1.2);
    signals::Stereo middle = x[0];
    for (std::size_t n = 0; n < middle.frames(); ++n)
        middle.left[n] += x[1].left[n], middle.right[n] += x[1].right[n];
    x.push_back(middle);
    for (const signals::Stereo& response : x) {
        const double r = oracle::correlation(response, 4800, 57600);
        signals::Samples mono = response.left;
        for (std::size_t n = 0; n < mono.size(); ++n) mono[n] += response.right[n];
        const double kept =
            10 * std::log10(signals::mean_square(mono) / (signals::mean_square(response.left) +
                                                          signals::mean_square(response.right)));
        std::printf("correlation %+.3f, the mono sum has %+.2f dB of both sides' power\n", r, kept);
        EXPECT_LT(std::fabs(r), 0.2);
        EXPECT_LT(std::fabs(kept), 1);
    }
}

/// Every mixture of two designs loses energy in one pass of a line, and nothing grows while knobs
/// fly from corner to corner.
template <class Effect>
void mixtures_decay() {
    signals::Random random(8);
    const auto corner = [&] {
        Knobs p;
        for (const ParamSpec& spec : Effect::kParams)
            p.push_back(random.unit() < 0.5 ? spec.low : spec.high);
        return Effect::design(p.data(), 48000);
    };
    double most = 0;
    for (int i = 0; i < effort(100, 20); ++i) {
        const auto a = corner(), b = corner();
        const auto t = static_cast<float>(random.unit());
        for (std::size_t k = 0; k < 16; ++k) {
            float x[6], y[6];
            std::memcpy(x, &a.lines[k], sizeof(x));
            std::memcpy(y, &b.lines[k], sizeof(y));
            for (std::size_t j = 0; j < 6; ++j) x[j] = fma_(t, y[j] - x[j], x[j]);
            const fdn::Absorption<float> c{x[0], x[1], x[2], x[3], x[4], x[5]};
            for (double w = 0; w <= 3.1416; w += 0.05)
                most = std::max(most, fdn::power(c, std::cos(w)));
        }
    }
    const Wild wild = drive_wildly<Effect>(effort(10, 2), 120, 3, [](auto&) {});
    std::printf(
        "largest gain of a mixture in one pass: %.6f; wild automation: peak %.2f, %.2g at "
        "the end\n",
        4 * std::sqrt(most), wild.loudest, wild.last);
    EXPECT_LT(4 * std::sqrt(most), 1);
    EXPECT_LT(wild.loudest, 10);
    EXPECT_LT(wild.last, wild.loudest / 3);
}

/// A frame count at 48 kHz at this rate: the odd number next to it.
inline int odd(int frames, double rate) {
    return 2 * static_cast<int>(std::lround(frames * rate / 48000) / 2) + 1;
}

}  // namespace mixfarm::reverb_cases
