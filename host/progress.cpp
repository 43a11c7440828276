/// Progress on standard error and in run.log; Ctrl-C.
#include "host/progress.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>

namespace mixfarm {
namespace {

std::atomic<int> g_interrupts{0};

void on_interrupt(int signal) {
    if (g_interrupts.fetch_add(1) == 0) {
        constexpr char text[] =
            "\nfinishing this batch, then stopping; Ctrl-C again stops at once\n";
        [[maybe_unused]] const auto written = write(STDERR_FILENO, text, sizeof text - 1);
    } else {
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
}

}  // namespace

bool interrupted() {
    return g_interrupts.load() > 0;
}

void catch_interrupts() {
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    if (std::signal(SIGHUP, on_interrupt) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup
}

std::string clock_text(double seconds) {
    const auto s = static_cast<long long>(std::llround(std::fmax(0, seconds)));
    char text[40];
    if (s >= 3600)
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    else
        std::snprintf(text, sizeof text, "%lld:%02lld", s / 60, s % 60);
    return text;
}

Progress::Progress() : terminal_(isatty(STDERR_FILENO) != 0) {}
Progress::~Progress() {
    end();
}

void Progress::log_to(const std::string& file) {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(file, false);
    log_ = std::make_shared<spdlog::logger>("night", sink);
    log_->set_pattern("%Y-%m-%d %H:%M:%S  %v");
    log_->flush_on(spdlog::level::info);
}

void Progress::say(const std::string& text) {
    if (terminal_ && !now_.what.empty()) std::fputs("\r\033[K", stderr);
    std::fprintf(stderr, "%s\n", text.c_str());
    if (log_) log_->info(text);
}

void Progress::warn(const std::string& text) {
    say("warning: " + text);
}

void Progress::begin(const std::string& what, std::uint64_t total, std::uint64_t known,
                     std::function<double()> seconds_left) {
    end();
    now_ = {what, total, known, known, -1, std::move(seconds_left)};
    begun_ = drawn_ = std::chrono::steady_clock::now();
    if (terminal_) draw(false);
}

void Progress::update(std::uint64_t done, double best) {
    now_.done = done, now_.best = best;
    const auto now = std::chrono::steady_clock::now();
    const double since = std::chrono::duration<double>(now - drawn_).count();
    if (since >= (terminal_ ? 0.2 : 10)) {
        drawn_ = now;
        draw(false);
    }
}

void Progress::end() {
    if (now_.what.empty()) return;
    draw(true);
    now_ = {};
}

std::string Headway::text(double elapsed_s, bool over) const {
    const double fresh = static_cast<double>(done - known),
                 rate = elapsed_s > 0 ? fresh / elapsed_s : 0;
    std::string line = fmt::format("{:<12} {}", what, done);
    if (!seconds_left) line += fmt::format(" of {}", total);
    if (fresh > 0) line += fmt::format("  {:.1f}/s", rate);
    if (best >= 0) line += fmt::format("  best {:.3f}", best);
    if (over) return line + "  in " + clock_text(elapsed_s);
    if (rate <= 0) return line;
    double left = static_cast<double>(total - done) / rate;
    if (seconds_left) left = std::min(left, seconds_left());
    return left >= 0 ? line + "  " + clock_text(left) + " left" : line;
}

void Progress::draw(bool last) {
    const double elapsed =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    const std::string text = now_.text(elapsed, last);
    if (terminal_)
        std::fprintf(stderr, "\r\033[K%s%s", text.c_str(), last ? "\n" : "");
    else
        std::fprintf(stderr, "%s\n", text.c_str());
    if (last && log_) log_->info(text);
}

}  // namespace mixfarm
