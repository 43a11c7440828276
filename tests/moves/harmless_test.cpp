/// What no move may do, measured: change a mix while it is off, click, make peaks, vanish in mono.
#include "host/space/wiring.h"
#include "tests/moves/ear.h"
#include "tests/moves/songs.h"
#include "tests/support/signals.h"

namespace mixfarm::moves_test {
namespace {

const Stage& (*const kHeard[])() = {demo, band, sketch};

TEST(Off, IsTheMixWithoutAnyMoveToTheBit) {
    for (const auto stage_of : {demo, sketch}) {
        const Stage& stage = stage_of();
        const Studio& studio = stage.studio();
        const Space plain(studio.job, studio.song, studio.profile,
                          data_folder() / "jobs" / "priors");
        const std::unique_ptr<Engine> engine = make_cpu_engine(2);
        engine->load(wired_view(studio.song, studio.profile));  // not even a layer at rest
        std::vector<float> rules = studio.space.rule_based();
        for (std::size_t m = 0; m < stage.moves().size(); ++m)
            rules[studio.space.strength_knob(m)] = 0;
        const std::vector<MixSettings> off = {stage.off(), studio.space.settings(rules)},
                                       without = {plain.settings(plain.static_balance()),
                                                  plain.settings(plain.rule_based())};
        const auto is = stage.engine().render(off, kQuiet),
                   was = stage.engine().render(without, kQuiet),
                   bare = engine->render(without, kQuiet);
        for (std::size_t i = 0; i < off.size(); ++i) {
            EXPECT_TRUE(off[i].automation.empty());
            EXPECT_EQ(off[i].strips, without[i].strips);
            EXPECT_EQ(off[i].buses, without[i].buses);
            EXPECT_TRUE(is[i].left == was[i].left && is[i].right == was[i].right)
                << stage.name() << ", mix " << i;
            Stretch more = part_of(stage, is[i], 0, stage.song().seconds());
            const Stretch all = part_of(stage, bare[i], 0, stage.song().seconds());
            double most = 0;
            for (std::size_t n = 0; n < more.size(); ++n)
                most = std::max(most, std::abs(more[n] - all[n]));
            std::printf("%-6s mix %zu off, against an engine that knows no layers: %.1f dBFS\n",
                        stage.name().c_str(), i, decibels(most));
            EXPECT_LT(decibels(most), -100);
        }
    }
}

/// Each move alone at full strength, then all of them.
std::vector<MixSettings> moved_mixes(const Stage& stage) {
    std::vector<MixSettings> mixes;
    for (const Move& move : stage.moves()) mixes.push_back(stage.settings(move, 1));
    mixes.push_back(stage.all(1));
    return mixes;
}
std::string name_of(const Stage& stage, std::size_t mix) {
    return mix < stage.moves().size() ? stage.moves()[mix].name : "all of them";
}

/// Sines of 200 Hz at four phases, faded in and out, in the place of the stems.
struct Sines {
    explicit Sines(const Stage& stage) {
        const Studio& studio = stage.studio();
        const auto frames = static_cast<std::size_t>(studio.song.frames);
        const double fade = 0.1 * studio.song.rate;
        for (const double phase : {0.0, 1.1, 2.3, 3.9}) {
            sounds.push_back(signals::sine(frames, 200, studio.song.rate, 0.1, phase));
            for (std::size_t n = 0; n < frames; ++n) {
                const double edge = static_cast<double>(std::min(n, frames - 1 - n)) / fade;
                if (edge < 1)
                    sounds.back()[n] *=
                        static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * edge));
            }
        }
        view = wired_view(studio.song, studio.profile);
        for (std::size_t s = 0; s < view.stems.size(); ++s) {
            view.stems[s].left = sounds[s % 4].data();
            view.stems[s].right = sounds[(s + 1 + s / 4) % 4].data();
        }
    }
    std::vector<signals::Samples> sounds;
    SongView view;
};

/// Energy above 4 kHz of the loudest 5 ms, in dB of the mean energy of `beside`; and where.
std::pair<double, double> loudest_click_db(const StereoAudio& mix, const StereoAudio& beside) {
    const double rate = mix.rate;
    const auto window = static_cast<std::size_t>(0.005 * rate);
    std::vector<double> energy(mix.left.size() / window + 1);
    double all = 0;
    for (const auto side : {&StereoAudio::left, &StereoAudio::right}) {
        Filter high;
        for (const double q : {0.517638090, 0.707106781, 1.931851653})
            high.high_pass(4000, rate, q);
        const std::vector<float>& sound = mix.*side;
        for (std::size_t n = 0; n < sound.size(); ++n) {
            const double y = high(sound[n]);
            energy[n / window] += y * y / static_cast<double>(window);
        }
        for (const float x : beside.*side)
            all += double(x) * x / static_cast<double>((beside.*side).size());
    }
    const auto loudest = std::max_element(energy.begin(), energy.end());
    return {10 * std::log10(*loudest / all + 1e-30),
            static_cast<double>((loudest - energy.begin()) * static_cast<std::ptrdiff_t>(window)) /
                rate};
}

