/// Songs whose beats, bars and sections are known: a made-up band that plays at any tempo, in three
/// or four, swung or straight, steady or drifting.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "host/song/song.h"
#include "kernels/core/random.h"

namespace mixfarm::form_test {

struct Part {
    std::string kind;  ///< intro, verse, chorus, bridge, outro
    int bars;
};

struct Tune {
    double bpm = 120;
    int beats = 4;       ///< a bar
    double swing = 0;    ///< of a beat, by which off-beat eighths come late: 1/6 is triplets
    double drift = 0;    ///< tempo goes up and down by this share, slowly
    bool floor = false;  ///< a kick on every beat
    bool drums = true;
    std::uint64_t seed = 1;
    std::vector<Part> form = {{"intro", 4}, {"verse", 8},  {"chorus", 8},
                              {"verse", 8}, {"chorus", 8}, {"outro", 4}};
    bool busy = false;  ///< kicks off the beat, hats on every sixteenth: it sounds twice as fast
};

struct Played {
    Song song;
    std::vector<double> beats, downbeats, boundaries;  ///< seconds
};

class Band {
public:
    explicit Band(const Tune& tune) : tune_(tune), random_(tune.seed, 0) {}

    Played play() {
        Played played;
        int bars = 0;
        for (const Part& part : tune_.form) bars += part.bars;
        const int beats = bars * tune_.beats;
        double t = 0.35;
        for (int b = 0; b <= beats; ++b) {
            starts_.push_back(t);
            t += 60 / tune_.bpm / (1 + tune_.drift * std::sin(2 * std::numbers::pi * b / 48));
        }
        frames_ = static_cast<std::size_t>((starts_.back() + 1) * kRate);
        for (auto* stem : {&kick_, &snare_, &hats_, &bass_, &keys_, &pad_, &voice_})
            stem->assign(frames_, 0);
        played.beats.assign(starts_.begin(), starts_.end() - 1);
        int bar = 0;
        for (const Part& part : tune_.form) {
            if (bar > 0) played.boundaries.push_back(at(bar * tune_.beats));
            for (int k = 0; k < part.bars; ++k, ++bar) {
                played.downbeats.push_back(at(bar * tune_.beats));
                play_bar(part, bar, k + 1 == part.bars);
            }
        }
        Song& song = played.song;
        song.rate = kRate, song.frames = static_cast<std::int64_t>(frames_);
        const auto add = [&](const char* name, Role role, std::vector<float>& sound) {
            Stem stem;
            stem.name = name, stem.role.role = role, stem.channels = 1;
            stem.silent = true;
            for (const float x : sound) stem.silent &= x == 0;
            stem.left = std::move(sound);
            song.stems.push_back(std::move(stem));
        };
        if (tune_.drums) {
            add("kick", Role::kick, kick_), add("snare", Role::snare, snare_);
            add("hats", Role::hi_hat, hats_);
        }
        add("bass", Role::bass_guitar, bass_), add("keys", Role::keys, keys_);
        add("pad", Role::pad, pad_), add("voice", Role::lead_vocal, voice_);
        song.sections = {{"song", 0, song.seconds()}};
        return played;
    }

private:
    static constexpr int kRate = 44100;

    double at(double beat) const {
        const auto i = static_cast<std::size_t>(beat);
        if (i + 1 >= starts_.size()) return starts_.back();
        return starts_[i] + (beat - static_cast<double>(i)) * (starts_[i + 1] - starts_[i]);
    }
    /// Half a beat behind the beat comes late where it swings; nobody is exact.
    double when(double beat) {
        const double off = beat - std::floor(beat);
        if (std::fabs(off - 0.5) < 0.01) beat += tune_.swing;
        return at(beat) + 0.004 * (2 * random_.next() - 1);
    }
    /// f(seconds since it began) for `seconds`.
    template <class Sound>
    void put(std::vector<float>& stem, double start, double seconds, Sound sound) const {
        const auto first = static_cast<std::size_t>(start * kRate);
        const auto count = static_cast<std::size_t>(seconds * kRate);
        for (std::size_t n = 0; n < count && first + n < stem.size(); ++n)
            stem[first + n] += static_cast<float>(sound(static_cast<double>(n) / kRate));
    }
    static double wave(double hz, double t) { return std::sin(2 * std::numbers::pi * hz * t); }
    static double pitch(int midi) { return 440 * std::exp2((midi - 69) / 12.0); }

