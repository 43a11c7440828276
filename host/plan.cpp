/// Budgets, generations and promotion.
#include "host/plan.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <sys/file.h>
#include <tbb/parallel_for.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "host/job/input_error.h"
#include "host/night.h"
#include "host/rank/rank.h"

namespace mixfarm {
namespace {

constexpr double kPromotedShare = 0.15;  // of the candidates
constexpr std::uint64_t kLeastPromoted = 64, kMostPromoted = 400;
constexpr double kExcerptShareOfTime = 0.55;  // the rest is for whole songs and picks
constexpr double kSongShareOfTime = 0.8;
constexpr std::uint64_t kAnnealWithoutEnd =
    2500;                                        // such a night's steps shrink as if it had so many
constexpr std::uint64_t kUnlimited = 1'000'000;  // candidates of a night that only the clock ends

Row unheard(std::uint64_t id, const std::string& origin, std::vector<float> values) {
    Row row;
    row.id = id;
    row.origin = origin;
    row.values = std::move(values);
    return row;
}

}  // namespace

Job job_for_night(const NightOptions& options) {
    Job job = read_job(options.job);
    if (options.candidates) job.search.candidates = *options.candidates;
    if (options.seed) job.search.seed = *options.seed;
    if (options.time_s) {
        job.search.time_s = *options.time_s;
        if (!options.candidates) job.search.candidates = kUnlimited;
    }
    // NIGHT/job.yaml is the job as run: no path in it depends on where the job once lay.
    const auto make_absolute = [&job](std::filesystem::path& file) {
        if (!file.empty() && file.is_relative())
            file = std::filesystem::absolute(job.folder / file).lexically_normal();
    };
    for (StemJob& stem : job.stems) make_absolute(stem.file);
    for (ReferenceJob& reference : job.references) make_absolute(reference.file);
    make_absolute(job.rough_mix);
    if (std::filesystem::path style = job.style;
        style.has_parent_path() || style.extension() == ".yaml") {
        make_absolute(style);
        job.style = style.string();
    }
    return job;
}

Plan::Plan(const Studio& studio)
    : candidates(std::max<std::uint64_t>(studio.job.search.candidates, kFirstSearched)),
      promoted(
          std::clamp(static_cast<std::uint64_t>(kPromotedShare * static_cast<double>(candidates)),
                     kLeastPromoted, kMostPromoted)),
      excerpt_part(candidates <= 4096 || candidates == kUnlimited ? 64 : 256),
      song_part(32),
      time_s(studio.job.search.time_s),
      hash(studio.plan_hash()) {}

Hearing::Context Plan::context(const Studio& studio, PartStore& parts, Progress& progress) const {
    return {*studio.engine, studio.space, studio.judge, parts,    progress,
            studio.target,  hash,         excerpt_part, song_part};
}

Search Plan::search(const Studio& studio) const {
    SearchPlan plan;
    plan.seed = studio.job.search.seed;
    plan.candidates = candidates - kFirstSearched;
    plan.anneal_over = candidates == kUnlimited ? kAnnealWithoutEnd : plan.candidates;
    plan.first_id = kFirstSearched;
    // No two nights that the clock ends are the same anyway: these suit the machine.
    if (candidates == kUnlimited)
        plan.least_generation = static_cast<std::uint64_t>(studio.engine->good_batch());
    for (const int knob : studio.space.searched())
        plan.block.push_back(studio.space.knobs()[static_cast<std::size_t>(knob)].channel);
    plan.dimensions = static_cast<int>(plan.block.size());
    return Search(plan);
}

bool Plan::spent(double share) const {
    if (time_s <= 0) return false;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count() >=
           share * time_s;
}

NightFolder::NightFolder(std::filesystem::path folder, const Job& job, Progress& progress)
    : folder_(std::move(folder)) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error)
        throw InputError(folder_.string(), "cannot make this folder (" + error.message() +
                                               "); choose another with -o");
    lock_ = open((folder_ / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock_ >= 0 && flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close(lock_);
        throw InputError(
            folder_.string(),
            "another mixfarm is working in this folder; wait for it, or choose another with -o");
    }
    if (!std::filesystem::exists(folder_ / "job.yaml")) write_job_as_run(job);
    progress.log_to((folder_ / "run.log").string());
}

NightFolder::~NightFolder() {
    if (lock_ >= 0) close(lock_);
}

