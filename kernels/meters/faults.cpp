/// How clips and dropouts are found, a bin at a time.
#include "kernels/meters/faults.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace mixfarm {
namespace {

constexpr float kFullScale = 1 - 0x1p-15f;  // what 16 bits can hold
constexpr float kLowestClip = 0.2512f;      // -12 dBFS
constexpr std::int64_t kClipRun = 3, kFewestBelowFullScale = 5;
constexpr float kStep = 0x1p-15f, kCoarseStep = 0x1p-7f;  // of 16 and of 8 bits
constexpr float kJump = 16;                               // steps
constexpr float kHeard = 1e-3f;                           // -60 dBFS
constexpr std::size_t kMostDropouts = 1000;

float peak_of(const float* x, int frames) {
    float peak = 0;
    for (int n = 0; n < frames; ++n) peak = std::max(peak, std::fabs(x[n]));
    return peak;
}

bool is_coarse(float x) {
    const float steps = x / kCoarseStep;
    return !(steps != std::nearbyint(steps));  // what is not there is
}

}  // namespace

float ClipCounter::run(const float* x, int frames) {
    double sum[4] = {};
    float top = 0;
    for (int n = 0; n < frames; ++n) {
        sum[n % 4] += x[n];
        top = std::max(top, std::fabs(x[n]));
    }
    sum_ += sum[0] + sum[1] + sum[2] + sum[3];
    peak_ = std::max(peak_, top);
    if (top > 1) over_ += std::count_if(x, x + frames, [](float v) { return std::fabs(v) > 1; });
    if (top >= std::max(lowest(), kLowestClip)) {
        find_runs(x, frames);
    } else {
        end_run(x[0]);
    }
    last_[0] = frames > 1 ? x[frames - 2] : last_[1];
    last_[1] = x[frames - 1];
    return top;
}

void ClipCounter::find_runs(const float* x, int frames) {
    const float least = lowest();
    for (int n = 0; n < frames; ++n) {
        if (run_ > 0 && x[n] == value_) {
            ++run_;
            continue;
        }
        end_run(x[n]);
        if (std::fabs(x[n]) < least) continue;
        run_ = 1;
        value_ = x[n];
        before_[0] = n > 1 ? x[n - 2] : last_[n];
        before_[1] = n > 0 ? x[n - 1] : last_[1];
    }
}

void ClipCounter::end_run(float after) {
    if (run_ >= kClipRun) {
        // NaN where there is no sample: fmax takes the other one.
        float jump = std::fabs(value_ - after);
        bool coarse = is_coarse(value_) && is_coarse(after);
        for (const float before : before_) {
            jump = std::fmax(jump, std::fabs(value_ - before));
            coarse = coarse && is_coarse(before);
        }
        if (jump >= kJump * (coarse ? kCoarseStep : kStep)) {
            tops_.erase(tops_.begin(), tops_.lower_bound(lowest()));
            Tops& tops = tops_[std::fabs(value_)];
            ++tops.count;
            tops.longest = std::max(tops.longest, run_);
        }
    }
    run_ = 0;
}

FileDetails::Channel ClipCounter::finish(std::int64_t frames) {
    end_run(kNoSample);
    FileDetails::Channel channel;
    channel.dc = sum_ / static_cast<double>(std::max<std::int64_t>(1, frames));
    channel.sample_peak = peak_;
    channel.over = over_;
    for (auto at = tops_.lower_bound(lowest()); at != tops_.end(); ++at) {
        channel.clips += at->second.count;
        channel.longest_clip = std::max(channel.longest_clip, at->second.longest);
    }
    if (peak_ < kFullScale && channel.clips < kFewestBelowFullScale)
        channel.clips = channel.longest_clip = 0;
    return channel;
}

DropoutFinder::DropoutFinder(int rate, int channels)
    : rate_(rate), reach_((rate + 999) / 1000), channels_(static_cast<std::size_t>(channels)) {}

