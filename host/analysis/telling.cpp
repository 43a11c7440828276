/// Chooses the telling excerpts on a grid of 100 ms, by three criteria and by which stems are
/// heard.
#include "host/analysis/telling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "host/analysis/masking.h"
#include "host/analysis/stem_scan.h"

namespace mixfarm {
namespace {

/// Sums over windows of `length` blocks, from any start.
template <class T>
std::vector<double> window_sums(const std::vector<T>& x, std::size_t length) {
    std::vector<double> prefix(x.size() + 1, 0.0);
    for (std::size_t i = 0; i < x.size(); ++i)
        prefix[i + 1] = prefix[i] + static_cast<double>(x[i]);
    std::vector<double> sums(x.size() - length + 1);
    for (std::size_t w = 0; w < sums.size(); ++w) sums[w] = prefix[w + length] - prefix[w];
    return sums;
}

/// Ranks as 0 (smallest) .. 1 (largest), so that criteria in different units weigh the same.
std::vector<double> as_ranks(const std::vector<double>& x) {
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return x[a] < x[b]; });
    std::vector<double> rank(x.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool tie = i > 0 && x[order[i]] == x[order[i - 1]];
        rank[order[i]] =
            tie ? rank[order[i - 1]] : static_cast<double>(i) / static_cast<double>(x.size());
    }
    return rank;
}

struct Windows {
    std::size_t length = 0;                       ///< blocks
    std::array<std::vector<double>, 3> criteria;  ///< [window] ranks: densest, lead, quietest
    std::vector<std::vector<char>> hears;         ///< [window][stem]
    std::size_t count() const { return criteria[0].size(); }
};

Windows rate_windows(const Song& song, const std::vector<StemProfile>& stems, std::size_t blocks,
                     std::size_t length) {
    std::vector<double> level(blocks), lead_share(blocks, 0.0);
    std::vector<int> playing(blocks, 0), lead_on(blocks, 0);
    std::vector<double> total(blocks, 0.0), lead_power(blocks, 0.0);
    const auto leads = lead_stems(song, stems);
    Windows windows;
    windows.length = length;
    const std::size_t starts = blocks - length + 1;
    windows.hears.assign(starts, std::vector<char>(stems.size(), 0));
    for (std::size_t s = 0; s < stems.size(); ++s) {
        if (stems[s].silent) continue;
        const bool lead = std::find(leads.begin(), leads.end(), static_cast<int>(s)) != leads.end();
        auto active = active_blocks(stems[s].level_lufs);
        active.resize(blocks);
        const int all = std::accumulate(active.begin(), active.end(), 0);
        for (std::size_t b = 0; b < blocks; ++b) {
            // Level-matched: a stem counts by how it plays, not by how it was recorded.
            const double p =
                std::pow(10.0, (stems[s].level_lufs[b] - stems[s].integrated_lufs) / 10);
            total[b] += p;
            playing[b] += active[b];
            if (lead) lead_power[b] += p, lead_on[b] |= active[b];
        }
        const auto heard = window_sums(active, length);
        const double enough = std::max(1.0, std::min(10.0, all / 2.0));
        for (std::size_t w = 0; w < starts; ++w) windows.hears[w][s] = heard[w] >= enough;
    }
    for (std::size_t b = 0; b < blocks; ++b) {
        level[b] = 10 * std::log10(std::max(total[b], 1e-6));
        lead_share[b] = lead_on[b] ? lead_power[b] / total[b] : 0;
    }
    const auto dense = window_sums(level, length), led = window_sums(lead_share, length);
    const auto lead_time = window_sums(lead_on, length);
    std::vector<int> anyone(blocks);
    for (std::size_t b = 0; b < blocks; ++b) anyone[b] = playing[b] > 0;
    const auto played = window_sums(anyone, length);

    const double n = static_cast<double>(length);
    std::vector<double> leading(starts), quiet(starts);
    for (std::size_t w = 0; w < starts; ++w) {
        leading[w] = led[w] / n;
        // An entry: the lead is out at the start of the stretch and in for at least half of it.
        if (!lead_on[w] && lead_time[w] >= 0.5 * n) leading[w] += 0.15;
        quiet[w] = played[w] >= 0.8 * n ? -dense[w] / n : -1e3 + played[w];
    }
    windows.criteria = {as_ranks(dense), as_ranks(leading), as_ranks(quiet)};
    return windows;
}

