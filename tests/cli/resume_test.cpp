/// A night that was killed, stopped or ran out of disk: the same line again goes on, and ends as if
/// nothing had happened.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "tests/cli/night.h"

namespace mixfarm::cli_test {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

Words run_words(const std::string& job, const std::string& night) {
    return mixfarm_words(
        {"run", job, "-o", night, "--candidates", kSharedCandidates, "--device", "cpu"});
}

/// The shared song, whose night is known when nothing disturbs it.
class Resume : public testing::Test {
protected:
    /// What was stored before is still there, untouched.
    static void expect_kept(const std::map<std::string, std::string>& before,
                            const std::map<std::string, std::string>& after) {
        for (const auto& [name, state] : before) {
            const auto now = after.find(name);
            ASSERT_NE(now, after.end()) << name << " is gone";
            EXPECT_EQ(now->second, state) << name << " was written again";
        }
    }
    /// Waits until `night` holds `count` parts, at most a minute.
    static void wait_for_parts(const std::string& night, std::size_t count) {
        for (int i = 0; i < 6000 && stored_parts(night).size() < count; ++i)
            std::this_thread::sleep_for(10ms);
    }
    void stopped_by(int signal);

    Scratch scratch_;
    const std::string job_ = shared_night().job, calm_ = shared_night().night,
                      night_ = scratch_ / "night";
    const double seconds_ = shared_night().seconds;
};

TEST_F(Resume, KilledTenTimes) {
    signals::Random random(
        static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()));
    struct Try {
        std::map<std::string, std::string> before;
        std::string said;
    };
    std::vector<Try> tries;
    int kills = 0;
    for (int attempt = 0; attempt < 60; ++attempt) {
        Try now{stored_parts(night_), ""};
        Running running(run_words(job_, night_));
        if (kills < 10) {
            std::this_thread::sleep_for(
                std::chrono::duration<double>((0.02 + random.unit()) * seconds_));
            running.send(SIGKILL);
        }
        const Ended ended = running.wait();
        now.said = ended.err;
        expect_kept(now.before, stored_parts(night_));
        tries.push_back(now);
        if (ended.code == 0 && kills >= 10) break;
        ASSERT_TRUE(ended.code == 0 || ended.code == -SIGKILL) << ended.code << ended.err;
        kills += ended.code == -SIGKILL;
        if (ended.code == 0) {
            // Done before it could be killed ten times: this night counts, and another one is
            // killed on.
            expect_same_night(calm_, night_);
            fs::remove_all(night_);
        }
    }
    EXPECT_EQ(kills, 10);
    expect_same_night(calm_, night_);
    EXPECT_TRUE(fs::exists(night_ + "/picks"));

    // Every start that came so far said how many renders it keeps: as many as the parts held.
    const Json rows = look_into({"rows", night_ + "/parts"});
    std::string story;
    int said = 0;
    for (const Try& t : tries) {
        int stored = 0;
        for (const auto& [name, state] : t.before)
            if (name.find("-s000-") == std::string::npos)  // looked at, not rendered
                stored += rows.value(name, 0);
        const std::string count = std::to_string(stored);
        story += ' ';
        story += count;
        if (t.said.find("are kept") == std::string::npos) continue;
        EXPECT_THAT(t.said, HasSubstr(count + " renders of an earlier run are kept"));
        ++said;
    }
    EXPECT_GT(said, 0);
    std::printf("  %.1f s undisturbed; %d kills, renders found at each start:%s\n", seconds_, kills,
                story.c_str());
    for (const auto& entry : fs::directory_iterator(night_ + "/parts"))
        EXPECT_EQ(entry.path().extension(), ".h5") << entry.path() << " is left over";
}

/// What the clock has ended goes no further, however often it is run; what was killed before goes
/// on with what is left of its time.
TEST_F(Resume, ANightOfTheClockKeepsItsTime) {
    const Words run = {"run", job_, "-o", night_, "--time", "12s", "--device", "cpu"};
    {
        Running running(mixfarm_words(run));
        wait_for_parts(night_, 4);
        running.send(SIGKILL);
        running.wait();
    }
    const auto killed = stored_parts(night_);
    const Ended ended = succeed(run);
    EXPECT_THAT(ended.err, HasSubstr("renders of an earlier run are kept"));
    expect_kept(killed, stored_parts(night_));
    const Json top = ask({"top", night_});
    EXPECT_GE(top["picks"].size(), 4u);
    EXPECT_GT(top["candidates"].get<int>(), 1000);
    const auto parts = stored_parts(night_);
    const Json ranking = ranking_of(night_);
    succeed(run);
    EXPECT_EQ(stored_parts(night_), parts) << "all of its time was spent";
    EXPECT_EQ(ranking_of(night_), ranking);
}

