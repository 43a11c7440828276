/// A made-up song with a form that is known, on which moves are planned.
#pragma once

#include <memory>
#include <string>

#include "host/form/bodies.h"
#include "host/moves/planners.h"
#include "kernels/core/random.h"
#include "tests/layers/listening.h"

namespace mixfarm::layers_test {

/// 100 beats a minute in four: an introduction of 4 bars, a verse, a chorus, a bridge of 4 and a
/// last chorus. Sections of `bars` bars where nothing else is said.
class PlannedSong {
public:
    static constexpr double kBeat_s = 0.6, kBar_s = 2.4;

    explicit PlannedSong(int bars = 4, int rate = 44100) {
        double at = 0;
        int bar = 0;
        const auto section = [&](const char* name, SectionKind kind, int count) {
            FoundSection s;
            s.name = name, s.kind = kind, s.bars = count, s.first_bar = bar;
            s.start_s = at, s.end_s = at += count * kBar_s;
            bar += count;
            form_.sections.found.push_back(s);
        };
        section("intro", SectionKind::intro, 4);
        section("verse 1", SectionKind::verse, bars);
        section("chorus 1", SectionKind::chorus, bars);
        section("bridge", SectionKind::bridge, 4);
        section("chorus 2", SectionKind::chorus, bars);
        song_.rate = rate, song_.frames = std::llround(at * rate);
        song_.tempo_bpm = 100;
        for (int b = 0; b < 4 * bar; ++b) form_.beats.at_s.push_back(b * kBeat_s);
        for (int b = 0; b < bar; ++b) form_.bars.at_s.push_back(b * kBar_s);
        form_.beats.tempo_bpm = 100;
        form_.beats.confidence = form_.bars.confidence = form_.sections.confidence = 0.9;
    }

    std::size_t add(const std::string& name, Role role, const std::function<double(double)>& f) {
        Stem stem = stem_of(song_, f);
        stem.name = name, stem.role.role = role;
        song_.stems.push_back(std::move(stem));
        job_.stems.emplace_back();
        StemProfile profile;
        profile.integrated_lufs = -20, profile.active_share = 0.9;
        profile.level_lufs.assign(static_cast<std::size_t>(song_.seconds() * 10) + 1, -20);
        profile_.stems.push_back(std::move(profile));
        profile_.masking.assign(song_.stems.size() * song_.stems.size(), 0);
        return song_.stems.size() - 1;
    }
    /// The stem that leads, and where it sings.
    void lead(std::size_t stem, std::vector<Phrase> phrases) {
        form_.lead = static_cast<int>(stem);
        form_.phrases = std::move(phrases);
    }
    Song& song() { return song_; }
    const Song& song() const { return song_; }
    Form& form() { return form_; }
    Job& job() { return job_; }
    Profile& profile() { return profile_; }
    const FoundSection& section(std::size_t i) const { return form_.sections.found[i]; }
    Ground ground() const {
        form_.bodies = leakage_bodies(song_, profile_);
        return {job_, song_, profile_, form_};
    }

private:
    Job job_;
    Song song_;
    Profile profile_;
    mutable Form form_;  ///< what leaks is known when it is asked for a ground
};

/// Click `index` of a part: it begins at a sample with all its strength and is gone within 30 ms.
/// Pitches and signs differ, so that parts which click together are not alike.
inline double click(double since_s, std::uint64_t part, std::uint64_t index) {
    if (since_s < 0 || since_s > 0.03) return 0;
    const RandomStream random(part, index);
    const double hz = 600 + 2400 * random.uniform(0), sign = random.uniform(1) < 0.5 ? -1 : 1;
    return 0.5 * sign * std::exp(-since_s / 0.003) * std::cos(kTurn * hz * since_s);
}
/// Onsets to samples, as what rises above a tenth of full scale after 30 ms of less.
inline std::vector<double> clicks_in(const std::vector<float>& x, int rate) {
    std::vector<double> at;
    double last = -1;
    for (std::size_t n = 0; n < x.size(); ++n) {
        if (std::fabs(x[n]) < 0.1f) continue;
        const double t = static_cast<double>(n) / rate;
        if (t - last > 0.03) at.push_back(t);
        last = t;
    }
    return at;
}
/// A part of clicks at these times, ascending.
inline std::function<double(double)> clicks_at(std::vector<double> at_s, std::uint64_t part = 1) {
    return [at = std::move(at_s), part, next = std::size_t{0}](double t) mutable {
        if (next > 0 && at[next - 1] > t + 1e-9) next = 0;  // asked again from the start
        while (next < at.size() && at[next] <= t + 1e-9) ++next;
        return next == 0 ? 0.0 : click(std::max(0.0, t - at[next - 1]), part, next);
    };
}
/// What is left of a sound when its clicks are taken away, re the clicks in dB.
inline double besides_clicks_db(const std::vector<float>& x, const Song& song,
                                const std::vector<double>& at_s, std::uint64_t part = 1) {
    const Stem anew = stem_of(song, clicks_at(at_s, part));
    std::vector<double> rest;
    for (std::size_t n = 0; n < x.size(); ++n) rest.push_back(double(x[n]) - anew.left[n]);
    return oracle::db(rms(rest)) - rms_db(anew.left, song.rate, 0, song.seconds());
}

}  // namespace mixfarm::layers_test
