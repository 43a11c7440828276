/// The demo song's singer: a glottal source through a cascade of moving formants, with consonants,
/// vibrato and breaths.
#include <array>
#include <string_view>

#include "host/song/demo_parts.h"
#include "host/song/demo_score.h"

namespace mixfarm::demo {
namespace {

constexpr std::size_t kFormants = 5;

/// The shape of a vocal tract: resonances and their bandwidths in Hz.
struct Tract {
    std::array<double, kFormants> hz, width;
};

// Sung vowels of an alto, after the formant tables in wide use since Rodet's CHANT (1984).
constexpr Tract kA{{800, 1150, 2800, 3500, 4950}, {80, 90, 120, 130, 140}};
constexpr Tract kE{{450, 1750, 2700, 3400, 4950}, {60, 80, 120, 150, 200}};
constexpr Tract kI{{350, 2000, 2800, 3700, 4950}, {50, 100, 120, 150, 200}};
constexpr Tract kO{{480, 850, 2750, 3500, 4950}, {70, 80, 100, 130, 135}};
constexpr Tract kU{{350, 700, 2530, 3500, 4950}, {50, 60, 170, 180, 200}};
constexpr Tract kNasal{{270, 1250, 2300, 3300, 4800}, {80, 300, 300, 300, 300}};
constexpr Tract kLiquid{{360, 1150, 2600, 3400, 4900}, {80, 130, 180, 200, 250}};

const Tract& vowel(char c) {
    switch (c) {
        case 'e':
            return kE;
        case 'i':
            return kI;
        case 'o':
            return kO;
        case 'u':
            return kU;
        default:
            return kA;
    }
}
bool is_vowel(char c) {
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

/// How a consonant begins: its length, how much voice passes, what tract it starts from, and how
/// much noise it makes where.
struct Onset {
    double seconds, voiced;
    const Tract* tract;
    double hiss, hiss_hz;
};

Onset onset_of(char c) {
    switch (c) {
        case 'l':
            return {0.07, 0.45, &kLiquid, 0, 5000};
        case 'n':
        case 'm':
            return {0.08, 0.3, &kNasal, 0, 5000};
        case 'd':
            return {0.045, 0.08, &kLiquid, 0.05, 3800};
        case 't':
            return {0.05, 0.0, nullptr, 0.16, 4600};
        case 'k':
            return {0.05, 0.0, nullptr, 0.13, 2400};
        case 's':
            return {0.11, 0.0, nullptr, 0.15, 6800};
        case 'v':
            return {0.06, 0.25, &kLiquid, 0.03, 5200};
        case 'h':
            return {0.07, 0.05, nullptr, 0.04, 1900};
        case 'w':
            return {0.07, 0.5, &kU, 0, 5000};
        default:
            return {0.02, 0.6, nullptr, 0, 5000};
    }
}

/// Klatt's resonator (1980), unity gain at 0 Hz.
class Resonator {
public:
    void tune(double hz, double width) {
        const double r = exp2_exact(-1.4426950408889634 * 3.141592653589793 * width / kRate);
        b_ = 2 * r * cosine(hz / kRate);
        c_ = -r * r;
        a_ = 1 - b_ - c_;
    }
    double operator()(double x) {
        const double y = a_ * x + b_ * y1_ + c_ * y2_;
        y2_ = y1_;
        return y1_ = y;
    }

private:
    double a_ = 1, b_ = 0, c_ = 0, y1_ = 0, y2_ = 0;
};

/// One singer with a character of her own.
struct Singer {
    std::uint64_t seed;
    double size = 1;  ///< formants scale with the length of the tract
    double breath = 0.03;
    double vibrato_hz = 5.4, vibrato = 0.32;  ///< semitones
    double late_ms = 6;
    bool soft = false;  ///< backing: darker, rounder vowels, softer consonants
};

/// Everything that moves while she sings, smoothed once a control period.
struct Throat {
    std::array<double, kFormants> hz = kA.hz, width = kA.width;
    double pitch = 64, voice = 0, breath = 0, hiss = 0, hiss_hz = 5000;
};

class Voice {
public:
    Voice(const Singer& singer, std::vector<float>& out)
        : singer_(singer), out_(out), noise_(singer.seed), human_(singer.seed + 1) {}

    void sing(const std::vector<Note>& line) {
        std::int64_t free_from = 0;
        for (std::size_t n = 0; n < line.size(); ++n) {
            const Note& note = line[n];
            const std::int64_t at = played_at(note.beat, singer_.late_ms, human_);
            const bool phrase_start =
                n == 0 || note.beat - (line[n - 1].beat + line[n - 1].beats) >= 0.25;
            const bool phrase_end =
                n + 1 == line.size() || line[n + 1].beat - (note.beat + note.beats) >= 0.25;
            std::int64_t begin =
                at - static_cast<std::int64_t>(onset_of(note.syllable.front()).seconds * kRate);
            if (phrase_start) {
                inhale(std::max(free_from, begin - 18000), begin - 2500);
                throat_.pitch = note.midi - 1.2;  // she scoops up into the phrase
            }
            begin = std::max(begin, free_from);
            free_from = at + static_cast<std::int64_t>(note.beats * kBeat);
            if (!phrase_end)
                free_from = played_at(line[n + 1].beat, singer_.late_ms, human_) -
                            static_cast<std::int64_t>(
                                onset_of(line[n + 1].syllable.front()).seconds * kRate);
            syllable(note, begin, at, free_from, phrase_end);
            if (phrase_end) free_from += 5000;
        }
    }

private:
    void inhale(std::int64_t from, std::int64_t to) {
        if (to - from < 3000) return;
        const double length = static_cast<double>(to - from);
        for (std::int64_t i = from; i < to; ++i) {
            const double x = static_cast<double>(i - from) / length;
            Throat goal = throat_;
            goal.voice = goal.hiss = 0;
            goal.breath = 0.085 * smooth_step(2.2 * x) * smooth_step(6 * (1 - x));
            shape(goal, kA, 0.002);
            step(i, goal);
        }
    }

    void syllable(const Note& note, std::int64_t begin, std::int64_t at, std::int64_t end,
                  bool last) {
        const char first = note.syllable.front();
        const Onset onset = onset_of(first);
        const std::string_view vowels = is_vowel(first) ? note.syllable : note.syllable.substr(1);
        const Tract& open = vowel(vowels.front());
        const Tract& close = vowel(vowels.back());
        const double seconds = static_cast<double>(end - at) / kRate,
                     effort = 0.75 + 0.02 * (note.midi - 64) + 0.06 * human_();
        const double drift = 0.06 * human_();
        const std::int64_t stop = last ? end + 4500 : end;
        for (std::int64_t i = begin; i < stop; ++i) {
            const double t = static_cast<double>(i - at) / kRate;
            Throat goal = throat_;
            if (t < 0) {
                const double x = 1 + t / onset.seconds;  // 0 .. 1 through the consonant
                const double bump = smooth_step(3 * x) * smooth_step(4 * (1 - x));
                goal.voice = effort * onset.voiced;
                goal.breath = 0.3 * onset.hiss * (onset.tract ? 0.0 : 1.0);
                const bool plosive = first == 't' || first == 'k' || first == 'd';
                goal.hiss = (singer_.soft ? 0.3 : 1.0) * onset.hiss *
                            (plosive ? (x > 0.6 ? 1 - (x - 0.6) / 0.4 : 0.0) : bump);
                goal.hiss_hz = onset.hiss_hz;
                shape(goal, onset.tract ? *onset.tract : open, 0.0025);
            } else {
                const double fade = last ? 1 - smooth_step((t - seconds + 0.1) / 0.2) : 1.0;
                const double arch =
                    0.9 + 0.15 * smooth_step(t / 0.25) - 0.12 * smooth_step((t - 0.5) / 1.5);
                goal.voice = effort * arch * fade;
                goal.breath = singer_.breath * (1 + 0.8 * (1 - fade)) * (fade > 0 ? 1.0 : 0.0);
                goal.hiss = 0;
                shape(goal, t < 0.6 * seconds ? open : close, t < 0.6 * seconds ? 0.0012 : 0.0005);
            }
            const double vibrato = singer_.vibrato * smooth_step((t - 0.22) / 0.45) *
                                   sine(singer_.vibrato_hz * t + 0.1 * drift);
            goal.pitch += 0.0011 * (note.midi + drift - goal.pitch);
            step(i, goal, vibrato);
        }
    }

    /// Moves the formants towards a tract; a high note pulls the first formant up with it, as
    /// singers do.
    void shape(Throat& throat, const Tract& tract, double pace) const {
        for (std::size_t k = 0; k < kFormants; ++k) {
            double hz = tract.hz[k] * singer_.size;
            if (k == 0) hz = std::max(hz, 1.04 * hertz_now_);
            if (k == 1) hz = std::max(hz, 1.5 * hertz_now_);
            throat.hz[k] += pace * (hz - throat.hz[k]);
            throat.width[k] += pace * (tract.width[k] - throat.width[k]);
        }
    }

    void step(std::int64_t at, const Throat& goal, double vibrato = 0) {
        throat_.hz = goal.hz;
        throat_.width = goal.width;
        throat_.pitch = goal.pitch;
        throat_.hiss_hz = goal.hiss_hz;
        throat_.voice += 0.003 * (goal.voice - throat_.voice);
        throat_.breath += 0.003 * (goal.breath - throat_.breath);
        throat_.hiss += 0.008 * (goal.hiss - throat_.hiss);
        if (control_++ % 32 == 0) {
            flutter_ +=
                0.1 * (0.05 * human_.bell() - flutter_);  // the small unsteadiness of any voice
            hertz_now_ = hertz(throat_.pitch + vibrato + flutter_);
            for (std::size_t k = 0; k < kFormants; ++k)
                tract_[k].tune(throat_.hz[k], throat_.width[k]);
            hiss_.tune(throat_.hiss_hz, 1.6);
            tilt_ =
                1 - exp2_exact(-9.06 * (singer_.soft ? 2600 : 5000 + 5000 * throat_.voice) / kRate);
        }
        const double pulse = saw_(hertz_now_);
        const double air = noise_();
        glottis_ += tilt_ * (throat_.voice * pulse - glottis_);
        double y = glottis_ +
                   throat_.breath * air * (0.6 + 0.4 * pulse * (throat_.voice > 0.1 ? 1.0 : 0.0));
        for (Resonator& formant : tract_) y = formant(y);
        const double lips =
            y - 0.94 * before_;  // radiation, and it takes the source's weight off the bottom
        before_ = y;
        const double bright = lips + (singer_.soft ? 0.7 : 2.0) *
                                         presence_.high(lips);  // a close condenser microphone
        mix_in(out_, at,
               0.5 * bright + throat_.hiss * hiss_.band(noise_()) +
                   0.04 * throat_.breath * air_.high(air));
    }

    Singer singer_;
    std::vector<float>& out_;
    Noise noise_, human_;
    Throat throat_;
    Saw saw_;
    std::array<Resonator, kFormants> tract_;
    Filter hiss_{5000, 1.6}, air_{5500, 0.7}, presence_{2300, 0.7};
    double hertz_now_ = 330, flutter_ = 0, tilt_ = 0.2, glottis_ = 0, before_ = 0;
    std::int64_t control_ = 0;
};

}  // namespace

Track sing_lead() {
    Track out = mono_track();
    Voice({.seed = 301}, out.left).sing(vocal_line());
    cut_below(out.left, 90);
    return out;
}

Track sing_backing() {
    Track out = stereo_track();
    std::vector<Note> chorus;
    for (const Note& note : vocal_line()) {
        if (section_of(static_cast<int>(note.beat / 4 + 0.01)).name == "chorus")
            chorus.push_back(note);
    }
    struct Take {
        int steps;
        double left, right;
        Singer singer;
    };
    const std::array<Take, 4> takes{{
        {-2,
         1.0,
         0.25,
         {.seed = 411,
          .size = 0.97,
          .breath = 0.05,
          .vibrato_hz = 5.1,
          .vibrato = 0.2,
          .late_ms = 12,
          .soft = true}},
        {-2,
         0.25,
         1.0,
         {.seed = 422,
          .size = 1.04,
          .breath = 0.06,
          .vibrato_hz = 5.7,
          .vibrato = 0.24,
          .late_ms = 18,
          .soft = true}},
        {-5,
         0.8,
         0.35,
         {.seed = 433,
          .size = 0.9,
          .breath = 0.05,
          .vibrato_hz = 4.9,
          .vibrato = 0.18,
          .late_ms = 15,
          .soft = true}},
        {-5,
         0.35,
         0.8,
         {.seed = 444,
          .size = 0.93,
          .breath = 0.05,
          .vibrato_hz = 5.3,
          .vibrato = 0.2,
          .late_ms = 9,
          .soft = true}},
    }};
    std::vector<float> alone;
    for (const Take& take : takes) {
        alone.assign(kFrames, 0.0f);
        std::vector<Note> line = chorus;
        for (Note& note : line) note.midi = scale_step(note.midi, take.steps);
        Voice(take.singer, alone).sing(line);
        cut_below(alone, 110);
        for (std::size_t i = 0; i < alone.size(); ++i) {
            out.left[i] += static_cast<float>(take.left * alone[i]);
            out.right[i] += static_cast<float>(take.right * alone[i]);
        }
    }
    return out;
}

}  // namespace mixfarm::demo
