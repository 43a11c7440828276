/// One channel of the console in lanes: settings, coefficients, states and delay memory of a chain,
/// and the knobs of it that move.
#pragma once

#include <span>
#include <vector>

#include "kernels/console/automation.h"
#include "kernels/console/chain.h"
#include "kernels/core/check.h"

namespace mixfarm {

template <class Chain, class F>
class Channel {
public:
    /// One lane's settings of this channel: its row, and what moves in it (`knob` counts within the
    /// row).
    struct Setting {
        const float* row;
        std::vector<Automation> automation;
    };

    Channel(const std::vector<Setting>& lanes, const Session& session)
        : session_(session), lanes_(lanes.size()) {
        for (std::size_t i = 0; i < lanes.size(); ++i) {
            rows_.insert(rows_.end(), lanes[i].row, lanes[i].row + Chain::kParams);
            active_ |= Chain::active(lanes[i].row);
            set_lane_coefs<F>(coefs_, static_cast<int>(i), Chain::design(lanes[i].row, session));
            for (const Automation& a : lanes[i].automation) add_moving(static_cast<int>(i), a);
        }
        const int cells = Chain::memory_frames(active_, static_cast<int>(session.rate));
        memory_.assign(static_cast<std::size_t>(cells), F(0.f));
    }

    /// Effects that act in any lane, bit by bit.
    std::uint32_t active() const { return active_; }
    const typename Chain::template Coefs<F>& coefs() const { return coefs_; }
    const typename Chain::template Coefs<F>& target() const { return target_; }
    /// Effects whose coefficients go from coefs() to target() during the tile that begin_tile()
    /// announced.
    std::uint32_t gliding() const { return gliding_; }

    /// All states at rest; moving knobs stand where they are at `seconds`.
    void rest(double seconds) {
        state_ = {};
        std::fill(memory_.begin(), memory_.end(), F(0.f));
        gliding_ = 0;
        if (moving_.empty()) return;
        for (Moving& m : moving_) m.still_until_s = 0;
        move_to(seconds);
        end_tile();
        gliding_ = 0;
    }
    /// Announces a tile that ends at `end_seconds`.
    void begin_tile(double end_seconds) {
        if (!moving_.empty()) move_to(end_seconds);
    }
    /// Runs it: in place, in signal order.
    void run(Tile<F> tile, const KeyInput<F>& duck = {}, const KeyInput<F>& unmask = {}) {
        tile.rate = static_cast<int>(session_.rate);
        tile.memory.cells = memory_.data();
        Chain::run(coefs_, target_, state_, active_, gliding_, tile, duck, unmask);
    }
    /// Its knobs have arrived.
    void end_tile() {
        if (gliding_) coefs_ = target_;
    }

private:
    struct Moving {
        int lane, param, effect;
        Scale scale;
        std::vector<Automation::Point> points;
        double still_until_s = 0;  ///< it need not be looked at before
    };

    void add_moving(int lane, const Automation& a) {
        Moving m{lane, a.knob, -1, Scale::linear, {}, 0};
        Chain::for_each([&]<class Effect, int I>(int first) {
            if (a.knob < first || a.knob >= first + param_count<Effect>) return;
            m.effect = I;
            m.scale = Effect::kParams[a.knob - first].scale;
            m.points = moving_points<Effect>(a.knob - first, a.points);
        });
        MF_CHECK(m.effect >= 0 && m.scale != Scale::toggle && !m.points.empty());
        active_ |= 1u << m.effect;
        moving_.push_back(std::move(m));
    }

    void move_to(double seconds) {
        gliding_ = 0;
        std::vector<std::uint32_t>& changed = changed_;
        changed.assign(lanes_, 0);
        for (Moving& m : moving_) {
            if (seconds < m.still_until_s) continue;
            m.still_until_s = still_until(m.points, seconds);
            const auto place = static_cast<std::size_t>(m.lane) * Chain::kParams +
                               static_cast<std::size_t>(m.param);
            const float value = value_at(m.points, seconds, m.scale);
            if (value == rows_[place]) continue;
            rows_[place] = value;
            changed[static_cast<std::size_t>(m.lane)] |= 1u << m.effect;
        }
        for (std::size_t i = 0; i < lanes_; ++i) {
            if (!changed[i]) continue;
            if (gliding_ == 0) target_ = coefs_;
            gliding_ |= changed[i];
            const float* row = rows_.data() + i * Chain::kParams;
            Chain::for_each([&]<class Effect, int I>(int first) {
                if (changed[i] >> I & 1u)
                    set_lane_coefs<F>(item<I>(target_), static_cast<int>(i),
                                      design_effect<Effect>(row + first, session_));
            });
        }
    }

    Session session_;
    std::size_t lanes_;
    std::vector<float> rows_;  ///< [lanes][kParams], moving knobs where they stand
    std::uint32_t active_ = 0, gliding_ = 0;
    typename Chain::template Coefs<F> coefs_, target_;
    typename Chain::template State<F> state_{};
    std::vector<F> memory_;
    std::vector<Moving> moving_;
    std::vector<std::uint32_t> changed_;
};

}  // namespace mixfarm
