/// The demo song's string players: bass and two takes of plucked guitar.
#include <string_view>

#include "host/song/demo_parts.h"
#include "host/song/demo_score.h"

namespace mixfarm::demo {
namespace {

/// A saw and a sine an octave apart through a filter that closes as a finger's pluck does.
void bass_note(std::vector<float>& out, std::int64_t at, std::int64_t length, int midi,
               double velocity, double start_phase) {
    const double hz = hertz(midi), open_fall = fall_60(0.9), level_fall = fall_60(3.5);
    Saw saw(start_phase);
    Filter filter(400, 0.9);
    double phase = 0, open = 1, level = 0.8 * velocity;
    for (std::int64_t i = 0; i < length + 1500; ++i) {
        if (i % 32 == 0) filter.tune(160 + 2 * hz + (500 + 1100 * velocity) * open, 1.1);
        phase += hz / kRate;
        const double tone = 0.5 * filter.low(saw(hz)) + 0.62 * sine(phase);
        mix_in(out, at + i, soften(1.3 * level * tone) * gate(i, length, 130, 1400));
        open *= open_fall;
        level *= level_fall;
    }
}

/// Karplus and Strong (1983) with a tuning all-pass (Jaffe and Smith 1983) and the notch of the
/// picking point.
void pluck(std::vector<float>& out, std::int64_t at, std::int64_t length, double midi,
           double velocity, double ring_s, Noise& noise) {
    const double hz = hertz(midi), period = kRate / hz;
    const double damping =
        0.4 + 0.1 * (1 - velocity);  // share of the older sample in the loop's average
    const auto whole = static_cast<std::size_t>(
        period - damping - 0.1);  // the rest is the all-pass's delay, 0.1 to 1.1
    const double rest = period - damping - static_cast<double>(whole),
                 all_pass = (1 - rest) / (1 + rest);
    const double loop = exp2_exact(-9.965784284662087 / (ring_s * hz));
    std::vector<double> line(whole), burst(whole);
    Filter pick(1000 + 3200 * velocity, 0.6);
    for (double& v : burst) v = pick.low(noise());
    const auto point = static_cast<std::size_t>(0.17 * static_cast<double>(whole));
    for (std::size_t i = 0; i < whole; ++i) line[i] = burst[i] - burst[(i + whole - point) % whole];
    double before = 0, ap_in = 0, ap_out = 0;
    std::size_t place = 0;
    for (std::int64_t i = 0; i < length + 2200; ++i) {
        const double x = line[place];
        const double averaged = loop * ((1 - damping) * x + damping * before);
        before = x;
        ap_out = all_pass * (averaged - ap_out) + ap_in;
        ap_in = averaged;
        line[place] = ap_out;
        place = place + 1 == whole ? 0 : place + 1;
        mix_in(out, at + i, velocity * x * gate(i, length, 30, 2000));
    }
}

void strum(std::vector<float>& out, double beat, double beats, const Chord& chord, double velocity,
           bool up, double detune, Noise& human, Noise& noise) {
    const std::int64_t at = played_at(beat, 2, human);
    const auto length = static_cast<std::int64_t>(beats * kBeat * 0.97);
    const double spread_ms = 9 + 3 * human();
    for (std::size_t s = 0; s < chord.strum.size(); ++s) {
        if (up && s == 0) continue;
        const std::size_t order = up ? chord.strum.size() - 1 - s : s;
        const auto late =
            static_cast<std::int64_t>(static_cast<double>(order) * spread_ms / 4 * kRate / 1000);
        pluck(out, at + late, length, chord.strum[s] + detune + 0.02 * human(),
              velocity * (0.8 + 0.15 * human()), 2.2, noise);
    }
}

void guitar_take(std::vector<float>& out, std::uint64_t take, double detune) {
    Noise human(100 + take), noise(200 + take);
    for (int bar = 0; bar < kBars; ++bar) {
        const Chord& chord = chord_of(bar);
        const std::string_view section = section_of(bar).name;
        const double start = bar * 4;
        if (section == "chorus") {
            constexpr std::string_view kStrokes = "D-DUxUDU";  // x: muted
            for (std::size_t k = 0; k < kStrokes.size(); ++k) {
                const char stroke = kStrokes[k];
                if (stroke == '-') continue;
                const double velocity = k % 4 == 0 ? 0.85 : k == 4 ? 0.5 : 0.62;
                strum(out, start + k * 0.5,
                      stroke == 'x' ? 0.12
                      : k == 0      ? 1.0
                                    : 0.5,
                      chord, velocity, stroke == 'U', detune, human, noise);
            }
        } else if (bar >= kBars - 2) {
            if (bar == kBars - 2) strum(out, start, 7.5, chord, 0.7, false, detune, human, noise);
        } else {
            constexpr int kPicking[8] = {0, 2, 3, 4, 1, 3, 2, 4};
            for (int k = 0; k < 8; ++k) {
                const int string = kPicking[(k + static_cast<int>(take) * (bar % 2) * 2) % 8];
                pluck(out, played_at(start + k * 0.5, 1, human),
                      static_cast<std::int64_t>(1.4 * kBeat),
                      chord.strum[static_cast<std::size_t>(string)] + detune,
                      0.5 + (k % 4 == 0 ? 0.2 : 0.0) + 0.08 * human(), 1.8, noise);
            }
        }
    }
}

}  // namespace

Track play_bass() {
    Track out = mono_track();
    Noise human(71);
    const auto play = [&](double beat, double beats, int midi, double velocity) {
        bass_note(out.left, played_at(beat, 3, human), static_cast<std::int64_t>(beats * kBeat),
                  midi, velocity * (0.94 + 0.05 * human()), 0.5 + 0.4 * human());
    };
    for (int bar = 2; bar < kBars; ++bar) {
        const std::string_view section = section_of(bar).name;
        const int root = chord_of(bar).bass, next = chord_of(bar + 1).bass;
        const double b = bar * 4;
        if (bar >= 30) {
            if (bar == 30) play(b, 7, root, 0.8);
        } else if (section == "chorus") {
            for (int k = 0; k < 7; ++k)
                play(b + k * 0.5, 0.44, root + (k == 3 ? 12 : 0), k % 2 ? 0.72 : 0.92);
            play(b + 3.5, 0.42, next > root ? next - 2 : next + 2, 0.75);
        } else if (section == "verse") {
            play(b, 1.35, root, 0.9);
            play(b + 1.5, 0.45, root, 0.75);
            play(b + 2, 0.95, root, 0.85);
            play(b + 3, 0.4, root + 7, 0.65);
            play(b + 3.5, 0.42, root + (bar % 2 ? 12 : 7), 0.6);
        } else {
            play(b, 3.6, root, 0.8);
        }
    }
    return out;
}

Track play_guitar() {
    Track out = stereo_track();
    guitar_take(out.left, 1, 0.03);
    guitar_take(out.right, 2, -0.04);
    for (std::size_t i = 0; i < out.left.size(); ++i) {  // two microphones each, not two worlds
        const float l = out.left[i], r = out.right[i];
        out.left[i] = l + 0.2f * r;
        out.right[i] = r + 0.2f * l;
    }
    for (std::vector<float>* side :
         {&out.left, &out.right}) {  // the air and the top plate of an acoustic body
        add_bell(*side, 105, 2.0, 10);
        add_bell(*side, 205, 1.6, 7);
    }
    return out;
}

}  // namespace mixfarm::demo
