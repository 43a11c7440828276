/// The session over HTTP, for one person on this machine.
#pragma once

#include <memory>
#include <string>

#include "host/audition/session.h"

namespace mixfarm::audition {

/// Listens on 127.0.0.1 only. See schemas/audition.md for what is answered and what is refused.
class Server {
public:
    /// `port` 0: any free one, `likely` first. `token`: without it in the path nothing is answered.
    /// Throws InputError where the port is taken.
    Server(Session& session, int port, int likely, std::string token);
    ~Server();

    int port() const;
    std::string address() const;  ///< http://127.0.0.1:PORT/TOKEN/
    /// Serves until stop() was called from another thread.
    void run();
    void stop();
    bool running() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// 32 hexadecimal digits from the system's source of chance.
std::string random_token();

}  // namespace mixfarm::audition
