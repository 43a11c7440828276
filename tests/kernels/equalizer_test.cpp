/// Every band of the equaliser measured on its impulse response at every rate: against the curve it
/// is designed to, and against the analogue prototype.
#include "kernels/effects/equalizer.h"

#include "tests/support/filter_cases.h"

namespace mixfarm {
namespace {

using oracle::Shape;

/// Band `band` alone at work; everything else neutral.
std::vector<float> one_band(int band, double hz, double db, double q, bool bell) {
    std::vector<float> p = neutral<Equalizer>();
    const auto first = static_cast<std::size_t>(band == 0   ? 0
                                                : band == 5 ? 16
                                                            : 4 + 3 * (band - 1));
    p[first] = static_cast<float>(hz);
    p[first + 1] = static_cast<float>(db);
    p[first + 2] = static_cast<float>(q);
    if (band == 0 || band == 5) p[first + 3] = bell ? 1.f : 0.f;
    return p;
}

/// A boosting bell rings longer than its Q says, a cutting one splits its poles; a shelf's poles
/// move away from its corner by half its gain.
std::size_t frames_to_rest(Shape shape, double hz, double db, double q, double rate) {
    const double a = std::pow(10.0, db / 40);
    return shape == Shape::bell ? ring_frames(hz, q * a, rate)
                                : ring_frames(hz / std::sqrt(std::max(a, 1 / a)), q, rate);
}

struct Band {
    int band;
    bool bell;
    std::vector<double> hz;
};
const Band kBandsUnderTest[] = {{0, false, {20, 60, 120, 500}},  {0, true, {20, 40, 100, 500}},
                                {1, true, {40, 200, 1000}},      {2, true, {100, 400, 3000}},
                                {3, true, {500, 1500, 8000}},    {4, true, {1500, 4000, 16000}},
                                {5, false, {1500, 8000, 18000}}, {5, true, {1500, 8000, 18000}}};

class EqualizerAtRate : public ::testing::TestWithParam<double> {};

TEST_P(EqualizerAtRate, EveryBandMeasuresAsDesigned) {
    const double rate = GetParam();
    for (const Band& b : kBandsUnderTest) {
        double worst = 0, where = 0, corner_of_worst = 0, analogue = 0;
        for (const double corner : b.hz)
            for (const double db : {-18.0, -6.0, 3.0, 18.0})
                for (const double q : {0.3, 1.0, b.band == 0 || b.band == 5 ? 4.0 : 8.0}) {
                    const Shape shape = b.bell        ? Shape::bell
                                        : b.band == 0 ? Shape::low_shelf
                                                      : Shape::high_shelf;
                    double at = 0;
                    const double off = worst_response_db<Equalizer>(
                        one_band(b.band, corner, db, q, b.bell), rate,
                        frames_to_rest(shape, corner, db, q, rate), std::max(10.0, corner / 30),
                        std::min(0.48 * rate, corner * 30), effort(12, 3), -100,
                        [&](double hz) {
                            const double designed =
                                oracle::filter_db(shape, corner, db, q, hz, rate);
                            if (hz <= 0.375 * rate && hz <= 20000)
                                analogue = std::max(
                                    analogue, std::fabs(designed - oracle::analogue_db(
                                                                       shape, corner, db, q, hz)));
                            return designed;
                        },
                        &at);
                    if (off > worst) worst = off, where = at, corner_of_worst = corner;
                }
        std::printf(
            "band %d%s at %6.0f: off by at most %.4f dB (corner %.0f Hz, at %.0f Hz), the design "
            "%.3f dB from analogue\n",
            b.band, b.bell ? " bell " : " shelf", rate, worst, corner_of_worst, where, analogue);
        EXPECT_LT(worst, 0.05) << "band " << b.band << " at " << rate;
        EXPECT_LT(analogue, 0.5) << "band " << b.band << " at " << rate;
    }
}
INSTANTIATE_TEST_SUITE_P(Rates, EqualizerAtRate,
                         ::testing::Values(44100.0, 48000.0, 96000.0, 192000.0));

TEST(Equalizer, ABellHasItsGainAtItsCentreAndAShelfAtItsEnd) {
    const double rate = 48000;
    const auto at = [&](const std::vector<float>& p, double hz) {
        const signals::Stereo h = impulse_response<Equalizer>(p, rate, 24000);
        return oracle::db(std::abs(oracle::dft_at(h.left, hz, rate)));
    };
    for (const double db : {-12.0, 7.5}) {
        EXPECT_NEAR(at(one_band(2, 1000, db, 2, true), 1000), db, 0.005);
        EXPECT_NEAR(at(one_band(2, 1000, db, 2, true), 1), 0, 0.005);
        EXPECT_NEAR(at(one_band(0, 300, db, 0.707, false), 1), db, 0.01);
        EXPECT_NEAR(at(one_band(0, 300, db, 0.707, false), 300), db / 2, 0.01);
        EXPECT_NEAR(at(one_band(5, 2000, db, 0.707, false), 20000), db, 0.02);
        EXPECT_NEAR(at(one_band(5, 4000, db, 0.707, false), 4000), db / 2, 0.01);
    }
}

TEST(Equalizer, IsNotCrampedNearNyquist) {
    // What a bell at 16 kHz and a shelf at 12 kHz measure at 48 kHz against the analogue curve, on
    // the sound itself; the bilinear transform misses by several dB.
    const double rate = 48000;
    struct Case {
        int band;
        Shape shape;
        double hz, db, q;
    };
    for (const Case& c :
         {Case{4, Shape::bell, 16000, 12, 0.7}, Case{4, Shape::bell, 16000, -9, 2},
          Case{5, Shape::high_shelf, 12000, 10, 0.707}, Case{5, Shape::bell, 18000, 18, 0.5}}) {
        double cookbook = 0;
        const double worst = worst_response_db<Equalizer>(
            one_band(c.band, c.hz, c.db, c.q, c.shape == Shape::bell), rate, 4800, 1000, 18000, 60,
            -100, [&](double hz) {
                const double bent = std::tan(std::numbers::pi * hz / rate) /
                                    std::tan(std::numbers::pi * c.hz / rate) * c.hz;
                const double exact = oracle::analogue_db(c.shape, c.hz, c.db, c.q, hz);
                cookbook = std::max(
                    cookbook,
                    std::fabs(exact - oracle::analogue_db(c.shape, c.hz, c.db, c.q, bent)));
                return exact;
            });
        std::printf(
            "%5.0f Hz %+.0f dB q %.1f: %.3f dB from analogue up to 18 kHz (bilinear %.1f)\n", c.hz,
            c.db, c.q, worst, cookbook);
        EXPECT_LT(worst, 0.5);
        EXPECT_GT(cookbook, 1);
    }
}

TEST(Equalizer, ABandThatGlidesToZeroIsTheIdentityAgain) {
    // Also beside a lane where it stays at work, and without a drift afterwards.
    EffectRunner<Equalizer, f8> lanes;
    const std::vector<float> on = one_band(1, 100, 9, 1, true), off = one_band(1, 100, 0, 1, true);
    for (int i = 0; i < 8; ++i) lanes.set(i, on, 48000);
    const signals::Samples x = signals::white(96000, 0.5, 9);
    for (int glide = 0; glide <= 200; ++glide) {
        std::vector<float> now = on;
        now[5] = 9.f - 9.f * static_cast<float>(glide) / 200;
        for (int i = 1; i < 8; ++i) lanes.set(i, now, 48000);
        std::vector<f8> left(x.begin() + glide * 100, x.begin() + glide * 100 + 100), right = left;
        lanes.process(left.data(), right.data(), 100);
    }
    for (int i = 1; i < 8; ++i) lanes.set(i, off, 48000);
    std::vector<f8> left(x.begin() + 20100, x.end()), right = left;
    lanes.process(left.data(), right.data(), static_cast<int>(left.size()));
    for (std::size_t n = 24000; n < left.size(); ++n) {
        ASSERT_EQ(left[n][3], x[20100 + n]);
        ASSERT_EQ(right[n][7], x[20100 + n]);
    }
}

TEST(Equalizer, BandsAddUpInDecibels) {
    std::vector<float> p = neutral<Equalizer>();
    const double rate = 44100;
    const float values[] = {90,   4,  0.8f, 0,    250,  -5, 1.5f, 700, 3,    2,
                            2500, -4, 1,    5000, 2.5f, 3,  9000, 5,   0.7f, 0};
    std::copy(std::begin(values), std::end(values), p.begin());
    const double worst =
        worst_response_db<Equalizer>(p, rate, 44100, 20, 20000, 60, -100, [&](double hz) {
            const auto band = [&](Shape s, int i) {
                const auto k = static_cast<std::size_t>(i);
                return oracle::filter_db(s, p[k], p[k + 1], p[k + 2], hz, rate);
            };
            return band(Shape::low_shelf, 0) + band(Shape::bell, 4) + band(Shape::bell, 7) +
                   band(Shape::bell, 10) + band(Shape::bell, 13) + band(Shape::high_shelf, 16);
        });
    std::printf("six bands together: off by at most %.4f dB\n", worst);
    EXPECT_LT(worst, 0.05);
    const auto c = Equalizer::design(p.data(), rate);
    EXPECT_NEAR(Equalizer::response_db(c, 700, rate),
                oracle::filter_db(Shape::low_shelf, 90, 4, 0.8, 700, rate) +
                    oracle::filter_db(Shape::bell, 250, -5, 1.5, 700, rate) + 3 +
                    oracle::filter_db(Shape::bell, 2500, -4, 1, 700, rate) +
                    oracle::filter_db(Shape::bell, 5000, 2.5, 3, 700, rate) +
                    oracle::filter_db(Shape::high_shelf, 9000, 5, 0.7, 700, rate),
                0.02);
}

TEST(Equalizer, ACutUndoesItsBoost) {
    std::vector<float> boost = neutral<Equalizer>(), cut = boost;
    for (std::size_t db : {1u, 5u, 8u, 11u, 14u, 17u}) boost[db] = 9.f, cut[db] = -9.f;
    signals::Stereo x{signals::white(24000, 0.5, 5), signals::white(24000, 0.5, 6)};
    const signals::Stereo dry = x;
    EffectRunner<Equalizer>(boost, 48000).process(x, 120);
    EffectRunner<Equalizer>(cut, 48000).process(x, 120);
    double error = 0;
    for (std::size_t n = 0; n < x.frames(); ++n)
        error += std::pow(double(x.left[n]) - dry.left[n], 2);
    const double db = 10 * std::log10(error / 24000 / signals::mean_square(dry.left));
    std::printf("boost then cut: %.1f dB left\n", db);
    EXPECT_LT(db, -100);
}

}  // namespace
}  // namespace mixfarm
