/// Following break points on the host.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/cuda/automation.h"
#include "kernels/cuda/host_threads.h"

namespace mixfarm::cuda {

std::vector<MovingChannel> moving_channels(const ConsoleLayout& layout, const MixSettings& mix,
                                           std::uint32_t slot) {
    std::vector<MovingChannel> moving;
    for (int c = 0; c < static_cast<int>(layout.channels.size()); ++c) {
        MovingChannel m{c, slot, {}, 0};
        layout.with_chain(c, [&]<class Chain>() {
            std::uint32_t effects = 0;
            for (const Automation& a : mix.automation) {
                const int knob = layout.knob_within(a.knob, c);
                Chain::for_each([&]<class Effect, int I>(int first) {
                    if (knob < first || knob >= first + param_count<Effect>) return;
                    const Scale scale = Effect::kParams[knob - first].scale;
                    MF_CHECK(scale != Scale::toggle && !a.points.empty());
                    m.knobs.push_back(
                        {knob, I, scale, moving_points<Effect>(knob - first, a.points)});
                    if ((effects >> I & 1u) == 0) m.words += effect_words<Effect>();
                    effects |= 1u << I;
                });
            }
        });
        if (!m.knobs.empty()) moving.push_back(std::move(m));
    }
    return moving;
}

MovingKnobs::MovingKnobs(const LoadedSong& song, const ConsoleLayout& layout,
                         std::span<const MixSettings> mixes)
    : song_(song),
      layout_(layout),
      session_{static_cast<double>(song.view.rate), song.view.tempo_bpm},
      gliding_(layout.channels.size(), 0) {
    for (std::size_t i = 0; i < mixes.size(); ++i) {
        if (mixes[i].automation.empty()) continue;
        for (MovingChannel& m : moving_channels(layout, mixes[i], static_cast<std::uint32_t>(i))) {
            const float* row = layout.row(mixes[i], m.channel);
            layout.with_chain(
                m.channel, [&]<class Chain>() { rows_.emplace_back(row, row + Chain::kParams); });
            busy_.resize(static_cast<std::size_t>(song.tiles) + 1, 0);
            for (const auto& knob : m.knobs) mark_busy(knob.points);
            most_updates_ += m.words;
            channels_.push_back(std::move(m));
        }
    }
    updates_.reserve(most_updates_);
}

/// The tiles that a slope reaches into, and one more on either side: what is marked without need
/// only costs time.
void MovingKnobs::mark_busy(const std::vector<Automation::Point>& points) {
    const double tile_seconds = static_cast<double>(song_.tile) / song_.view.rate,
                 end = static_cast<double>(busy_.size());
    const auto place = [&](double tile) {
        return static_cast<std::size_t>(std::clamp(std::floor(tile), 0.0, end));
    };
    for (std::size_t i = 1; i < points.size(); ++i) {
        if (points[i].value == points[i - 1].value) continue;
        std::fill(busy_.begin() +
                      static_cast<std::ptrdiff_t>(place(points[i - 1].seconds / tile_seconds - 1)),
                  busy_.begin() +
                      static_cast<std::ptrdiff_t>(place(points[i].seconds / tile_seconds + 2)),
                  std::uint8_t{1});
    }
}

void MovingKnobs::move_to(std::int64_t t) {
    const double seconds = static_cast<double>(t) * song_.tile / song_.view.rate;
    constexpr std::size_t kPiece = 256;  // channels; fewer are not worth a thread
    const std::size_t pieces = (channels_.size() + kPiece - 1) / kPiece;
    struct Part {
        std::vector<CoefUpdate> updates;
        std::vector<std::uint32_t> gliding;
    };
    std::vector<Part> parts(pieces);
    fork_join(host_threads(), pieces, [&](std::size_t p) {
        const FlushDenormals flush;
        parts[p].gliding.assign(gliding_.size(), 0);
        for (std::size_t i = p * kPiece; i < std::min(channels_.size(), (p + 1) * kPiece); ++i)
            parts[p].gliding[static_cast<std::size_t>(channels_[i].channel)] |=
                move(i, seconds, parts[p].updates);
    });
    updates_.clear();
    std::fill(gliding_.begin(), gliding_.end(), 0);
    for (const Part& part : parts) {
        updates_.insert(updates_.end(), part.updates.begin(), part.updates.end());
        for (std::size_t c = 0; c < gliding_.size(); ++c) gliding_[c] |= part.gliding[c];
    }
}

/// Effects of moving channel `i` that change.
std::uint32_t MovingKnobs::move(std::size_t i, double seconds, std::vector<CoefUpdate>& updates) {
    const MovingChannel& m = channels_[i];
    std::vector<float>& row = rows_[i];
    std::uint32_t changed = 0;
    for (const auto& knob : m.knobs) {
        const float value = value_at(knob.points, seconds, knob.scale);
        float& now = row[static_cast<std::size_t>(knob.param)];
        if (value == now) continue;
        now = value;
        changed |= 1u << knob.effect;
    }
    if (!changed) return 0;
    const std::uint32_t base = layout_.channels[static_cast<std::size_t>(m.channel)].coefs;
    layout_.with_chain(m.channel, [&]<class Chain>() {
        Chain::for_each([&]<class Effect, int I>(int first) {
            if ((changed >> I & 1u) == 0) return;
            const auto coefs = design_effect<Effect>(row.data() + first, session_);
            for (std::uint32_t w = 0; w < effect_words<Effect>(); ++w) {
                CoefUpdate update{base +
                                      static_cast<std::uint32_t>(
                                          item_offset<I, typename Chain::template Coefs<float>>()) +
                                      w,
                                  m.slot, 0};
                std::memcpy(&update.value,
                            reinterpret_cast<const char*>(&coefs) + w * sizeof(float),
                            sizeof(float));
                updates.push_back(update);
            }
        });
    });
    return changed;
}

}  // namespace mixfarm::cuda
