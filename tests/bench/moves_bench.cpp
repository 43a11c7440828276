/// What moves cost: candidates a second at every level with all of a song's moves in play against
/// the same mixes without any, alternating; and how long the sounds of the moves take to be made.
///
/// Arguments are jobs; without any, the built-in song. All moves, flavours too, go as far as they may.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "host/lookout.h"
#include "host/moves/plan_moves.h"
#include "host/plan.h"
#include "kernels/core/random.h"
#include "tests/bench/rows.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using bench::Json;

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

Job with_moves(const fs::path& file, double most) {
    Job job = read_job(file);
    for (const MoveKind& kind : move_kinds())  // by name, or flavours would be left out
        job.moves.said[std::string(kind.name)] = {most, std::nullopt};
    return job;
}

class SongBench {
public:
    SongBench(const fs::path& job, const bench::Words& words, Json& rows)
        : takes_(words.full ? 9 : 5),
          rows_(rows),
          studio_(with_moves(job, 1), "cpu", 0, progress_),
          lookout_(studio_, 0) {}

    void run() {
        row("moves", static_cast<double>(studio_.space.moves().size()), "",
            std::to_string(studio_.layers.size()) + " sounds made for them");
        sounds();
        level("moves_l0_per_s", 2048, [&](auto& c) { lookout_.foretell(c, Glance::levels); });
        level("moves_l1_per_s", 128, [&](auto& c) { lookout_.foretell(c, Glance::dynamics); });
        const Excerpt whole[] = {whole_song(studio_.song)};
        level("moves_l2_per_s", 16, [&](auto& c) { hear(c, studio_.profile.telling); });
        level("moves_l3_per_s", 16, [&](auto& c) { hear(c, whole); });
    }

private:
    void row(const std::string& name, double value, const std::string& unit,
             const std::string& against, Json ratio = nullptr) {
        rows_.push_back(bench::row(name + " " + studio_.job.title, value, unit, against,
                                   std::move(ratio), nullptr));
    }

    /// Made again, as a night makes them.
    void sounds() {
        const double begun = now();
        const std::vector<LayerSound> made = layers_of(studio_.space, progress_);
        std::size_t bytes = 0;
        for (const LayerSound& sound : made) bytes += 2 * sizeof(float) * sound.left.size();
        row("moves_sounds_s", now() - begun, "s",
            std::to_string(bytes >> 20) + " MB of sound; aimed at: 60 s");
    }

    /// Drawn from the priors, every move at its usual strength or none at all.
    std::vector<Candidate> drawn(std::size_t count, bool moves) const {
        const RandomStream random(0xbe4c, 1);
        std::vector<Candidate> all(count);
        std::uint64_t k = 0;
        for (Candidate& c : all)
            for (const Coordinate& axis : studio_.space.axes()) {
                const double u = random.uniform(k++);
                const bool move =
                    static_cast<std::size_t>(axis.knob) >= studio_.space.strength_knob(0);
                c.unit.push_back(static_cast<float>(!move ? u : moves ? 0.9 + 0.05 * u : 0));
            }
        return all;
    }
    void hear(const std::vector<Candidate>& candidates, std::span<const Excerpt> excerpts) const {
        std::vector<MixSettings> mixes;
        for (const Candidate& c : candidates)
            mixes.push_back(studio_.space.settings(studio_.space.values(c.unit)));
        studio_.engine->evaluate(mixes, excerpts, studio_.target);
    }

    template <class Work>
    void level(const char* name, std::size_t count, Work work) {
        const std::vector<Candidate> with = drawn(count, true), without = drawn(count, false);
        std::vector<double> seconds[2];
        work(without);
        for (int take = 0; take < takes_; ++take)
            for (const bool moves : {false, true}) {
                const double begun = now();
                work(moves ? with : without);
                seconds[moves].push_back(now() - begun);
            }
        for (auto& s : seconds) std::sort(s.begin(), s.end());
        const double own = seconds[1][seconds[1].size() / 2],
                     bare = seconds[0][seconds[0].size() / 2];
        row(name, static_cast<double>(count) / own, "1/s",
            std::to_string(static_cast<double>(count) / bare) + " without moves; aimed at: 0.8",
            bare / own);
    }

    int takes_;
    Json& rows_;
    Progress progress_;
    Studio studio_;
    Lookout lookout_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, [](const bench::Words& words, Json& rows) {
        bench::for_each_job(words, write_demo_song,
                            [&](const fs::path& job) { SongBench(job, words, rows).run(); });
    });
}
