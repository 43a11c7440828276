/// Measures finished audio of up to six channels: the meters of the candidates with one lane, a
/// pair of channels at a time.
#include <algorithm>
#include <limits>

#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/meters/book.h"
#include "kernels/meters/faults.h"
#include "kernels/meters/loudness_course.h"
#include "kernels/meters/spectrum.h"

namespace mixfarm {
namespace {

constexpr float kNotMeasured = std::numeric_limits<float>::quiet_NaN();
constexpr int kBinsPerSecond = 100;
constexpr int kTruePeakSum = Loudness::kSums;  // the true peak's first; second in meters.def

std::vector<float> weights_of(int channels) {
    constexpr float kSurround = 1.41f, kLfe = 0;
    switch (channels) {
        case 4:
            return {1, 1, kSurround, kSurround};
        case 5:
            return {1, 1, 1, kSurround, kSurround};
        case 6:
            return {1, 1, 1, kLfe, kSurround, kSurround};
        default:
            return std::vector<float>(static_cast<std::size_t>(channels), 1.f);
    }
}

/// Two channels of the same weight in BS.1770; `right` is -1 where there is silence instead.
struct Pair {
    int left, right;
    float weight;
};
std::vector<Pair> pairs_of(const std::vector<float>& weights) {
    std::vector<Pair> pairs;
    for (std::size_t c = 0; c < weights.size(); ++c) {
        const auto half = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& p) {
            return p.right < 0 && p.weight == weights[c];
        });
        if (half != pairs.end())
            half->right = static_cast<int>(c);
        else
            pairs.push_back({static_cast<int>(c), -1, weights[c]});
    }
    return pairs;
}

/// Third octaves, then Bark: one transform serves both.
std::vector<BandMap::Edges> file_bands() {
    std::vector<BandMap::Edges> edges = BandMap::third_octaves();
    for (std::size_t b = 0; b < kBarkBands; ++b)
        edges.push_back({bark_edges_hz()[b], bark_edges_hz()[b + 1]});
    return edges;
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
    Impl(int sample_rate, int channel_count, const FileMeterOptions& options)
        : rate(sample_rate),
          setup(meters::setup(sample_rate)),
          bands(sample_rate, file_bands(), kFileBinHz),
          fft(bands.size),
          clips(static_cast<std::size_t>(channel_count)),
          dropouts(sample_rate, channel_count),
          course(channel_count) {
        record.rate = sample_rate;
        record.channels = channel_count;
        record.sums_per_bin = meters::kSums;
        record.totals.assign(meters::kSums, 0);
        record.tops.assign(meters::kSums, 0);
        record.course = &course;
        const auto longest = static_cast<std::size_t>(sample_rate / kBinsPerSecond + 1);
        sound.assign(static_cast<std::size_t>(channel_count),
                     std::vector<float>(static_cast<std::size_t>(dropouts.reach()) + longest));
        silence.assign(longest, 0.f);
        const bool given = channel_count > 2 && !options.weights.empty();
        for (const Pair& pair : pairs_of(given ? options.weights : weights_of(channel_count)))
            pairs.emplace_back(pair, bands, fft);
        hop =
            options.series_hop_s > 0
                ? std::max(1, static_cast<int>(std::lround(options.series_hop_s * kBinsPerSecond)))
                : 0;
        series.hop_s = hop / double(kBinsPerSecond);
        course.begin_stretch();
        bin = bin_end(0);
    }

    /// The frame nearest to the end of this bin.
    std::int64_t bin_end(std::int64_t index) const {
        return ((index + 1) * rate + kBinsPerSecond / 2) / kBinsPerSecond;
    }
    float* channel(std::size_t c) { return sound[c].data() + dropouts.reach(); }
    const float* side(int c) {
        return c < 0 ? silence.data() : channel(static_cast<std::size_t>(c));
    }

    void end_bin() {
        for (std::size_t c = 0; c < clips.size(); ++c) {
            clips[c].run(channel(c), filled);
            dropouts.run(static_cast<int>(c), channel(c), filled);
        }
        dropouts.end_bin(filled);
        float sums[meters::kSums] = {}, more[meters::kSums];
        for (PairMeter& p : pairs) {
            const float *left = side(p.pair.left), *right = side(p.pair.right);
            meters::run(setup, p.state, left, right, filled);
            p.spectrum.push(left, right, filled);
            meters::end_bin(p.state, more);
            meters::join(sums, more, p.pair.weight);
        }
        for (std::size_t s = 0; s < meters::kSums; ++s) {
            record.totals[s] += sums[s];
            record.tops[s] = std::max<double>(record.tops[s], sums[s]);
        }
        if (filled == bin) end_whole_bin(sums[0], sums[1]);
        record.frames += filled;
        for (std::size_t c = 0; c < sound.size(); ++c)
            std::copy_n(sound[c].data() + filled, dropouts.reach(), sound[c].data());
        filled = 0;
    }

    void end_whole_bin(float energy, float twice_cross) {
        course.push(energy, twice_cross, bin);
        ++whole_bins;
        bin = static_cast<int>(bin_end(whole_bins) - bin_end(whole_bins - 1));
        if (hop == 0 || whole_bins % hop != 0) return;
        series.momentary_lufs.push_back(course.momentary_lufs());
        series.short_term_lufs.push_back(course.short_term_lufs());
    }

    /// The oversampling filter still holds the last frames.
    void end_true_peak() {
        const float behind[oversampling::kTaps] = {};
        for (PairMeter& p : pairs) {
            float sums[TruePeak::kSums];
            TruePeak::run(setup.true_peak, p.state.true_peak, behind, behind, oversampling::kTaps);
            TruePeak::end_bin(p.state.true_peak, sums);
            double& top = record.tops[kTruePeakSum + 1];
            top = std::max<double>(top, sums[1]);
        }
    }

    void read_bands() {
        for (PairMeter& p : pairs) {
            p.spectrum.end_stretch();
            double left[kBands + kBarkBands], right[kBands + kBarkBands],
                cross[kBands + kBarkBands];
            p.spectrum.read(0, left, right, cross);
            const bool stereo = record.channels == 2;
            for (std::size_t b = 0; b < kBands; ++b) {
                record.left_power[b] += left[b];
                record.right_power[b] += right[b];
                if (stereo) record.cross_power[b] = cross[b];
            }
            for (std::size_t b = 0; b < kBarkBands; ++b) {
                details.bark_left[b] += static_cast<float>(left[kBands + b]);
                details.bark_right[b] += static_cast<float>(right[kBands + b]);
                if (stereo) details.bark_cross[b] = static_cast<float>(cross[kBands + b]);
            }
        }
    }

    /// Nothing is known of a file with a sample that is no number.
    Measurement spoilt() {
        Measurement result;
        result.finite = false;
        result.metrics.assign(meters::kMetrics, kNotMeasured);
        for (auto* bands_of : {&result.left_power, &result.right_power, &result.cross_power})
            bands_of->fill(kNotMeasured);
        for (auto* bands_of : {&details.bark_left, &details.bark_right, &details.bark_cross})
            bands_of->fill(kNotMeasured);
        FileDetails::Channel unknown;
        unknown.dc = unknown.sample_peak = kNotMeasured;
        details.channels.assign(clips.size(), unknown);
        std::size_t hops = 0;
        if (hop > 0)
            for (std::int64_t k = hop; bin_end(k - 1) <= record.frames; k += hop) ++hops;
        series.momentary_lufs.assign(hops, kNotMeasured);
        series.short_term_lufs.assign(hops, kNotMeasured);
        return result;
    }

    /// Copies frames to the bin; the first that is no number ends all measuring.
    void take(const float* interleaved, int count) {
        const std::size_t channels = clips.size();
        bool finite = true;
        for (std::size_t c = 0; c < channels; ++c) {
            float* to = channel(c) + filled;
            for (int n = 0; n < count; ++n) {
                to[n] = interleaved[static_cast<std::size_t>(n) * channels + c];
                finite &= std::isfinite(to[n]);
            }
        }
        if (finite) return;
        const std::size_t samples = static_cast<std::size_t>(count) * channels;
        const auto at =
            static_cast<std::size_t>(std::find_if_not(interleaved, interleaved + samples,
                                                      [](float x) { return std::isfinite(x); }) -
                                     interleaved);
        details.first_bad = {record.frames + filled + static_cast<std::int64_t>(at / channels),
                             static_cast<int>(at % channels)};
    }

    int rate;
    meters::Setup setup;
    BandMap bands;
    LaneFft fft;
    std::vector<PairMeter> pairs;
    std::vector<std::vector<float>> sound;  ///< [channels][reach of the dropouts + bin]
    std::vector<float> silence;             ///< [bin]
    std::vector<ClipCounter> clips;         ///< [channels]
    DropoutFinder dropouts;
    LoudnessCourse course;
    MeterRecord record;
    LoudnessSeries series{};
    FileDetails details;
    std::int64_t whole_bins = 0;
    int bin, filled = 0;  ///< frames of this bin, and those that are there
    int hop;              ///< bins; 0 = no series
    bool finished = false;
};

