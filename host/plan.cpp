/// Budgets, generations and promotion.
#include "host/plan.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <sys/file.h>
#include <tbb/parallel_for.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <system_error>

#include "host/job/input_error.h"
#include "host/night.h"
#include "host/song_guess.h"
#include "host/warm_up.h"

namespace mixfarm {
namespace {

constexpr double kPromotedShare = 0.15;  // of those heard in excerpts
constexpr std::uint64_t kLeastPromoted = 64, kMostPromoted = 400;
constexpr std::uint64_t kAllHeard = 256;  // of so few candidates every one is heard
// More would fill memory, and results.h5, and say little: about 8 kB each.
constexpr std::uint64_t kMostHeardInTime = 1 << 17, kMostPromotedInTime = 1 << 14;
constexpr std::uint64_t kRounds = 16, kRoundsInTime = 24;
constexpr std::size_t kExcerptPart = 64, kMostInRound = 4096;
/// One in so many looks, and so many in a round at least, are close ones that no first glance came
/// before: a close look takes about thirty times as long. Small rounds have none.
constexpr std::uint64_t kFollowedOf = 48, kLeastFollowed = 48, kFollowedFrom = 512;
constexpr std::uint64_t kFollowedOfPoor = 12;  ///< where first glances are not to be trusted
// A night that the clock ends: a look costs so much of what hearing costs, in time; a share of the
// time is for whole songs.
constexpr double kLookingShare = 0.5, kSongShareOfTime = 0.25, kSpareS = 2, kSpare = 1.7;
constexpr std::uint64_t kLeastLook = 1024, kMostLook = 1 << 20;
/// A whole song takes longer a second than excerpts do: the gain has further to go.
constexpr double kWholeOverExcerpts = 2;
/// Fewer pairs say nothing; below this rank correlation the first glance is told to be poor.
constexpr std::size_t kTellFrom = 24;
constexpr double kPoor = 0.3;

Row unheard(std::uint64_t id, const std::string& origin, std::vector<float> values) {
    Row row;
    row.id = id;
    row.origin = origin;
    row.values = std::move(values);
    return row;
}

}  // namespace

std::filesystem::path taste_before(const std::filesystem::path& folder) {
    return std::filesystem::absolute(folder).lexically_normal() / "taste-before.yaml";
}

Job job_for_night(const NightOptions& options) {
    Job job = read_job(options.job);
    if (options.candidates) job.search.candidates = *options.candidates;
    if (options.seed) job.search.seed = *options.seed;
    if (options.time_s) {
        job.search.time_s = *options.time_s;
        if (!options.candidates && *options.time_s > 0) job.search.candidates = kUnlimited;
    }
    // NIGHT/job.yaml is the job as run: no path in it depends on where the job once lay.
    const auto make_absolute = [&job](std::filesystem::path& file) {
        if (!file.empty() && file.is_relative())
            file = std::filesystem::absolute(job.folder / file).lexically_normal();
    };
    for (StemJob& stem : job.stems) make_absolute(stem.file);
    for (ReferenceJob& reference : job.references) make_absolute(reference.file);
    make_absolute(job.rough_mix);
    make_absolute(job.own_sounds);
    if (!options.taste.empty()) job.taste = std::filesystem::absolute(options.taste);
    make_absolute(job.taste);
    // A night that has begun goes on with the taste that it began with.
    const std::filesystem::path begun = taste_before(options.folder);
    if (!job.taste.empty() && std::filesystem::exists(begun)) job.taste = begun;
    if (std::filesystem::path style = job.style;
        style.has_parent_path() || style.extension() == ".yaml") {
        make_absolute(style);
        job.style = style.string();
    }
    return job;
}

std::uint64_t heard_of(std::uint64_t candidates) {
    if (candidates <= kAllHeard) return candidates;
    const double all = kAllHeard;
    return static_cast<std::uint64_t>(all * std::cbrt(static_cast<double>(candidates) / all));
}

std::size_t picks_at_once(const Song& song) {
    constexpr std::size_t kBytes = std::size_t{768} << 20;  // of audio
    const std::size_t bytes = static_cast<std::size_t>(song.frames) * 2 * sizeof(float);
    return std::max<std::size_t>(1, kBytes / bytes);
}

Plan::Plan(const Studio& studio)
    : candidates(studio.space.searched().empty()
                     ? kFirstSearched  // all is locked: there is one mix
                     : std::max<std::uint64_t>(studio.job.search.candidates, kFirstSearched)),
      heard(heard_of(candidates)),
      promoted(std::clamp(static_cast<std::uint64_t>(kPromotedShare * static_cast<double>(heard)),
                          kLeastPromoted, kMostPromoted)),
      excerpt_part(kExcerptPart),
      song_part(32),
      time_s(studio.job.search.time_s),
      hash(studio.plan_hash()),
      begun(studio.begun),
      heard_in_round_(std::clamp<std::size_t>(heard / kRounds / kExcerptPart * kExcerptPart,
                                              kExcerptPart, kMostInRound)),
      batch_(static_cast<std::size_t>(std::max(1, studio.engine->good_batch()))) {
    const std::size_t picks = static_cast<std::size_t>(studio.job.search.picks) + kFirstSearched,
                      at_once = std::min(picks, picks_at_once(studio.song));
    pick_slots_ = (picks + at_once - 1) / at_once * slots(at_once) + slots(kWarmUpMixes);
    // About half of the moves are made in a mix.
    pick_slots_ +=
        slots(static_cast<std::size_t>(studio.job.search.picks) * studio.space.moves().size() / 2);
    if (candidates < kUnlimited) return;
    heard = kMostHeardInTime, promoted = kMostPromotedInTime;
    // As many side by side as suit the machine: no two nights that the clock ends are the same
    // anyway.
    heard_in_round_ = std::clamp(batch_, kExcerptPart, kMostInRound);
}

Hearing::Context Plan::context(const Studio& studio, NightParts& parts, Progress& progress) const {
    return {*studio.engine, studio.space,  studio.judge, studio.liking, parts,
            progress,       studio.target, hash,         excerpt_part,  song_part};
}

Scouting::Round Plan::round(std::uint32_t number, std::uint64_t looked_at, std::uint64_t already,
                            const Course& course) const {
    Scouting::Round round{number, looked_at, 0, 0, 0, 0};
    if (already >= heard || looked_at >= candidates) return round;
    const std::uint64_t left = candidates - looked_at, unheard = heard - already;
    if (candidates < kUnlimited) {
        round.heard = std::min<std::uint64_t>(heard_in_round_, unheard);
        const std::uint64_t rounds = (unheard + heard_in_round_ - 1) / heard_in_round_;
        round.looked_at = left / rounds;
    } else {
        const double a_round = time_s / kRoundsInTime * (1 - kLookingShare) / course.excerpt_s;
        const auto parts = static_cast<std::uint64_t>(a_round / static_cast<double>(kExcerptPart));
        round.heard = std::min<std::uint64_t>(
            std::clamp<std::uint64_t>(parts * kExcerptPart, heard_in_round_, kMostInRound),
            unheard);
        const double looks = kLookingShare / (1 - kLookingShare) *
                             static_cast<double>(round.heard) * course.excerpt_s / course.glance_s;
        round.looked_at = std::clamp(static_cast<std::uint64_t>(looks), kLeastLook, kMostLook);
    }
    round.heard = std::min<std::uint64_t>(round.heard, round.looked_at);
    if (round.looked_at >= std::max(kFollowedFrom, 2 * static_cast<std::uint64_t>(round.heard)))
        round.followed = std::max(
            kLeastFollowed, round.looked_at / (course.glances ? kFollowedOf : kFollowedOfPoor));
    // What is drawn plainly is what guesses are judged by, and what helps where they are of no use.
    round.sampled = std::min(round.heard, round.heard / (course.looks ? 8 : 2) + 1);
    return round;
}

bool Plan::trusted(const Agreement& agreement) {
    return agreement.pairs < kTellFrom || agreement.spearman >= kPoor;
}

double Plan::seconds_left() const {
    if (time_s <= 0) return HUGE_VAL;
    return time_s - spent_s -
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

double Plan::songs_s(double song_s) const {
    return std::max(kSongShareOfTime * time_s, static_cast<double>(song_part) * song_s);
}

double Plan::picks_s(double song_s) const {
    return kSpareS + kSpare * static_cast<double>(pick_slots_) * song_s;
}

std::size_t Plan::slots(std::size_t mixes) const {
    return (mixes + batch_ - 1) / batch_ * batch_;
}

NightFolder::NightFolder(std::filesystem::path folder, const Job& job, Progress& progress)
    : folder_(std::move(folder)) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error)
        throw InputError(folder_.string(), "cannot make this folder (" + error.message() +
                                               "); choose another with -o");
    lock_ = std::make_unique<NightLock>(folder_);
    if (!std::filesystem::exists(folder_ / "job.yaml")) write_job_as_run(job);
    progress.log_to((folder_ / "run.log").string());
}

