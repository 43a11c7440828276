/// `mixfarm analyze`: what each stem is, what is wrong with it, who masks whom.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iostream>

#include "host/analysis/profile.h"
#include "host/cli/command.h"
#include "host/song/song.h"

namespace mixfarm::cli {
namespace {

Json stem_json(const Stem& stem, const StemProfile& p) {
    Json s;
    s["name"] = stem.name;
    s["role"] = role_name(stem.role.role);
    s["why"] = stem.role.reason;
    s["silent"] = p.silent;
    s["channels"] = stem.channels;
    s["rate"] = stem.source_rate;
    s["integrated_lufs"] = p.silent ? Json(nullptr) : number(p.integrated_lufs);
    s["peak_dbfs"] = number(p.peak_dbfs);
    s["crest_db"] = number(p.crest_db);
    s["active_share"] = number(p.active_share);
    s["correlation"] = number(p.correlation);
    for (const double power : p.band_power)
        s["bands_db"].push_back(number(10 * std::log10(power + 1e-15)));
    s["problems"] = p.problems;
    return s;
}

struct Clash {
    double share;
    std::size_t stem, masker;
};

std::vector<Clash> clashes(const Song& song, const Profile& profile) {
    std::vector<Clash> all;
    for (std::size_t a = 0; a < song.stems.size(); ++a)
        for (std::size_t b = 0; b < song.stems.size(); ++b)
            if (a != b && !profile.stems[a].silent && !profile.stems[b].silent)
                all.push_back({profile.masked_by(static_cast<int>(a), static_cast<int>(b)), a, b});
    std::stable_sort(all.begin(), all.end(),
                     [](const Clash& x, const Clash& y) { return x.share > y.share; });
    return all;
}

}  // namespace

int run_analyze(const std::vector<std::string>& words) {
    Arguments arguments("analyze JOB|STEMS_DIR",
                        "Says what each stem is, how loud, how bright, what is wrong with it, and "
                        "which stems cover which.",
                        "mixfarm analyze job.yaml");
    arguments.positional("what", 1);
    if (!arguments.parse(words)) return kDone;
    const std::filesystem::path what = arguments.required("what");
    const bool folder = std::filesystem::is_directory(what);
    const Scouted scouted = folder ? scout_folder(what) : Scouted{read_job(what), {}};
    Song song = load_song(scouted.job);
    for (std::size_t i = 0; folder && i < song.stems.size(); ++i)
        song.stems[i].role.reason =
            scouted.notes[i];  // how the role was guessed, not that the guess was given
    const Profile profile = analyze(song);
    const std::vector<Clash> covered = clashes(song, profile);
    if (arguments.json()) {
        Json document;
        document["title"] = song.title;
        document["rate"] = song.rate;
        document["seconds"] = song.seconds();
        for (std::size_t i = 0; i < song.stems.size(); ++i)
            document["stems"].push_back(stem_json(song.stems[i], profile.stems[i]));
        for (int b = 0; b < kBands; ++b) document["band_centres_hz"].push_back(band_centre_hz(b));
        document["masking"] = Json::array();
        for (std::size_t a = 0; a < song.stems.size(); ++a) {
            Json row = Json::array();
            for (std::size_t b = 0; b < song.stems.size(); ++b)
                row.push_back(number(profile.masked_by(static_cast<int>(a), static_cast<int>(b))));
            document["masking"].push_back(row);
        }
        for (const Excerpt& e : profile.telling)
            document["excerpts"].push_back(
                {{"start_s", static_cast<double>(e.start) / song.rate},
                 {"seconds", static_cast<double>(e.frames) / song.rate}});
        print(document);
        return kDone;
    }
    std::cout << fmt::format(
        "\"{}\": {} stems, {:.1f} s at {} Hz\n\n{:<22} {:<16} {:>7} {:>7} {:>6} {:>6}  {}\n",
        song.title, song.stems.size(), song.seconds(), song.rate, "stem", "role", "LUFS", "peak",
        "crest", "plays", "notes");
    for (std::size_t i = 0; i < song.stems.size(); ++i) {
        const Stem& s = song.stems[i];
        const StemProfile& p = profile.stems[i];
        if (p.silent) {
            std::cout << fmt::format("{:<22} {:<16} silent\n", s.name, role_name(s.role.role));
            continue;
        }
        std::string notes = s.role.reason;
        for (const std::string& problem : p.problems) notes += "; " + problem;
        std::cout << fmt::format("{:<22} {:<16} {:>7.1f} {:>7.1f} {:>6.1f} {:>5.0f}%  {}\n", s.name,
                                 role_name(s.role.role), p.integrated_lufs, p.peak_dbfs, p.crest_db,
                                 100 * p.active_share, notes);
    }
    std::cout << "\nwho covers whom, at equal loudness:\n";
    int shown = 0;
    for (const Clash& c : covered) {
        if (c.share < 0.25 || shown++ >= 8) break;
        std::cout << fmt::format("  {} hides {:.0f} % of {}\n", song.stems[c.masker].name,
                                 100 * c.share, song.stems[c.stem].name);
    }
    if (shown == 0) std::cout << "  no stem hides a quarter of another\n";
    std::cout << "\nexcerpts that say most:";
    for (const Excerpt& e : profile.telling)
        std::cout << fmt::format("  {}-{}", clock_text(static_cast<double>(e.start) / song.rate),
                                 clock_text(static_cast<double>(e.start + e.frames) / song.rate));
    std::cout << "\n";
    return kDone;
}

}  // namespace mixfarm::cli
