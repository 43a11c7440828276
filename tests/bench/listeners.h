/// Simulated listeners: what they like is hidden from the model of taste, and part of what they say
/// is a blind guess.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <vector>

#include "host/audition/table.h"
#include "host/hearing.h"
#include "host/rank/rank.h"
#include "host/search/normal.h"
#include "host/store/results.h"
#include "host/taste/preference.h"
#include "kernels/core/random.h"

namespace mixfarm::bench {

/// Share of answers that are blind guesses; what is told apart at least, in standard deviations of
/// utility; the share of mixes of which none is good.
inline constexpr double kGuessed = 0.15, kTold = 0.1, kPoor = 0.15;

/// A night as listeners know it: its table, and the whole songs, best technical score first, with
/// whatever else lies on the table behind them.
struct Songs {
    audition::Table table;
    std::vector<std::size_t> of_table;              ///< [mixes] which song it is
    std::vector<std::vector<float>> places, heard;  ///< taste_place, perceptual_place
    std::vector<float> technical;
    std::size_t whole = 0;  ///< so many are whole songs that may be recommended
    std::size_t size() const { return technical.size(); }
};

inline Songs songs_of(const std::filesystem::path& night) {
    const Results results = read_results(night);
    std::map<std::uint64_t, std::size_t> at;
    for (std::size_t i = 0; i < results.rows.size(); ++i) at[results.rows[i].id] = i;
    Songs songs;
    songs.table = audition::table_of(night, results);
    std::map<std::int64_t, std::size_t> song_of;
    const auto add = [&](std::uint64_t id) {
        const std::size_t i = at.at(id);
        const Row& row = results.rows[i];
        const StemMetrics stems = stem_metrics_of(row.metrics);
        song_of[static_cast<std::int64_t>(id)] = songs.size();
        songs.places.push_back(taste_place(measurement_of(row), stems));
        songs.heard.push_back(perceptual_place(measurement_of(row), stems));
        songs.technical.push_back(results.technical[i]);
    };
    for (const std::uint64_t id : results.order)
        if (results.rows[at.at(id)].stage == 3 && results.rejected[at.at(id)] == 0) add(id);
    songs.whole = songs.size();
    songs.table.mixes.resize(songs.table.rateable);  // nothing is known of a rough mix
    for (const audition::Mix& mix : songs.table.mixes) {
        if (!song_of.count(mix.id)) add(static_cast<std::uint64_t>(mix.id));
        songs.of_table.push_back(song_of.at(mix.id));
    }
    return songs;
}

/// Every second mix of the table, as though they were another song's.
inline Songs half_of(const Songs& all, std::size_t first) {
    Songs half;
    half.table = all.table;
    half.table.mixes.clear();
    half.table.still = 0;
    for (std::size_t i = first; i < all.of_table.size(); i += 2) {
        const std::size_t song = all.of_table[i];
        half.table.mixes.push_back(all.table.mixes[i]);
        half.of_table.push_back(half.size());
        half.places.push_back(all.places[song]);
        half.heard.push_back(all.heard[song]);
        half.technical.push_back(all.technical[song]);
    }
    half.table.rateable = half.whole = half.size();
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
    /// What they like is told from what is usual in a song, and so the same for all songs; `song`
    /// is where it was drawn.
    Listener(Kind kind, std::uint64_t number, const Songs& song)
        : kind_(kind), random_(90'001, number), draw_(number * 1'000'003) {
        go_to(song);
        const std::size_t axes = song.heard.front().size();
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
        hear(song);
    }
    /// The same listener before another song.
    Listener before(const Songs& song) const {
        Listener other = *this;
        other.draw_ += 1'000'000;
        other.go_to(song);
        other.hear(song);
        return other;
    }
    /// [songs]
    const std::vector<double>& utilities() const { return utilities_; }
    double utility(const std::vector<float>& place) const {
        if (kind_ == Kind::linear) {
            double sum = 0;
            for (std::size_t a = 0; a < slope_.size(); ++a) sum += slope_[a] * steps(place, a);
            return sum;
        }
        const double first = miss(place, 0);
        return -std::sqrt(kind_ == Kind::unimodal ? first : std::min(first, miss(place, 1) + 1));
    }
    /// What they say of these: the place of the best one, that they cannot tell it from the second,
    /// that none is any good; some say anything.
    int answer(const std::vector<std::size_t>& songs) {
        const double luck = random_.uniform(draw_++), which = random_.uniform(draw_++);
        const auto count = static_cast<double>(songs.size());
        if (luck < kGuessed) return static_cast<int>(which * count);
        std::vector<double> of;
        for (const std::size_t song : songs) of.push_back(utilities_[song]);
        const auto best = std::max_element(of.begin(), of.end());
        const auto place = static_cast<int>(best - of.begin());
        const double most = *best;
        *best = -HUGE_VAL;
        if (most < poor_) return Answer::kNoneGood;
        return most - *std::max_element(of.begin(), of.end()) < apart_ ? Answer::kCannotTell
                                                                       : place;
    }

private:
    void go_to(const Songs& song) {
        middle_.clear(), spread_.clear();
        for (std::size_t a = 0; a < song.heard.front().size(); ++a) {
            std::vector<double> known;
            for (const auto& place : song.heard)
                if (std::isfinite(place[a])) known.push_back(place[a]);
            const double middle = median(known);
            double spread = 0;
            for (const double x : known) spread += (x - middle) * (x - middle);
            middle_.push_back(middle);
            spread_.push_back(std::sqrt(spread / std::max<double>(1, known.size())) + 1e-9);
        }
    }
    void hear(const Songs& song) {
        utilities_.clear();
        for (const auto& place : song.heard) utilities_.push_back(utility(place));
        std::vector<double> sorted = utilities_;
        std::sort(sorted.begin(), sorted.end());
        const auto at = [&](double share) {
            return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
        };
        apart_ = kTold * (at(0.84) - at(0.16)) / 2;
        poor_ = at(kPoor);
    }
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
    std::vector<double> middle_, spread_, slope_, care_, utilities_;
    std::vector<std::vector<double>> peaks_;
    double apart_ = 0, poor_ = 0;
};

}  // namespace mixfarm::bench
