/// The demo song's keyboards: electric piano, pad, lead synth, and the effects between sections.
#include <string_view>

#include "host/song/demo_parts.h"
#include "host/song/demo_score.h"

namespace mixfarm::demo {
namespace {

/// Carrier with a body modulator at its own pitch and a tine at the fourteenth partial, both dying
/// faster than the note.
void electric_piano(Track& out, std::int64_t at, std::int64_t length, int midi, double velocity) {
    const double hz = hertz(midi), step = hz / kRate;
    const double level_fall = fall_60(4.5), body_fall = fall_60(3.2), tine_fall = fall_60(0.45);
    double phase = 0, level = 0.3 * velocity, body = 0.33 * velocity,
           tine = 0.06 * velocity;  // indices in turns
    const double tine_ratio = hz * 14 < 12000 ? 14 : 7;
    for (std::int64_t i = 0; i < length + 3300; ++i) {
        phase += step;
        const double modulation = body * sine(phase) + tine * sine(tine_ratio * phase);
        const double y = level * sine(phase + modulation) * gate(i, length, 60, 3200);
        const double sway = 0.28 * sine(4.6 * static_cast<double>(at + i) / kRate);
        mix_in(out.left, at + i, y * (1 + sway));
        mix_in(out.right, at + i, y * (1 - sway));
        level *= level_fall;
        body *= body_fall;
        tine *= tine_fall;
    }
}

void riser(Track& out, double from_beat, double to_beat, Noise& noise) {
    const auto at = static_cast<std::int64_t>(from_beat * kBeat),
               length = static_cast<std::int64_t>((to_beat - from_beat) * kBeat);
    Filter left(500, 2), right(500, 2);
    Saw tone;
    for (std::int64_t i = 0; i < length; ++i) {
        const double x = static_cast<double>(i) / static_cast<double>(length), loud = x * x * x;
        if (i % 64 == 0) {
            const double hz = 300 * exp2_exact(4.6 * x);
            left.tune(hz, 1.5);
            right.tune(hz * 1.12, 1.5);
        }
        const double pitch =
            0.12 * tone(110 * exp2_exact(2 * x * x)) * (0.6 + 0.4 * sine(8 * x * x * x * 6));
        mix_in(out.left, at + i, loud * (left.band(noise()) + pitch));
        mix_in(out.right, at + i, loud * (right.band(noise()) + pitch));
    }
}

void impact(Track& out, double beat, double velocity, Noise& noise) {
    const auto at = static_cast<std::int64_t>(beat * kBeat), length = std::int64_t{2} * kRate;
    Filter left(1400, 0.7), right(1400, 0.7);
    const double fall = fall_60(1.9), sweep_fall = fall_60(1.2);
    double level = velocity, sweep = 1, phase = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        if (i % 64 == 0) {
            left.tune(180 + 2600 * sweep, 0.7);
            right.tune(180 + 2400 * sweep, 0.7);
        }
        phase += (38 + 45 * sweep) / kRate;
        const double boom = 0.7 * sine(phase), fade = gate(i, length - 4000, 50, 4000);
        mix_in(out.left, at + i, level * fade * (boom + 0.6 * left.low(noise())));
        mix_in(out.right, at + i, level * fade * (boom + 0.6 * right.low(noise())));
        level *= fall;
        sweep *= sweep_fall;
    }
}

}  // namespace

Track play_keys() {
    Track out = stereo_track();
    Noise human(81);
    const auto chord = [&](double beat, double beats, int bar, double velocity) {
        const std::int64_t at = played_at(beat, 4, human);
        for (const int midi : chord_of(bar).close) {
            const auto spread = static_cast<std::int64_t>(120 + 120 * human());
            electric_piano(out, at + spread, static_cast<std::int64_t>(beats * kBeat), midi,
                           velocity * (0.85 + 0.12 * human()));
        }
    };
    for (int bar = 0; bar < kBars; ++bar) {
        const std::string_view section = section_of(bar).name;
        const double b = bar * 4;
        if (bar >= 30) {
            if (bar == 30) chord(b, 9, bar, 0.7);
        } else if (section == "chorus") {
            for (const double at : {0.0, 1.5, 2.0, 3.0})
                chord(b + at, at == 0 ? 1.4 : 0.8, bar, at == 0 ? 0.95 : 0.7);
        } else if (section == "verse") {
            chord(b, 1.4, bar, 0.75);
            chord(b + 1.75, 0.5, bar, 0.55);
            chord(b + 2.5, 1.3, bar, 0.65);
        } else {
            chord(b, 3.8, bar, 0.65);
        }
    }
    return out;
}

