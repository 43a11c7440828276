/// Wishes in words, and the locks that come of them, on a night made of numbers.
#include "host/keep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "host/job/input_error.h"

namespace mixfarm {
namespace {

using Names = std::vector<std::string>;

struct Night {
    Results results;
    Job job;

    Night() {
        for (const auto& [name, role] : {std::pair{"kick", "kick"},
                                         {"Bass, left and right", "bass_guitar"},
                                         {"vox", "lead_vocal"},
                                         {"vocals", "backing_vocal"},
                                         {"bass", "keys"}}) {
            results.stems.push_back({name, role, "", "", 1, 48000, 1});
            add(name, "fader", "fader_db", -80, 12);
            add(name, "compressor", "ratio", 1, 20);
            add(name, "send", "echo_db", -60, 12);
            job.stems.emplace_back().name = name;
        }
        for (const char* bus :
             {"drums", "bass", "music", "vocals", "effects", "plate", "hall", "echo", "master"})
            add(std::string("bus/") + bus, "equalizer", "gain_db", -12, 12);
        add("bus/echo", "echo", "beats", 0.1f, 4);
        for (const std::uint64_t id : {0, 1, 20, 30}) {
            Row row;
            row.id = id;
            for (std::size_t k = 0; k < results.knobs.size(); ++k)
                row.values.push_back(static_cast<float>(
                    std::fmod(static_cast<double>(k + id) * 0.7310585786, 1.9) + 1));
            results.rows.push_back(row);
        }
        results.picks = {30, 20};
    }
    void add(const std::string& channel, const std::string& effect, const std::string& param,
             float low, float high) {
        results.knobs.push_back(
            {channel + "/" + effect + "." + param, "dB", channel, effect, "linear", low, high, 0});
    }
    Names kept(const std::string& text) const { return read_wishes({text}, results).at(0).names; }
};

TEST(Wishes, NameStemsGroupsReturnsMasterAndAll) {
    const Night n;
    EXPECT_EQ(n.kept("vox of 1"), Names{"vox"});
    EXPECT_EQ(n.kept("drums of 1"), (Names{"kick", "bus/drums"}));
    EXPECT_EQ(n.kept("returns of 1"), (Names{"bus/plate", "bus/hall", "bus/echo"}));
    EXPECT_EQ(n.kept("master and hall of 1"), (Names{"bus/master", "bus/hall"}));
    EXPECT_EQ(n.kept("all of 1").size(), 14u);
    EXPECT_EQ(n.kept("all of 1 but vox, drums and bass").size(), 10u);
    EXPECT_EQ(n.kept("Bass, left and right of 1"), Names{"Bass, left and right"});
    EXPECT_EQ(n.kept("kick, Bass, left and right and vox of 1"),
              (Names{"kick", "Bass, left and right", "vox"}));
}

TEST(Wishes, ANameOfBothAStemAndAGroup) {
    const Night n;
    EXPECT_EQ(n.kept("vocals of 1"), (Names{"vox", "vocals", "bus/vocals"})) << "its own group";
    EXPECT_EQ(n.kept("stem vocals of 1"), Names{"vocals"});
    EXPECT_EQ(n.kept("bass of 1"), Names{"bass"}) << "a stem of another group";
    EXPECT_EQ(n.kept("group bass of 1"), (Names{"Bass, left and right", "bus/bass"}));
}

TEST(Wishes, CountPicksOrNameMixes) {
    const Night n;
    const std::vector<Kept> all =
        read_wishes({"drums of 2, vox of pick 1", "hall of mix 1"}, n.results);
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].id, 20u);
    EXPECT_EQ(all[1].id, 30u);
    EXPECT_EQ(all[2].id, 1u);
    for (const char* wrong : {"drums of 3", "drums of 0", "drums of mix 2", "drums", "drums of",
                              "of 1", "drum of 1", "all of 1 but", "all of 1 but drum", "", ","})
        EXPECT_THROW(read_wishes({wrong}, n.results), InputError) << wrong;
}