FileMeter::FileMeter(int rate, int channels, const FileMeterOptions& options) {
    MF_CHECK(channels >= 1 && channels <= kMaxFileChannels);
    MF_CHECK(rate >= 1000);
    MF_CHECK(options.weights.empty() ||
             options.weights.size() == static_cast<std::size_t>(channels));
    impl_ = std::make_unique<Impl>(rate, channels, options);
}
FileMeter::~FileMeter() = default;
FileMeter::FileMeter(FileMeter&&) noexcept = default;

void FileMeter::push(const float* interleaved, std::int64_t frames) {
    const FlushDenormals flush;
    Impl& m = *impl_;
    MF_CHECK(!m.finished);
    while (frames > 0 && m.details.first_bad.frame < 0) {
        const int count = static_cast<int>(std::min<std::int64_t>(frames, m.bin - m.filled));
        m.take(interleaved, count);
        if (m.details.first_bad.frame >= 0) {
            m.record.frames += m.filled;
            break;
        }
        interleaved += static_cast<std::size_t>(count) * m.clips.size();
        frames -= count;
        m.filled += count;
        if (m.filled == m.bin) m.end_bin();
    }
    if (m.details.first_bad.frame >= 0) m.record.frames += frames;
}

Measurement FileMeter::finish() {
    const FlushDenormals flush;
    Impl& m = *impl_;
    MF_CHECK(!m.finished);
    m.finished = true;
    if (m.details.first_bad.frame >= 0) return m.spoilt();
    if (m.filled > 0) m.end_bin();
    m.end_true_peak();
    m.read_bands();
    for (ClipCounter& c : m.clips) m.details.channels.push_back(c.finish(m.record.frames));
    m.dropouts.finish(m.details);
    Measurement result;
    result.metrics = meters::finish(m.record);
    for (std::size_t b = 0; b < kBands; ++b) {
        result.left_power[b] = static_cast<float>(m.record.left_power[b]);
        result.right_power[b] = static_cast<float>(m.record.right_power[b]);
        result.cross_power[b] = static_cast<float>(m.record.cross_power[b]);
    }
    return result;
}

const FileDetails& FileMeter::details() const {
    MF_CHECK(impl_->finished);
    return impl_->details;
}

const LoudnessSeries& FileMeter::series() const {
    MF_CHECK(impl_->finished);
    return impl_->series;
}

}  // namespace mixfarm
