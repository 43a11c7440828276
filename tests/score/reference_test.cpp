/// References: what is measured of them, and how far style and target move.
#include "host/score/reference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "host/job/input_error.h"
#include "host/score/terms.h"
#include "tests/score/fine_mix.h"
#include "tests/song/audio_files.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

using testing::band_at;
using testing::neutral;
using testing::set;

/// What a track of this width and loudness would be measured as.
Reference track(double lufs, double width, double plr_db, ReferenceAspects amount,
                double weight = 1) {
    Reference r;
    r.name = "track";
    r.weight = weight;
    r.amount = amount;
    r.loudness_lufs = lufs, r.plr_db = plr_db, r.lra_lu = 6, r.width = width;
    for (std::size_t b = 0; b < kBands; ++b) r.band_db[b] = -20 - double(b);
    return r;
}

TEST(Reference, AtNothingChangesNothing) {
    const Style style = neutral();
    const std::vector<Reference> none, idle{track(-9, 0.5, 8, {0, 0, 0, 0})};
    for (const auto& references : {none, idle}) {
        const Style moved = toward(style, references);
        for (std::size_t b = 0; b < kBands; ++b)
            EXPECT_TRUE(moved.tone_db[b] == style.tone_db[b] || std::isnan(style.tone_db[b]));
        EXPECT_EQ(moved.plr_low_db, style.plr_low_db);
        EXPECT_EQ(moved.lra_high_lu, style.lra_high_lu);
        EXPECT_EQ(moved.width_low, style.width_low);
        EXPECT_EQ(toward(Target{}, references).loudness_lufs, Target{}.loudness_lufs);
    }
}

TEST(Reference, InFullIsTheReferencesOwn) {
    const Style style = neutral();
    const std::vector<Reference> one{track(-9, 0.5, 8, {100, 100, 100, 100})};
    const Style moved = toward(style, one);
    // The curve's shape is the reference's: one dB down a band.
    for (std::size_t b = 1; b < kBands; ++b)
        EXPECT_NEAR(moved.tone_db[b] - moved.tone_db[b - 1], -1, 1e-9) << b;
    EXPECT_NEAR((moved.plr_low_db + moved.plr_high_db) / 2, 8, 1e-9);
    EXPECT_NEAR(moved.plr_high_db - moved.plr_low_db, style.plr_high_db - style.plr_low_db, 1e-9);
    EXPECT_NEAR(std::sqrt(moved.width_low * moved.width_high), 0.5, 1e-9);
    EXPECT_NEAR(moved.width_high / moved.width_low, style.width_high / style.width_low, 1e-9);
    EXPECT_NEAR(toward(Target{}, one).loudness_lufs, -9, 1e-9);
    EXPECT_EQ(toward(Target{}, one).true_peak_dbtp, Target{}.true_peak_dbtp);
    // A mix on the moved curve has nothing to complain about.
    EXPECT_EQ(moved.tone_tolerance_db, style.tone_tolerance_db);
}

TEST(Reference, HalfIsHalfWayAndSeveralAreWeighted) {
    const Style style = neutral();
    const double middle = (style.plr_low_db + style.plr_high_db) / 2;
    const auto plr = [](const Style& s) { return (s.plr_low_db + s.plr_high_db) / 2; };
    EXPECT_NEAR(plr(toward(style, std::vector{track(-9, 0.5, 8, {0, 50, 0, 0})})), (middle + 8) / 2,
                1e-9);
    // Three parts of 8 dB, one of 16 dB, both in full.
    EXPECT_NEAR(plr(toward(style, std::vector{track(-9, 0.5, 8, {0, 100, 0, 0}, 3),
                                              track(-9, 0.5, 16, {0, 100, 0, 0}, 1)})),
                10, 1e-9);
    // One that asks for nothing holds the others back to its share.
    EXPECT_NEAR(plr(toward(style, std::vector{track(-9, 0.5, 8, {0, 100, 0, 0}),
                                              track(-9, 0.5, 99, {0, 0, 0, 0})})),
                (middle + 8) / 2, 1e-9);
    // Tone alone leaves the rest.
    const Style toned = toward(style, std::vector{track(-9, 0.5, 8, {50, 0, 0, 0})});
    EXPECT_EQ(toned.plr_low_db, style.plr_low_db);
    const std::size_t low = band_at(100), high = band_at(4000);
    EXPECT_NEAR(toned.tone_db[high] - toned.tone_db[low],
                (style.tone_db[high] - style.tone_db[low] - double(high - low)) / 2, 1e-9);
}

