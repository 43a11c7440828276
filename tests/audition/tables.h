/// Made-up tables for the audition's tests: mixes whose places are drawn, with or without sound.
#pragma once

#include <filesystem>
#include <string>

#include "host/audition/table.h"
#include "host/rank/character.h"
#include "host/render/audio_file.h"
#include "host/taste/taste.h"
#include "kernels/core/random.h"

namespace mixfarm::audition::test {

inline constexpr int kRate = 8000;

inline Table table(const std::filesystem::path& night, std::size_t mixes, bool rough = false) {
    Table t;
    t.night = night;
    t.title = "made up";
    t.rate = kRate;
    t.frames = 20 * kRate;
    t.sections = {{"verse", 0, 10}, {"chorus", 10, 20}};
    t.bands_hz = {100, 1000};
    t.terms = {"tone"};
    for (std::size_t i = 0; i < mixes; ++i) {
        RandomStream random(7, i);
        Mix mix;
        mix.id = static_cast<std::int64_t>(100 + i);
        mix.name = i + 1 == mixes ? "static balance" : "mix " + std::to_string(mix.id);
        mix.file = night / (std::to_string(mix.id) + ".wav");
        mix.true_peak_dbtp = -3;
        mix.technical = 0.8f + 0.1f * static_cast<float>(random.next());
        mix.percentile = 50;
        for (int a = 0; a < kTasteAxes; ++a)
            mix.place.push_back(5 * static_cast<float>(random.next()));
        mix.character.assign(mix.place.begin(), mix.place.begin() + kCharacterAxes);
        mix.bands_db = {-3, -3};
        mix.terms = {0.9f};
        t.mixes.push_back(mix);
    }
    t.rateable = mixes;
    t.still = mixes - 1;
    if (rough) {
        Mix mix;
        mix.name = "rough mix";
        mix.file = night / "rough.wav";
        t.mixes.push_back(mix);
    }
    return t;
}

/// A tone of its own for every mix, each at another level.
inline StereoAudio sound_of_mix(std::size_t mix) {
    StereoAudio audio;
    audio.rate = kRate;
    for (int n = 0; n < 20 * kRate; ++n) {
        const double level = 0.05 * std::pow(10.0, static_cast<double>(mix % 5) / 20);
        const double hz = 200 + 37 * static_cast<double>(mix);
        audio.left.push_back(
            static_cast<float>(level * std::sin(2 * 3.14159265358979 * hz * n / kRate)));
        audio.right.push_back(audio.left.back());
    }
    return audio;
}

inline void write_sounds(const Table& t) {
    for (std::size_t i = 0; i < t.mixes.size(); ++i)
        write_audio(t.mixes[i].file, sound_of_mix(i), AudioFormat::wav, BitDepth::b24, {});
}

}  // namespace mixfarm::audition::test
