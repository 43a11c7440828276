/// The list of what is known of a mix from its stems and settings, for those who store or print it.
#include "host/score/score.h"

namespace mixfarm {
namespace {

struct Listed {
    MetricInfo info;
    float StemMetrics::*value;
};

/// In the order of results.h5; new ones come last.
constexpr Listed kListed[] = {{{"masking", "1"}, &StemMetrics::masking},
                              {{"lead_to_rest_lu", "LU"}, &StemMetrics::lead_to_rest_lu},
                              {{"prior_distance", "1"}, &StemMetrics::prior_distance},
                              {{"reverb_to_dry_lu", "LU"}, &StemMetrics::reverb_to_dry_lu},
                              {{"effects_in_play", "1"}, &StemMetrics::effects},
                              {{"lead_audibility", "1"}, &StemMetrics::lead_audibility},
                              {{"reverb_s", "s"}, &StemMetrics::reverb_s},
                              {{"undone_db", "dB"}, &StemMetrics::undone_db},
                              {{"distortion_db", "dB"}, &StemMetrics::distortion_db},
                              {{"range_excess_lu", "LU"}, &StemMetrics::range_excess_lu},
                              {{"reference_nearness", "1"}, &StemMetrics::reference_nearness},
                              {{"arc_lu", "LU"}, &StemMetrics::arc_lu},
                              {{"contour_lu", "LU"}, &StemMetrics::contour_lu},
                              {{"movement_db", "dB"}, &StemMetrics::movement_db},
                              {{"lead_spread_lu", "LU"}, &StemMetrics::lead_spread_lu}};

}  // namespace

std::vector<MetricInfo> all_metrics() {
    std::vector<MetricInfo> all;
    for (const MetricInfo& m : mix_metrics()) all.push_back({m.name, *m.unit ? m.unit : "1"});
    for (const Listed& listed : kListed) all.push_back(listed.info);
    return all;
}

std::vector<float> all_metrics(const Measurement& m, const StemMetrics& stems) {
    std::vector<float> all = m.metrics;
    for (const Listed& listed : kListed) all.push_back(stems.*listed.value);
    return all;
}

StemMetrics stem_metrics_of(std::span<const float> all) {
    StemMetrics stems;
    std::size_t i = mix_metrics().size();
    for (const Listed& listed : kListed) stems.*listed.value = all[i++];
    return stems;
}

}  // namespace mixfarm
