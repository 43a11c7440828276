/// What a mix does to its stems: who lies under whom, how the lead stands, who is lost, how deep
/// the room is.
#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "host/score/distortion.h"
#include "host/score/score.h"
#include "host/score/terms.h"
#include "host/score/thrift.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

// The quietest tracks of documented mixes, hi-hats at their 10th percentile, lie 35 LU under the
// whole (MixologyDB); the quietest group, ambience, lies typically at -19 and at least at -24
// (estimate). Lost is what lies clearly below.
constexpr double kLostLu = -40, kLostAndBuriedLu = -30, kBuried = 0.7;
constexpr double kLeastWetLu = -60;  // where a send is off
constexpr Bus kReturns[] = {Bus::plate, Bus::hall, Bus::echo};
constexpr const char* kSends[] = {"plate_db", "hall_db", "echo_db"};

double power_of_db(double db) {
    return std::exp(db * 0.23025850929940457);
}

const std::vector<double>& centres() {
    static const std::vector<double> hz = [] {
        std::vector<double> all;
        for (int b = 0; b < kBands; ++b) all.push_back(band_centre_hz(b));
        return all;
    }();
    return hz;
}

std::span<const float> bus_row(const MixSettings& settings, Bus bus) {
    const auto first = static_cast<std::size_t>(bus_first(bus)),
               end =
                   static_cast<std::size_t>(bus_first(static_cast<Bus>(static_cast<int>(bus) + 1)));
    return std::span(settings.buses).subspan(first, end - first);
}

/// Power gain of a bus's filters and fader, [bands].
BandPowers bus_gain(const MixSettings& settings, Bus bus, double rate) {
    BandPowers gain;
    gain.fill(1);
    if (settings.buses.empty()) return gain;
    const std::vector<double> db = bus_response_db(bus, bus_row(settings, bus), centres(), rate);
    std::transform(db.begin(), db.end(), gain.begin(), power_of_db);
    return gain;
}

/// `row` of an effect in a row of settings.
std::span<const float> effect_row(std::span<const float> row, std::span<const EffectInfo> effects,
                                  std::string_view name) {
    const auto effect = std::find_if(effects.begin(), effects.end(),
                                     [&](const EffectInfo& e) { return name == e.name; });
    return row.subspan(static_cast<std::size_t>(effect->first), effect->params.size());
}

/// Gain of pan and fader, which follow the saturator.
double behind_saturator_db(std::span<const float> strip) {
    static const std::vector<float> neutral = neutral_strip();
    std::vector<float> rest = neutral;
    for (const char* effect : {"pan", "fader"}) {
        const auto from = effect_row(strip, strip_effects(), effect);
        std::copy(from.begin(), from.end(), rest.begin() + (from.data() - strip.data()));
    }
    return strip_response_db(rest, 1000, 48000);
}

float decibels_of_distortion(double share) {
    return static_cast<float>(std::max(-80.0, 10 * std::log10(share)));
}

double bus_knob(const MixSettings& settings, Bus bus, const char* effect, const char* param) {
    return settings.buses[static_cast<std::size_t>(bus_param_index(bus, effect, param))];
}

}  // namespace

Judge::Parts Judge::parts(const Measurement& m, const MixSettings& settings,
                          const Company& heard) const {
    const std::size_t n = stems_.size(), row = static_cast<std::size_t>(strip_param_count());
    MF_CHECK_EQ(m.stem_power.size(), n);
    MF_CHECK_EQ(settings.strips.size(), n * row);
    Parts mix;
    mix.spectrum.assign(n, BandPowers{});
    mix.threshold.assign(n, BandPowers{});
    mix.loud.assign(n, 0.0);
    std::map<Bus, BandPowers> groups;
    std::array<BandPowers, std::size(kReturns)> sent{};
    for (std::size_t s = 0; s < n; ++s) {
        if (!heard.plays[s] || !(m.stem_power[s] > 0)) continue;
        const std::span<const float> strip(settings.strips.data() + s * row, row);
        const std::vector<double> itself = strip_response_db(strip, centres(), rate_);
        const Bus bus = stems_[s].group;
        const BandPowers& group =
            groups
                .try_emplace(bus, groups.count(bus) ? BandPowers{} : bus_gain(settings, bus, rate_))
                .first->second;
        BandPowers& spectrum = mix.spectrum[s];
        double sum = 0;
        for (std::size_t b = 0; b < kBands; ++b)
            sum += spectrum[b] = stems_[s].band_power[b] * power_of_db(itself[b]) * group[b];
        if (!(sum > 0)) continue;
        for (std::size_t b = 0; b < kBands; ++b) {
            spectrum[b] *= m.stem_power[s] / sum;
            mix.loud[s] += spectrum[b] * k_power_[b];
        }
        mix.threshold[s] = masking_threshold(spectrum);
        const auto saturator = effect_row(strip, strip_effects(), "saturator");
        if (saturator[1] > 0) {
            double in_front = 0;  // of the group
            for (std::size_t b = 0; b < kBands; ++b)
                if (group[b] > 0) in_front += spectrum[b] / group[b];
            mix.distorted +=
                mix.loud[s] *
                distorted_share(
                    saturator, heard.burst[s] * in_front / power_of_db(behind_saturator_db(strip)));
        }
        for (std::size_t r = 0; r < std::size(kReturns); ++r) {
            const double db = strip[static_cast<std::size_t>(strip_param_index("send", kSends[r]))];
            if (db <= kLeastWetLu) continue;
            for (std::size_t b = 0; b < kBands; ++b)
                if (group[b] > 0) sent[r][b] += spectrum[b] / group[b] * power_of_db(db);
        }
    }
    if (!settings.buses.empty()) add_returns(settings, sent, mix);
    return mix;
}

