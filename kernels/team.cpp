/// Several engines that share one night: whoever is free takes the next mixes.
///
/// An engine's pace is measured on what it has done. What a mix sounds like does not depend on who
/// renders it.
#include "kernels/team.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

#include "kernels/core/check.h"
#include "kernels/engine.h"
#include "kernels/proxy/seer.h"

namespace mixfarm {
namespace {

/// The mixes of one call, handed out piece by piece.
class Queue {
public:
    struct Piece {
        std::size_t first = 0, count = 0;
    };
    Queue(std::vector<Pace>& paces, std::size_t mixes, double frames)
        : paces_(paces), frames_(frames) {
        if (mixes > 0) open_.push_back({0, mixes});
    }

    /// The next piece for a member; empty: nothing is left that it should do.
    Piece take(std::size_t member) {
        const std::lock_guard lock(mutex_);
        std::size_t left = 0;
        for (const Piece& piece : open_) left += piece.count;
        const std::size_t count = share_of(paces_, member, left);
        if (count == 0) return {};
        Piece& from = open_.back();
        const Piece piece{from.first, std::min(count, from.count)};
        from.first += piece.count;
        from.count -= piece.count;
        if (from.count == 0) open_.pop_back();
        return piece;
    }
    void done(std::size_t member, const Piece& piece, double seconds) {
        const std::lock_guard lock(mutex_);
        const double pace = static_cast<double>(piece.count) * frames_ / std::max(seconds, 1e-6);
        // A piece cut short takes as long as a whole one, and says nothing.
        if (piece.count < static_cast<std::size_t>(paces_[member].usual)) return;
        double& known = paces_[member].pace;
        known = known > 0 ? 0.5 * (known + pace) : pace;
    }
    /// The member's device failed: others do the piece. `failure` counts when none is left.
    void give_back(std::size_t member, const Piece& piece, std::exception_ptr failure) {
        const std::lock_guard lock(mutex_);
        paces_[member].lost = true;
        if (ours_) return;
        open_.push_back(piece);
        failure_ = failure;
    }
    void fail(std::exception_ptr failure) {
        const std::lock_guard lock(mutex_);
        open_.clear();
        failure_ = failure;
        ours_ = true;
    }
    bool empty() const { return open_.empty(); }
    /// What has to be thrown: a failure that is nobody's device, or that left work undone.
    std::exception_ptr failure() const { return ours_ || !open_.empty() ? failure_ : nullptr; }

private:
    std::vector<Pace>& paces_;
    double frames_;
    std::mutex mutex_;
    std::vector<Piece> open_;
    std::exception_ptr failure_;
    bool ours_ = false;
};

class Team final : public Engine {
public:
    explicit Team(std::vector<std::unique_ptr<Engine>> engines) : engines_(std::move(engines)) {
        MF_CHECK(!engines_.empty());
        for (const auto& engine : engines_) paces_.push_back({0, engine->good_batch(), false});
    }

    DeviceInfo info() const override {
        DeviceInfo all;
        all.workers = 0;
        for (const auto& engine : engines_) {
            const DeviceInfo one = engine->info();
            if (!all.name.empty()) all.name += " + ", all.description += " + ";
            all.name += one.name, all.description += one.description;
            all.lanes = std::max(all.lanes, one.lanes);
            all.workers += one.workers;
        }
        return all;
    }
    int good_batch() const override {
        int all = 0;
        for (const auto& engine : engines_) all += engine->good_batch();
        return all;
    }
    void load(const SongView& song) override {
        frames_ = song.frames;
        for (const auto& engine : engines_) engine->load(song);
    }

    std::vector<Measurement> evaluate(std::span<const MixSettings> mixes,
                                      std::span<const Excerpt> excerpts,
                                      const MasterTarget& target) override {
        double frames = 0;
        for (const Excerpt& e : excerpts) frames += static_cast<double>(e.frames + e.warmup);
        return shared<Measurement>(mixes, frames, [&](Engine& engine, auto part) {
            return engine.evaluate(part, excerpts, target);
        });
    }
    std::vector<StereoAudio> render(std::span<const MixSettings> mixes,
                                    const MasterTarget& target) override {
        return shared<StereoAudio>(
            mixes, static_cast<double>(frames_),
            [&](Engine& engine, auto part) { return engine.render(part, target); });
    }
    StereoAudio render_stem(const MixSettings& mix, int stem, float gain_db) override {
        for (std::size_t i = 0;; ++i) {
            try {
                return engines_[i]->render_stem(mix, stem, gain_db);
            } catch (const DeviceError&) {
                if (i + 1 == engines_.size()) throw;
            }
        }
    }
    std::vector<std::unique_ptr<Seer>> seers(const ForeseenSong& song) override {
        std::vector<std::unique_ptr<Seer>> all;
        for (const auto& engine : engines_) {
            try {
                for (auto& seer : engine->seers(song)) all.push_back(std::move(seer));
            } catch (const DeviceError&) {  // the others foretell without it
            }
        }
        return all;
    }

private:
    bool all_lost() const {
        return std::all_of(paces_.begin(), paces_.end(), [](const Pace& p) { return p.lost; });
    }

    template <class Result, class Work>
    std::vector<Result> shared(std::span<const MixSettings> mixes, double frames, Work work) {
        for (Pace& pace : paces_) pace.lost = false;  // it may have been short of memory only
        std::vector<Result> results(mixes.size());
        Queue queue(paces_, mixes.size(), std::max(frames, 1.0));
        const auto serve = [&](std::size_t member) {
            for (Queue::Piece piece; (piece = queue.take(member)).count > 0;) {
                try {
                    const auto begun = std::chrono::steady_clock::now();
                    std::vector<Result> part =
                        work(*engines_[member], mixes.subspan(piece.first, piece.count));
                    const std::chrono::duration<double> taken =
                        std::chrono::steady_clock::now() - begun;
                    std::move(part.begin(), part.end(),
                              results.begin() + static_cast<std::ptrdiff_t>(piece.first));
                    queue.done(member, piece, taken.count());
                } catch (const DeviceError&) {
                    queue.give_back(member, piece, std::current_exception());
                } catch (...) {
                    queue.fail(std::current_exception());
                }
            }
        };
        // Again where a failing device has left work behind after the others had gone home.
        while (!queue.empty() && !all_lost()) {
            std::vector<std::jthread> helpers;
            for (std::size_t i = 1; i < engines_.size(); ++i) helpers.emplace_back(serve, i);
            serve(0);
        }
        if (const std::exception_ptr failure = queue.failure()) std::rethrow_exception(failure);
        return results;
    }

    std::vector<std::unique_ptr<Engine>> engines_;
    std::vector<Pace> paces_;  ///< [engines]
    std::int64_t frames_ = 0;
};

}  // namespace

std::unique_ptr<Engine> make_team(std::vector<std::unique_ptr<Engine>> engines) {
    if (engines.size() == 1) return std::move(engines.front());
    return std::make_unique<Team>(std::move(engines));
}

}  // namespace mixfarm
