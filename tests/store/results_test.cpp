/// results.h5: comes back to the bit, refuses everything that is not a whole file of ours, and is
/// fast enough.
#include "host/store/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/job/input_error.h"
#include "tests/store/equality.h"
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
    for (const Size& size :
         {Size{0, 5, 3, 31, 2, 6, 0, 0, 0, 0, 0}, Size{3, 0, 0, 0, 0, 0, 0, 0, 5, 0, 2},
          Size{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, Size{2, 1, 1, 1, 1, 1, 1, 1, 0, 4, 0},
          Size{301, 601, 20, 31, 24, 6, 12, 9, 300'000, 4, 20'000}}) {
        const Results written = example_results(size, size.rows);
        write_results(scratch / "r.h5", written);
        EXPECT_TRUE(same(written, read_results(scratch / "r.h5")))
            << size.rows << " x " << size.knobs;
    }
}

/// Takes out what nights without a level 0 did not write.
void make_old(const fs::path& file) {
    change(file,
           "[f.pop(p) for p in ('tried', 'archive', 'metrics/stage0', 'scores/stage0', "
           "'funnel/promoted', 'funnel/recall_promoted', 'audition', 'ranking/wild_card', "
           "'choices', 'scores/taste')]");
    reseal(file);
}

TEST(ResultsFile, OfTheFirstNightsIsReadAndWrittenAgain) {
    const Scratch scratch;
    const Results written = example_results({});
    write_results(scratch / "r.h5", written);
    make_old(scratch / "r.h5");
    const Results read = read_results(scratch / "r.h5");
    EXPECT_TRUE(same(of_the_first_nights(written), read));
    EXPECT_EQ(read.tried.size() + read.archive.elite.size() + read.descriptors.size(), 0u);
    EXPECT_FALSE(same(written, read)) << "or nothing was taken out";
    write_results(scratch / "again.h5", read);
    EXPECT_TRUE(same(read, read_results(scratch / "again.h5")));
}

TEST(ResultsFile, WithoutALevel0MeansThatNothingWasForetold) {
    const Scratch scratch;
    Results r = example_results({});
    r.stage0_metrics.clear();
    r.stage0_technical.clear();
    write_results(scratch / "r.h5", r);
    const Results read = read_results(scratch / "r.h5");
    ASSERT_EQ(read.stage0_metrics.size(), r.rows.size());
    ASSERT_EQ(read.stage0_technical.size(), r.rows.size());
    for (std::size_t i = 0; i < r.rows.size(); ++i) {
        EXPECT_TRUE(std::isnan(read.stage0_technical[i]));
        ASSERT_EQ(read.stage0_metrics[i].size(), r.metrics.size());
        for (const float x : read.stage0_metrics[i]) EXPECT_TRUE(std::isnan(x));
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
    for (const std::string statements :
         {"del f['candidates/stage']",
          "del f['song']",
          "del f['metrics'].attrs['names']",
          "del f['scores/technical']; f['scores/technical'] = numpy.zeros(3, 'f4')",
          "del f['scores/technical']; f['scores/technical'] = numpy.zeros(20, 'f8')",
          "del f['candidates/origin']; f['candidates/origin'] = numpy.zeros(20, 'f4')",
          "del f['candidates/values']; f['candidates/values'] = numpy.zeros((20, 3), 'f4')",
          "del f['archive']",
          "del f['tried/score']",
          "del f['tried/origin'].attrs['names']",
          "f['tried/origin'][7] = 4",
          "f['tried/id'][7] = 3",
          "del f['tried/parents']; f['tried/parents'] = numpy.zeros((50, 3), 'i8')",
          "del f['tried/descriptors']; f['tried/descriptors'] = numpy.zeros((50, 3), 'f4')",
          "del f['archive/elite']; f['archive/elite'] = numpy.zeros(3, 'i8')",
          "del f['archive/middle']; f['archive/middle'] = numpy.zeros((7, 4), 'f8')",
          "del f['archive/unit']",
          "del f['metrics/stage0/integrated_lufs']",
          "del f['scores/stage0/technical']",
          "del f['funnel/recall_promoted']"}) {
        write_results(file, example_results({}));
        change(file, statements);
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
    broken([](Results& r) { r.wild_cards.pop_back(); });
    broken([](Results& r) { r.metrics[1].first = "bands"; });
    broken([](Results& r) { r.metrics[1].first = "a/b"; });
    broken([](Results& r) { r.metrics[1].first = "stage0"; });
    broken([](Results& r) { r.terms[1] = "stage0"; });
    broken([](Results& r) { r.stage0_metrics.pop_back(); });
    broken([](Results& r) { r.stage0_metrics[2].pop_back(); });
    broken([](Results& r) { r.stage0_metrics.clear(); });
    broken([](Results& r) { r.stage0_technical.pop_back(); });
    broken([](Results& r) { r.descriptors.pop_back(); });
    broken([](Results& r) { r.tried.level.pop_back(); });
    broken([](Results& r) { r.tried.origin[3] = 4; });
    broken([](Results& r) { r.tried.parents.push_back(-1); });
    broken([](Results& r) { r.tried.descriptors.clear(); });
    broken([](Results& r) { std::swap(r.tried.id[3], r.tried.id[4]); });
    broken([](Results& r) { r.archive.middles.pop_back(); });
    broken([](Results& r) { r.archive.score.pop_back(); });
    broken([](Results& r) { r.archive.score[1] = 0.5f; });
    broken([](Results& r) { r.archive.elite[1] = -2; });
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
