/// results.h5: comes back to the bit, refuses everything that is not a whole file of ours, and is
/// fast enough.
#include "host/store/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/job/input_error.h"
#include "tests/store/example.h"

namespace mixfarm {
namespace {

using namespace mixfarm::test;
using ::testing::HasSubstr;

/// What reading `path` complains about; fails the test when it does not, or does not name `file`.
std::string complaint(const fs::path& path, const fs::path& file) {
    try {
        read_results(path);
    } catch (const InputError& error) {
        std::printf("  %s\n", error.what());
        EXPECT_EQ(error.file(), file.string());
        return error.what();
    }
    ADD_FAILURE() << path << " was read without complaint";
    return "";
}

TEST(Sha256, GivesTheDigestsOfFips180) {
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(ResultsFile, ComesBackToTheBit) {
    const Scratch scratch;
    const Results written = example_results({});
    write_results(scratch / "results.h5", written);
    EXPECT_TRUE(same(written, read_results(scratch / "results.h5")));
    EXPECT_TRUE(same(written, read_results(scratch.folder()))) << "by the night's folder";
    EXPECT_EQ(files_with(scratch.folder(), "").size(), 1u) << "a temporary file is left";
}

TEST(ResultsFile, ComesBackWhenListsAreEmptyOrLongerThanAChunk) {
    const Scratch scratch;
    for (const Size& size : {Size{0, 5, 3, 31, 2, 6, 0, 0}, Size{3, 0, 0, 0, 0, 0, 0, 0},
                             Size{1, 1, 1, 1, 1, 1, 1, 1}, Size{301, 601, 20, 31, 24, 6, 12, 9}}) {
        const Results written = example_results(size, size.rows);
        write_results(scratch / "r.h5", written);
        EXPECT_TRUE(same(written, read_results(scratch / "r.h5")))
            << size.rows << " x " << size.knobs;
    }
}

TEST(ResultsFile, RefusesWhatIsNoneWithTheCure) {
    const Scratch scratch;
    EXPECT_THAT(complaint(scratch.folder(), scratch.folder()), HasSubstr("holds no results.h5"));
    EXPECT_THAT(complaint(scratch / "none.h5", scratch / "none.h5"), HasSubstr("no such file"));
    Numbers numbers(7);
    std::string noise(3000, '\0');
    for (char& c : noise) c = static_cast<char>(numbers.integer());
    spill(scratch / "results.h5", noise);
    EXPECT_THAT(complaint(scratch.folder(), scratch / "results.h5"),
                HasSubstr("is not an HDF5 file"));
    spill(scratch / "text.h5", "just a text\n");
    EXPECT_THAT(complaint(scratch / "text.h5", scratch / "text.h5"),
                HasSubstr("is not an HDF5 file"));
    spill(scratch / "empty.h5", "");
    EXPECT_THAT(complaint(scratch / "empty.h5", scratch / "empty.h5"),
                HasSubstr("is not an HDF5 file"));
    spill(scratch / "noise.h5", "\x89HDF\r\n\x1a\n" + noise);
    EXPECT_THAT(complaint(scratch / "noise.h5", scratch / "noise.h5"),
                HasSubstr("not one of mixfarm's"));
}

TEST(ResultsFile, RefusesATornFileAtAnyLength) {
    const Scratch scratch;
    write_results(scratch / "whole.h5", example_results({}));
    const std::string whole = slurp(scratch / "whole.h5");
    std::size_t refused = 0;
    for (std::size_t length = 8; length < whole.size(); length += 1 + whole.size() / 60) {
        spill(scratch / "torn.h5", whole.substr(0, length));
        EXPECT_THROW(read_results(scratch / "torn.h5"), InputError)
            << length << " of " << whole.size() << " bytes";
        ++refused;
    }
    std::printf("  %zu torn copies of a %zu byte file refused\n", refused, whole.size());
}

TEST(ResultsFile, NoticesFlippedBytes) {
    const Scratch scratch;
    write_results(scratch / "whole.h5", example_results({}));
    const std::string whole = slurp(scratch / "whole.h5");
    std::size_t tried = 0, noticed = 0;
    for (std::size_t at = 0; at < whole.size(); at += 101, ++tried) {
        std::string flipped = whole;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
        spill(scratch / "f.h5", flipped);
        try {
            read_results(scratch / "f.h5");
        } catch (const InputError&) {
            ++noticed;
        }
    }
    std::printf("  %zu of %zu flipped bytes noticed\n", noticed, tried);
    EXPECT_EQ(noticed, tried);
}

TEST(ResultsFile, RefusesAPart) {
    const Scratch scratch;
    PartStore(scratch / "parts").publish(example_part(0, {}));
    const fs::path part = files_with(scratch / "parts", ".h5").at(0);
    EXPECT_THAT(complaint(part, part), HasSubstr("holds no results"));
}

TEST(ResultsFile, RefusesForeignHdf5) {
    const Scratch scratch;
    const fs::path file = scratch / "foreign.h5";
    ASSERT_EQ(python("import h5py; h5py.File('" + file.string() + "', 'w')['x'] = [1, 2, 3]"), 0);
    EXPECT_THAT(complaint(file, file), HasSubstr("not one of mixfarm's"));
}

TEST(ResultsFile, RefusesANewerFormatAndWhatOthersChanged) {
    const Scratch scratch;
    const fs::path file = scratch / "results.h5";
    write_results(file, example_results({}));
    set_attribute(file, "format_version", "numpy.int32(2)");
    EXPECT_THAT(complaint(scratch.folder(), file), HasSubstr("changed by another program"));
    reseal(file);
    EXPECT_THAT(complaint(scratch.folder(), file), HasSubstr("newer mixfarm (format version 2"));
    set_attribute(file, "format_version", "numpy.int32(1)");
    EXPECT_THAT(complaint(scratch.folder(), file), HasSubstr("changed by another program"));
    reseal(file);
    EXPECT_TRUE(same(example_results({}), read_results(file)))
        << "what h5py wrote and a seal confirms is read";
}

TEST(ResultsFile, RefusesSealedFilesWhoseTablesDoNotFit) {
    const Scratch scratch;
    const fs::path file = scratch / "results.h5";
    for (const std::string change :
         {"del f['candidates/stage']", "del f['song']", "del f['metrics'].attrs['names']",
          "del f['scores/technical']; f['scores/technical'] = numpy.zeros(3, 'f4')",
          "del f['scores/technical']; f['scores/technical'] = numpy.zeros(20, 'f8')",
          "del f['candidates/origin']; f['candidates/origin'] = numpy.zeros(20, 'f4')",
          "del f['candidates/values']; f['candidates/values'] = numpy.zeros((20, 3), 'f4')"}) {
        write_results(file, example_results({}));
        ASSERT_EQ(python("import h5py, numpy; f = h5py.File('" + file.string() + "', 'r+'); " +
                         change + "; f.close()"),
                  0);
        reseal(file);
        complaint(file, file);
    }
}

TEST(ResultsFile, RefusesRecordsThatDoNotFitTogether) {
    const Scratch scratch;
    write_results(scratch / "r.h5", example_results({}));
    const std::string before = slurp(scratch / "r.h5");
    const auto broken = [&](auto break_it) {
        Results r = example_results({});
        break_it(r);
        EXPECT_THROW(write_results(scratch / "r.h5", r), std::logic_error);
    };
    broken([](Results& r) { r.rows[3].values.pop_back(); });
    broken([](Results& r) { r.rows[3].left_power.push_back(0); });
    broken([](Results& r) { r.technical.pop_back(); });
    broken([](Results& r) { r.scores[1].clear(); });
    broken([](Results& r) { r.words.clear(); });
    broken([](Results& r) { r.metrics[1].first = "bands"; });
    broken([](Results& r) { r.metrics[1].first = "a/b"; });
    broken([](Results& r) { r.terms[1] = "total"; });
    broken([](Results& r) { r.attributes["seed"] = "1"; });
    broken([](Results& r) { r.words[0] = std::string("a\0b", 3); });
    EXPECT_EQ(before, slurp(scratch / "r.h5")) << "the file that was there is untouched";
    EXPECT_TRUE(files_with(scratch.folder(), ".tmp").empty());
}

TEST(ResultsFile, AMetricMayRepeatAFieldOfTheRow) {
    const Scratch scratch;
    Results r = example_results({});
    r.metrics[2] = {"master_gain_db", "dB"};
    EXPECT_THROW(write_results(scratch / "r.h5", r), std::logic_error)
        << "with other values it may not";
    for (Row& row : r.rows) row.metrics[2] = row.master_gain_db;
    write_results(scratch / "r.h5", r);
    EXPECT_TRUE(same(r, read_results(scratch / "r.h5")));
}

TEST(ResultsFile, WritesTwoThousandRowsOfSixHundredKnobsInTwoSeconds) {
    const Scratch scratch;
    const Results written = example_results({2000, 600, 24, 31, 24, 6, 12, 8});
    const Stopwatch writing;
    write_results(scratch / "r.h5", written);
    const auto [write_wall, write_cpu] = writing.seconds();
    const Stopwatch reading;
    const Results read = read_results(scratch / "r.h5");
    const auto [read_wall, read_cpu] = reading.seconds();
    std::printf(
        "  2000 x 600: written in %.3f s (%.3f s of CPU), read in %.3f s (%.3f s of CPU), %.1f "
        "MB\n",
        write_wall, write_cpu, read_wall, read_cpu,
        static_cast<double>(fs::file_size(scratch / "r.h5")) / 1e6);
    EXPECT_TRUE(same(written, read));
    EXPECT_LT(write_cpu, 2.0);
}

}  // namespace
}  // namespace mixfarm