void Resume::stopped_by(int signal) {
    Running running(run_words(job_, night_));
    wait_for_parts(night_, 2);
    running.send(signal);
    const Ended stopped = running.wait();
    EXPECT_EQ(stopped.code, 75) << stopped.err;
    EXPECT_EQ(stopped.out, "");
    EXPECT_THAT(stopped.err,
                testing::AllOf(HasSubstr("stored"), HasSubstr("same command line goes on")));
    const auto stored = stored_parts(night_);
    EXPECT_GE(stored.size(), 2u);
    EXPECT_LT(stored.size(), stored_parts(calm_).size());
    EXPECT_FALSE(fs::exists(night_ + "/results.h5"));
    EXPECT_EQ(mixfarm({"top", night_}).code, 2) << "nothing to rank yet";
    const Ended resumed = run_program(run_words(job_, night_));
    EXPECT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_THAT(resumed.err, HasSubstr("renders of an earlier run are kept"));
    expect_kept(stored, stored_parts(night_));
    expect_same_night(calm_, night_);
}

TEST_F(Resume, StoppedByCtrlC) {
    stopped_by(SIGINT);
}
TEST_F(Resume, StoppedByTheScheduler) {
    stopped_by(SIGTERM);
}

/// A part torn by a power cut is put aside, said, and rendered again; the others stay.
TEST_F(Resume, ATornPartIsRenderedAgain) {
    Running running(run_words(job_, night_));
    wait_for_parts(night_, 3);
    running.send(SIGKILL);
    running.wait();
    auto stored = stored_parts(night_);
    ASSERT_GE(stored.size(), 3u);
    const std::string torn = std::next(stored.begin())->first;
    fs::resize_file(night_ + "/parts/" + torn, fs::file_size(night_ + "/parts/" + torn) / 2);
    const Ended resumed = run_program(run_words(job_, night_));
    EXPECT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_THAT(resumed.err, testing::AllOf(HasSubstr("warning"), HasSubstr(torn)));
    stored.erase(torn);
    expect_kept(stored, stored_parts(night_));
    expect_same_night(calm_, night_);
}

/// A file that may not grow beyond a limit stands for a disk that fills up, where no disk can be
/// mounted.
TEST_F(Resume, AFileThatCannotGrow) {
    std::uintmax_t part = 0;
    for (const auto& entry : fs::directory_iterator(calm_ + "/parts"))
        part = std::max(part, entry.file_size());
    const auto results = fs::file_size(calm_ + "/results.h5");
    ASSERT_GT(results, part + 2048);
    // bash counts in KB.
    const std::string limit =
        "trap '' XFSZ; ulimit -f " + std::to_string((part + results) / 2 / 1024) + "; exec \"$@\"";
    Words words = {"bash", "-c", limit, "bash"};
    const Words run = run_words(job_, night_);
    words.insert(words.end(), run.begin(), run.end());
    const Ended full = run_program(words);
    EXPECT_EQ(full.code, 75) << full.err;
    EXPECT_THAT(full.err,
                testing::AllOf(HasSubstr("results.h5"), HasSubstr("run the same line again")));
    const auto stored = stored_parts(night_);
    EXPECT_EQ(stored.size(), stored_parts(calm_).size());
    EXPECT_EQ(run_program(run).code, 0);
    expect_kept(stored, stored_parts(night_));
    expect_same_night(calm_, night_);
}

/// A real disk of so many KB that fills up during the night; room is made by mounting it anew with
/// more.
TEST_F(Resume, AFullDisk) {
    std::uintmax_t parts = 0;
    for (const auto& entry : fs::directory_iterator(calm_ + "/parts")) parts += entry.file_size();
    const std::string disk = scratch_ / "disk", night = disk + "/night";
    fs::create_directories(disk);
    fs::create_directories(scratch_ / "out");
    std::string run;
    for (const std::string& word : run_words(job_, night)) run += "'" + word + "' ";
    const std::string script =
        "mount -t tmpfs -o size=" + std::to_string(parts / 2 / 1024) + "k none '" + disk +
        "' || exit 77\n" + run + "> '" + (scratch_ / "said") + "' 2>&1; first=$?\n" + "(cd " +
        night + "/parts && sha256sum *.h5) > '" + (scratch_ / "sums") + "'; ls -A " + night +
        "/parts > '" + (scratch_ / "list") + "'\n" + "mount -o remount,size=200m '" + disk + "'\n" +
        run + "> '" + (scratch_ / "said2") + "' 2>&1; second=$?\n" + "(cd " + night +
        "/parts && sha256sum --quiet -c '" + (scratch_ / "sums") + "'); kept=$?\n" + "cp -r " +
        night + " '" + (scratch_ / "out") + "'; echo $first $second $kept\n";
    const Ended ended = run_program({"unshare", "-m", "sh", "-c", script});
    if (ended.code == 77 || (ended.code != 0 && ended.out.empty()))
        GTEST_SKIP() << "NOT TESTED: this user may not mount a small disk (" << ended.err << ")";
    EXPECT_EQ(ended.out, "75 0 0\n")
        << "exit when full, exit with room, earlier parts as they were\n"
        << text_of(scratch_ / "said") << text_of(scratch_ / "said2");
    EXPECT_THAT(text_of(scratch_ / "said"),
                testing::AllOf(HasSubstr("No space left"),
                               HasSubstr("make room and run the same line again")));
    EXPECT_THAT(text_of(scratch_ / "said2"), HasSubstr("renders of an earlier run are kept"));
    EXPECT_EQ(text_of(scratch_ / "list").find(".tmp"), std::string::npos)
        << text_of(scratch_ / "list");
    expect_same_night(calm_, scratch_ / "out/night");
}

}  // namespace
}  // namespace mixfarm::cli_test