TEST(Clicks, StaySixtyDecibelsUnderASine) {
    double worst = -HUGE_VAL;
    for (const auto stage_of : {demo, band}) {  // what is laid over stems is no knob
        const Stage& stage = stage_of();
        const Sines sines(stage);
        const std::unique_ptr<Engine> engine = make_cpu_engine(2);
        engine->load(sines.view);
        const StereoAudio still = std::move(engine->render(std::vector{stage.off()}, kQuiet)[0]);
        std::printf("%-6s %-14s above 4 kHz in 5 ms %7.1f dB\n", stage.name().c_str(), "no move",
                    loudest_click_db(still, still).first);
        const std::vector<MixSettings> mixes = moved_mixes(stage);
        for (std::size_t first = 0; first < mixes.size(); first += 8) {
            const std::size_t count = std::min<std::size_t>(8, mixes.size() - first);
            const std::vector<StereoAudio> audio =
                engine->render(std::span(mixes).subspan(first, count), kQuiet);
            for (std::size_t i = 0; i < count; ++i) {
                const auto [db, at_s] = loudest_click_db(audio[i], still);
                worst = std::max(worst, db);
                std::printf("%-6s %-14s above 4 kHz in 5 ms %7.1f dB, at %.2f s\n",
                            stage.name().c_str(), name_of(stage, first + i).c_str(), db, at_s);
                EXPECT_LT(db, -60) << stage.name() << ", " << name_of(stage, first + i);
            }
        }
    }
    std::printf("worst of all: %.1f dB\n", worst);
}

/// What a stage measures of its moved mixes and, at the end, of the one without moves.
const std::vector<Measurement>& measured_quiet(const Stage& stage) {
    static std::map<const Stage*, std::vector<Measurement>> all;
    std::vector<Measurement>& own = all[&stage];
    if (own.empty()) {
        std::vector<MixSettings> mixes = moved_mixes(stage);
        mixes.push_back(stage.off());
        const Excerpt whole = whole_song(stage.song());
        own = stage.engine().evaluate(mixes, std::span(&whole, 1), kQuiet);
    }
    return own;
}

TEST(Overs, AreNoneAndPeaksHardlyGrow) {
    for (const auto stage_of : kHeard) {
        const Stage& stage = stage_of();
        const std::vector<MixSettings> mixes = moved_mixes(stage);
        const Excerpt whole = whole_song(stage.song());
        const MasterTarget loud{-14, -1};
        const std::vector<Measurement>& quiet = measured_quiet(stage);
        const auto limited = stage.engine().evaluate(mixes, std::span(&whole, 1), loud);
        const float before = quiet.back().metric("true_peak_dbtp");
        for (std::size_t i = 0; i < mixes.size(); ++i) {
            const std::string name = name_of(stage, i);
            const float peak = quiet[i].metric("true_peak_dbtp"),
                        behind = limited[i].metric("true_peak_dbtp");
            std::printf(
                "%-6s %-14s true peak %6.2f dBTP at %5.1f LUFS (%+.2f), %6.2f at %5.1f "
                "(limiter takes %.2f LU)\n",
                stage.name().c_str(), name.c_str(), peak, quiet[i].metric("integrated_lufs"),
                peak - before, behind, limited[i].metric("integrated_lufs"),
                limited[i].limiter_loss_lu);
            EXPECT_LT(quiet[i].limiter_loss_lu, 1e-4) << name;
            EXPECT_NEAR(quiet[i].metric("integrated_lufs"), kQuiet.loudness_lufs, 0.1) << name;
            if (i < stage.moves().size()) {
                EXPECT_LE(peak, before + 1) << name;
            }
            EXPECT_LE(behind, loud.true_peak_dbtp) << name;
        }
    }
}

/// The last chorus and the last verse, where the image moves.
std::vector<const FoundSection*> moved_sections(const Stage& stage) {
    std::vector<const FoundSection*> last(2, nullptr);
    for (const FoundSection& s : stage.form().sections.found) {
        if (s.kind == SectionKind::chorus) last[0] = &s;
        if (s.kind == SectionKind::verse) last[1] = &s;
    }
    return last;
}

TEST(Mono, LosesNoMoreThanWithoutMoves) {
    for (const auto stage_of : kHeard) {
        const Stage& stage = stage_of();
        std::vector<MixSettings> mixes = moved_mixes(stage);
        mixes.push_back(stage.off());
        std::vector<std::string> lines(mixes.size());
        const auto read = [&](const std::string& where, const std::vector<Measurement>& measured) {
            const float before = measured.back().metric("mono_loss_db");
            for (std::size_t i = 0; i + 1 < mixes.size(); ++i) {
                const float loss = measured[i].metric("mono_loss_db");
                char text[80];
                std::snprintf(text, sizeof text, " %.2f LU (%+.2f) in %s;", loss, loss - before,
                              where.c_str());
                lines[i] += text;
                EXPECT_LE(loss - before, 1) << name_of(stage, i) << " in " << where;
            }
        };
        read("the song", measured_quiet(stage));
        for (const FoundSection* s : moved_sections(stage)) {
            const std::int64_t ten_ms = stage.song().rate / 100,
                               from = std::llround(100 * s->start_s) * ten_ms,
                               to = std::llround(100 * s->end_s) * ten_ms;
            const Excerpt part{from, std::min(to, stage.song().frames) - from,
                               std::min(from, 200 * ten_ms)};
            read(s->name, stage.engine().evaluate(mixes, std::span(&part, 1), kQuiet));
        }
        for (std::size_t i = 0; i + 1 < mixes.size(); ++i)
            std::printf("%-6s %-14s mono loses%s\n", stage.name().c_str(),
                        name_of(stage, i).c_str(), lines[i].c_str());
    }
}

}  // namespace
}  // namespace mixfarm::moves_test
