/// Made-up nights and parts for the store's tests, every field filled, awkward numbers included;
/// and how their files are kept, spoilt and checked.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "host/store/results.h"

namespace mixfarm::test {
namespace fs = std::filesystem;

/// A folder that is gone after the test.
class Scratch {
public:
    Scratch() {
        std::string pattern = (fs::temp_directory_path() / "mixfarm-store-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
        folder_ = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    fs::path operator/(const std::string& name) const { return folder_ / name; }
    const fs::path& folder() const { return folder_; }

private:
    fs::path folder_;
};

/// Wall and CPU time since its making. Limits are set on CPU time: what else runs on the machine is
/// not the test's affair.
class Stopwatch {
public:
    std::pair<double, double> seconds() const {
        const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - wall_;
        return {wall.count(), static_cast<double>(std::clock() - cpu_) / CLOCKS_PER_SEC};
    }

private:
    std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
    std::clock_t cpu_ = std::clock();
};

/// Numbers of all kinds: mostly ordinary, some NaN (one with a payload), infinite, negative zero,
/// denormal.
class Numbers {
public:
    explicit Numbers(std::uint64_t seed) : random_(seed) {}
    float next() {
        switch (random_() % 37) {
            case 0:
                return std::numeric_limits<float>::quiet_NaN();
            case 1:
                return std::bit_cast<float>(0x7fc12345u);
            case 2:
                return -0.0f;
            case 3:
                return std::numeric_limits<float>::denorm_min();
            case 4:
                return -std::numeric_limits<float>::infinity();
            default:
                return std::normal_distribution<float>(0, 10)(random_);
        }
    }
    std::vector<float> list(std::size_t length) {
        std::vector<float> numbers(length);
        for (float& x : numbers) x = next();
        return numbers;
    }
    /// Powers: positive, and now and then exactly zero.
    std::vector<float> powers(std::size_t length) {
        std::vector<float> numbers(length);
        for (float& x : numbers)
            x = random_() % 29 ? std::exp2(-float(random_() % 4000) / 100) : 0.0f;
        return numbers;
    }
    std::uint64_t integer() { return random_(); }

private:
    std::mt19937_64 random_;
};

struct Size {
    std::size_t rows = 20, knobs = 17, metrics = 5, bands = 31, stems = 4, terms = 6, picks = 3,
                sections = 3, tried = 50, descriptors = 4, cells = 7;
};

inline Row example_row(Numbers& numbers, std::uint64_t id, const Size& size) {
    static const char* const kOrigins[] = {"static_balance", "rule_based", "sobol", "evolved", ""};
    Row row;
    row.id = id;
    row.stage = id % 3 ? 2 : 3;
    row.origin = kOrigins[id % 5];
    row.parent_a = id < 2 ? -1 : static_cast<std::int64_t>(id / 2);
    row.parent_b = id % 4 ? -1 : static_cast<std::int64_t>(id) - 1;
    row.values = numbers.list(size.knobs);
    row.finite = id % 7 != 3;
    row.master_gain_db = numbers.next();
    row.limiter_loss_lu = numbers.next();
    row.metrics = numbers.list(size.metrics);
    row.left_power = numbers.powers(size.bands);
    row.right_power = numbers.powers(size.bands);
    row.cross_power = numbers.list(size.bands);
    row.stem_power = numbers.powers(size.stems);
    return row;
}

/// Ids from `first` on, with gaps.
inline TriedTable example_tried(Numbers& numbers, std::uint64_t first, const Size& size) {
    TriedTable t;
    t.origins = {"sobol", "cma_es", "", "Ümläut"};
    for (std::size_t i = 0; i < size.tried; ++i) {
        t.id.push_back(first + i + i / 3);
        t.level.push_back(static_cast<std::uint8_t>(i % 7 ? 0 : i % 2 ? 2 : 3));
        t.origin.push_back(static_cast<std::uint8_t>((i + i / 5) % 4));
        t.parents.push_back(i < 2 ? -1 : static_cast<std::int64_t>(i / 2));
        t.parents.push_back(i % 4 ? -1 : std::int64_t{1} << 40);
    }
    t.score = numbers.list(size.tried);
    t.descriptors = numbers.list(size.tried * size.descriptors);
    return t;
}

inline ArchiveRecord example_archive(Numbers& numbers, const Size& size) {
    ArchiveRecord a;
    a.middles = numbers.list(size.cells * size.descriptors);
    for (std::size_t c = 0; c < size.cells; ++c) {
        const bool empty = c % 3 == 1;
        a.elite.push_back(empty ? -1 : static_cast<std::int64_t>(3 * c + 1));
        a.score.push_back(empty ? std::numeric_limits<float>::quiet_NaN() : numbers.next());
    }
    return a;
}

inline Results example_results(const Size& size, std::uint64_t seed = 1) {
    Numbers numbers(seed);
    Results r;
    r.attributes = {{"job_yaml", "song:\n  title: \"Ümläut & Söhne\"\n"},
                    {"job_sha256", sha256_hex("job")},
                    {"engine", "cpu"},
                    {"device", "2 cores, AVX2"},
                    {"version", "0.1.0"},
                    {"created_utc", "2026-11-23T03:00:00Z"},
                    {"a_note_of_its_own", ""}};
    r.seed = 0xfedcba9876543210u;
    for (std::size_t i = 0; i < size.stems; ++i)
        r.stems.push_back({"stem " + std::to_string(i), i ? "pad" : "lead_vocal",
                           "stems/" + std::to_string(i) + ".wav", sha256_hex(std::to_string(i)),
                           i % 2 ? 2 : 1, 48000, static_cast<std::int64_t>(i) * 1'000'000'007});
    for (std::size_t i = 0; i < size.sections; ++i)
        r.sections.push_back({i % 2 ? "chorus" : "verse", 10.1 * static_cast<double>(i),
                              10.1 * static_cast<double>(i + 1)});
    for (std::size_t i = 0; i < size.knobs; ++i)
        r.knobs.push_back({"stem 0/eq." + std::to_string(i), i % 2 ? "dB" : "Hz", "stem 0", "eq",
                           i % 2 ? "linear" : "log", -1.0f * float(i), float(i), 0.0f});
    for (std::size_t i = 0; i < size.knobs / 3; ++i)
        r.automation.push_back({r.knobs[i / 2].name, 30.5 * double(i), 0.25f * float(i)});
    for (std::size_t i = 0; i < 2 && size.knobs > 1; ++i) {
        const auto f = static_cast<float>(i);
        r.moves.push_back({i ? "dropout" : "chorus_lift",
                           static_cast<Family>(i),
                           0,
                           0,
                           -1,
                           {{static_cast<int>(i),
                             "fader",
                             "fader_db",
                             i ? Law::add : Law::reach,
                             {-f, 0.5f, 1 + f},
                             {{0, 0}, {3.5 + double(i), 0.25f}},
                             "whole mix"}},
                           {{static_cast<int>(i),
                             i > 0,
                             0.25f * f,
                             1,
                             {-30 + f, -20, -10},
                             "an octave below",
                             {}}},
                           {{1.5, 2.5 + double(i), "chorus " + std::to_string(i)}},
                           "it is so"});
        r.made.push_back({3 * i + 1, static_cast<std::int32_t>(i), 0.25f + f, 0.5f - f});
    }
    for (std::size_t i = 0; i < size.metrics; ++i)
        r.metrics.emplace_back(i ? "metric_" + std::to_string(i) : "integrated_lufs",
                               i ? "1" : "LUFS");
    for (std::size_t i = 0; i < size.bands; ++i)
        r.band_centres_hz.push_back(1000 * std::exp2((double(i) - 17) / 3));
    for (std::size_t i = 0; i < size.terms; ++i) r.terms.push_back("term_" + std::to_string(i));
    for (std::size_t i = 0; i < size.rows; ++i) {
        r.rows.push_back(example_row(numbers, 3 * i + 1, size));
        r.stage0_metrics.push_back(
            i % 5 ? numbers.list(size.metrics)
                  : std::vector<float>(size.metrics, std::numeric_limits<float>::quiet_NaN()));
        r.stage0_technical.push_back(numbers.next());
        r.stage2_metrics.push_back(
            i % 4 ? numbers.list(size.metrics)
                  : std::vector<float>(size.metrics, std::numeric_limits<float>::quiet_NaN()));
        r.scores.push_back(numbers.list(size.terms));
        r.technical.push_back(numbers.next());
        r.stage2_technical.push_back(numbers.next());
        r.rejected.push_back(static_cast<std::uint8_t>(i % 9));
        r.pareto.push_back(static_cast<std::int32_t>(i / 2));
        r.order.push_back(3 * (size.rows - 1 - i) + 1);
    }
    for (std::size_t i = 0; i < size.picks; ++i) {
        r.picks.push_back(3 * i + 1);
        r.words.push_back("vocal +" + std::to_string(i) + " dB, darker top");
        r.wild_cards.push_back(i + 1 < size.picks ? "" : "darkest, widest");
        r.audition.push_back({"pick " + std::to_string(i + 1), "picks/" + std::to_string(i),
                              static_cast<std::int64_t>(r.picks[i]), numbers.next(), numbers.next(),
                              numbers.next()});
    }
    r.audition.push_back({"rough mix", "picks/rough-mix.flac", -1, -14.25f, -1, -2.5f});
    for (std::size_t i = 0; i < r.rows.size(); ++i)
        r.taste.push_back(0.125f * static_cast<float>(i % 7) - 0.25f);
    r.choices = {{1, 0, 7, 0, 3.5f, 0, "best", "2026-11-30T06:00:00Z"},
                 {1, 1, -1, 1, 12.25f, 0, "best", "2026-11-30T06:00:00Z"},
                 {2, 0, 7, 0, 4, 1, "cannot_tell", "2026-11-30T06:01:00Z"}};
    const double nan = std::numeric_limits<double>::quiet_NaN();
    r.funnel = {{0, size.tried, 3.5, 0.625, 0.5, 0.4, 0.95},
                {2, size.rows, 12.25, 0.875, 0.8, 1.0 / 3, 1},
                {3, size.rows / 3, 99.5, nan, nan, nan, nan}};
    for (std::size_t d = 0; d < size.descriptors; ++d)
        r.descriptors.push_back({"descriptor " + std::to_string(d), d % 2 ? "dB" : "1",
                                 -0.1f - float(d), 0.1f + float(d)});
    r.tried = example_tried(numbers, 0, size);
    r.archive = example_archive(numbers, size);
    return r;
}

/// What is left of `r` in a file of the first nights, which knew no level 0.
inline Results of_the_first_nights(Results r) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    r.descriptors.clear();
    r.tried = {};
    r.archive = {};
    r.audition.clear();
    r.taste.clear();
    r.choices.clear();
    r.wild_cards.assign(r.picks.size(), "");
    for (auto& row : r.stage0_metrics) row.assign(row.size(), nan);
    r.stage0_technical.assign(r.stage0_technical.size(), nan);
    for (FunnelLevel& level : r.funnel)
        level.promoted = level.recall_promoted = std::numeric_limits<double>::quiet_NaN();
    return r;
}

inline Part example_part(std::uint64_t number, const Size& size, const std::string& plan = "plan") {
    Numbers numbers(number + 1000);
    Part part;
    part.plan_hash = plan;
    part.generation = static_cast<std::uint32_t>(number / 4);
    part.stage = number % 4 < 2 ? 2 : 3;
    part.first = (number % 2) * 1'000'000;
    part.seconds = 0.1 * static_cast<double>(number);
    for (std::size_t i = 0; i < size.rows; ++i)
        part.rows.push_back(example_row(numbers, number * size.rows + i, size));
    return part;
}

/// A part of stage 0: everything foretold, nothing measured.
inline Part example_scouting_part(std::uint64_t number, const Size& size) {
    Part part = example_part(number, size);
    Numbers numbers(number + 2000);
    part.stage = 0;
    for (Row& row : part.rows) {
        row.stage = 0;
        for (const auto measured : {&Row::metrics, &Row::left_power, &Row::right_power,
                                    &Row::cross_power, &Row::stem_power})
            (row.*measured).clear();
        row.unit = numbers.list(size.knobs / 2);
        row.foretold_terms = numbers.list(size.terms);
        row.foretold_metrics = numbers.list(size.metrics);
        row.guessed = numbers.list(2);
    }
    part.tried = example_tried(numbers, part.first, size);
    return part;
}

inline std::string slurp(const fs::path& file) {
    std::FILE* stream = std::fopen(file.c_str(), "rb");
    if (!stream) return "";
    std::string bytes(fs::file_size(file), '\0');
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), stream));
    std::fclose(stream);
    return bytes;
}

inline void spill(const fs::path& file, const std::string& bytes) {
    std::FILE* stream = std::fopen(file.c_str(), "wb");
    if (!stream || std::fwrite(bytes.data(), 1, bytes.size(), stream) != bytes.size())
        throw std::runtime_error("cannot write " + file.string());
    std::fclose(stream);
}

/// Files in `folder` whose name contains `piece`.
inline std::vector<fs::path> files_with(const fs::path& folder, const std::string& piece) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string().find(piece) != std::string::npos)
            found.push_back(entry.path());
    return found;
}

