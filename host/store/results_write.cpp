/// Results -> results.h5: one function a group, in the order of schemas/results.md.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "host/store/atomic_file.h"
#include "host/store/axes.h"
#include "host/store/h5.h"
#include "host/store/move_columns.h"
#include "host/store/results.h"
#include "host/store/results_check.h"
#include "host/store/results_layout.h"
#include "host/store/tried_layout.h"

namespace mixfarm {

namespace {

using Paths = std::vector<std::string>;
constexpr float kAbsent = std::numeric_limits<float>::quiet_NaN();

template <class Record, class Value>
std::vector<Value> column(const std::vector<Record>& records, Value Record::*field) {
    std::vector<Value> list;
    for (const Record& record : records) list.push_back(record.*field);
    return list;
}

class ResultsWriter {
public:
    ResultsWriter(h5::OutputFile& file, const Results& results)
        : file_(file), r_(results), axes_(file) {}

    void write() {
        root();
        song();
        space();
        moves();
        tried();
        candidates();
        metrics();
        scores();
        ranking();
        audition();
        choices();
        archive();
        funnel();
        axes_.finish();
    }

private:
    void group(const std::string& path) {
        h5::create_group(file_, path);
        file_.require_space();
    }
    template <class T>
    void axis(const std::string& path, const std::vector<T>& labels) {
        if constexpr (std::is_same_v<T, std::string>)
            h5::write_texts(file_, path, labels);
        else
            h5::write_list<T>(file_, path, labels);
        axes_.declare(path);
    }
    /// 1, 2, 3 .. as labels of things that have no name of their own.
    void ordinals(const std::string& path, std::size_t count) {
        std::vector<std::int32_t> labels(count);
        for (std::size_t i = 0; i < count; ++i) labels[i] = static_cast<std::int32_t>(i + 1);
        axis(path, labels);
    }
    void id_axis(const std::string& path) { axis(path, column(r_.rows, &Row::id)); }
    void parent_axis(const std::string& path) { axis(path, std::vector<std::string>{"a", "b"}); }
    void descriptor_axis(const std::string& path) {
        axis(path, column(r_.descriptors, &DescriptorAxis::name));
    }

    void named(const std::string& path, const Paths& axes, const std::string& unit) {
        axes_.attach(path, axes);
        if (!unit.empty()) h5::write_attribute(h5::open_object(file_, path), "unit", unit);
        file_.require_space();
    }
    void texts(const std::string& path, const std::string& axis_path,
               const std::vector<std::string>& list) {
        h5::write_texts(file_, path, list);
        named(path, {axis_path}, "");
    }
    template <class T>
    void list(const std::string& path, const std::string& axis_path, const std::string& unit,
              const std::vector<T>& numbers) {
        h5::write_list(file_, path, numbers);
        named(path, {axis_path}, unit);
    }
    /// One number a row of Results, `get(index of the row)`.
    template <class T, class Get>
    void by_row(const std::string& path, const std::string& unit, Get get) {
        h5::write_table<T>(file_, path, r_.rows.size(), h5::kList,
                           [&](auto i, T* to) { *to = get(i); });
        named(path, {path.substr(0, path.rfind('/')) + "/id"}, unit);
    }
    template <class T, class Fill>
    void table(const std::string& path, const Paths& axes, std::size_t width,
               const std::string& unit, Fill fill) {
        h5::write_table<T>(file_, path, r_.rows.size(), width, fill);
        named(path, axes, unit);
    }

    void root() {
        h5::write_attribute(file_, "format", std::string(layout::kFormat));
        h5::write_attribute(file_, "format_version", layout::kFormatVersion);
        for (const auto& [name, value] : r_.attributes) h5::write_attribute(file_, name, value);
        h5::write_attribute(file_, "seed", r_.seed);
    }

    void song() {
        group("/song");
        group("/song/stems");
        const std::string stem = "/song/stems/stem";
        axis(stem, column(r_.stems, &StemRecord::name));
        for (const auto& [name, field] : layout::kStemTexts)
            texts(std::string("/song/stems/") + name, stem, column(r_.stems, field));
        list("/song/stems/channels", stem, "", column(r_.stems, &StemRecord::channels));
        list("/song/stems/frames", stem, "", column(r_.stems, &StemRecord::frames));
        list("/song/stems/rate", stem, "Hz", column(r_.stems, &StemRecord::rate));
        group("/song/sections");
        const std::string section = "/song/sections/section";
        ordinals(section, r_.sections.size());
        texts("/song/sections/name", section, column(r_.sections, &SectionRecord::name));
        list("/song/sections/start_s", section, "s", column(r_.sections, &SectionRecord::start_s));
        list("/song/sections/end_s", section, "s", column(r_.sections, &SectionRecord::end_s));
    }

