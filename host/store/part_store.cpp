/// Crash-safe parts: a sealed HDF5 file a batch, published by rename, verified before it is
/// believed.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <system_error>
#include <tuple>
#include <utility>

#include "host/job/input_error.h"
#include "host/store/atomic_file.h"
#include "host/store/h5.h"
#include "host/store/results.h"
#include "host/store/seal.h"
#include "host/store/tried_layout.h"

namespace mixfarm {
namespace fs = std::filesystem;

namespace {

constexpr const char* kFormat = "mixfarm-part";
constexpr std::int32_t kFormatVersion = 3;
constexpr const char* kSuffix = ".h5";
constexpr const char* kTried = "tried";
using Floats = std::vector<float> Row::*;
/// Tables [rows x width], in the order of the columns of `filled`. A row may have none of a vector
/// (a baseline was never foretold, a foretold mix never measured); where no row has, there is no
/// table.
constexpr std::pair<const char*, Floats> kVectors[] = {{"values", &Row::values},
                                                       {"metrics", &Row::metrics},
                                                       {"left_power", &Row::left_power},
                                                       {"right_power", &Row::right_power},
                                                       {"cross_power", &Row::cross_power},
                                                       {"stem_power", &Row::stem_power},
                                                       {"unit", &Row::unit},
                                                       {"foretold_terms", &Row::foretold_terms},
                                                       {"foretold_metrics", &Row::foretold_metrics},
                                                       {"guessed", &Row::guessed}};

std::string file_name(const Part& part) {
    char name[64];
    std::snprintf(name, sizeof name, "g%08" PRIu32 "-s%03u-%012" PRIu64 "%s", part.generation,
                  part.stage, part.first, kSuffix);
    return name;
}

bool is_part(const fs::directory_entry& entry) {
    return entry.path().extension() == kSuffix && !entry.is_directory();
}

/// The one length of `vector` in all rows that have it; 0 when none has.
std::size_t width_of(const std::vector<Row>& rows, const char* name, Floats vector) {
    std::size_t width = 0;
    for (const Row& row : rows) {
        const std::size_t length = (row.*vector).size();
        if (width && length && length != width)
            throw std::logic_error(std::string("rows of a part differ in length: ") + name);
        width = std::max(width, length);
    }
    return width;
}

void write_vectors(hid_t file, const std::vector<Row>& rows) {
    h5::write_table<std::uint8_t>(file, "filled", rows.size(), std::size(kVectors),
                                  [&](auto i, auto* to) {
                                      for (const auto& [name, vector] : kVectors)
                                          *to++ = !(rows[i].*vector).empty();
                                  });
    for (const auto& [name, vector] : kVectors) {
        const std::size_t width = width_of(rows, name, vector);
        if (width == 0) continue;
        h5::write_table<float>(
            file, name, rows.size(), width, [&, field = vector](auto i, float* to) {
                const auto& from = rows[i].*field;
                std::fill(std::copy(from.begin(), from.end(), to), to + width, 0.0f);
            });
    }
}

void read_vectors(hid_t file, std::vector<Row>& rows) {
    std::vector<std::uint8_t> filled[std::size(kVectors)];
    h5::read_table<std::uint8_t>(file, "filled", rows.size(), std::size(kVectors),
                                 [&](auto, const auto* from) {
                                     for (auto& column : filled) column.push_back(*from++);
                                 });
    for (std::size_t v = 0; v < std::size(kVectors); ++v) {
        if (std::count(filled[v].begin(), filled[v].end(), 0) == std::ssize(rows)) continue;
        const char* const name = kVectors[v].first;
        const auto lengths = h5::shape(file, name);
        if (lengths.size() != 2) throw h5::Error(std::string(name) + ": is not a table");
        h5::read_table<float>(file, name, rows.size(), lengths[1], [&](auto i, const float* from) {
            if (filled[v][i]) (rows[i].*kVectors[v].second).assign(from, from + lengths[1]);
        });
    }
}

/// A table that holds nothing leaves no group, nor the names of its origins.
void write_tried(hid_t file, const TriedTable& tried) {
    const std::size_t descriptors = tried.size() ? tried.descriptors.size() / tried.size() : 0;
    if (const std::string wrong = layout::misfit(tried, descriptors); !wrong.empty())
        throw std::logic_error("what a part tried: " + wrong);
    if (tried.size() == 0) return;
    h5::create_group(file, kTried);
    layout::write_tried(file, kTried, tried, descriptors);
}

TriedTable read_tried(hid_t file) {
    if (!h5::exists(file, kTried)) return {};
    const auto lengths = h5::shape(file, std::string(kTried) + "/descriptors");
    if (lengths.size() != 2) throw h5::Error("descriptors of what was tried: is not a table");
    return layout::read_tried(file, kTried, lengths[1]);
}

void write_body(hid_t file, const Part& part) {
    const auto& rows = part.rows;
    const std::uint64_t count = rows.size();
    std::vector<std::string> origins;
    for (const Row& row : rows) origins.push_back(row.origin);
    h5::write_table<std::uint64_t>(file, "id", count, h5::kList,
                                   [&](auto i, auto* to) { *to = rows[i].id; });
    h5::write_table<std::int64_t>(file, "parents", count, 2, [&](auto i, auto* to) {
        to[0] = rows[i].parent_a, to[1] = rows[i].parent_b;
    });
    h5::write_table<std::uint8_t>(file, "stage_finite", count, 2, [&](auto i, auto* to) {
        to[0] = rows[i].stage, to[1] = rows[i].finite;
    });
    h5::write_table<float>(file, "gain_loss", count, 2, [&](auto i, auto* to) {
        to[0] = rows[i].master_gain_db, to[1] = rows[i].limiter_loss_lu;
    });
    h5::write_texts(file, "origin", origins);
    write_vectors(file, rows);
    write_tried(file, part.tried);
    h5::write_attribute(file, "format", std::string(kFormat));
    h5::write_attribute(file, "format_version", kFormatVersion);
    h5::write_attribute(file, "plan_hash", part.plan_hash);
    h5::write_attribute<std::uint32_t>(file, "generation", part.generation);
    h5::write_attribute<std::uint8_t>(file, "stage", part.stage);
    h5::write_attribute<std::uint64_t>(file, "first", part.first);
    h5::write_attribute<std::uint64_t>(file, "count", count);
    h5::write_attribute<double>(file, "seconds", part.seconds);
    h5::write_attribute<std::uint64_t>(file, "sampled", part.sampled);
    h5::write_attribute<std::uint64_t>(file, "closer", part.closer);
    h5::write_attribute<std::uint64_t>(file, "followed", part.followed);
    h5::write_attribute<double>(file, "closer_seconds", part.closer_seconds);
    h5::write_attribute<std::uint8_t>(file, "complete", 1);
}

Part read_body(hid_t file) {
    if (h5::read_attribute<std::uint8_t>(file, "complete") != 1) throw h5::Error("is not complete");
    Part part;
    part.plan_hash = h5::read_text_attribute(file, "plan_hash");
    part.generation = h5::read_attribute<std::uint32_t>(file, "generation");
    part.stage = h5::read_attribute<std::uint8_t>(file, "stage");
    part.first = h5::read_attribute<std::uint64_t>(file, "first");
    part.seconds = h5::read_attribute<double>(file, "seconds");
    part.sampled = h5::read_attribute<std::uint64_t>(file, "sampled");
    part.closer = h5::read_attribute<std::uint64_t>(file, "closer");
    part.followed = h5::read_attribute<std::uint64_t>(file, "followed");
    part.closer_seconds = h5::read_attribute<double>(file, "closer_seconds");
    const auto count = h5::read_attribute<std::uint64_t>(file, "count");
    auto origins = h5::read_texts(file, "origin");
    if (origins.size() != count) throw h5::Error("count and rows differ");
    part.rows.resize(count);
    auto& rows = part.rows;
    for (std::uint64_t i = 0; i < count; ++i) rows[i].origin = std::move(origins[i]);
    h5::read_table<std::uint64_t>(file, "id", count, h5::kList,
                                  [&](auto i, auto* from) { rows[i].id = *from; });
    h5::read_table<std::int64_t>(file, "parents", count, 2, [&](auto i, auto* from) {
        rows[i].parent_a = from[0], rows[i].parent_b = from[1];
    });
    h5::read_table<std::uint8_t>(file, "stage_finite", count, 2, [&](auto i, auto* from) {
        rows[i].stage = from[0], rows[i].finite = from[1] != 0;
    });
    h5::read_table<float>(file, "gain_loss", count, 2, [&](auto i, auto* from) {
        rows[i].master_gain_db = from[0], rows[i].limiter_loss_lu = from[1];
    });
    read_vectors(file, rows);
    part.tried = read_tried(file);
    return part;
}

/// Throws h5::Error for anything but an intact part, before HDF5 has seen a damaged byte;
/// InputError for one of another format, which would be misread.
Part read_verified(const fs::path& path) {
    if (!is_sealed(path))
        throw h5::Error("is torn, damaged or foreign: it does not end in the SHA-256 of its bytes");
    const h5::Handle file = h5::open_file(path);
    if (h5::read_text_attribute(file, "format") != kFormat)
        throw h5::Error("is not a part of a night");
    const auto version = h5::read_attribute<std::int32_t>(file, "format_version");
    if (version != kFormatVersion)
        throw InputError(path.string(), std::string("was written by ") +
                                            (version > kFormatVersion ? "a newer" : "an older") +
                                            " mixfarm (part format " + std::to_string(version) +
                                            ", this one's is " + std::to_string(kFormatVersion) +
                                            "): go on with that one, or choose another NIGHT");
    return read_body(file);
}

}  // namespace

PartStore::PartStore(fs::path folder) : folder_(std::move(folder)) {
    std::error_code failed;
    fs::create_directories(folder_, failed);
    if (failed) throw_write_error(failed.value(), folder_);
    remove_stale_temporaries(folder_, "g");
}

void PartStore::publish(const Part& part) {
    const h5::Quiet quiet;
    AtomicFile file(folder_ / file_name(part));
    h5::OutputFile output(file);
    try {
        write_body(output, part);
    } catch (const h5::Error&) {
        output.require_space();  // the disk is to blame, when it is
        throw;
    }
    output.publish();
}

std::vector<Part> PartStore::load(const std::string& plan_hash,
                                  std::vector<std::string>& warnings) const {
    const h5::Quiet quiet;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_))
        if (is_part(entry)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<Part> parts;
    for (const fs::path& file : files) {
        try {
            parts.push_back(read_verified(file));
        } catch (const h5::Error& damage) {
            const fs::path bad = file.string() + ".bad";
            fs::rename(file, bad);
            warnings.push_back(file.string() + ": " + damage.what() + "; put aside as " +
                               bad.filename().string() + ", its candidates will be rendered again");
            continue;
        }
        if (parts.back().plan_hash != plan_hash)
            throw InputError(folder_.parent_path().string(),
                             "holds parts of another plan (" + file.filename().string() +
                                 "): job, stems, seed or mixfarm have changed since. Choose "
                                 "another NIGHT, or delete " +
                                 folder_.string() + " to start anew");
    }
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
        return std::tie(a.generation, a.stage, a.first) < std::tie(b.generation, b.stage, b.first);
    });
    return parts;
}

bool PartStore::empty() const {
    for (const auto& entry : fs::directory_iterator(folder_))
        if (is_part(entry)) return false;
    return true;
}

}  // namespace mixfarm
