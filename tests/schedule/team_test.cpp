/// Several engines as one: every mix is rendered once, shares follow speed, a device that fails
/// costs nothing but time.
#include "kernels/team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "kernels/engine.h"
#include "kernels/proxy/seer.h"

namespace mixfarm {
namespace {

/// Takes a while for every mix and reports the mix's first knob as its gain.
class Player final : public Engine {
public:
    struct Diary {
        std::mutex mutex;
        std::vector<std::size_t> pieces;
        std::size_t mixes() {
            std::size_t all = 0;
            for (const std::size_t n : pieces) all += n;
            return all;
        }
    };
    Player(Diary& diary, std::chrono::microseconds a_mix, int batch, int fails_after = -1)
        : diary_(diary), a_mix_(a_mix), batch_(batch), left_(fails_after) {}

    DeviceInfo info() const override { return {"player", "a test's", 4, 1}; }
    int good_batch() const override { return batch_; }
    void load(const SongView&) override {}
    std::vector<Measurement> evaluate(std::span<const MixSettings> mixes, std::span<const Excerpt>,
                                      const MasterTarget&) override {
        {
            const std::lock_guard lock(diary_.mutex);
            diary_.pieces.push_back(mixes.size());
        }
        if (left_ == 0) throw DeviceError("the device has burnt down");
        if (left_ > 0) --left_;
        std::this_thread::sleep_for(a_mix_ * mixes.size());
        std::vector<Measurement> rows(mixes.size());
        for (std::size_t i = 0; i < mixes.size(); ++i) {
            if (mixes[i].strips[0] < 0) throw std::logic_error("a bug of ours");
            rows[i].master_gain_db = mixes[i].strips[0];
        }
        return rows;
    }
    std::vector<StereoAudio> render(std::span<const MixSettings> mixes,
                                    const MasterTarget&) override {
        return std::vector<StereoAudio>(mixes.size());
    }
    StereoAudio render_stem(const MixSettings&, int, float) override {
        if (left_ == 0) throw DeviceError("the device has burnt down");
        return {};
    }
    std::vector<std::unique_ptr<Seer>> seers(const ForeseenSong&) override { return {}; }

private:
    Diary& diary_;
    std::chrono::microseconds a_mix_;
    int batch_, left_;
};

TEST(Share, FollowsThePace) {
    const Pace gpu{990, 4000, false}, cpu{10, 16, false}, unknown{0, 16, false};
    const Pace fresh{0, 4000, false}, lost{990, 4000, true};
    const auto share = [](std::vector<Pace> team, std::size_t own, std::size_t left) {
        return share_of(team, own, left);
    };
    EXPECT_EQ(share({gpu, cpu}, 0, 9000), 4000u) << "the fastest takes what it can";
    EXPECT_EQ(share({gpu, cpu}, 0, 30), 30u) << "or all there is";
    EXPECT_EQ(share({gpu, cpu}, 1, 9000), 16u);
    EXPECT_EQ(share({gpu, cpu}, 1, 1600), 16u) << "when it has done 16, the GPU has done the rest";
    EXPECT_EQ(share({gpu, cpu}, 1, 1599), 0u) << "it would keep the GPU waiting";
    EXPECT_EQ(share({fresh, unknown}, 0, 9000), 4000u) << "nobody is known";
    EXPECT_EQ(share({gpu, unknown}, 1, 9000), 16u) << "let us see";
    EXPECT_EQ(share({lost, cpu}, 0, 9000), 0u);
    EXPECT_EQ(share({lost, cpu}, 1, 99), 16u) << "now it is the fastest";
    EXPECT_EQ(share({gpu, cpu}, 0, 0), 0u);
}

class TeamOfPlayers : public ::testing::Test {
protected:
    using us = std::chrono::microseconds;
    void join(us a_mix, int batch, int fails_after = -1) {
        engines_.push_back(
            std::make_unique<Player>(diaries_[engines_.size()], a_mix, batch, fails_after));
    }
    /// Evaluates numbered mixes and checks that each came back as itself.
    void play(Engine& team, std::size_t count) {
        std::vector<MixSettings> mixes(count);
        for (std::size_t i = 0; i < count; ++i) mixes[i].strips = {static_cast<float>(i)};
        const Excerpt all{0, 48000, 0};
        const auto rows = team.evaluate(mixes, {&all, 1}, {});
        ASSERT_EQ(rows.size(), count);
        for (std::size_t i = 0; i < count; ++i)
            ASSERT_EQ(rows[i].master_gain_db, static_cast<float>(i));
    }
    Player::Diary diaries_[3];
    std::vector<std::unique_ptr<Engine>> engines_;
};

TEST_F(TeamOfPlayers, EveryMixIsRenderedOnceAndComesBackInItsPlace) {
    join(us(5), 32), join(us(20), 16), join(us(100), 8);
    const auto team = make_team(std::move(engines_));
    EXPECT_EQ(team->good_batch(), 56);
    EXPECT_EQ(team->info().name, "player + player + player");
    for (const std::size_t count : {0u, 1u, 7u, 56u, 500u}) play(*team, count);
    EXPECT_EQ(diaries_[0].mixes() + diaries_[1].mixes() + diaries_[2].mixes(),
              0u + 1 + 7 + 56 + 500);
    EXPECT_EQ(team->render(std::vector<MixSettings>(5), {}).size(), 5u);
}

TEST_F(TeamOfPlayers, WhenADeviceFailsTheOthersDoItsWork) {
    join(us(10), 32, 2), join(us(10), 32), join(us(10), 32, 0);
    const auto team = make_team(std::move(engines_));
    play(*team, 500);
    play(*team, 300);  // they are asked again, and fail again
    EXPECT_NO_THROW(team->render_stem({}, 0, 0));
}

TEST_F(TeamOfPlayers, WhenAllFailItSaysSo) {
    join(us(10), 32, 1), join(us(10), 32, 0);
    const auto team = make_team(std::move(engines_));
    EXPECT_THROW(play(*team, 500), DeviceError);
    EXPECT_THROW(play(*team, 1), DeviceError);
    EXPECT_THROW(team->render_stem({}, 0, 0), DeviceError);
}

TEST_F(TeamOfPlayers, ABugIsNotTakenForADevice) {
    join(us(10), 4), join(us(10), 4);
    const auto team = make_team(std::move(engines_));
    const std::vector<MixSettings> mixes(40, MixSettings{{-1.f}, {}, {}, {}});
    EXPECT_THROW(team->evaluate(mixes, {}, {}), std::logic_error);
}

}  // namespace
}  // namespace mixfarm
