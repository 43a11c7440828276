/// The demo song's drummer: patterns a section, and struck sounds from swept sines, noise and
/// metallic squares.
#include <array>
#include <string_view>

#include "host/song/demo_parts.h"
#include "host/song/demo_score.h"

namespace mixfarm::demo {
namespace {

/// A struck membrane: a sine that falls to `hz`, with a short noise attack.
struct Membrane {
    double hz, sweep_hz, sweep_s, ring_s, click, click_hz;
};

void strike(std::vector<float>& out, std::int64_t at, double velocity, const Membrane& m,
            Noise& noise) {
    const auto length = static_cast<std::int64_t>(m.ring_s * kRate);
    const double sweep_fall = exp2_exact(-1.442695 / (m.sweep_s * kRate)),
                 click_fall = fall_60(0.012);
    const double ring_fall = fall_60(m.ring_s);
    double phase = 0, sweep = m.sweep_hz * (0.7 + 0.3 * velocity), click = m.click * velocity,
           level = velocity;
    Filter tip(m.click_hz, 0.7);
    for (std::int64_t i = 0; i < length; ++i) {
        phase += (m.hz + sweep) / kRate;
        const double attack = i < 40 ? i / 40.0 : 1.0;
        const double body = soften(1.5 * attack * level * sine(phase)) / 1.2;
        mix_in(out, at + i, body + tip.low(click * noise()));
        sweep *= sweep_fall;
        click *= click_fall;
        level *= ring_fall;
    }
}

/// Pattern of sixteen steps: 'x' strong, 'o' medium, '.' ghost, '-' none.
double step_velocity(char step) {
    return step == 'x' ? 1.0 : step == 'o' ? 0.62 : step == '.' ? 0.25 : 0.0;
}

bool is_fill_bar(int bar) {
    return bar == 3 || bar == 11 || bar == 15 || bar == 19 || bar == 27;
}

std::string_view kick_pattern(int bar) {
    if (bar < 2 || bar >= 31) return "----------------";
    if (bar == 30) return "x---------------";
    const std::string_view section = section_of(bar).name;
    if (section == "intro" || section == "outro") return "x-------x-o-----";
    if (section == "chorus") return bar % 2 ? "x--x--x-x--x--o-" : "x--x--x-x-x-----";
    return bar % 2 ? "x-----x-x-o---o-" : "x-----x-x-------";
}

std::string_view snare_pattern(int bar) {
    if (bar < 3 || bar >= 30) return "----------------";
    const std::string_view section = section_of(bar).name;
    if (bar == 3) return "------------x-ox";
    if (is_fill_bar(bar)) return "----x---o-xoo---";
    if (section == "chorus") return bar % 2 ? "----x--.----x-.." : "----x--.-.--x---";
    return bar % 2 ? "----x----.--x--." : "----x----.--x---";
}

std::string_view hat_pattern(int bar) {
    if (bar < 1 || bar >= 31) return "----------------";
    const std::string_view section = section_of(bar).name;
    if (section == "chorus") return "x.o.x.o.x.o.x.o.";
    if (section == "intro") return "x---o---x---o---";
    return bar % 2 ? "x-o-x-o-x-o-x.o." : "x-o-x-o-x-o-x-o-";
}

void hit_hat(std::vector<float>& out, std::int64_t at, double velocity, double ring_s,
             Noise& noise) {
    constexpr std::array<double, 6> kPartials{3070, 3673, 4321, 5207, 6103, 7919};
    std::array<double, 6> phase{};
    for (double& p : phase) p = 0.5 + 0.5 * noise();
    Filter high(7200 + 400 * noise(), 0.9), air(10500, 0.8);
    const double fall = fall_60(ring_s);
    double level = velocity;
    const auto length = static_cast<std::int64_t>(ring_s * kRate);
    for (std::int64_t i = 0; i < length; ++i) {
        double metal = 0;
        for (std::size_t k = 0; k < phase.size(); ++k) {
            phase[k] += kPartials[k] / kRate;
            if (phase[k] >= 1) phase[k] -= 1;
            metal += phase[k] < 0.5 ? 1.0 : -1.0;
        }
        const double x = 0.09 * metal + 0.55 * noise();
        mix_in(out, at + i, level * (i < 20 ? i / 20.0 : 1.0) * (high.high(x) + 0.5 * air.band(x)));
        level *= fall;
    }
}

/// Noise in a band with a given attack: shakers and jingles.
void shake(std::vector<float>& out, std::int64_t at, double velocity, double hz, double rise_s,
           double ring_s, Noise& noise) {
    Filter band(hz, 1.6), low_cut(2500, 0.8);
    const auto rise = static_cast<std::int64_t>(rise_s * kRate),
               length = rise + static_cast<std::int64_t>(ring_s * kRate);
    const double fall = fall_60(ring_s);
    double level = velocity;
    for (std::int64_t i = 0; i < length; ++i) {
        const double swell =
            i < rise ? static_cast<double>(i * i) / static_cast<double>(rise * rise) : 1.0;
        mix_in(out, at - rise + i, level * swell * low_cut.high(band.band(noise())));
        if (i >= rise) level *= fall;
    }
}

void crash(Track& out, std::int64_t at, double velocity, Noise& noise) {
    const auto length = static_cast<std::int64_t>(2.6 * kRate);
    const double fall = fall_60(3.2), dark_fall = fall_60(1.4);
    for (std::vector<float>* side : {&out.left, &out.right}) {
        Filter high(3200 + 200 * noise(), 0.7), mid(1900 + 150 * noise(), 1.4);
        double level = velocity, dark = velocity;
        for (std::int64_t i = 0; i < length; ++i) {
            const double x = noise(), bloom = i < 900 ? i / 900.0 : 1.0;
            mix_in(*side, at + i,
                   0.5 * bloom * (level * level * high.high(x) + 0.5 * dark * mid.band(x)));
            level *= fall;
            dark *= dark_fall;
        }
    }
}

}  // namespace

Track play_kick() {
    Track out = mono_track();
    Noise human(11), noise(12);
    constexpr Membrane kKick{54, 210, 0.016, 0.42, 0.5, 4200};
    for (int bar = 0; bar < kBars; ++bar) {
        for (int step = 0; step < 16; ++step) {
            const double v = step_velocity(kick_pattern(bar)[static_cast<std::size_t>(step)]);
            if (v > 0)
                strike(out.left, played_at(bar * 4 + step / 4.0, 0, human),
                       v * (0.95 + 0.04 * human()), kKick, noise);
        }
    }
    return out;
}

Track play_snare() {
    Track out = mono_track();
    Noise human(21), noise(22);
    for (int bar = 0; bar < kBars; ++bar) {
        for (int step = 0; step < 16; ++step) {
            double v = step_velocity(snare_pattern(bar)[static_cast<std::size_t>(step)]);
            if (v == 0) continue;
            v *= 0.93 + 0.06 * human();
            const std::int64_t at = played_at(bar * 4 + step / 4.0, 7, human);
            strike(out.left, at, 0.55 * v, {186, 90, 0.01, 0.16, 0.3, 6000}, noise);
            strike(out.left, at, 0.25 * v, {331, 60, 0.006, 0.1, 0.0, 6000}, noise);
            Filter low_cut(1100 + 300 * v, 0.8), wires(4300, 0.7);
            const double fall = fall_60(0.20 + 0.08 * v), snap_fall = fall_60(0.05);
            double level = 0.42 * v, snap = 0.5 * v * v;
            for (std::int64_t i = 0; i < kRate / 4; ++i) {
                const double x = noise();
                mix_in(out.left, at + i,
                       (level + snap) * (0.6 * low_cut.high(x) + 0.7 * wires.band(x)));
                level *= fall;
                snap *= snap_fall;
            }
        }
    }
    for (float& v : out.left) v = static_cast<float>(soften(1.2 * v));
    return out;
}

Track play_hats() {
    Track out = mono_track();
    Noise human(31), noise(32);
    for (int bar = 0; bar < kBars; ++bar) {
        for (int step = 0; step < 16; ++step) {
            const double v = step_velocity(hat_pattern(bar)[static_cast<std::size_t>(step)]);
            if (v == 0) continue;
            const bool open =
                section_of(bar).name == "chorus" ? step == 14 : step == 14 && bar % 4 == 3;
            hit_hat(out.left, played_at(bar * 4 + step / 4.0, -2, human),
                    v * (0.85 + 0.12 * human()), open ? 0.42 : 0.07 + 0.03 * v, noise);
        }
    }
    for (float& v : out.left) v = static_cast<float>(soften(1.6 * v));
    return out;
}

Track play_toms() {
    Track out = mono_track();
    Noise human(41), noise(42);
    constexpr Membrane kHigh{168, 60, 0.03, 0.5, 0.25, 3500}, kMid{131, 50, 0.03, 0.6, 0.25, 3200},
        kFloor{92, 40, 0.035, 0.8, 0.3, 2800};
    for (int bar = 0; bar < kBars; ++bar) {
        if (!is_fill_bar(bar)) continue;
        const std::array<const Membrane*, 6> drums{&kHigh, &kHigh, &kMid, &kMid, &kFloor, &kFloor};
        constexpr std::array<double, 6> kSteps{11, 12, 13, 13.5, 14, 15};
        for (std::size_t k = 0; k < drums.size(); ++k) {
            strike(out.left, played_at(bar * 4 + kSteps[k] / 4, 3, human),
                   0.7 + 0.05 * static_cast<double>(k), *drums[k], noise);
        }
    }
    strike(out.left, played_at(30 * 4, 0, human), 1.0, kFloor, noise);
    return out;
}

Track play_percussion() {
    Track out = stereo_track();
    Noise human(51), noise(52);
    for (int bar = 6; bar < 30; ++bar) {
        const bool chorus = section_of(bar).name == "chorus";
        for (int step = 0; step < 16; ++step) {
            const double beat = bar * 4 + step / 4.0, accent = step % 4 == 2 ? 0.9
                                                               : step % 2    ? 0.45
                                                                             : 0.65;
            const std::int64_t at = played_at(beat, 0, human);
            shake(out.left, at, accent * (0.8 + 0.15 * human()), 6400, 0.03, 0.07, noise);
            if (chorus && step % 4 == 0) {
                shake(out.right, at, step % 8 == 4 ? 0.9 : 0.4, 8300, 0.004, 0.22, noise);
                shake(out.right, at, step % 8 == 4 ? 0.5 : 0.2, 5200, 0.004, 0.14, noise);
            }
        }
        if (!chorus) {
            constexpr Membrane kConga{212, 30, 0.012, 0.22, 0.12, 3000},
                kTumba{158, 24, 0.014, 0.26, 0.12, 2600};
            for (const auto& [step, drum] : {std::pair{3, &kConga},
                                             {6, &kConga},
                                             {7, &kTumba},
                                             {11, &kConga},
                                             {14, &kTumba}}) {
                strike(out.right, played_at(bar * 4 + step / 4.0, 4, human), 0.32 + 0.06 * human(),
                       *drum, noise);
            }
        }
    }
    for (std::size_t i = 0; i < out.left.size(); ++i) {  // two players in one room hear each other
        const float l = out.left[i], r = out.right[i];
        out.left[i] = 0.9f * l + 0.25f * r;
        out.right[i] = 0.9f * r + 0.25f * l;
    }
    return out;
}

Track play_overheads(const Track& kick, const Track& snare, const Track& hats, const Track& toms) {
    Track out = stereo_track();
    struct Reflection {
        double ms, gain;
    };
    constexpr std::array<std::array<Reflection, 7>, 2> kPaths{{
        {{{3.1, 1.0},
          {9.7, 0.42},
          {14.9, -0.33},
          {22.3, 0.29},
          {31.7, 0.2},
          {43.1, -0.16},
          {57.9, 0.11}}},
        {{{3.6, 1.0},
          {8.3, 0.38},
          {17.1, 0.35},
          {20.9, -0.27},
          {34.3, 0.21},
          {40.7, 0.15},
          {61.3, -0.12}}},
    }};
    for (std::size_t side = 0; side < 2; ++side) {
        std::vector<float>& to = side ? out.right : out.left;
        const float hat_share = side ? 0.12f : 0.3f, tom_share = side ? 0.3f : 0.22f;
        for (std::size_t i = 0; i < to.size(); ++i) {
            const float dry = 0.25f * kick.left[i] + 0.6f * snare.left[i] +
                              hat_share * hats.left[i] + tom_share * toms.left[i];
            if (dry == 0) continue;
            for (const Reflection& r : kPaths[side]) {
                mix_in(
                    to,
                    static_cast<std::int64_t>(i) + static_cast<std::int64_t>(r.ms * kRate / 1000),
                    r.gain * dry);
            }
        }
        cut_below(to, 110);
    }
    Noise human(61), noise(62);
    for (const int bar : {4, 12, 14, 20, 24, 28, 30})
        crash(out, played_at(bar * 4, 0, human), bar % 4 ? 0.9 : 1.3, noise);
    return out;
}

}  // namespace mixfarm::demo