/// The reverbs give back what they get (kernels/effects/plate.h), the echo that and every repeat.
void Judge::add_returns(const MixSettings& settings, std::span<const BandPowers> sent,
                        Parts& mix) const {
    for (std::size_t r = 0; r < sent.size(); ++r) {
        const Bus bus = kReturns[r];
        const BandPowers gain = bus_gain(settings, bus, rate_);
        double wet = 0, seconds = 0;
        for (std::size_t b = 0; b < kBands; ++b) wet += sent[r][b] * gain[b] * k_power_[b];
        if (bus == Bus::echo) {
            const double back = bus_knob(settings, bus, "echo", "feedback");
            wet /= 1 - back * back;
            const double repeats_db = -20 * std::log10(std::max(back, 1e-3));
            seconds = bus_knob(settings, bus, "echo", "beats") * beat_s_ * 60 / repeats_db;
        } else {
            seconds = bus_knob(settings, bus, bus_name(bus), "decay_s");
        }
        mix.wet += wet;
        mix.wet_seconds += wet * seconds;
    }
}

template <class Counts>
BandPowers Judge::threshold_over(std::size_t s, const Parts& mix, const Company& heard,
                                 Counts counts) const {
    const std::size_t n = stems_.size();
    const double* gain = heard.gain.data() + s * n;
    BandPowers threshold{};
    for (std::size_t o = 0; o < n; ++o) {
        if (o == s || !counts(o)) continue;
        const double against = gain[o] / gain[s];
        for (std::size_t b = 0; b < kBands; ++b) threshold[b] += against * mix.threshold[o][b];
    }
    return threshold;
}

StemMetrics Judge::stem_metrics(const Measurement& m, const MixSettings& settings,
                                double prior_distance, int stage) const {
    MF_CHECK(stage == 2 || stage == 3);
    const Company& heard = stage == 2 ? telling_ : whole_;
    const Parts mix = parts(m, settings, heard);
    const std::size_t n = stems_.size(), row = static_cast<std::size_t>(strip_param_count());

    StemMetrics result;
    result.prior_distance = static_cast<float>(prior_distance);
    const double excess = heard.range_lu - whole_.range_lu;
    result.range_excess_lu = std::isfinite(excess) ? static_cast<float>(excess) : 0.f;
    result.reference_nearness = static_cast<float>(reference_term(m, style_, stage));
    const auto everyone = [](std::size_t) { return true; };
    double total = 0, priorities = 0, lead = 0, rest = 0, dry = 0;
    double effects = 0, undone = 0, playing = 0, audible = 0;
    for (std::size_t s = 0; s < n; ++s) {
        (stems_[s].lead ? lead : rest) += mix.loud[s] * heard.lead_gain[s];
        dry += mix.loud[s];
        if (!heard.plays[s]) continue;
        const BandPowers cover = threshold_over(s, mix, heard, everyone);
        const double masked = mix.loud[s] > 0 ? masking(mix.spectrum[s], cover) : 1;
        total += stems_[s].priority * masked * masked;
        priorities += stems_[s].priority;
        if (stems_[s].lead) audible = std::max(audible, audibility(mix.spectrum[s], cover));
        const std::span<const float> strip(settings.strips.data() + s * row, row);
        effects += effects_in_play(strip);
        undone += undone_gain_db(strip);
        ++playing;

        const double* gain = heard.gain.data() + s * n;
        double all_loud = 0;
        for (std::size_t o = 0; o < n; ++o) all_loud += gain[o] * mix.loud[o];
        const double own_loud = gain[s] * mix.loud[s];
        const double below = 10 * std::log10(own_loud / all_loud);
        const bool lost =
            !(own_loud > 0) || below < kLostLu || (masked > kBuried && below < kLostAndBuriedLu);
        if (lost && result.lost_stem < 0) result.lost_stem = static_cast<int>(s);
    }
    if (priorities > 0) result.masking = static_cast<float>(std::sqrt(total / priorities));
    const bool compared = heard.lead_plays && lead > 0 && rest > 0;
    if (compared) result.lead_audibility = static_cast<float>(audible);
    result.lead_to_rest_lu =
        compared ? static_cast<float>(10 * std::log10(lead / rest)) : std::nanf("");
    if (dry > 0 && !settings.buses.empty()) {
        const double wet_lu = mix.wet > 0 ? 10 * std::log10(mix.wet / dry) : kLeastWetLu;
        result.reverb_to_dry_lu = static_cast<float>(std::max(wet_lu, kLeastWetLu));
        if (mix.wet > 0) result.reverb_s = static_cast<float>(mix.wet_seconds / mix.wet);
    }
    double distorted = dry > 0 ? mix.distorted / dry : 0;
    if (!settings.buses.empty()) {
        double power = 0;
        for (std::size_t b = 0; b < kBands; ++b) power += m.left_power[b] + m.right_power[b];
        const double in_front = power / 2 / power_of_db(m.master_gain_db);
        const double of_master = distorted_share(
            effect_row(bus_row(settings, Bus::master), bus_effects(Bus::master), "saturator"),
            in_front);
        distorted = 1 - (1 - distorted) * (1 - of_master);
    }
    result.distortion_db = decibels_of_distortion(distorted);
    const Intention means = section_levels_.of(settings);
    result.arc_lu = means.arc_lu, result.contour_lu = means.contour_lu;
    result.movement_db = means.movement_db, result.lead_spread_lu = means.lead_spread_lu;
    if (playing > 0) {
        result.effects = static_cast<float>(effects / playing);
        result.undone_db = static_cast<float>(undone / playing);
    }
    return result;
}