    void space() {
        group("/space");
        group("/space/knobs");
        const std::string knob = "/space/knobs/knob";
        axis(knob, column(r_.knobs, &KnobColumn::name));
        for (const auto& [name, field] : layout::kKnobTexts)
            texts(std::string("/space/knobs/") + name, knob, column(r_.knobs, field));
        for (const auto& [name, field] : layout::kKnobNumbers)
            list(std::string("/space/knobs/") + name, knob, "", column(r_.knobs, field));
        group("/space/automation");
        const std::string point = "/space/automation/point";
        ordinals(point, r_.automation.size());
        texts("/space/automation/knob", point, column(r_.automation, &DrawnPoint::knob));
        list("/space/automation/at_s", point, "s", column(r_.automation, &DrawnPoint::at_s));
        list("/space/automation/value", point, "", column(r_.automation, &DrawnPoint::value));
    }

    void moves() {
        using namespace layout;
        const MoveColumns c = columns_of(r_.moves);
        group("/moves");
        const std::string at = "/moves/", move = at + "move", place = at + "place",
                          lane = at + "lane", point = at + "point", made = at + "made";
        ordinals(move, c.moves.size());
        for (const auto& [name, field] : kMoveTexts) texts(at + name, move, column(c.moves, field));
        ordinals(place, c.places.size());
        list(at + "place_move", place, "", column(c.places, &PlaceRow::move));
        texts(at + "place_name", place, column(c.places, &PlaceRow::name));
        list(at + "place_start_s", place, "s", column(c.places, &PlaceRow::start_s));
        list(at + "place_end_s", place, "s", column(c.places, &PlaceRow::end_s));
        ordinals(lane, c.lanes.size());
        for (const auto& [name, field] : kLaneTexts) texts(at + name, lane, column(c.lanes, field));
        for (const auto& [name, field] : kLaneWholes)
            list(at + name, lane, "", column(c.lanes, field));
        for (const auto& [name, field] : kLaneAmounts)
            list(at + name, lane, "", column(c.lanes, field));
        const std::string layer = at + "layer";
        ordinals(layer, c.layers.size());
        texts(at + "layer_what", layer, column(c.layers, &LayerRow::what));
        for (const auto& [name, field] : kLayerWholes)
            list(at + name, layer, "", column(c.layers, field));
        for (const auto& [name, field] : kLayerNumbers)
            list(at + name, layer, "", column(c.layers, field));
        ordinals(point, c.shape.size());
        list(at + "point_lane", point, "", column(c.shape, &ShapeRow::lane));
        list(at + "point_at_s", point, "s", column(c.shape, &ShapeRow::at_s));
        list(at + "point_share", point, "1", column(c.shape, &ShapeRow::share));
        ordinals(made, r_.made.size());
        list(at + "made_id", made, "", column(r_.made, &MadeMove::id));
        std::vector<std::int32_t> which = column(r_.made, &MadeMove::move);
        for (std::int32_t& number : which) ++number;
        list(at + "made_move", made, "", which);
        list(at + "made_strength", made, "1", column(r_.made, &MadeMove::strength));
        list(at + "made_technical_without", made, "1",
             column(r_.made, &MadeMove::technical_without));
    }

    void tried() {
        group("/tried");
        const std::string id = "/tried/id", parent = "/tried/parent",
                          descriptor = "/tried/descriptor";
        layout::write_tried(file_, "/tried", r_.tried, r_.descriptors.size());
        axes_.declare(id);
        parent_axis(parent);
        descriptor_axis(descriptor);
        named("/tried/level", {id}, "");
        named("/tried/origin", {id}, "");
        named("/tried/parents", {id, parent}, "");
        named("/tried/score", {id}, "1");
        named("/tried/descriptors", {id, descriptor}, "");
    }

