/// What an engine promises: a candidate's numbers depend on nothing but the candidate, excerpts and
/// whole songs agree, what is rendered is what was measured, and the target is met.
#include "kernels/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "kernels/console/mix_measurement.h"
#include "kernels/meters/spectrum.h"
#include "kernels/meters/tone.h"
#include "tests/support/disparity.h"
#include "tests/support/ebur128_meter.h"
#include "tests/support/effort.h"
#include "tests/support/every_engine.h"
#include "tests/support/file_reading.h"
#include "tests/support/small_song.h"

namespace mixfarm {
namespace {

using signals::Samples;

constexpr MasterTarget kTarget{-14, -1};

std::vector<Measurement> measure(Engine& engine, const std::vector<MixSettings>& mixes,
                                 Excerpt excerpt, MasterTarget target = kTarget) {
    return engine.evaluate(mixes, {&excerpt, 1}, target);
}
Excerpt whole(const SmallSong& song) {
    return {0, song.frames(), 0};
}

class EngineCase : public EveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, EngineCase, ::testing::ValuesIn(kEngines), engine_name);

TEST_P(EngineCase, ACandidateDoesNotDependOnItsNeighbours) {
    const SmallSong song = small_song(48000, effort(3, 1) * 48000 + 1237);
    engine_->load(song.view());
    const auto mixes = random_mixes(effort<std::size_t>(21, 9), song.stems.size(), 50);
    const auto together = measure(*engine_, mixes, whole(song));
    for (const std::size_t i : {std::size_t{0}, std::size_t{3}, mixes.size() - 1})
        EXPECT_EQ(difference(measure(*engine_, {mixes[i]}, whole(song))[0], together[i]), "")
            << "mix " << i;
    // In another order, too, and beside a mix that is out of all bounds.
    MixSettings loud = neutral_mix(song.stems.size());
    for (std::size_t s = 0; s < song.stems.size(); ++s)
        loud.strips[s * std::size_t(strip_param_count())] = 60;
    const auto turned = measure(*engine_, {mixes[4], loud, mixes[2], mixes[0]}, whole(song));
    EXPECT_EQ(difference(turned[0], together[4]), "");
    EXPECT_EQ(difference(turned[2], together[2]), "");
    EXPECT_EQ(difference(turned[3], together[0]), "");
}

TEST(Engine, ThreadsDoNotMatter) {
    const SmallSong song = small_song(44100, effort(2, 1) * 44100 + 7);
    const auto mixes = random_mixes(effort<std::size_t>(19, 5), song.stems.size(), 80);
    const auto one = make_cpu_engine(1), two = make_cpu_engine(2);
    one->load(song.view());
    two->load(song.view());
    const auto a = measure(*one, mixes, whole(song)), b = measure(*two, mixes, whole(song));
    for (std::size_t i = 0; i < mixes.size(); ++i)
        EXPECT_EQ(difference(a[i], b[i]), "") << "mix " << i;
    const auto x = one->render({mixes.data(), 2}, kTarget),
               y = two->render({mixes.data(), 2}, kTarget);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(x[i].left, y[i].left);
        EXPECT_EQ(x[i].right, y[i].right);
    }
}

TEST_P(EngineCase, EveryEngineGivesTheBitsOfTheCpu) {
    const SmallSong song = small_song(48000, 48000 + 301);
    const auto mixes = random_mixes(5, song.stems.size(), 90);
    const auto cpu = make_cpu_engine(1);
    cpu->load(song.view());
    engine_->load(song.view());
    const auto a = measure(*cpu, mixes, whole(song)), b = measure(*engine_, mixes, whole(song));
    EXPECT_EQ(disparity(a, b), "");
}

/// The bands of finished sound as they are measured of mixes: the meter of files takes longer
/// transforms.
MeterRecord bands_of(const Samples& left, const Samples& right, int rate) {
    const BandMap map(rate);
    const LaneFft fft(map.size);
    Spectrum<float> spectrum(map, fft);
    spectrum.push(left.data(), right.data(), static_cast<int>(left.size()));
    spectrum.end_stretch();
    MeterRecord record;
    record.rate = rate;
    spectrum.read(0, record.left_power.data(), record.right_power.data(),
                  record.cross_power.data());
    return record;
}
/// The metrics that come of the bands.
void expect_tone(const MeterRecord& bands, const Measurement& mix) {
    float tone[std::size(Tone::kMetrics)];
    Tone::finish(bands, 0, tone, 0);
    for (std::size_t i = 0; i < std::size(tone); ++i)
        EXPECT_NEAR(mix.metric(Tone::kMetrics[i].name), tone[i], 0.001) << Tone::kMetrics[i].name;
}
bool comes_of_bands(std::string_view metric) {
    return std::any_of(std::begin(Tone::kMetrics), std::end(Tone::kMetrics),
                       [&](const MetricInfo& m) { return metric == m.name; });
}

