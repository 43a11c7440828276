/// Hears candidates: what is stored already is taken from the parts, the rest is rendered and
/// stored batch by batch.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "host/night_parts.h"
#include "host/progress.h"
#include "host/score/score.h"
#include "host/space/space.h"
#include "host/store/measurement.h"
#include "host/taste/liking.h"

namespace mixfarm {

/// A candidate with its settings, measured and judged.
struct Heard {
    Row row;  ///< values and measurements as stored
    StemMetrics stems;
    Scores scores;
    std::vector<float> place;      ///< perceptual_place
    std::vector<float> character;  ///< character_of
    bool plain = false;  ///< of a whole song: taken from those heard by chance, not for its promise
};

class Hearing {
public:
    struct Context {
        Engine& engine;
        const Space& space;
        const Judge& judge;
        const Liking& liking;
        NightParts& parts;
        Progress& progress;
        MasterTarget target;
        std::string plan_hash;
        std::size_t excerpt_part,
            song_part;  ///< candidates a part; a part is the unit of crash safety
    };
    explicit Hearing(Context context) : context_(std::move(context)) {}

    /// Hears all of `rows` (id, origin, parents, values filled in), in order, over `excerpts`.
    /// Throws Interrupted between two batches when asked to stop. Each batch is on disk, part by
    /// part, before the next begins.
    /// `enough`, told how many were heard, ends the list early, between two batches; not in front
    /// of one that is stored.
    std::vector<Heard> hear(std::vector<Row> rows, std::uint32_t generation, std::uint8_t stage,
                            std::span<const Excerpt> excerpts,
                            const std::function<bool(std::size_t)>& enough = {});

    /// Are the first of these stored?
    bool knows(std::span<const Row> rows, std::uint32_t generation, std::uint8_t stage) const {
        return stored(generation, stage, 0, part_of(rows, stage, 0)) != nullptr;
    }

    /// Judges a measured row; a pure function of the row.
    Heard judge(Row row) const;

    std::uint64_t rendered() const { return rendered_; }
    std::uint64_t reused() const { return reused_; }
    /// Wall seconds of all batches of a stage, stored ones included.
    double seconds(std::uint8_t stage) const;
    double best() const { return best_; }

private:
    std::size_t part_size(std::uint8_t stage) const {
        return stage == 2 ? context_.excerpt_part : context_.song_part;
    }
    std::span<const Row> part_of(std::span<const Row> rows, std::uint8_t stage,
                                 std::size_t first) const {
        return rows.subspan(first, std::min(part_size(stage), rows.size() - first));
    }
    /// The part of these rows; null where it is missing.
    const Part* stored(std::uint32_t generation, std::uint8_t stage, std::size_t first,
                       std::span<const Row> rows) const;
    /// Renders rows and publishes them in parts like `part`, appends them to `done`.
    void render_parts(std::span<const Row> rows, std::size_t part_size, Part part,
                      std::span<const Excerpt> excerpts, std::vector<Row>& done);
    std::vector<Row> render(std::span<const Row> rows, std::uint8_t stage,
                            std::span<const Excerpt> excerpts);

    Context context_;
    std::map<std::uint8_t, double> seconds_;
    std::uint64_t rendered_ = 0, reused_ = 0;
    std::map<std::uint8_t, std::uint64_t> heard_;
    double best_ = -1;
};

}  // namespace mixfarm