    void candidates() {
        group("/candidates");
        const std::string id = "/candidates/id", knob = "/candidates/knob",
                          parent = "/candidates/parent";
        id_axis(id);
        axis(knob, column(r_.knobs, &KnobColumn::name));
        parent_axis(parent);
        table<float>("/candidates/values", {id, knob}, r_.knobs.size(), "", [&](auto i, float* to) {
            std::copy(r_.rows[i].values.begin(), r_.rows[i].values.end(), to);
        });
        by_row<std::uint8_t>("/candidates/stage", "", [&](auto i) { return r_.rows[i].stage; });
        texts("/candidates/origin", id, column(r_.rows, &Row::origin));
        table<std::int64_t>("/candidates/parents", {id, parent}, 2, "",
                            [&](auto i, std::int64_t* to) {
                                to[0] = r_.rows[i].parent_a, to[1] = r_.rows[i].parent_b;
                            });
        by_row<std::uint8_t>("/candidates/finite", "", [&](auto i) { return r_.rows[i].finite; });
    }

    void metrics() {
        group("/metrics");
        std::vector<std::string> names =
            column(r_.metrics, &std::pair<std::string, std::string>::first);
        h5::write_attribute(h5::open_object(file_, "/metrics"), "names", names);
        const std::string id = "/metrics/id", band = "/metrics/band", stem = "/metrics/stem";
        id_axis(id);
        axis(band, r_.band_centres_hz);
        h5::write_attribute(h5::open_object(file_, band), "unit", std::string("Hz"));
        axis(stem, column(r_.stems, &StemRecord::name));
        for (const auto& row_metric : layout::kRowMetrics)
            by_row<float>(std::string("/metrics/") + row_metric.name, row_metric.unit,
                          [&](auto i) { return r_.rows[i].*row_metric.field; });
        for (std::size_t m = 0; m < names.size(); ++m) metric(m);
        table<float>(
            "/metrics/bands", {id, band}, r_.band_centres_hz.size(), "dB", [&](auto i, float* to) {
                const Row& row = r_.rows[i];
                for (std::size_t b = 0; b < row.left_power.size(); ++b)
                    to[b] = static_cast<float>(
                        10 * std::log10((double{row.left_power[b]} + row.right_power[b]) / 2));
            });
        for (const auto& [path, power] : layout::kBandPowers)
            table<float>(path, {id, band}, r_.band_centres_hz.size(), "FS^2",
                         [&](auto i, float* to) {
                             std::copy((r_.rows[i].*power).begin(), (r_.rows[i].*power).end(), to);
                         });
        table<float>("/metrics/stem_power", {id, stem}, r_.stems.size(), "FS^2",
                     [&](auto i, float* to) {
                         std::copy(r_.rows[i].stem_power.begin(), r_.rows[i].stem_power.end(), to);
                     });
        thought("/metrics/stage0", r_.stage0_metrics);
        thought("/metrics/stage2", r_.stage2_metrics);
    }

    /// What a level thought of every row, [N][M]; NaN when it thought nothing at all.
    void thought(const std::string& path, const std::vector<std::vector<float>>& metrics) {
        group(path);
        id_axis(path + "/id");
        for (std::size_t m = 0; m < r_.metrics.size(); ++m)
            by_row<float>(path + "/" + r_.metrics[m].first, r_.metrics[m].second,
                          [&](auto i) { return metrics.empty() ? kAbsent : metrics[i][m]; });
    }
    void thought_technical(const std::string& path, const std::vector<float>& technical) {
        group(path);
        id_axis(path + "/id");
        by_row<float>(path + "/technical", "1",
                      [&](auto i) { return technical.empty() ? kAbsent : technical[i]; });
    }

    /// Column m of Results::metrics, unless it repeats a field of the row, which is there already.
    void metric(std::size_t m) {
        const auto& [name, unit] = r_.metrics[m];
        for (const auto& row_metric : layout::kRowMetrics) {
            if (name != row_metric.name) continue;
            for (const Row& row : r_.rows)
                layout::require(
                    std::memcmp(&row.metrics[m], &(row.*row_metric.field), sizeof(float)) == 0,
                    "metric " + name + " differs from the field of the same name");
            layout::require(unit == row_metric.unit,
                            "metric " + name + " has another unit than " + row_metric.unit);
            return;
        }
        by_row<float>("/metrics/" + name, unit, [&](auto i) { return r_.rows[i].metrics[m]; });
    }