NightFolder::~NightFolder() = default;

void NightFolder::write_job_as_run(const Job& job) const {
    const std::filesystem::path file = folder_ / "job.yaml", fresh = folder_ / "job.yaml.part";
    Job as_run = job;
    if (!job.taste.empty()) {  // it learns more while the night stays as it was
        as_run.taste = taste_before(folder_);
        if (job.taste != as_run.taste)
            std::filesystem::copy_file(job.taste, as_run.taste,
                                       std::filesystem::copy_options::overwrite_existing);
    }
    errno = 0;
    std::ofstream yaml(fresh, std::ios::trunc);
    yaml << write_job(as_run, {});
    yaml.close();
    std::error_code error;
    if (!yaml) error = std::error_code(errno ? errno : EIO, std::generic_category());
    if (!error) std::filesystem::rename(fresh, file, error);
    if (error) throw std::system_error(error, file.string() + ": cannot be written");
}

NightParts NightFolder::parts(const Studio& studio, Progress& progress) const {
    PartStore store(folder_ / "parts");
    std::vector<std::string> warnings;
    std::vector<Part> stored = store.load(studio.plan_hash(), warnings);
    for (const std::string& warning : warnings) progress.warn(warning);
    std::size_t rows = 0;
    for (const Part& part : stored)
        if (part.stage > 0) rows += part.rows.size();
    if (rows > 0)
        progress.say(fmt::format("going on: {} renders of an earlier run are kept", rows));
    return {std::move(store), std::move(stored)};
}