TEST_P(EngineCase, WhatIsRenderedIsWhatWasMeasured) {
    for (const int rate : kSlowBuild ? std::vector{44100} : std::vector{44100, 48000, 96000}) {
        // Lengths that are no multiple of a tile nor of a bin.
        for (const std::int64_t frames : {std::int64_t{effort(4, 1) * rate + 17},
                                          std::int64_t{effort(3, 1) * rate + tile_frames(rate)}}) {
            const SmallSong song = small_song(rate, frames);
            engine_->load(song.view());
            const auto mixes = random_mixes(effort<std::size_t>(3, 1), song.stems.size(), 7);
            const auto rows = measure(*engine_, mixes, whole(song));
            const auto audio = engine_->render(mixes, kTarget);
            for (std::size_t i = 0; i < mixes.size(); ++i) {
                ASSERT_EQ(static_cast<std::int64_t>(audio[i].left.size()), frames);
                ASSERT_EQ(static_cast<std::int64_t>(audio[i].right.size()), frames);
                const Measurement file = read_stereo(audio[i].left, audio[i].right, rate);
                for (std::size_t k = 0; k < rows[i].metrics.size(); ++k) {
                    // Undefined for both, as the short-term maximum of less than three seconds.
                    if (std::isnan(file.metrics[k]) && std::isnan(rows[i].metrics[k])) continue;
                    if (comes_of_bands(mix_metrics()[k].name)) continue;
                    EXPECT_NEAR(file.metrics[k], rows[i].metrics[k], 0.001)
                        << mix_metrics()[k].name << ", mix " << i << ", " << frames << " frames at "
                        << rate;
                }
                const MeterRecord bands = bands_of(audio[i].left, audio[i].right, rate);
                expect_tone(bands, rows[i]);
                for (std::size_t b = 0; b < kBands; ++b)
                    EXPECT_NEAR(bands.left_power[b], rows[i].left_power[b],
                                1e-5 * rows[i].left_power[b] + 1e-12);
            }
        }
    }
}

TEST_P(EngineCase, ReachesItsTargetUnderItsCeiling) {
    const SmallSong song = small_song(48000, effort(8, 2) * 48000);
    engine_->load(song.view());
    const auto mixes = random_mixes(effort<std::size_t>(16, 4), song.stems.size(), 11);
    for (const MasterTarget target : {MasterTarget{-30, -1}, MasterTarget{-14, -1},
                                      MasterTarget{-9, -1}, MasterTarget{-14, -6}}) {
        const auto rows = measure(*engine_, mixes, whole(song), target);
        // Up to 6 LU of limiting the target is met as nearly as the console promises. Beyond,
        // loudness hardly grows with gain any more: what is asked for cannot be had under this
        // ceiling, and limiter_loss_lu says so.
        double off = 0, out_of_reach = 0, loss = 0, peak = -200;
        for (const Measurement& m : rows) {
            double& worst = m.limiter_loss_lu < 6 ? off : out_of_reach;
            worst = std::max(worst,
                             std::fabs(double(m.metric("integrated_lufs")) - target.loudness_lufs));
            loss = std::max(loss, double(m.limiter_loss_lu));
            peak = std::max(peak, double(m.metric("true_peak_dbtp")));
        }
        std::printf(
            "target %g LUFS, %g dBTP: off by %.3f LU at most, %.3f where out of reach; "
            "limiter takes up to %.2f LU, peak %.3f dBTP\n",
            target.loudness_lufs, target.true_peak_dbtp, off, out_of_reach, loss, peak);
        EXPECT_LE(off, kLoudnessTolerance + 1e-4);
        EXPECT_LE(out_of_reach, 1.5);
        EXPECT_LE(peak, target.true_peak_dbtp);
    }
    const auto audio = engine_->render({mixes.data(), 1}, kTarget);
    const auto other =
        oracle::ebur128(signals::interleaved(audio[0].left, audio[0].right), 2, 48000);
    EXPECT_NEAR(other.integrated_lufs, -14, kLoudnessTolerance + 0.01);
    EXPECT_LE(kLoudnessTolerance, 0.2) << "deliveries allow 0.3 LU";
    EXPECT_LE(oracle::db(other.true_peak), -1);
}

