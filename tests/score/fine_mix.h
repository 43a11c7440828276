/// A song, a profile and a measured mix with nothing to complain about, as the starting point of
/// every fault.
#pragma once

#include <cmath>
#include <string>

#include "host/score/score.h"

namespace mixfarm::testing {

inline void set(Measurement& m, const char* metric, double value) {
    const int i = metric_index(metric);
    if (i < 0) throw std::runtime_error(std::string("no such metric: ") + metric);
    m.metrics.at(static_cast<std::size_t>(i)) = static_cast<float>(value);
}

inline Style neutral() {
    return read_style("neutral", std::filesystem::path(MIXFARM_SOURCE_DIR) / "jobs/styles");
}

/// Third octave whose centre is nearest to `hz`.
inline std::size_t band_at(double hz) {
    std::size_t best = 0;
    for (std::size_t b = 0; b < kBands; ++b)
        if (std::fabs(std::log(band_centre_hz(static_cast<int>(b)) / hz)) <
            std::fabs(std::log(band_centre_hz(static_cast<int>(best)) / hz)))
            best = b;
    return best;
}

/// Sets both channels of a band, with the given correlation between them.
inline void set_band(Measurement& m, std::size_t b, double power, double correlation) {
    m.left_power[b] = m.right_power[b] = static_cast<float>(power);
    m.cross_power[b] = static_cast<float>(power * correlation);
}

/// In the middle of the style's ranges, on its tone curve, at -14 LUFS under -1 dBTP.
inline Measurement fine_measurement(const Style& style, std::size_t stems) {
    Measurement m;
    m.metrics.assign(mix_metrics().size(), std::nanf(""));
    set(m, "integrated_lufs", -14);
    set(m, "loudness_range_lu", (style.lra_low_lu + style.lra_high_lu) / 2);
    set(m, "max_momentary_lufs", -9);
    set(m, "max_short_term_lufs", -11);
    set(m, "true_peak_dbtp", -1.2);
    set(m, "sample_peak_dbfs", -1.4);
    set(m, "plr_db", (style.plr_low_db + style.plr_high_db) / 2);
    set(m, "psr_db", 10);
    set(m, "crest_db", 12);
    set(m, "correlation", 0.5);
    set(m, "width", std::sqrt(style.width_low * style.width_high));
    set(m, "mono_loss_db", 1);
    set(m, "balance_db", 0.2);
    set(m, "tilt_db_per_octave", -4.5);
    for (std::size_t b = 0; b < kBands; ++b) {
        const double db = std::isnan(style.tone_db[b]) ? -20 : style.tone_db[b];
        set_band(m, b, 1e-3 * std::pow(10, db / 10), b < band_at(125) ? 0.98 : 0.5);
    }
    m.stem_power.assign(stems, 0.01f);
    return m;
}

/// Sixty seconds of `stems` stems that always play, each in its own third octave from 100 Hz
/// upwards (wrapping round); stem 0 is a lead vocal.
struct FineSong {
    Song song;
    Profile profile;
    MixSettings settings;

    explicit FineSong(std::size_t stems) {
        song.frames = 60 * song.rate;
        for (std::size_t s = 0; s < stems; ++s) {
            Stem stem;
            stem.name = "stem" + std::to_string(s);
            stem.role.role = s == 0 ? Role::lead_vocal : Role::keys;
            song.stems.push_back(stem);
            StemProfile p;
            p.level_lufs.assign(600, -20.f);
            p.active_share = 1;
            p.integrated_lufs = -20;
            p.band_power[band_at(100) + s * 5 % 20] = 0.01;
            profile.stems.push_back(p);
            const std::vector<float> strip = neutral_strip();
            settings.strips.insert(settings.strips.end(), strip.begin(), strip.end());
        }
        profile.telling = {{0, 10 * song.rate, 0}};
        profile.masking.assign(stems * stems, 0);
    }
    /// Silences a stem in [from_s, to_s).
    void rest(std::size_t stem, int from_s, int to_s) {
        for (int i = from_s * 10; i < to_s * 10; ++i)
            profile.stems[stem].level_lufs[static_cast<std::size_t>(i)] = -120;
    }
    float* strip(std::size_t stem) {
        return settings.strips.data() + stem * static_cast<std::size_t>(strip_param_count());
    }
    Judge judge(const std::map<std::string, double>& weights = {}) const {
        return Judge(song, profile, neutral(), Target{}, weights);
    }
};

/// What StemMetrics says of a mix whose lead stands in the middle of the style's range.
inline StemMetrics fine_stems(const Style& style) {
    StemMetrics s;
    s.masking = 0;
    s.lead_audibility = 0.6f;
    s.lead_to_rest_lu = static_cast<float>((style.lead_low_lu + style.lead_high_lu) / 2);
    s.prior_distance = 0.2f;
    s.reverb_to_dry_lu = -16;
    s.reverb_s = 1.5f;
    s.effects = 2;
    return s;
}

inline float term(const Scores& scores, std::string_view name) {
    for (std::size_t t = 0; t < kTerms; ++t)
        if (kTermNames[t] == name) return scores.terms[t];
    throw std::runtime_error("no such term: " + std::string(name));
}

}  // namespace mixfarm::testing
