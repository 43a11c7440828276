/// Counts moves by family, boundary and minute.
#include "host/moves/budget.h"

#include <algorithm>

namespace mixfarm {

Budget::Budget(std::span<const Move> moves) {
    for (const Move& move : moves) locked_.push_back(move.locked >= 0);
    add_families(moves);
    add_boundaries(moves);
    add_minutes(moves);
    // Most songs have many a crowd that cannot be too large.
    std::erase_if(crowds_, [](const Crowd& crowd) {
        int all = 0;
        for (const int count : crowd.counts) all += count;
        return all <= crowd.most;
    });
}

void Budget::add_families(std::span<const Move> moves) {
    constexpr int kMost[kFamilies] = {4, 2, 2, 2};
    for (int f = 0; f < kFamilies; ++f) {
        Crowd crowd{{}, kMost[f]};
        for (const Move& move : moves) crowd.counts.push_back(static_cast<int>(move.family) == f);
        crowds_.push_back(std::move(crowd));
    }
}

void Budget::add_boundaries(std::span<const Move> moves) {
    constexpr int kMost = 3;
    int last = -1;
    for (const Move& move : moves)
        for (const int b : move.boundaries) last = std::max(last, b);
    for (int b = 0; b <= last; ++b) {
        Crowd crowd{{}, kMost};
        for (const Move& move : moves)
            crowd.counts.push_back(std::find(move.boundaries.begin(), move.boundaries.end(), b) !=
                                   move.boundaries.end());
        crowds_.push_back(std::move(crowd));
    }
}

void Budget::add_minutes(std::span<const Move> moves) {
    constexpr int kMost = 4;
    constexpr double kMinute_s = 60, kEvent_s = 12;  // (estimate) what lasts longer is no event
    const auto is_event = [](const Move::Place& p) { return p.end_s - p.start_s < kEvent_s; };
    for (const Move& first : moves)
        for (const Move::Place& from : first.places) {
            if (!is_event(from)) continue;
            Crowd crowd{{}, kMost};
            for (const Move& move : moves) {
                const auto within =
                    std::count_if(move.places.begin(), move.places.end(), [&](const auto& p) {
                        return is_event(p) && p.start_s >= from.start_s &&
                               p.start_s < from.start_s + kMinute_s;
                    });
                // One that fills a minute by itself is made where nothing else happens in it.
                crowd.counts.push_back(std::min(static_cast<int>(within), kMost));
            }
            crowds_.push_back(std::move(crowd));
        }
}

void Budget::keep_within(std::span<float> strengths) const {
    for (const Crowd& crowd : crowds_) {
        int made = 0;
        for (std::size_t m = 0; m < strengths.size(); ++m)
            if (strengths[m] > 0) made += crowd.counts[m];
        while (made > crowd.most) {
            std::size_t weakest = strengths.size();
            for (std::size_t m = 0; m < strengths.size(); ++m)
                if (crowd.counts[m] && !locked_[m] && strengths[m] > 0 &&
                    (weakest == strengths.size() || strengths[m] <= strengths[weakest]))
                    weakest = m;
            if (weakest == strengths.size()) break;
            made -= crowd.counts[weakest];
            strengths[weakest] = 0;
        }
    }
}

}  // namespace mixfarm