void NightFolder::write_job_as_run(const Job& job) const {
    const std::filesystem::path file = folder_ / "job.yaml", fresh = folder_ / "job.yaml.part";
    errno = 0;
    std::ofstream yaml(fresh, std::ios::trunc);
    yaml << write_job(job, {});
    yaml.close();
    std::error_code error;
    if (!yaml) error = std::error_code(errno ? errno : EIO, std::generic_category());
    if (!error) std::filesystem::rename(fresh, file, error);
    if (error) throw std::system_error(error, file.string() + ": cannot be written");
}

PartStore NightFolder::parts() const {
    return PartStore(folder_ / "parts");
}

std::vector<Part> NightFolder::stored(const PartStore& parts, const Studio& studio,
                                      Progress& progress) const {
    std::vector<std::string> warnings;
    std::vector<Part> stored = parts.load(studio.plan_hash(), warnings);
    for (const std::string& warning : warnings) progress.warn(warning);
    std::size_t rows = 0;
    for (const Part& part : stored) rows += part.rows.size();
    if (rows > 0)
        progress.say(fmt::format("going on: {} renders of an earlier run are kept", rows));
    return stored;
}

std::vector<Heard> hear_excerpts(const Plan& plan, const Studio& studio, Search& search,
                                 Hearing& hearing, Progress& progress) {
    std::vector<Heard> all;
    progress.begin("excerpts", plan.candidates, 0);
    const auto hear = [&](std::vector<Row> rows, std::uint32_t part) {
        // The clock never takes the baselines.
        const auto enough = [&](std::size_t) {
            return part > 0 && plan.spent(kExcerptShareOfTime);
        };
        std::vector<Heard> heard =
            hearing.hear(std::move(rows), part, 2, studio.profile.telling, enough);
        std::vector<Outcome> outcomes;
        for (Heard& h : heard) {
            outcomes.push_back({h.scores.technical, h.place});
            all.push_back(std::move(h));
        }
        return outcomes;
    };
    hear({unheard(kStaticBalance, "static_balance", studio.space.static_balance()),
          unheard(kRuleBased, "rule_based", studio.space.rule_based())},
         0);
    while (!plan.spent(kExcerptShareOfTime)) {
        const std::uint32_t generation = search.generation() + 1;  // 0 holds the baselines
        std::vector<Row> rows;
        const std::vector<Candidate> asked_for = search.ask();
        rows.resize(asked_for.size());
        tbb::parallel_for(std::size_t{0}, rows.size(), [&](std::size_t i) {
            const Candidate& c = asked_for[i];
            rows[i] = unheard(c.id, c.origin, studio.space.values(c.unit));
            rows[i].parent_a = c.parent_a, rows[i].parent_b = c.parent_b;
        });
        if (rows.empty()) break;
        const std::size_t asked = rows.size();
        const std::vector<Outcome> outcomes = hear(std::move(rows), generation);
        if (outcomes.size() < asked) break;
        search.tell(outcomes);
    }
    progress.end();
    return all;
}

std::vector<Heard> hear_songs(const Plan& plan, const Studio& studio,
                              const std::vector<Heard>& excerpts, Hearing& hearing,
                              Progress& progress) {
    std::vector<Contender> contenders;
    for (const Heard& h : excerpts)
        contenders.push_back({h.row.id, h.row.stage, h.scores, h.place});
    std::vector<bool> chosen(excerpts.size(), false);
    chosen[kStaticBalance] = chosen[kRuleBased] = true;
    std::vector<Row> rows = {excerpts[kStaticBalance].row, excerpts[kRuleBased].row};
    // Best first, so that a night cut short by the clock has heard the most promising ones.
    for (const int i : promote(contenders, static_cast<int>(plan.promoted))) {
        if (chosen[static_cast<std::size_t>(i)]) continue;
        chosen[static_cast<std::size_t>(i)] = true;
        rows.push_back(excerpts[static_cast<std::size_t>(i)].row);
    }
    progress.begin("whole songs", rows.size(), 0);
    const Excerpt whole = whole_song(studio.song);
    // However late it is, the baselines and the best of the excerpts are heard.
    const auto enough = [&](std::size_t heard) {
        return heard >= 2 * plan.song_part && plan.spent(kSongShareOfTime);
    };
    std::vector<Heard> all = hearing.hear(std::move(rows), 0, 3, {&whole, 1}, enough);
    progress.end();
    return all;
}

}  // namespace mixfarm
