/// Taste files: what is written is read again, and what is wrong is told with its line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "host/job/input_error.h"
#include "host/taste/taste.h"

namespace mixfarm {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TasteFile : public testing::Test {
protected:
    TasteFile() { fs::create_directories(folder_); }
    ~TasteFile() override { fs::remove_all(folder_); }
    std::string refused(const std::string& text) const {
        std::ofstream(file_) << text;
        try {
            read_taste(file_);
        } catch (const InputError& e) {
            return e.what();
        }
        return "nothing was wrong";
    }
    const fs::path folder_ =
                       fs::temp_directory_path() / ("mixfarm-taste-" + std::to_string(getpid())),
                   file_ = folder_ / "taste.yaml";
};

TEST_F(TasteFile, KeepsATaste) {
    Taste taste = Taste::unknown();
    taste.answers = 31, taste.songs = 2;
    taste.technical = {0.25, 0.125};
    taste.slope[0] = {-0.75, 0.25};
    taste.bend[2] = {-0.25, 0.0625};
    write_taste(file_, taste);
    const Taste again = read_taste(file_);
    EXPECT_EQ(again.answers, 31);
    EXPECT_EQ(again.songs, 2);
    EXPECT_EQ(again.technical.mean, 0.25);
    EXPECT_EQ(again.slope[0].mean, -0.75);
    EXPECT_EQ(again.slope[0].sd, 0.25);
    EXPECT_EQ(again.bend[2].mean, -0.25);
    EXPECT_EQ(again.bend[1].sd, Taste::unknown().bend[1].sd);
    std::ostringstream text;
    text << std::ifstream(file_).rdbuf();
    EXPECT_THAT(text.str(), HasSubstr("prefers darker, neither narrower nor wider; unsure about"));
}

TEST_F(TasteFile, WhatIsLeftOutIsUnknown) {
    std::ofstream(file_) << "brightness: {slope: [-1, 0.5]}\n";
    const Taste taste = read_taste(file_);
    EXPECT_EQ(taste.slope[0].mean, -1);
    EXPECT_EQ(taste.slope[1].sd, Taste::unknown().slope[1].sd);
    EXPECT_EQ(taste.answers, 0);
}

TEST_F(TasteFile, SaysWhatIsWrongAndWhere) {
    EXPECT_THAT(refused("answers: 3\nbritghness: {}\n"),
                HasSubstr("line 2: there is no 'britghness'"));
    EXPECT_THAT(refused("width: {slope: [1, 0]}\n"), HasSubstr("width: slope must be"));
    EXPECT_THAT(refused("width: {slope: much}\n"), HasSubstr("line 1"));
    EXPECT_THAT(refused("width: 3\n"), HasSubstr("width must hold slope and bend"));
    EXPECT_THAT(refused("width: {slop: [1, 1]}\n"), HasSubstr("width has no 'slop'"));
    EXPECT_THAT(refused("technical: [.nan, 1]\n"), HasSubstr("technical must be"));
    EXPECT_THAT(refused("answers: -1\n"), HasSubstr("whole number"));
    EXPECT_THAT(refused("[1, 2]\n"), HasSubstr("must hold"));
    EXPECT_THAT(refused("{\n"), HasSubstr("is not YAML"));
    fs::remove(file_);
    EXPECT_THROW(read_taste(file_), InputError);
}

TEST_F(TasteFile, ThatCannotBeWrittenIsToldAndLeavesNothing) {
    EXPECT_THROW(write_taste(folder_ / "missing" / "taste.yaml", Taste::unknown()), InputError);
    EXPECT_TRUE(fs::is_empty(folder_));
}

TEST(Taste, OfNobodyHasNoWords) {
    EXPECT_EQ(Taste::unknown().words(), "no preference known yet");
}

}  // namespace
}  // namespace mixfarm
