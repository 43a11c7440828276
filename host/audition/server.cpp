/// Routes, refusals and limits.
#include "host/audition/server.h"

#include <httplib.h>

#include <cctype>
#include <charconv>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include "host/audition/page.h"
#include "host/job/input_error.h"

namespace mixfarm::audition {
namespace {

constexpr const char* kLoopback = "127.0.0.1";
constexpr std::size_t kMostBody = 64 * 1024, kMostMoves = 64;
constexpr const char* kNoMoves = "moves are told by number, ascending: 1,4";
/// Threads: a page asks for eight sounds at once, and slow or silent clients hold one each until
/// their time is over.
constexpr std::size_t kThreads = 32;
constexpr int kReadSeconds = 5, kWriteSeconds = 10, kKeepAliveSeconds = 2;

using httplib::Request, httplib::Response;

bool same(const std::string& a, const std::string& b) {  // in a time that tells nothing
    unsigned differ = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        differ |= static_cast<unsigned char>(a[i]) ^
                  static_cast<unsigned char>(b.empty() ? 0 : b[i % b.size()]);
    return differ == 0;
}

void say(Response& response, int status, const Json& body) {
    response.status = status;
    response.set_content(body.dump(-1, ' ', false, Json::error_handler_t::replace),
                         "application/json; charset=utf-8");
}
void say(Response& response, const Reply& reply) {
    say(response, reply.status, reply.body);
}
void refuse(Response& response, int status, const std::string& words) {
    say(response, status, Json{{"error", words}});
}

/// A number of the address; NaN where there is none.
double number_of(const Request& request, const char* name) {
    const std::string text = request.has_param(name) ? request.get_param_value(name) : "";
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value)
               ? value
               : std::nan("");
}

/// Digits that a route has already checked to be few.
int count_of(const std::string& digits) {
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

/// "1,4": numbers of moves; nothing where they are not that, not ascending or too many.
std::optional<std::vector<int>> moves_of(std::string_view text) {
    std::vector<int> moves;
    for (const char* at = text.data(); moves.size() < kMostMoves;) {
        int move = 0;
        const auto [end, error] = std::from_chars(at, text.data() + text.size(), move);
        const bool number = error == std::errc{} && move >= 0 && std::isdigit(*at);
        if (!number || (!moves.empty() && move <= moves.back())) break;
        moves.push_back(move);
        if (end == text.data() + text.size()) return moves;
        if (*end != ',') break;
        at = end + 1;
    }
    return std::nullopt;
}

/// "2:1,4": moves of a slot.
std::optional<Without> without_of(const std::string& text) {
    const std::size_t colon = text.find(':');
    const auto slot = moves_of(std::string_view(text).substr(0, colon));
    if (colon == std::string::npos || !slot || slot->size() != 1) return std::nullopt;
    const auto moves = moves_of(std::string_view(text).substr(colon + 1));
    if (!moves) return std::nullopt;
    return Without{static_cast<std::size_t>(slot->front()), *moves};
}

}  // namespace

std::string random_token() {
    std::random_device source;
    std::string token;
    for (int word = 0; word < 4; ++word) {
        char text[9];
        std::snprintf(text, sizeof text, "%08x", source());
        token += text;
    }
    return token;
}

struct Server::Impl {
    Session& session;
    std::string token;
    int port = 0;
    httplib::Server http;

    Impl(Session& s, std::string t) : session(s), token(std::move(t)) {}

    bool ours(const std::string& host) const {
        const std::string end = ":" + std::to_string(port);
        return host == kLoopback + end || host == "localhost" + end;
    }