TEST_P(EngineCase, StemsSumToTheMixInFrontOfTheLimiter) {
    const SmallSong song = small_song(48000, 2 * 48000 + 77);
    engine_->load(song.view());
    const auto mixes = random_mixes(1, song.stems.size(), 21);
    const MasterTarget quiet{-40, 0};  // the limiter has nothing to do
    const Measurement row = measure(*engine_, mixes, whole(song), quiet)[0];
    ASSERT_LT(row.limiter_loss_lu, 1e-5) << "the limiter was meant to rest";
    const StereoAudio mix = engine_->render(mixes, quiet)[0];
    std::vector<double> left(mix.left.size()), right(mix.left.size());
    for (int s = 0; s < static_cast<int>(song.stems.size()); ++s) {
        const StereoAudio stem = engine_->render_stem(mixes[0], s, row.master_gain_db);
        double power = 0;
        const double gain = std::pow(10.0, row.master_gain_db / 20.0);
        for (std::size_t n = 0; n < left.size(); ++n) {
            left[n] += stem.left[n], right[n] += stem.right[n];
            power += (double(stem.left[n]) * stem.left[n] + double(stem.right[n]) * stem.right[n]) /
                     (gain * gain);
        }
        power /= 2.0 * static_cast<double>(left.size());
        EXPECT_NEAR(row.stem_power[static_cast<std::size_t>(s)], power, 1e-4 * power)
            << "stem " << s;
    }
    double worst = 0;
    for (std::size_t n = 0; n < left.size(); ++n)
        worst =
            std::max({worst, std::fabs(mix.left[n] - left[n]), std::fabs(mix.right[n] - right[n])});
    std::printf("mix less its stems: %.1f dB of its peak\n",
                oracle::db(worst / signals::peak_of(mix.left)));
    EXPECT_LT(worst, 2e-6 * signals::peak_of(mix.left));
}

TEST_P(EngineCase, AnExcerptWithAllOfItsPastIsAPieceOfTheSong) {
    const int rate = 48000;
    const SmallSong song = small_song(rate, 6 * rate);
    engine_->load(song.view());
    const auto mixes = random_mixes(2, song.stems.size(), 31);
    const MasterTarget quiet{-40, 0};
    const Excerpt piece{2 * rate, 3 * rate, 2 * rate};
    const auto rows = measure(*engine_, mixes, piece, quiet);
    for (std::size_t i = 0; i < mixes.size(); ++i) {
        // Without limiting the excerpt is a gain times the sum of the stems.
        std::vector<float> left(static_cast<std::size_t>(piece.frames)), right = left;
        for (int s = 0; s < static_cast<int>(song.stems.size()); ++s) {
            const StereoAudio stem = engine_->render_stem(mixes[i], s, rows[i].master_gain_db);
            double power = 0;
            for (std::size_t n = 0; n < left.size(); ++n) {
                const std::size_t at = n + static_cast<std::size_t>(piece.start);
                left[n] += stem.left[at], right[n] += stem.right[at];
                power +=
                    double(stem.left[at]) * stem.left[at] + double(stem.right[at]) * stem.right[at];
            }
            power /= 2 * static_cast<double>(left.size()) *
                     std::pow(10.0, rows[i].master_gain_db / 10.0);
            EXPECT_NEAR(rows[i].stem_power[static_cast<std::size_t>(s)], power, 1e-4 * power);
        }
        // The piece cut out starts its K-weighting from rest, the excerpt does not: 0.02 LU.
        const Measurement cut = read_stereo(left, right, rate);
        for (const auto& [metric, tolerance] : {std::pair{"integrated_lufs", 0.02},
                                                {"max_short_term_lufs", 0.02},
                                                {"sample_peak_dbfs", 1e-3},
                                                {"true_peak_dbtp", 0.05},
                                                {"crest_db", 1e-3},
                                                {"correlation", 1e-3},
                                                {"width", 1e-3},
                                                {"balance_db", 1e-3}})
            EXPECT_NEAR(rows[i].metric(metric), cut.metric(metric), tolerance)
                << metric << ", mix " << i;
        expect_tone(bands_of(left, right, rate), rows[i]);
    }
}

