/// `mixfarm analyze`: what each stem is, when it plays, what is wrong with it, who masks whom; in
/// words, as JSON, as a page.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iostream>

#include "host/analysis/activity.h"
#include "host/analysis/cover.h"
#include "host/analysis/profile.h"
#include "host/analysis/raw_sum.h"
#include "host/cli/command.h"
#include "host/form/form.h"
#include "host/moves/plan_moves.h"
#include "host/report/analysis_page.h"
#include "host/report/analysis_words.h"
#include "host/song/song.h"
#include "host/store/atomic_file.h"

namespace mixfarm::cli {
namespace {

constexpr double kStepS = 1;        ///< of activity over time in JSON
constexpr std::size_t kStrip = 60;  ///< marks of activity over time on a terminal
constexpr double kStripLu = 30;     ///< down to here a stem counts as playing

Json bands_json(const std::array<double, kBands>& power) {
    Json bands = Json::array();
    for (const double p : power) bands.push_back(number(10 * std::log10(p + 1e-15)));
    return bands;
}

/// Mean level of every step; null where nothing sounds.
Json activity_json(const std::vector<float>& level_lufs) {
    Json steps = Json::array();
    constexpr std::size_t kBlocks = static_cast<std::size_t>(kStepS * 10);
    for (std::size_t first = 0; first < level_lufs.size(); first += kBlocks) {
        const std::size_t last = std::min(level_lufs.size(), first + kBlocks);
        double power = 0;
        for (std::size_t i = first; i < last; ++i)
            if (level_lufs[i] > -120) power += std::pow(10.0, level_lufs[i] / 10.0);
        const double lufs = 10 * std::log10(power / static_cast<double>(last - first));
        steps.push_back(number(std::round(100 * lufs) / 100));
    }
    return {{"step_s", kStepS}, {"lufs", steps}};
}

Json stem_json(const Song& song, const Stem& stem, const StemProfile& p) {
    Json s;
    s["name"] = stem.name;
    s["role"] = role_name(stem.role.role);
    s["why"] = stem.role.reason;
    s["silent"] = p.silent && !p.too_short;
    s["too_short"] = p.too_short;
    s["channels"] = stem.channels;
    s["rate"] = stem.source_rate;
    s["integrated_lufs"] = p.silent ? Json(nullptr) : number(p.integrated_lufs);
    s["peak_dbfs"] = number(p.peak_dbfs);
    s["crest_db"] = number(p.crest_db);
    s["active_share"] = number(p.active_share);
    s["correlation"] = number(p.correlation);
    s["bands_db"] = bands_json(p.band_power);
    s["problems"] = p.problems;
    s["sections"] = Json::array();
    for (const Activity& a : section_activity(p, song.sections))
        s["sections"].push_back(
            {{"active_share", number(a.share)}, {"lufs", a.share > 0 ? number(a.lufs) : Json()}});
    s["activity"] = activity_json(p.level_lufs);
    return s;
}

Json form_json(const Form& form) {
    Json f;
    f["tempo_bpm"] = number(form.beats.tempo_bpm);
    f["beats_per_bar"] = form.bars.beats;
    f["confidence"] = {{"beats", number(form.beats.confidence)},
                       {"bars", number(form.bars.confidence)},
                       {"sections", number(form.sections.confidence)}};
    f["beats_s"] = form.beats.at_s;
    f["bars_s"] = form.bars.at_s;
    f["sections"] = Json::array();
    for (const FoundSection& s : form.sections.found)
        f["sections"].push_back({{"name", s.name},
                                 {"kind", section_word(s.kind)},
                                 {"start_s", s.start_s},
                                 {"end_s", s.end_s},
                                 {"bars", s.bars},
                                 {"theme", s.theme},
                                 {"lufs", number(s.loudness_lufs)},
                                 {"sung", number(s.sung)},
                                 {"rise_lu", number(s.rise_lu)},
                                 {"low_rise_db", number(s.low_rise_db)},
                                 {"drop", s.drop}});
    f["bodies"] = form.bodies;
    f["lead"] = form.lead < 0 ? Json(nullptr) : Json(form.lead);
    f["phrases"] = Json::array();
    for (const Phrase& p : form.phrases)
        f["phrases"].push_back({{"start_s", p.start_s},
                                {"end_s", p.end_s},
                                {"last_word_s", p.last_word_s},
                                {"gap_s", p.gap_s},
                                {"strong", p.strong}});
    return f;
}

Json moves_json(const std::vector<Move>& moves) {
    Json all = Json::array();
    for (const Move& move : moves) {
        Json places = Json::array();
        for (const Move::Place& p : move.places)
            places.push_back(
                {{"name", p.name}, {"start_s", number(p.start_s)}, {"end_s", number(p.end_s)}});
        all.push_back({{"name", move.name},
                       {"family", family_name(move.family)},
                       {"most", number(move.most)},
                       {"places", places},
                       {"reason", move.reason},
                       {"words", move_words(move, move.most)}});
    }
    return all;
}

Json analysis_json(const Song& song, const Profile& profile, const Form& form,
                   const std::vector<Move>& moves, const std::vector<std::string>& left_out,
                   const RawSum& sum) {
    Json document;
    document["title"] = song.title;
    document["rate"] = song.rate;
    document["seconds"] = song.seconds();
    document["sections"] = Json::array();
    for (const Section& s : song.sections)
        document["sections"].push_back(
            {{"name", s.name}, {"start_s", s.start_s}, {"end_s", s.end_s}});
    document["form"] = form_json(form);
    document["moves"] = moves_json(moves);
    document["left_out"] = left_out;
    for (std::size_t i = 0; i < song.stems.size(); ++i)
        document["stems"].push_back(stem_json(song, song.stems[i], profile.stems[i]));
    for (int b = 0; b < kBands; ++b) document["band_centres_hz"].push_back(band_centre_hz(b));
    document["sum"] = {{"integrated_lufs", number(sum.measured.metric("integrated_lufs"))},
                       {"true_peak_dbtp", number(sum.measured.metric("true_peak_dbtp"))},
                       {"bands_db", bands_json(sum.band_power)}};
    document["masking"] = Json::array();
    for (std::size_t a = 0; a < song.stems.size(); ++a) {
        Json row = Json::array();
        for (std::size_t b = 0; b < song.stems.size(); ++b)
            row.push_back(number(profile.masked_by(static_cast<int>(a), static_cast<int>(b))));
        document["masking"].push_back(row);
    }
    document["covers"] = Json::array();
    for (const Cover& c : covers(profile, report::kWorthTelling))
        document["covers"].push_back({{"stem", song.stems[c.stem].name},
                                      {"masker", song.stems[c.masker].name},
                                      {"share", number(c.share)},
                                      {"low_hz", c.low_hz > 0 ? number(c.low_hz) : Json()},
                                      {"high_hz", c.low_hz > 0 ? number(c.high_hz) : Json()}});
    document["excerpts"] = Json::array();
    for (const Excerpt& e : profile.telling)
        document["excerpts"].push_back({{"start_s", static_cast<double>(e.start) / song.rate},
                                        {"seconds", static_cast<double>(e.frames) / song.rate}});
    return document;
}

/// A level over time as a strip of marks, each as high as the loudest moment in it.
std::string strip(const std::vector<float>& level_lufs) {
    static constexpr const char* kMarks[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                             "\u2585", "\u2586", "\u2587", "\u2588"};
    const std::size_t blocks = level_lufs.size(), marks = std::min(kStrip, blocks);
    const float top = blocks ? *std::max_element(level_lufs.begin(), level_lufs.end()) : -120;
    std::string all;
    for (std::size_t m = 0; m < marks; ++m) {
        const auto at = [&](std::size_t k) {
            return level_lufs.begin() + static_cast<std::ptrdiff_t>(k * blocks / marks);
        };
        const double over = *std::max_element(at(m), at(m + 1)) - top + kStripLu;
        all += over <= 0 ? " " : kMarks[std::min(static_cast<int>(over / kStripLu * 8), 7)];
    }
    return all;
}

/// Columns that a stem's name takes, and the name cut to them.
struct NameColumn {
    std::size_t width = 8;
    explicit NameColumn(const Song& song) {
        for (const Stem& s : song.stems) width = std::max(width, s.name.size());
        width = std::min<std::size_t>(width, 24);
    }
    std::string operator()(const std::string& name) const {
        return fmt::format("{:<{}.{}}", name, width, width);
    }
};

void tell_stems(const Song& song, const Profile& profile, const NameColumn& column) {
    std::cout << fmt::format("\n{}  {:<16} {:>6} {:>6} {:>6} {:>6}  {}\n", column("stem"), "role",
                             "LUFS", "peak", "crest", "plays", "how the role was found");
    for (std::size_t i = 0; i < song.stems.size(); ++i) {
        const Stem& s = song.stems[i];
        const StemProfile& p = profile.stems[i];
        const std::string start =
            fmt::format("{}  {:<16}", column(s.name), report::role_words(s.role.role));
        if (p.silent) {
            std::cout << start << (p.too_short ? " too short to be judged\n" : " silent\n");
            continue;
        }
        std::cout << fmt::format("{} {:>6.1f} {:>6.1f} {:>6.1f} {:>5.0f}%  {}\n", start,
                                 p.integrated_lufs, p.peak_dbfs, p.crest_db, 100 * p.active_share,
                                 s.role.reason);
        for (const std::string& problem : p.problems)
            std::cout << fmt::format("{}  ! {}\n", column(""), problem);
    }
}

void tell_time(const Song& song, const Profile& profile, const NameColumn& column) {
    std::cout << fmt::format("\nwhen they play, 0:00 to {}\n", clock_text(song.seconds()));
    for (std::size_t i = 0; i < song.stems.size(); ++i)
        std::cout << fmt::format("{}  {}\n", column(song.stems[i].name),
                                 profile.stems[i].silent ? "" : strip(profile.stems[i].level_lufs));
    if (song.sections.size() < 2) return;
    std::cout << "\nshare of each section in which a stem is heard, and its LUFS then\n";
    const std::vector<std::string> names = report::section_names(song.sections);
    constexpr std::size_t kAcross = 6;  // sections in one row
    for (std::size_t first = 0; first < names.size(); first += kAcross) {
        const std::size_t last = std::min(names.size(), first + kAcross);
        std::cout << column("");
        for (std::size_t s = first; s < last; ++s)
            std::cout << fmt::format("  {:>12.12}", names[s]);
        std::cout << "\n";
        for (std::size_t i = 0; i < song.stems.size(); ++i) {
            const auto heard = section_activity(profile.stems[i], song.sections);
            std::cout << column(song.stems[i].name);
            for (std::size_t s = first; s < last; ++s)
                std::cout << (heard[s].share > 0 ? fmt::format("  {:>5.0f}% {:>5.0f}",
                                                               100 * heard[s].share, heard[s].lufs)
                                                 : fmt::format("  {:>12}", "-"));
            std::cout << "\n";
        }
    }
}

void tell(const Song& song, const Profile& profile, const Form& form,
          const std::vector<Move>& moves, const std::vector<std::string>& left_out) {
    const std::vector<Cover> covered = covers(profile, report::kWorthTelling);
    const NameColumn column(song);
    std::cout << fmt::format("\"{}\": {} {}, {:.1f} s at {} Hz\n", song.title, song.stems.size(),
                             song.stems.size() == 1 ? "stem" : "stems", song.seconds(), song.rate);
    for (const std::string& words : report::first_words(song, profile, covered))
        std::cout << words << "\n";
    std::cout << "\nas the stems show it:\n";
    for (const std::string& words : form_words(form)) std::cout << "  " << words << "\n";
    std::cout << "\nmoves that it has places for, as strong as the job allows:\n";
    for (const Move& move : moves) std::cout << "  " << move_words(move, move.most) << "\n";
    if (moves.empty()) std::cout << "  none\n";
    for (const std::string& words : left_out) std::cout << "  " << words << "\n";
    tell_stems(song, profile, column);
    tell_time(song, profile, column);
    std::cout << "\nwho covers whom, at equal loudness:\n";
    bool any = false;
    for (std::size_t i = 0; i < song.stems.size(); ++i) {
        const std::string hidden = report::hidden_by_words(song, covered, i);
        if (hidden.empty()) continue;
        any = true;
        std::cout << fmt::format("{}  {}\n", column(song.stems[i].name), hidden);
    }
    if (!any) std::cout << "  no stem hides a quarter of another\n";
    std::cout << "\nexcerpts that say most:";
    for (const Excerpt& e : profile.telling)
        std::cout << fmt::format("  {}-{}", clock_text(static_cast<double>(e.start) / song.rate),
                                 clock_text(static_cast<double>(e.start + e.frames) / song.rate));
    std::cout << "\n";
}

}  // namespace

int run_analyze(const std::vector<std::string>& words) {
    Arguments arguments(
        "analyze JOB|STEMS_DIR [--html FILE]",
        "Says what each stem is, when it plays, how loud, how bright, what is wrong "
        "with it, and which stems\n"
        "cover which; --html draws it on one page that needs no other file.",
        "mixfarm analyze job.yaml --html stems.html");
    arguments.add()("html", po::value<std::string>(), "also write a page with pictures");
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
    const Form form = settle_form(song, profile);
    std::vector<std::string> left_out;
    const std::vector<Move> moves = plan_moves(scouted.job, song, profile, form, &left_out);
    const bool page = arguments.has("html");
    const RawSum sum = page || arguments.json() ? raw_sum(song) : RawSum{};
    if (page)
        publish_text(arguments.get<std::string>("html"),
                     report::analysis_page(song, profile, sum, form_words(form), moves));
    if (arguments.json())
        print(analysis_json(song, profile, form, moves, left_out, sum));
    else
        tell(song, profile, form, moves, left_out);
    if (page) std::cerr << "page: " << arguments.get<std::string>("html") << "\n";
    return kDone;
}

}  // namespace mixfarm::cli
