/// The three-band compressor: crossovers that sum flat and have their slopes, each band's static
/// curve and times, and a plain loop in double.
#include "kernels/effects/multiband.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"
#include "tests/support/time_constant.h"

namespace mixfarm {
namespace {

constexpr double kRates[] = {44100, 48000, 96000, 192000};

struct Band {
    float threshold_db = 0, ratio = 1, makeup_db = 0;
};
struct Setting {
    float mix = 1, low_hz = 150, high_hz = 3000;
    Band band[3];
    float attack_ms = 20, release_ms = 200, knee_db = 0;
    std::vector<float> row() const {
        std::vector<float> p{mix, low_hz, high_hz};
        for (const Band& b : band) p.insert(p.end(), {b.threshold_db, b.ratio, b.makeup_db});
        p.insert(p.end(), {attack_ms, release_ms, knee_db});
        return p;
    }
};

TEST(Multiband, TheBandsSumFlat) {
    double worst = 0;
    for (const double rate : kRates)
        for (const float low : {60.f, 150.f, 500.f})
            for (const float high : {1000.f, 3000.f, 8000.f}) {
                Setting s;
                s.low_hz = low, s.high_hz = high;
                const signals::Stereo response = impulse_response<Multiband>(
                    s.row(), rate, static_cast<std::size_t>(rate * 6 / low));
                for (double hz = 20; hz < 0.49 * rate; hz *= effort(1.3, 3.0)) {
                    const double db = oracle::db(std::abs(oracle::dft_at(response.left, hz, rate)));
                    worst = std::max(worst, std::fabs(db));
                }
            }
    std::printf("bands at unity sum flat within %.5f dB\n", worst);
    EXPECT_LT(worst, 0.1);
}

/// Impulse response of one band: what 6 dB of its make-up add.
signals::Samples band_response(Setting s, int band, double rate, std::size_t frames) {
    const signals::Stereo flat = impulse_response<Multiband>(s.row(), rate, frames);
    s.band[band].makeup_db = 6;
    signals::Stereo more = impulse_response<Multiband>(s.row(), rate, frames);
    for (std::size_t n = 0; n < frames; ++n)
        more.left[n] =
            static_cast<float>((double(more.left[n]) - flat.left[n]) / (signals::amplitude(6) - 1));
    return more.left;
}

TEST(Multiband, EachBandHasItsSlopes) {
    // Linkwitz-Riley: |low|^2 = 1 / (1 + w^4)^2 below, w^8 / (1 + w^4)^2 above, w the prewarped
    // frequency over the corner: -6.02 dB at the corner, 24 dB an octave beyond it.
    double worst = 0;
    for (const double rate : kRates)
        for (const auto& [low, high] :
             {std::pair{60.f, 1000.f}, std::pair{150.f, 3000.f}, std::pair{500.f, 8000.f}}) {
            Setting s;
            s.low_hz = low, s.high_hz = high;
            const auto frames = static_cast<std::size_t>(rate * 6 / low);
            for (int b = 0; b < 3; ++b) {
                const signals::Samples response = band_response(s, b, rate, frames);
                for (double hz = 20; hz < 0.45 * rate; hz *= effort(1.25, 2.0)) {
                    const auto w4 = [&](double corner) {
                        return std::pow(std::tan(std::numbers::pi * hz / rate) /
                                            std::tan(std::numbers::pi * corner / rate),
                                        4);
                    };
                    const double l = w4(low), h = w4(high);
                    const double gain = b == 0   ? 1 / (1 + l)
                                        : b == 1 ? l / (1 + l) / (1 + h)
                                                 : l / (1 + l) * h / (1 + h);
                    if (oracle::db(gain) < -80) continue;
                    worst = std::max(
                        worst, std::fabs(oracle::db(std::abs(oracle::dft_at(response, hz, rate))) -
                                         oracle::db(gain)));
                }
            }
        }
    std::printf("bands: off their Linkwitz-Riley curves by at most %.4f dB (down to -80 dB)\n",
                worst);
    EXPECT_LT(worst, 0.05);
    // The closed form itself, read at the corner and one octave further.
    const Setting s;
    const signals::Samples low = band_response(s, 0, 192000, 30000);
    const auto at = [&](double hz) {
        return oracle::db(std::abs(oracle::dft_at(low, hz, 192000)));
    };
    std::printf("low band: %.2f dB at the corner, %.2f dB from the 3rd to the 4th octave above\n",
                at(150), at(2400) - at(1200));
    EXPECT_NEAR(at(150), -6.02, 0.02);
    EXPECT_NEAR(at(1200) - at(600), -24.08, 0.1);
}

/// Reduction in dB wanted at a level in dB: nothing, a parabola through the knee, the ratio's line.
double wanted_db(const Band& band, double knee, double level_db) {
    const double over = level_db - band.threshold_db, slope = 1 - 1 / double(band.ratio);
    if (over <= -knee / 2) return 0;
    if (over >= knee / 2) return slope * over;
    return slope * (over + knee / 2) * (over + knee / 2) / (2 * knee);
}

/// Crossovers far from a tone inside the band, so that the others do not hear it.
struct Place {
    float low_hz, high_hz;
    double hz;
} constexpr kPlaces[] = {{500, 8000, 50}, {100, 8000, 900}, {60, 1000, 9000}};

/// Gain in dB of every frame of a tone in band b with amplitude level(frame): sine left and cosine
/// right, so that the length of (left, right) is the amplitude at every moment.
template <class Level>
std::vector<double> gains_db(Setting s, int b, double rate, std::size_t frames, Level level) {
    s.low_hz = kPlaces[b].low_hz, s.high_hz = kPlaces[b].high_hz;
    signals::Stereo x{signals::sine(frames, kPlaces[b].hz, rate, 1),
                      signals::sine(frames, kPlaces[b].hz, rate, 1, std::numbers::pi / 2)};
    for (std::size_t n = 0; n < frames; ++n) x.left[n] *= level(n), x.right[n] *= level(n);
    EffectRunner<Multiband>(s.row(), rate).process(x, 120);
    std::vector<double> gains;
    for (std::size_t n = 0; n < frames; ++n)
        gains.push_back(oracle::db(std::hypot(double(x.left[n]), double(x.right[n])) / level(n)));
    return gains;
}

TEST(Multiband, StaticCurveOfEachBand) {
    double worst[3] = {};
    for (const double rate : {44100.0, effort(96000.0, 48000.0)})
        for (int b = 0; b < 3; ++b)
            for (const float knee : {0.f, 12.f})
                for (const float ratio : {2.f, 8.f})
                    for (double in = -50; in <= 0; in += effort(7.1, 25.0)) {
                        Setting s;
                        s.band[b] = {-30, ratio, 2};
                        s.attack_ms = 5, s.release_ms = 30, s.knee_db = knee;
                        const auto level = static_cast<float>(signals::amplitude(in));
                        const double gain =
                            gains_db(s, b, rate, static_cast<std::size_t>(0.25 * rate),
                                     [&](std::size_t) { return level; })
                                .back();
                        const double expected = 2 - wanted_db(s.band[b], knee, in);
                        worst[b] = std::max(worst[b], std::fabs(gain - expected));
                    }
    std::printf("static curves: off by at most %.4f, %.4f, %.4f dB (low, mid, high)\n", worst[0],
                worst[1], worst[2]);
    for (const double w : worst) EXPECT_LT(w, 0.1);
}

TEST(Multiband, AttackAndReleaseTakeTheirTime) {
    for (const double rate : {44100.0, effort(96000.0, 48000.0)})
        for (int b = 0; b < 3; ++b)
            for (const auto& [attack, release] : {std::pair{20.f, 60.f}, std::pair{80.f, 250.f}}) {
                Setting s;
                s.band[b] = {-30, 4, 0};
                s.attack_ms = attack, s.release_ms = release;
                const auto half = static_cast<std::size_t>(rate * 8 * release / 1000);
                std::vector<double> gains = gains_db(s, b, rate, 3 * half, [&](std::size_t n) {
                    return n < half || n >= 2 * half ? 0.03f : 0.5f;
                });
                const double down = time_constant_ms(
                    {gains.begin() + static_cast<std::ptrdiff_t>(half), gains.end()}, half, rate);
                gains.resize(2 * half);
                const double up = time_constant_ms(gains, half, rate);
                std::printf("band %d at %6.0f: attack %6.2f ms (set %g), release %7.2f ms (%g)\n",
                            b, rate, up, attack, down, release);
                EXPECT_NEAR(up, attack, 0.05 * attack);
                EXPECT_NEAR(down, release, 0.05 * release);
            }
}

/// n / (s^2 + sqrt(2) s + 1) with s = (1 - 1/z) / (g (1 + 1/z)), direct form, double.
struct Plain {
    double g, n0, n1, n2, x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    double operator()(double x) {
        const double k = std::sqrt(2.0), b0 = n0 * g * g, b1 = n1 * g;
        const double y = ((b0 + b1 + n2) * x + 2 * (b0 - n2) * x1 + (b0 - b1 + n2) * x2 -
                          2 * (g * g - 1) * y1 - (1 - k * g + g * g) * y2) /
                         (1 + k * g + g * g);
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        return y;
    }
};
/// Low-passes, high-passes and the low band's allpass of one side, each a filter of its own.
struct PlainSide {
    Plain low[2], above[2], mid[2], high[2], turn;
    PlainSide(const Setting& s, double rate) {
        const double l = std::tan(std::numbers::pi * s.low_hz / rate),
                     h = std::tan(std::numbers::pi * s.high_hz / rate);
        for (int i = 0; i < 2; ++i)
            low[i] = {l, 1, 0, 0}, above[i] = {l, 0, 0, 1}, mid[i] = {h, 1, 0, 0},
            high[i] = {h, 0, 0, 1};
        turn = {h, 1, -std::sqrt(2.0), 1};
    }
    void operator()(double x, double* band) {
        const double upper = above[1](above[0](x));
        band[0] = turn(low[1](low[0](x)));
        band[1] = mid[1](mid[0](upper));
        band[2] = high[1](high[0](upper));
    }
};

TEST(Multiband, FollowsAPlainLoopInDouble) {
    for (const double rate : {44100.0, 96000.0})
        for (const float mix : {0.4f, 1.f}) {
            Setting s;
            s.mix = mix, s.low_hz = 120, s.high_hz = 2500, s.knee_db = 6;
            s.band[0] = {-30, 4, 2}, s.band[1] = {-40, 2, -1}, s.band[2] = {-45, 8, 3};
            s.attack_ms = 5, s.release_ms = 80;
            const signals::Stereo dry = signals::music(1, rate, 3);
            signals::Stereo wet = dry;
            EffectRunner<Multiband>(s.row(), rate).process(wet, 120);
            PlainSide left(s, rate), right = left;
            const double edge[] = {40, s.low_hz, s.high_hz};
            double peak[3] = {}, age[3] = {}, reduction[3] = {}, error = 0, power = 0;
            for (std::size_t n = 0; n < dry.frames(); ++n) {
                double l[3], r[3], out_left = 0, out_right = 0;
                left(dry.left[n], l);
                right(dry.right[n], r);
                for (int b = 0; b < 3; ++b) {
                    const double level = std::max(std::fabs(l[b]), std::fabs(r[b]));
                    const double hold = rate * std::max(0.5 / edge[b], 0.001) + 1;
                    if (++age[b] > std::ceil(hold)) peak[b] = 0;
                    if (level >= peak[b]) peak[b] = level, age[b] = 0;
                    const double wanted = wanted_db(s.band[b], s.knee_db, oracle::db(peak[b]));
                    const double ms = wanted > reduction[b] ? s.attack_ms : s.release_ms;
                    reduction[b] += (1 - std::exp(-1000 / (ms * rate))) * (wanted - reduction[b]);
                    const double gain = signals::amplitude(s.band[b].makeup_db - reduction[b]);
                    out_left += (1 + mix * (gain - 1)) * l[b];
                    out_right += (1 + mix * (gain - 1)) * r[b];
                }
                error +=
                    std::pow(wet.left[n] - out_left, 2) + std::pow(wet.right[n] - out_right, 2);
                power += out_left * out_left + out_right * out_right;
            }
            const double db = 10 * std::log10(error / power);
            std::printf("mix %g at %.0f: %.1f dB from the plain loop\n", mix, rate, db);
            EXPECT_LT(db, -90);
        }
}

TEST(Multiband, ResponseIsWhatItSays) {
    Setting s;
    s.mix = 0.7f, s.band[0].makeup_db = 4, s.band[1].makeup_db = -3, s.band[2].makeup_db = 6;
    double worst = 0;
    const signals::Stereo response = impulse_response<Multiband>(s.row(), 48000, 20000);
    const auto coefs = Multiband::design(s.row().data(), 48000);
    for (double hz = 25; hz < 22000; hz *= 1.1)
        worst = std::max(worst,
                         std::fabs(oracle::db(std::abs(oracle::dft_at(response.left, hz, 48000))) -
                                   Multiband::response_db(coefs, hz, 48000)));
    std::printf("response_db: off by at most %.4f dB\n", worst);
    EXPECT_LT(worst, 0.02);
}

}  // namespace
}  // namespace mixfarm
