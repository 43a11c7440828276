/// What of a song a mix is judged by, who plays with whom, and the sum of all terms.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>

#include "host/analysis/k_weighting.h"
#include "host/job/input_error.h"
#include "host/score/score.h"
#include "host/score/terms.h"
#include "host/space/wiring.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

// Blocks of 100 ms in which a stem counts: so far below its own loudest, the gate with which the
// lead-to-accompaniment ratio is taken. And there must be one within kOutLoudLu, or what an excerpt
// holds is but the tail of a note, which no mix can lift.
constexpr double kPlaysLu = -20, kOutLoudLu = -10;
constexpr double kNeverHeardLufs = -70;  // the absolute gate of BS.1770
bool is_lead(const Song& song, const Stem& stem) {
    const bool named = std::any_of(song.stems.begin(), song.stems.end(), [](const Stem& s) {
        return s.intent == Intent::lead && !s.silent;
    });
    if (named) return stem.intent == Intent::lead;
    return stem.role.role == Role::lead_vocal && stem.intent == Intent::normal;
}

/// 100 ms blocks that the excerpts cover, of `blocks`.
std::vector<std::size_t> blocks_heard(std::span<const Excerpt> excerpts, int rate,
                                      std::size_t blocks) {
    const std::int64_t length = rate / 10;
    std::vector<std::size_t> heard;
    for (const Excerpt& e : excerpts) {
        const auto first = static_cast<std::size_t>(e.start / length);
        const auto last = static_cast<std::size_t>((e.start + e.frames + length - 1) / length);
        for (std::size_t i = first; i < std::min(last, blocks); ++i) heard.push_back(i);
    }
    std::sort(heard.begin(),
              heard.end());  // excerpts may meet within a block, and come in any order
    heard.erase(std::unique(heard.begin(), heard.end()), heard.end());
    return heard;
}

double power_of(float lufs) {
    return std::pow(10.0, lufs / 10.0);
}

double mean_power(const std::vector<float>& level_lufs, const std::vector<std::size_t>& blocks) {
    double sum = 0;
    for (const std::size_t i : blocks) sum += power_of(level_lufs[i]);
    return blocks.empty() ? 0 : sum / static_cast<double>(blocks.size());
}

/// The heard blocks in which a stem plays; none where it never plays out loud.
std::vector<std::size_t> blocks_played(const std::vector<float>& level_lufs,
                                       const std::vector<std::size_t>& heard) {
    const float loudest = *std::max_element(level_lufs.begin(), level_lufs.end());
    std::vector<std::size_t> played;
    bool out_loud = false;
    for (const std::size_t i : heard) {
        if (level_lufs[i] > loudest + kPlaysLu) played.push_back(i);
        out_loud = out_loud || level_lufs[i] > loudest + kOutLoudLu;
    }
    return out_loud ? played : std::vector<std::size_t>{};
}

double burst_of(const std::vector<float>& level_lufs, const std::vector<std::size_t>& blocks) {
    double sum = 0, squares = 0;
    for (const std::size_t i : blocks) {
        const double power = power_of(level_lufs[i]);
        sum += power;
        squares += power * power;
    }
    return sum > 0 ? squares * static_cast<double>(blocks.size()) / (sum * sum) : 1;
}

/// Loudness range of all stems, each equally loud, in the given blocks; NaN without 3 s in a row.
double range_of(const Profile& profile, const std::vector<std::size_t>& blocks) {
    constexpr std::size_t kWindow = 30;
    std::vector<double> power;
    for (const std::size_t i : blocks) {
        double sum = 0;
        for (const StemProfile& stem : profile.stems)
            if (!stem.silent)
                sum += power_of(stem.level_lufs[i] - static_cast<float>(stem.integrated_lufs));
        power.push_back(sum);
    }
    std::vector<double> windows;
    for (std::size_t k = 0; k + kWindow <= blocks.size(); ++k) {
        if (blocks[k + kWindow - 1] - blocks[k] != kWindow - 1) continue;  // two excerpts
        const auto first = power.begin() + static_cast<std::ptrdiff_t>(k);
        // The level of one stem is that of a mix near full scale: far above the gate of -70 LUFS.
        windows.push_back(std::accumulate(first, first + kWindow, 0.0) / kWindow);
    }
    return windows.empty() ? std::nan("") : loudness_range(windows);
}

std::array<double, kTerms> checked_weights(const std::map<std::string, double>& given,
                                           const Style& style) {
    std::array<double, kTerms> weights;
    weights.fill(1);
    for (const auto& [name, weight] : given) {
        const auto term = std::find(kTermNames.begin(), kTermNames.end(), name);
        if (term == kTermNames.end()) {
            std::string list;
            for (std::size_t t = 0; t < kTerms; ++t)
                list += (t == 0           ? ""
                         : t + 1 < kTerms ? ", "
                                          : " and ") +
                        std::string(kTermNames[t]);
            throw InputError("", "weights: there is no term '" + name + "'; there are " + list);
        }
        if (!(weight >= 0) || !std::isfinite(weight))
            throw InputError("", "weights: '" + name + "' must be a number of at least 0");
        weights[static_cast<std::size_t>(term - kTermNames.begin())] = weight;
    }
    if (style.models.empty()) weights[kTerms - 1] = 0;
    if (std::all_of(weights.begin(), weights.end(), [](double w) { return w == 0; }))
        throw InputError("",
                         "weights: all are 0, so nothing would tell mixes apart; set one above 0");
    return weights;
}

}  // namespace

