/// results.h5 -> Results: every list and table back to the bit, or an InputError that names the
/// file and the cure.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <new>
#include <stdexcept>

#include "host/job/input_error.h"
#include "host/store/h5.h"
#include "host/store/move_columns.h"
#include "host/store/results.h"
#include "host/store/results_layout.h"
#include "host/store/seal.h"
#include "host/store/tried_layout.h"

namespace mixfarm {
namespace fs = std::filesystem;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Fills one field of every record; the list grows to the length of the first column.
template <class Record>
void put_texts(hid_t file, const std::string& path, std::vector<Record>& records,
               std::string Record::*field) {
    auto texts = h5::read_texts(file, path);
    if (texts.size() != records.size())
        throw h5::Error(path + ": has another length than its neighbours");
    for (std::size_t i = 0; i < texts.size(); ++i) records[i].*field = std::move(texts[i]);
}

template <class Record, class T>
void put(hid_t file, const std::string& path, std::vector<Record>& records, T Record::*field) {
    h5::read_table<T>(file, path, records.size(), h5::kList,
                      [&](auto i, const T* from) { records[i].*field = *from; });
}

std::uint64_t length(hid_t file, const std::string& path) {
    const auto lengths = h5::shape(file, path);
    if (lengths.size() != 1) throw h5::Error(path + ": is not a list");
    return lengths[0];
}

/// Numbers [rows, width] into one vector a row, `vector_of(row)`.
template <class VectorOf>
void put_rows(hid_t file, const std::string& path, std::uint64_t rows, std::uint64_t width,
              VectorOf vector_of) {
    h5::read_table<float>(file, path, rows, width, [&](auto i, const float* from) {
        vector_of(i).assign(from, from + width);
    });
}

/// Numbers [rows], `number_of(row)`.
template <class NumberOf>
void put_numbers(hid_t file, const std::string& path, std::uint64_t rows, NumberOf number_of) {
    h5::read_table<float>(file, path, rows, h5::kList,
                          [&](auto i, const float* from) { number_of(i) = *from; });
}

void read_song_and_space(hid_t file, Results& r) {
    const std::string stems = "/song/stems/", sections = "/song/sections/", knobs = "/space/knobs/";
    r.stems.resize(length(file, stems + "name"));
    for (const auto& [name, field] : layout::kStemTexts)
        put_texts(file, stems + name, r.stems, field);
    put(file, stems + "channels", r.stems, &StemRecord::channels);
    put(file, stems + "frames", r.stems, &StemRecord::frames);
    put(file, stems + "rate", r.stems, &StemRecord::rate);
    r.sections.resize(length(file, sections + "name"));
    put_texts(file, sections + "name", r.sections, &SectionRecord::name);
    put(file, sections + "start_s", r.sections, &SectionRecord::start_s);
    put(file, sections + "end_s", r.sections, &SectionRecord::end_s);
    r.knobs.resize(length(file, knobs + "name"));
    for (const auto& [name, field] : layout::kKnobTexts)
        put_texts(file, knobs + name, r.knobs, field);
    for (const auto& [name, field] : layout::kKnobNumbers) put(file, knobs + name, r.knobs, field);
    const std::string drawn = "/space/automation/";
    if (!h5::exists(file, "/space/automation")) return;  // the first files had none
    r.automation.resize(length(file, drawn + "knob"));
    put_texts(file, drawn + "knob", r.automation, &DrawnPoint::knob);
    put(file, drawn + "at_s", r.automation, &DrawnPoint::at_s);
    put(file, drawn + "value", r.automation, &DrawnPoint::value);
}

void read_moves(hid_t file, Results& r) {
    if (!h5::exists(file, "/moves")) return;  // not in the first files
    using namespace layout;
    const std::string at = "/moves/";
    MoveColumns c;
    c.moves.resize(length(file, at + "move"));
    for (const auto& [name, field] : kMoveTexts) put_texts(file, at + name, c.moves, field);
    c.places.resize(length(file, at + "place"));
    put(file, at + "place_move", c.places, &PlaceRow::move);
    put_texts(file, at + "place_name", c.places, &PlaceRow::name);
    put(file, at + "place_start_s", c.places, &PlaceRow::start_s);
    put(file, at + "place_end_s", c.places, &PlaceRow::end_s);
    c.lanes.resize(length(file, at + "lane"));
    for (const auto& [name, field] : kLaneTexts) put_texts(file, at + name, c.lanes, field);
    for (const auto& [name, field] : kLaneWholes) put(file, at + name, c.lanes, field);
    for (const auto& [name, field] : kLaneAmounts) put(file, at + name, c.lanes, field);
    c.layers.resize(length(file, at + "layer"));
    put_texts(file, at + "layer_what", c.layers, &LayerRow::what);
    for (const auto& [name, field] : kLayerWholes) put(file, at + name, c.layers, field);
    for (const auto& [name, field] : kLayerNumbers) put(file, at + name, c.layers, field);
    c.shape.resize(length(file, at + "point"));
    put(file, at + "point_lane", c.shape, &ShapeRow::lane);
    put(file, at + "point_at_s", c.shape, &ShapeRow::at_s);
    put(file, at + "point_share", c.shape, &ShapeRow::share);
    r.moves = moves_of(c);
    r.made.resize(length(file, at + "made"));
    put(file, at + "made_id", r.made, &MadeMove::id);
    put(file, at + "made_move", r.made, &MadeMove::move);
    put(file, at + "made_strength", r.made, &MadeMove::strength);
    put(file, at + "made_technical_without", r.made, &MadeMove::technical_without);
    for (MadeMove& made : r.made)
        if (--made.move < 0 || static_cast<std::size_t>(made.move) >= r.moves.size())
            throw h5::Error(at + "made_move: there is no such move");
}

/// What was tried and the archive, with the descriptors that they share.
void read_search(hid_t file, Results& r) {
    if (!h5::exists(file, "/tried")) return;  // the first files had neither
    const std::string at = "/archive/";
    r.descriptors.resize(length(file, at + "descriptor"));
    const std::uint64_t cells = length(file, at + "cell"), width = r.descriptors.size();
    put_texts(file, at + "descriptor", r.descriptors, &DescriptorAxis::name);
    put_texts(file, at + "unit", r.descriptors, &DescriptorAxis::unit);
    put(file, at + "low", r.descriptors, &DescriptorAxis::low);
    put(file, at + "high", r.descriptors, &DescriptorAxis::high);
    r.tried = layout::read_tried(file, "/tried", width);
    r.archive.middles.resize(cells * width);
    h5::read_table<float>(file, at + "middle", cells, width, [&](auto c, const float* from) {
        std::copy_n(from, width, r.archive.middles.data() + c * width);
    });
    r.archive.elite = h5::read_list<std::int64_t>(file, at + "elite", cells);
    r.archive.score = h5::read_list<float>(file, at + "score", cells);
}

void read_candidates(hid_t file, Results& r) {
    const std::string at = "/candidates/";
    r.rows.resize(length(file, at + "id"));
    const std::uint64_t n = r.rows.size();
    put(file, at + "id", r.rows, &Row::id);
    put(file, at + "stage", r.rows, &Row::stage);
    put_texts(file, at + "origin", r.rows, &Row::origin);
    put_rows(
        file, at + "values", n, r.knobs.size(), [&](auto i) -> auto& { return r.rows[i].values; });
    h5::read_table<std::int64_t>(file, at + "parents", n, 2, [&](auto i, const std::int64_t* from) {
        r.rows[i].parent_a = from[0], r.rows[i].parent_b = from[1];
    });
    h5::read_table<std::uint8_t>(
        file, at + "finite", n, h5::kList,
        [&](auto i, const std::uint8_t* from) { r.rows[i].finite = *from != 0; });
}

void read_metrics(hid_t file, Results& r) {
    const std::string at = "/metrics/";
    const std::uint64_t n = r.rows.size();
    r.band_centres_hz = h5::read_list<double>(file, at + "band", length(file, at + "band"));
    for (const auto& row_metric : layout::kRowMetrics)
        put(file, at + row_metric.name, r.rows, row_metric.field);
    for (const auto& [path, power] : layout::kBandPowers)
        put_rows(
            file, path, n, r.band_centres_hz.size(),
            [&, p = power ](auto i) -> auto& { return r.rows[i].*p; });
    put_rows(
        file, at + "stem_power", n,
        r.stems.size(), [&](auto i) -> auto& { return r.rows[i].stem_power; });
    const auto names = h5::read_texts_attribute(h5::open_object(file, "/metrics"), "names");
    const bool foretold = h5::exists(file, at + "stage0");  // not in the first files
    r.stage0_metrics.assign(n, std::vector<float>(names.size(), kNaN));
    r.stage2_metrics.assign(n, std::vector<float>(names.size()));
    for (Row& row : r.rows) row.metrics.resize(names.size());
    for (std::size_t m = 0; m < names.size(); ++m) {
        r.metrics.emplace_back(
            names[m], h5::read_text_attribute(h5::open_object(file, at + names[m]), "unit"));
        put_numbers(file, at + names[m], n, [&](auto i) -> float& { return r.rows[i].metrics[m]; });
        put_numbers(file, at + "stage2/" + names[m], n,
                    [&](auto i) -> float& { return r.stage2_metrics[i][m]; });
        if (foretold)
            put_numbers(file, at + "stage0/" + names[m], n,
                        [&](auto i) -> float& { return r.stage0_metrics[i][m]; });
    }
}

void read_scores(hid_t file, Results& r) {
    const std::string at = "/scores/";
    const std::uint64_t n = r.rows.size();
    r.terms = h5::read_texts_attribute(h5::open_object(file, "/scores"), "terms");
    r.scores.assign(n, std::vector<float>(r.terms.size()));
    for (std::size_t t = 0; t < r.terms.size(); ++t)
        put_numbers(file, at + r.terms[t], n, [&](auto i) -> float& { return r.scores[i][t]; });
    r.technical = h5::read_list<float>(file, at + "technical", n);
    if (h5::exists(file, at + "taste")) r.taste = h5::read_list<float>(file, at + "taste", n);
    if (std::all_of(r.taste.begin(), r.taste.end(), [](float t) { return std::isnan(t); }))
        r.taste.clear();  // none was known
    r.stage2_technical = h5::read_list<float>(file, at + "stage2/technical", n);
    if (h5::exists(file, at + "stage0"))
        r.stage0_technical = h5::read_list<float>(file, at + "stage0/technical", n);
    else
        r.stage0_technical.assign(n, kNaN);
    r.rejected = h5::read_list<std::uint8_t>(file, at + "rejected", n);
}

void read_ranking_and_funnel(hid_t file, Results& r) {
    const std::string at = "/ranking/", funnel = "/funnel/";
    r.order = h5::read_list<std::uint64_t>(file, at + "order", length(file, at + "order"));
    r.pareto = h5::read_list<std::int32_t>(file, at + "pareto", r.order.size());
    r.picks = h5::read_list<std::uint64_t>(file, at + "picks", length(file, at + "picks"));
    r.words = h5::read_texts(file, at + "words");
    r.wild_cards.resize(r.picks.size());  // not in the first files
    if (h5::exists(file, at + "wild_card")) r.wild_cards = h5::read_texts(file, at + "wild_card");
    r.funnel.resize(length(file, funnel + "level"));
    put(file, funnel + "level", r.funnel, &FunnelLevel::level);
    put(file, funnel + "candidates", r.funnel, &FunnelLevel::candidates);
    put(file, funnel + "seconds", r.funnel, &FunnelLevel::seconds);
    put(file, funnel + "spearman", r.funnel, &FunnelLevel::spearman);
    put(file, funnel + "recall_top5", r.funnel, &FunnelLevel::recall_top5);
    for (FunnelLevel& level : r.funnel) level.promoted = level.recall_promoted = kNaN;
    if (!h5::exists(file, funnel + "promoted")) return;  // not in the first files
    put(file, funnel + "promoted", r.funnel, &FunnelLevel::promoted);
    put(file, funnel + "recall_promoted", r.funnel, &FunnelLevel::recall_promoted);
}

void read_audition(hid_t file, Results& r) {
    if (!h5::exists(file, "/audition")) return;  // not in the first files
    const std::string at = "/audition/";
    r.audition.resize(length(file, at + "item"));
    put_texts(file, at + "item", r.audition, &AuditionItem::name);
    put_texts(file, at + "file", r.audition, &AuditionItem::file);
    put(file, at + "id", r.audition, &AuditionItem::id);
    for (const auto& [name, unit, field] : layout::kAuditionNumbers)
        put(file, at + name, r.audition, field);
}

void read_choices(hid_t file, Results& r) {
    if (!h5::exists(file, "/choices")) return;  // not in the first files
    const std::string at = "/choices/";
    r.choices.resize(length(file, at + "offer"));
    for (const auto& [name, field] : layout::kChoiceTexts)
        put_texts(file, at + name, r.choices, field);
    for (const auto& [name, field] : layout::kChoiceNumbers) put(file, at + name, r.choices, field);
    put(file, at + "mix", r.choices, &ChoiceRecord::mix);
    put(file, at + "chosen", r.choices, &ChoiceRecord::chosen);
    put(file, at + "heard_s", r.choices, &ChoiceRecord::heard_s);
}

/// Throws InputError for a format version that this program does not know.
void require_known_version(hid_t file, const std::string& name) {
    const auto version = h5::read_attribute<std::int32_t>(file, "format_version");
    if (version > layout::kFormatVersion)
        throw InputError(name, "was written by a newer mixfarm (format version " +
                                   std::to_string(version) + ", this one reads up to " +
                                   std::to_string(layout::kFormatVersion) +
                                   "): update mixfarm to read it");
}

/// What is wrong with a file that lacks the right seal, from its bytes alone: HDF5 must not see it.
[[noreturn]] void refuse_unsealed(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    if (bytes.find(layout::kFormat) == std::string::npos)
        throw InputError(
            file.string(),
            "is an HDF5 file, but not one of mixfarm's: give the folder of a night, or its "
            "results.h5");
    throw h5::Error(
        "it does not end in the SHA-256 of its bytes: torn, damaged, or changed by another "
        "program");
}

Results read_open(hid_t file) {
    Results r;
    for (const std::string& name : h5::attribute_names(file))
        if (std::find(layout::kOwnAttributes.begin(), layout::kOwnAttributes.end(), name) ==
            layout::kOwnAttributes.end())
            r.attributes[name] = h5::read_text_attribute(file, name);
    r.seed = h5::read_attribute<std::uint64_t>(file, "seed");
    read_song_and_space(file, r);
    read_moves(file, r);
    read_search(file, r);
    read_candidates(file, r);
    read_metrics(file, r);
    read_scores(file, r);
    read_ranking_and_funnel(file, r);
    read_audition(file, r);
    read_choices(file, r);
    return r;
}

/// Throws InputError unless `file` is a file that begins as HDF5 files do.
void require_hdf5(const fs::path& file) {
    std::error_code failed;
    if (!fs::exists(file, failed)) throw InputError(file.string(), "there is no such file");
    if (!fs::is_regular_file(file, failed)) throw InputError(file.string(), "is not a file");
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw InputError(file.string(), "cannot be opened: check who may read it");
    std::string start(8, '\0');
    stream.read(start.data(), static_cast<std::streamsize>(start.size()));
    if (!stream || start != "\x89HDF\r\n\x1a\n")
        throw InputError(file.string(),
                         "is not an HDF5 file: give the folder of a night, or its results.h5");
}

}  // namespace

Results read_results(const fs::path& path) {
    fs::path file = path;
    if (fs::is_directory(path)) {
        file = path / "results.h5";
        if (!fs::exists(file))
            throw InputError(
                path.string(),
                "holds no results.h5: give the folder of a finished night, or finish it "
                "with the same `mixfarm run` line");
    }
    require_hdf5(file);
    const h5::Quiet quiet;
    const auto damaged = [&](const std::string& why) {
        return InputError(file.string(),
                          "is not whole (" + why +
                              "). The same `mixfarm run` line again writes it anew from "
                              "the parts of the night");
    };
    try {
        if (!is_sealed(file)) refuse_unsealed(file);
        const h5::Handle open = h5::open_file(file);
        if (h5::read_text_attribute(open, "format") != layout::kFormat)
            throw InputError(file.string(),
                             "holds no results: give the folder of a night, or its results.h5");
        require_known_version(open, file.string());
        return read_open(open);
    } catch (const h5::Error& error) {
        throw damaged(error.what());
    } catch (const std::bad_alloc&) {
        throw damaged("it asks for more memory than there is");
    } catch (const std::length_error&) {
        throw damaged("it asks for more memory than there is");
    }
}

}  // namespace mixfarm