TEST(Locks, AreTheValuesToTheLastBitAndWithinTheRange) {
    Night n;
    Row& row = n.results.rows[2];
    row.values.back() = 0.1f;  // beats at their low end, of which 0.1 itself lies outside
    lock(n.job, n.results, read_wishes({"all of mix 20"}, n.results));
    std::size_t locks = 0;
    for (std::size_t k = 0; k < n.results.knobs.size(); ++k) {
        const KnobColumn& knob = n.results.knobs[k];
        const std::string key = knob.name.substr(knob.name.rfind('/') + 1);
        const std::map<std::string, double>* held =
            knob.stem.starts_with("bus/") ? &n.job.buses.at(knob.stem.substr(4)).lock : nullptr;
        for (const StemJob& stem : n.job.stems)
            if (stem.name == knob.stem) held = &stem.lock;
        ASSERT_NE(held, nullptr);
        const double value = held->at(key);
        EXPECT_EQ(static_cast<float>(value), row.values[k]) << knob.name;
        EXPECT_TRUE(value >= knob.low && value <= knob.high) << knob.name;
        ++locks;
    }
    EXPECT_EQ(locks, n.results.knobs.size());
    EXPECT_TRUE(holds_everything(n.job, n.results));
}

TEST(Locks, LaterOnesOverrideAndTheJobsOwnStay) {
    Night n;
    n.job.stems[0].lock = {{"fader_db", -3}};                   // as a short name
    n.job.stems[2].automation = {{"fader_db", {{0, "", -3}}}};  // drawn
    n.job.stems[3].lock = {{"compressor.ratio", 4}};            // not asked for
    n.job.effects_off = {"echo"};
    lock(n.job, n.results, read_wishes({"all of 1 but vocals", "vox and kick of 2"}, n.results));
    EXPECT_EQ(n.job.stems[0].lock.size(), 2u) << "fader and compressor; the send is off";
    EXPECT_EQ(static_cast<float>(n.job.stems[0].lock.at("fader.fader_db")),
              n.results.rows[2].values[0]);
    EXPECT_EQ(n.job.stems[2].lock.count("fader.fader_db"), 0u);
    EXPECT_EQ(static_cast<float>(n.job.stems[2].lock.at("compressor.ratio")),
              n.results.rows[2].values[7]);
    EXPECT_EQ(n.job.stems[3].lock, (std::map<std::string, double>{{"compressor.ratio", 4}}));
    EXPECT_EQ(n.job.buses.at("echo").lock.count("echo.beats"), 0u);
    EXPECT_FALSE(n.job.buses.count("vocals"));
    EXPECT_FALSE(holds_everything(n.job, n.results));
    lock(n.job, n.results, read_wishes({"vocals of 1"}, n.results));
    EXPECT_TRUE(holds_everything(n.job, n.results));
}

TEST(Locks, HoldTheMovesOfAMix) {
    Night n;
    n.add("move", "dropout", "strength", 0, 0.5f);
    n.add("move", "build", "strength", 0, 0.5f);
    for (Row& row : n.results.rows) row.values.insert(row.values.end(), {0.375f, 0});
    EXPECT_EQ(n.kept("moves of 1"), Names{"move"});
    EXPECT_EQ(n.kept("all of 1").size(), 15u);
    EXPECT_THROW(read_wishes({"moves of 1"}, Night().results), InputError) << "it has none";
    n.job.moves.said["dropout"] = {0.8, std::nullopt};
    lock(n.job, n.results, read_wishes({"moves of 1"}, n.results));
    EXPECT_EQ(n.job.moves.of("dropout", ""), (MoveJob{0.375, 0.375}));
    EXPECT_EQ(n.job.moves.of("build", "").most, 0) << "what the mix does not make, none makes";
    EXPECT_FALSE(holds_everything(n.job, n.results));
    lock(n.job, n.results, read_wishes({"all of 1"}, n.results));
    EXPECT_TRUE(holds_everything(n.job, n.results));
}

}  // namespace
}  // namespace mixfarm
