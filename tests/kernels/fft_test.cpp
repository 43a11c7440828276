/// The lanes' FFT against the textbook sum in double.
#include "kernels/core/fft.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effort.h"
#include "tests/support/fft_oracle.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

struct Buffers {
    std::vector<float> re, im;
};
Buffers noise(int size, std::uint64_t seed) {
    return {signals::white(static_cast<std::size_t>(size), 1, seed),
            signals::white(static_cast<std::size_t>(size), 1, seed + 1)};
}

class FftOfSize : public ::testing::TestWithParam<int> {};

TEST_P(FftOfSize, IsTheTextbookSum) {
    const int size = GetParam();
    const LaneFft fft(size);
    Buffers x = noise(size, 3);
    std::vector<oracle::Complex> exact(static_cast<std::size_t>(size));
    for (int n = 0; n < size; ++n)
        exact[static_cast<std::size_t>(n)] = {x.re[static_cast<std::size_t>(n)],
                                              x.im[static_cast<std::size_t>(n)]};
    const std::vector<oracle::Complex> input = exact;
    if (size <= 512) {
        for (int k = 0; k < size; ++k) {
            oracle::Complex sum = 0;
            for (int n = 0; n < size; ++n)
                sum += input[static_cast<std::size_t>(n)] *
                       std::polar(1.0, -2 * std::numbers::pi * k * n / size);
            exact[static_cast<std::size_t>(k)] = sum;
        }
    } else {
        oracle::fft(exact);
    }
    fft.transform(x.re.data(), x.im.data());
    double error = 0, power = 0;
    for (int k = 0; k < size; ++k) {
        const auto p = static_cast<std::size_t>(fft.place(k));
        error += std::norm(exact[static_cast<std::size_t>(k)] - oracle::Complex(x.re[p], x.im[p]));
        power += std::norm(exact[static_cast<std::size_t>(k)]);
    }
    const double db = 10 * std::log10(error / power);
    std::printf("size %5d: error %.1f dB\n", size, db);
    EXPECT_LT(db, -130);
}
INSTANTIATE_TEST_SUITE_P(Sizes, FftOfSize,
                         ::testing::Values(4, 8, 16, 32, 64, 128, 256, 512, 4096, 8192, 16384));

TEST(Fft, EveryPlaceIsUsedOnce) {
    for (const int size : {4, 8, 64, 4096, 8192}) {
        const LaneFft fft(size);
        std::vector<int> used(static_cast<std::size_t>(size));
        for (int k = 0; k < size; ++k) ++used.at(static_cast<std::size_t>(fft.place(k)));
        for (const int count : used) ASSERT_EQ(count, 1);
    }
}

TEST(Fft, LanesAreFloats) {
    constexpr int kSize = 256;
    const LaneFft fft(kSize);
    std::vector<f8> re(kSize, f8(0.f)), im(kSize, f8(0.f));
    std::vector<Buffers> alone;
    for (int i = 0; i < 8; ++i) {
        alone.push_back(noise(kSize, 100 + static_cast<std::uint64_t>(i)));
        for (std::size_t n = 0; n < kSize; ++n)
            re[n].set(i, alone.back().re[n]), im[n].set(i, alone.back().im[n]);
    }
    fft.transform(re.data(), im.data());
    for (int i = 0; i < 8; ++i) {
        Buffers& x = alone[static_cast<std::size_t>(i)];
        fft.transform(x.re.data(), x.im.data());
        for (std::size_t n = 0; n < kSize; ++n) {
            ASSERT_EQ(bits_of(re[n][i]), bits_of(x.re[n]));
            ASSERT_EQ(bits_of(im[n][i]), bits_of(x.im[n]));
        }
    }
}

}  // namespace
}  // namespace mixfarm
