/// What a night says while it works: one live line on a terminal, a plain line now and then
/// elsewhere; stdout stays free.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace mixfarm {

/// Set by Ctrl-C (see catch_interrupts); long work asks between two batches.
bool interrupted();
/// The first Ctrl-C, SIGTERM or closed terminal asks for an orderly end, the second ends at once.
void catch_interrupts();

/// Thrown between two batches after interrupted(); everything finished so far is stored.
struct Interrupted {};

/// A counted stretch of work.
struct Headway {
    std::string what;  ///< empty: nothing is counted
    std::uint64_t total = 0, known = 0, done = 0;
    double best = -1;                      ///< score so far; negative: none yet
    std::function<double()> seconds_left;  ///< until a clock ends it; empty: none does

    /// "excerpts     400 of 2000  90.1/s  best 0.812  0:17 left"
    std::string text(double elapsed_s, bool over) const;
};

class Progress {
public:
    Progress();
    ~Progress();
    /// Also appends to this file from now on.
    void log_to(const std::string& file);
    /// A sentence that stays.
    void say(const std::string& text);
    void warn(const std::string& text);
    /// Begins a counted stretch of work ("excerpts", 2000 mixes, 130 of them known already). Where
    /// a clock may end it before all are done, `seconds_left` says when; NaN: not known yet.
    void begin(const std::string& what, std::uint64_t total, std::uint64_t known,
               std::function<double()> seconds_left = {});
    /// `done` of the total are finished; best score so far (negative: none yet).
    void update(std::uint64_t done, double best);
    void end();

private:
    void draw(bool last);

    std::shared_ptr<spdlog::logger> log_;
    bool terminal_;
    Headway now_;
    std::chrono::steady_clock::time_point begun_, drawn_;
};

/// "1:02:03", "4:05", "0:09".
std::string clock_text(double seconds);

}  // namespace mixfarm