    /// Refuses whoever is not the page; true where it did.
    bool refused(const Request& request, Response& response) const {
        const std::string origin = request.get_header_value("Origin"), scheme = "http://";
        // A link may lead to the page, which shows itself in no frame; no other page may ask more.
        const bool goes_there = request.method == "GET" && request.path == "/" + token + "/" &&
                                request.get_header_value("Sec-Fetch-Mode") == "navigate";
        const bool foreign =
            (request.has_header("Origin") &&
             !(origin.starts_with(scheme) && ours(origin.substr(scheme.size())))) ||
            (request.get_header_value("Sec-Fetch-Site") == "cross-site" && !goes_there);
        if (!ours(request.get_header_value("Host"))) {
            refuse(response, 403, "this server speaks to this machine only");
        } else if (foreign) {
            refuse(response, 403, "another page may not ask");
        } else if (request.method != "GET" && request.method != "POST" &&
                   request.method != "HEAD") {
            refuse(response, 405, "only GET and POST are answered");
        } else if (const std::size_t end = request.path.find('/', 1);
                   !same(request.path.substr(1, end == std::string::npos ? end : end - 1), token)) {
            refuse(response, 403,
                   "the address is not complete: it was printed when the audition began");
        } else {
            return false;
        }
        return true;
    }

    void get(const std::string& path,
             const std::function<void(const Request&, Response&)>& handler) {
        http.Get("/" + token + path, handler);
    }
    void post(const std::string& path, const std::function<Reply(const Json&)>& handler) {
        http.Post("/" + token + path, [handler](const Request& request, Response& response) {
            const Json body =
                Json::parse(request.body.empty() ? "{}" : request.body, nullptr, false);
            if (!body.is_object())
                refuse(response, 400, "the body is no JSON object");
            else
                say(response, handler(body));
        });
    }

    void set_up() {
        http.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
        // The library's own options let two servers share a port.
        http.set_socket_options([](socket_t socket) {
            const int yes = 1;
            setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        });
        http.set_read_timeout(kReadSeconds);
        http.set_write_timeout(kWriteSeconds);
        http.set_keep_alive_timeout(kKeepAliveSeconds);
        http.set_keep_alive_max_count(1000);
        http.set_payload_max_length(kMostBody);
        http.set_tcp_nodelay(true);
        http.set_default_headers(
            {{"Cache-Control", "no-store"},
             {"X-Content-Type-Options", "nosniff"},
             {"X-Frame-Options", "DENY"},
             {"Referrer-Policy", "no-referrer"},
             {"Cross-Origin-Resource-Policy", "same-origin"},
             {"Cross-Origin-Opener-Policy", "same-origin"},
             {"Content-Security-Policy",
              "default-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
              "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"}});
        http.set_pre_routing_handler([this](const Request& request, Response& response) {
            return refused(request, response) ? httplib::Server::HandlerResponse::Handled
                                              : httplib::Server::HandlerResponse::Unhandled;
        });
        http.set_error_handler([](const Request&, Response& response) {
            if (response.body.empty()) refuse(response, response.status, "there is nothing here");
        });
        http.set_exception_handler([](const Request&, Response& response, std::exception_ptr e) {
            try {
                std::rethrow_exception(e);
            } catch (const std::exception& why) {
                refuse(response, 500, why.what());
            } catch (...) {
                refuse(response, 500, "something went wrong");
            }
        });
        routes();
    }

