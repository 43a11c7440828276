/// Every mistake a job can hold gets a message with the file, the line, the key, what is wrong and
/// what would be right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include "tests/job/job_folder.h"

namespace mixfarm {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Mistake {
    const char* name;
    const char* yaml;
    int line;  // 0: the message names the file alone
    std::vector<std::string> says;
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
    *out << mistake.name;
}

class Message : public testing::TestWithParam<Mistake> {};

TEST_P(Message, NamesFileLineKeyAndCure) {
    const JobFolder folder;
    folder.write("kick.wav", "");
    folder.write("snare.wav", "");
    std::filesystem::create_directory(folder.path() / "takes");
    const Mistake& mistake = GetParam();
    const std::string said = folder.complaint(mistake.yaml);
    std::cout << said << "\n";
    const std::string file = (folder.path() / "job.yaml").string();
    EXPECT_THAT(said,
                StartsWith(mistake.line == 0 ? file + ": "
                                             : file + ":" + std::to_string(mistake.line) + ": "));
    for (const std::string& words : mistake.says) EXPECT_THAT(said, HasSubstr(words));
}

const Mistake kMistakes[] = {
    // YAML itself
    {"Empty", "", 0, {"is empty", "'song:'", "mixfarm new"}},
    {"OnlyAComment", "# nothing yet\n", 0, {"is empty"}},
    {"Bracket",
     "song:\n  stems: [{file: kick.wav}\nstyle: neutral\n",
     3,
     {"not valid YAML", "bracket"}},
    {"Tab", "song:\n\tstems:\n", 2, {"not valid YAML", "tab", "use spaces"}},
    {"TopLevelList", "- kick.wav\n- snare.wav\n", 1, {"not a job", "'song:'"}},
    {"TopLevelText", "just words\n", 1, {"not a job"}},
    {"TwoDocuments",
     "song: {stems: [{file: kick.wav}]}\n---\nstyle: neutral\n",
     0,
     {"more than one", "'---'"}},
    {"KeyTwice",
     "song:\n  title: a\n  stems: [{file: kick.wav}]\n  title: b\n",
     4,
     {"song.title: given twice", "first on line 2"}},
    {"ListAsKey",
     "song: {stems: [{file: kick.wav}]}\n[1, 2]: x\n",
     2,
     {"a key has to be one word"}},
    {"EndlessAlias", "song: &a\n  stems: [*a]\n", 1, {"without end", "aliases"}},
    {"InfiniteNumber",
     "song:\n  stems: [{file: kick.wav}]\n  tempo_bpm: .inf\n",
     3,
     {"song.tempo_bpm: .inf is no finite number"}},
    {"NumberTooLarge",
     "song:\n  stems: [{file: kick.wav}]\n  tempo_bpm: 1e999\n",
     3,
     {"1e999 is no finite number"}},
    // unknown and missing keys
    {"UnknownTopKey",
     "song: {stems: [{file: kick.wav}]}\nserach: {seed: 2}\n",
     2,
     {"serach: unknown key; did you mean 'search'?",
      "Known are: console, moves, references, search, song, style, target, taste, weights"}},
    {"KeyOfALaterVersion",
     "song: {stems: [{file: kick.wav}]}\nexport: {to: reaper}\n",
     2,
     {"export: unknown key; known are: console, moves, references, search, song, style, target, "
      "taste, weights"}},
    {"UnknownStemKey",
     "song:\n  stems:\n    - file: kick.wav\n      rolle: kick\n",
     4,
     {"song.stems[0].rolle: unknown key; did you mean 'role'?",
      "intent, lock, make_room_for, name"}},
    {"UnknownWeight",
     "song: {stems: [{file: kick.wav}]}\nweights:\n  tone: 1\n  maskng: 2\n",
     4,
     {"weights.maskng: unknown key; did you mean 'masking'?"}},
    {"NoSong", "style: neutral\n", 1, {"'song' is missing"}},
    {"NoStems", "song:\n  title: x\n", 1, {"song: 'stems' is missing; write stems:", "a list"}},
    {"NoFile",
     "song:\n  stems:\n    - name: kick\n",
     3,
     {"song.stems[0]: 'file' is missing", "stems/kick.wav"}},
    {"NoStemAtAll",
     "song:\n  title: x\n  stems: []\n",
     3,
     {"song.stems: the list is empty", "at least 1"}},
    // types
    {"EmptySong", "song:\nstyle: neutral\n", 1, {"song: is empty", "stems"}},
    {"StemsAsMap",
     "song:\n  stems: {kick: kick.wav}\n",
     2,
     {"song.stems: a group of keys", "a list"}},
    {"StemAsText",
     "song:\n  stems:\n    - kick.wav\n",
     3,
     {"song.stems[0]: 'kick.wav' is text", "file"}},
    {"TempoAsWord",
     "song:\n  tempo_bpm: fast\n  stems: [{file: kick.wav}]\n",
     2,
     {"song.tempo_bpm: 'fast' is text; write a number from 0 to 400, for example 120"}},
    {"QuotedNumber",
     "song:\n  tempo_bpm: \"120\"\n  stems: [{file: kick.wav}]\n",
     2,
     {"song.tempo_bpm: '120' is text; leave out the quotes"}},
    {"NumberAsName",
     "song:\n  stems:\n    - file: kick.wav\n      name: 808\n",
     4,
     {"song.stems[0].name: 808 has to be text; put it in quotes: \"808\""}},
    {"Yes",
     "song:\n  stems:\n    - file: kick.wav\n      untouched: yes\n",
     4,
     {"song.stems[0].untouched: 'yes' is text; write true or false"}},
    {"HalfAPick",
     "song: {stems: [{file: kick.wav}]}\nsearch:\n  picks: 2.5\n",
     3,
     {"search.picks: 2.5 is a number; write a whole number from 1 to 100"}},
    {"LockAsWord",
     "song:\n  stems:\n    - file: kick.wav\n      lock:\n        fader_db: loud\n",
     5,
     {"song.stems[0].lock.fader_db: 'loud' is text; write a number, for example -3"}},
    // words from a list
    {"Role",
     "song:\n  stems:\n    - file: kick.wav\n    - file: snare.wav\n      role: guitr\n",
     5,
     {"song.stems[1].role: 'guitr' is not a role; did you mean", "'electric_guitar'?",
      "Known are: lead_vocal, "}},
    {"RoleSwapped",
     "song:\n  stems:\n    - file: kick.wav\n      role: kcik\n",
     4,
     {"did you mean 'kick'?"}},
    {"RoleSpelling",
     "song:\n  stems:\n    - file: kick.wav\n      role: Hi-Hat\n",
     4,
     {"did you mean 'hi_hat'?"}},
    {"RoleFromNowhere",
     "song:\n  stems:\n    - file: kick.wav\n      role: zzzzzz\n",
     4,
     {"'zzzzzz' is not a role; known are: lead_vocal"}},
    {"Intent",
     "song:\n  stems:\n    - file: kick.wav\n      intent: leed\n",
     4,
     {"song.stems[0].intent: 'leed' is not an intent; did you mean 'lead'?"}},
    {"Place",
     "song:\n  stems:\n    - file: kick.wav\n      place: center\n",
     4,
     {"song.stems[0].place: 'center' is not a place; did you mean 'centre'?"}},
    {"Space",
     "song:\n  stems:\n    - file: kick.wav\n      space: wett\n",
     4,
     {"song.stems[0].space: 'wett' is not a space; did you mean 'wet'? Known are: dry, natural, "
      "wet"}},
    {"SpaceAsBoolean",
     "song:\n  stems:\n    - file: kick.wav\n      space: true\n",
     4,
     {"song.stems[0].space: true is not text; write one of dry, natural, wet"}},
    {"PlaceWide",
     "song:\n  stems:\n    - file: kick.wav\n      place: wider\n",
     4,
     {"song.stems[0].place: 'wider' is not a place; did you mean 'wide'? Known are: centre, free, "
      "wide"}},
    {"StyleFile",
     "song: {stems: [{file: kick.wav}]}\nstyle: ./mine.yaml\n",
     2,
     {"style: there is no file", "mine.yaml"}},
    // ranges
    {"Loud",
     "song: {stems: [{file: kick.wav}]}\ntarget:\n  loudness_lufs: -3\n",
     3,
     {"target.loudness_lufs: -3 is above -5; write a number from -40 to -5, for example -14"}},
    {"Quiet",
     "song: {stems: [{file: kick.wav}]}\ntarget: {loudness_lufs: -40.5}\n",
     2,
     {"-40.5 is below -40"}},
    {"PeakAboveFullScale",
     "song: {stems: [{file: kick.wav}]}\ntarget: {true_peak_dbtp: 0.1}\n",
     2,
     {"target.true_peak_dbtp: 0.1 is above 0; write a number from -20 to 0"}},
    {"PeakTooLow",
     "song: {stems: [{file: kick.wav}]}\ntarget: {true_peak_dbtp: -21}\n",
     2,
     {"-21 is below -20"}},
    {"NoPicks",
     "song: {stems: [{file: kick.wav}]}\nsearch: {picks: 0}\n",
     2,
     {"search.picks: 0 is below 1"}},
    {"ManyPicks",
     "song: {stems: [{file: kick.wav}]}\nsearch: {picks: 101}\n",
     2,
     {"101 is above 100"}},
    {"OneCandidate",
     "song: {stems: [{file: kick.wav}]}\nsearch: {candidates: 1}\n",
     2,
     {"search.candidates: 1 is below 2"}},
    {"ManyCandidates",
     "song: {stems: [{file: kick.wav}]}\nsearch: {candidates: 1000000001}\n",
     2,
     {"1000000001 is above 1000000000"}},
    {"SeedBelowZero",
     "song: {stems: [{file: kick.wav}]}\nsearch: {seed: -1}\n",
     2,
     {"search.seed: -1 is below 0"}},
    {"SeedTooLarge",
     "song: {stems: [{file: kick.wav}]}\nsearch: {seed: 18446744073709551616}\n",
     2,
     {"search.seed"}},
    {"NegativeWeight",
     "song: {stems: [{file: kick.wav}]}\nweights: {lead: -1}\n",
     2,
     {"weights.lead: -1 is below 0; write a number of at least 0"}},
    {"BeforeTheStart",
     "song:\n  stems:\n    - file: kick.wav\n      start_s: -1\n",
     4,
     {"song.stems[0].start_s: -1 is below 0"}},
    {"Slow",
     "song:\n  tempo_bpm: 3\n  stems: [{file: kick.wav}]\n",
     2,
     {"song.tempo_bpm", "20 to 400"}},
    {"PhraseWithoutLength",
     "song:\n  phrases:\n    - {start_s: 4, end_s: 4}\n  stems: [{file: kick.wav}]\n",
     3,
     {"song.phrases[0].end_s: 4 is not after 4"}},
    {"PhrasesOutOfOrder",
     "song:\n  phrases:\n    - {start_s: 4, end_s: 6}\n    - {start_s: 5, end_s: 7}\n  stems: "
     "[{file: kick.wav}]\n",
     4,
     {"song.phrases[1].start_s: 5 is before 6"}},
    {"HalfABeat",
     "song:\n  beats_per_bar: 3.5\n  stems: [{file: kick.wav}]\n",
     2,
     {"song.beats_per_bar"}},
    {"Time",
     "song: {stems: [{file: kick.wav}]}\nsearch: {time: 8 hours}\n",
     2,
     {"search.time: '8 hours' cannot be read", "write it like 90, 90s, 15m, 8h"}},
    {"NegativeTime",
     "song: {stems: [{file: kick.wav}]}\nsearch: {time: -5}\n",
     2,
     {"search.time: -5 is below 0"}},
    // what no schema can say
    {"SameName",
     "song:\n  stems:\n    - file: kick.wav\n      name: drum\n    - file: snare.wav\n      name: "
     "drum\n",
     6,
     {"song.stems[1].name: a second stem named 'drum', the first is on line 4"}},
    {"SameNameFromFile",
     "song:\n  stems:\n    - file: kick.wav\n    - file: kick.wav\n",
     4,
     {"song.stems[1].file: a second stem named 'kick'", "line 3"}},
    {"SlashInName",
     "song:\n  stems:\n    - file: kick.wav\n      name: ../kick\n",
     4,
     {"song.stems[0].name: '../kick' cannot name a stem", "slashes"}},
    {"MissingFile",
     "song:\n  stems:\n    - file: kick.wav\n    - file: snar.wav\n",
     4,
     {"song.stems[1].file: there is no file '", "snar.wav'; did you mean 'snare.wav'?"}},
    {"MissingFolder",
     "song:\n  stems:\n    - file: stms/kick.wav\n",
     3,
     {"its folder is missing too"}},
    {"FolderAsStem",
     "song:\n  stems:\n    - file: takes\n",
     3,
     {"song.stems[0].file: 'takes' is a folder"}},
    {"MissingRoughMix",
     "song:\n  rough_mix: rough.wav\n  stems: [{file: kick.wav}]\n",
     2,
     {"song.rough_mix: there is no file"}},
    {"SectionsOutOfOrder",
     "song:\n  stems: [{file: kick.wav}]\n  sections:\n    - {name: verse, start_s: 30}\n"
     "    - {name: intro, start_s: 0}\n",
     5,
     {"song.sections[1].start_s: 0 is not after 30, where 'verse' starts", "order of time"}},
    {"SectionWithoutName",
     "song:\n  stems: [{file: kick.wav}]\n  sections: [{name: \"\", start_s: 0}]\n",
     3,
     {"song.sections[0].name: is empty", "verse"}},
};

INSTANTIATE_TEST_SUITE_P(Job, Message, testing::ValuesIn(kMistakes),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace mixfarm
