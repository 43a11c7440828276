/// Songs, profiles and nights of any size, made of numbers alone: no audio behind them.
#pragma once

#include <cmath>
#include <limits>
#include <random>

#include "host/analysis/profile.h"
#include "host/analysis/raw_sum.h"
#include "host/report/night_page.h"

namespace mixfarm::report_test {

inline constexpr float kUnmeasured = std::numeric_limits<float>::quiet_NaN();

inline LoudnessSeries loudness(double seconds, float lufs) {
    LoudnessSeries series{0.1, {}, {}};
    for (std::size_t k = 0; k < static_cast<std::size_t>(seconds * 10); ++k) {
        const float swing = 3 * std::sin(0.05f * static_cast<float>(k));
        series.momentary_lufs.push_back(k < 3 ? kUnmeasured : lufs + swing);
        series.short_term_lufs.push_back(k < 29 ? kUnmeasured : lufs + swing / 2);
    }
    return series;
}

struct AnalysedSong {
    Song song;
    Profile profile;
    RawSum sum;
};

/// `stems` stems, every seventh of them silent; the song has `sections` sections.
inline AnalysedSong analysed_song(std::size_t stems, double seconds, std::size_t sections,
                                  const std::string& name = "stem") {
    std::mt19937 random(5);
    const auto unit = [&] { return static_cast<double>(random() % 1000) / 1000; };
    AnalysedSong a;
    a.song.title = "Songs & <Stems>";
    a.song.frames = static_cast<std::int64_t>(seconds * a.song.rate);
    for (std::size_t s = 0; s < sections; ++s)
        a.song.sections.push_back(
            {s % 2 ? "chorus" : "verse",
             seconds * static_cast<double>(s) / static_cast<double>(sections),
             seconds * static_cast<double>(s + 1) / static_cast<double>(sections)});
    for (std::size_t s = 0; s < stems; ++s) {
        Stem stem;
        stem.name = name + " " + std::to_string(s);
        stem.role = {Role::keys, 1, "named so"};
        stem.channels = 1 + static_cast<int>(s % 2);
        StemProfile p;
        p.silent = stem.silent = s % 7 == 6;
        p.level_lufs.assign(static_cast<std::size_t>(seconds * 10), -120);
        if (!p.silent) {
            p.integrated_lufs = -20 - 10 * unit();
            p.peak_dbfs = -6;
            p.crest_db = 14;
            p.active_share = 0.7;
            p.correlation = 0.4;
            for (std::size_t k = 0; k < p.level_lufs.size(); ++k)
                if ((k / 40) % 3 != s % 3) p.level_lufs[k] = static_cast<float>(-22 - 12 * unit());
            for (std::size_t b = 3; b < kBands; ++b) p.band_power[b] = 1e-3 * unit() / double(b);
            if (s % 3 == 0) p.problems = {"boxy around 400 Hz (+7 dB)", "clipped (9 flat tops)"};
        }
        a.song.stems.push_back(stem);
        a.profile.stems.push_back(p);
    }
    for (std::size_t i = 0; i < stems; ++i)
        for (std::size_t j = 0; j < stems; ++j) {
            const bool none = i == j || a.profile.stems[i].silent || a.profile.stems[j].silent;
            a.profile.masking.push_back(none ? 0 : unit());
        }
    a.profile.telling = {{0, a.song.frames / 4, 0}, {a.song.frames / 2, a.song.frames / 4, 0}};
    a.sum.measured.metrics.assign(mix_metrics().size(), -12.5f);
    a.sum.band_power.fill(1e-4);
    a.sum.loudness = loudness(seconds, -14);
    return a;
}

struct Night {
    Results results;
    report::NightRecord record;
};

/// Every fifth mix is rejected, every tenth heard whole; `lead` says whether the song has one.
inline Night night(std::size_t mixes, std::size_t picks, double seconds, bool lead = true) {
    std::mt19937 random(7);
    const auto unit = [&] { return static_cast<float>(random() % 100000) / 100000; };
    Night n;
    Results& r = n.results;
    r.attributes = {{"version", "0.1.0"},
                    {"engine", "cpu"},
                    {"device", "a <fast> one"},
                    {"created_utc", "2026-11-23T03:00:00Z"}};
    for (const MetricInfo& m : mix_metrics())
        r.metrics.emplace_back(m.name, *m.unit ? m.unit : "1");
    for (const char* more :
         {"masking", "lead_to_rest_lu", "prior_distance", "reverb_to_dry_lu", "effects_in_play",
          "lead_audibility", "reverb_s", "undone_db", "distortion_db"})
        r.metrics.emplace_back(more, "1");
    for (const std::string_view term : kTermNames) r.terms.emplace_back(term);
    for (std::size_t i = 0; i < mixes; ++i) {
        Row row;
        row.id = i;
        row.stage = i % 10 < 2 ? 3 : 2;
        row.origin = i == 0   ? "static_balance"
                     : i == 1 ? "rule_based"
                     : i % 3  ? "sobol"
                              : "crossed";
        if (i % 3 == 0 && i > 3) row.parent_a = 2, row.parent_b = 3;
        for (const auto& metric : r.metrics)
            row.metrics.push_back(metric.first == "lead_to_rest_lu" && !lead ? kUnmeasured
                                                                             : 0.05f + unit());
        for (std::size_t b = 0; b < kBands; ++b) {
            row.left_power.push_back(1e-3f * unit());
            row.right_power.push_back(1e-3f * unit());
            row.cross_power.push_back(0);
        }
        const bool rejected = i > 1 && i % 5 == 4;
        r.rejected.push_back(rejected ? static_cast<std::uint8_t>(1 + i / 5 % 8) : 0);
        std::vector<float> terms;
        float sum = 0;
        for (std::size_t t = 0; t < r.terms.size(); ++t) {
            terms.push_back(rejected ? 0 : unit());
            sum += terms.back();
        }
        r.technical.push_back(sum / static_cast<float>(r.terms.size()));
        r.scores.push_back(terms);
        r.stage2_technical.push_back(r.technical.back() * 0.98f);
        r.stage2_metrics.push_back(row.metrics);
        r.rows.push_back(row);
        r.order.push_back(i);
    }
    for (std::size_t p = 0; p < picks; ++p) {
        r.picks.push_back(10 + 10 * p);
        r.words.push_back("vox <b> +" + std::to_string(p) + " dB & \"darker\"");
        r.wild_cards.emplace_back();
        n.record.picks.push_back(
            {"picks/0" + std::to_string(p + 1) + "-vox.flac", loudness(seconds, -14), {}});
    }
    r.funnel = {{2, mixes, 100, 0.9, 0.8}, {3, mixes / 5, 60, std::nan(""), std::nan("")}};
    n.record.title = "Blue & <Green>";
    n.record.seconds = seconds;
    n.record.style = read_style("pop", std::string(MIXFARM_SOURCE_DIR) + "/jobs/styles");
    n.record.weights = {{"tone", 2}};
    n.record.rules.loudness = n.record.still.loudness = loudness(seconds, -14);
    for (std::uint64_t first = 2; first < mixes; first += 128)
        n.record.generations.push_back(first);
    return n;
}

}  // namespace mixfarm::report_test
