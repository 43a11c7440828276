/// Fourier transforms in double for tests: the textbook sum, one frequency at a time, and a plain
/// radix-2 recursion.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace mixfarm::oracle {

using Complex = std::complex<double>;

/// X(hz) = sum of x[n] e^(-j 2 pi hz n / rate); the turning factor is restarted every 1024 samples.
template <class Samples>
Complex dft_at(const Samples& x, double hz, double rate) {
    const double step = -2 * std::numbers::pi * hz / rate;
    const Complex turn = std::polar(1.0, step);
    const double c = turn.real(), s = turn.imag();
    Complex sum = 0;
    for (std::size_t first = 0; first < x.size(); first += 1024) {
        const Complex start = std::polar(1.0, step * static_cast<double>(first));
        double re = start.real(), im = start.imag(), sum_re = 0, sum_im = 0;
        for (std::size_t n = first; n < std::min(first + 1024, x.size()); ++n) {
            sum_re += x[n] * re;
            sum_im += x[n] * im;
            const double next = re * c - im * s;
            im = re * s + im * c;
            re = next;
        }
        sum += Complex(sum_re, sum_im);
    }
    return sum;
}

/// In place, unscaled, forward for sign -1 and inverse for +1; a power of two long.
inline void fft(std::vector<Complex>& x, int sign = -1) {
    const std::size_t n = x.size();
    if (n < 2) return;
    std::vector<Complex> even(n / 2), odd(n / 2);
    for (std::size_t i = 0; i < n / 2; ++i) even[i] = x[2 * i], odd[i] = x[2 * i + 1];
    fft(even, sign);
    fft(odd, sign);
    for (std::size_t k = 0; k < n / 2; ++k) {
        const double angle = sign * 2 * std::numbers::pi * static_cast<double>(k) / double(n);
        const Complex turned = std::polar(1.0, angle) * odd[k];
        x[k] = even[k] + turned;
        x[k + n / 2] = even[k] - turned;
    }
}

inline double db(double amplitude) {
    return 20 * std::log10(amplitude + 1e-300);
}

}  // namespace mixfarm::oracle
