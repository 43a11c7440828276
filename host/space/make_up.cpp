/// Make-up gain from an envelope.
#include "host/space/make_up.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr std::size_t kBlock = 256;  ///< steps that are worked through at once
constexpr std::size_t kAbreast = 4;  ///< compressors side by side
constexpr std::size_t kSums = 16;    ///< side by side too, so that registers add them up

using Block = std::array<float, kBlock>;

/// Share of the way that a one-pole covers in a step of the envelope.
float share(double ms) {
    return static_cast<float>(-std::expm1(-Envelope::kStepMs / ms));
}

/// 2^x for x in [-126, 0], within 0.000013 dB (a fit of our own, equal ripple; exact at 0).
float exp2_below(float x) {
    const auto whole = static_cast<std::int32_t>(x);
    const float f = x - static_cast<float>(whole);
    const float p =
        1 + f * (0.693063568f + f * (0.239456733f + f * (0.0532235571f + f * 0.00683188292f)));
    return p * std::bit_cast<float>((whole + 127) << 23);
}

double sum(const float* power) {
    float sums[kSums] = {};
    for (std::size_t i = 0; i < kBlock; i += kSums)
        for (std::size_t j = 0; j < kSums; ++j) sums[j] += power[i + j];
    double all = 0;
    for (const float one : sums) all += one;
    return all;
}

/// The same where every step is lowered by `factor` times its reduction, as a power of two.
double sum(const float* power, const Block& reduction, float factor) {
    float sums[kSums] = {};
    for (std::size_t i = 0; i < kBlock; i += kSums)
        for (std::size_t j = 0; j < kSums; ++j)
            sums[j] += power[i + j] * exp2_below(factor * reduction[i + j]);
    double all = 0;
    for (const float one : sums) all += one;
    return all;
}

}  // namespace

/// One compressor on its way through an envelope. Its step is r + rate (wanted - r), with the
/// attack's rate where more is wanted than there is and the release's where less: whichever of
/// the two comes out higher where the attack is the faster one, else whichever comes out lower,
/// which the sign of all values turns into the same.
struct MakeUp::Follower {
    const float* level = nullptr;
    const float* power = nullptr;
    std::size_t blocks = 0;
    float start = 0, knee = 0, bend = 0, slope = 0;  ///< of the knee: where it begins, its width
    float attack = 0, release = 0;                   ///< rates
    float sign = 1, reduction = 0;                   ///< dB, times the sign
    double after = 0;

    Follower() = default;
    Follower(const Envelope& sound, const std::vector<float>& detected, const Compression& c)
        : level(detected.data()),
          power(sound.k_power.data()),
          blocks(detected.size() / kBlock),
          start(static_cast<float>(c.threshold_db - c.knee_db / 2)),
          knee(static_cast<float>(c.knee_db)),
          bend(0.5f / std::max(knee, 1e-9f)),
          slope(static_cast<float>(1 - 1 / c.ratio)),
          attack(share(c.attack_ms)),
          release(share(c.release_ms)),
          sign(attack < release ? -1.f : 1.f) {}

