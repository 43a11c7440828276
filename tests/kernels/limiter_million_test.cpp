/// The limiter under a million random blocks: none may come out over the ceiling.
///
/// A block is 64 frames of one channel: white noise up to Nyquist, a burst of it, a square, a
/// click, a tone anywhere up to Nyquist, alternating samples, or the same tone 24 dB down; each at
/// a level of its own up to 24 dB over the ceiling, so that most edges are jumps. An over is a
/// reading above the ceiling: of the sample peak, of BS.1770-5's own Annex 2 filters, of the
/// project's meter (true_peak.h), or of a sixteen times oversampled reference with 128 taps.
/// MIXFARM_LONG_TESTS=1 shows every block to the reference, otherwise it sees one in sixteen.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "kernels/console/limiter.h"
#include "kernels/meters/true_peak.h"
#include "tests/support/effort.h"
#include "tests/support/filter_oracle.h"
#include "tests/support/signals.h"
#include "tests/support/true_peak_oracle.h"

namespace mixfarm {
namespace {

constexpr int kBlock = 64, kLanes = 8;

/// Fast and good enough: xorshift under a multiplication (Vigna, 2014).
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(0x9e3779b97f4a7c15u * (2 * seed + 1)) {}
    float unit() {
        state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
        return static_cast<float>((state_ * 0x2545f4914f6cdd1du) >> 40) * 0x1p-24f;
    }
    float both_signs() { return 2 * unit() - 1; }
    int below(int n) { return static_cast<int>(unit() * static_cast<float>(n)); }

private:
    std::uint64_t state_;
};

/// One block of one lane into x[0], x[stride], ...
void draw(Random& random, float ceiling, float* x) {
    const int kind = random.below(7), place = random.below(kBlock);
    const int half_period = 1 + random.below(random.below(2) ? 40 : 6);
    const double level_db = random.unit() < 0.3f ? -30 * random.unit() : 24 * random.unit();
    const float peak = ceiling * static_cast<float>(signals::amplitude(level_db));
    // A tone by rotation: sin(n w + p).
    const float w = std::numbers::pi_v<float> * random.unit(),
                p = 2 * std::numbers::pi_v<float> * random.unit();
    float y = std::sin(p), before = std::sin(p - w);
    const float twice_cos = 2 * std::cos(w);
    for (int n = 0; n < kBlock; ++n) {
        float v = 0;
        switch (kind) {
            case 0:
                v = random.both_signs();
                break;
            case 1:
                v = random.both_signs() * (n >= place && n < place + 16 ? 1.f : 0.01f);
                break;
            case 2:
                v = (n / half_period) % 2 ? -1.f : 1.f;
                break;
            case 3:
                v = n == place ? 1.f : 0.f;
                break;
            case 4:
                v = n < place ? 0.f : (n % 2 ? -1.f : 1.f);
                break;
            case 5:
                v = y;
                break;
            default:
                v = 0.06f * y;
                break;
        }
        const float next = twice_cos * y - before;
        before = y, y = next;
        x[n * kLanes] = peak * v;
    }
}

struct Worst {
    f8 sample{0.f}, annex{0.f}, own{0.f}, reference{0.f};
    void print(const char* what, float ceiling, long blocks, long referred) const {
        std::printf(
            "%s: %ld blocks, highest over the ceiling: sample peak %+.3f dB, Annex 2 %+.3f, own "
            "meter %+.3f; sixteen-fold (%ld blocks) %+.3f\n",
            what, blocks, over(sample, ceiling), over(annex, ceiling), over(own, ceiling), referred,
            over(reference, ceiling));
    }
    static double over(const f8& x, float ceiling) {
        float most = 0;
        for (int i = 0; i < kLanes; ++i) most = std::max(most, x[i]);
        return oracle::db(most / ceiling);
    }
};

TEST(LimiterMillion, NoBlockComesOutOverTheCeiling) {
    const char* variable = std::getenv("MIXFARM_LONG_TESTS");
    const bool every_block = variable && *variable == '1';
    const long all_blocks = effort(1000000L, 20000L);
    const double rates[] = {44100, 48000, 88200, 96000, 176400, 192000};
    const oracle::Oversampler annex = oracle::annex_2(),
                              reference = oracle::sinc_oversampler(16, 64, 12);
    const double ceiling_dbtp = -1;
    const float ceiling = static_cast<float>(signals::amplitude(ceiling_dbtp));
    constexpr int kSteps = 16, kFrames = kSteps * kBlock, kBefore = 128;
    Worst all;
    long blocks = 0, referred = 0, overs = 0;
    for (const double rate : rates) {
        const int latency = static_cast<int>(std::fmod(rate, 11025) == 0 ? rate / 300 : rate / 400);
        const LimiterSetup setup = limiter::setup(rate, latency, ceiling_dbtp);
        const auto state = std::make_unique<LimiterState<f8>>();
        *state = {};
        Random random(static_cast<std::uint64_t>(rate));
        // Output with what the meters look back at; silence before the first frame.
        std::vector<f8> left(kBefore + kFrames, f8(0.f)), right = left;
        Worst worst;
        long here = 0, here_referred = 0;
        for (int round = 0; here < all_blocks / 6; ++round, here += 2L * kLanes * kSteps) {
            for (auto* side : {&left, &right}) {
                std::copy(side->end() - kBefore, side->end(), side->begin());
                float* x = reinterpret_cast<float*>(side->data() + kBefore);
                for (int b = 0; b < kSteps; ++b)
                    for (int i = 0; i < kLanes; ++i)
                        draw(random, ceiling, x + b * kBlock * kLanes + i);
            }
            limit(setup, *state, f8(1.f), left.data() + kBefore, right.data() + kBefore, kFrames);
            for (const auto* side : {&left, &right}) {
                for (int b = 0; b < kSteps; ++b) {
                    const f8* x = side->data() + kBefore + b * kBlock;
                    f8 sample(0.f), own(0.f), far(0.f);
                    for (int n = 0; n < kBlock; ++n) {
                        sample = max_(sample, abs_(x[n]));
                        own = max_(own, oversampling::peak(x + n - oversampling::kHistory));
                    }
                    const f8 by_annex = annex.largest(x, kBlock);
                    if (every_block || (b + round) % 16 == 0) {
                        far = reference.largest(x, kBlock);
                        here_referred += kLanes;
                    }
                    const f8 most = max_(max_(sample, own), max_(by_annex, far));
                    for (int i = 0; i < kLanes; ++i) overs += most[i] > ceiling;
                    worst.sample = max_(worst.sample, sample);
                    worst.own = max_(worst.own, own);
                    worst.annex = max_(worst.annex, by_annex);
                    worst.reference = max_(worst.reference, far);
                }
            }
        }
        worst.print(std::to_string(static_cast<int>(rate)).c_str(), ceiling, here, here_referred);
        all.sample = max_(all.sample, worst.sample), all.own = max_(all.own, worst.own);
        all.annex = max_(all.annex, worst.annex);
        all.reference = max_(all.reference, worst.reference);
        blocks += here, referred += here_referred;
    }
    all.print("all rates", ceiling, blocks, referred);
    std::printf("overs: %ld in %ld blocks\n", overs, blocks);
    EXPECT_GE(blocks, all_blocks);
    EXPECT_EQ(overs, 0);
    EXPECT_GT(Worst::over(all.sample, ceiling), -0.6);  // the ceiling is used, too
}

}  // namespace
}  // namespace mixfarm
