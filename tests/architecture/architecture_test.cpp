/// The tree keeps the rules of the house, and each rule notices when it is broken in a small tree
/// planted for the purpose.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/architecture/rules.h"

namespace mixfarm::architecture {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t kMostLines = 400;
const std::set<std::string> kLongFiles = {};  // add a file here only with its reason

Violations files_of_this_tree_are_short(const SourceTree& tree) {
    return files_are_short(tree, kMostLines, kLongFiles);
}

struct Rule {
    const char* name;
    Violations (*check)(const SourceTree&);
};

const Rule kRules[] = {
    {"RoomsLookBackOnly", rooms_look_back_only},
    {"KernelsKnowNoHost", kernels_know_no_host},
    {"HostStopsAtTheBorder", host_stops_at_the_border},
    {"IncludesNameFilesFromTheRoot", includes_name_files_from_the_root},
    {"Hdf5StaysInStore", hdf5_stays_in_store},
    {"CudaStaysInItsFolder", cuda_stays_in_its_folder},
    {"SearchHearsNothing", search_hears_nothing},
    {"ListedKernelsAreWhole", listed_kernels_are_whole},
    {"FilesAreShort", files_of_this_tree_are_short},
    {"FilesSayWhatTheyOwn", files_say_what_they_own},
    {"NamesMeanOneThing", names_mean_one_thing},
};

void PrintTo(const Rule& rule, std::ostream* out) {
    *out << rule.name;
}

class House : public testing::TestWithParam<Rule> {};

TEST_P(House, IsKept) {
    static const SourceTree tree = read_tree(MIXFARM_SOURCE_DIR);
    ASSERT_NE(tree.find("host/job/job.h"), nullptr);
    ASSERT_NE(tree.find("kernels/engine.h"), nullptr);
    std::size_t includes = 0;
    for (const SourceFile& file : tree.files) includes += file.includes.size();
    std::cout << tree.files.size() << " files, " << includes << " includes\n";
    for (const std::string& violation : GetParam().check(tree)) ADD_FAILURE() << violation;
}

INSTANTIATE_TEST_SUITE_P(Rules, House, testing::ValuesIn(kRules),
                         [](const auto& test) { return std::string(test.param.name); });

/// A small tree that keeps every rule, to break one rule at a time in.
class Planted {
public:
    Planted() {
        std::string name = (fs::temp_directory_path() / "mixfarm-house-XXXXXX").string();
        root_ = mkdtemp(name.data());
        plant("host/job/job.h", "");
        plant("host/song/song.h", "#include \"host/job/job.h\"\n");
        plant("host/space/space.h",
              "#include \"host/song/song.h\"\n#include \"kernels/engine.h\"\n");
        plant("host/search/search.h", "#include <vector>\n#include \"host/space/space.h\"\n");
        plant("host/store/store.cpp", "#include <hdf5.h>\n");
        plant("host/night.cpp",
              "#include \"host/cli/command.h\"\n#include \"host/search/search.h\"\n");
        plant("host/cli/command.h", "#include \"host/search/search.h\"\n");
        plant("kernels/engine.h", "#include \"kernels/core/param.h\"\n");
        plant("kernels/core/param.h", "#if defined(__CUDACC__)\n#endif\n");
        plant("kernels/cuda/engine.cu",
              "#include <cuda_runtime.h>\n#include \"kernels/engine.h\"\n__global__ void f();\n");
        plant("kernels/effects/trim.h", "#include \"kernels/core/param.h\"\n");
        plant("kernels/meters/level.h", "");
        plant("tests/kernels/trim_test.cpp", "#include \"kernels/effects/trim.h\"\n");
        plant("tests/kernels/level_test.cpp", "");
        write("kernels/effects/effects.def", "// the list\nMF_STRIP(trim, Trim)\n");
        write("kernels/meters/meters.def", "MF_METER(level, Level)\n");
    }
    ~Planted() { fs::remove_all(root_); }
    Planted(const Planted&) = delete;
    Planted& operator=(const Planted&) = delete;

