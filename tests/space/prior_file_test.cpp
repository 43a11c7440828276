/// The prior files of the tree, and what a broken one gets told.
#include "host/space/prior_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

#include "host/job/input_error.h"
#include "kernels/engine.h"

namespace mixfarm {
namespace {

using ::testing::HasSubstr;

/// One of the sources that the head of each file spells out, or several.
const std::string kTag = "(AVD|COO|DM|DV|FXN|IMP|KE|LQ|MPW|MXO|RSC|SAGE|SOS|SSL|estimate)";
const std::string kTags = kTag + "(, " + kTag + ")*";

const std::filesystem::path kPriors = std::filesystem::path(MIXFARM_SOURCE_DIR) / "jobs/priors";

ParamSpec spec_of(const std::string& name) {
    for (const EffectInfo& effect : strip_effects())
        for (const ParamSpec& param : effect.params)
            if (name == std::string(effect.name) + "." + param.name) return param;
    ADD_FAILURE() << "no knob " << name;
    return {};
}

std::vector<std::string> roles_and_default() {
    std::vector<std::string> names = {"default"};
    for (int r = 0; r < kRoleCount; ++r) names.emplace_back(role_name(static_cast<Role>(r)));
    return names;
}

TEST(PriorFiles, EveryRoleHasOneAndNothingElseLiesThere) {
    const auto names = roles_and_default();
    for (const auto& name : names)
        EXPECT_TRUE(std::filesystem::exists(kPriors / (name + ".yaml"))) << name;
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(kPriors))
        files += entry.path().extension() == ".yaml";
    EXPECT_TRUE(std::filesystem::exists(kPriors / "buses.yaml"));
    EXPECT_EQ(files, names.size() + 1);
}

TEST(PriorFiles, EveryNumberIsLegalAndWithinWhatTheSearchMayDo) {
    const std::regex tags(kTags);
    for (const auto& name : roles_and_default()) {
        const RolePriors priors = read_role_priors(kPriors / (name + ".yaml"));
        EXPECT_TRUE(std::regex_match(priors.level.source, tags)) << name;
        int searched = 1;  // the fader
        for (const auto& [key, p] : priors.knobs) {
            const ParamSpec spec = spec_of(key);
            EXPECT_TRUE(std::regex_match(p.source, tags)) << name << ' ' << key << ": " << p.source;
            if (!p.searched) {
                EXPECT_TRUE(p.rest >= spec.low && p.rest <= spec.high) << name << ' ' << key;
                if (key.ends_with("_q")) {
                    EXPECT_LE(p.rest, kMaxQ) << name << ' ' << key;
                }
                continue;
            }
            ++searched;
            if (!p.re_lufs) {
                EXPECT_TRUE(p.low >= spec.low && p.high <= spec.high) << name << ' ' << key;
            }
            if (key.starts_with("equalizer.") && key.ends_with("_db")) {
                EXPECT_LE(p.high, kMaxBoostDb) << name << ' ' << key;
                EXPECT_GE(p.low, -12) << name << ' ' << key;
                EXPECT_TRUE(priors.knobs.contains(key.substr(0, key.size() - 3) + "_hz"))
                    << name << ' ' << key;
            }
            if (key == "pan.position") {
                EXPECT_GE(p.low, 0) << name << ": pan is a distance from the centre";
            }
        }
        EXPECT_GE(searched, 9) << name;
        EXPECT_LE(searched, 40) << name;
        std::ifstream file(kPriors / (name + ".yaml"));
        std::string first;
        std::getline(file, first);
        EXPECT_TRUE(first.starts_with("# ")) << name;
    }
}

TEST(PriorFiles, HoldTheMeasuredFigures) {
    const RolePriors lead = read_role_priors(kPriors / "lead_vocal.yaml");
    EXPECT_FLOAT_EQ(lead.level.typical, -3);
    EXPECT_FLOAT_EQ(lead.knobs.at("compressor.ratio").use, 0.73f);
    EXPECT_FLOAT_EQ(lead.knobs.at("compressor.ratio").high, 7);
    EXPECT_TRUE(lead.knobs.at("compressor.threshold_db").re_lufs);
    EXPECT_EQ(prior_file(kPriors, Role::kick).filename(), "kick.yaml");
    EXPECT_EQ(prior_file("/nowhere", Role::kick).filename(), "default.yaml");
}

class BrokenPrior : public ::testing::Test {
protected:
    std::string error_of(const std::string& text) {
        const auto file = std::filesystem::path(::testing::TempDir()) / "broken-prior.yaml";
        std::ofstream(file) << text;
        try {
            read_role_priors(file);
        } catch (const InputError& e) {
            std::printf("%s\n", e.what());
            return e.what();
        }
        return "no error";
    }
    const std::string level_ = "level: {low: -4, typical: -3, high: -2, source: DM}\n";
};

TEST_F(BrokenPrior, IsToldWhereAndWhatToDo) {
    EXPECT_THAT(error_of(level_ + "knobs:\n  compresor.ratio: {rest: 1, source: x}\n"),
                HasSubstr("did you mean 'compressor.ratio'"));
    EXPECT_THAT(error_of(level_ + "knobs:\n  compressor.ratio: {rest: 1, source: x}\n"),
                HasSubstr("no error"));
    EXPECT_THAT(
        error_of(level_ + "knobs:\n  compressor.ratio: {low: 3, typical: 2, high: 9, source: x}\n"),
        HasSubstr("low <= typical <= high"));
    EXPECT_THAT(error_of(level_ +
                         "knobs:\n  compressor.ratio: {low: 2, typical: 3, high: 90, source: x}\n"),
                HasSubstr("within"));
    EXPECT_THAT(error_of(level_ + "knobs:\n  compressor.ratio: {low: 2, typical: 3, high: 9}\n"),
                HasSubstr("needs a 'source'"));
    EXPECT_THAT(
        error_of(level_ + "knobs:\n  compressor.ratio: {low: 2, typical: 3, hgh: 9, source: x}\n"),
        HasSubstr("'high'"));
    EXPECT_THAT(
        error_of(
            level_ +
            "knobs:\n  compressor.ratio: {use: 1.5, low: 2, typical: 3, high: 9, source: x}\n"),
        HasSubstr("share"));
    EXPECT_THAT(
        error_of(
            level_ +
            "knobs:\n  equalizer.low_db: {use: 0.5, low: -2, typical: 1, high: 3, source: x}\n"),
        HasSubstr("both sides"));
    EXPECT_THAT(error_of("knobs:\n  compressor.ratio: {rest: 1, source: x}\n"), HasSubstr("level"));
    EXPECT_THAT(error_of(level_ + "knobs: [1, 2\n"), HasSubstr("line"));
    EXPECT_THAT(error_of("level: 3\n"), HasSubstr("map"));
    try {
        read_role_priors("/nowhere/kick.yaml");
        FAIL();
    } catch (const InputError& e) {
        EXPECT_EQ(e.file(), "/nowhere/kick.yaml");
    }
}

}  // namespace
}  // namespace mixfarm
