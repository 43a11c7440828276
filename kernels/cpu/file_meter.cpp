/// Measures finished audio: the meters of the candidates, with one lane.
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/lane_group.h"

namespace mixfarm {

struct FileMeter::Impl {
    Impl(int sample_rate, int channel_count)
        : rate(sample_rate),
          channels(channel_count),
          bin((sample_rate + 50) / 100),
          setup(meters::setup(sample_rate)),
          bands(sample_rate),
          fft(bands.size),
          spectrum(bands, fft),
          left(static_cast<std::size_t>(bin)),
          right(static_cast<std::size_t>(bin)) {}

    void end_bin() {
        meters::run(setup, state, left.data(), right.data(), filled);
        spectrum.push(left.data(), right.data(), filled);
        frames += filled;
        sums.resize(sums.size() + meters::kSums);
        meters::end_bin(state, sums.data() + sums.size() - meters::kSums);
        whole_bins += filled == bin;
        ++bins;
        filled = 0;
    }

    int rate, channels, bin;
    meters::Setup setup;
    meters::State<float> state{};
    BandMap bands;
    LaneFft fft;
    Spectrum<float> spectrum;
    std::vector<float> left, right, sums;
    int filled = 0, bins = 0, whole_bins = 0;
    std::int64_t frames = 0;
    bool finite = true;
};

FileMeter::FileMeter(int rate, int channels) {
    MF_CHECK(channels == 1 || channels == 2);
    MF_CHECK(rate >= 1000);
    impl_ = std::make_unique<Impl>(rate, channels);
}
FileMeter::~FileMeter() = default;
FileMeter::FileMeter(FileMeter&&) noexcept = default;

void FileMeter::push(const float* interleaved, std::int64_t frames) {
    const FlushDenormals flush;
    Impl& m = *impl_;
    for (std::int64_t n = 0; n < frames; ++n) {
        const float l = interleaved[n * m.channels];
        const float r = m.channels == 2 ? interleaved[n * m.channels + 1] : 0.f;
        m.finite = m.finite && std::isfinite(l) && std::isfinite(r);
        m.left[static_cast<std::size_t>(m.filled)] = l;
        m.right[static_cast<std::size_t>(m.filled)] = r;
        if (++m.filled == m.bin) m.end_bin();
    }
}

Measurement FileMeter::finish() {
    const FlushDenormals flush;
    Impl& m = *impl_;
    if (m.filled > 0) m.end_bin();
    m.spectrum.end_stretch();
    MeterRecord record;
    record.rate = m.rate;
    record.channels = m.channels;
    record.bins = m.sums;
    record.sums_per_bin = meters::kSums;
    record.stretches = {{m.bins, m.whole_bins}};
    record.frames = m.frames;
    m.spectrum.read(0, record.left_power.data(), record.right_power.data(),
                    record.cross_power.data());
    Measurement result;
    result.finite = m.finite;
    result.metrics = meters::finish(record);
    for (std::size_t b = 0; b < kBands; ++b) {
        result.left_power[b] = static_cast<float>(record.left_power[b]);
        result.right_power[b] = static_cast<float>(record.right_power[b]);
        result.cross_power[b] = static_cast<float>(record.cross_power[b]);
    }
    return result;
}

}  // namespace mixfarm