/// Runs a few words of Python with h5py; their exit code.
inline int python(const std::string& line) {
    return std::system((MIXFARM_PYTHON " -c \"" + line + "\"").c_str());
}

/// Changes `f`, an HDF5 file opened with h5py; the seal is broken then.
inline void change(const fs::path& file, const std::string& statements) {
    ASSERT_EQ(python("import h5py, numpy; f = h5py.File('" + file.string() + "', 'r+'); " +
                     statements + "; f.close()"),
              0);
}

inline void set_attribute(const fs::path& file, const std::string& name, const std::string& value) {
    change(file, "f.attrs['" + name + "'] = " + value);
}

/// Runs check_layout.py on a file; its exit code.
inline int check_layout(const std::string& option, const fs::path& file,
                        const fs::path& values = {}) {
    std::fflush(stdout);
    return std::system((MIXFARM_PYTHON " " MIXFARM_SOURCE_DIR "/tests/store/check_layout.py " +
                        option + " " + file.string() +
                        " " MIXFARM_SOURCE_DIR "/schemas/results.layout.json " + values.string())
                           .c_str());
}

/// Gives a changed file the seal that its bytes deserve (an old one, where it still stands, becomes
/// part of them).
inline void reseal(const fs::path& file) {
    const std::string bytes = slurp(file);
    spill(file, bytes + "\nmixfarm-seal sha256 " + sha256_hex(bytes) + "\n");
}

}  // namespace mixfarm::test
