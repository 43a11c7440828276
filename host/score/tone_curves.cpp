/// The tables behind the tone curves.
#include "host/score/tone_curves.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/analysis/k_weighting.h"

namespace mixfarm {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kBand1k = 16,
              kBand100 = 6;  // places of 1 kHz and 100 Hz among the 30 bands from 25 Hz

// Elowsson and Friberg 2017: slope -5.0 dB/oct at 800 Hz and -7.6 at 3.2 kHz per Hz, plus 3 dB/oct
// for the width of the bands.
constexpr ToneCurve kElo = {kNaN, kNaN, kNaN, kNaN, kNaN,  kNaN,  0.7,   1.3,   1.7,   2.0,
                            2.2,  2.2,  2.0,  1.7,  1.3,   0.7,   0.0,   -0.8,  -1.9,  -3.1,
                            -4.3, -5.8, -7.4, -9.1, -11.0, -13.1, -15.2, -17.5, -20.1, kNaN};
// MUSDB18 stems at DSD100 median levels. Mean magnitudes of unmastered mixes, so brighter than
// kElo; a mere shape below 80 Hz.
constexpr ToneCurve kMus = {kNaN, -4.8, -2.7, -0.7, 1.6,  3.5,  4.2,  4.1,   3.6,   3.1,
                            2.3,  2.0,  2.0,  1.9,  1.6,  0.7,  0.0,  -0.7,  -1.2,  -1.6,
                            -1.4, -2.7, -4.1, -6.0, -6.8, -7.8, -8.9, -11.2, -15.8, kNaN};

// MUSDB18 average spectra of one stem group, third octaves at the octave centres 31.5 Hz to 16 kHz,
// dB re own maximum; and the group's median loudness in DSD100 against the power sum of the four,
// LU.
constexpr int kOctaves = 10;
struct Group {
    std::array<double, kOctaves> spectrum_db;
    double level_lu;
};
constexpr Group kVocals{{-27, -21, -12.5, -4.2, 0, -1.3, -5.7, -8.5, -12.2, -25}, -4.5};
constexpr Group kOther{{-15.5, -11.5, -5.7, -0.3, -0.8, -2.8, -2.7, -7.4, -20.8, -30.3}, -5.2};
constexpr Group kDrums{{-8.3, -2.2, -0.7, -4.9, -9.0, -13.1, -13.2, -10.5, -11.5, -18.5}, -7.0};
constexpr Group kBass{{-11.6, -3.9, 0, -7.2, -18.3, -23.3, -24.3, -32.9, -47.5, -50}, -8.6};

double db_to_power(double db) {
    return std::pow(10.0, db / 10);
}

/// Band powers of a group at its level in the average song, linear in dB between octaves and level
/// beyond them.
ToneCurve group_power(const Group& group) {
    ToneCurve power{};
    double loudness = 0;
    for (int b = 0; b < kBands; ++b) {
        const double octave = std::clamp((b - 1) / 3.0, 0.0, kOctaves - 1.0);  // band 1 is 31.5 Hz
        const int below = std::min(static_cast<int>(octave), kOctaves - 2);
        const double between = octave - below;
        power[b] = db_to_power((1 - between) * group.spectrum_db[below] +
                               between * group.spectrum_db[below + 1]);
        loudness += power[b] * db_to_power(k_weighting_db(band_centre_hz(b), 48000));
    }
    for (double& p : power) p *= db_to_power(group.level_lu) / loudness;
    return power;
}

ToneCurve song_db(double drums_db, double bass_db) {
    const ToneCurve vocals = group_power(kVocals), other = group_power(kOther),
                    drums = group_power(kDrums), bass = group_power(kBass);
    const double drums_gain = db_to_power(drums_db), bass_gain = db_to_power(bass_db);
    ToneCurve level{};
    for (int b = 0; b < kBands; ++b)
        level[b] =
            10 * std::log10(vocals[b] + other[b] + drums_gain * drums[b] + bass_gain * bass[b]);
    return level;
}

}  // namespace

std::optional<ToneCurve> named_tone_curve(std::string_view name) {
    if (name == "elo") return kElo;
    if (name == "mus") return kMus;
    if (name != "blend") return std::nullopt;
    ToneCurve blend{};
    const double step = (kMus[kBand100] - kElo[kBand100]) / 2;
    for (int b = 0; b < kBands; ++b)
        blend[b] = b < kBand100 ? kMus[b] - step : (kMus[b] + kElo[b]) / 2;
    return blend;
}

ToneCurve tone_shift(double drums_db, double bass_db) {
    const ToneCurve plain = song_db(0, 0), shifted = song_db(drums_db, bass_db);
    ToneCurve shift{};
    for (int b = 0; b < kBands; ++b)
        shift[b] = (shifted[b] - plain[b]) - (shifted[kBand1k] - plain[kBand1k]);
    return shift;
}

ToneCurve usual_tone_tolerance() {
    ToneCurve tolerance{};
    for (int b = 0; b < kBands; ++b) {
        const int third = b - kBand1k;  // third octaves above 1 kHz; 200 Hz = -7, 63 Hz = -12, 4
                                        // kHz = 6, 12.5 kHz = 11
        if (third < -12 || third > 11)
            tolerance[b] = 8;
        else if (third < -7 || third > 6)
            tolerance[b] = 5;
        else if (third > 0)
            tolerance[b] = 3;
        else
            tolerance[b] = 2;
    }
    return tolerance;
}

}  // namespace mixfarm
