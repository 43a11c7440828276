/// The closed form of the K-weighting against the published gains and against the standard's own
/// coefficients.
#include "host/analysis/k_weighting.h"

#include <gtest/gtest.h>

#include <array>
#include <complex>
#include <cstdio>
#include <numbers>

#include "kernels/engine.h"

namespace mixfarm {
namespace {

TEST(KWeighting, MatchesTheTableOfGains) {
    const std::array<double, 4> rates = {44100, 48000, 96000, 192000};
    struct Row {
        double hz;
        std::array<double, 4> db;  // measured with an independent double-precision reference
    };
    for (const Row& row :
         {Row{25, {-10.389, -10.393, -10.414, -10.425}}, Row{100, {-1.130, -1.134, -1.155, -1.166}},
          Row{500, {0.046, 0.043, 0.021, 0.011}}, Row{1000, {0.7005, 0.6977, 0.6804, 0.6707}},
          Row{2000, {3.076, 3.071, 3.046, 3.034}}, Row{10000, {4.046, 4.042, 4.020, 4.009}}})
        for (std::size_t r = 0; r < rates.size(); ++r) {
            std::printf("%6.0f Hz at %6.0f: %8.4f dB, table %8.4f\n", row.hz, rates[r],
                        k_weighting_db(row.hz, rates[r]), row.db[r]);
            EXPECT_NEAR(k_weighting_db(row.hz, rates[r]), row.db[r], 0.0006);
        }
    EXPECT_NEAR(k_weighting_db(997, 48000), 0.69101, 1e-5);
}

TEST(KWeighting, IsTheStandardsFilterInEveryBand) {
    double worst = 0;
    for (int b = 0; b < kBands; ++b) {
        const double hz = band_centre_hz(b);
        const std::complex<double> z = std::polar(1.0, -2 * std::numbers::pi * hz / 48000),
                                   zz = z * z;
        // ITU-R BS.1770-5, tables 1 and 2.
        const auto shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * zz) /
                           (1.0 - 1.69065929318241 * z + 0.73248077421585 * zz);
        const auto cut =
            (1.0 - 2.0 * z + zz) / (1.0 - 1.99004745483398 * z + 0.99007225036621 * zz);
        const double expected = 20 * std::log10(std::abs(shelf * cut));
        worst = std::max(worst, std::fabs(k_weighting_db(hz, 48000) - expected));
    }
    std::printf("largest difference from the standard's coefficients over 30 bands: %.2e dB\n",
                worst);
    EXPECT_LT(worst, 1e-5);  // the standard prints 14 decimals; near 25 Hz the last ones count
}

}  // namespace
}  // namespace mixfarm
