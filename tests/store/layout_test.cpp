/// The promise of schemas/results.layout.json, kept by what the program writes and read back by
/// h5py and xarray.
#include <gtest/gtest.h>

#include <fstream>
#include <iomanip>

#include "host/store/results.h"
#include "tests/store/example.h"

namespace mixfarm {
namespace {

using namespace mixfarm::test;

/// Lines "path, index, value" of what was handed to write_results, for Python to find again.
class Values {
public:
    explicit Values(const fs::path& file) : stream_(file) { stream_ << std::setprecision(17); }
    template <class T>
    void add(const std::string& path, std::initializer_list<std::size_t> index, const T& value) {
        where(path, index);
        if constexpr (std::is_arithmetic_v<T>)
            stream_ << +value << "\n";  // + makes a number of a uint8_t
        else
            stream_ << value << "\n";
    }

private:
    void where(const std::string& path, std::initializer_list<std::size_t> index) {
        const char* separator = "\t";
        stream_ << path;
        for (const std::size_t i : index) stream_ << separator << i, separator = ",";
        stream_ << "\t";
    }
    std::ofstream stream_;
};

void list_search(const Results& r, Values& values) {
    const std::size_t width = r.descriptors.size();
    for (std::size_t d = 0; d < width; ++d) {
        values.add("/tried/descriptor", {d}, r.descriptors[d].name);
        values.add("/archive/descriptor", {d}, r.descriptors[d].name);
        values.add("/archive/unit", {d}, r.descriptors[d].unit);
        values.add("/archive/low", {d}, r.descriptors[d].low);
        values.add("/archive/high", {d}, r.descriptors[d].high);
    }
    for (std::size_t i = 0; i < r.tried.size(); ++i) {
        values.add("/tried/id", {i}, r.tried.id[i]);
        values.add("/tried/level", {i}, r.tried.level[i]);
        values.add("/tried/origin", {i}, r.tried.origin[i]);
        values.add("/tried/origin@names", {r.tried.origin[i]}, r.tried.origins[r.tried.origin[i]]);
        values.add("/tried/parents", {i, 0}, r.tried.parents[2 * i]);
        values.add("/tried/parents", {i, 1}, r.tried.parents[2 * i + 1]);
        values.add("/tried/score", {i}, r.tried.score[i]);
        for (std::size_t d = 0; d < width; ++d)
            values.add("/tried/descriptors", {i, d}, r.tried.descriptors[width * i + d]);
    }
    for (std::size_t c = 0; c < r.archive.elite.size(); ++c) {
        values.add("/archive/cell", {c}, c + 1);
        values.add("/archive/elite", {c}, r.archive.elite[c]);
        values.add("/archive/score", {c}, r.archive.score[c]);
        for (std::size_t d = 0; d < width; ++d)
            values.add("/archive/middle", {c, d}, r.archive.middles[width * c + d]);
    }
}

void list_values(const Results& r, const fs::path& file) {
    Values values(file);
    for (std::size_t i = 0; i < r.rows.size(); ++i) {
        const Row& row = r.rows[i];
        values.add("/candidates/id", {i}, row.id);
        values.add("/candidates/stage", {i}, row.stage);
        values.add("/candidates/origin", {i}, row.origin);
        values.add("/candidates/parents", {i, 0}, row.parent_a);
        values.add("/candidates/parents", {i, 1}, row.parent_b);
        values.add("/candidates/finite", {i}, row.finite);
        values.add("/metrics/master_gain_db", {i}, row.master_gain_db);
        values.add("/metrics/limiter_loss_lu", {i}, row.limiter_loss_lu);
        for (std::size_t k = 0; k < row.values.size(); ++k)
            values.add("/candidates/values", {i, k}, row.values[k]);
        for (std::size_t m = 0; m < r.metrics.size(); ++m) {
            values.add("/metrics/" + r.metrics[m].first, {i}, row.metrics[m]);
            values.add("/metrics/stage0/" + r.metrics[m].first, {i}, r.stage0_metrics[i][m]);
            values.add("/metrics/stage2/" + r.metrics[m].first, {i}, r.stage2_metrics[i][m]);
        }
        for (std::size_t b = 0; b < row.left_power.size(); ++b) {
            values.add("/metrics/left_power", {i, b}, row.left_power[b]);
            values.add("/metrics/right_power", {i, b}, row.right_power[b]);
            values.add("/metrics/cross_power", {i, b}, row.cross_power[b]);
        }
        for (std::size_t s = 0; s < row.stem_power.size(); ++s)
            values.add("/metrics/stem_power", {i, s}, row.stem_power[s]);
        for (std::size_t t = 0; t < r.terms.size(); ++t)
            values.add("/scores/" + r.terms[t], {i}, r.scores[i][t]);
        values.add("/scores/technical", {i}, r.technical[i]);
        values.add("/scores/rejected", {i}, r.rejected[i]);
        values.add("/scores/stage0/technical", {i}, r.stage0_technical[i]);
        values.add("/scores/stage2/technical", {i}, r.stage2_technical[i]);
        values.add("/ranking/order", {i}, r.order[i]);
        values.add("/ranking/pareto", {i}, r.pareto[i]);
    }
    for (std::size_t i = 0; i < r.picks.size(); ++i) {
        values.add("/ranking/picks", {i}, r.picks[i]);
        values.add("/ranking/words", {i}, r.words[i]);
        values.add("/ranking/wild_card", {i}, r.wild_cards[i]);
        values.add("/ranking/pick", {i}, i + 1);
    }
    for (std::size_t i = 0; i < r.audition.size(); ++i) {
        values.add("/audition/item", {i}, r.audition[i].name);
        values.add("/audition/file", {i}, r.audition[i].file);
        values.add("/audition/id", {i}, r.audition[i].id);
        values.add("/audition/loudness_lufs", {i}, r.audition[i].loudness_lufs);
        values.add("/audition/true_peak_dbtp", {i}, r.audition[i].true_peak_dbtp);
        values.add("/audition/gain_db", {i}, r.audition[i].gain_db);
    }
    for (std::size_t i = 0; i < r.choices.size(); ++i) {
        values.add("/choices/question", {i}, r.choices[i].question);
        values.add("/choices/slot", {i}, r.choices[i].slot);
        values.add("/choices/mix", {i}, r.choices[i].mix);
        values.add("/choices/chosen", {i}, r.choices[i].chosen);
        values.add("/choices/heard_s", {i}, r.choices[i].heard_s);
        values.add("/choices/repeat_of", {i}, r.choices[i].repeat_of);
        values.add("/choices/answer", {i}, r.choices[i].answer);
        values.add("/choices/time", {i}, r.choices[i].time);
    }
    for (std::size_t i = 0; i < r.stems.size(); ++i) {
        values.add("/song/stems/role", {i}, r.stems[i].role);
        values.add("/song/stems/file", {i}, r.stems[i].file);
        values.add("/song/stems/sha256", {i}, r.stems[i].sha256);
        values.add("/song/stems/channels", {i}, r.stems[i].channels);
        values.add("/song/stems/frames", {i}, r.stems[i].frames);
        values.add("/song/stems/rate", {i}, r.stems[i].rate);
        values.add("/metrics/stem", {i}, r.stems[i].name);
    }
    for (std::size_t i = 0; i < r.sections.size(); ++i) {
        values.add("/song/sections/name", {i}, r.sections[i].name);
        values.add("/song/sections/start_s", {i}, r.sections[i].start_s);
        values.add("/song/sections/end_s", {i}, r.sections[i].end_s);
    }
    for (std::size_t i = 0; i < r.knobs.size(); ++i) {
        values.add("/candidates/knob", {i}, r.knobs[i].name);
        values.add("/space/knobs/unit", {i}, r.knobs[i].unit);
        values.add("/space/knobs/stem", {i}, r.knobs[i].stem);
        values.add("/space/knobs/effect", {i}, r.knobs[i].effect);
        values.add("/space/knobs/scale", {i}, r.knobs[i].scale);
        values.add("/space/knobs/low", {i}, r.knobs[i].low);
        values.add("/space/knobs/high", {i}, r.knobs[i].high);
        values.add("/space/knobs/neutral", {i}, r.knobs[i].neutral);
    }
    for (std::size_t i = 0; i < r.automation.size(); ++i) {
        values.add("/space/automation/knob", {i}, r.automation[i].knob);
        values.add("/space/automation/at_s", {i}, r.automation[i].at_s);
        values.add("/space/automation/value", {i}, r.automation[i].value);
    }
    for (std::size_t i = 0; i < r.moves.size(); ++i) {
        const Move& move = r.moves[i];
        const auto number = static_cast<int>(i) + 1;
        values.add("/moves/name", {i}, move.name);
        values.add("/moves/family", {i}, std::string(family_name(move.family)));
        values.add("/moves/reason", {i}, move.reason);
        values.add("/moves/place_move", {i}, number);
        values.add("/moves/place_name", {i}, move.places[0].name);
        values.add("/moves/place_start_s", {i}, move.places[0].start_s);
        values.add("/moves/place_end_s", {i}, move.places[0].end_s);
        values.add("/moves/lane_move", {i}, number);
        values.add("/moves/lane_channel", {i}, move.lanes[0].channel);
        values.add("/moves/lane_effect", {i}, move.lanes[0].effect);
        values.add("/moves/lane_param", {i}, move.lanes[0].param);
        values.add("/moves/lane_law", {i}, std::string(i ? "add" : "reach"));
        values.add("/moves/lane_what", {i}, move.lanes[0].what);
        values.add("/moves/lane_least", {i}, move.lanes[0].amounts.least);
        values.add("/moves/lane_typical", {i}, move.lanes[0].amounts.typical);
        values.add("/moves/lane_most", {i}, move.lanes[0].amounts.most);
        const MoveLayer& layer = move.layers[0];
        values.add("/moves/layer_move", {i}, number);
        values.add("/moves/layer_stem", {i}, layer.stem);
        values.add("/moves/layer_instead", {i}, int(layer.instead));
        values.add("/moves/layer_what", {i}, layer.what);
        values.add("/moves/layer_above", {i}, layer.above);
        values.add("/moves/layer_upto", {i}, layer.upto);
        values.add("/moves/layer_least_db", {i}, layer.level_db.least);
        values.add("/moves/layer_typical_db", {i}, layer.level_db.typical);
        values.add("/moves/layer_most_db", {i}, layer.level_db.most);
        for (std::size_t p = 0; p < 2; ++p) {
            values.add("/moves/point_lane", {2 * i + p}, number);
            values.add("/moves/point_at_s", {2 * i + p}, move.lanes[0].shape[p].seconds);
            values.add("/moves/point_share", {2 * i + p}, move.lanes[0].shape[p].value);
        }
    }
    for (std::size_t i = 0; i < r.made.size(); ++i) {
        values.add("/moves/made_id", {i}, r.made[i].id);
        values.add("/moves/made_move", {i}, r.made[i].move + 1);
        values.add("/moves/made_strength", {i}, r.made[i].strength);
        values.add("/moves/made_technical_without", {i}, r.made[i].technical_without);
    }
    for (std::size_t i = 0; i < r.band_centres_hz.size(); ++i)
        values.add("/metrics/band", {i}, r.band_centres_hz[i]);
    for (std::size_t i = 0; i < r.funnel.size(); ++i) {
        values.add("/funnel/level", {i}, r.funnel[i].level);
        values.add("/funnel/candidates", {i}, r.funnel[i].candidates);
        values.add("/funnel/seconds", {i}, r.funnel[i].seconds);
        values.add("/funnel/spearman", {i}, r.funnel[i].spearman);
        values.add("/funnel/recall_top5", {i}, r.funnel[i].recall_top5);
        values.add("/funnel/promoted", {i}, r.funnel[i].promoted);
        values.add("/funnel/recall_promoted", {i}, r.funnel[i].recall_promoted);
    }
    list_search(r, values);
}

TEST(Layout, IsKeptWithNamedAxesAndTheValuesWritten) {
    const Scratch scratch;
    const Results results = example_results({});
    write_results(scratch / "results.h5", results);
    list_values(results, scratch / "values.txt");
    EXPECT_EQ(check_layout("", scratch / "results.h5", scratch / "values.txt"), 0);
}

TEST(Layout, IsKeptByANightWithoutPicksAndSections) {
    const Scratch scratch;
    write_results(scratch / "results.h5", example_results({3, 2, 1, 31, 1, 6, 0, 0}));
    EXPECT_EQ(check_layout("", scratch / "results.h5"), 0);
}

TEST(Layout, IsKeptByANightWithoutALevel0) {
    const Scratch scratch;
    write_results(scratch / "results.h5", of_the_first_nights(example_results({})));
    EXPECT_EQ(check_layout("", scratch / "results.h5"), 0);
}

}  // namespace
}  // namespace mixfarm