    /// What a block adds to the reduction by either rate.
    void want(std::size_t block, Block& more, Block& less) const {
        const float* const in = level + block * kBlock;
        const float up = sign * slope * attack, down = sign * slope * release;
        for (std::size_t i = 0; i < kBlock; ++i) {
            const float over = std::max(in[i] - start, 0.f), bent = std::min(over, knee);
            const float wanted = over - bent + bent * bent * bend;
            more[i] = up * wanted;
            less[i] = down * wanted;
        }
    }
    static void run(std::span<Follower, kAbreast> all) {
        std::size_t blocks = 0;
        for (const Follower& f : all) blocks = std::max(blocks, f.blocks);
        Block more[kAbreast] = {}, less[kAbreast] = {};
        for (std::size_t b = 0; b < blocks; ++b) {
            for (std::size_t j = 0; j < kAbreast; ++j) {
                if (b < all[j].blocks)
                    all[j].want(b, more[j], less[j]);
                else
                    more[j] = less[j] = {};
            }
            step(all, more, less);
            const float factor = static_cast<float>(-std::log2(10.0) / 10);
            for (std::size_t j = 0; j < kAbreast; ++j)
                if (b < all[j].blocks)
                    all[j].after += sum(all[j].power + b * kBlock, more[j], factor * all[j].sign);
        }
    }
    /// Turns `more` into the reduction after each step.
    static void step(std::span<Follower, kAbreast> all, Block (&more)[kAbreast],
                     const Block (&less)[kAbreast]) {
        float r[kAbreast], slow[kAbreast], fast[kAbreast];
        for (std::size_t j = 0; j < kAbreast; ++j) {
            // What has died away is nothing before the processor begins to dwell on it.
            r[j] = std::fabs(all[j].reduction) < 1e-15f ? 0 : all[j].reduction;
            fast[j] = 1 - all[j].attack, slow[j] = 1 - all[j].release;
        }
        for (std::size_t i = 0; i < kBlock; ++i)
            for (std::size_t j = 0; j < kAbreast; ++j)
                more[j][i] = r[j] = std::max(std::fma(fast[j], r[j], more[j][i]),
                                             std::fma(slow[j], r[j], less[j][i]));
        for (std::size_t j = 0; j < kAbreast; ++j) all[j].reduction = r[j];
    }
};

MakeUp::MakeUp(Envelope sound) : sound_(std::move(sound)) {
    const std::size_t steps = (sound_.k_power.size() + kBlock - 1) / kBlock * kBlock;
    sound_.k_power.resize(steps, 0.f);
    for (Envelope::Detector& d : sound_.detectors)
        for (std::vector<float>* level : {&d.sample_db, &d.square_db}) level->resize(steps, -120.f);
    for (std::size_t i = 0; i < steps; i += kBlock) power_ += sum(sound_.k_power.data() + i);
}

void MakeUp::gains(std::span<const Case> cases, std::span<double> gain_db) {
    MF_CHECK_EQ(cases.size(), gain_db.size());
    std::array<Follower, kAbreast> together;
    std::array<std::size_t, kAbreast> of{};
    std::size_t count = 0;
    const auto run = [&] {
        Follower::run(together);
        for (std::size_t j = 0; j < count; ++j)
            gain_db[of[j]] = together[j].after > 0
                                 ? 10 * std::log10(cases[of[j]].sound->power_ / together[j].after)
                                 : 0;
        together.fill({});
        count = 0;
    };
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const auto& [sound, c] = cases[i];
        gain_db[i] = 0;
        if (c.ratio <= 1 || sound->power_ <= 0) continue;
        const Envelope::Detector& heard = sound->sound_.detector(c.sidechain_hz);
        together[count] = {sound->sound_, c.rms ? heard.square_db : heard.sample_db, c};
        of[count++] = i;
        if (count == kAbreast) run();
    }
    if (count) run();
}

double MakeUp::gain_db(const Compression& c) const {
    const Case one{this, c};
    double gain = 0;
    gains({&one, 1}, {&gain, 1});
    return gain;
}

double MakeUp::threshold_db(Compression c, double most_db) const {
    // Equal parts, and again of the part that holds it: 60 dB / 5 / 5 / 5 are so little that a line
    // will do. The ends are the same for every compressor, so that the answer depends on nothing
    // else.
    constexpr int kRounds = 3;
    double low = -60, high = 0, at_low = 0, at_high = 0;
    bool known_low = false, known_high = false;
    for (int round = 0; round < kRounds; ++round) {
        std::array<Case, kAbreast> cases;
        std::array<double, kAbreast> gain;
        const double first = low, part = (high - low) / (kAbreast + 1);
        for (std::size_t j = 0; j < kAbreast; ++j) {
            c.threshold_db = first + part * static_cast<double>(j + 1);
            cases[j] = {this, c};
        }
        gains(cases, gain);
        for (std::size_t j = 0; j < kAbreast; ++j) {
            if (gain[j] > most_db) {
                low = cases[j].compression.threshold_db, at_low = gain[j], known_low = true;
            } else {
                high = cases[j].compression.threshold_db, at_high = gain[j], known_high = true;
                break;
            }
        }
    }
    if (!known_low || !known_high) return known_low ? high : low;
    return low + (high - low) * (at_low - most_db) / (at_low - at_high);
}

}  // namespace mixfarm