Track play_pad() {
    Track out = stereo_track();
    Noise drift(91);
    for (int bar = 0; bar < kBars; ++bar) {
        const SectionPlan& section = section_of(bar);
        if (section.first_bar == 4) continue;  // the first verse is bare
        const double loud = section.name == "chorus" ? 1.0 : section.name == "verse" ? 0.55 : 0.8;
        const std::int64_t at = bar * 4 * kBeat - 3000;
        const std::int64_t length = (bar == kBars - 1 ? 5 : 4) * kBeat;
        for (std::size_t n = 0; n < 4; ++n) {
            for (std::vector<float>* side : {&out.left, &out.right}) {
                const double hz = hertz(chord_of(bar).close[n]);
                Saw one(0.5 + 0.5 * drift()), two(0.5 + 0.5 * drift());
                const double up = hz * exp2_exact((7 + 2 * drift()) / 1200),
                             down = hz * exp2_exact((-8 + 2 * drift()) / 1200);
                for (std::int64_t i = 0; i < length + 14000; ++i) {
                    mix_in(*side, at + i,
                           0.1 * loud * gate(i, length, 16000, 14000) * (one(up) + two(down)));
                }
            }
        }
    }
    double swell = 0;
    Filter left(1000, 0.8), right(1000, 0.8);
    for (std::size_t i = 0; i < out.left.size(); ++i) {
        if (i % 64 == 0) {
            swell = 0.5 + 0.5 * sine(static_cast<double>(i) / (8.0 * kBeat));
            left.tune(700 + 1100 * swell, 0.9);
            right.tune(760 + 1000 * (1 - swell), 0.9);
        }
        if (out.left[i] == 0 && out.right[i] == 0)
            continue;  // between its entries the pad is digitally silent
        out.left[i] = static_cast<float>(left.low(out.left[i]));
        out.right[i] = static_cast<float>(right.low(out.right[i]));
    }
    return out;
}

Track play_synth_lead() {
    Track out = mono_track();
    Noise human(95);
    Saw one(0.1), two(0.6);
    Filter filter(2000, 1.4);
    double pitch = 76;
    for (const Note& note : synth_line()) {
        const std::int64_t at = played_at(note.beat, 2, human);
        const auto length = static_cast<std::int64_t>(note.beats * kBeat * 0.92);
        const double open_fall = fall_60(1.6);
        double open = 1;
        for (std::int64_t i = 0; i < length + 1800; ++i) {
            const double t = static_cast<double>(i) / kRate;
            pitch += 0.0012 * (note.midi - pitch);
            const double vibrato = 0.22 * smooth_step((t - 0.25) / 0.4) * sine(5.6 * t);
            const double hz = hertz(pitch + vibrato);
            if (i % 32 == 0) filter.tune(900 + 3800 * open, 1.5);
            mix_in(out.left, at + i,
                   0.3 * gate(i, length, 350, 1700) *
                       soften(1.4 * filter.low(one(hz) + 0.8 * two(hz * 1.0045))));
            open *= open_fall;
        }
    }
    const auto delay =
        static_cast<std::size_t>(0.75 * kBeat);  // one dotted eighth, printed with the sound
    for (std::size_t i = delay; i < out.left.size(); ++i)
        out.left[i] += 0.28f * out.left[i - delay];
    return out;
}

Track play_effects() {
    Track out = stereo_track();
    Noise noise(99);
    riser(out, 2 * 4, 4 * 4, noise);
    riser(out, 10 * 4, 12 * 4, noise);
    impact(out, 12 * 4, 0.9, noise);
    riser(out, 17 * 4, 20 * 4, noise);
    impact(out, 20 * 4, 1.0, noise);
    return out;
}

}  // namespace mixfarm::demo
