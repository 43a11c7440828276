/// The server against whoever is not its page: other hosts and origins, no token, paths that climb,
/// torn, huge and slow requests. It goes on.
#include "host/audition/server.h"

#include <fstream>
#include <set>

#include "host/job/input_error.h"
#include "tests/audition/served.h"

namespace mixfarm::audition {
namespace {

using test::Tones;
class ServerTest : public test::Served {};

TEST_F(ServerTest, AMorningFromQuestionToChoice) {
    for (int turn = 0; turn < 4; ++turn) {
        while (state()["question"].is_null()) usleep(20000);
        const Json now = state();
        const int number = now["question"]["number"], slots = now["question"]["slots"];
        EXPECT_EQ(post("answer", {{"number", number}, {"answer", 0}, {"matched", true}}), 422);
        for (int slot = 0; slot < slots; ++slot)
            EXPECT_EQ(post("heard", {{"number", number}, {"slot", slot}, {"seconds", 3.5}}), 200);
        EXPECT_EQ(post("answer", {{"number", number}, {"answer", 0}, {"matched", false}}), 422);
        EXPECT_EQ(post("answer", {{"number", number}, {"answer", slots}, {"matched", true}}), 422);
        EXPECT_EQ(status(at("api/reveal")), 403);
        EXPECT_EQ(status(at("api/choices")), 403);
        EXPECT_EQ(post("star", {{"number", number}, {"slot", 1}, {"on", true}}), 200);
        EXPECT_EQ(post("answer", {{"number", number}, {"answer", 1}, {"matched", true}}), 200);
        Json over;
        EXPECT_EQ(post("answer", {{"number", number}, {"answer", 1}, {"matched", true}}, &over),
                  409);
        EXPECT_EQ(over["state"]["answers"], turn + 1);
    }
    // Taken back twice it is gone once, as when a reply is lost and the request comes again.
    EXPECT_EQ(post("undo", {{"number", 4}}), 200);
    EXPECT_EQ(post("undo", {{"number", 4}}), 409);
    EXPECT_EQ(state()["answers"], 3);
    EXPECT_EQ(post("answer", {{"number", 4}, {"answer", 1}, {"matched", true}}), 200);
    for (const ChoiceRecord& choice : session_->choices()) {
        EXPECT_EQ(choice.time.size(), 20u) << choice.time;
        EXPECT_EQ(choice.heard_s, 3.5f);
        EXPECT_EQ(choice.chosen, choice.slot == 1);
    }
    EXPECT_EQ(session_->choices().size(), 12u);
    EXPECT_EQ(post("finish", Json::object()), 200);
    Json reveal;
    do reveal = Json::parse(client_->Get(at("api/reveal"))->body);
    while (reveal["question"].is_null());
    EXPECT_EQ(reveal["questions"].size(), 4u);
    EXPECT_TRUE(reveal["board"][0]["starred"]);
    EXPECT_EQ(reveal["board"][0]["moves"][0], "vocal: 1.8 dB louder");
    EXPECT_EQ(status(at("api/audio/0/0?from_s=0&to_s=2")), 200);
    EXPECT_EQ(post("choose", {{"id", reveal["board"][0]["id"]}}), 200);
    EXPECT_EQ(post("choose", {{"id", 7}}), 422);
    EXPECT_EQ(Json::parse(client_->Get(at("api/reveal"))->body)["chosen"],
              reveal["board"][0]["id"]);
    // All of it is on disk, and another session begins where this one ends.
    Session again(test::table(scratch_.folder(), 8), tones_, Taste::unknown(), 3);
    EXPECT_EQ(again.answers(), 4);
    EXPECT_TRUE(again.state()["finished"]);
    EXPECT_EQ(post("forget", Json::object()), 200);
    EXPECT_EQ(state()["answers"], 0);
}

TEST_F(ServerTest, WhatCameTwiceIsDoneOnce) {
    const int number = state()["question"]["number"];
    const Json heard{{"number", number}, {"slot", 0}, {"seconds", 2}, {"once", "a"}};
    const Json note{{"number", number}, {"slot", 0}, {"at_s", 1}, {"text", "harsh"}, {"once", "b"}};
    for (int time = 0; time < 2; ++time) {
        EXPECT_EQ(post("heard", heard), 200);
        EXPECT_EQ(post("note", note), 200);
    }
    EXPECT_EQ(state()["question"]["heard_s"][0], 2);
    EXPECT_EQ(state()["question"]["notes"].size(), 1u);
    const Json ask{{"key", Json::parse(client_->Get(at("api/map"))->body)["points"][0]["key"]},
                   {"once", "c"}};
    Json first, again;
    EXPECT_EQ(post("ask", ask, &first), 200);
    EXPECT_EQ(post("ask", ask, &again), 200);
    while (state()["question"].is_null()) usleep(20000);
    EXPECT_EQ(state()["question"]["number"], number + 1);
    // The reply may have been lost because the server was killed.
    Session after(test::table(scratch_.folder(), 8), tones_, Taste::unknown(), 3);
    EXPECT_EQ(after.heard(heard).status, 200);
    EXPECT_EQ(Choices(scratch_.folder() / "choices.jsonl").read().size(), 5u);
}

TEST_F(ServerTest, NothingTheServerSendsTellsSlotsApart) {
    const Json now = state();
    const int number = now["question"]["number"];
    std::set<std::string> shapes;
    for (int slot = 0; slot < 3; ++slot) {
        const auto reply = client_->Get(at("api/audio/" + std::to_string(number) + "/" +
                                           std::to_string(slot) + "?from_s=1&to_s=3"));
        ASSERT_TRUE(reply);
        std::string shape = std::to_string(reply->body.size()) + reply->body.substr(0, 44);
        for (const auto& [name, value] : reply->headers) shape += name + ":" + value + ";";
        shapes.insert(shape);
    }
    EXPECT_EQ(shapes.size(), 1u);
    for (const Mix& mix : test::table("", 8).mixes) {
        EXPECT_EQ(now.dump().find(mix.name), std::string::npos) << mix.name;
        EXPECT_EQ(Json::parse(client_->Get(at("api/map"))->body).dump().find(mix.name),
                  std::string::npos);
    }
    const auto part = client_->Get(at("api/audio/" + std::to_string(number) + "/0?from_s=1&to_s=3"),
                                   {{"Range", "bytes=0-43"}});
    EXPECT_EQ(part->status, 206);
    EXPECT_EQ(part->body.size(), 44u);
}

TEST_F(ServerTest, LevelsBringSlotsTogether) {
    const int number = state()["question"]["number"];
    const Json levels = Json::parse(
        client_->Get(at("api/levels/" + std::to_string(number) + "?from_s=2&to_s=8"))->body);
    ASSERT_EQ(levels["gains_db"].size(), 3u);
    for (const Json& gain : levels["gains_db"]) EXPECT_LE(gain.get<double>(), 0);
    EXPECT_EQ(status(at("api/levels/" + std::to_string(number) + "?from_s=2&to_s=2.2")), 422);
    EXPECT_EQ(status(at("api/levels/" + std::to_string(number) + "?from_s=2")), 422);
}

TEST_F(ServerTest, StrangersAreRefused) {
    const std::string path = at("api/state");
    const std::string here = "127.0.0.1:" + std::to_string(server_->port());
    EXPECT_EQ(status(path), 200);
    for (const std::string& host :
         {std::string("evil.example"), std::string("127.0.0.1:1"),
          "evil.example:" + std::to_string(server_->port()), std::string("127.0.0.1")})
        EXPECT_EQ(status(path, {{"Host", host}}), 403) << host;
    for (const std::string& origin : {std::string("http://evil.example"), "https://" + here,
                                      std::string("null"), "http://" + here + ".evil.example"})
        EXPECT_EQ(status(path, {{"Origin", origin}}), 403) << origin;
    EXPECT_EQ(status(path, {{"Origin", "http://" + here}}), 200);
    EXPECT_EQ(status(path, {{"Sec-Fetch-Site", "cross-site"}}), 403);
    for (const char* elsewhere : {"/", "/api/state", "/00112233445566778899aabbccddeefe/api/state",
                                  "/00112233445566778899aabbccddeef/", "//", "/../"})
        EXPECT_EQ(status(elsewhere), 403) << elsewhere;
    EXPECT_EQ(client_->Put(path, "{}", "application/json")->status, 405);
    EXPECT_EQ(client_->Delete(path)->status, 405);
    EXPECT_EQ(client_->Options(path)->status, 405);
}

TEST_F(ServerTest, NothingOutsideThePageIsReadable) {
    std::ofstream(scratch_ / "secret.txt") << "secret";
    for (const char* path : {"page/../secret.txt", "page/..%2fsecret.txt", "page/%2e%2e/secret.txt",
                             "page/100.wav", "../secret.txt", "page//etc/passwd", "choices.jsonl",
                             ".audition", "page/main.js%00.css"}) {
        const std::string reply = raw(
            "GET " + at(path) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) +
                "\r\nConnection: close\r\n\r\n",
            false);
        EXPECT_EQ(reply.find("secret\n"), std::string::npos);
        EXPECT_TRUE(reply.starts_with("HTTP/1.1 40")) << path << ": " << reply.substr(0, 40);
    }
    EXPECT_EQ(status(at("")), 200);
    EXPECT_EQ(status(at("page/main.js")), 200);
    EXPECT_TRUE(alive());
}

TEST_F(ServerTest, TornHugeAndMeaninglessRequestsDoNoHarm) {
    const std::string host = "Host: 127.0.0.1:" + std::to_string(server_->port()) + "\r\n";
    const std::string post_to = "POST " + at("api/note") + " HTTP/1.1\r\n" + host;
    raw("GET");
    raw(std::string("\0\xff\x01\r\n\r\n", 7));
    raw("GET " + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n");
    raw("GET " + at("api/state") + " HTTP/1.1\r\n" + host + "X: " + std::string(100'000, 'a') +
        "\r\n\r\n");
    raw(post_to + "Content-Length: 1000\r\n\r\n{\"number\":");
    raw(post_to + "Content-Length: -5\r\n\r\n{}");
    raw(post_to + "Content-Length: 99999999999999999999\r\n\r\n{}");
    raw(post_to + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}");
    const auto huge = client_->Post(at("api/note"), std::string(1 << 20, ' '), "application/json");
    EXPECT_TRUE(!huge || huge->status == 413);
    for (const char* body : {"[]", "7", "{", "\"x\"", "nonsense"})
        EXPECT_EQ(client_->Post(at("api/star"), body, "application/json")->status, 400) << body;
    const int number = state()["question"]["number"];
    const std::vector<std::pair<std::string, Json>> senseless = {
        {"heard", {{"number", number}, {"slot", 9}, {"seconds", 1}}},
        {"heard", {{"number", number}, {"slot", 0}, {"seconds", -1}}},
        {"heard", {{"number", number}, {"slot", "a"}, {"seconds", 1}}},
        {"star", {{"number", number}, {"slot", 0}, {"on", "yes"}}},
        {"note", {{"number", number}, {"slot", 0}, {"at_s", 1}, {"text", std::string(3000, 'x')}}},
        {"answer", {{"number", number}, {"answer", Json::array()}, {"matched", true}}}};
    for (const auto& [what, body] : senseless) EXPECT_EQ(post(what, body), 422) << what << body;
    EXPECT_EQ(post("heard", {{"number", "x"}}), 409);
    EXPECT_EQ(post("ask", {{"key", "x"}}), 404);
    EXPECT_EQ(post("nothing", Json::object()), 404);
    EXPECT_EQ(status(at("api/audio/" + std::to_string(number) + "/0?from_s=nan&to_s=inf")), 422);
    EXPECT_EQ(status(at("api/audio/" + std::to_string(number) + "/0?from_s=0&to_s=1e9")), 422);
    EXPECT_EQ(status(at("api/audio/999999/0?from_s=0&to_s=1")), 409);
    EXPECT_TRUE(alive());
}

TEST_F(ServerTest, SlowReadersDoNotKeepOthersWaiting) {
    std::vector<int> slow;
    const int number = state()["question"]["number"];
    for (int i = 0; i < 12; ++i) {
        slow.push_back(connect_to());
        const std::string request =
            i % 2
                ? "GET " + at("api/audio/" + std::to_string(number) + "/0?from_s=0&to_s=20") +
                      " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) + "\r\n\r\n"
                : std::string("GET /");
        send(slow.back(), request.data(), request.size(), MSG_NOSIGNAL);
    }
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(alive());
    for (const int fd : slow) close(fd);
}

/// Nothing can be rendered any more: the stems are gone.
class Gone : public Tones {
public:
    std::vector<StereoAudio> render(const std::vector<std::uint64_t>&) override {
        throw InputError("stems", "are gone");
    }
};

TEST(SessionTest, AMixThatCannotBeMadeIsAskedForNoLonger) {
    const mixfarm::test::Scratch scratch;
    const Table table = test::table(scratch.folder(), 8);
    test::write_sounds(table);
    std::filesystem::remove(table.mixes[5].file);
    Gone gone;
    Session session(table, gone, Taste::unknown(), 3);
    const auto question = [&] {
        Json state = session.state();
        for (; state["question"].is_null(); state = session.state()) usleep(20000);
        return state["question"];
    };
    const Json first = question();
    std::string key;
    const Json wanted = session.map()["points"];
    for (const Json& point : wanted)
        if (std::abs(point["at"][0].get<double>() - table.mixes[5].character[0]) < 1e-3)
            key = point["key"];
    ASSERT_NE(key, "");
    ASSERT_EQ(session.ask({{"key", key}}).status, 200);
    EXPECT_GT(question()["number"].get<int>(), first["number"].get<int>() + 1);
    EXPECT_EQ(question()["kind"], "best");
}

TEST(SessionTest, ATornRenderIsMadeOnceMore) {
    const mixfarm::test::Scratch scratch;
    Table table = test::table(scratch.folder(), 8);
    test::write_sounds(table);
    const std::filesystem::path whole = table.mixes[5].file;
    table.mixes[5].file = scratch / "audition" / "mix-105.flac";
    std::filesystem::create_directories(scratch / "audition");
    std::filesystem::copy(whole, table.mixes[5].file);
    std::filesystem::resize_file(table.mixes[5].file, 20000);
    const auto torn = std::filesystem::file_size(table.mixes[5].file);
    Tones tones;
    Session session(table, tones, Taste::unknown(), 3);
    std::string key;
    const Json wanted = session.map()["points"];
    for (const Json& point : wanted)
        if (std::abs(point["at"][0].get<double>() - table.mixes[5].character[0]) < 1e-3)
            key = point["key"];
    while (session.state()["question"].is_null()) usleep(20000);
    ASSERT_EQ(session.ask({{"key", key}}).status, 200);
    Json question;
    while ((question = session.state()["question"]).is_null()) usleep(20000);
    EXPECT_EQ(question["kind"], "pair");
    EXPECT_NE(std::filesystem::file_size(table.mixes[5].file), torn);
    std::string wav;
    for (std::size_t slot = 0; slot < 2; ++slot)
        EXPECT_EQ(session.audio(question["number"], slot, 0, 20, wav).status, 200);
}

TEST_F(ServerTest, APortIsOneServersOnly) {
    EXPECT_THROW(Server(*session_, server_->port(), 0, random_token()), InputError);
    const Server other(*session_, 0, server_->port(), random_token());
    EXPECT_NE(other.port(), server_->port());
    EXPECT_NE(random_token(), random_token());
}

}  // namespace
}  // namespace mixfarm::audition