bool apart(const std::vector<std::size_t>& chosen, std::size_t skip, std::size_t window,
           std::size_t length) {
    for (std::size_t i = 0; i < chosen.size(); ++i)
        if (i != skip && window < chosen[i] + length && chosen[i] < window + length) return false;
    return true;
}

int heard_stems(const Windows& windows, const std::vector<std::size_t>& chosen) {
    int heard = 0;
    for (std::size_t s = 0; s < windows.hears[0].size(); ++s)
        heard +=
            std::any_of(chosen.begin(), chosen.end(), [&](auto w) { return windows.hears[w][s]; });
    return heard;
}

/// While a stem stays unheard, the one exchange that lets most stems be heard; ties by the slot's
/// own criterion.
void cover_the_unheard(const Windows& windows, std::vector<std::size_t>& chosen) {
    for (int round = 0; round < 6; ++round) {
        int best_heard = heard_stems(windows, chosen);
        double best_rank = -1;
        std::size_t best_slot = chosen.size(), best_window = 0;
        for (std::size_t slot = 0; slot < chosen.size(); ++slot) {
            auto trial = chosen;
            for (std::size_t w = 0; w < windows.count(); ++w) {
                if (!apart(chosen, slot, w, windows.length)) continue;
                trial[slot] = w;
                const int heard = heard_stems(windows, trial);
                const double rank = windows.criteria[slot][w];
                if (heard > best_heard ||
                    (heard == best_heard && best_slot < chosen.size() && rank > best_rank)) {
                    best_heard = heard, best_rank = rank, best_slot = slot, best_window = w;
                }
            }
        }
        if (best_slot == chosen.size()) return;
        chosen[best_slot] = best_window;
    }
}

}  // namespace

std::vector<int> lead_stems(const Song& song, const std::vector<StemProfile>& stems) {
    const auto pick = [&](auto&& wanted) {
        std::vector<int> found;
        for (std::size_t s = 0; s < stems.size(); ++s)
            if (!stems[s].silent && wanted(song.stems[s])) found.push_back(static_cast<int>(s));
        return found;
    };
    auto leads = pick([](const Stem& s) {
        return s.intent == Intent::lead ||
               (s.role.role == Role::lead_vocal && s.intent == Intent::normal);
    });
    for (Role role : {Role::synth_lead, Role::backing_vocal})
        if (leads.empty())
            leads = pick([&](const Stem& s) {
                return s.role.role == role && s.intent != Intent::background;
            });
    return leads;
}

std::vector<Excerpt> telling_excerpts(const Song& song, const std::vector<StemProfile>& stems,
                                      double seconds) {
    if (song.seconds() <= seconds) return {whole_song(song)};
    const int block = block_frames(song.rate);
    const std::size_t blocks =
        static_cast<std::size_t>(song.frames / block);  // a last short block stays out
    const std::size_t length =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(seconds / 3 * 10)));
    if (3 * length > blocks) return {whole_song(song)};
    const Windows windows = rate_windows(song, stems, blocks, length);

    std::vector<std::size_t> chosen;
    for (std::size_t slot = 0; slot < 3; ++slot) {
        double best = -1;
        std::size_t best_window = windows.count();
        const int heard_before = chosen.empty() ? 0 : heard_stems(windows, chosen);
        const int unheard = static_cast<int>(stems.size()) - heard_before;
        for (std::size_t w = 0; w < windows.count(); ++w) {
            if (!apart(chosen, 3, w, length)) continue;
            double score = windows.criteria[slot][w];
            if (slot > 0 && unheard > 0) {
                auto trial = chosen;
                trial.push_back(w);
                score += 2.0 * (heard_stems(windows, trial) - heard_before) / unheard;
            }
            if (score > best) best = score, best_window = w;
        }
        if (best_window < windows.count()) chosen.push_back(best_window);
    }
    cover_the_unheard(windows, chosen);

    std::sort(chosen.begin(), chosen.end());
    std::vector<Excerpt> excerpts;
    for (std::size_t w : chosen) {
        const std::int64_t start = static_cast<std::int64_t>(w) * block;
        excerpts.push_back({start, static_cast<std::int64_t>(length) * block,
                            std::min<std::int64_t>(start, song.rate)});
    }
    return excerpts;
}

}  // namespace mixfarm
