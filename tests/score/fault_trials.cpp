/// Decent mixes, the faults in them, and the table of what the judge made of it.
#include <algorithm>
#include <cmath>
#include <map>

#include "host/space/wiring.h"
#include "kernels/core/random.h"
#include "tests/score/faults.h"

namespace mixfarm::testing {
namespace {

constexpr std::size_t kBatch = 64;

std::filesystem::path jobs_folder(const char* folder) {
    return std::filesystem::path(MIXFARM_SOURCE_DIR) / "jobs" / folder;
}

}  // namespace

Desk::Desk(Job given, Song given_song, bool whole, double excerpt_s)
    : job(std::move(given)),
      song(std::move(given_song)),
      profile(analyze(song, excerpt_s)),
      space(job, song, profile, jobs_folder("priors")),
      judge(song, profile, read_style(job.style, jobs_folder("styles")), job.target, job.weights),
      engine(make_cpu_engine()),
      target{static_cast<float>(job.target.loudness_lufs),
             static_cast<float>(job.target.true_peak_dbtp)},
      heard(whole ? std::vector<Excerpt>{whole_song(song)} : profile.telling),
      stage(whole ? 3 : 2) {
    engine->load(wired_view(song, profile));
}

std::string Trial::verdict() const {
    if (after.scores.rejected != Reject::none)
        return std::string(reject_name(after.scores.rejected));
    std::size_t worst = 0;
    const auto fall = [&](std::size_t t) { return before.scores.terms[t] - after.scores.terms[t]; };
    for (std::size_t t = 1; t < kTerms; ++t)
        if (fall(t) > fall(worst)) worst = t;
    return std::string(kTermNames[worst]);
}

bool Trial::named() const {
    const std::string said = verdict();
    return std::find(fault->named.begin(), fault->named.end(), said) != fault->named.end();
}

std::vector<Judged> judge_all(Desk& desk, Engine& engine, const MasterTarget& target,
                              const std::vector<std::vector<float>>& values) {
    std::vector<Judged> all;
    for (std::size_t first = 0; first < values.size(); first += kBatch) {
        std::vector<MixSettings> mixes;
        for (std::size_t i = first; i < std::min(first + kBatch, values.size()); ++i)
            mixes.push_back(desk.space.settings(values[i]));
        const auto measured = engine.evaluate(mixes, desk.heard, target);
        for (std::size_t i = 0; i < mixes.size(); ++i) {
            Judged j;
            j.measured = measured[i];
            j.stems = desk.judge.stem_metrics(
                measured[i], mixes[i], desk.space.prior_distance(values[first + i]), desk.stage);
            j.scores = desk.judge.score(measured[i], j.stems);
            all.push_back(std::move(j));
        }
    }
    return all;
}

namespace {

/// Lead, width and tone of a mix brought nearer to the middle of what the style wants, and drums
/// softened that keep the limiter busy, by what was measured of it.
void polish(const Desk& desk, const Style& style, const Judged& heard, std::vector<float>& values) {
    Change c(desk, heard, values);
    const auto nearer = [](double miss, double most) {
        return std::isfinite(miss) ? static_cast<float>(std::clamp(0.8 * miss, -most, most)) : 0.f;
    };
    c.faders(nearer((style.lead_low_lu + style.lead_high_lu) / 2 - heard.stems.lead_to_rest_lu, 6),
             [&](std::size_t s) { return c.leads(s); });
    // So much is lost where the loudest 5 % are limited by 3 dB, the upper end of what is usual.
    constexpr float kUsualLossLu = 0.7f;
    const float softer = std::clamp(3 * (heard.measured.limiter_loss_lu - kUsualLossLu), 0.f, 4.f);
    for (std::size_t s = 0; s < c.stems(); ++s) {
        if (!c.sounds(s) || group_of(c.role(s)) != Bus::drums) continue;
        float& attack = c.strip(s, "transient_shaper", "attack_db");
        attack = std::max(-12.f, attack - softer);
    }
    struct Region {
        const char* band;
        float hz, q;
        std::size_t first, end;
    };
    // 25 to 100 Hz, to 315, to 800, to 2 k, to 5 k, to 16 k.
    constexpr Region kRegions[] = {{"low", 90, 0.7f, 0, 7},       {"bell1", 200, 0.8f, 7, 12},
                                   {"bell2", 560, 0.9f, 12, 16},  {"bell3", 1400, 0.9f, 16, 20},
                                   {"bell4", 3500, 0.9f, 20, 24}, {"high", 7500, 0.7f, 24, 29}};
    std::array<double, kBands> off{};
    double level = 0;
    const Measurement& m = heard.measured;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double power = static_cast<double>(m.left_power[b]) + m.right_power[b];
        off[b] = 10 * std::log10(std::max(power, 1e-12)) - style.tone_db[b];
        if (b >= 6 && b < 23) level += off[b] / 17;
    }
    for (const Region& region : kRegions) {
        double sum = 0, count = 0;
        for (std::size_t b = region.first; b < region.end; ++b)
            if (std::isfinite(off[b])) sum += off[b] - level, ++count;
        c.master_band(region.band, region.hz, nearer(-sum / count, 6), region.q);
    }
    double side = 0, middle = 0;
    for (std::size_t b = 9; b < kBands; ++b) {
        const double both = static_cast<double>(m.left_power[b]) + m.right_power[b];
        if (!(both > 0)) continue;
        const double share = 0.5 - m.cross_power[b] / both, weight = std::pow(both, 0.3);
        side += weight * share, middle += weight * (1 - share);
    }
    float& width = c.bus(Bus::master, "width", "width");
    const double wanted = std::sqrt(style.width_low * style.width_high);
    width = static_cast<float>(
        std::clamp(width * std::sqrt(wanted * middle / std::max(side, 1e-6)), 0.3, 1.6));
    values = std::move(c.values);
}

}  // namespace

