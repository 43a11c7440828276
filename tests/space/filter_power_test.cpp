/// The prototypes beside the filters that sound.
#include "host/space/filter_power.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/core/random.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

void set(std::vector<float>& strip, const char* effect, const char* param, double value) {
    strip[static_cast<std::size_t>(strip_param_index(effect, param))] = static_cast<float>(value);
}

TEST(FilterPower, IsOneWhereNothingFilters) {
    const FilterPower filters;
    std::vector<float> strip = neutral_strip();
    BandRatios ratio;
    ratio.fill(7);
    set(strip, "fader", "fader_db", -12);
    set(strip, "compressor", "ratio", 4);
    EXPECT_FALSE(filters(strip, ratio));
    EXPECT_EQ(ratio[3], 7);
}

TEST(FilterPower, IsTheResponseOfTheStrip) {
    const FilterPower filters;
    for (const int rate : {44100, 48000, 96000}) {
        RandomStream random(3, static_cast<std::uint64_t>(rate));
        double worst = 0;
        for (int trial = 0; trial < effort(300, 30); ++trial) {
            std::vector<float> strip = neutral_strip();
            for (const EffectInfo& effect : strip_effects()) {
                const std::string_view name = effect.name;
                if (name != "high_pass" && name != "low_pass" && name != "equalizer") continue;
                if (random.next() < 0.3) continue;
                for (std::size_t p = 0; p < effect.params.size(); ++p) {
                    const ParamSpec& spec = effect.params[p];
                    const auto u = static_cast<float>(random.next());
                    float& value = strip[static_cast<std::size_t>(effect.first) + p];
                    if (spec.scale == Scale::toggle)
                        value = u > 0.5f ? 1 : 0;
                    else if (spec.scale == Scale::log)
                        value = spec.low * std::pow(spec.high / spec.low, u);
                    else
                        value = u < 0.3f ? spec.neutral : -7 + 14 * u;
                    if (std::string_view(spec.name).ends_with("_q"))
                        value = std::min(value, 4.f);  // what is searched
                }
            }
            BandRatios ratio;
            ratio.fill(1);
            filters(strip, ratio);
            for (int b = 0; b < kBands && band_centre_hz(b) < 0.375 * rate; ++b) {
                const double exact = strip_response_db(strip, band_centre_hz(b), rate);
                const double off = 10 * std::log10(ratio[static_cast<std::size_t>(b)]) - exact;
                if (exact > -40) worst = std::max(worst, std::fabs(off));
            }
        }
        std::printf("%d Hz: %.3f dB at most\n", rate, worst);
        EXPECT_LT(worst, 1.0) << "up to eight filters, each within 0.5 dB of its prototype";
    }
}

}  // namespace
}  // namespace mixfarm