    void scores() {
        group("/scores");
        h5::write_attribute(h5::open_object(file_, "/scores"), "terms", r_.terms);
        id_axis("/scores/id");
        for (std::size_t t = 0; t < r_.terms.size(); ++t)
            by_row<float>("/scores/" + r_.terms[t], "1", [&](auto i) { return r_.scores[i][t]; });
        by_row<float>("/scores/technical", "1", [&](auto i) { return r_.technical[i]; });
        by_row<float>("/scores/taste", "1",
                      [&](auto i) { return r_.taste.empty() ? kAbsent : r_.taste[i]; });
        by_row<float>("/scores/total", "1", [&](auto i) { return r_.total(i); });
        by_row<std::uint8_t>("/scores/rejected", "", [&](auto i) { return r_.rejected[i]; });
        thought_technical("/scores/stage0", r_.stage0_technical);
        thought_technical("/scores/stage2", r_.stage2_technical);
    }

    void ranking() {
        group("/ranking");
        ordinals("/ranking/rank", r_.order.size());
        list("/ranking/order", "/ranking/rank", "", r_.order);
        list("/ranking/pareto", "/ranking/rank", "", r_.pareto);
        ordinals("/ranking/pick", r_.picks.size());
        list("/ranking/picks", "/ranking/pick", "", r_.picks);
        texts("/ranking/words", "/ranking/pick", r_.words);
        texts("/ranking/wild_card", "/ranking/pick", r_.wild_cards);
    }

    void audition() {
        group("/audition");
        const std::string item = "/audition/item";
        axis(item, column(r_.audition, &AuditionItem::name));
        texts("/audition/file", item, column(r_.audition, &AuditionItem::file));
        list("/audition/id", item, "", column(r_.audition, &AuditionItem::id));
        for (const auto& [name, unit, field] : layout::kAuditionNumbers)
            list(std::string("/audition/") + name, item, unit, column(r_.audition, field));
    }

    void choices() {
        group("/choices");
        const std::string at = "/choices/", offer = at + "offer";
        ordinals(offer, r_.choices.size());
        for (const auto& [name, field] : layout::kChoiceTexts)
            texts(at + name, offer, column(r_.choices, field));
        for (const auto& [name, field] : layout::kChoiceNumbers)
            list(at + name, offer, "", column(r_.choices, field));
        list(at + "mix", offer, "", column(r_.choices, &ChoiceRecord::mix));
        list(at + "chosen", offer, "", column(r_.choices, &ChoiceRecord::chosen));
        list(at + "heard_s", offer, "s", column(r_.choices, &ChoiceRecord::heard_s));
    }

    void archive() {
        group("/archive");
        const std::string cell = "/archive/cell", descriptor = "/archive/descriptor";
        const std::size_t cells = r_.archive.elite.size(), width = r_.descriptors.size();
        ordinals(cell, cells);
        descriptor_axis(descriptor);
        h5::write_table<float>(file_, "/archive/middle", cells, width, [&](auto c, float* to) {
            std::copy_n(r_.archive.middles.data() + c * width, width, to);
        });
        named("/archive/middle", {cell, descriptor}, "");
        list("/archive/elite", cell, "", r_.archive.elite);
        list("/archive/score", cell, "1", r_.archive.score);
        list("/archive/low", descriptor, "", column(r_.descriptors, &DescriptorAxis::low));
        list("/archive/high", descriptor, "", column(r_.descriptors, &DescriptorAxis::high));
        texts("/archive/unit", descriptor, column(r_.descriptors, &DescriptorAxis::unit));
    }

    void funnel() {
        group("/funnel");
        const std::string level = "/funnel/level";
        axis(level, column(r_.funnel, &FunnelLevel::level));
        list("/funnel/candidates", level, "", column(r_.funnel, &FunnelLevel::candidates));
        list("/funnel/seconds", level, "s", column(r_.funnel, &FunnelLevel::seconds));
        list("/funnel/spearman", level, "1", column(r_.funnel, &FunnelLevel::spearman));
        list("/funnel/recall_top5", level, "1", column(r_.funnel, &FunnelLevel::recall_top5));
        list("/funnel/promoted", level, "1", column(r_.funnel, &FunnelLevel::promoted));
        list("/funnel/recall_promoted", level, "1",
             column(r_.funnel, &FunnelLevel::recall_promoted));
    }

    h5::OutputFile& file_;
    const Results& r_;
    h5::Axes axes_;
};

}  // namespace

void write_results(const std::filesystem::path& file, const Results& results) {
    layout::require_consistent(results);
    const h5::Quiet quiet;
    remove_stale_temporaries(file.parent_path(), file.filename().string());
    AtomicFile target(file);
    h5::OutputFile output(target);
    try {
        ResultsWriter(output, results).write();
    } catch (const h5::Error&) {
        output.require_space();  // the disk is to blame, when it is
        throw;
    }
    output.publish();
}

}  // namespace mixfarm