std::vector<std::vector<float>> drawn_mixes(const Desk& desk, std::size_t count) {
    std::vector<std::vector<float>> mixes = {desk.space.rule_based()};
    for (std::size_t i = 1; i < count; ++i) {
        const RandomStream random(2026, i);
        std::vector<float> unit(desk.space.searched().size());
        for (std::size_t k = 0; k < unit.size(); ++k)
            unit[k] = static_cast<float>(0.25 + 0.5 * random.uniform(k));
        mixes.push_back(desk.space.values(unit));
    }
    return mixes;
}

std::vector<std::vector<float>> decent_mixes(Desk& desk, std::size_t count) {
    const Style style = read_style(desk.job.style, jobs_folder("styles"));
    std::vector<std::vector<float>> mixes = drawn_mixes(desk, count);
    constexpr int kRounds = 2;
    for (int round = 0; round < kRounds; ++round) {
        const std::vector<Judged> heard = judge_all(desk, *desk.engine, desk.target, mixes);
        for (std::size_t i = 0; i < mixes.size(); ++i) polish(desk, style, heard[i], mixes[i]);
    }
    return mixes;
}

std::vector<Trial> try_faults(Desk& desk, const std::vector<std::vector<float>>& mixes) {
    const std::vector<Judged> before = judge_all(desk, *desk.engine, desk.target, mixes);
    struct Made {
        std::size_t fault, mix;
        Change change;
    };
    // What differs in stems or target is rendered apart.
    std::map<std::pair<std::string, float>, std::vector<Made>> made;
    for (std::size_t f = 0; f < faults().size(); ++f)
        for (std::size_t m = 0; m < mixes.size(); ++m) {
            Change change(desk, before[m], mixes[m]);
            if (!faults()[f].make(change)) continue;
            made[{change.stems_changed, change.louder_db}].push_back({f, m, std::move(change)});
        }
    std::vector<Trial> trials;
    for (auto& [how, some] : made) {
        const auto& [changed, louder_db] = how;
        std::unique_ptr<Engine> other;
        Song song;
        if (!changed.empty()) {
            song = desk.song;
            for (Stem& stem : song.stems) {
                if (stem.right.empty()) stem.right = stem.left;
                some.front().change.change_stem(stem, song.rate, stem.right);
            }
            other = make_cpu_engine();
            other->load(wired_view(song, desk.profile));
        }
        Engine& engine = other ? *other : *desk.engine;
        const MasterTarget target{desk.target.loudness_lufs + louder_db,
                                  desk.target.true_peak_dbtp};
        std::vector<std::vector<float>> values;
        for (const Made& m : some) values.push_back(m.change.values);
        std::vector<Judged> after = judge_all(desk, engine, target, values);
        // Level for level: what a stem lost or won is made up for.
        std::vector<std::size_t> again;
        for (std::size_t i = 0; i < some.size(); ++i)
            if (some[i].change.keeps_level) again.push_back(i);
        if (!again.empty()) {
            std::vector<std::vector<float>> evened;
            for (const std::size_t i : again) {
                Change& c = some[i].change;
                for (std::size_t s = 0; s < c.stems(); ++s) {
                    const double was = before[some[i].mix].measured.stem_power[s],
                                 is = after[i].measured.stem_power[s];
                    if (!(was > 0 && is > 0 && c.keeps_level(c, s))) continue;
                    const bool made_up = c.strip(s, "compressor", "ratio") > 1;
                    float& gain = made_up ? c.strip(s, "compressor", "makeup_db")
                                          : c.strip(s, "fader", "fader_db");
                    gain = std::clamp(gain + static_cast<float>(10 * std::log10(was / is)), -60.f,
                                      made_up ? 24.f : 12.f);
                }
                evened.push_back(c.values);
            }
            std::vector<Judged> redone = judge_all(desk, engine, target, evened);
            for (std::size_t i = 0; i < again.size(); ++i) after[again[i]] = std::move(redone[i]);
        }
        if (louder_db != 0) {
            const Target louder{target.loudness_lufs, target.true_peak_dbtp};
            const Judge judge(desk.song, desk.profile,
                              read_style(desk.job.style, jobs_folder("styles")), louder,
                              desk.job.weights);
            for (Judged& j : after) j.scores = judge.score(j.measured, j.stems);
        }
        for (std::size_t i = 0; i < some.size(); ++i)
            trials.push_back(
                {&faults()[some[i].fault], some[i].mix, before[some[i].mix], std::move(after[i])});
    }
    std::stable_sort(trials.begin(), trials.end(),
                     [](const Trial& a, const Trial& b) { return a.fault < b.fault; });
    return trials;
}

