/// Knobs that follow, the slow way in double precision: filters as they are designed, an
/// exponential at every step of the envelope, thresholds by bisection.
#pragma once

#include <algorithm>
#include <cmath>

#include "host/analysis/k_weighting.h"
#include "host/space/balance.h"
#include "host/space/prior_file.h"
#include "host/space/space.h"
#include "host/space/wiring.h"

namespace mixfarm::testing {

inline double exact_make_up_db(const Envelope& sound, const Compression& c) {
    if (c.ratio <= 1 || sound.k_power.empty()) return 0;
    const Envelope::Detector& heard = sound.detector(c.sidechain_hz);
    const std::vector<float>& level = c.rms ? heard.square_db : heard.sample_db;
    const auto share = [](double ms) { return -std::expm1(-Envelope::kStepMs / ms); };
    double reduction = 0, before = 0, after = 0;
    for (std::size_t i = 0; i < level.size(); ++i) {
        const double over = level[i] - c.threshold_db, knee = c.knee_db, slope = 1 - 1 / c.ratio;
        const double wanted = 2 * over >= knee ? slope * over
                              : 2 * over <= -knee
                                  ? 0
                                  : slope * std::pow(over + knee / 2, 2) / (2 * knee);
        reduction += share(wanted > reduction ? c.attack_ms : c.release_ms) * (wanted - reduction);
        before += sound.k_power[i];
        after += sound.k_power[i] * std::pow(10.0, -reduction / 10);
    }
    return 10 * std::log10(before / after);
}

/// Where exact_make_up_db is `most_db`; 0 or -60 where it lies beyond.
inline double exact_threshold_db(const Envelope& sound, Compression c, double most_db) {
    double low = -60, high = 0;
    for (int i = 0; i < 20; ++i) {
        c.threshold_db = (low + high) / 2;
        (exact_make_up_db(sound, c) > most_db ? low : high) = c.threshold_db;
    }
    return (low + high) / 2;
}

/// dB, [stems], of a space without automation and with unlocked groups.
inline std::vector<double> exact_raises_db(const Song& song, const Profile& profile,
                                           const Space& space, std::span<const float> drawn) {
    const auto row = static_cast<std::size_t>(strip_param_count());
    const auto fader = static_cast<std::size_t>(strip_param_index("fader", "fader_db"));
    const std::size_t count = song.stems.size();
    std::vector<double> hz, level(count, 0.0), raises(count, 0.0);
    for (int b = 0; b < kBands; ++b) hz.push_back(band_centre_hz(b));
    for (std::size_t s = 0; s < count; ++s) {
        if (profile.stems[s].silent) continue;
        std::vector<float> filters = neutral_strip();
        for (std::size_t i = 0; i < row; ++i) {
            const std::string& effect = space.knobs()[i].effect;
            if (effect == "high_pass" || effect == "low_pass" || effect == "equalizer")
                filters[i] = drawn[s * row + i];
        }
        const auto response = strip_response_db(filters, hz, song.rate);
        double before = 0, after = 0;
        for (std::size_t b = 0; b < kBands; ++b) {
            const double power = profile.stems[s].band_power[b] *
                                 std::pow(10.0, k_weighting_db(hz[b], song.rate) / 10);
            before += power, after += power * std::pow(10.0, response[b] / 10);
        }
        const Bus group = group_of(song.stems[s].role.role);
        const std::size_t group_fader =
            count * row + static_cast<std::size_t>(bus_param_index(group, "fader", "fader_db"));
        if (before > 0)
            level[s] =
                after / before *
                std::pow(10.0, (kStemLufs + drawn[s * row + fader] + drawn[group_fader]) / 10);
    }
    for (std::size_t s = 0; s < count; ++s) {
        double all = 0;
        for (std::size_t o = 0; o < count; ++o) all += shared_time(profile, s, o) * level[o];
        if (level[s] > 0) raises[s] = std::max(0.0, 10 * std::log10(all / level[s]) - kHeardLu);
    }
    return raises;
}

/// The largest distances, dB, of followers from what they should be.
struct FollowersOff {
    double raise = 0, threshold = 0, make_up = 0;
};

/// Looks at one point. `sounds` [stems] as they come to the compressors. The job locks nothing.
inline void compare_followers(const Song& song, const Profile& profile, const Space& space,
                              std::span<const Envelope> sounds, std::span<const float> unit,
                              FollowersOff& off) {
    constexpr double kMostReductionDb = 8;
    const auto row = static_cast<std::size_t>(strip_param_count());
    const std::vector<float> values = space.values(unit);
    std::vector<float> drawn = values;
    for (std::size_t i = 0; i < unit.size(); ++i) {
        const Knob& knob = space.knobs()[static_cast<std::size_t>(space.searched()[i])];
        if (knob.effect != "fader" && knob.effect != "compressor") continue;
        const QuantileCurve curve(
            {knob.prior.low, knob.prior.typical, knob.prior.high, knob.prior.use}, knob.neutral,
            knob.low, search_high(knob, ""), knob.scale);
        drawn[static_cast<std::size_t>(space.searched()[i])] = curve.at(unit[i]);
    }
    const auto worst = [](double& most, double found, double expected) {
        most = std::max(most, std::fabs(found - expected));
    };
    const auto raises = exact_raises_db(song, profile, space, drawn);
    for (std::size_t s = 0; s < song.stems.size(); ++s) {
        if (profile.stems[s].silent) continue;
        const auto at = [&](const char* effect, const char* param) {
            return s * row + static_cast<std::size_t>(strip_param_index(effect, param));
        };
        const std::size_t fader = at("fader", "fader_db");
        worst(off.raise, values[fader],
              std::min<double>(drawn[fader] + raises[s], space.knobs()[fader].high));
        const auto knob = [&](const char* param) { return values[at("compressor", param)]; };
        if (knob("keyed") >= 0.5f) continue;
        Compression c{knob("threshold_db"), knob("ratio"),      knob("knee_db"),
                      knob("attack_ms"),    knob("release_ms"), knob("sidechain_hz"),
                      knob("rms") >= 0.5f};
        worst(off.make_up, knob("makeup_db"), exact_make_up_db(sounds[s], c));
        c.threshold_db = drawn[at("compressor", "threshold_db")];
        const double least = exact_make_up_db(sounds[s], c) > kMostReductionDb
                                 ? exact_threshold_db(sounds[s], c, kMostReductionDb)
                                 : -60;
        worst(off.threshold, knob("threshold_db"), std::max(c.threshold_db, least));
    }
}

/// Of every stem, trimmed to the loudness of all stems. [stems]
inline std::vector<Envelope> sounds_of(const Song& song, const Profile& profile) {
    std::vector<Envelope> sounds;
    for (std::size_t s = 0; s < song.stems.size(); ++s) {
        const StemProfile& stem = profile.stems[s];
        const std::pair<int, double> alone[] = {
            {static_cast<int>(s), kStemLufs - stem.integrated_lufs}};
        sounds.push_back(stem.silent ? Envelope{} : loudest_stretch(song, alone, stem.level_lufs));
    }
    return sounds;
}

}  // namespace mixfarm::testing