bool NightFolder::finished(const std::string& plan_hash) const {
    if (!std::filesystem::exists(results_file())) return false;
    const Results results = read_results(results_file());
    const auto plan = results.attributes.find("plan_sha256");
    return plan != results.attributes.end() && plan->second == plan_hash;
}

std::vector<Heard> hear_excerpts(const Plan& plan, const Studio& studio, Scouting& scouting,
                                 Hearing& hearing, Progress& progress) {
    std::vector<Heard> all;
    std::int64_t excerpt_frames = 0;
    for (const Excerpt& e : studio.profile.telling) excerpt_frames += e.frames + e.warmup;
    const double song_over_excerpts =
        kWholeOverExcerpts * static_cast<double>(studio.song.frames) /
        static_cast<double>(std::max<std::int64_t>(1, excerpt_frames));
    std::size_t slots = 0;
    const auto excerpt_s = [&] { return hearing.seconds(2) / static_cast<double>(slots); };
    // Of what is left, whole songs and picks have their share.
    const auto seconds_left = [&] {
        const double song_s = song_over_excerpts * excerpt_s();
        return plan.seconds_left() - plan.songs_s(song_s) - plan.picks_s(song_s);
    };
    const auto late = [&] { return seconds_left() < 0; };
    progress.begin("excerpts", plan.heard, 0,
                   plan.time_s > 0 ? std::function<double()>(seconds_left) : nullptr);
    const auto hear = [&](std::vector<Row> rows, const Scouting::Round& round) {
        // The clock never takes the baselines, nor the first round.
        const auto enough = [&](std::size_t) { return round.number > 1 && late(); };
        std::vector<Heard> heard =
            hearing.hear(std::move(rows), round.number, 2, studio.profile.telling, enough);
        slots += plan.slots(heard.size());
        scouting.learn(heard);
        std::move(heard.begin(), heard.end(), std::back_inserter(all));
    };
    hear({unheard(kStaticBalance, "static_balance", studio.space.static_balance()),
          unheard(kRuleBased, "rule_based", studio.space.rule_based())},
         {0, 0, 2, 0, 2, 0});
    while (scouting.rounds() == 0 || scouting.knows_next() || !late()) {
        const Scouting::Round round = plan.round(
            scouting.rounds() + 1, scouting.looked_at(), all.size(),
            {scouting.glance_s(), excerpt_s(), Plan::trusted(scouting.agreement(Glance::levels)),
             Plan::trusted(scouting.agreement(Glance::dynamics))});
        if (round.heard == 0) break;
        hear(scouting.explore(round), round);
    }
    progress.end();
    if (const Agreement glance = scouting.agreement(Glance::levels); !Plan::trusted(glance))
        progress.say(
            fmt::format("first glances foretell this song badly (rank correlation {:.2f}): "
                        "more was looked at closely instead",
                        glance.spearman));
    if (const Agreement look = scouting.agreement(Glance::dynamics); !Plan::trusted(look))
        progress.say(
            fmt::format("looking foretells this song badly (rank correlation {:.2f}): half "
                        "of what was heard was drawn plainly instead",
                        look.spearman));
    return all;
}

