/// Measures finished audio of up to six channels: the meters of the candidates with one lane, a
/// pair of channels at a time.
#include <algorithm>
#include <limits>

#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/meters/book.h"
#include "kernels/meters/spectrum.h"

namespace mixfarm {
namespace {

/// Two channels of the same weight in BS.1770; `right` is -1 where there is silence instead.
struct Pair {
    int left, right;
    float weight;
};
std::vector<Pair> pairs_of(int channels) {
    constexpr float kSurround = 1.41f, kLfe = 0;
    switch (channels) {
        case 1:
            return {{0, -1, 1}};
        case 2:
            return {{0, 1, 1}};
        case 3:
            return {{0, 1, 1}, {2, -1, 1}};
        case 4:
            return {{0, 1, 1}, {2, 3, kSurround}};
        case 5:
            return {{0, 1, 1}, {2, -1, 1}, {3, 4, kSurround}};
        default:
            return {{0, 1, 1}, {2, -1, 1}, {4, 5, kSurround}, {3, -1, kLfe}};
    }
}

constexpr float kFullScale = 1 - 0x1p-15f, kHeard = 1e-3f;  // -60 dBFS
constexpr std::int64_t kClipRun = 3;
constexpr int kLongestDropout = 100;  // bins

/// The mean, the peak and the clips of one channel.
class ChannelFaults {
public:
    /// Returns the sample peak of these frames.
    float run(const float* x, int frames) {
        double sum[4] = {};
        float top = 0;
        for (int n = 0; n < frames; ++n) {
            sum[n % 4] += x[n];
            top = std::max(top, std::fabs(x[n]));
        }
        sum_ += sum[0] + sum[1] + sum[2] + sum[3];
        peak_ = std::max(peak_, top);
        if (top < kFullScale)
            end_run();
        else
            for (int n = 0; n < frames; ++n) extend(x[n]);
        return top;
    }
    FileDetails::Channel finish(std::int64_t frames) {
        end_run();
        return {sum_ / static_cast<double>(std::max<std::int64_t>(1, frames)), peak_, clips_,
                longest_};
    }

private:
    void extend(float x) {
        if (std::fabs(x) < kFullScale) return end_run();
        if (run_ > 0 && std::signbit(x) != negative_) end_run();
        negative_ = std::signbit(x);
        ++run_;
    }
    void end_run() {
        if (run_ >= kClipRun) {
            ++clips_;
            longest_ = std::max(longest_, run_);
        }
        run_ = 0;
    }

    double sum_ = 0;
    float peak_ = 0;
    std::int64_t clips_ = 0, longest_ = 0, run_ = 0;
    bool negative_ = false;
};

/// Third octaves, then Bark: one transform serves both.
std::vector<BandMap::Edges> file_bands() {
    std::vector<BandMap::Edges> edges = BandMap::third_octaves();
    for (std::size_t b = 0; b < kBarkBands; ++b)
        edges.push_back({bark_edges_hz()[b], bark_edges_hz()[b + 1]});
    return edges;
}

/// `peaks` are the sample peaks of the bins.
std::vector<FileDetails::Dropout> dropouts(const std::vector<float>& peaks, double bin_s) {
    std::vector<FileDetails::Dropout> found;
    for (std::size_t b = 1; b < peaks.size(); ++b) {
        if (peaks[b] > 0) continue;
        const std::size_t first = b;
        while (b < peaks.size() && peaks[b] == 0) ++b;
        if (b < peaks.size() && b - first <= kLongestDropout && peaks[first - 1] >= kHeard &&
            peaks[b] >= kHeard)
            found.push_back(
                {static_cast<double>(first) * bin_s, static_cast<double>(b - first) * bin_s});
    }
    return found;
}

struct PairMeter {
    PairMeter(const Pair& p, const BandMap& bands, const LaneFft& fft)
        : pair(p), spectrum(bands, fft) {}
    Pair pair;
    meters::State<float> state{};
    Spectrum<float> spectrum;
};

}  // namespace

struct FileMeter::Impl {
    Impl(int sample_rate, int channel_count)
        : setup(meters::setup(sample_rate)),
          bands(sample_rate, file_bands(), kFileBinHz),
          fft(bands.size) {
        record.rate = sample_rate;
        record.channels = channel_count;
        record.sums_per_bin = meters::kSums;
        bin = record.bin_frames();
        sound.assign(static_cast<std::size_t>(channel_count),
                     std::vector<float>(static_cast<std::size_t>(bin)));
        faults.resize(static_cast<std::size_t>(channel_count));
        silence.assign(static_cast<std::size_t>(bin), 0.f);
        for (const Pair& pair : pairs_of(channel_count)) pairs.emplace_back(pair, bands, fft);
    }

    const float* channel(int c) const {
        return c < 0 ? silence.data() : sound[static_cast<std::size_t>(c)].data();
    }

