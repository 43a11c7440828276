/// Parts in, rows out: the loop between the engine and the disk.
#include "host/hearing.h"

#include <algorithm>
#include <chrono>

#include "host/rank/character.h"
#include "host/rank/rank.h"

namespace mixfarm {
namespace {

void fill(Row& row, const Measurement& m, std::uint8_t stage) {
    row.stage = stage;
    row.finite = m.finite;
    row.master_gain_db = m.master_gain_db;
    row.limiter_loss_lu = m.limiter_loss_lu;
    row.metrics = m.metrics;
    row.left_power.assign(m.left_power.begin(), m.left_power.end());
    row.right_power.assign(m.right_power.begin(), m.right_power.end());
    row.cross_power.assign(m.cross_power.begin(), m.cross_power.end());
    row.stem_power = m.stem_power;
}

bool same_mixes(std::span<const Row> a, std::span<const Row> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Row& x, const Row& y) {
        return x.id == y.id && x.values == y.values;
    });
}

}  // namespace

double Hearing::seconds(std::uint8_t stage) const {
    const auto at = seconds_.find(stage);
    return at == seconds_.end() ? 0 : at->second;
}

Heard Hearing::judge(Row row) const {
    const Measurement m = measurement_of(row);
    Heard heard;
    heard.stems = context_.judge.stem_metrics(m, context_.space.settings(row.values),
                                              context_.space.prior_distance(row.values), row.stage);
    heard.scores = liked(context_.judge, context_.liking, m, heard.stems);
    heard.place = perceptual_place(m, heard.stems);
    heard.character = character_of(m, heard.stems);
    heard.row = std::move(row);
    return heard;
}

std::vector<Row> Hearing::render(std::span<const Row> rows, std::uint8_t stage,
                                 std::span<const Excerpt> excerpts) {
    std::vector<MixSettings> settings;
    for (const Row& row : rows) settings.push_back(context_.space.settings(row.values));
    const std::vector<Measurement> measured =
        context_.engine.evaluate(settings, excerpts, context_.target);
    std::vector<Row> out(rows.begin(), rows.end());
    for (std::size_t i = 0; i < out.size(); ++i) fill(out[i], measured[i], stage);
    return out;
}

const Part* Hearing::stored(std::uint32_t generation, std::uint8_t stage, std::size_t first,
                            std::span<const Row> rows) const {
    const Part* const known = context_.parts.find(generation, stage, first);
    // A night ended by the clock may promote others when it goes on: then the part is of no use.
    return known && same_mixes(known->rows, rows) ? known : nullptr;
}

void Hearing::render_parts(std::span<const Row> rows, std::size_t part_size, Part part,
                           std::span<const Excerpt> excerpts, std::vector<Row>& done) {
    if (interrupted()) throw Interrupted{};
    const auto begun = std::chrono::steady_clock::now();
    const std::vector<Row> rendered = render(rows, part.stage, excerpts);
    const double each =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count() /
        static_cast<double>(rows.size());
    for (std::size_t first = 0; first < rendered.size(); first += part_size) {
        const auto from = rendered.begin() + static_cast<std::ptrdiff_t>(first);
        const std::size_t count = std::min(part_size, rendered.size() - first);
        part.rows.assign(from, from + static_cast<std::ptrdiff_t>(count));
        part.seconds = each * static_cast<double>(count);
        context_.parts.publish(part);
        seconds_[part.stage] += part.seconds;
        part.first += count;
    }
    rendered_ += rendered.size();
    done.insert(done.end(), rendered.begin(), rendered.end());
}

std::vector<Heard> Hearing::hear(std::vector<Row> rows, std::uint32_t generation,
                                 std::uint8_t stage, std::span<const Excerpt> excerpts,
                                 const std::function<bool(std::size_t)>& enough) {
    std::vector<Heard> all;
    const std::size_t part_size = this->part_size(stage);
    // Parts are the same on every machine; one with room for more renders several at once.
    const std::size_t at_once =
        std::max<std::size_t>(1,
                              static_cast<std::size_t>(context_.engine.good_batch()) / part_size) *
        part_size;
    const auto part_at = [&](std::size_t first) { return part_of(rows, stage, first); };
    while (all.size() < rows.size()) {
        const std::size_t first = all.size();
        std::size_t missing = 0;
        while (missing < at_once && first + missing < rows.size() &&
               !stored(generation, stage, first + missing, part_at(first + missing)))
            missing += part_at(first + missing).size();
        if (missing > 0 && enough && enough(all.size())) break;
        std::vector<Row> done;
        if (missing > 0) {
            Part part;
            part.plan_hash = context_.plan_hash;
            part.generation = generation;
            part.stage = stage;
            part.first = first;
            render_parts(std::span<const Row>(rows).subspan(first, missing), part_size,
                         std::move(part), excerpts, done);
        } else {
            Part part = context_.parts.take(*stored(generation, stage, first, part_at(first)));
            seconds_[stage] += part.seconds;
            reused_ += part.rows.size();
            done = std::move(part.rows);
        }
        heard_[stage] += done.size();
        for (Row& row : done) {
            all.push_back(judge(std::move(row)));
            best_ = std::max(best_, static_cast<double>(all.back().scores.total()));
        }
        context_.progress.update(heard_[stage], best_);
    }
    return all;
}

}  // namespace mixfarm