Judge::Judge(const Song& song, const Profile& profile, const Style& style, const Target& target,
             const std::map<std::string, double>& weights)
    : style_(style), target_(target), weights_(checked_weights(weights, style)), rate_(song.rate) {
    MF_CHECK_EQ(song.stems.size(), profile.stems.size());
    for (std::size_t s = 0; s < song.stems.size(); ++s) {
        const Stem& stem = song.stems[s];
        const bool lead = is_lead(song, stem) && !stem.silent;
        const double priority = lead ? 2 : stem.intent == Intent::background ? 0.5 : 1;
        const StemProfile& heard = profile.stems[s];
        const bool silent = stem.silent || heard.silent || heard.integrated_lufs <= kNeverHeardLufs;
        stems_.push_back({silent, lead, group_of(stem.role.role), priority, heard.band_power});
    }
    for (int b = 0; b < kBands; ++b)
        k_power_[static_cast<std::size_t>(b)] =
            std::pow(10.0, k_weighting_db(band_centre_hz(b), rate_) / 10);
    const std::array<Excerpt, 1> all = {Excerpt{0, song.frames, 0}};
    whole_ = company(profile, stems_, all, rate_);
    telling_ = company(profile, stems_, profile.telling, rate_);
    for (const Section& section : song.sections) {
        const auto start = static_cast<std::int64_t>(section.start_s * rate_);
        const auto end = static_cast<std::int64_t>(section.end_s * rate_);
        const std::array<Excerpt, 1> only = {Excerpt{start, end - start, 0}};
        sections_.push_back(company(profile, stems_, only, rate_, &whole_));
    }
    std::vector<bool> leads;
    for (const StemFacts& stem : stems_) leads.push_back(stem.lead);
    section_levels_ = SectionLevels(song, profile, leads);
    if (song.tempo_bpm > 0) beat_s_ = 60 / song.tempo_bpm;
}

Judge::Company Judge::company(const Profile& profile, const std::vector<StemFacts>& stems,
                              std::span<const Excerpt> heard, int rate, const Company* re) {
    const std::size_t n = stems.size();
    Company c;
    c.plays.assign(n, false);
    c.gain.assign(n * n, 1);
    c.lead_gain.assign(n, 1);
    const std::size_t blocks = profile.stems.empty() ? 0 : profile.stems.front().level_lufs.size();
    const std::vector<std::size_t> time = blocks_heard(heard, rate, blocks);
    for (const StemProfile& stem : profile.stems) MF_CHECK_EQ(stem.level_lufs.size(), blocks);
    for (std::size_t b = 0; b < n; ++b)
        c.mean.push_back(re ? re->mean[b] : mean_power(profile.stems[b].level_lufs, time));
    const auto gains = [&](const std::vector<std::size_t>& when, auto into) {
        for (std::size_t b = 0; b < n; ++b, ++into)
            if (c.mean[b] > 0) *into = mean_power(profile.stems[b].level_lufs, when) / c.mean[b];
    };
    for (const StemProfile& stem : profile.stems)
        c.burst.push_back(burst_of(stem.level_lufs, time));
    c.range_lu = range_of(profile, time);
    std::vector<std::size_t> led;
    for (std::size_t a = 0; a < n; ++a) {
        if (stems[a].silent || blocks == 0) continue;
        const std::vector<float>& level = profile.stems[a].level_lufs;
        const std::vector<std::size_t> played = blocks_played(level, time);
        c.plays[a] = !played.empty();
        if (c.plays[a]) gains(played, c.gain.begin() + static_cast<std::ptrdiff_t>(a * n));
        if (!stems[a].lead) continue;
        std::vector<std::size_t> either;
        std::set_union(led.begin(), led.end(), played.begin(), played.end(),
                       std::back_inserter(either));
        led = std::move(either);
    }
    c.lead_plays = !led.empty();
    if (c.lead_plays) gains(led, c.lead_gain.begin());
    return c;
}

std::vector<double> Judge::weights() const {
    const double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
    std::vector<double> shares;
    for (const double weight : weights_) shares.push_back(weight / total);
    return shares;
}

Scores Judge::score(const Measurement& m, const StemMetrics& stems) const {
    Scores scores;
    scores.rejected = reject(m, stems);
    if (scores.rejected != Reject::none) return scores;
    const std::array<double, kTerms> terms = {
        tone_term(m, style_),
        dynamics_term(m, style_, stems.range_excess_lu),
        masking_term(stems.masking),
        stereo_term(m, style_),
        lead_term(stems, style_),
        depth_term(stems.reverb_to_dry_lu, stems.reverb_s),
        distortion_term(stems.distortion_db),
        fall_off(static_cast<double>(stems.prior_distance) * stems.prior_distance),
        economy_term(stems.effects, stems.undone_db),
        static_cast<double>(stems.reference_nearness)};
    double sum = 0, total = 0;
    for (std::size_t t = 0; t < kTerms; ++t) {
        scores.terms[t] = static_cast<float>(terms[t]);
        sum += weights_[t] * terms[t];
        total += weights_[t];
    }
    scores.technical = static_cast<float>(sum / total);
    return scores;
}

}  // namespace mixfarm