void DropoutFinder::run(int channel, const float* x, int frames) {
    Channel& c = channels_[static_cast<std::size_t>(channel)];
    if (c.waiting) listen(c, x, frames);
    int n = 0;
    if (c.open) {
        while (n < frames && x[n] == 0) ++n;
        if (n == frames) return;
        end(c, x, n, frames);
    }
    // A gap holds one of any `reach_` frames: only every so many are looked at.
    for (int probe = n + reach_ - 1; probe < frames; probe = n + reach_ - 1) {
        if (x[probe] != 0) {
            n = probe + 1;
            continue;
        }
        int start = probe;
        while (start > n && x[start - 1] == 0) --start;
        begin(c, x, start);
        n = probe;
        while (n < frames && x[n] == 0) ++n;
        if (n == frames) return;
        end(c, x, n, frames);
    }
    int start = frames;
    while (start > n && x[start - 1] == 0) --start;
    if (start < frames) begin(c, x, start);
}

void DropoutFinder::begin(Channel& c, const float* x, int at) const {
    c.open = true;
    c.start = now_ + at;
    c.before = peak_of(x + at - reach_, reach_);
}

void DropoutFinder::end(Channel& c, const float* x, int at, int frames) const {
    c.open = false;
    if (now_ + at - c.start < reach_) return;
    c.waiting = true;
    c.gap = {c.start, now_ + at, c.before >= kHeard && now_ + at - c.start <= rate_};
    c.after = 0;
    c.left = reach_;
    listen(c, x + at, frames - at);
}

void DropoutFinder::listen(Channel& c, const float* x, int frames) const {
    const int count = std::min(c.left, frames);
    c.after = std::max(c.after, peak_of(x, count));
    if ((c.left -= count) == 0) close(c);
}

void DropoutFinder::close(Channel& c) {
    c.gap.heard = c.gap.heard && c.after >= kHeard;
    c.gaps.push_back(c.gap);
    c.waiting = false;
}

void DropoutFinder::end_bin(int frames) {
    now_ += frames;
    decide(now_ - 3 * reach_);
    // What is still to come ends later than three milliseconds before the last bin.
    for (Channel& c : channels_)
        std::erase_if(c.gaps, [&](const Gap& g) { return g.end < now_ - 20 * reach_; });
}

/// To a millisecond.
bool DropoutFinder::silent(const Channel& c, std::int64_t start, std::int64_t end) const {
    if (c.open && c.start <= start + reach_) return true;
    const auto covers = [&](const Gap& g) {
        return g.start <= start + reach_ && g.end >= end - reach_;
    };
    return (c.waiting && covers(c.gap)) || std::any_of(c.gaps.begin(), c.gaps.end(), covers);
}

void DropoutFinder::decide(std::int64_t up_to) {
    for (std::size_t c = 0; c < channels_.size(); ++c)
        for (Gap& gap : channels_[c].gaps) {
            if (!gap.heard || gap.end > up_to) continue;
            gap.heard = false;
            std::int64_t start = gap.start, end = gap.end;
            const bool all = std::all_of(channels_.begin(), channels_.end(), [&](const Channel& o) {
                return silent(o, gap.start, gap.end);
            });
            for (std::size_t o = c + 1; all && o < channels_.size(); ++o)
                for (Gap& same : channels_[o].gaps) {
                    if (std::abs(same.start - gap.start) > reach_ ||
                        std::abs(same.end - gap.end) > reach_)
                        continue;
                    same.heard = false;
                    start = std::max(start, same.start);
                    end = std::min(end, same.end);
                }
            if (++count_ > static_cast<std::int64_t>(kMostDropouts)) continue;
            found_.push_back({static_cast<double>(start) / rate_,
                              static_cast<double>(end - start) / rate_,
                              all ? -1 : static_cast<int>(c)});
        }
}

void DropoutFinder::finish(FileDetails& details) {
    for (Channel& c : channels_)
        if (c.waiting) close(c);
    decide(now_);
    std::stable_sort(found_.begin(), found_.end(),
                     [](const auto& a, const auto& b) { return a.start_s < b.start_s; });
    details.dropouts = std::move(found_);
    details.dropout_count = count_;
}

}  // namespace mixfarm