TEST_P(EngineCase, AnExcerptKeepsItsCeiling) {
    // An excerpt opens inside a wave; what its meter sees there must be the limited signal and no
    // step.
    const int rate = 48000;
    SmallSong song{rate, {}, {}};
    song.add({signals::sine(4 * 48000, 100, rate, 0.9, std::numbers::pi / 2), {}}, true);
    engine_->load(song.view());
    for (const std::int64_t start : {48000, 48480, 52800, 60000}) {
        const Measurement m =
            measure(*engine_, {neutral_mix(1)}, {start, 48000, 24000}, {-3, -1})[0];
        EXPECT_LE(m.metric("true_peak_dbtp"), -1) << "excerpt from " << start;
    }
}

TEST_P(EngineCase, OneExcerptOfTheWholeIsTheSong) {
    const SmallSong song = small_song(48000, 3 * 48000 + 55);
    engine_->load(song.view());
    const auto mixes = random_mixes(3, song.stems.size(), 41);
    const auto a = measure(*engine_, mixes, whole(song));
    const auto b = measure(*engine_, mixes, {0, song.frames() + 100000, 5000});  // beyond both ends
    for (std::size_t i = 0; i < mixes.size(); ++i) EXPECT_EQ(difference(a[i], b[i]), "");
}

TEST_P(EngineCase, SilenceIsMeasuredAsSilence) {
    SmallSong song{48000, {}, {}};
    song.add({Samples(96000), Samples(96000)});
    song.add({Samples(96000), {}}, true);
    engine_->load(song.view());
    const Measurement m = measure(*engine_, {random_mix(2, 1)}, whole(song))[0];
    EXPECT_TRUE(m.finite);
    EXPECT_EQ(m.metric("integrated_lufs"), -70);
    EXPECT_EQ(m.metric("true_peak_dbtp"), -120);
    EXPECT_EQ(m.master_gain_db, 0);
    EXPECT_EQ(m.stem_power, std::vector<float>(2, 0.f));
    const StereoAudio audio = engine_->render({std::vector{random_mix(2, 1)}}, kTarget)[0];
    EXPECT_EQ(signals::peak_of(audio.left), 0);
}

TEST_P(EngineCase, ASilentStemChangesNothing) {
    const SmallSong song = small_song(48000, 48000);
    SmallSong without = song;
    without.stems.pop_back(), without.mono.pop_back();
    const MixSettings mix = random_mix(song.stems.size(), 61);
    MixSettings shorter = mix;
    shorter.strips.resize(without.stems.size() * static_cast<std::size_t>(strip_param_count()));
    engine_->load(song.view());
    Measurement a = measure(*engine_, {mix}, whole(song))[0];
    engine_->load(without.view());
    const Measurement b = measure(*engine_, {shorter}, whole(without))[0];
    EXPECT_EQ(a.stem_power.back(), 0.f);
    a.stem_power.pop_back();
    EXPECT_EQ(difference(a, b), "");
}

TEST_P(EngineCase, NotANumberIsReportedAndStaysInItsCandidate) {
    SmallSong song = small_song(48000, 48000);
    engine_->load(song.view());
    auto mixes = random_mixes(3, song.stems.size(), 71);
    const auto clean = measure(*engine_, mixes, whole(song));
    mixes[1].strips[0] = std::nanf("");
    const auto rows = measure(*engine_, mixes, whole(song));
    EXPECT_TRUE(rows[0].finite);
    EXPECT_FALSE(rows[1].finite);
    EXPECT_EQ(difference(rows[0], clean[0]), "");
    EXPECT_EQ(difference(rows[2], clean[2]), "");
}

TEST(Engine, ATileIsAPartOfTenMilliseconds) {
    for (const int rate : {32000, 44100, 48000, 88200, 96000, 176400, 192000}) {
        EXPECT_EQ(rate / 100 % tile_frames(rate), 0) << rate;
        EXPECT_NEAR(1000.0 * tile_frames(rate) / rate, rate % 11025 == 0 ? 10.0 / 3 : 2.5, 1e-9)
            << rate;
    }
    std::printf("built with CUDA: %s, GPUs: %zu\n", built_with_cuda() ? "yes" : "no",
                cuda_devices().size());
    EXPECT_TRUE(built_with_cuda() || cuda_devices().empty());
}

}  // namespace
}  // namespace mixfarm