Tally tally(std::span<const Trial> trials) {
    Tally all;
    for (const Trial& t : trials) {
        ++all.trials;
        all.lowered += t.lowered();
        all.named += t.named();
    }
    return all;
}

void print_table(std::FILE* out, const std::string& title, std::span<const Trial> trials) {
    std::fprintf(out, "%-22s lowered named  score", title.c_str());
    for (const std::string_view term : kTermNames) std::fprintf(out, " %9s", term.data());
    std::fprintf(out, "  said instead\n");
    for (std::size_t first = 0, end = 0; first < trials.size(); first = end) {
        while (end < trials.size() && trials[end].fault == trials[first].fault) ++end;
        const auto some = trials.subspan(first, end - first);
        const Tally t = tally(some);
        std::array<double, kTerms + 1> fall{};
        std::map<std::string, int> instead;
        std::size_t scored = 0;
        for (const Trial& trial : some) {
            if (!trial.named()) ++instead[trial.verdict()];
            if (trial.after.scores.rejected != Reject::none) continue;
            ++scored;
            fall[0] += trial.before.scores.technical - trial.after.scores.technical;
            for (std::size_t i = 0; i < kTerms; ++i)
                fall[i + 1] += trial.before.scores.terms[i] - trial.after.scores.terms[i];
        }
        std::fprintf(out, "%-22s %3zu/%-3zu %3zu/%-3zu", some.front().fault->name, t.lowered,
                     t.trials, t.named, t.trials);
        for (std::size_t i = 0; i <= kTerms; ++i) {
            if (scored)
                std::fprintf(out, i ? " %9.3f" : " %6.3f", -fall[i] / static_cast<double>(scored));
            else
                std::fprintf(out, i ? " %9s" : " %6s", i ? "" : "reject");
        }
        std::fprintf(out, " ");
        for (const auto& [what, count] : instead)
            std::fprintf(out, " %s (%d)", what.c_str(), count);
        std::fprintf(out, "\n");
    }
}

}  // namespace mixfarm::testing