    void end_bin() {
        float peak = 0;
        for (std::size_t c = 0; c < faults.size(); ++c)
            peak = std::max(peak, faults[c].run(sound[c].data(), filled));
        peaks.push_back(peak);
        float sums[meters::kSums], more[meters::kSums];
        for (PairMeter& p : pairs) {
            const float *left = channel(p.pair.left), *right = channel(p.pair.right);
            meters::run(setup, p.state, left, right, filled);
            p.spectrum.push(left, right, filled);
            const bool first = &p == pairs.data();
            meters::end_bin(p.state, first ? sums : more);
            if (!first) meters::join(sums, more, p.pair.weight);
        }
        record.bins.insert(record.bins.end(), sums, sums + meters::kSums);
        record.frames += filled;
        whole_bins += filled == bin;
        filled = 0;
    }

    meters::Setup setup;
    BandMap bands;
    LaneFft fft;
    std::vector<PairMeter> pairs;
    int bin;                                ///< frames
    std::vector<std::vector<float>> sound;  ///< [channels][bin]
    std::vector<float> silence;             ///< [bin]
    std::vector<ChannelFaults> faults;      ///< [channels]
    MeterRecord record;
    std::vector<float> peaks;  ///< [bin] of all channels
    FileDetails details;
    int filled = 0, whole_bins = 0;
    bool finite = true;
};

FileMeter::FileMeter(int rate, int channels) {
    MF_CHECK(channels >= 1 && channels <= kMaxFileChannels);
    MF_CHECK(rate >= 1000);
    impl_ = std::make_unique<Impl>(rate, channels);
}
FileMeter::~FileMeter() = default;
FileMeter::FileMeter(FileMeter&&) noexcept = default;

void FileMeter::push(const float* interleaved, std::int64_t frames) {
    const FlushDenormals flush;
    Impl& m = *impl_;
    MF_CHECK(m.record.stretches.empty());
    const auto channels = static_cast<std::size_t>(m.record.channels);
    while (frames > 0) {
        const int count = static_cast<int>(std::min<std::int64_t>(frames, m.bin - m.filled));
        for (std::size_t c = 0; c < channels; ++c) {
            float* to = m.sound[c].data() + m.filled;
            bool finite = true;
            for (int n = 0; n < count; ++n) {
                to[n] = interleaved[static_cast<std::size_t>(n) * channels + c];
                finite &= std::isfinite(to[n]);
            }
            m.finite = m.finite && finite;
        }
        interleaved += static_cast<std::size_t>(count) * channels;
        frames -= count;
        m.filled += count;
        if (m.filled == m.bin) m.end_bin();
    }
}

Measurement FileMeter::finish() {
    const FlushDenormals flush;
    Impl& m = *impl_;
    MF_CHECK(m.record.stretches.empty());
    if (m.filled > 0) m.end_bin();
    m.record.stretches = {{m.record.bin_count(), m.whole_bins}};
    for (PairMeter& p : m.pairs) {
        p.spectrum.end_stretch();
        double left[kBands + kBarkBands], right[kBands + kBarkBands], cross[kBands + kBarkBands];
        p.spectrum.read(0, left, right, cross);
        const bool stereo = m.record.channels == 2;
        for (std::size_t b = 0; b < kBands; ++b) {
            m.record.left_power[b] += left[b];
            m.record.right_power[b] += right[b];
            if (stereo) m.record.cross_power[b] = cross[b];
        }
        for (std::size_t b = 0; b < kBarkBands; ++b) {
            m.details.bark_left[b] += static_cast<float>(left[kBands + b]);
            m.details.bark_right[b] += static_cast<float>(right[kBands + b]);
            if (stereo) m.details.bark_cross[b] = static_cast<float>(cross[kBands + b]);
        }
    }
    for (ChannelFaults& f : m.faults) m.details.channels.push_back(f.finish(m.record.frames));
    m.details.dropouts = dropouts(m.peaks, m.record.bin_frames() / m.record.rate);
    Measurement result;
    result.finite = m.finite;
    result.metrics = meters::finish(m.record);
    for (std::size_t b = 0; b < kBands; ++b) {
        result.left_power[b] = static_cast<float>(m.record.left_power[b]);
        result.right_power[b] = static_cast<float>(m.record.right_power[b]);
        result.cross_power[b] = static_cast<float>(m.record.cross_power[b]);
    }
    return result;
}

const FileDetails& FileMeter::details() const {
    MF_CHECK(!impl_->record.stretches.empty());
    return impl_->details;
}

LoudnessSeries FileMeter::series(double hop_s) const {
    const MeterRecord& record = impl_->record;
    MF_CHECK(!record.stretches.empty());
    const double bin_s = record.bin_frames() / record.rate;
    const int hop = std::max(1, static_cast<int>(std::lround(hop_s / bin_s)));
    const auto ends = [&](int length) {
        // Loudness is the first in meters.def.
        const std::vector<double> powers = window_powers(record, 0, length, 1);
        std::vector<float> values;
        for (int end = hop; end <= impl_->whole_bins; end += hop)
            values.push_back(end < length ? std::numeric_limits<float>::quiet_NaN()
                                          : static_cast<float>(lufs_of_power(
                                                powers[static_cast<std::size_t>(end - length)])));
        return values;
    };
    return {hop * bin_s, ends(kMomentaryBins), ends(kShortTermBins)};
}

}  // namespace mixfarm
