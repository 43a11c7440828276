/// Words of a mix as a file name.
#include <gtest/gtest.h>

#include "host/render/audio_file.h"

namespace mixfarm {
namespace {

TEST(FileWords, Table) {
    const struct {
        const char *words, *name;
    } kCases[] = {
        {"vocal +1.8 dB, darker top", "vocal-plus-1.8-db-darker-top"},
        {"darker top (-8.5 dB above 7 kHz)", "darker-top-minus-8.5-db-above-7-khz"},
        {"bass compressed 3.6:1", "bass-compressed-3.6-1"},
        {"rule-based mix", "rule-based-mix"},
        {"...", "mix"},
        {"", "mix"},
        {"   ", "mix"},
        {"../../etc/passwd", "etc-passwd"},
        {"a/b\\c:d*e?f\"g<h>i|j", "a-b-c-d-e-f-g-h-i-j"},
        {"C:\\Windows", "c-windows"},
        {"Gesang \xc3\xa4\xc3\xb6 laut", "gesang-laut"},
        {"take 2.", "take-2"},
        {".hidden", "hidden"},
        {"-", "mix"},
        {"new\nline\ttab\x01", "new-line-tab"},
        {"UPPER lower", "upper-lower"},
        {"gain -12 dB", "gain-minus-12-db"},
        {"+", "plus"},
    };
    for (const auto& c : kCases)
        EXPECT_EQ(file_words(c.words), c.name) << "of \"" << c.words << "\"";
}

TEST(FileWords, LongOnesEndAtAWord) {
    const std::string words =
        "vocal compressed 2.7:1, bass compressed 3.6:1, kick fuller (+4.5 dB at 85 Hz)";
    const std::string whole = file_words(words, 1000);
    EXPECT_EQ(whole,
              "vocal-compressed-2.7-1-bass-compressed-3.6-1-kick-fuller-plus-4.5-db-at-85-hz");
    for (std::size_t longest = 5; longest < 90; ++longest) {
        const std::string name = file_words(words, longest);
        EXPECT_LE(name.size(), longest);
        EXPECT_EQ(whole.compare(0, name.size(), name), 0) << name;
        EXPECT_TRUE(name.size() == whole.size() || whole[name.size()] == '-')
            << name << " cuts a word";
    }
    EXPECT_EQ(file_words(std::string(300, 'x'), 60), std::string(60, 'x'))
        << "one word longer than allowed";
}

}  // namespace
}  // namespace mixfarm
