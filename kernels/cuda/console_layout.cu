/// Which effects, sends and returns the mixes of a batch use, by the same rules as on the CPU.
#include <algorithm>
#include <numeric>

#include "kernels/core/check.h"
#include "kernels/cuda/automation.h"
#include "kernels/cuda/console_layout.h"
#include "kernels/cuda/words.h"

namespace mixfarm::cuda {
std::vector<int> numbers(std::size_t count) {
    std::vector<int> all(count);
    std::iota(all.begin(), all.end(), 0);
    return all;
}

ConsoleLayout::ConsoleLayout(const LoadedSong& song, std::span<const MixSettings> mixes)
    : ConsoleLayout(song, numbers(song.view.stems.size()), true, mixes) {}

ConsoleLayout::ConsoleLayout(const LoadedSong& song, const MixSettings& mix, int stem)
    : ConsoleLayout(song, std::vector{stem}, false, {&mix, 1}) {}

ConsoleLayout::ConsoleLayout(const LoadedSong& song, std::vector<int> strips, bool buses_too,
                             std::span<const MixSettings> mixes)
    : stems(std::move(strips)),
      sounds(stems),
      sends(stems.size(), 0),
      resting_(neutral_buses()),
      strip_knobs_(song.view.stems.size() * StripChain::kParams) {
    for (const MixSettings& mix : mixes) {
        MF_CHECK_EQ(mix.strips.size(), strip_knobs_);
        MF_CHECK(mix.buses.empty() || mix.buses.size() == resting_.size());
        MF_CHECK(mix.layers.empty() || mix.layers.size() == song.view.layers.size());
    }
    std::fill(std::begin(place), std::end(place), -1);
    bool used[kInnerBuses] = {};
    for (std::size_t i = 0; i < stems.size(); ++i) {
        const StemView& stem = song.view.stems[static_cast<std::size_t>(stems[i])];
        used[static_cast<int>(stem.group)] = true;
        for (const int key : {stem.duck_key, stem.unmask_key})
            if (key >= 0 && std::find(sounds.begin(), sounds.end(), key) == sounds.end())
                sounds.push_back(key);
        for (std::size_t l = 0; l < song.view.layers.size(); ++l)
            if (song.view.layers[l].stem == stems[i] &&
                std::any_of(mixes.begin(), mixes.end(), [&](const MixSettings& mix) {
                    return !mix.layers.empty() && mix.layers[l] != 0;
                }))
                layers.push_back(static_cast<int>(l));
        first_knob.push_back(stems[i] * StripChain::kParams);
        add_channel(static_cast<int>(i), song, mixes);
        const int send = first_knob[i] + StripChain::kParams - console::kReturns;
        for (int r = 0; r < console::kReturns && buses_too; ++r)
            for (const MixSettings& mix : mixes) {
                bool on = mix.strips[static_cast<std::size_t>(send + r)] > Send::kOff;
                for (const Automation& a : mix.automation) on = on || a.knob == send + r;
                if (!on) continue;
                sends[i] |= 1u << r;
                used[console::kGroups + r] = true;
            }
    }
    for (const int layer : layers)
        sounds.push_back(static_cast<int>(song.view.stems.size()) + layer);
    for (int b = 0; b < kInnerBuses; ++b)
        if (used[b]) place[b] = buses++;
    for (int b = 0; b < kBuses && buses_too; ++b) {
        first_knob.push_back(static_cast<int>(strip_knobs_) + bus_first(static_cast<Bus>(b)));
        add_channel(bus_channel(b), song, mixes);
        // A return that nothing is sent to does not exist, and needs no memory.
        if (b < kInnerBuses && !used[b]) {
            cells -= channels.back().cells;
            channels.back().cells = 0;
        }
    }
    for (const MixSettings& mix : mixes) {
        std::size_t words = 0;
        if (!mix.automation.empty())
            for (const MovingChannel& m : moving_channels(*this, mix, 0)) words += m.words;
        moving_words = std::max(moving_words, words);
    }
}

void ConsoleLayout::add_channel(int channel, const LoadedSong& song,
                                std::span<const MixSettings> mixes) {
    with_chain(channel, [&]<class Chain>() {
        ChannelPlace p;
        for (const MixSettings& mix : mixes) {
            p.active |= Chain::active(row(mix, channel));
            for (const Automation& a : mix.automation) {
                const int knob = knob_within(a.knob, channel);
                Chain::for_each([&]<class Effect, int I>(int first) {
                    if (knob >= first && knob < first + param_count<Effect>) p.active |= 1u << I;
                });
            }
        }
        p.coefs = coef_rows, p.states = state_rows, p.memory = cells;
        p.cells = Chain::memory_frames(p.active, song.view.rate);
        coef_rows += kWords<typename Chain::template Coefs<float>>;
        state_rows += kWords<typename Chain::template State<float>>;
        cells += p.cells;
        channels.push_back(p);
    });
}

const float* ConsoleLayout::row(const MixSettings& mix, int channel) const {
    const auto first = static_cast<std::size_t>(first_knob[static_cast<std::size_t>(channel)]);
    if (first < strip_knobs_) return mix.strips.data() + first;
    return (mix.buses.empty() ? resting_ : mix.buses).data() + (first - strip_knobs_);
}

std::size_t ConsoleLayout::bytes_per_slot(std::int64_t frames, std::size_t times) const {
    const std::size_t coef_sets = moving_words > 0 ? 2 : 1;
    const std::size_t keys = 2 * stems.size() + layers.size();
    return sizeof(float) * (coef_sets * coef_rows + state_rows + static_cast<std::size_t>(cells) +
                            keys + times * 2 * static_cast<std::size_t>(buses * frames)) +
           moving_words * sizeof(CoefUpdate);
}

}  // namespace mixfarm::cuda