    void play_bar(const Part& part, int bar, bool last) {
        static constexpr int kChords[2][4][3] = {
            {{57, 60, 64}, {53, 57, 60}, {55, 60, 64}, {55, 59, 62}},
            {{60, 65, 69}, {59, 62, 67}, {57, 60, 64}, {60, 64, 67}}};
        const bool loud = part.kind == "chorus", bridge = part.kind == "bridge",
                   verse = part.kind == "verse",
                   edge = part.kind == "intro" || part.kind == "outro";
        const int n = tune_.beats, first = bar * n;
        const auto& chord = kChords[loud ? 1 : 0][bar % 4];
        const double level = loud ? 1.0 : 0.6;
        for (int b = 0; b < n; ++b) {
            const double beat = first + b;
            const bool back = n == 4 ? b % 2 == 1 : b > 0;
            if (!edge && !bridge && (tune_.floor || (!back && !(tune_.busy && b > 0))))
                put(kick_, when(beat), 0.25, [&](double t) {
                    return 0.9 * level * std::exp(-14 * t) *
                           wave(1, 50 * t + 3 * (1 - std::exp(-40 * t)));
                });
            if (!edge && !bridge && back) hit(snare_, when(beat), 0.5 * level, 18, true);
            const auto kick_off = [&](double off, double hard) {
                put(kick_, when(beat + off), 0.2, [&](double t) {
                    return hard * std::exp(-16 * t) * wave(1, 50 * t + 3 * (1 - std::exp(-40 * t)));
                });
            };
            if (loud && n == 4 && b == 2) kick_off(0.5, 0.5);
            if (tune_.busy && !edge && !bridge && b == 0) kick_off(0.75, 0.8 * level);
            if (tune_.busy && !edge && !bridge && b == 2) kick_off(0.5, 0.8 * level);
            if (!bridge)
                for (const double off : {0.0, 0.25, 0.5, 0.75})
                    if (tune_.busy || off == 0 || off == 0.5)
                        hit(hats_, when(beat + off), 0.12 * level, 60, false);
            if (last && b == n - 1 && !edge)  // a fill
                for (const double q : {0.25, 0.5, 0.75})
                    hit(snare_, when(beat + q), 0.35, 22, true);
            if (!edge && (b == 0 || b == 2 || random_.next() < 0.3))
                tone(bass_, when(beat), 0.8 * 60 / tune_.bpm, pitch(chord[0] - 24), 0.35 * level, 3,
                     4);
        }
        const double length = at(first + n) - at(first);
        for (const int note : chord) {
            tone(keys_, when(first), (loud ? 0.5 : 1) * length, pitch(note), 0.1 * level, 4, 2);
            if (loud) tone(keys_, when(first + n / 2), 0.5 * length, pitch(note), 0.1, 4, 2);
            if (loud || bridge) tone(pad_, at(first), length, pitch(note + 12), 0.06, 2, 0.1);
        }
        if (verse || loud || bridge)
            for (int b = 0; b < n; ++b)
                if (!(last && b > n / 2) && random_.next() < 0.7)
                    tone(voice_, when(first + b + (random_.next() < 0.4 ? 0.5 : 0)),
                         0.7 * 60 / tune_.bpm, pitch(chord[b % 3] + (loud ? 12 : 0)),
                         loud ? 0.3 : 0.2, 6, 1);
    }
    void hit(std::vector<float>& stem, double start, double level, double decay, bool body) {
        RandomStream noise(tune_.seed + 99, static_cast<std::uint64_t>(start * 1000));
        double before = 0;
        put(stem, start, 0.2, [&](double t) {
            const double x = 2 * noise.next() - 1, bright = x - before;
            before = x;
            return level * std::exp(-decay * t) * (body ? 0.6 * x + 0.5 * wave(190, t) : bright);
        });
    }
    void tone(std::vector<float>& stem, double start, double seconds, double hz, double level,
              int partials, double decay) {
        put(stem, start, seconds, [&](double t) {
            double sum = 0;
            for (int p = 1; p <= partials; ++p) sum += wave(p * hz, t) / p;
            const double edge = std::min({1.0, t / 0.005, (seconds - t) / 0.02});
            return level * std::max(edge, 0.0) * std::exp(-decay * t) * sum;
        });
    }

    Tune tune_;
    RandomStream random_;
    std::vector<double> starts_;
    std::size_t frames_ = 0;
    std::vector<float> kick_, snare_, hats_, bass_, keys_, pad_, voice_;
};

/// Ten songs of other tempi.
inline std::vector<Tune> ten_tunes() {
    return {{60, 4, 0, 0.01, false, true, 1},   {72, 4, 0.1, 0.02, false, true, 2},
            {84, 3, 0, 0, false, true, 3},      {92, 4, 1.0 / 6, 0, false, true, 4},
            {104, 4, 0, 0.02, false, true, 5},  {118, 4, 1.0 / 6, 0.01, false, true, 6},
            {126, 4, 0, 0, true, true, 7},      {140, 3, 0.08, 0.02, false, true, 8},
            {160, 4, 0, 0.005, false, true, 9}, {180, 4, 0, 0.02, false, true, 10}};
}

/// Songs whose hats and kicks suggest twice the tempo; snares on two and four tell.
inline std::vector<Tune> busy_tunes() {
    std::vector<Tune> tunes(3);
    for (std::size_t i = 0; i < tunes.size(); ++i)
        tunes[i].bpm = 76 + 13 * static_cast<double>(i), tunes[i].busy = true,
        tunes[i].seed = 20 + i;
    return tunes;
}

/// F-measure of points in time, each matched once, within `near_s`.
inline double f_measure(const std::vector<double>& found, const std::vector<double>& truth,
                        double near_s) {
    if (found.empty() || truth.empty()) return 0;
    std::size_t i = 0, j = 0, hits = 0;
    while (i < found.size() && j < truth.size()) {
        if (std::fabs(found[i] - truth[j]) <= near_s)
            ++hits, ++i, ++j;
        else if (found[i] < truth[j])
            ++i;
        else
            ++j;
    }
    return 2.0 * static_cast<double>(hits) / static_cast<double>(found.size() + truth.size());
}

}  // namespace mixfarm::form_test