Model::Sound sound_of(const Measurement& m) {
    return {m.metric("integrated_lufs"), m.metric("plr_db"), m.left_power, m.right_power,
            m.cross_power};
}
/// A model that measures as `m`.
Model model_of(const Measurement& m, double amount = 1) {
    return {amount, sound_of(m), {}};
}

TEST(Reference, OfTheSameSongIsMatchedInTheMixItself) {
    Style style = neutral();
    const Measurement m = testing::fine_measurement(style, 1);
    EXPECT_EQ(reference_term(m, style, 3), 1) << "there is none";
    style.models = {model_of(m)};
    EXPECT_NEAR(reference_term(m, style, 3), 1, 1e-6);

    // Louder by 6 dB all over is no difference, at a loudness that is known.
    Measurement loud = m;
    for (auto* powers : {&loud.left_power, &loud.right_power, &loud.cross_power})
        for (float& p : *powers) p *= 4;
    set(loud, "integrated_lufs", m.metric("integrated_lufs") + 20 * std::log10(2));
    EXPECT_NEAR(reference_term(loud, style, 3), 1, 1e-3);

    // Right up by a factor: middle, sides, width and balance written out.
    Measurement off = m;
    for (std::size_t b = 0; b < kBands; ++b) off.right_power[b] *= 1.5f;
    double left = 0, right = 0, cross = 0, bands = 0, widths = 0;
    const auto zwicker = [](double hz) {
        return 13 * std::atan(0.00076 * hz) + 3.5 * std::atan(std::pow(hz / 7500, 2));
    };
    for (std::size_t b = 0; b < kBands; ++b) {
        const double l = m.left_power[b], r = m.right_power[b], x = m.cross_power[b],
                     hz = 1000 * std::pow(10, (static_cast<double>(b) - 16) / 10),
                     width = zwicker(hz * std::pow(10, 0.05)) - zwicker(hz * std::pow(10, -0.05));
        left += l, right += r, cross += x, widths += width;
        bands += width *
                 (std::pow(std::log((l + 1.5 * r + 2 * x) / (l + r + 2 * x)) / 2, 2) +
                  std::pow(std::log((l + 1.5 * r - 2 * x) / (l + r - 2 * x)) / 2, 2)) /
                 2;
    }
    const auto width = [&](double up) {
        return (left + up * right - 2 * cross) / (left + up * right + 2 * cross);
    };
    const auto balance = [&](double up) { return (up * right - left) / (up * right + left); };
    const double d = 0.1 * bands / widths + std::pow(width(1.5) - width(1), 2) +
                     std::pow(balance(1.5) - balance(1), 2);
    EXPECT_NEAR(reference_term(off, style, 3), 1 / (1 + std::sqrt(d / 0.02)), 1e-4);
    // Half the amount costs half as much; peaks count where they are known.
    style.models = {model_of(m, 0.5)};
    EXPECT_NEAR(reference_term(off, style, 3), 0.5 + 0.5 / (1 + std::sqrt(d / 0.02)), 1e-4);
    style.models = {model_of(m)};
    set(off, "plr_db", m.metric("plr_db") + 4);
    EXPECT_NEAR(reference_term(off, style, 3), 1 / (1 + std::sqrt((d + 0.016) / 0.02)), 1e-4);
    // Excerpts are compared with excerpts, where the model has them.
    EXPECT_LT(reference_term(off, style, 2), 0.9);
    style.models.front().telling = sound_of(off);
    EXPECT_NEAR(reference_term(off, style, 2), 1, 1e-6);
    style.models = {model_of(m)};
    set(off, "plr_db", std::nan(""));
    EXPECT_NEAR(reference_term(off, style, 3), 1 / (1 + std::sqrt(d / 0.02)), 1e-4);
}