std::vector<Heard> hear_songs(const Plan& plan, const Studio& studio,
                              const std::vector<Heard>& excerpts, Hearing& hearing,
                              Progress& progress) {
    const Excerpt whole = whole_song(studio.song);
    const std::size_t most = std::min<std::size_t>(plan.promoted + 2, excerpts.size());
    SongGuess guess(studio.judge, excerpts, kFirstSearched);
    std::vector<Heard> all;
    const auto seconds_left = [&] {
        const double song_s = hearing.seconds(3) / static_cast<double>(plan.slots(all.size()));
        return plan.seconds_left() - plan.picks_s(song_s) -
               static_cast<double>(plan.song_part) * song_s;
    };
    // However late it is, the baselines and the best of the excerpts are heard; and what an earlier
    // run has heard.
    const auto late = [&] { return all.size() >= plan.song_part && seconds_left() < 0; };
    progress.begin("whole songs", most, 0,
                   plan.time_s > 0 ? std::function<double()>(seconds_left) : nullptr);
    // Part by part: what whole songs tell decides which ones come next.
    for (std::uint32_t part = 0; all.size() < most; ++part) {
        std::vector<Row> rows;
        for (const std::size_t i : guess.next(std::min(plan.song_part, most - all.size())))
            rows.push_back(excerpts[i].row);
        if (rows.empty() || (late() && !hearing.knows(rows, part, 3))) break;
        std::vector<Heard> songs = hearing.hear(std::move(rows), part, 3, {&whole, 1});
        for (Heard& song : songs) song.plain = guess.plain(song.row.id);
        guess.learn(songs);
        std::move(songs.begin(), songs.end(), std::back_inserter(all));
    }
    progress.end();
    if (const Agreement told = guess.agreement(); !Plan::trusted(told))
        progress.say(
            fmt::format("excerpts foretell whole songs badly here (rank correlation {:.2f}): "
                        "only whole songs tell how good a mix is",
                        told.spearman));
    return all;
}

}  // namespace mixfarm
