/// Simulated listeners: what they like is hidden from the model of taste, and part of what they say
/// is a blind guess.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <vector>

#include "host/hearing.h"
#include "host/rank/rank.h"
#include "host/search/normal.h"
#include "host/store/results.h"
#include "host/taste/taste.h"
#include "kernels/core/random.h"

namespace mixfarm::bench {

inline constexpr double kGuessed = 0.15;

/// The whole songs of a night, best technical score first.
struct Songs {
    std::vector<std::vector<float>> places, heard;  ///< taste_place, perceptual_place
    std::vector<float> technical;
    std::size_t size() const { return technical.size(); }
};

inline Songs songs_of(const std::filesystem::path& night) {
    const Results results = read_results(night);
    std::map<std::uint64_t, std::size_t> at;
    for (std::size_t i = 0; i < results.rows.size(); ++i) at[results.rows[i].id] = i;
    Songs songs;
    for (const std::uint64_t id : results.order) {
        const std::size_t i = at.at(id);
        const Row& row = results.rows[i];
        if (row.stage != 3 || results.rejected[i] != 0) continue;
        const StemMetrics stems = stem_metrics_of(row.metrics);
        songs.places.push_back(taste_place(measurement_of(row), stems));
        songs.heard.push_back(perceptual_place(measurement_of(row), stems));
        songs.technical.push_back(results.technical[i]);
    }
    return songs;
}

/// Every second one of them, as though they were another song's.
inline Songs half_of(const Songs& all, std::size_t first) {
    Songs half;
    for (std::size_t i = first; i < all.size(); i += 2) {
        half.places.push_back(all.places[i]);
        half.heard.push_back(all.heard[i]);
        half.technical.push_back(all.technical[i]);
    }
    return half;
}

inline double median(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    return x.empty() ? std::nan("") : x[x.size() / 2];
}

enum class Kind { linear, unimodal, two_cluster };
inline constexpr const char* kKinds[] = {"linear", "unimodal", "two-cluster"};

class Listener {
public:
    /// What counts is what a mix is like against this middle: it is the same for all songs.
    Listener(Kind kind, std::uint64_t number, const Songs& song)
        : kind_(kind), random_(90'001, number), draw_(number * 1'000'003) {
        const std::size_t axes = song.heard.front().size();
        for (std::size_t a = 0; a < axes; ++a) {
            std::vector<double> known;
            for (const auto& place : song.heard)
                if (std::isfinite(place[a])) known.push_back(place[a]);
            const double middle = median(known);
            double spread = 0;
            for (const double x : known) spread += (x - middle) * (x - middle);
            middle_.push_back(middle);
            spread_.push_back(std::sqrt(spread / std::max<double>(1, known.size())) + 1e-9);
        }
        for (std::size_t a = 0; a < axes; ++a) {
            slope_.push_back(normal(random_, a));
            care_.push_back(-std::log(1 - random_.uniform(100 + a)));
        }
        for (const std::uint64_t peak : {0u, 1u}) {
            const auto& near = song.heard[static_cast<std::size_t>(
                random_.uniform(200 + peak) * static_cast<double>(song.size()))];
            std::vector<double> at;
            for (std::size_t a = 0; a < axes; ++a)
                at.push_back(steps(near, a) + 0.3 * normal(random_, 300 + 50 * peak + a));
            peaks_.push_back(std::move(at));
        }
    }
    double utility(const std::vector<float>& place) const {
        if (kind_ == Kind::linear) {
            double sum = 0;
            for (std::size_t a = 0; a < slope_.size(); ++a) sum += slope_[a] * steps(place, a);
            return sum;
        }
        const double first = miss(place, 0);
        return -std::sqrt(kind_ == Kind::unimodal ? first : std::min(first, miss(place, 1) + 1));
    }
    /// The place in `utilities` of the one they say is best; some say anything.
    int answer(const std::vector<double>& utilities) {
        const double luck = random_.uniform(draw_++), which = random_.uniform(draw_++);
        if (luck < kGuessed) return static_cast<int>(which * static_cast<double>(utilities.size()));
        return static_cast<int>(std::max_element(utilities.begin(), utilities.end()) -
                                utilities.begin());
    }

private:
    double steps(const std::vector<float>& place, std::size_t a) const {
        return std::isfinite(place[a]) ? (place[a] - middle_[a]) / spread_[a] : 0;
    }
    double miss(const std::vector<float>& place, std::size_t peak) const {
        double sum = 0;
        for (std::size_t a = 0; a < care_.size(); ++a) {
            const double d = steps(place, a) - peaks_[peak][a];
            sum += care_[a] * d * d;
        }
        return sum;
    }

    Kind kind_;
    RandomStream random_;
    std::uint64_t draw_;
    std::vector<double> middle_, spread_, slope_, care_;
    std::vector<std::vector<double>> peaks_;
};

}  // namespace mixfarm::bench