TEST(Reference, ShareTheirAmountAsModels) {
    std::vector<Reference> two{track(-9, 0.5, 8, {0, 0, 0, 0, 100}, 3),
                               track(-9, 0.5, 8, {0, 0, 0, 0, 50}, 1)};
    two[0].model.amount = 1, two[1].model.amount = 0.5;
    const Style moved = toward(neutral(), two);
    ASSERT_EQ(moved.models.size(), 2u);
    EXPECT_NEAR(moved.models[0].amount, 0.75, 1e-12);
    EXPECT_NEAR(moved.models[1].amount, 0.125, 1e-12);
    EXPECT_TRUE(toward(neutral(), std::vector{track(-9, 0.5, 8, {80, 50, 0, 30})}).models.empty());
}

TEST(Reference, IsMeasuredAsAFile) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("mixfarm-reference-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    const auto write = [&](const char* name, int channels, std::size_t frames, float gain) {
        std::vector<std::vector<float>> sides{signals::sine(frames, 1000, 48000, gain)};
        if (channels == 2) sides.push_back(signals::sine(frames, 1000, 48000, gain / 2));
        test::write_audio(folder / name, sides, 48000);
    };
    write("tone.wav", 2, 48000 * 4, 0.25f);
    write("mono.wav", 1, 48000 * 4, 0.25f);
    write("blip.wav", 2, 4800, 0.25f);
    Job job;
    job.folder = folder;
    job.references = {{"tone.wav", 2, {80, 50, 10, 30, 40}},
                      {"mono.wav", 1, {80, 50, 10, 30, 100}}};
    Song song;
    song.rate = 44100;
    song.frames = 44100 * 4;
    const std::vector<Excerpt> telling{{44100, 44100, 0}, {3 * 44100, 22050, 44100}};
    const std::vector<Reference> read = read_references(job, song, telling);
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[0].name, "tone.wav");
    EXPECT_EQ(read[0].weight, 2);
    EXPECT_EQ(read[0].sha256.size(), 64u);
    // -0.691 + K(1 kHz) + 10 log10 of the sum of mean squares.
    EXPECT_NEAR(read[0].loudness_lufs, 0.0067 + 10 * std::log10((0.25 * 0.25 + 0.125 * 0.125) / 2),
                0.01);
    EXPECT_NEAR(read[0].width, (0.125 * 0.125) / (0.375 * 0.375), 1e-4);
    const std::size_t band = band_at(1000);
    for (std::size_t b = 0; b < kBands; ++b)
        EXPECT_TRUE(b == band || read[0].band_db[b] < read[0].band_db[band] - 20) << b;
    EXPECT_NEAR(read[0].model.amount, 0.4, 1e-12);
    EXPECT_NEAR(read[0].model.whole.left_power[band], 0.25 * 0.25 / 2, 1e-3);
    EXPECT_NEAR(read[0].model.whole.cross_power[band], 0.25 * 0.125 / 2, 1e-3);
    ASSERT_TRUE(read[0].model.telling) << "it is as long as the song";
    EXPECT_NEAR(read[0].model.telling->left_power[band], 0.25 * 0.25 / 2, 2e-3);
    // From two speakers a lone channel is the middle alone.
    EXPECT_EQ(read[1].model.whole.cross_power, read[1].model.whole.left_power);
    EXPECT_EQ(read[1].model.whole.right_power, read[1].model.whole.left_power);
    EXPECT_NEAR(read[1].model.whole.loudness_lufs, 0.0067 + 10 * std::log10(0.25 * 0.25), 0.01);
    EXPECT_EQ(read[1].amount.width, 0) << "mono has no width to match";
    EXPECT_EQ(read[1].amount.tone, 80);
    job.references = {{"blip.wav", 1, {}}};
    EXPECT_THROW(read_references(job, song, telling), InputError);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mixfarm