    void write(const std::string& path, const std::string& text) const {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text;
    }
    void plant(const std::string& path, const std::string& code) const {
        write(path, "/// Owns what the test plants here.\n" + code);
    }
    void remove(const std::string& path) const { fs::remove(root_ / path); }
    SourceTree read() const { return read_tree(root_); }

private:
    fs::path root_;
};

TEST(PlantedHouse, KeepsEveryRuleUntilItIsBroken) {
    const Planted house;
    for (const Rule& rule : kRules) EXPECT_THAT(rule.check(house.read()), IsEmpty()) << rule.name;
}

struct Breach {
    const char* name;
    Violations (*rule)(const SourceTree&);
    const char* path;
    const char* code;     ///< planted below the opening sentence
    const char* noticed;  ///< the one violation holds these words
};

void PrintTo(const Breach& breach, std::ostream* out) {
    *out << breach.name;
}

class PlantedBreach : public testing::TestWithParam<Breach> {};

TEST_P(PlantedBreach, IsNoticedOnce) {
    const Planted house;
    house.plant(GetParam().path, GetParam().code);
    const Violations found = GetParam().rule(house.read());
    for (const std::string& violation : found) std::cout << violation << "\n";
    EXPECT_THAT(found, ElementsAre(HasSubstr(GetParam().noticed)));
}

const Breach kBreaches[] = {
    {"LaterRoom", rooms_look_back_only, "host/job/x.cpp", "#include \"host/song/song.h\"\n",
     "host/job/x.cpp:2: includes host/song"},
    {"NightFromARoom", rooms_look_back_only, "host/audition/x.cpp", "#include \"host/night.h\"\n",
     "includes host/night.h"},
    {"CliFromARoom", rooms_look_back_only, "host/render/x.h", "\n#include \"host/cli/command.h\"\n",
     "host/render/x.h:3"},
    {"UnknownRoom", rooms_look_back_only, "host/misc/x.h", "", "host/misc has no place"},
    {"DeepFolder", rooms_look_back_only, "host/job/deep/x.cpp", "#include \"host/rank/y.h\"\n",
     "lies after host/job/deep"},
    {"OddSpaces", rooms_look_back_only, "host/job/x.h",
     "  #  include  \"host/song/song.h\"  // why\n", "host/job/x.h:2"},
    {"HostInKernels", kernels_know_no_host, "kernels/cpu/x.cpp", "#include \"host/job/job.h\"\n",
     "kernels/cpu/x.cpp:2"},
    {"HostInBrackets", kernels_know_no_host, "kernels/cpu/x.cpp", "#include <host/job/job.h>\n",
     "no song, no job"},
    {"EffectInSpace", host_stops_at_the_border, "host/space/x.h",
     "#include \"kernels/effects/trim.h\"\n", "kernels/effects/trim.h"},
    {"EffectInNight", host_stops_at_the_border, "host/x.cpp",
     "#include \"kernels/effects/trim.h\"\n", "all that host/ sees"},
    {"RelativeInclude", includes_name_files_from_the_root, "host/job/x.cpp",
     "#include \"../song/song.h\"\n", "never up"},
    {"DetourThroughARoom", includes_name_files_from_the_root, "host/job/x.cpp",
     "#include \"host/job/../song/song.h\"\n", "never up"},
    {"BareName", includes_name_files_from_the_root, "host/job/x.cpp", "#include \"job.h\"\n",
     "no such file"},
    {"NoSuchFile", includes_name_files_from_the_root, "host/job/x.cpp",
     "#include \"host/job/gone.h\"\n", "host/job/gone.h"},
    {"OwnInBrackets", includes_name_files_from_the_root, "host/job/x.cpp",
     "#include <host/job/job.h>\n", "quotes"},
    {"Hdf5InRender", hdf5_stays_in_store, "host/render/x.cpp", "#include <hdf5.h>\n",
     "HDF5 belongs to host/store"},
    {"Hdf5Cpp", hdf5_stays_in_store, "host/night.h", "#include <H5Cpp.h>\n", "H5Cpp.h"},
    {"Hdf5HighLevel", hdf5_stays_in_store, "kernels/cpu/x.cpp", "#include \"hdf5_hl.h\"\n",
     "hdf5_hl.h"},
    {"CudaInCpu", cuda_stays_in_its_folder, "kernels/cpu/x.cpp", "#include <cuda_runtime.h>\n",
     "cuda_runtime.h"},
    {"ThrustInHost", cuda_stays_in_its_folder, "host/search/x.cpp", "#include <thrust/sort.h>\n",
     "thrust/sort.h"},
    {"FftInMeters", cuda_stays_in_its_folder, "kernels/meters/x.h", "#include <cufft.h>\n",
     "cufft.h"},
    {"CudaIf", cuda_stays_in_its_folder, "kernels/effects/x.h", "#ifdef __CUDA_ARCH__\n#endif\n",
     "kernels/effects/x.h:2: speaks CUDA"},
    {"CudaQualifier", cuda_stays_in_its_folder, "kernels/console/x.h", "__device__ int f();\n",
     "speaks CUDA"},
    {"SongInSearch", search_hears_nothing, "host/search/x.h", "#include \"host/song/song.h\"\n",
     "never sees audio"},
    {"EngineInSearch", search_hears_nothing, "host/search/x.h", "#include \"kernels/engine.h\"\n",
     "never sees audio"},
};

INSTANTIATE_TEST_SUITE_P(Rules, PlantedBreach, testing::ValuesIn(kBreaches),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(PlantedHouse, MissesAHeaderATestAndAList) {
    const Planted house;
    house.write("kernels/effects/effects.def", "MF_STRIP(trim, Trim)\nMF_GROUP(x, TempoDelay2)\n");
    house.remove("tests/kernels/level_test.cpp");
    EXPECT_THAT(listed_kernels_are_whole(house.read()),
                ElementsAre(HasSubstr("kernels/effects/tempo_delay2.h"),
                            HasSubstr("tests/kernels/tempo_delay2_test.cpp"),
                            HasSubstr("tests/kernels/level_test.cpp")));
    house.write("kernels/effects/effects.def", "// MF_STRIP(trim, Trim)\n");
    house.remove("kernels/meters/meters.def");
    EXPECT_THAT(
        listed_kernels_are_whole(house.read()),
        ElementsAre(HasSubstr("effects.def: lists nothing"), HasSubstr("meters.def: missing")));
}

TEST(PlantedHouse, MeasuresFilesAndTheirOpenings) {
    const Planted house;
    const auto lines = [](int count) {
        std::string text = "/// Owns many lines for the test.\n";
        for (int i = 1; i < count; ++i) text += "\n";
        return text;
    };
    house.write("host/job/right.cpp", lines(400));
    house.write("host/job/long.cpp", lines(401));
    EXPECT_THAT(files_are_short(house.read(), 400, {}),
                ElementsAre(HasSubstr("host/job/long.cpp: 401 lines")));
    EXPECT_THAT(files_are_short(house.read(), 400, {"host/job/long.cpp"}), IsEmpty());
    EXPECT_THAT(files_are_short(house.read(), 400,
                                {"host/job/long.cpp", "host/job/right.cpp", "host/gone.h"}),
                ElementsAre(HasSubstr("right.cpp: needs no exception"), HasSubstr("host/gone.h")));

    house.write("kernels/core/mute.h", "#pragma once\n");
    house.write("kernels/cuda/mute.cu", "// not a docstring, though a comment\n");
    house.write("host/empty.cpp", "");
    house.write("host/short.cpp", "/// x\n");
    EXPECT_THAT(files_say_what_they_own(house.read()),
                ElementsAre(HasSubstr("host/empty.cpp"), HasSubstr("host/short.cpp"),
                            HasSubstr("kernels/core/mute.h"), HasSubstr("kernels/cuda/mute.cu")));
}

TEST(PlantedHouse, FindsANameOfTwoTypes) {
    const Planted house;
    const auto header = [](const std::string& space, const std::string& type) {
        return "/// Owns a type for the test.\n#pragma once\nnamespace " + space + " {\n" + type +
               "\n}  // namespace " + space + "\n";
    };
    house.write("host/job/a.h", header("mixfarm", "struct Row;\nstruct Row {"));
    house.write("host/song/b.h", header("mixfarm::song", "struct Row {"));
    house.write("host/song/c.h", header("mixfarm", "struct Rows {"));
    EXPECT_THAT(names_mean_one_thing(house.read()), IsEmpty());
    house.write("host/song/d.h", header("mixfarm", "template <class T>\nclass Row {"));
    EXPECT_THAT(names_mean_one_thing(house.read()),
                ElementsAre(HasSubstr("host/song/d.h: mixfarm::Row is another type in")));
}

// The words between `open` and the next closing brace of a file, comma separated, quotes removed.
std::vector<std::string> words_after(const std::string& path, const std::string& open) {
    std::ifstream in(fs::path(MIXFARM_SOURCE_DIR) / path);
    std::stringstream text;
    text << in.rdbuf();
    const std::size_t begin = text.str().find(open);
    if (begin == std::string::npos) return {};
    const std::string body =
        text.str().substr(begin + open.size(), text.str().find('}', begin) - begin - open.size());
    const std::regex word("[a-z_0-9]+");
    std::vector<std::string> words;
    for (std::sregex_iterator at(body.begin(), body.end(), word), end; at != end; ++at)
        words.push_back(at->str());
    return words;
}

TEST(Schema, KnowsTheRolesAndTheTermsOfTheProgram) {
    std::ifstream in(fs::path(MIXFARM_SOURCE_DIR) / "schemas" / "job.schema.json");
    const nlohmann::json properties = nlohmann::json::parse(in)["properties"];
    const nlohmann::json stem = properties["song"]["properties"]["stems"]["items"]["properties"];

    const auto roles = words_after("host/song/role.h", "enum class Role {");
    EXPECT_GT(roles.size(), 20U);
    EXPECT_EQ(stem["role"]["enum"].get<std::vector<std::string>>(), roles);
    EXPECT_EQ(stem["intent"]["enum"].get<std::vector<std::string>>(),
              words_after("host/job/job.h", "enum class Intent {"));
    EXPECT_EQ(stem["place"]["enum"].get<std::vector<std::string>>(),
              words_after("host/job/job.h", "enum class Place {"));
    EXPECT_EQ(stem["space"]["enum"].get<std::vector<std::string>>(),
              words_after("host/job/job.h", "enum class Wetness {"));

    std::set<std::string> weights;
    for (const auto& [term, unused] : properties["weights"]["properties"].items())
        weights.insert(term);
    const auto terms = words_after("host/score/score.h", "kTermNames = {");
    EXPECT_EQ(weights, std::set<std::string>(terms.begin(), terms.end()));
}

}  // namespace
}  // namespace mixfarm::architecture
