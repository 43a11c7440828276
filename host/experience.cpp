/// Between what was foretold and what was heard.
#include "host/experience.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace mixfarm {
namespace {

constexpr double kNothing = 1e-15;  // -150 dB: keeps silence finite
/// What lies 60 dB under the whole is as good as nothing, and a band that came out 13 dB louder or
/// softer than foretold tells nothing more of others.
constexpr double kFaint = 1e-6;
constexpr float kMostNepers = 3;

}  // namespace

Experience::Place Experience::place_of(const Measurement& m) {
    double all = 0;
    for (std::size_t b = 0; b < kBands; ++b) all += m.left_power[b] + m.right_power[b];
    const double least = kFaint * all + kNothing;
    Place place;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double left = m.left_power[b], right = m.right_power[b], both = left + right,
                     cross = 2.0 * m.cross_power[b];
        place[b] = static_cast<float>(std::log(std::max(both + cross, least)));
        place[kBands + b] = static_cast<float>(std::log(std::max(both - cross, least)));
        place[2 * kBands + b] = static_cast<float>((right - left) / (both + kNothing));
    }
    return place;
}

/// The metrics of the mix, those of its stems, and what the limiter takes.
std::vector<float> Experience::quantities(const Sighting& sighting) {
    std::vector<float> all = all_metrics(sighting.mix, sighting.stems);
    all.push_back(sighting.mix.limiter_loss_lu);
    return all;
}

void Experience::learn(const Sighting& foretold, const Sighting& heard) {
    if (!foretold.mix.finite || !heard.mix.finite) return;
    const Place place = place_of(foretold.mix);
    Lesson lesson{place_of(heard.mix), quantities(heard), quantities(heard)};
    for (std::size_t k = 0; k < kPlace; ++k)
        lesson.bands[k] = std::clamp(lesson.bands[k] - place[k], -kMostNepers, kMostNepers);
    const std::vector<float> told = quantities(foretold);
    for (std::size_t i = 0; i < told.size(); ++i) lesson.differences[i] -= told[i];
    coarse_.resize(kCoarse * kMost);
    const std::size_t at = lessons_.size() < kMost ? lessons_.size() : oldest_++ % kMost;
    const auto about = coarse(place);
    for (std::size_t k = 0; k < kCoarse; ++k) coarse_[k * kMost + at] = about[k];
    if (at == lessons_.size())
        lessons_.push_back(std::move(lesson));
    else
        lessons_[at] = std::move(lesson);
}

std::array<float, Experience::kCoarse> Experience::coarse(const Place& place) {
    std::array<float, kCoarse> about;
    for (std::size_t k = 0; k < kCoarse; ++k) about[k] = place[2 * k] + place[2 * k + 1];
    return about;
}

std::array<Experience::Near, Experience::kNearest> Experience::nearest(const Place& place,
                                                                       std::size_t& count) const {
    const std::size_t all = lessons_.size();
    const auto about = coarse(place);
    std::array<float, kMost> distance{};
    for (std::size_t k = 0; k < kCoarse; ++k) {
        const float* const there = coarse_.data() + k * kMost;
        for (std::size_t i = 0; i < all; ++i) {
            const float d = there[i] - about[k];
            distance[i] += d * d;
        }
    }
    // The nearest so far in order; most are farther than all of them.
    std::array<Near, kNearest> near{};
    count = 0;
    for (std::size_t i = 0; i < all; ++i) {
        if (count == kNearest && !(distance[i] < near[count - 1].distance)) continue;
        std::size_t at = count < kNearest ? count++ : count - 1;
        for (; at > 0 && distance[i] < near[at - 1].distance; --at) near[at] = near[at - 1];
        near[at] = {i, distance[i], 0};
    }
    const float least = near[0].distance + 1e-6f;
    float sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        near[i].weight = least / (near[i].distance + least);
        sum += near[i].weight;
    }
    for (Near& n : near) n.weight /= sum;
    return near;
}

void Experience::correct(Sighting& foretold) const {
    if (lessons_.empty()) return;
    Measurement& mix = foretold.mix;
    Place place = place_of(mix);
    std::size_t count = 0;
    const std::array<Near, kNearest> near = nearest(place, count);
    std::vector<float> all = quantities(foretold);
    std::vector<float> heard(all.size(), 0.f), differences(all.size(), 0.f);
    for (std::size_t n = 0; n < count; ++n) {
        const Lesson& lesson = lessons_[near[n].lesson];
        for (std::size_t k = 0; k < kPlace; ++k) place[k] += near[n].weight * lesson.bands[k];
        for (std::size_t i = 0; i < all.size(); ++i) {
            heard[i] += near[n].weight * lesson.heard[i];
            differences[i] += near[n].weight * lesson.differences[i];
        }
    }
    for (std::size_t b = 0; b < kBands; ++b) {
        const double middle = std::exp(place[b]), side = std::exp(place[kBands + b]),
                     balance = std::clamp(place[2 * kBands + b], -1.f, 1.f),
                     half = (middle + side) / 4;
        const double left = half * (1 - balance), right = half * (1 + balance);
        const double most = std::sqrt(left * right);  // no two channels have more in common
        mix.left_power[b] = static_cast<float>(left);
        mix.right_power[b] = static_cast<float>(right);
        mix.cross_power[b] = static_cast<float>(std::clamp((middle - side) / 4, -most, most));
    }
    const std::vector<float> told = all;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (std::isnan(all[i]))
            all[i] = heard[i];
        else if (!std::isnan(differences[i]))
            all[i] += differences[i];
    }
    const StemMetrics as_foretold = foretold.stems;
    foretold.stems = stem_metrics_of(all);
    foretold.stems.lost_stem = as_foretold.lost_stem;
    foretold.stems.reference_nearness = as_foretold.reference_nearness;
    foretold.stems.masking = std::clamp(foretold.stems.masking, 0.f, 1.f);
    foretold.stems.lead_audibility = std::clamp(foretold.stems.lead_audibility, 0.f, 1.f);
    // What follows from the settings is known.
    foretold.stems.prior_distance = as_foretold.prior_distance;
    foretold.stems.effects = as_foretold.effects;
    foretold.stems.undone_db = as_foretold.undone_db;
    mix.limiter_loss_lu = std::max(all.back(), 0.f);
    all.resize(mix.metrics.size());
    mix.metrics = std::move(all);
    const auto metric = [&](std::string_view name) -> float& {
        return mix.metrics[static_cast<std::size_t>(metric_index(name))];
    };
    metric("correlation") = std::clamp(metric("correlation"), -1.f, 1.f);
    // The limiter holds peaks, whatever comes.
    for (const std::string_view peak : {"true_peak_dbtp", "sample_peak_dbfs"}) {
        const auto i = static_cast<std::size_t>(metric_index(peak));
        metric(peak) = std::min(metric(peak), std::max(told[i], heard[i]));
    }
}

}  // namespace mixfarm
