/// Loudness of stretches against libebur128, matching, and WAV bytes against libsndfile's reading.
#include "host/audition/sound.h"

#include <ebur128.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "host/song/decode.h"
#include "kernels/core/random.h"
#include "tests/store/example.h"

namespace mixfarm::audition {
namespace {

/// Noise whose level moves, louder by `gain_db`, and with that much more treble.
StereoAudio song(int rate, double seconds, double gain_db, double treble = 0) {
    StereoAudio audio;
    audio.rate = rate;
    RandomStream random(3, 1);
    const auto frames = static_cast<std::size_t>(seconds * rate);
    float before = 0;
    for (std::size_t n = 0; n < frames; ++n) {
        const double t = static_cast<double>(n) / rate;
        const double level = 0.1 * std::pow(10.0, (gain_db + 8 * std::sin(0.7 * t)) / 20);
        const auto x = static_cast<float>(2 * random.next() - 1);
        const auto y = x + static_cast<float>(treble) * (x - before);
        before = x;
        audio.left.push_back(static_cast<float>(level) * y);
        audio.right.push_back(static_cast<float>(level * 0.7) * y);
    }
    return audio;
}

double peer_lufs(const StereoAudio& audio, double from_s, double to_s) {
    ebur128_state* meter = ebur128_init(2, static_cast<unsigned long>(audio.rate), EBUR128_MODE_I);
    std::vector<float> interleaved;
    const auto first = static_cast<std::size_t>(from_s * audio.rate),
               last = static_cast<std::size_t>(to_s * audio.rate);
    for (std::size_t n = first; n < last; ++n)
        interleaved.insert(interleaved.end(), {audio.left[n], audio.right[n]});
    ebur128_add_frames_float(meter, interleaved.data(), last - first);
    double lufs = 0;
    ebur128_loudness_global(meter, &lufs);
    ebur128_destroy(&meter);
    return lufs;
}

TEST(Sound, LoudnessOfAStretchIsThatOfAPeer) {
    for (const int rate : {44100, 48000, 96000}) {
        const StereoAudio audio = song(rate, 12, 0);
        const Sound sound = sound_of(audio);
        for (const auto& [from, to] : {std::pair{0.0, 12.0}, {3.0, 8.5}, {6.13, 7.2}})
            EXPECT_NEAR(loudness_lufs(sound, from, to), peer_lufs(audio, from, to), 0.03)
                << rate << " Hz, " << from << " to " << to;
    }
}

TEST(Sound, SilenceHasNoLoudnessAndIsLeftAlone) {
    StereoAudio nothing;
    nothing.left.resize(48000), nothing.right.resize(48000);
    const Sound silent = sound_of(nothing), loud = sound_of(song(48000, 1, 0));
    EXPECT_EQ(loudness_lufs(silent, 0, 1), -INFINITY);
    const std::vector<const Sound*> both = {&silent, &loud};
    const std::vector<float> peaks = {-2, -2};
    EXPECT_EQ(matching_gains_db(both, peaks, 0, 1), (std::vector<double>{0, 0}));
}

TEST(Sound, MatchingTurnsDownOnly) {
    const std::vector<StereoAudio> audio = {song(48000, 10, 0), song(48000, 10, 3),
                                            song(48000, 10, -2, 0.5)};
    std::vector<Sound> sounds;
    for (const StereoAudio& a : audio) sounds.push_back(sound_of(a));
    const std::vector<const Sound*> all = {&sounds[0], &sounds[1], &sounds[2]};
    const std::vector<float> peaks = {-3, -1, -6};
    const std::vector<double> gains = matching_gains_db(all, peaks, 2, 7);
    std::vector<double> matched;
    for (std::size_t i = 0; i < gains.size(); ++i) {
        EXPECT_LE(gains[i], 0);
        matched.push_back(peer_lufs(audio[i], 2, 7) + gains[i]);
    }
    EXPECT_NEAR(matched[0], matched[1], 0.05);
    EXPECT_NEAR(matched[0], matched[2], 0.05);
    EXPECT_EQ(*std::max_element(gains.begin(), gains.end()), 0);
    // Where peaks stand higher than -1 dBTP all go down by as much.
    const std::vector<float> high = {0.5f, -1, -6};
    const std::vector<double> lower = matching_gains_db(all, high, 2, 7);
    const double down = 0.5 + gains[0] + 1;
    for (std::size_t i = 0; i < gains.size(); ++i) EXPECT_NEAR(lower[i], gains[i] - down, 1e-6);
}

TEST(Sound, IsSentToTheBit) {
    const mixfarm::test::Scratch scratch;
    const StereoAudio audio = song(44100, 3, 0);
    const std::string wav = wav_of(sound_of(audio), 1, 2.5);
    EXPECT_EQ(wav.size(), 44 + 6 * static_cast<std::size_t>(1.5 * 44100));
    std::ofstream(scratch / "a.wav", std::ios::binary) << wav;
    const DecodedFile read = decode_file(scratch / "a.wav");
    ASSERT_EQ(read.frames, 66150);
    EXPECT_EQ(read.rate, 44100);
    for (std::size_t n = 0; n < 66150; n += 97) {
        EXPECT_NEAR(read.left[n], audio.left[44100 + n], 0.6 / 8388608);
        EXPECT_NEAR(read.right[n], audio.right[44100 + n], 0.6 / 8388608);
    }
    EXPECT_EQ(wav_of(sound_of(audio), 2, 99).size(),
              44 + 6 * std::size_t{44100});  // ends with the song
}

TEST(Sound, FindsWhereMixesDiffer) {
    StereoAudio plain = song(48000, 40, 0), bright = plain;
    const StereoAudio treble = song(48000, 40, 0, 2);
    for (std::size_t n = 48000 * 22; n < 48000 * 30; ++n)
        bright.left[n] = treble.left[n], bright.right[n] = treble.right[n];
    const Sound a = sound_of(plain), b = sound_of(bright);
    const std::vector<const Sound*> both = {&a, &b};
    const std::vector<float> course = difference_of(both);
    EXPECT_EQ(course.size(), 80u);
    EXPECT_NEAR(most_different(course, 8), 22, 0.6);
    EXPECT_LT(course[10], 0.1);
    EXPECT_EQ(wave_of(both, 600).size(), 600u);
}

}  // namespace
}  // namespace mixfarm::audition
