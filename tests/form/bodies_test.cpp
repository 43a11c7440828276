/// Stems made to hear one another, and stems that do not.
#include "host/form/bodies.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "kernels/core/random.h"

namespace mixfarm {
namespace {

constexpr int kTakeRate = 44100, kTake_s = 20;

/// Notes of a player of one's own, one each half second, in four of five seconds.
std::vector<float> playing(std::uint64_t player) {
    std::vector<float> x(static_cast<std::size_t>(kTakeRate) * kTake_s);
    RandomStream random(3, player);
    for (int half = 0; half < 2 * kTake_s; ++half) {
        const double hz = 150 * std::exp2(2 * random.next()), start = 0.5 * half;
        const double phase = random.next();
        if ((half / 2 + static_cast<int>(player)) % 5 == 0) continue;
        for (int n = 0; n < kTakeRate / 2; ++n) {
            const double t = static_cast<double>(n) / kTakeRate;
            double sum = 0.05 * (2 * random.next() - 1);
            for (int p = 1; p <= 5; ++p)
                sum += std::sin(2 * std::numbers::pi * (p * hz * t + phase * p * p)) / p;
            x[static_cast<std::size_t>(start * kTakeRate) + static_cast<std::size_t>(n)] +=
                static_cast<float>(0.2 * std::exp(-3 * t) * sum);
        }
    }
    return x;
}

/// What a microphone further off hears of it.
void bleed(std::vector<float>& into, const std::vector<float>& of, double gain, double delay_s) {
    const auto late = static_cast<std::size_t>(delay_s * kTakeRate);
    for (std::size_t n = late; n < into.size(); ++n)
        into[n] += static_cast<float>(gain) * of[n - late];
}

void add(Song& song, Role role, std::vector<float> sound) {
    Stem stem;
    stem.name = role_name(role), stem.role.role = role, stem.channels = 1;
    stem.silent = true;
    for (const float x : sound) stem.silent &= x == 0;
    stem.left = std::move(sound);
    song.rate = kTakeRate, song.frames = static_cast<std::int64_t>(stem.left.size());
    song.stems.push_back(std::move(stem));
    song.sections = {{"song", 0, song.seconds()}};
}

TEST(Bodies, AreStemsThatHearOneAnother) {
    const std::vector<float> voice = playing(1), guitar = playing(2), keys = playing(3);
    std::vector<float> voice_mic = voice, guitar_mic = guitar;
    bleed(voice_mic, guitar, 0.1, 0.004), bleed(guitar_mic, voice, 0.15, 0.004);
    Song song;
    add(song, Role::lead_vocal, voice_mic), add(song, Role::keys, keys);
    add(song, Role::acoustic_guitar, guitar_mic);
    EXPECT_EQ(leakage_bodies(song, analyze(song)), (std::vector<int>{0, 1, 0}));
}

TEST(Bodies, ReachAsFarAsSoundDoesInFortyMilliseconds) {
    const std::vector<float> voice = playing(4);
    std::vector<float> far = playing(5), farther = playing(6);
    bleed(far, voice, 0.2, 0.035), bleed(farther, voice, 0.2, 0.06);
    Song song;
    add(song, Role::lead_vocal, voice), add(song, Role::organ, far);
    add(song, Role::brass, farther);
    EXPECT_EQ(leakage_bodies(song, analyze(song)), (std::vector<int>{0, 0, 1}));
}

TEST(Bodies, OfOverdubsAreAsManyAsStems) {
    Song song;
    const Role roles[] = {Role::lead_vocal, Role::keys, Role::electric_guitar, Role::organ,
                          Role::strings};
    for (std::uint64_t p = 0; p < 5; ++p) add(song, roles[p], playing(10 + p));
    EXPECT_EQ(leakage_bodies(song, analyze(song)), (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Bodies, TheKitIsOneByRuleAndSilenceIsAlone) {
    Song song;
    add(song, Role::kick, playing(20)), add(song, Role::bass_guitar, playing(21));
    add(song, Role::overhead, playing(22));
    add(song, Role::pad, std::vector<float>(static_cast<std::size_t>(kTakeRate) * kTake_s));
    add(song, Role::hi_hat, playing(23));
    EXPECT_EQ(leakage_bodies(song, analyze(song)), (std::vector<int>{0, 1, 0, 2, 0}));
}

}  // namespace
}  // namespace mixfarm