Listening Judge::listening() const {
    Listening rule;
    tell_masking(rule);
    rule.buried = kBuried, rule.lost_lu = kLostLu, rule.lost_buried_lu = kLostAndBuriedLu;
    rule.plays.assign(whole_.plays.begin(), whole_.plays.end());
    for (const StemFacts& stem : stems_) {
        rule.leads.push_back(stem.lead);
        rule.priority.push_back(static_cast<float>(stem.priority));
    }
    rule.gain.assign(whole_.gain.begin(), whole_.gain.end());
    rule.lead_gain.assign(whole_.lead_gain.begin(), whole_.lead_gain.end());
    rule.burst.assign(whole_.burst.begin(), whole_.burst.end());
    return rule;
}

StemMetrics Judge::stem_metrics(const Foretold& told, const MixSettings& settings,
                                double prior_distance) const {
    const std::size_t row = static_cast<std::size_t>(strip_param_count());
    StemMetrics result;
    result.masking = told.masking;
    result.lead_to_rest_lu = told.lead_to_rest_lu;
    result.lead_audibility = told.lead_audibility;
    result.prior_distance = static_cast<float>(prior_distance);
    result.lost_stem = told.lost_stem;
    result.reverb_to_dry_lu = told.reverb_to_dry_lu;
    result.reverb_s = told.reverb_s;
    result.distortion_db = decibels_of_distortion(told.distorted_share);
    result.reference_nearness = static_cast<float>(reference_term(told.mix, style_, 3));
    double effects = 0, undone = 0, playing = 0;
    for (std::size_t s = 0; s < stems_.size(); ++s) {
        if (!whole_.plays[s]) continue;
        const std::span<const float> strip(settings.strips.data() + s * row, row);
        effects += effects_in_play(strip);
        undone += undone_gain_db(strip);
        ++playing;
    }
    if (playing > 0) {
        result.effects = static_cast<float>(effects / playing);
        result.undone_db = static_cast<float>(undone / playing);
    }
    return result;
}

Covering Judge::covering(const Measurement& m, const MixSettings& settings) const {
    const std::size_t n = stems_.size();
    const Parts mix = parts(m, settings, whole_);
    Covering c;
    c.stem.assign(n, 0.0);
    c.by.assign(n * n, 0.0);
    c.lead_audibility = std::nan("");
    for (std::size_t s = 0; s < n; ++s) {
        if (!whole_.plays[s]) continue;
        const BandPowers cover = threshold_over(s, mix, whole_, [](std::size_t) { return true; });
        c.stem[s] = masking(mix.spectrum[s], cover);
        for (std::size_t o = 0; o < n; ++o) {
            const auto only = [o](std::size_t i) { return i == o; };
            c.by[s * n + o] = masking(mix.spectrum[s], threshold_over(s, mix, whole_, only));
        }
        if (stems_[s].lead)
            c.lead_audibility = std::fmax(c.lead_audibility, audibility(mix.spectrum[s], cover));
    }
    for (const Company& section : sections_) {
        double lead = 0, rest = 0;
        for (std::size_t s = 0; s < n; ++s)
            (stems_[s].lead ? lead : rest) += mix.loud[s] * section.lead_gain[s];
        const bool compared = section.lead_plays && lead > 0 && rest > 0;
        c.section_lead_lu.push_back(compared ? 10 * std::log10(lead / rest) : std::nan(""));
    }
    return c;
}

}  // namespace mixfarm
