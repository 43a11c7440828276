/// Moves switched off and on: when the page may ask for it, what it gets, what is kept and refused.
#include "host/audition/variants.h"

#include <future>
#include <set>

#include "host/job/input_error.h"
#include "tests/audition/served.h"

namespace mixfarm::audition {
namespace {

/// A revealed board: slot by slot, the move that acts there is 4 or 1 (see test::acts).
class MovesTest : public test::Served {
protected:
    /// The slot of a mix that makes moves.
    std::size_t reveal() {
        EXPECT_EQ(post("finish", Json::object()), 200);
        do board_ = Json::parse(client_->Get(at("api/reveal"))->body);
        while (board_["question"].is_null());
        board_ = board_["board"];
        for (std::size_t slot = 0; slot < board_.size(); ++slot)
            if (!board_[slot]["made"].empty()) return slot;
        ADD_FAILURE() << "no mix of the board makes a move";
        return 0;
    }
    httplib::Result get(const std::string& path) { return client_->Get(at("api/" + path)); }
    int status_of(const std::string& path) {
        const auto reply = get(path);
        return reply ? reply->status : -1;
    }
    static std::string asked(std::size_t slot, const std::string& moves) {
        return "without/" + std::to_string(slot) + "?moves=" + moves;
    }
    void make(std::size_t slot, const std::string& moves) {
        Json reply;
        do {
            const auto got = get(asked(slot, moves));
            ASSERT_EQ(got->status, 200) << got->body;
            reply = Json::parse(got->body);
        } while (!reply["ready"]);
    }
    std::string wav(std::size_t slot, const std::string& moves = "") {
        const auto reply = get("audio/0/" + std::to_string(slot) + "?from_s=0&to_s=20" +
                               (moves.empty() ? "" : "&without=" + moves));
        EXPECT_EQ(reply->status, 200) << reply->body;
        return reply->body;
    }
    /// Seconds in which two files of the song differ, rounded down.
    static std::set<int> apart(const std::string& a, const std::string& b) {
        constexpr std::size_t kHeader = 44, kSecond = 6 * test::kRate;
        EXPECT_EQ(a.size(), b.size());
        std::set<int> seconds;
        for (std::size_t at = kHeader; at < std::min(a.size(), b.size()); ++at)
            if (a[at] != b[at]) seconds.insert(static_cast<int>((at - kHeader) / kSecond));
        return seconds;
    }
    Json board_;
};

TEST_F(MovesTest, NothingIsToldOrSwitchedBeforeTheReveal) {
    const std::string number = std::to_string(state()["question"]["number"].get<int>());
    for (const char* moves : {"1", "1,4", "7", "x", ""}) EXPECT_EQ(status_of(asked(0, moves)), 403);
    EXPECT_EQ(status_of(asked(99, "1")), 403);
    for (const std::string& which : {number, std::string("0")}) {
        EXPECT_EQ(status_of("audio/" + which + "/0?from_s=0&to_s=2&without=1"), 403);
        EXPECT_EQ(status_of("levels/" + which + "?from_s=0&to_s=2&without=0:1"), 403);
    }
    EXPECT_EQ(state().dump().find("lift"), std::string::npos);
    EXPECT_EQ(get("reveal")->body.find("lift"), std::string::npos);
    EXPECT_EQ(tones_.variants, 0);
    reveal();
    EXPECT_EQ(post("resume", Json::object()), 200);
    EXPECT_EQ(status_of(asked(0, "1")), 403);
}

TEST_F(MovesTest, AMixSoundsAsItWouldWithoutThem) {
    const std::size_t slot = reveal();
    const Json& mix = board_[slot];
    ASSERT_EQ(mix["made"].size(), 2u);
    EXPECT_EQ(mix["made"][0],
              (Json{{"move", 4}, {"name", "delay throw"}, {"words", "delay throw: echo at 0:12"}}));
    const std::string whole = wav(slot);
    const std::map<std::string, std::set<int>> places = {
        {"1", {5, 6}}, {"4", {12}}, {"1,4", {5, 6, 12}}};
    for (const auto& [moves, seconds] : places) {
        make(slot, moves);
        EXPECT_EQ(apart(wav(slot, moves), whole), seconds) << moves;
    }
    EXPECT_EQ(tones_.variants, 3);
    const StereoAudio rendered = tones_.render_without(mix["id"].get<std::uint64_t>(), {1, 4});
    EXPECT_EQ(wav(slot, "1,4"), wav_of(sound_of(rendered), 0, 20));
    EXPECT_EQ(wav(slot), whole);
    // Once made, it is kept.
    for (const auto& [moves, seconds] : places) make(slot, moves);
    EXPECT_EQ(tones_.variants, 4);
}

TEST_F(MovesTest, ItIsAsLoudAsTheOthers) {
    const std::size_t slot = reveal();
    ASSERT_EQ(board_.size(), 2u);
    make(slot, "1");
    // Twice as loud in the lift's place: 6 dB more to be taken away, or that much to make up for.
    const std::string levels = "levels/0?from_s=5.2&to_s=6.8";
    const auto apart = [&](const std::string& query) {
        const Json gains = Json::parse(get(query)->body)["gains_db"];
        EXPECT_LE(std::max(gains[0].get<double>(), gains[1].get<double>()), 0);
        return gains[slot].get<double>() - gains[1 - slot].get<double>();
    };
    const std::string off = "&without=" + std::to_string(slot) + ":1";
    EXPECT_NEAR(apart(levels + off), apart(levels) - 6.02, 0.02);
    EXPECT_NEAR(apart(levels + "&monitor=mono" + off), apart(levels + "&monitor=mono") - 6.02,
                0.02);
    EXPECT_NEAR(apart("levels/0?from_s=8&to_s=11" + off), apart("levels/0?from_s=8&to_s=11"), 0.02);
}

TEST_F(MovesTest, WhatMakesNoSenseIsRefused) {
    const std::size_t slot = reveal();
    EXPECT_EQ(status_of(asked(slot, "7")), 422);
    EXPECT_EQ(status_of(asked(slot, "1,7")), 422);
    EXPECT_EQ(status_of(asked(1 - slot, "1")), 422) << "the static balance makes no moves";
    EXPECT_EQ(status_of(asked(9, "1")), 404);
    EXPECT_EQ(status_of("without/" + std::to_string(slot)), 422);
    std::string many = "0";
    for (int move = 1; move < 70; ++move) many += "," + std::to_string(move);
    const std::string path = "audio/0/" + std::to_string(slot) + "?from_s=0&to_s=2&without=";
    for (const std::string& moves :
         {std::string(), std::string("4,1"), std::string("1,1"), std::string("1,"),
          std::string(",1"), std::string("-1"), std::string("x"), std::string("1.5"),
          std::string("99999999999"), std::string("../1"), std::string("%00"), many}) {
        EXPECT_EQ(status_of(asked(slot, moves)), 422) << moves;
        EXPECT_EQ(status_of(path + moves), 422) << moves;
    }
    const std::string levels = "levels/0?from_s=0&to_s=2&without=";
    for (const char* off : {"1", ":1", "0:", "0:4,1", "0,1:1", "x:1", "-1:1"})
        EXPECT_EQ(status_of(levels + off), 422) << off;
    EXPECT_EQ(status_of(levels + "99:1"), 404);
    EXPECT_EQ(status_of("without/../0?moves=1"), 404);
    // Nobody asked for it to be made.
    EXPECT_EQ(status_of(path + "1"), 503);
    EXPECT_EQ(status_of(levels + std::to_string(slot) + ":1"), 503);
    EXPECT_EQ(tones_.variants, 0);
    EXPECT_EQ(status_of("audio/0/0?from_s=0&to_s=2"), 200);
}

/// Mixes can be made no more: the stems are gone.
class Silenced : public test::Tones {
public:
    StereoAudio render_without(std::uint64_t, const std::vector<int>&) override {
        ++variants;
        throw InputError("stems", "are gone");
    }
};

TEST(VariantsTest, WhatGoesWrongIsToldInWordsAndTriedAgain) {
    const mixfarm::test::Scratch scratch;
    const Table table = test::table(scratch.folder(), 8);
    test::write_sounds(table);
    Silenced silenced;
    Session session(table, silenced, Taste::unknown(), 3);
    session.finish(true);
    while (session.reveal().body["question"].is_null()) usleep(20000);
    const Json board = session.reveal().body["board"];
    const std::size_t slot = board[0]["made"].empty() ? 1 : 0;
    for (int time = 1; time <= 2; ++time) {
        Reply reply;
        do reply = session.without({slot, {1}});
        while (reply.status == 200);
        EXPECT_EQ(reply.status, 500);
        EXPECT_NE(reply.body["error"].get<std::string>().find("are gone"), std::string::npos);
        EXPECT_EQ(silenced.variants, time);
    }
}

StereoAudio short_sound(const Variant& variant) {
    StereoAudio audio;
    audio.rate = test::kRate;
    audio.left.assign(test::kRate / 2, 0.001f * static_cast<float>(variant.id));
    audio.right = audio.left;
    return audio;
}

TEST(VariantsTest, OnlyTheLatestAreKept) {
    std::atomic<int> rendered{0};
    Variants variants(test::kRate, test::kRate / 2, [&](const Variant& variant) {
        ++rendered;
        return short_sound(variant);
    });
    const auto make = [&](std::int64_t id) {
        while (variants.ask({id, {0}}).stand != Variants::Stand::ready) usleep(1000);
    };
    const auto kept = static_cast<std::int64_t>(Variants::kMostKept);
    for (std::int64_t id = 0; id < kept; ++id) make(id);
    make(0);  // used again: the next to go is 1
    make(kept);
    make(kept + 1);
    EXPECT_EQ(rendered, kept + 2);
    for (std::int64_t id = 0; id < kept + 2; ++id)
        EXPECT_EQ(variants.find({id, {0}}).has_value(), id != 1 && id != 2) << id;
    EXPECT_FALSE(variants.find({0, {1}}));
    const auto found = variants.find({7, {0}});
    EXPECT_EQ(found->sound->pcm, sound_of(short_sound({7, {}})).pcm);
    EXPECT_NEAR(found->true_peak_dbtp, 20 * std::log10(0.007), 1.5);
}

TEST(VariantsTest, OneIsMadeAtATimeAndWhoGoesAwayIsNotWaitedFor) {
    std::promise<void> go_on;
    const std::shared_future<void> gone_on = go_on.get_future().share();
    std::atomic<int> at_once{0}, most{0};
    std::vector<std::int64_t> order;
    Variants variants(test::kRate, test::kRate / 2, [&](const Variant& variant) {
        most = std::max(most.load(), ++at_once);
        order.push_back(variant.id);
        gone_on.wait();
        --at_once;
        return short_sound(variant);
    });
    const auto ask = [&](std::int64_t id) { return variants.ask({id, {0}}).stand; };
    EXPECT_EQ(ask(0), Variants::Stand::soon);
    while (at_once == 0) usleep(1000);
    const auto waiting = static_cast<std::int64_t>(Variants::kMostWaiting);
    for (std::int64_t id = 1; id <= waiting; ++id) EXPECT_EQ(ask(id), Variants::Stand::soon);
    EXPECT_EQ(ask(waiting + 1), Variants::Stand::too_many);
    EXPECT_EQ(ask(0), Variants::Stand::soon);
    EXPECT_EQ(ask(waiting), Variants::Stand::soon);
    std::this_thread::sleep_for(Variants::kPatience + std::chrono::milliseconds(100));
    EXPECT_EQ(ask(waiting + 1), Variants::Stand::soon);  // the others have gone
    go_on.set_value();
    while (ask(waiting + 1) != Variants::Stand::ready) usleep(1000);
    EXPECT_EQ(ask(0), Variants::Stand::ready);
    EXPECT_EQ(order, (std::vector<std::int64_t>{0, waiting + 1}));
    EXPECT_EQ(most, 1);
}

TEST(VariantsTest, AnotherLengthIsRefused) {
    Variants variants(test::kRate, test::kRate, short_sound);
    Variants::Order order;
    do order = variants.ask({1, {0}});
    while (order.stand == Variants::Stand::soon);
    EXPECT_EQ(order.stand, Variants::Stand::failed);
    EXPECT_NE(order.trouble.find("not as long"), std::string::npos);
}

}  // namespace
}  // namespace mixfarm::audition
