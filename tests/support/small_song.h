/// Short songs and settings for engine tests: mono, stereo, silent and pausing stems, all
/// deterministic.
#pragma once

#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernels/engine.h"
#include "tests/support/signals.h"

namespace mixfarm {

/// Owns the audio that a SongView borrows.
struct SmallSong {
    int rate;
    std::vector<signals::Stereo> stems;
    std::vector<bool> mono;

    std::int64_t frames() const { return static_cast<std::int64_t>(stems.front().frames()); }
    SongView view() const {
        SongView v{rate, frames(), {}, {}};
        for (std::size_t s = 0; s < stems.size(); ++s)
            v.stems.push_back(
                {stems[s].left.data(), (mono[s] ? stems[s].left : stems[s].right).data()});
        return v;
    }
    void add(signals::Stereo stem, bool is_mono = false) {
        stems.push_back(std::move(stem));
        mono.push_back(is_mono);
    }
};

/// Music, a mono bass line, a stem that comes late, and a silent one.
inline SmallSong small_song(int rate, std::int64_t frames) {
    SmallSong song{rate, {}, {}};
    const auto n = static_cast<std::size_t>(frames);
    const double seconds = static_cast<double>(frames) / rate;
    song.add(signals::music(seconds, rate, 1));
    song.stems[0].left.resize(n), song.stems[0].right.resize(n);
    song.add({signals::sine(n, 82.4, rate, 0.3), {}}, true);
    signals::Stereo late{signals::white(n, 0.2, 2), signals::white(n, 0.2, 3)};
    for (std::size_t i = 0; i < n / 3; ++i) late.left[i] = late.right[i] = 0.f;
    song.add(late);
    song.add({signals::Samples(n), signals::Samples(n)});
    return song;
}

/// A parameter somewhere in the middle part of its range, gains moderate.
inline float random_value(const ParamSpec& p, signals::Random& random) {
    const double u = random.unit();
    const bool gain = std::string_view(p.unit) == "dB";
    const double low = gain ? std::max<double>(p.low, -24) : p.low;
    const double high = gain ? std::min<double>(p.high, 9) : p.high;
    if (p.scale == Scale::toggle) return u > 0.5 ? 1.f : 0.f;
    if (p.scale == Scale::log) return static_cast<float>(low * std::pow(high / low, u));
    return static_cast<float>(low + (high - low) * u);
}

/// Every parameter of the strips at random, but nothing sent anywhere: what a stem gives the mix is
/// what its strip gives. With `buses` the whole console is at random.
inline MixSettings random_mix(std::size_t stems, std::uint64_t seed, bool buses = false) {
    signals::Random random(seed);
    MixSettings mix;
    for (std::size_t s = 0; s < stems; ++s)
        for (const EffectInfo& effect : strip_effects())
            for (const ParamSpec& p : effect.params) {
                const float value = random_value(p, random);
                const bool send = std::string_view(effect.name) == "send";
                mix.strips.push_back(send && !buses ? p.neutral : value);
            }
    for (int b = 0; b < kBuses && buses; ++b)
        for (const EffectInfo& effect : bus_effects(static_cast<Bus>(b)))
            for (const ParamSpec& p : effect.params) mix.buses.push_back(random_value(p, random));
    return mix;
}

inline std::vector<MixSettings> random_mixes(std::size_t count, std::size_t stems,
                                             std::uint64_t seed) {
    std::vector<MixSettings> mixes;
    for (std::size_t i = 0; i < count; ++i) mixes.push_back(random_mix(stems, seed + i));
    return mixes;
}

inline MixSettings neutral_mix(std::size_t stems) {
    MixSettings mix;
    for (std::size_t s = 0; s < stems; ++s) {
        const std::vector<float> row = neutral_strip();
        mix.strips.insert(mix.strips.end(), row.begin(), row.end());
    }
    return mix;
}

/// Names what differs between two measurements bit by bit; empty when nothing does.
inline std::string difference(const Measurement& a, const Measurement& b) {
    std::string found;
    const auto compare = [&found](const std::string& name, float x, float y) {
        if (std::memcmp(&x, &y, sizeof x) != 0)
            found += name + ": " + std::to_string(x) + " against " + std::to_string(y) + "; ";
    };
    if (a.finite != b.finite) found += "finite; ";
    compare("master_gain_db", a.master_gain_db, b.master_gain_db);
    compare("limiter_loss_lu", a.limiter_loss_lu, b.limiter_loss_lu);
    if (a.metrics.size() != b.metrics.size() || a.stem_power.size() != b.stem_power.size())
        return "sizes";
    for (std::size_t i = 0; i < a.metrics.size(); ++i)
        compare(mix_metrics()[i].name, a.metrics[i], b.metrics[i]);
    for (std::size_t s = 0; s < a.stem_power.size(); ++s)
        compare("stem_power", a.stem_power[s], b.stem_power[s]);
    for (std::size_t k = 0; k < kBands; ++k) {
        compare("left_power", a.left_power[k], b.left_power[k]);
        compare("right_power", a.right_power[k], b.right_power[k]);
        compare("cross_power", a.cross_power[k], b.cross_power[k]);
    }
    return found;
}

}  // namespace mixfarm
