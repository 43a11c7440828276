/// Parts: come back in order and to the bit; torn, flipped and foreign ones are put aside, parts of
/// another plan refused.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <tuple>

#include "host/job/input_error.h"
#include "host/store/results.h"
#include "tests/store/equality.h"
#include "tests/store/example.h"

namespace mixfarm {
namespace {

using namespace mixfarm::test;
using ::testing::HasSubstr;

std::vector<Part> load(const fs::path& folder, std::vector<std::string>& warnings) {
    return PartStore(folder).load("plan", warnings);
}

TEST(PartStore, GivesPartsBackInOrderAndToTheBit) {
    const Scratch scratch;
    PartStore store(scratch / "night/parts");
    EXPECT_TRUE(store.empty());
    std::vector<Part> written;
    for (const std::uint64_t number : {5, 2, 0, 7, 1, 3, 6, 4}) {
        written.push_back(example_part(number, {}));
        store.publish(written.back());
    }
    EXPECT_FALSE(store.empty());
    std::sort(written.begin(), written.end(), [](const Part& a, const Part& b) {
        return std::tie(a.generation, a.stage, a.first) < std::tie(b.generation, b.stage, b.first);
    });
    std::vector<std::string> warnings;
    const auto read = store.load("plan", warnings);
    EXPECT_TRUE(warnings.empty());
    ASSERT_EQ(read.size(), written.size());
    for (std::size_t i = 0; i < read.size(); ++i) EXPECT_TRUE(same(written[i], read[i])) << i;
    EXPECT_EQ(files_with(scratch / "night/parts", "").size(), written.size())
        << "a temporary file is left";
}

TEST(PartStore, GivesBackWhatWasLookedAtWithoutBeingHeard) {
    const Scratch scratch;
    PartStore store(scratch.folder());
    const Part heard = example_part(2, {}), foretold = example_scouting_part(1, {});
    // More than one chunk of 2^18 bytes in every column.
    const Size large{40, 17, 5, 31, 4, 6, 0, 0, 300'000, 4, 0};
    std::vector<Part> written = {foretold, example_scouting_part(2, large), heard};
    Part bare = example_scouting_part(4, {3, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0});
    bare.rows.clear();
    written.push_back(bare);
    for (const Part& part : written) store.publish(part);
    std::vector<std::string> warnings;
    const auto read = load(scratch.folder(), warnings);
    EXPECT_TRUE(warnings.empty());
    ASSERT_EQ(read.size(), written.size());
    for (const Part& part : written)
        EXPECT_EQ(std::count_if(read.begin(), read.end(),
                                [&](const Part& p) { return bool(same(p, part)); }),
                  1)
            << "generation " << part.generation << ", stage " << +part.stage;
    EXPECT_EQ(read[0].stage, 0) << "what was looked at comes before what was heard";
}

TEST(PartStore, KeepsRowsThatLackWhatTheirNeighboursHave) {
    const Scratch scratch;
    PartStore store(scratch.folder());
    Part part = example_part(2, {});  // measured, as a song that was a baseline
    const Part foretold = example_scouting_part(2, {});
    for (std::size_t i = 2; i < part.rows.size(); ++i) {
        part.rows[i].unit = foretold.rows[i].unit;
        part.rows[i].foretold_terms = foretold.rows[i].foretold_terms;
        if (i % 2) part.rows[i].foretold_metrics = foretold.rows[i].foretold_metrics;
    }
    part.rows[5].left_power.clear();
    store.publish(part);
    std::vector<std::string> warnings;
    const auto read = load(scratch.folder(), warnings);
    ASSERT_EQ(read.size(), 1u);
    EXPECT_TRUE(same(read[0], part));
}

TEST(PartStore, LeavesOutWhatIsEmpty) {
    const Scratch scratch;
    PartStore store(scratch.folder());
    store.publish(example_part(0, {}));
    const fs::path heard = files_with(scratch.folder(), "-s002-").at(0);
    store.publish(example_scouting_part(0, {}));
    const fs::path foretold = files_with(scratch.folder(), "-s000-").at(0);
    const auto holds = [](const fs::path& file, const std::string& names) {
        return python("import h5py, sys; f = h5py.File('" + file.string() +
                      "'); sys.exit(set(f) != set('" + names + "'.split()))") == 0;
    };
    const std::string always = "id parents stage_finite gain_loss origin filled values ";
    EXPECT_TRUE(holds(heard, always + "metrics left_power right_power cross_power stem_power"));
    EXPECT_TRUE(holds(foretold, always + "unit foretold_terms foretold_metrics guessed tried"));
}

TEST(PartStore, RefusesColumnsThatDoNotFitTogether) {
    const Scratch scratch;
    PartStore store(scratch.folder());
    const auto broken = [&](auto break_it) {
        Part part = example_scouting_part(0, {});
        break_it(part);
        EXPECT_THROW(store.publish(part), std::logic_error);
    };
    broken([](Part& p) { p.rows[3].foretold_terms.pop_back(); });
    broken([](Part& p) { p.tried.level.pop_back(); });
    broken([](Part& p) { p.tried.origin.push_back(0); });
    broken([](Part& p) { p.tried.score.clear(); });
    broken([](Part& p) { p.tried.parents.pop_back(); });
    broken([](Part& p) { p.tried.descriptors.pop_back(); });
    broken([](Part& p) { p.tried.origin[7] = 4; });
    broken([](Part& p) { p.tried.id[7] = p.tried.id[6]; });
    broken([](Part& p) { p.tried.id.clear(); });
    EXPECT_TRUE(files_with(scratch.folder(), "").empty()) << "nothing is left of them";
}

TEST(PartStore, PutsAsideASealedPartWhoseTablesDoNotFit) {
    for (const std::string statements :
         {"del f['filled']", "del f['unit']", "del f['tried/level']", "f['tried/origin'][3] = 4",
          "f['tried/id'][3] = 0", "del f['tried/origin'].attrs['names']",
          "del f['tried/score']; f['tried/score'] = numpy.zeros(49, 'f4')",
          "del f['tried/descriptors']; f['tried/descriptors'] = numpy.zeros(200, 'f4')",
          "del f['tried/descriptors']; f['tried/descriptors'] = numpy.zeros((50, 4), 'f8')"}) {
        const Scratch scratch;
        PartStore(scratch.folder()).publish(example_scouting_part(0, {}));
        const fs::path file = files_with(scratch.folder(), ".h5").at(0);
        change(file, statements);
        reseal(file);
        std::vector<std::string> warnings;
        EXPECT_TRUE(load(scratch.folder(), warnings).empty()) << statements;
        ASSERT_EQ(warnings.size(), 1u);
        std::printf("  %s\n", warnings[0].c_str());
        EXPECT_TRUE(fs::exists(file.string() + ".bad"));
    }
}

TEST(PartStore, TakesThePartThatWasPublishedLastUnderTheSamePlace) {
    const Scratch scratch;
    PartStore store(scratch.folder());
    store.publish(example_part(3, {}));
    Part again = example_part(3, {});
    again.seconds = 77;
    store.publish(again);
    Part none = example_part(4, {});
    none.rows.clear();
    store.publish(none);
    std::vector<std::string> warnings;
    const auto read = load(scratch.folder(), warnings);
    ASSERT_EQ(read.size(), 2u);
    EXPECT_TRUE(same(read[0], again));
    EXPECT_TRUE(same(read[1], none)) << "a part without rows is a part";
}

/// Publishes three parts, spoils the bytes of the middle one, and expects the other two and one
/// warning.
void expect_put_aside(const Part& victim_part,
                      const std::function<std::string(std::string)>& spoil) {
    const Scratch scratch;
    PartStore store(scratch.folder());
    store.publish(example_part(0, {}));
    store.publish(victim_part);
    store.publish(example_part(8, {}));
    const fs::path victim = files_with(scratch.folder(), "g00000001").at(0);
    const std::string spoilt = spoil(slurp(victim));
    spill(victim, spoilt);
    std::vector<std::string> warnings;
    const auto read = load(scratch.folder(), warnings);
    ASSERT_EQ(read.size(), 2u);
    EXPECT_TRUE(same(read[0], example_part(0, {})));
    EXPECT_TRUE(same(read[1], example_part(8, {})));
    ASSERT_EQ(warnings.size(), 1u);
    std::printf("  %s\n", warnings[0].c_str());
    EXPECT_THAT(warnings[0], HasSubstr(victim.string()));
    EXPECT_FALSE(fs::exists(victim));
    EXPECT_EQ(slurp(victim.string() + ".bad"), spoilt)
        << "the damaged bytes are kept for whoever wants to look";
    warnings.clear();
    EXPECT_EQ(load(scratch.folder(), warnings).size(), 2u);
    EXPECT_TRUE(warnings.empty()) << "warned once, not every time";
    PartStore(scratch.folder()).publish(victim_part);
    EXPECT_EQ(load(scratch.folder(), warnings).size(), 3u) << "made again, it takes its place";
}
/// One that was heard, and one that was only looked at.
void expect_put_aside(const std::function<std::string(std::string)>& spoil) {
    expect_put_aside(example_part(4, {}), spoil);
    expect_put_aside(example_scouting_part(4, {}), spoil);
}

TEST(PartStore, PutsAsideAFlippedByte) {
    expect_put_aside([](std::string bytes) { return bytes[bytes.size() / 2] ^= 1, bytes; });
}
TEST(PartStore, PutsAsideATruncatedFile) {
    expect_put_aside([](std::string bytes) { return bytes.substr(0, bytes.size() * 2 / 3); });
}
TEST(PartStore, PutsAsideAFileCutWithinItsSeal) {
    expect_put_aside([](const std::string& bytes) { return bytes.substr(0, bytes.size() - 10); });
}
TEST(PartStore, PutsAsideAnEmptyFile) {
    expect_put_aside([](const std::string&) { return std::string(); });
}
TEST(PartStore, PutsAsideAForeignFile) {
    expect_put_aside([](const std::string&) {
        return std::string("not a part, and longer than a seal would be: ") + std::string(90, 'x');
    });
}
TEST(PartStore, PutsAsideASealedFileThatIsNoPart) {
    const Scratch scratch;
    write_results(scratch / "results.h5", example_results({}));
    expect_put_aside([&](const std::string&) { return slurp(scratch / "results.h5"); });
}
TEST(PartStore, PutsAsideZerosWhereAPowerCutLostTheTail) {
    expect_put_aside([](std::string bytes) {
        const std::size_t size = bytes.size();
        bytes.resize(4096);
        bytes.resize(size, '\0');
        return bytes;
    });
}

TEST(PartStore, RefusesPartsOfAnotherPlan) {
    const Scratch scratch;
    PartStore store(scratch / "night/parts");
    store.publish(example_part(0, {}));
    store.publish(example_part(1, {}, "another plan"));
    std::vector<std::string> warnings;
    try {
        store.load("plan", warnings);
        FAIL() << "accepted";
    } catch (const InputError& error) {
        std::printf("  %s\n", error.what());
        EXPECT_EQ(error.file(), (scratch / "night").string());
        EXPECT_THAT(error.what(), HasSubstr("another plan"));
    }
    EXPECT_EQ(files_with(scratch / "night/parts", ".h5").size(), 2u) << "nothing was moved";
}

TEST(PartStore, RefusesAnIntactPartOfAnotherFormat) {
    const Scratch scratch;
    PartStore store(scratch.folder());
    for (const auto& [version, age] : {std::pair{1, "an older"}, {999, "a newer"}}) {
        store.publish(example_part(0, {}));
        const fs::path file = files_with(scratch.folder(), ".h5").at(0);
        set_attribute(file, "format_version", "numpy.int32(" + std::to_string(version) + ")");
        reseal(file);
        std::vector<std::string> warnings;
        try {
            store.load("plan", warnings);
            ADD_FAILURE() << "version " << version << " was read";
        } catch (const InputError& error) {
            std::printf("  %s\n", error.what());
            EXPECT_EQ(error.file(), file.string());
            EXPECT_THAT(error.what(), HasSubstr(std::string("written by ") + age + " mixfarm"));
        }
        EXPECT_TRUE(fs::exists(file)) << "another mixfarm's work is left alone";
    }
}

TEST(PartStore, RemovesTemporariesOfTheDeadAndLeavesThoseOfTheLiving) {
    const Scratch scratch;
    spill(scratch / "g00000000-s002-000000000000.h5.tmp-1-0", "dead");
    spill(scratch / "g00000000-s002-000000000001.h5.tmp-1-0", "alive");
    const int alive = open((scratch / "g00000000-s002-000000000001.h5.tmp-1-0").c_str(), O_RDWR);
    ASSERT_EQ(flock(alive, LOCK_EX), 0);
    PartStore store(scratch.folder());
    EXPECT_EQ(files_with(scratch.folder(), ".tmp").size(), 1u);
    EXPECT_TRUE(store.empty());
    close(alive);
    PartStore again(scratch.folder());
    EXPECT_TRUE(files_with(scratch.folder(), ".tmp").empty());
}

}  // namespace
}  // namespace mixfarm
