/// Moves of the lead, measured: rides phrase by phrase, echoes and tails behind last words, and how
/// late it sings.
#include "tests/moves/heard.h"
#include "tests/moves/songs.h"

namespace mixfarm::moves_test {
namespace {

StereoAudio lead_of(const Heard& h, float strength) {
    return h.stage.engine().render_stem(h.stage.settings(h.move, strength), h.stage.form().lead, 0);
}

/// Mean K-weighted power of a stem, from the profile's blocks of 100 ms.
double power(const Stage& stage, std::size_t stem, double from_s, double to_s) {
    const std::vector<float>& level = stage.studio().profile.stems[stem].level_lufs;
    double sum = 0, time = 0;
    for (std::size_t i = 0; i < level.size(); ++i) {
        const double begin = static_cast<double>(i) / 10,
                     share = std::min(begin + 0.1, to_s) - std::max(begin, from_s);
        if (share > 0) sum += share * std::pow(10, level[i] / 10.0), time += share;
    }
    return time > 0 ? sum / time : 0;
}

double power_db(double power) {
    return 10 * std::log10(power + 1e-12);
}

/// How far the lead stands above the rest in each phrase, dB; all stems at the same loudness.
std::vector<double> over_rest(const Stage& stage) {
    const auto lead = static_cast<std::size_t>(stage.form().lead);
    std::vector<double> over;
    for (const Phrase& p : stage.form().phrases) {
        double rest = 0;
        for (std::size_t s = 0; s < stage.song().stems.size(); ++s) {
            const auto voices = stage.stems(Bus::vocals);
            if (std::find(voices.begin(), voices.end(), s) != voices.end()) continue;
            const StemProfile& profile = stage.studio().profile.stems[s];
            if (!profile.silent)
                rest += power(stage, s, p.start_s, p.end_s) /
                        std::pow(10, profile.integrated_lufs / 10);
        }
        over.push_back(power_db(power(stage, lead, p.start_s, p.end_s)) - power_db(rest));
    }
    return over;
}

double spread(std::vector<double> values) {
    double mean = 0, sum = 0;
    for (const double v : values) mean += v / static_cast<double>(values.size());
    for (const double v : values) sum += (v - mean) * (v - mean);
    return std::sqrt(sum / static_cast<double>(values.size()));
}

void vocal_ride(const Heard& h) {
    constexpr double kClose_db = 0.3;  // phrases begin and end within blocks
    const std::vector<Phrase>& phrases = h.stage.form().phrases;
    const std::vector<double> over = over_rest(h.stage);
    std::vector<double> sorted = over, after = over, rides;
    std::sort(sorted.begin(), sorted.end());
    const double middle = sorted[sorted.size() / 2];
    for (const double o : over) rides.push_back(std::clamp(0.6 * (middle - o), -3.0, 3.0));

    const StereoAudio off = lead_of(h, 0), on = lead_of(h, h.strength);
    const auto db = [&](double from_s, double to_s) {
        return decibels(
            shares(part_of(h.stage, on, from_s, to_s), {part_of(h.stage, off, from_s, to_s)})[0]);
    };
    double most = 0;
    for (std::size_t i = 0; i < phrases.size(); ++i) {
        const Phrase& p = phrases[i];
        if (p.last_word_s < p.start_s + 0.2) continue;
        // Where the rest before it was short, it begins a little later.
        const double ride =
            db(p.start_s + std::min(0.4, (p.last_word_s - p.start_s) / 2), p.last_word_s);
        after[i] += ride;
        h.reads("phrase " + std::to_string(i + 1) + " by " + std::to_string(over[i]).substr(0, 5),
                ride, h.strength * rides[i], kClose_db, "dB");
        // A last word that sinks is carried until the way to the next phrase begins.
        const auto lead = static_cast<std::size_t>(h.stage.form().lead);
        const double sinks = power_db(power(h.stage, lead, p.start_s, p.last_word_s)) -
                             power_db(power(h.stage, lead, p.last_word_s, p.end_s));
        const double next = i + 1 < phrases.size() ? phrases[i + 1].start_s - 0.8 : HUGE_VAL,
                     end = std::min(p.end_s, next);
        if (p.last_word_s < p.start_s + 0.5 || end < p.last_word_s + 0.35 ||
            std::abs(sinks - 4) < 0.3)
            continue;
        const double carried = sinks > 4 ? std::min(rides[i] + 1.5, 3.0) : rides[i];
        h.reads("its last word, which sinks by " + std::to_string(sinks).substr(0, 4),
                db(p.last_word_s + 0.3, end), h.strength * carried, kClose_db, "dB");
    }
    // Nothing fidgets: at the steepest 12 dB a second (moves.md A1), and never beyond 3 dB.
    double slope = 0, before = NAN;
    for (double t = phrases.front().start_s - 1; t < phrases.back().end_s + 1; t += 0.02) {
        const Stretch was = part_of(h.stage, off, t, t + 0.02);
        const double now = rms(was) > 1e-5 ? db(t, t + 0.02) : NAN;
        if (!std::isnan(now) && !std::isnan(before))
            slope = std::max(slope, std::abs(now - before) / 0.02);
        if (!std::isnan(now)) most = std::max(most, std::abs(now));
        before = now;
    }
    h.stays("steepest way", slope, 12 * h.strength, "dB/s");
    h.stays("furthest", most, 3 * h.strength + 0.01, "dB");
    h.reads(
        "words",
        std::abs(h.said(h.stage.song().stems[static_cast<std::size_t>(h.stage.form().lead)].name)),
        most, 0.06, "dB");
    h.says("either way");
    std::printf("      phrases stand %.2f dB apart, %.2f before\n", spread(after), spread(over));
    EXPECT_LT(spread(after), spread(over));
}
const Measured kVocalRide("vocal_ride", demo, vocal_ride);

/// What a throw adds to the mix, [from_s, to_s), at the unmoved mix's gain.
class Thrown {
public:
    Thrown(const Heard& h, double before_s)
        : h_(h),
          gain_(shares(part_of(h.stage, h.on, 0, before_s),
                       {part_of(h.stage, h.off, 0, before_s)})[0]) {}
    Stretch operator()(double from_s, double to_s) const {
        Stretch is = part_of(h_.stage, h_.on, from_s, to_s);
        const Stretch was = part_of(h_.stage, h_.off, from_s, to_s);
        for (std::size_t i = 0; i < is.size(); ++i) is[i] = is[i] / gain_ - was[i];
        return is;
    }

private:
    const Heard& h_;
    double gain_;
};

/// The unmoved mix's own gain.
double gain_of(const Heard& h, double from_s, double to_s) {
    std::vector<std::size_t> all;
    for (std::size_t s = 0; s < h.stage.song().stems.size(); ++s) all.push_back(s);
    return shares(part_of(h.stage, h.off, from_s, to_s), {part_of(h.stage, all, from_s, to_s)})[0];
}

/// The lead's last word as it stands in the mix, silence around it, [from_s, to_s).
Stretch word_of(const Heard& h, const Move::Place& p, double from_s, double to_s) {
    const std::size_t lead[] = {static_cast<std::size_t>(h.stage.form().lead)};
    Stretch word = part_of(h.stage, lead, from_s, to_s);
    const double gain = gain_of(h, p.start_s, p.end_s);
    const std::size_t half = word.size() / 2, first = h.stage.frame(from_s);
    for (std::size_t i = 0; i < word.size(); ++i) {
        const double t = static_cast<double>(first + i % half) / h.stage.song().rate;
        word[i] *= t >= p.start_s - 0.002 && t < p.end_s + 0.01 ? gain : 0;
    }
    return word;
}

void read_silence(const Heard& h, const Thrown& thrown, double until_s) {
    double loudest = 0;
    for (double t = 0; t + 0.1 < until_s; t += 0.1)
        loudest = std::max(loudest, rms(thrown(t, t + 0.1)));
    h.stays("before the first word", decibels(loudest), -80, "dBFS");
}

void delay_throw(const Heard& h) {
    constexpr double kBeats = 0.75;  // it rests at a half, which is too fast
    // It rests halfway between straight and ping-pong: one voice in the middle comes back as 1.21
    // on the left and 0.5 on the right.
    const double spread_db = 10 * std::log10((std::pow(0.5 + std::sqrt(0.5), 2) + 0.25) / 2);
    const double rate = h.stage.song().rate, apart_s = kBeats * 60 / h.stage.song().tempo_bpm,
                 db = h.amount(-19, -9, -5);
    const auto apart = static_cast<std::size_t>(std::llround(apart_s * rate));
    const Thrown thrown(h, h.move.places[0].start_s - 0.1);
    read_silence(h, thrown, h.move.places[0].start_s - 0.01);
    for (const Move::Place& p : h.move.places) {
        // Where the echo's own filters, 150 Hz and 5 kHz, let most through.
        const double to = p.end_s + 4 * apart_s;
        const auto pass = [&](const Stretch& x) { return band_passed(x, 600, 1250, rate); };
        const Stretch word = pass(word_of(h, p, p.start_s - 0.1, to)),
                      added = pass(thrown(p.start_s - 0.1, to));
        const int most = static_cast<int>(0.003 * rate);
        const double late =
            lag(added, word, static_cast<int>(apart) - most, static_cast<int>(apart) + most) / rate;
        h.reads("first echo behind " + p.name, 1000 * late, 1000 * apart_s, 1, "ms");
        // Until the second one comes the first is alone.
        const std::size_t half = word.size() / 2, begin = static_cast<std::size_t>(0.1 * rate);
        double echo = 0, sung = 0;
        for (const std::size_t first : {std::size_t{0}, half})
            for (std::size_t n = begin; n < begin + apart; ++n) {
                echo += std::pow(added[first + n + apart], 2);
                sung += std::pow(word[first + n], 2);
            }
        h.reads("first echo under the word of " + p.name, 10 * std::log10(echo / sung),
                db + spread_db, 1, "dB");
        h.stays("ahead of it", decibels(rms(thrown(p.start_s, p.start_s + apart_s - 0.01))), -80,
                "dBFS");
    }
    h.reads("words: echo", h.said("up to"), db, 0.6, "dB");
}
const Measured kDelayThrow("delay_throw", demo, delay_throw);

void reverb_throw(const Heard& h) {
    constexpr double kPredelay_s = 0.025, kTail_s = 2.5;
    const double rate = h.stage.song().rate, db = h.amount(-20, -10, -6);
    const Thrown thrown(h, h.move.places[0].start_s - 0.1);
    read_silence(h, thrown, h.move.places[0].start_s - 0.01);
    for (const Move::Place& p : h.move.places) {
        const double to = std::min(p.end_s + kTail_s, h.stage.song().seconds());
        const Stretch word = word_of(h, p, p.start_s, to), tail = thrown(p.start_s, to);
        h.stays("until its pre-delay is over",
                decibels(rms(thrown(p.start_s, p.start_s + kPredelay_s))), -80, "dBFS");
        const double begun = decibels(rms(thrown(p.start_s + 0.1, p.start_s + 0.2)));
        std::printf("      0.1 s into %s the tail has %.1f dBFS\n", p.name.c_str(), begun);
        EXPECT_GT(begun, -70);
        const auto pass = [&](const Stretch& x) { return band_passed(x, 200, 3000, rate); };
        h.reads(
            "energy of the tail under the word of " + p.name,
            decibels(std::sqrt(product(pass(tail), pass(tail)) / product(pass(word), pass(word)))),
            db, 3, "dB");
    }
    h.reads("words: hall", h.said("up to"), db, 0.6, "dB");
}
const Measured kReverbThrow("reverb_throw", demo, reverb_throw);

void laid_back(const Heard& h) {
    // Never more than a fortieth of a beat and 5 ms.
    const double ms = h.amount(0, 8, std::min(20.0, 25 * h.stage.beat_s() + 5)),
                 rate = h.stage.song().rate;
    const MixSettings still = h.stage.off(), moved = h.stage.settings(h.move, h.strength);
    const auto voices = h.stage.stems(Bus::vocals);
    EXPECT_EQ(h.move.lanes.size(), voices.size());
    for (std::size_t s = 0; s < h.stage.song().stems.size(); ++s) {
        const bool sings = std::find(voices.begin(), voices.end(), s) != voices.end();
        if (!sings && h.strength < 1) continue;
        const StereoAudio off = h.stage.engine().render_stem(still, static_cast<int>(s), 0),
                          on = h.stage.engine().render_stem(moved, static_cast<int>(s), 0);
        if (!sings) {
            EXPECT_EQ(off.left, on.left) << h.stage.song().stems[s].name;
            EXPECT_EQ(off.right, on.right) << h.stage.song().stems[s].name;
            continue;
        }
        // Over the second chorus.
        const FoundSection* chorus = nullptr;
        for (const FoundSection& section : h.stage.form().sections.found)
            if (section.kind == SectionKind::chorus) chorus = &section;
        const Stretch was = part_of(h.stage, off, chorus->start_s, chorus->start_s + 1.5),
                      is = part_of(h.stage, on, chorus->start_s, chorus->start_s + 1.5);
        h.reads(h.stage.song().stems[s].name,
                1000 * lag(is, was, -10, static_cast<int>(0.021 * rate)) / rate, ms, 0.05, "ms");
    }
    h.reads("words: late", h.said("backing_vocals"), ms, 0.6, "ms");
}
const Measured kLaidBack("laid_back", demo, laid_back);

}  // namespace
}  // namespace mixfarm::moves_test