    void routes() {
        const auto page = [](Response& response, const std::string& name) {
            if (const PageFile* file = page_file(name))
                response.set_content(std::string(file->content), std::string(file->type));
            else
                refuse(response, 404, "the page has no such part");
        };
        get("/?", [page](const Request&, Response& response) { page(response, "index.html"); });
        get("/page/([a-z_-]+\\.[a-z]+)", [page](const Request& request, Response& response) {
            page(response, request.matches[1]);
        });
        get("/api/state",
            [this](const Request&, Response& response) { say(response, 200, session.state()); });
        get("/api/map",
            [this](const Request&, Response& response) { say(response, 200, session.map()); });
        get("/api/reveal",
            [this](const Request&, Response& response) { say(response, session.reveal()); });
        get("/api/audio/([0-9]{1,6})/([0-9]{1,2})",
            [this](const Request& request, Response& response) {
                std::vector<int> without;
                if (request.has_param("without")) {
                    const auto moves = moves_of(request.get_param_value("without"));
                    if (!moves) return refuse(response, 422, kNoMoves);
                    without = *moves;
                }
                std::string wav;
                const Reply reply = session.audio(
                    count_of(request.matches[1]),
                    static_cast<std::size_t>(count_of(request.matches[2])),
                    number_of(request, "from_s"), number_of(request, "to_s"), wav, without);
                if (reply.status == 200)
                    response.set_content(std::move(wav), "audio/wav");
                else
                    say(response, reply);
            });
        get("/api/levels/([0-9]{1,6})", [this](const Request& request, Response& response) {
            const auto monitor = monitor_named(
                request.has_param("monitor") ? request.get_param_value("monitor") : "off");
            if (!monitor) return refuse(response, 422, "nothing is heard that way");
            std::vector<Without> without;
            for (std::size_t i = 0; i < request.get_param_value_count("without"); ++i) {
                const auto off = without_of(request.get_param_value("without", i));
                if (!off) return refuse(response, 422, kNoMoves);
                without.push_back(*off);
            }
            say(response, session.levels(count_of(request.matches[1]), number_of(request, "from_s"),
                                         number_of(request, "to_s"), *monitor, without));
        });
        get("/api/without/([0-9]{1,2})", [this](const Request& request, Response& response) {
            if (!session.finished()) return refuse(response, 403, "after the questions");
            const auto moves = moves_of(
                request.has_param("moves") ? request.get_param_value("moves") : std::string());
            if (!moves) return refuse(response, 422, kNoMoves);
            const auto slot = static_cast<std::size_t>(count_of(request.matches[1]));
            say(response, session.without({slot, *moves}));
        });
        get("/api/choices", [this](const Request&, Response& response) {
            if (!session.finished())  // it says which mix lies where
                return refuse(response, 403, "after the questions");
            std::ifstream in(session.choices_file(), std::ios::binary);
            response.set_header("Content-Disposition", "attachment; filename=\"choices.jsonl\"");
            response.set_content(std::string(std::istreambuf_iterator<char>(in), {}),
                                 "application/jsonl");
        });
        post("/api/heard", [this](const Json& body) { return session.heard(body); });
        post("/api/answer", [this](const Json& body) { return session.answer(body); });
        post("/api/undo", [this](const Json& body) { return session.undo(body); });
        post("/api/star", [this](const Json& body) { return session.star(body); });
        post("/api/note", [this](const Json& body) { return session.note(body); });
        post("/api/ask", [this](const Json& body) { return session.ask(body); });
        post("/api/finish", [this](const Json&) { return session.finish(true); });
        post("/api/resume", [this](const Json&) { return session.finish(false); });
        post("/api/choose", [this](const Json& body) { return session.choose(body); });
        post("/api/forget", [this](const Json&) { return session.forget(); });
    }

    bool bind(int wanted) {
        if (wanted == 0) {
            port = http.bind_to_any_port(kLoopback);
            return port > 0;
        }
        port = wanted;
        return http.bind_to_port(kLoopback, wanted);
    }
};

Server::Server(Session& session, int port, int likely, std::string token)
    : impl_(std::make_unique<Impl>(session, std::move(token))) {
    impl_->set_up();
    const bool bound =
        port > 0 ? impl_->bind(port) : (likely > 0 && impl_->bind(likely)) || impl_->bind(0);
    if (!bound)
        throw InputError("--port",
                         port > 0 ? std::to_string(port) + " is taken; name another one or none"
                                  : "no port of this machine is free");
}
Server::~Server() = default;

int Server::port() const {
    return impl_->port;
}

std::string Server::address() const {
    return std::string("http://") + kLoopback + ":" + std::to_string(impl_->port) + "/" +
           impl_->token + "/";
}

void Server::run() {
    impl_->http.listen_after_bind();
}

void Server::stop() {
    impl_->http.stop();
}

bool Server::running() const {
    return impl_->http.is_running();
}

}  // namespace mixfarm::audition
