/// A server with a morning of made-up mixes behind it, and a client.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "host/audition/server.h"
#include "tests/audition/tables.h"
#include "tests/store/example.h"

namespace mixfarm::audition::test {

/// A mix's moves, and where they act.
struct Acts {
    Backstage::Made made;
    double from_s, to_s;
};
inline const std::vector<Acts>& acts() {
    static const std::vector<Acts> all = {{{4, "delay throw", "delay throw: echo at 0:12"}, 12, 13},
                                          {{1, "chorus lift", "chorus lift: louder"}, 5, 7}};
    return all;
}

/// Whatever is rendered is a tone, twice as loud where a move is missing; nothing is known in words
/// but moves, which all mixes make but the static balance.
class Tones : public Backstage {
public:
    std::vector<StereoAudio> render(const std::vector<std::uint64_t>& ids) override {
        std::vector<StereoAudio> audio;
        for (const std::uint64_t id : ids) audio.push_back(sound_of_mix(id - 100));
        return audio;
    }
    std::vector<std::string> moves(std::uint64_t) override { return {"vocal: 1.8 dB louder"}; }
    Tone tone() override { return {{0, -10}, {3, 3}}; }
    std::vector<Made> made(std::uint64_t id) override {
        std::vector<Made> all;
        for (const Acts& act : acts())
            if (id != 107) all.push_back(act.made);
        return all;
    }
    StereoAudio render_without(std::uint64_t id, const std::vector<int>& moves) override {
        ++variants;
        StereoAudio audio = sound_of_mix(id - 100);
        for (const Acts& act : acts()) {
            if (std::find(moves.begin(), moves.end(), act.made.move) == moves.end()) continue;
            for (auto n = static_cast<std::size_t>(act.from_s * kRate);
                 n < static_cast<std::size_t>(act.to_s * kRate); ++n)
                audio.left[n] *= 2, audio.right[n] *= 2;
        }
        return audio;
    }
    std::atomic<int> variants{0};  ///< that were rendered
};

class Served : public ::testing::Test {
protected:
    Served() {
        const Table mixes = table(scratch_.folder(), 8);
        write_sounds(mixes);
        session_ = std::make_unique<Session>(mixes, tones_, Taste::unknown(), 3);
        server_ = std::make_unique<Server>(*session_, 0, 0, "00112233445566778899aabbccddeeff");
        thread_ = std::thread([this] { server_->run(); });
        client_ = std::make_unique<httplib::Client>("127.0.0.1", server_->port());
        client_->set_read_timeout(20);
        while (state()["question"].is_null()) usleep(20000);
    }
    ~Served() override {
        server_->stop();
        thread_.join();
    }
    std::string at(const std::string& path) const {
        return "/00112233445566778899aabbccddeeff/" + path;
    }
    Json state() {
        const auto reply = client_->Get(at("api/state"));
        return reply && reply->status == 200 ? Json::parse(reply->body)
                                             : Json{{"question", nullptr}};
    }
    int post(const std::string& what, const Json& body, Json* reply = nullptr) {
        const auto got = client_->Post(at("api/" + what), body.dump(), "application/json");
        if (!got) return -1;
        if (reply) *reply = Json::parse(got->body, nullptr, false);
        return got->status;
    }
    int status(const std::string& path, const httplib::Headers& headers = {}) {
        const auto reply = client_->Get(path, headers);
        return reply ? reply->status : -1;
    }
    bool alive() { return !state()["question"].is_null(); }

    /// Sends bytes as they are; what comes back before the other side closes.
    std::string raw(const std::string& bytes, bool half_close = true) const {
        const int fd = connect_to();
        for (std::size_t sent = 0; sent < bytes.size();) {
            const auto n = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (n <= 0) break;
            sent += static_cast<std::size_t>(n);
        }
        if (half_close) shutdown(fd, SHUT_WR);
        std::string back;
        char buffer[4096];
        for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;)
            back.append(buffer, static_cast<std::size_t>(n));
        close(fd);
        return back;
    }
    int connect_to() const {
        const int fd = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(server_->port()));
        inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
        const timeval patience{20, 0};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
        return fd;
    }

    mixfarm::test::Scratch scratch_;
    Tones tones_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<Server> server_;
    std::unique_ptr<httplib::Client> client_;
    std::thread thread_;
};

}  // namespace mixfarm::audition::test
