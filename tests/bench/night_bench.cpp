/// Whole nights as a user runs them: what they cost by the number of candidates, how well a time is
/// kept, and how the best pick stands against the static balance and the rule-based mix, by the
/// technical score and by measures that the score does not use. Arguments are jobs; without any,
/// the built-in song. --full adds a night of a million candidates and one of ten minutes.
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cmath>
#include <cstdio>

#include "host/hearing.h"
#include "host/song/song.h"
#include "host/store/results.h"
#include "host/studio.h"
#include "tests/bench/rows.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using bench::Json;

struct Run {
    double seconds, megabytes;
};

/// The program, to its end; its memory is the most it ever held.
Run mixfarm_run(const fs::path& job, const fs::path& night, const std::string& option,
                const std::string& value) {
    const auto begun = std::chrono::steady_clock::now();
    const pid_t child = fork();
    if (child == 0) {
        if (!std::freopen("/dev/null", "w", stdout)) _exit(126);
        execl(MIXFARM_BINARY, MIXFARM_BINARY, "run", job.c_str(), "-o", night.c_str(),
              option.c_str(), value.c_str(), "--device", "cpu", nullptr);
        _exit(127);
    }
    int status = 0;
    rusage used{};
    if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0)
        throw std::runtime_error("mixfarm run " + job.string() + " failed");
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(),
            static_cast<double>(used.ru_maxrss) / 1024};
}

std::string text(const char* format, double a, double b, double c = 0, double d = 0) {
    char line[200];
    std::snprintf(line, sizeof line, format, a, b, c, d);
    return line;
}

/// The score, and what it does not look at in this way.
struct Unscored {
    double technical;
    double most_covered;  ///< masking of the stem that is covered most; the score has the mean
    double mono_loss;     ///< dB; the score only rejects what collapses
};

Unscored unscored(const Studio& studio, const Results& results, std::uint64_t id) {
    std::size_t at = 0;
    while (results.rows[at].id != id) ++at;
    const Row& row = results.rows[at];
    const Measurement m = measurement_of(row);
    const Covering covering = studio.judge.covering(m, studio.space.settings(row.values));
    Unscored u{results.technical[at], 0, m.metric("mono_loss_db")};
    for (const double stem : covering.stem)
        if (std::isfinite(stem)) u.most_covered = std::max(u.most_covered, stem);
    return u;
}

class SongBench {
public:
    SongBench(const fs::path& job, bool full, Json& rows)
        : job_(job),
          title_(read_job(job).title),
          folder_(fs::temp_directory_path() / ("mixfarm-night-" + std::to_string(getpid()))),
          full_(full),
          rows_(rows) {
        fs::create_directories(folder_);
    }
    ~SongBench() { fs::remove_all(folder_); }

    void run() {
        std::vector<std::uint64_t> sizes = {10'000, 100'000};
        if (full_) sizes.push_back(1'000'000);
        double per_look = 0;
        for (const std::uint64_t n : sizes) {
            const fs::path night = folder_ / std::to_string(n);
            const Run run = mixfarm_run(job_, night, "--candidates", std::to_string(n));
            const Results results = read_results(night / "results.h5");
            const double looks = static_cast<double>(results.level(0)->candidates),
                         cost = results.level(0)->seconds / looks;
            row("night_s " + std::to_string(n), run.seconds, "seconds, all of it",
                text("first glances %.1f s, closer looks %.1f s, excerpts %.1f s, whole songs "
                     "%.1f s",
                     results.level(0)->seconds, results.level(1)->seconds,
                     results.level(2)->seconds, results.level(3)->seconds),
                nullptr);
            row("glance_us " + std::to_string(n), 1e6 * cost, "a first glance",
                "the one of the smallest night",
                per_look > 0 ? Json(cost / per_look) : Json(nullptr));
            if (per_look == 0) per_look = cost;
            row("memory_mb " + std::to_string(n), run.megabytes, "the most it held",
                text("%.0f heard, %.0f whole", static_cast<double>(results.rows.size()),
                     static_cast<double>(results.level(3)->candidates)),
                nullptr);
            if (n == sizes.back() && !results.picks.empty()) compare(night, results);
        }
        const double wanted = full_ ? 600 : 60;
        const Run timed = mixfarm_run(job_, folder_ / "timed", "--time",
                                      std::to_string(static_cast<int>(wanted)));
        row("timed_s", timed.seconds, "seconds",
            std::to_string(static_cast<int>(wanted)) + " s that were asked for",
            timed.seconds / wanted);
    }

private:
    void row(const std::string& name, double value, const std::string& unit,
             const std::string& against, Json ratio) {
        rows_.push_back(bench::row(name + " " + title_, value, unit, against, ratio, nullptr));
        std::fprintf(stderr, "%s %s: %.4g %s (%s)\n", name.c_str(), title_.c_str(), value,
                     unit.c_str(), against.c_str());
    }

    void compare(const fs::path& night, const Results& results) {
        Progress progress;
        const Studio studio(read_job(night / "job.yaml"), "cpu", 0, progress);
        const Unscored best = unscored(studio, results, results.picks.front()),
                       still = unscored(studio, results, 0), rules = unscored(studio, results, 1);
        const auto against = [&](const std::string& name, double Unscored::*part,
                                 const std::string& unit) {
            row(name, best.*part, unit,
                text("static balance %.3f, rule-based mix %.3f", still.*part, rules.*part),
                nullptr);
        };
        against("best_technical", &Unscored::technical, "technical score of the best pick");
        against("best_most_covered", &Unscored::most_covered,
                "masking of its stem that is covered most, 0 to 1; less is better");
        against("best_mono_loss", &Unscored::mono_loss, "dB lost in mono");
    }

    fs::path job_;
    std::string title_;
    fs::path folder_;
    bool full_;
    Json& rows_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, [](const bench::Words& words, Json& rows) {
        bench::for_each_job(words, write_demo_song,
                            [&](const fs::path& job) { SongBench(job, words.full, rows).run(); });
    });
}
