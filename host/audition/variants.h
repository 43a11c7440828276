/// Mixes without some of their moves: made while somebody asks for them, the latest kept in memory.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/audition/sound.h"

namespace mixfarm::audition {

/// A mix, and which of its moves are switched off.
struct Variant {
    std::int64_t id = 0;
    std::vector<int> without;  ///< numbers of moves, ascending
    bool operator==(const Variant&) const = default;
};

/// The whole song. Throws InputError where it cannot be made any more.
using VariantRenderer = std::function<StereoAudio(const Variant&)>;

/// Thread-safe. One thread of its own makes one after the other.
class Variants {
public:
    /// Sounds that stay in memory: at least so many, which a whole board needs; more while they
    /// take less than kKeptBytes; never more than kMostKept.
    static constexpr std::size_t kFewestKept = 8, kMostKept = 24, kKeptBytes = std::size_t{1} << 29;
    /// That wait to be made.
    static constexpr std::size_t kMostWaiting = 8;
    /// What is not asked for again for so long is made no more.
    static constexpr std::chrono::milliseconds kPatience{3000};

    /// All have to be so long.
    Variants(int rate, std::int64_t frames, VariantRenderer render);
    ~Variants();

    struct Playable {
        std::shared_ptr<const Sound> sound;
        float true_peak_dbtp;
    };
    /// Nothing while it is not in memory.
    std::optional<Playable> find(const Variant& variant);

    enum class Stand { ready, soon, failed, too_many };
    struct Order {
        Stand stand;
        std::string trouble;  ///< of one that failed, in words; told once, then it is tried again
    };
    /// Has it made, unless it is there.
    Order ask(const Variant& variant);

private:
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        Variant variant;
        Clock::time_point asked;
        std::optional<std::string> trouble;  ///< it was tried
    };
    struct Kept {
        Variant variant;
        Playable playable;
    };

    void work();
    Playable make(const Variant& variant) const;
    void keep(Kept made);
    /// Moves it to the end of those that are kept; null where it is not there.
    const Kept* use(const Variant& variant);

    int rate_;
    std::int64_t frames_;
    VariantRenderer render_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<Waiting> waiting_;  ///< longest first
    std::optional<Variant> making_;
    std::list<Kept> kept_;  ///< used longest ago first
    bool stop_ = false;
    std::thread worker_;
};

}  // namespace mixfarm::audition
