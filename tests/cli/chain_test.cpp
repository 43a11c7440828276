/// From stems to finished audio as a producer goes: new, analyze, run, top, show, render, meter.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <set>

#include "tests/cli/night.h"

namespace mixfarm::cli_test {
namespace {

using testing::HasSubstr;

/// Loudness to three decimals by ffmpeg's ebur128, which prints only one at its end.
double ffmpeg_lufs(const std::string& file) {
    const Ended ended = run_program(
        {"ffmpeg", "-hide_banner", "-nostdin", "-i", file, "-af",
         "ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-", "-f", "null", "-"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    const std::string key = "lavfi.r128.I=";
    const auto at = ended.out.rfind(key);
    return at == std::string::npos ? std::nan("") : std::stod(ended.out.substr(at + key.size()));
}

bool has_ffmpeg() {
    try {
        return run_program({"ffmpeg", "-version"}).code == 0;
    } catch (const std::runtime_error&) {
        return false;
    }
}

/// Every metric that the row and the meter both know; the largest difference.
double worst_difference(const Json& row, const Json& metered, int& compared) {
    double worst = 0;
    compared = 0;
    for (const auto& [name, value] : row.items()) {
        if (!metered.contains(name)) continue;
        EXPECT_EQ(value.is_null(), metered[name].is_null()) << name;
        if (value.is_null() || metered[name].is_null()) continue;
        const double difference = std::fabs(value.get<double>() - metered[name].get<double>());
        EXPECT_LE(difference, 0.01) << name << ": row " << value << ", file " << metered[name];
        worst = std::max(worst, difference);
        ++compared;
    }
    return worst;
}

TEST(Chain, NewFindsTheStemsAndTheirRoles) {
    const Scratch scratch;
    write_stems(scratch / "stems", 2);
    const Json document = ask({"new", scratch / "stems", "-o", scratch / "job.yaml"});
    EXPECT_EQ(document["job"], scratch / "job.yaml");
    std::map<std::string, std::string> roles;
    for (const Json& stem : document["stems"]) roles[stem["name"]] = stem["role"];
    EXPECT_EQ(roles, (std::map<std::string, std::string>{{"bass", "bass_guitar"},
                                                         {"hats", "hi_hat"},
                                                         {"keys", "keys"},
                                                         {"kick", "kick"},
                                                         {"vocal", "lead_vocal"}}));
    const std::string said = succeed({"new", scratch / "stems", "-o", scratch / "job.yaml"}).out;
    EXPECT_THAT(said, testing::AllOf(HasSubstr("mixfarm run"), HasSubstr(scratch / "job.yaml")));
}

TEST(Chain, AnalyzeTellsTheSameOfAJobAndOfItsFolder) {
    const SharedNight& shared = shared_night();
    Json of_job = ask({"analyze", shared.job}),
         of_folder = ask({"analyze", (shared.folder / "stems").string()});
    for (std::size_t i = 0; i < 5; ++i) {
        // A job gives the role; in a folder it is guessed.
        EXPECT_EQ(of_job["stems"][i]["why"], "given in the job");
        EXPECT_THAT(of_folder["stems"][i]["why"].get<std::string>(), HasSubstr("by its name"));
        of_job["stems"][i].erase("why");
        of_folder["stems"][i].erase("why");
    }
    EXPECT_EQ(of_job["stems"], of_folder["stems"]);
    EXPECT_EQ(of_job["stems"].size(), 5u);
    EXPECT_EQ(of_job["masking"].size(), 5u);
    EXPECT_NEAR(of_job["seconds"].get<double>(), 6, 1e-9);
    EXPECT_THAT(succeed({"analyze", shared.job}).out,
                testing::AllOf(HasSubstr("vocal"), HasSubstr("who covers whom")));
}

TEST(Chain, PicksAreFilesAtOneLoudness) {
    const SharedNight& shared = shared_night();
    const Json top = ask({"top", shared.night});
    ASSERT_GE(top["picks"].size(), 3u);
    EXPECT_EQ(top["candidates"].get<int>(), std::stoi(kSharedCandidates));
    Words meter = {"meter"};
    std::set<std::string> words;
    for (const Json& pick : top["picks"]) {
        meter.push_back(pick["file"]);
        EXPECT_TRUE(fs::exists(pick["file"].get<std::string>()));
        EXPECT_TRUE(pick["rejected"].is_null());
        EXPECT_EQ(pick["stage"], 3);
        words.insert(pick["words"].get<std::string>());
    }
    EXPECT_EQ(words.size(), top["picks"].size()) << "two picks are described alike";
    EXPECT_THAT(succeed({"top", shared.night, "--moves"}).out,
                HasSubstr("of " + std::to_string(top["picks"].size()) + " picks make moves"));
    EXPECT_EQ(
        static_cast<std::size_t>(std::distance(
            fs::directory_iterator(fs::path(shared.night) / "picks"), fs::directory_iterator())),
        top["picks"].size() + 1);
    const Json& still = top["audition"].back();
    EXPECT_EQ(still["name"], "static balance");
    EXPECT_EQ(fs::path(still["file"].get<std::string>()).filename(), "static-balance.flac");
    meter.push_back(still["file"]);
    double least = 99, most = -99, peak = -99;
    for (const Json& metered : ask(meter)) {
        const double lufs = metered["integrated_lufs"];
        EXPECT_NEAR(lufs, -14, 0.3) << metered["file"];
        EXPECT_LE(metered["true_peak_dbtp"].get<double>(), -1.0) << metered["file"];
        least = std::min(least, lufs), most = std::max(most, lufs),
        peak = std::max(peak, metered["true_peak_dbtp"].get<double>());
        if (has_ffmpeg()) {
            EXPECT_NEAR(ffmpeg_lufs(metered["file"]), lufs, 0.1) << metered["file"];
        }
    }
    std::printf("  %zu picks: %.2f to %.2f LUFS, true peak at most %.2f dBTP\n",
                top["picks"].size(), least, most, peak);
}

TEST(Chain, TopAndShowAgree) {
    const SharedNight& shared = shared_night();
    const Json top = ask({"top", shared.night, "-n", "1000"});
    EXPECT_EQ(top["top"].size(), static_cast<std::size_t>(std::stoi(kSharedCandidates)));
    for (const std::size_t place : {0, 1, 40, 99}) {
        const Json& entry = top["top"][place];
        const Json shown = ask({"show", shared.night, std::to_string(entry["id"].get<int>())});
        EXPECT_EQ(shown["place"], place + 1);
        for (const char* key :
             {"id", "technical", "stage", "origin", "terms", "metrics", "rejected"})
            EXPECT_EQ(shown[key], entry[key]) << key;
        EXPECT_GT(shown["settings"].size(), 100u);
    }
    EXPECT_EQ(ask({"show", shared.night, "0"})["origin"], "static_balance");
    EXPECT_EQ(ask({"show", shared.night, "1"})["origin"], "rule_based");
    EXPECT_EQ(ask({"top", shared.night, "-n", "3"})["top"].size(), 3u);
    EXPECT_EQ(ask({"top", shared.night + "/results.h5"})["picks"].size(), top["picks"].size());
    const std::string text = succeed({"show", shared.night, "1"}).out;
    EXPECT_THAT(text, testing::AllOf(HasSubstr("settings"), HasSubstr("measured"),
                                     HasSubstr("judged"), HasSubstr("vocal"), HasSubstr("LUFS")));
    EXPECT_THAT(text, HasSubstr("\nstyle neutral: tone (Elowsson 2017"));
}

TEST(Chain, ResultsKeepTheLayoutAndSayWhatTermsRestOn) {
    const SharedNight& shared = shared_night();
    const std::string root = MIXFARM_SOURCE_DIR, file = shared.night + "/results.h5";
    const Ended checked = run_program({MIXFARM_PYTHON, root + "/tests/store/check_layout.py", file,
                                       root + "/schemas/results.layout.json"});
    EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
    // Lead, depth and economy can be followed: each metric is there, told and within its bounds.
    const Json rules = ask({"show", shared.night, "1"})["metrics"];
    const std::string text = succeed({"show", shared.night, "1"}).out;
    for (const auto& [name, most] : {std::pair{"lead_audibility", 1.0},
                                     {"reverb_s", 20.0},
                                     {"undone_db", 40.0},
                                     {"effects_in_play", 20.0}}) {
        ASSERT_TRUE(rules[name].is_number()) << name;
        EXPECT_GE(rules[name].get<double>(), 0) << name;
        EXPECT_LE(rules[name].get<double>(), most) << name;
        EXPECT_THAT(text, HasSubstr(name));
    }
    EXPECT_GE(rules["distortion_db"].get<double>(), -80);
    EXPECT_LE(rules["distortion_db"].get<double>(), 0);
    EXPECT_GT(rules["reverb_s"].get<double>(), 0.1);
    EXPECT_GT(rules["lead_audibility"].get<double>(), 0.1);
}

TEST(Chain, ShowTellsWhatMoves) {
    const Scratch scratch;
    const std::string job = write_song(scratch.path(), 3);
    // The hall is reached by a send that rests at the start.
    edit_job(
        job, "name: keys",
        "name: keys\n      automation: {hall_db: [{at: 0, value: -60}, {at: 1.5, value: -12}], "
        "width: [{at: 0.5, value: 1}, {at: 2, value: 0.5}]}");
    edit_job(job, "# What good means",
             "console: {buses: {bass: {automation: {fader_db: [{at: 0, value: -3}]}}}}\n#");
    succeed({"run", job, "-o", scratch / "night", "--candidates", "16", "--device", "cpu"});
    const std::string text = succeed({"show", scratch / "night", "0"}).out;
    EXPECT_THAT(text, HasSubstr("hall_db moves: off at 0:00, -12.0 dB at 0:01.50)"));
    EXPECT_THAT(text, HasSubstr("(width moves: 1.00 at 0:00.50, 0.50 at 0:02)"));
    EXPECT_THAT(text, HasSubstr("hall return"));
    EXPECT_THAT(text,
                HasSubstr("bass group           fader -3.0 dB (fader_db moves: -3.0 dB at 0:00)"));
    EXPECT_EQ(ask({"show", scratch / "night", "5"})["automation"]["keys/width.width"],
              Json::parse(R"([{"at_s": 0.5, "value": 1.0}, {"at_s": 2.0, "value": 0.5}])"));
}

/// A row promises how its mix sounds: rendered, it measures the same.
TEST(Chain, ARenderedRowMeasuresWhatTheRowSays) {
    const SharedNight& shared = shared_night();
    const Scratch scratch;
    const Json top = ask({"top", shared.night, "-n", "1000"});
    Words ids;
    for (const Json& entry : top["top"]) {
        // The best, the static balance, and the whole-song mix that the limiter works hardest on.
        if (entry["stage"] == 3 && ids.empty())
            ids = {std::to_string(entry["id"].get<int>()), "0", ""};
    }
    double hardest = -1;
    for (const Json& entry : top["top"])
        if (entry["stage"] == 3 && entry["metrics"]["limiter_loss_lu"].get<double>() > hardest) {
            hardest = entry["metrics"]["limiter_loss_lu"];
            ids[2] = std::to_string(entry["id"].get<int>());
        }
    for (const auto& [format, bits] : {std::pair{"wav", "32f"}, {"flac", "24"}}) {
        const std::string folder = scratch / format;
        Words words = {"render",   shared.night, ids[0],   ids[1], ids[2],     "-o", folder,
                       "--format", format,       "--bits", bits,   "--device", "cpu"};
        const Json rendered = ask(words);
        ASSERT_EQ(rendered.size(), 3u);
        for (const Json& one : rendered) {
            const std::string file = one["file"];
            const Json row = ask(
                           {"show", shared.night, std::to_string(one["id"].get<int>())})["metrics"],
                       metered = ask({"meter", file})[0];
            int compared = 0;
            const double worst = worst_difference(row, metered, compared);
            std::printf("  mix %2d as %s %s: %d metrics, largest difference %.6f",
                        one["id"].get<int>(), format, bits, compared, worst);
            EXPECT_GE(compared, 14);
            if (has_ffmpeg()) {
                const double theirs = ffmpeg_lufs(file), ours = metered["integrated_lufs"];
                std::printf("; %.3f LUFS, ffmpeg %.3f", ours, theirs);
                EXPECT_NEAR(theirs, ours, 0.1);
            }
            std::printf("\n");
        }
    }
    EXPECT_GT(hardest, 0)
        << "no mix of this song is limited: the comparison proves less than it should";
    if (!has_ffmpeg()) GTEST_SKIP() << "NOT TESTED: no ffmpeg here, its loudness was not compared";
}

/// Stems printed behind their strips add up to the mix, where nothing behind the strips works.
TEST(Chain, StemsAddUpToTheMix) {
    const Scratch scratch;
    const std::string job = write_song(scratch.path(), 4);
    edit_job(job, "loudness_lufs: -14", "loudness_lufs: -30");
    std::ofstream more(job, std::ios::app);
    more << "\nconsole:\n"
            "  effects: {send: off, glue: off, parallel: off, multiband: off, width: off,"
            " saturator: off}\n"
            "  buses:\n"
            "    master: {lock: {trim_db: 0, low_db: 0, bell2_db: 0, high_db: 0}}\n";
    for (const char* group : {"drums", "bass", "music", "vocals"})
        more << "    " << group << ": {lock: {low_db: 0, high_db: 0, fader_db: 0}}\n";
    more.close();
    succeed({"run", job, "-o", scratch / "night", "--candidates", "3", "--device", "cpu"});
    const Json rendered = ask({"render", scratch / "night", "1", "2", "-o", scratch / "mixes",
                               "--stems", "--format", "wav", "--bits", "32f", "--device", "cpu"});
    ASSERT_EQ(rendered.size(), 2u);
    for (const Json& one : rendered) {
        const Json row = ask({"show", scratch / "night", std::to_string(one["id"].get<int>())});
        ASSERT_LT(row["metrics"]["limiter_loss_lu"].get<double>(), 1e-4)
            << "limited: the sum would differ";
        const Channels mix = read_sound(one["file"].get<std::string>());
        Channels sum(2, std::vector<float>(mix[0].size()));
        ASSERT_EQ(one["stems"].size(), 5u);
        for (const Json& file : one["stems"]) {
            const Channels stem = read_sound(file.get<std::string>());
            ASSERT_EQ(stem[0].size(), mix[0].size());
            for (std::size_t c = 0; c < 2; ++c)
                for (std::size_t n = 0; n < mix[c].size(); ++n) sum[c][n] += stem[c][n];
        }
        double left = 0, whole = 0;
        for (std::size_t c = 0; c < 2; ++c)
            for (std::size_t n = 0; n < mix[c].size(); ++n) {
                left += std::pow(double(sum[c][n]) - mix[c][n], 2);
                whole += std::pow(double(mix[c][n]), 2);
            }
        std::printf("  mix %d less its stems: %.1f dB of the mix\n", one["id"].get<int>(),
                    10 * std::log10(left / whole + 1e-30));
        EXPECT_GT(whole, 0);
        EXPECT_LT(10 * std::log10(left / whole + 1e-30), -90);
    }
}

}  // namespace
}  // namespace mixfarm::cli_test
