/// Writes the demo song: verse in A minor, chorus that opens from F to C, one melody with two
/// verses and a hook.
#include "host/song/demo_score.h"

namespace mixfarm::demo {
namespace {

constexpr Chord kAm7{33, {57, 60, 64, 67}, {45, 52, 57, 60, 64}};
constexpr Chord kFmaj7{29, {53, 57, 60, 64}, {41, 48, 53, 57, 64}};
constexpr Chord kC{36, {55, 60, 62, 64}, {48, 52, 55, 60, 64}};
constexpr Chord kG{31, {55, 59, 62, 67}, {43, 50, 55, 59, 67}};
constexpr Chord kGsus{31, {55, 60, 62, 67}, {43, 50, 55, 60, 67}};
constexpr Chord kDm7{38, {53, 57, 60, 62}, {50, 57, 60, 65, 69}};
constexpr Chord kF{29, {57, 60, 65, 67}, {41, 48, 53, 57, 65}};
constexpr Chord kCoverE{28, {55, 60, 64, 67}, {40, 48, 55, 60, 64}};
constexpr Chord kEm7{28, {55, 59, 62, 64}, {40, 47, 52, 55, 62}};

constexpr std::array<Chord, kBars> kHarmony{
    kAm7,   kFmaj7, kC,   kGsus,                               // intro
    kAm7,   kFmaj7, kC,   kG,      kAm7, kFmaj7, kDm7, kGsus,  // verse
    kF,     kG,     kAm7, kCoverE,                             // chorus
    kAm7,   kFmaj7, kDm7, kGsus,                               // verse
    kF,     kG,     kAm7, kCoverE, kF,   kG,     kEm7, kAm7,   // chorus
    kFmaj7, kG,     kAm7, kAm7,                                // outro
};

using Phrase = std::vector<Note>;

// Two bars each, beats from the phrase's first downbeat.
const Phrase kVerse1{{0.5, 0.5, 64, "lei"}, {1, 0.5, 64, "da"},    {1.5, 0.5, 67, "nai"},
                     {2, 1, 69, "hou"},     {3, 0.5, 67, "me"},    {3.5, 0.5, 64, "so"},
                     {4, 0.5, 62, "ve"},    {4.5, 1.75, 60, "lou"}};
const Phrase kVerse2{{0.5, 0.5, 67, "dai"}, {1, 0.5, 67, "no"},   {1.5, 0.5, 69, "wei"},
                     {2, 0.5, 67, "tu"},    {2.5, 1, 64, "sei"},  {3.5, 0.5, 62, "a"},
                     {4, 0.5, 62, "mo"},    {4.5, 0.5, 64, "nu"}, {5, 1.5, 62, "dei"}};
const Phrase kVerse3{{0.5, 0.5, 64, "wi"}, {1, 0.5, 64, "la"}, {1.5, 0.5, 67, "kei"},
                     {2, 1, 69, "sai"},    {3, 0.5, 72, "he"}, {3.5, 0.5, 69, "lo"},
                     {4, 0.5, 67, "na"},   {4.5, 2, 69, "mou"}};
const Phrase kVerse4{{0.5, 0.5, 69, "tei"}, {1, 0.5, 69, "ma"},   {1.5, 0.5, 67, "no"},
                     {2, 0.5, 65, "we"},    {2.5, 1, 64, "lai"},  {3.5, 0.5, 65, "de"},
                     {4, 2, 62, "nou"},     {6.75, 0.5, 67, "o"}, {7.25, 0.75, 69, "ne"}};
const Phrase kHook1{{0, 0.5, 69, "sa"},    {0.5, 1.5, 72, "lai"}, {2, 0.5, 71, "ve"},
                    {2.5, 0.75, 69, "no"}, {4, 1.5, 71, "mou"},   {5.5, 0.5, 69, "le"},
                    {6, 1.25, 67, "dai"}};
const Phrase kHook2{{0, 0.5, 69, "ha"},   {0.5, 1, 72, "lo"},    {1.5, 0.5, 74, "we"},
                    {2, 1.75, 76, "nai"}, {4, 0.5, 74, "so"},    {4.5, 0.5, 72, "me"},
                    {5, 0.5, 67, "a"},    {5.5, 1.75, 72, "lou"}};
const Phrase kHook3{{0, 1, 76, "hei"},    {1, 0.5, 74, "no"}, {1.5, 0.5, 71, "ve"},
                    {2, 1.25, 71, "lai"}, {4, 0.5, 72, "so"}, {4.5, 0.5, 71, "me"},
                    {5, 2.75, 69, "mou"}};
const Phrase kFarewell{
    {0.5, 1.5, 69, "hu"}, {2, 1, 72, "lo"}, {4, 0.5, 71, "o"}, {4.5, 2.25, 69, "mou"}};

// The synth: two bars of answer below the hook's long notes, and the theme of the outro.
const Phrase kAnswer{{2.75, 0.25, 76, ""}, {3, 0.5, 79, ""},  {3.5, 0.5, 77, ""},
                     {6.75, 0.25, 74, ""}, {7, 0.25, 76, ""}, {7.25, 0.25, 74, ""},
                     {7.5, 0.5, 71, ""}};
const Phrase kRun{{2.5, 0.25, 72, ""}, {2.75, 0.25, 74, ""}, {3, 1, 76, ""},
                  {6.5, 0.25, 79, ""}, {6.75, 0.25, 77, ""}, {7, 0.5, 76, ""},
                  {7.5, 0.5, 72, ""}};
const Phrase kTheme{{0, 1, 69, ""},     {1, 0.5, 72, ""},   {1.5, 1.5, 76, ""}, {3, 1, 74, ""},
                    {4, 1.5, 74, ""},   {5.5, 0.5, 71, ""}, {6, 2, 67, ""},     {8, 0.5, 69, ""},
                    {8.5, 0.5, 71, ""}, {9, 4, 72, ""}};

void append(std::vector<Note>& line, const Phrase& phrase, int bar) {
    for (Note note : phrase) {
        note.beat += 4 * bar;
        line.push_back(note);
    }
}

}  // namespace

const SectionPlan& section_of(int bar) {
    for (const SectionPlan& section : kForm) {
        if (bar < section.first_bar + section.bars) return section;
    }
    return kForm.back();
}

const Chord& chord_of(int bar) {
    return kHarmony[static_cast<std::size_t>(std::min(bar, kBars - 1))];
}

std::vector<Note> vocal_line() {
    std::vector<Note> line;
    append(line, kVerse1, 4);
    append(line, kVerse2, 6);
    append(line, kVerse3, 8);
    append(line, kVerse4, 10);
    append(line, kHook1, 12);
    append(line, kHook2, 14);
    append(line, kVerse3, 16);
    append(line, kVerse4, 18);
    append(line, kHook1, 20);
    append(line, kHook2, 22);
    append(line, kHook1, 24);
    append(line, kHook3, 26);
    append(line, kFarewell, 30);
    return line;
}

std::vector<Note> synth_line() {
    std::vector<Note> line;
    for (const int bar : {12, 20, 24}) append(line, kAnswer, bar);
    for (const int bar : {14, 22, 26}) append(line, kRun, bar);
    append(line, kTheme, 28);
    return line;
}

int scale_step(int midi, int steps) {
    constexpr std::array<int, 7> kMajor{0, 2, 4, 5, 7, 9, 11};
    int degree = 0;
    while (degree < 6 && kMajor[static_cast<std::size_t>(degree + 1)] <= midi % 12) ++degree;
    const int index = midi / 12 * 7 + degree + steps;
    return index / 7 * 12 + kMajor[static_cast<std::size_t>(index % 7)];
}

std::int64_t played_at(double beat, double late_ms, Noise& human) {
    const double sixteenth = beat * 4;
    const bool off = static_cast<std::int64_t>(std::floor(sixteenth + 0.01)) % 2 != 0;
    const double swung = beat + (off ? 0.03 : 0.0);
    return static_cast<std::int64_t>(swung * kBeat + (late_ms + 3 * human.bell()) * kRate / 1000);
}

}  // namespace mixfarm::demo
