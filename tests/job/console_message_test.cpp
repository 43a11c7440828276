/// Mistakes in what a job says about keys between stems, knobs that move, effects and buses, each
/// with its whole message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <string>

#include "tests/job/job_folder.h"

namespace mixfarm {
namespace {

struct Slip {
    const char* name;
    std::string yaml;
    std::string says;  ///< all of it, behind the file's name
};

void PrintTo(const Slip& slip, std::ostream* out) {
    *out << slip.name;
}

class ConsoleMessage : public testing::TestWithParam<Slip> {};

TEST_P(ConsoleMessage, SaysExactlyThis) {
    const JobFolder folder;
    folder.write("kick.wav", "");
    folder.write("bass.wav", "");
    EXPECT_EQ(folder.complaint(GetParam().yaml),
              (folder.path() / "job.yaml").string() + ":" + GetParam().says);
}

/// A job of two stems, with `line` on line 7, as part of the second.
std::string stem_with(const std::string& line) {
    return "song:\n"
           "  sections:\n"
           "    - {name: verse, start_s: 0}\n"
           "    - {name: chorus, start_s: 31.5}\n"
           "  stems:\n"
           "    - {file: kick.wav}\n"
           "    - {file: bass.wav, " +
           line + "}\n";
}

/// `points` moves fader_db of the second stem.
std::string moves(const std::string& points) {
    return stem_with("automation: {fader_db: " + points + "}");
}

std::string console_with(const std::string& rest) {
    return "song: {stems: [{file: kick.wav}]}\nconsole:\n" + rest;
}

const std::string kFader = "7: song.stems[1].automation.fader_db";

const Slip kKeys[] = {
    {"UnknownStem", stem_with("duck_under: kik"),
     "7: song.stems[1].duck_under: there is no stem 'kik'; did you mean 'kick'? Known are: kick, "
     "none"},
    {"UnknownRoom", stem_with("make_room_for: vocal"),
     "7: song.stems[1].make_room_for: there is no stem 'vocal'; known are: kick, none"},
    {"ItselfAsKey", stem_with("duck_under: bass"),
     "7: song.stems[1].duck_under: 'bass' is this stem itself; name another stem, or write none"},
    {"ItselfAsRoom", stem_with("make_room_for: bass"),
     "7: song.stems[1].make_room_for: 'bass' is this stem itself; name another stem, or write "
     "none"},
    {"NumberAsStem", stem_with("duck_under: 808"),
     "7: song.stems[1].duck_under: 808 has to be text; put it in quotes: \"808\""},
    {"NoWord", stem_with("duck_under: \"\""),
     "7: song.stems[1].duck_under: is empty; write text, for example kick"},
    {"MisspeltKey", stem_with("duck: kick"),
     "7: song.stems[1].duck: unknown key; did you mean 'duck_under'? Known are: automation, "
     "duck_under, file, intent, lock, make_room_for, name, place, role, space, start_s, untouched"},
};
INSTANTIATE_TEST_SUITE_P(Keys, ConsoleMessage, testing::ValuesIn(kKeys),
                         [](const auto& test) { return std::string(test.param.name); });

const Slip kMoves[] = {
    {"UnknownSection", moves("[{at: corus, value: 0}]"),
     kFader +
         "[0].at: there is no section 'corus'; did you mean 'chorus'? Known are: verse, chorus; "
         "or write seconds, for example 61.5"},
    {"NoSections",
     "song:\n  stems:\n    - {file: kick.wav, automation: {pan: [{at: chorus, value: 0}]}}\n",
     "3: song.stems[0].automation.pan[0].at: there is no section 'chorus', because song.sections "
     "is empty; list it there, or write seconds"},
    {"SectionTwice",
     "song:\n  sections:\n    - {name: a, start_s: 0}\n    - {name: a, start_s: 9}\n"
     "  stems:\n    - {file: kick.wav, automation: {pan: [{at: a, value: 0}]}}\n",
     "6: song.stems[0].automation.pan[0].at: 'a' could be any of 2 sections (lines 3, 4); give "
     "each a name of its own, or write seconds"},
    {"BackInTime", moves("[{at: 40, value: 0}, {at: 39.5, value: 1}]"),
     kFader + "[1].at: 39.5 is before 40; list the points in the order of time"},
    {"BackBeforeASection", moves("[{at: chorus, value: 0}, {at: 12, value: 1}]"),
     kFader +
         "[1].at: 12 is before 31.5, where 'chorus' starts; list the points in the order of time"},
    {"BackToASection", moves("[{at: 40, value: 0}, {at: chorus, value: 1}]"),
     kFader +
         "[1].at: 31.5, where 'chorus' starts, is before 40; list the points in the order of time"},
    {"NoPoints", moves("[]"), kFader + ": the list is empty; it needs at least 1 entry"},
    {"NothingBehindTheKnob", moves(""),
     kFader +
         ": is empty; write a list, one item a line, each starting with '- ', for example [{at: "
         "0, value: -3}, {at: chorus, value: 0}], or remove the line"},
    {"NumberAsPoints", moves("-3"),
     kFader +
         ": -3 is a number; write a list, one item a line, each starting with '- ', for example "
         "[{at: 0, value: -3}, {at: chorus, value: 0}]"},
    {"NumberAsPoint", moves("[-3]"),
     kFader + "[0]: -3 is a number; write keys with a colon: at, value"},
    {"NoTime", moves("[{value: -3}]"),
     kFader + "[0]: 'at' is missing; write at: and then it like 0, 61.5, chorus"},
    {"NoValue", moves("[{at: 0}]"),
     kFader + "[0]: 'value' is missing; write value: and then a number, for example -3"},
    {"ValueAsWord", moves("[{at: 0, value: low}]"),
     kFader + "[0].value: 'low' is text; write a number, for example -3"},
    {"BeforeTheSong", moves("[{at: -1, value: 0}]"),
     kFader + "[0].at: -1 is below 0; write it like 0, 61.5, chorus"},
    {"ListAsTime", moves("[{at: [1], value: 0}]"),
     kFader + "[0].at: a list; write it like 0, 61.5, chorus"},
    {"OtherKey", moves("[{at: 0, value: 0, curve: 2}]"),
     kFader + "[0].curve: unknown key; known are: at, value"},
    {"Locked",
     stem_with("lock: {fader_db: -3},\n       automation: {fader_db: [{at: 0, value: 0}]}"),
     "8: song.stems[1].automation.fader_db: is locked too, on line 7; a knob either stays or "
     "moves, keep one of them"},
    {"LockedByItsWholeName",
     stem_with("lock: {fader.fader_db: -3}, automation: {fader_db: [{at: 0, value: 0}]}"),
     kFader + ": is locked too, on line 7; a knob either stays or moves, keep one of them"},
    {"MovedTwice",
     stem_with("automation: {pan: [{at: 0, value: 0}],\n       pan.pan: [{at: 0, value: 1}]}"),
     "8: song.stems[1].automation.pan.pan: is the knob that 'pan' moves, on line 7; keep one of "
     "them"},
};
INSTANTIATE_TEST_SUITE_P(Moves, ConsoleMessage, testing::ValuesIn(kMoves),
                         [](const auto& test) { return std::string(test.param.name); });

const Slip kConsole[] = {
    {"Empty", console_with(""),
     "2: console: is empty; write keys with a colon: buses, effects, or remove the line"},
    {"UnknownPart", console_with("  bus: {}\n"),
     "3: console.bus: unknown key; did you mean 'buses'? Known are: buses, effects"},
    {"NeitherOnNorOff", console_with("  effects: {gate: of}\n"),
     "3: console.effects.gate: 'of' is neither on nor off; write on or off"},
    {"ZeroForOff", console_with("  effects:\n    gate: off\n    plate: 0\n"),
     "5: console.effects.plate: 0 is neither on nor off; write on or off"},
    {"NothingForOff", console_with("  effects: {gate: }\n"),
     "3: console.effects.gate: is empty; write on or off, or remove the line"},
    {"NoNameOfAnEffect", console_with("  effects: {De-Esser: off}\n"),
     "3: console.effects.De-Esser: no name is written like this; write small letters, digits and "
     "_, for example {gate: off, plate: off}"},
    {"EffectsAsList", console_with("  effects: [gate]\n"),
     "3: console.effects: a list; write keys with a colon, for example {gate: off, plate: off}"},
    {"UnknownBus", console_with("  buses:\n    drms: {}\n"),
     "4: console.buses.drms: unknown key; did you mean 'drums'? Known are: bass, drums, echo, "
     "effects, hall, master, music, plate, vocals"},
    {"UnknownBusKey", console_with("  buses:\n    hall: {locks: {}}\n"),
     "4: console.buses.hall.locks: unknown key; did you mean 'lock'? Known are: automation, lock"},
    {"BusLockAsWord", console_with("  buses:\n    master: {lock: {trim_db: loud}}\n"),
     "4: console.buses.master.lock.trim_db: 'loud' is text; write a number, for example -3"},
    {"BusLockedAndMoving",
     console_with("  buses:\n    drums:\n      lock: {glue.ratio: 2}\n      automation:\n"
                  "        glue.ratio: [{at: 0, value: 2}]\n"),
     "7: console.buses.drums.automation.glue.ratio: is locked too, on line 5; a knob either stays "
     "or moves, keep one of them"},
    {"BusBackInTime",
     console_with("  buses:\n    echo:\n      automation:\n        fader_db:\n"
                  "          - {at: 2, value: 2}\n          - {at: 1, value: 2}\n"),
     "8: console.buses.echo.automation.fader_db[1].at: 1 is before 2; list the points in the "
     "order of time"},
};
INSTANTIATE_TEST_SUITE_P(Console, ConsoleMessage, testing::ValuesIn(kConsole),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace mixfarm
