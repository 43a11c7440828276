/// A job written and read again is the same job; values mean what they say; durations; nearest
/// words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <random>
#include <sstream>

#include "host/job/document.h"
#include "host/job/nearest.h"
#include "tests/job/job_folder.h"

namespace mixfarm {
namespace {

void expect_same(const Job& a, const Job& b) {
    EXPECT_EQ(a.title, b.title);
    EXPECT_EQ(a.tempo_bpm, b.tempo_bpm);
    EXPECT_EQ(a.beats_per_bar, b.beats_per_bar);
    EXPECT_EQ(a.first_bar_s, b.first_bar_s);
    EXPECT_EQ(a.phrases, b.phrases);
    EXPECT_EQ(a.rough_mix, b.rough_mix);
    EXPECT_EQ(a.own_sounds, b.own_sounds);
    for (const char* family :
         {"creative_automation", "dynamic_arrangement", "human_imperfection", "sound_design"})
        for (const char* move : {"", "dropout", "chorus_lift"})
            EXPECT_EQ(a.moves.of(move, family), b.moves.of(move, family)) << family << " " << move;
    EXPECT_EQ(a.style, b.style);
    EXPECT_EQ(a.target.loudness_lufs, b.target.loudness_lufs);
    EXPECT_EQ(a.target.true_peak_dbtp, b.target.true_peak_dbtp);
    EXPECT_EQ(a.search.seed, b.search.seed);
    EXPECT_EQ(a.search.candidates, b.search.candidates);
    EXPECT_EQ(a.search.time_s, b.search.time_s);
    EXPECT_EQ(a.search.picks, b.search.picks);
    EXPECT_EQ(a.weights, b.weights);
    EXPECT_EQ(a.references, b.references);
    EXPECT_EQ(a.effects_off, b.effects_off);
    EXPECT_EQ(a.buses, b.buses);
    ASSERT_EQ(a.sections.size(), b.sections.size());
    for (std::size_t i = 0; i < a.sections.size(); ++i) {
        EXPECT_EQ(a.sections[i].name, b.sections[i].name);
        EXPECT_EQ(a.sections[i].start_s, b.sections[i].start_s);
    }
    ASSERT_EQ(a.stems.size(), b.stems.size());
    for (std::size_t i = 0; i < a.stems.size(); ++i) {
        const StemJob &x = a.stems[i], &y = b.stems[i];
        EXPECT_EQ(x.file, y.file);
        EXPECT_EQ(x.name, y.name);
        EXPECT_EQ(x.role, y.role);
        EXPECT_EQ(x.intent, y.intent);
        EXPECT_EQ(x.space, y.space);
        EXPECT_EQ(x.place, y.place);
        EXPECT_EQ(x.start_s, y.start_s);
        EXPECT_EQ(x.untouched, y.untouched);
        EXPECT_EQ(x.lock, y.lock);
        EXPECT_EQ(x.automation, y.automation);
        EXPECT_EQ(x.duck_under, y.duck_under);
        EXPECT_EQ(x.make_room_for, y.make_room_for);
    }
}

StemJob stem(const std::string& file, const std::string& name, const std::string& role = "") {
    StemJob result;
    result.file = file;
    result.name = name;
    result.role = role;
    return result;
}

Job full_job() {
    Job job;
    job.title = "Tom's \"Night\": #1 \\ Ünïcode 夜";
    job.tempo_bpm = 123.456;
    job.beats_per_bar = 5;
    job.first_bar_s = 0.125;
    job.phrases = {{1.5, 2.25}, {2.25, 4}};
    job.rough_mix = "rough mix.wav";
    job.own_sounds = "my sounds: all";
    job.moves.said = {{"sound_design", {0.25, std::nullopt}},
                      {"dropout", {0, std::nullopt}},
                      {"chorus_lift", {0.4, 0.4}}};
    job.sections = {{"intro", 0}, {"verse: one", 15.25}, {"no", 31.000000001}};
    job.stems = {stem("kick.wav", "kick", "kick"), stem("a b/808 #2.wav", "808"),
                 stem("kick.wav", "true", "snare")};
    job.stems[0].intent = Intent::background;
    job.stems[0].place = Place::centre;
    job.stems[0].lock = {{"fader_db", -3.1}, {"compressor.ratio", 4}};
    job.stems[1].intent = Intent::lead;
    job.stems[1].start_s = 0.1 + 0.2;
    job.stems[0].space = Wetness::dry;
    job.stems[0].duck_under = "true";
    job.stems[0].make_room_for = "none";
    job.stems[0].automation = {
        {"pan.pan", {{0, "", -1}, {15.25, "verse: one", -0.1}, {15.25, "", 1}, {31.5, "", 1}}},
        {"trim_db", {{31.000000001, "no", 1.0 / 3}}}};
    job.stems[1].space = Wetness::wet;
    job.stems[1].place = Place::wide;
    job.stems[1].duck_under = "none";
    job.stems[1].make_room_for = "kick";
    job.stems[2].untouched = true;
    job.effects_off = {"gate", "off", "plate", "true"};
    job.buses["drums"] = {{{"glue.ratio", 2}, {"fader_db", -0.5}},
                          {{"glue.threshold_db", {{0, "intro", -20}, {31.25, "", -24.5}}}}};
    job.buses["effects"] = {{}, {{"fader_db", {{12, "", 0}}}}};
    job.buses["master"] = {};
    job.style = "mine.yaml";
    job.references = {{"a b/808 #2.wav", 1, {80, 50, 0, 30, 70}},
                      {"kick.wav", 0.1 + 0.2, {0, 100, 1.0 / 3, 12.5, 0}}};
    job.target = {-9.5, -0.3};
    job.search = {18446744073709551615U, 1'000'000'000, 5400, 100};
    job.weights = {{"tone", 0}, {"masking", 1.0 / 3}};
    return job;
}

TEST(RoundTrip, KeepsEveryField) {
    const JobFolder folder;
    for (const char* name :
         {"kick.wav", "rough mix.wav", "a b/808 #2.wav", "mine.yaml", "my sounds: all/riser.wav"})
        folder.write(name, "");
    const Job job = full_job();
    const std::string text = write_job(job, {"low and short", "", "two\nlines: # and more"});
    std::cout << text;
    const Job back = read_job(folder.write("job.yaml", text));
    expect_same(job, back);
    EXPECT_EQ(back.folder, folder.path());
    EXPECT_EQ(write_job(back, {"low and short", "", "two\nlines: # and more"}), text);
}

TEST(RoundTrip, KeepsAnyNameAPersonMayGive) {
    const JobFolder folder;
    folder.write("x.wav", "");
    Job job;
    for (const char* name : {"null",
                             "~",
                             "TRUE",
                             "yes",
                             "Off",
                             "n",
                             "1",
                             "0x1F",
                             "1e3",
                             ".5",
                             "-",
                             "- a",
                             "a: b",
                             "a #b",
                             "#",
                             "'",
                             "\"",
                             "&a",
                             "*a",
                             "!t",
                             "%",
                             "@",
                             "`",
                             "[x]",
                             "{x}",
                             "a,b",
                             " lead",
                             "trail ",
                             "?",
                             "=",
                             "<<",
                             "|",
                             ">",
                             ".inf",
                             "1989",
                             "12:30:45",
                             "2001-01-01",
                             "Ä",
                             "\xE2\x80\xA8",
                             "\xC2\x85",
                             "\xF0\x9F\xA5\x81",
                             "+1",
                             "1_000",
                             "a  b"})
        job.stems.push_back(stem("x.wav", name));
    for (std::size_t i = 0; i < job.stems.size(); ++i) {
        StemJob& said = job.stems[i];
        said.duck_under = job.stems[(i + 1) % job.stems.size()].name;
        said.make_room_for = job.stems[(i + 2) % job.stems.size()].name;
        const double at = static_cast<double>(i);
        job.sections.push_back({said.name, at});
        said.automation = {{said.name, {{at, said.name, 1}}}};
    }
    expect_same(job, read_job(folder.write("job.yaml", write_job(job, {}))));
}

TEST(RoundTrip, KeepsRandomNumbersToTheLastBit) {
    const JobFolder folder;
    folder.write("x.wav", "");
    std::mt19937_64 random(7);
    for (int run = 0; run < 50; ++run) {
        const auto draw = [&](double low, double high) {
            return std::uniform_real_distribution<double>(low, high)(random);
        };
        Job job;
        job.tempo_bpm = draw(20, 400);
        job.stems = {stem("x.wav", "x")};
        job.stems[0].start_s = draw(0, 1e-5);
        job.stems[0].lock = {{"a", draw(-1e18, 1e18)}, {"b", draw(-1e-9, 1e-9)}};
        for (int i = 0; i < run; ++i)  // over one line and over many
            job.buses["drums"].lock["d: " + std::to_string(i)] = draw(-1e4, 1e4);
        job.target = {draw(-40, -5), draw(-20, 0)};
        job.search.seed = random();
        job.search.time_s = draw(0, 1e5);
        job.sections = {{"x", draw(0, 1e-3)}};
        job.stems[0].automation = {{"c",
                                    {{job.sections[0].start_s, "x", draw(-1e9, 1e9)},
                                     {draw(1, 2), "", draw(-1e-9, 1e-9)},
                                     {draw(2, 1e6), "", -0.0}}}};
        expect_same(job, read_job(folder.write("job.yaml", write_job(job, {}))));
    }
}

TEST(RoundTrip, AFileNameThatIsNotUtf8IsRefused) {
    Job job;
    job.stems = {stem("caf\xE9.wav", "x")};
    EXPECT_THROW(write_job(job, {}), InputError);
}

TEST(WrittenJob, IntroducesEverySectionAndPutsNotesBeforeTheirStems) {
    Job job;
    job.stems = {stem("a.wav", "a"), stem("b.wav", "b")};
    std::istringstream text(write_job(job, {"sounds low", "sounds high"}));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    int introduced = 0;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        for (const char* key :
             {"song:", "  sections:", "  stems:", "style:", "target:", "search:", "weights:"}) {
            if (!lines[i].starts_with(key)) continue;
            ++introduced;
            EXPECT_THAT(lines[i - 1], testing::ContainsRegex("^ *# ")) << lines[i];
        }
        if (lines[i] == "    - file: a.wav") {
            EXPECT_EQ(lines[i - 1], "    # sounds low");
        }
        if (lines[i] == "    - file: b.wav") {
            EXPECT_EQ(lines[i - 1], "    # sounds high");
        }
        EXPECT_LE(lines[i].size(), 120U);
    }
    EXPECT_EQ(introduced, 7);
}

TEST(WrittenJob, NamesTheWordsToUseAndLeavesOutWhatIsNotThere) {
    Job job;
    job.stems = {stem("a.wav", "a")};
    const std::string bare = write_job(job, {});
    std::cout << bare;
    for (const char* words :
         {"intent: lead, normal or background", "space: dry, natural or wet", "place: centre, free",
          "wide", "duck_under: ", "make_room_for: ", "automation: {", "console: {effects: {"})
        EXPECT_THAT(bare, testing::HasSubstr(words));
    for (const char* key : {"\nconsole:", "\n      automation:", "\n      space:",
                            "\n      duck_under:", "\n      make_room_for:"})
        EXPECT_THAT(bare, testing::Not(testing::HasSubstr(key)));

    job.effects_off = {"echo"};
    job.stems[0].automation = {{"fader_db", {{4, "", -3}}}};
    const std::string full = write_job(job, {});
    EXPECT_THAT(full, testing::ContainsRegex("\n# [^\n]*\nconsole:\n  effects: [{]echo: off[}]\n"));
    EXPECT_THAT(full, testing::HasSubstr("\n      automation:\n        fader_db:\n"
                                         "          - {at: 4, value: -3}\n"));
    EXPECT_THAT(full, testing::Not(testing::HasSubstr("\n  buses:")));
}

TEST(ReadJob, TakesDefaultsWhereNothingIsSaid) {
    const JobFolder folder;
    folder.write("Lead Vox.wav", "");
    Job expected;
    expected.stems = {stem("Lead Vox.wav", "Lead Vox")};
    expect_same(expected,
                read_job(folder.write("job.yaml", "song: {stems: [{file: Lead Vox.wav}]}")));
}

TEST(ReadJob, KeepsTheTextByteForByte) {
    const JobFolder folder;
    folder.write("x.wav", "");
    const std::string text =
        "\xEF\xBB\xBF# Windows\r\nsong:\r\n  stems:\r\n    - file: x.wav  # \xC3\xA9\r\n\r\n";
    EXPECT_EQ(read_job(folder.write("job.yaml", text)).text, text);
}

TEST(ReadJob, ResolvesPathsFromTheJobsFolderNotTheCurrentOne) {
    const JobFolder folder;
    folder.write("song/x.wav", "");
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    folder.write("song/job.yaml", "song: {stems: [{file: x.wav}]}");
    const Job job = read_job("song/job.yaml");
    std::filesystem::current_path(before);
    EXPECT_EQ(job.folder, folder.path() / "song");
    const std::string absolute = (folder.path() / "song" / "x.wav").string();
    EXPECT_EQ(folder.complaint("song: {stems: [{file: " + absolute + "}]}"), "");
}

TEST(ReadJob, AcceptsAliasesAndNumbersInAnyYamlForm) {
    const JobFolder folder;
    folder.write("x.wav", "");
    const Job job =
        read_job(folder.write("job.yaml",
                              "song:\n  tempo_bpm: 1.2e2\n  stems:\n"
                              "    - {file: &f x.wav, name: a, lock: &k {fader_db: +3.}}\n"
                              "    - {file: *f, name: b, lock: *k}\n"
                              "search: {candidates: 2e5, time: 90m, seed: 007}\n"
                              "target: {loudness_lufs: -14.0}\n"));
    EXPECT_EQ(job.tempo_bpm, 120);
    EXPECT_EQ(job.stems[1].file, "x.wav");
    EXPECT_EQ(job.stems[1].lock.at("fader_db"), 3);
    EXPECT_EQ(job.search.candidates, 200000U);
    EXPECT_EQ(job.search.seed, 7U);
    EXPECT_EQ(job.search.time_s, 5400);
}

TEST(OvernightJob, ReadsOnceItsStemsAreThere) {
    const std::filesystem::path source =
        std::filesystem::path(MIXFARM_SOURCE_DIR) / "jobs" / "overnight.yaml";
    std::stringstream text;
    text << std::ifstream(source).rdbuf();
    const JobFolder folder;
    folder.write("rough-mix.wav", "");
    for (const char* name : {"kick", "snare", "overheads", "bass-di", "guitar-left", "guitar-right",
                             "keys", "vocal", "harmonies", "riser"})
        folder.write(std::string("stems/") + name + ".wav", "");
    const Job job = read_job(folder.write("overnight.yaml", text.str()));
    EXPECT_EQ(job.stems.size(), 10U);
    EXPECT_EQ(job.search.time_s, 8 * 3600);
    EXPECT_EQ(job.weights.size(), 10U);
    EXPECT_EQ(job.stems[3].duck_under, "kick");
    EXPECT_EQ(job.stems[4].make_room_for, "lead vocal");
    EXPECT_EQ(job.stems[6].space, Wetness::wet);
    EXPECT_EQ(job.stems[8].place, Place::wide);
    ASSERT_EQ(job.stems[7].automation.size(), 1U);
    EXPECT_EQ(job.stems[7].automation[0].points.back().at_s, 112);
    EXPECT_EQ(job.buses.at("drums").lock.at("glue.ratio"), 2);
}

TEST(Duration, ReadsSecondsMinutesAndHours) {
    EXPECT_EQ(parse_duration("90"), 90);
    EXPECT_EQ(parse_duration("90s"), 90);
    EXPECT_EQ(parse_duration("15m"), 900);
    EXPECT_EQ(parse_duration("8h"), 28800);
    EXPECT_EQ(parse_duration("1.5h"), 5400);
    EXPECT_EQ(parse_duration("0"), 0);
}

TEST(Duration, RefusesAnythingElse) {
    for (const char* text : {"", "h", "8 h", " 8h", "8h ", "-1", "-0", "8d", "1h30m", "8H", "inf",
                             "nan", "1e3", "0x10", "1,5h", "+5", "8hh"}) {
        try {
            parse_duration(text);
            ADD_FAILURE() << "accepted '" << text << "'";
        } catch (const InputError& e) {
            EXPECT_THAT(e.what(), testing::HasSubstr("90, 90s, 15m, 8h"));
        }
    }
}

TEST(Nearest, FindsWholeWordsPartsAndBeginnings) {
    const std::vector<std::string> known = {"lead_vocal",  "backing_vocal",   "kick",
                                            "bass_guitar", "electric_guitar", "fx"};
    using testing::ElementsAre;
    EXPECT_THAT(nearest_words("kik", known), ElementsAre("kick"));
    EXPECT_THAT(nearest_words("electric guitr", known), ElementsAre("electric_guitar"));
    EXPECT_THAT(nearest_words("guitr", known), ElementsAre("bass_guitar", "electric_guitar"));
    EXPECT_THAT(nearest_words("vocals", known), ElementsAre("lead_vocal", "backing_vocal"));
    EXPECT_THAT(nearest_words("elec", known), ElementsAre("electric_guitar"));
    EXPECT_THAT(nearest_words("triangle", known), ElementsAre());
    EXPECT_THAT(nearest_words("", known), ElementsAre());
    EXPECT_THAT(nearest_words("x", known), ElementsAre());
}

TEST(Scalars, FollowTheYamlCoreSchema) {
    EXPECT_TRUE(resolve_scalar("~").is_null());
    EXPECT_TRUE(resolve_scalar("True").is_boolean());
    EXPECT_TRUE(resolve_scalar("yes").is_string());
    EXPECT_EQ(resolve_scalar("-14"), -14);
    EXPECT_EQ(resolve_scalar("-9223372036854775808"), INT64_MIN);
    EXPECT_EQ(resolve_scalar("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(resolve_scalar("+.5e1"), 5);
    EXPECT_EQ(resolve_scalar("-.5"), -0.5);
    for (const char* text : {"1.2.3", "e5", ".", "-", "+", "1e", "0x1F", "1_000", "--1"})
        EXPECT_TRUE(resolve_scalar(text).is_string()) << text;
}

}  // namespace
}  // namespace mixfarm
