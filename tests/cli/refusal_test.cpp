/// Bad input, one case a mistake: exit 2, the culprit by name, nothing on standard output, and no
/// harm to what was there.
#include <gmock/gmock.h>

#include <limits>

#include "tests/cli/night.h"

namespace mixfarm::cli_test {
namespace {

using testing::HasSubstr;

void expect_refused(const Words& words, const Words& named) {
    const Ended ended = mixfarm(words);
    const std::string line = testing::PrintToString(words);
    EXPECT_EQ(ended.code, 2) << line << "\n" << ended.err;
    EXPECT_EQ(ended.out, "") << line;
    for (const std::string& name : named) EXPECT_THAT(ended.err, HasSubstr(name)) << line;
    EXPECT_EQ(ended.err.find("internal"), std::string::npos) << line << "\n" << ended.err;
}

class Refusal : public testing::Test {
protected:
    /// A job of the shared song's stems, with `from` replaced.
    std::string job_with(const std::string& from, const std::string& to) {
        const std::string job = scratch_ / "job.yaml";
        fs::copy_file(shared_night().job, job, fs::copy_options::overwrite_existing);
        if (!fs::exists(scratch_ / "stems"))
            fs::copy(shared_night().folder / "stems", scratch_ / "stems");
        if (!from.empty()) edit_job(job, from, to);
        return job;
    }
    Words run(const std::string& job, const Words& more = {}) {
        Words words = {"run", job, "-o", scratch_ / "night", "--candidates", "3"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    Scratch scratch_;
};

TEST_F(Refusal, Jobs) {
    expect_refused(run(scratch_ / "missing.yaml"), {"missing.yaml"});
    expect_refused(run(scratch_.path().string()), {scratch_.path().string()});
    write_text(scratch_ / "broken.yaml", "song: {title: x\n  stems: [\n");
    expect_refused(run(scratch_ / "broken.yaml"), {"broken.yaml"});
    write_text(scratch_ / "empty.yaml", "");
    expect_refused(run(scratch_ / "empty.yaml"), {"empty.yaml"});
    expect_refused(run(job_with("target:", "tarqet:")), {"job.yaml", "tarqet"});
    expect_refused(run(job_with("loudness_lufs: -14", "loudness_lufs: loud")),
                   {"job.yaml", "loudness_lufs"});
    expect_refused(run(job_with("loudness_lufs: -14", "loudness_lufs: 14")),
                   {"job.yaml", "loudness_lufs"});
    expect_refused(run(job_with("candidates: 100000", "candidates: -5")),
                   {"job.yaml", "candidates"});
    expect_refused(run(job_with("role: kick", "role: kickdrum")), {"kickdrum"});
    expect_refused(run(job_with("style: neutral", "style: polka")), {"polka"});
    write_text(scratch_ / "rough.wav", "not audio");
    expect_refused(run(job_with("  tempo_bpm", "  rough_mix: rough.wav\n  tempo_bpm")),
                   {"rough.wav"});
    EXPECT_FALSE(fs::exists(scratch_ / "night/parts")) << "a refused job leaves no night";
}

TEST_F(Refusal, Stems) {
    expect_refused(run(job_with("stems/kick.wav", "stems/kik.wav")), {"kik.wav"});
    const std::string job = job_with("", "");
    const std::string kick = scratch_ / "stems/kick.wav", keys = scratch_ / "stems/keys.flac";
    const std::string whole = text_of(kick), flac = text_of(keys);
    write_text(kick, "RIFF is what this is not");
    expect_refused(run(job), {"kick.wav"});
    write_text(kick, "");
    expect_refused(run(job), {"kick.wav"});
    std::vector<float> bad(44100, 0.1f);
    bad[1000] = std::numeric_limits<float>::quiet_NaN();
    write_sound(kick, {bad}, 44100);
    expect_refused(run(job), {"kick.wav", "NaN"});
    write_text(kick, whole);
    write_text(keys, flac.substr(0, flac.size() / 2));
    expect_refused(run(job), {"keys.flac"});
    write_text(keys, flac);
    fs::create_directories(scratch_ / "nothing");
    expect_refused({"new", scratch_ / "nothing", "-o", scratch_ / "x.yaml"}, {"nothing"});
    expect_refused({"new", scratch_ / "nowhere", "-o", scratch_ / "x.yaml"}, {"nowhere"});
    expect_refused({"new", kick, "-o", scratch_ / "x.yaml"}, {"kick.wav"});
    expect_refused({"analyze", scratch_ / "nothing"}, {"nothing"});
    EXPECT_FALSE(fs::exists(scratch_ / "x.yaml"));
}

TEST_F(Refusal, Options) {
    const std::string job = job_with("", "");
    const Words plain = {"run", job, "-o", scratch_ / "night"};
    const auto with = [&](const Words& more) {
        Words words = plain;
        words.insert(words.end(), more.begin(), more.end());
        return words;
    };
    expect_refused(with({"--candidates", "-4"}), {"--candidates"});
    expect_refused(with({"--candidates", "1"}), {"--candidates"});
    expect_refused(with({"--candidates", "many"}), {"--candidates", "many"});
    expect_refused(with({"--seed", "-1"}), {"--seed"});
    expect_refused(with({"--threads", "-1"}), {"--threads"});
    expect_refused(with({"--time", "soon"}), {"soon"});
    expect_refused(with({"--time", "-5s"}), {"-5s"});
    expect_refused(with({"--device", "abacus"}), {"--device", "abacus"});
    expect_refused(with({"--device", "cuda:x"}), {"--device", "cuda:x"});
    expect_refused({"run", job}, {"-o"});
    expect_refused({"run", "-o", scratch_ / "night"}, {"usage: mixfarm run"});
    expect_refused({"run", job, "other.yaml", "-o", scratch_ / "night"}, {"usage: mixfarm run"});
    bool gpu = false;
    for (const Json& device : ask({"devices"})) gpu |= device["name"] != "cpu";
    if (!gpu) {
        expect_refused(with({"--device", "cuda"}), {"--device", "cpu"});
    }
    EXPECT_FALSE(fs::exists(scratch_ / "night/parts"));
}

TEST_F(Refusal, NightsAndIds) {
    const SharedNight& shared = shared_night();
    expect_refused({"top", scratch_ / "nowhere"}, {"nowhere"});
    expect_refused({"top", scratch_.path().string()}, {scratch_.path().string(), "results.h5"});
    expect_refused({"top", shared.job}, {"job.yaml"});
    ASSERT_EQ(run_program({MIXFARM_PYTHON, "-c",
                           "import h5py,sys; h5py.File(sys.argv[1],'w')['x']=[1,2,3]",
                           scratch_ / "foreign.h5"})
                  .code,
              0);
    expect_refused({"top", scratch_ / "foreign.h5"}, {"foreign.h5"});
    const std::string torn = scratch_ / "results.h5";
    fs::copy_file(shared.night + "/results.h5", torn);
    fs::resize_file(torn, fs::file_size(torn) - 1000);
    expect_refused({"top", torn}, {"results.h5"});
    for (const char* command : {"show", "render"})
        for (const char* id : {"100", "99999999999999999", "abc", "1x", "1.5", "-3", "",
                               "123456789012345678901234567890"}) {
            Words words = {command, shared.night, id};
            if (command == std::string("render"))
                words.insert(words.end(), {"-o", scratch_ / "mixes"});
            expect_refused(words, {id});
        }
    expect_refused({"show", shared.night}, {"usage: mixfarm show"});
    expect_refused({"render", shared.night, "-o", scratch_ / "mixes"}, {"usage: mixfarm render"});
    expect_refused({"render", shared.night, "1"}, {"-o"});
    expect_refused({"render", shared.night, "1", "-o", scratch_ / "mixes", "--format", "mp3"},
                   {"mp3"});
    expect_refused({"render", shared.night, "1", "-o", scratch_ / "mixes", "--bits", "32f"},
                   {"--bits", "FLAC"});
    expect_refused({"render", shared.night, "1", "-o", scratch_ / "mixes", "--device", "abacus"},
                   {"abacus"});
    expect_refused({"top", shared.night, "-n", "0"}, {"-n"});
    EXPECT_FALSE(fs::exists(scratch_ / "mixes")) << "nothing was rendered";
}

/// Root writes where permissions forbid it, so the unwritable places are of the kernel's making.
TEST_F(Refusal, PlacesThatCannotBeWritten) {
    const SharedNight& shared = shared_night();
    write_text(scratch_ / "file", "in the way");
    for (const std::string& place :
         {std::string("/proc/mixfarm"), scratch_ / "file", std::string("/proc/self")}) {
        expect_refused({"run", shared.job, "-o", place, "--candidates", "3"}, {place});
        expect_refused({"render", shared.night, "1", "-o", place}, {place});
    }
    expect_refused({"new", (shared.folder / "stems").string(), "-o", "/proc/mixfarm.yaml"},
                   {"/proc/mixfarm.yaml"});
    expect_refused({"new", (shared.folder / "stems").string(), "-o", scratch_ / "no/such/job.yaml"},
                   {"job.yaml"});
    EXPECT_EQ(text_of(scratch_ / "file"), "in the way");
}

/// Another plan into the same NIGHT is refused, and the night that lies there stays whole: it still
/// shows and renders.
TEST_F(Refusal, TheNightOfAnotherPlan) {
    const std::string job = job_with("", ""), night = scratch_ / "night";
    succeed(run(job, {"--device", "cpu"}));
    const std::string as_run = text_of(night + "/job.yaml");
    for (const Words& other : {Words{"--seed", "9"}, {"--time", "3h"}}) {
        Words words = run(job, other);
        expect_refused(words, {night, "another"});
    }
    expect_refused({"run", job, "-o", night, "--candidates", "5"}, {night, "another"});
    EXPECT_TRUE(text_of(night + "/job.yaml") == as_run)
        << "a refused run changed the job of the night";
    succeed({"render", night, "1", "-o", scratch_ / "mixes"});
    succeed(run(job, {"--device", "cpu"}));
}

TEST_F(Refusal, StemsThatChangedAfterTheNight) {
    const std::string job = job_with("", ""), night = scratch_ / "night";
    succeed(run(job, {"--device", "cpu"}));
    const Channels kick = read_sound(scratch_ / "stems/kick.wav");
    Channels softer = kick;
    for (float& x : softer[0]) x *= 0.99f;
    write_sound(scratch_ / "stems/kick.wav", softer, 44100, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
    expect_refused({"render", night, "1", "-o", scratch_ / "mixes"}, {night, "stems"});
    expect_refused(run(job), {night, "another"});
    EXPECT_EQ(ask({"top", night})["candidates"], 3) << "what was found can still be read";
    fs::remove(scratch_ / "stems/kick.wav");
    expect_refused({"render", night, "1", "-o", scratch_ / "mixes"}, {"kick.wav"});
    EXPECT_FALSE(fs::exists(scratch_ / "mixes"));
}

/// NIGHT/job.yaml holds absolute paths: job file and night may move, the stems may not.
TEST_F(Refusal, AMovedJobIsNoMistake) {
    const std::string job = job_with("", "");
    succeed(run(job, {"--device", "cpu"}));
    fs::create_directories(scratch_ / "elsewhere/deep");
    fs::rename(job, scratch_ / "elsewhere/job.yaml");
    fs::rename(scratch_ / "night", scratch_ / "elsewhere/deep/night");
    const Json rendered = ask({"render", scratch_ / "elsewhere/deep/night", "2", "-o",
                               scratch_ / "mixes", "--device", "cpu"});
    EXPECT_TRUE(fs::exists(rendered[0]["file"].get<std::string>()));
    expect_refused(run(scratch_ / "elsewhere/job.yaml"), {"stems"});
}

}  // namespace
}  // namespace mixfarm::cli_test
