/// The sounds of a morning: files decoded before they are asked for, mixes rendered in the
/// background.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "host/audition/sound.h"
#include "host/audition/table.h"

namespace mixfarm::audition {

/// Whole mixes as audio, by id, in the order asked for. Throws InputError where they cannot be made
/// any more. Slow the first time: the song has to be loaded.
using Renderer = std::function<std::vector<StereoAudio>(const std::vector<std::uint64_t>& ids)>;

/// Thread-safe. One thread of its own decodes what was asked for, else what may be asked for soon,
/// else renders.
class Shelf {
public:
    /// Sounds that stay in memory: at least so many, more while they take less than this.
    static constexpr std::size_t kFewestKept = 12, kKeptBytes = std::size_t{1} << 30;
    /// Mixes that are rendered in the background beyond the picks: their files stay with the night.
    static constexpr std::size_t kMostRendered = 32;

    Shelf(const Table& table, Renderer render);
    ~Shelf();

    /// [mixes] has its file.
    std::vector<bool> ready() const;
    /// Null while it is not in memory.
    std::shared_ptr<const Sound> sound(std::size_t mix) const;
    /// These are needed now, in this order; those of an earlier call no longer.
    void want(std::vector<std::size_t> mixes);
    /// These may be needed next.
    void expect(std::vector<std::size_t> mixes);
    /// Mixes without files that are worth having: rendered, in batches, when nothing else is to do.
    /// Until kMostRendered were; `urgent` ones in any case.
    void render_soon(std::vector<std::size_t> mixes, bool urgent);
    /// One of these can neither be read nor rendered.
    bool broken(const std::vector<std::size_t>& mixes) const;
    /// What keeps a mix from being heard, in words; empty: nothing does.
    std::string trouble() const;

private:
    void work();
    void load(std::size_t mix);
    void render(const std::vector<std::size_t>& mixes);
    void make_room();
    /// The first of `mixes` that has a file and is not in memory.
    std::ptrdiff_t missing(const std::vector<std::size_t>& mixes) const;

    const Table& table_;
    Renderer render_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<bool> ready_;
    std::map<std::size_t, std::shared_ptr<const Sound>> sounds_;
    std::vector<std::size_t> wanted_, expected_, to_render_;
    std::vector<std::size_t> rendering_;
    std::vector<std::size_t> used_;  ///< longest ago first
    bool urgent_ = false, stop_ = false;
    std::size_t rendered_ = 0;
    std::set<std::size_t> broken_, made_again_;
    std::string trouble_;
    std::thread worker_;
};

}  // namespace mixfarm::audition
