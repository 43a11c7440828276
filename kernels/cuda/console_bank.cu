/// Designing the consoles of a batch on all cores of the host, and launching them.
#include <algorithm>

#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/cuda/batch_plan.h"
#include "kernels/cuda/console_bank.h"
#include "kernels/cuda/host_threads.h"
#include "kernels/cuda/launch.h"

namespace mixfarm::cuda {
namespace {

__global__ void update_kernel(const CoefUpdate* updates, int count, std::uint32_t* coefs,
                              int slots) {
    const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    if (i >= count) return;
    const CoefUpdate u = updates[i];
    coefs[static_cast<std::size_t>(u.row) * static_cast<std::size_t>(slots) + u.slot] = u.value;
}

template <class T>
DeviceBuffer<T> sent(const std::vector<T>& values, cudaStream_t stream) {
    DeviceBuffer<T> buffer(values.size());
    if (!values.empty()) buffer.upload(values.data(), values.size(), stream);
    return buffer;
}

}  // namespace

ConsoleBank::ConsoleBank(const LoadedSong& song, ConsoleLayout layout,
                         std::span<const MixSettings> mixes, int slots, bool few,
                         cudaStream_t stream)
    : song_(song),
      layout_(std::move(layout)),
      slots_(slots),
      few_(few),
      stream_(stream),
      knobs_(song, layout_, mixes),
      feed_(song, layout_, segment_tiles(song)),
      places_(sent(layout_.channels, stream)),
      states_(product(layout_.state_rows, slots)),
      memory_(product(layout_.cells, slots)),
      updates_(knobs_.most_updates()) {
    const std::size_t segment = product(2 * song.tile, segment_tiles(song));
    for (int i = 0; i < (overlaps() ? 2 : 1); ++i)
        buses_[i] = DeviceBuffer<float>(product(layout_.buses, slots) * segment);
    if (few && strip_rounds(static_cast<int>(layout_.stems.size())) > 1)
        sound_ = DeviceBuffer<float>(
            product(static_cast<std::int64_t>(layout_.stems.size()), slots) * segment);
    for (std::size_t c = layout_.stems.size(); c < layout_.channels.size(); ++c)
        bus_effects_.push_back(layout_.channels[c].active);
    states_.clear(stream);
    design(mixes);
    set_keys(mixes);
    set_layers(mixes);
    set_takers();
}

/// Coefficients [rows][slots] of every channel, moving knobs where the settings have them.
void ConsoleBank::design(std::span<const MixSettings> mixes) {
    const Session session{static_cast<double>(song_.view.rate), song_.view.tempo_bpm};
    const std::size_t stride = static_cast<std::size_t>(slots_);
    std::vector<std::uint32_t> words(layout_.coef_rows * stride);
    fork_join(host_threads(), stride / kWarp, [&](std::size_t group) {
        const FlushDenormals flush;
        for (std::size_t slot = group * kWarp; slot < (group + 1) * kWarp; ++slot) {
            const MixSettings& mix = mixes[slot < mixes.size() ? slot : 0];
            for (int c = 0; c < static_cast<int>(layout_.channels.size()); ++c)
                layout_.with_chain(c, [&]<class Chain>() {
                    const std::size_t row = layout_.channels[static_cast<std::size_t>(c)].coefs;
                    store_words(Chain::design(layout_.row(mix, c), session),
                                words.data() + row * stride + slot, slots_);
                });
        }
    });
    coefs_ = sent(words, stream_);
    if (!knobs_.any()) return;
    target_ = sent(words, stream_);
    gliding_ = DeviceBuffer<std::uint32_t>(layout_.channels.size());
}

/// Where every stem's keys lie, and the trim in each mix that brings them to the loudness of all
/// stems.
void ConsoleBank::set_keys(std::span<const MixSettings> mixes) {
    const Session session{static_cast<double>(song_.view.rate), song_.view.tempo_bpm};
    std::vector<StemKeys> keys;
    std::vector<float> gains(product(2, slots_) * layout_.stems.size(), 0.f);
    for (std::size_t i = 0; i < layout_.stems.size(); ++i) {
        const StemView& stem = song_.view.stems[static_cast<std::size_t>(layout_.stems[i])];
        const auto add = [&](int key, std::size_t which) {
            if (key < 0) return -1;
            for (std::size_t slot = 0; slot < static_cast<std::size_t>(slots_); ++slot) {
                const MixSettings& mix = mixes[slot < mixes.size() ? slot : 0];
                const float* row =
                    mix.strips.data() + static_cast<std::size_t>(key) * StripChain::kParams;
                gains[(2 * i + which) * static_cast<std::size_t>(slots_) + slot] =
                    design_effect<Trim>(row, session).gain;
            }
            return static_cast<int>(std::find(layout_.sounds.begin(), layout_.sounds.end(), key) -
                                    layout_.sounds.begin());
        };
        const int duck = add(stem.duck_key, 0), unmask = add(stem.unmask_key, 1);
        keys.push_back({duck, unmask});
    }
    keys_ = sent(keys, stream_);
    key_gains_ = sent(gains, stream_);
}

/// Whose strip each layer enters, and how much of it in each mix.
void ConsoleBank::set_layers(std::span<const MixSettings> mixes) {
    std::vector<StemLayers> ranges;
    std::vector<StripLayer> layers;
    std::vector<float> gains;
    const int first_sound = static_cast<int>(layout_.sounds.size() - layout_.layers.size());
    for (const int stem : layout_.stems) {
        StemLayers range{static_cast<int>(layers.size()), 0};
        for (std::size_t i = layers.size(); i < layout_.layers.size(); ++i) {
            const auto l = static_cast<std::size_t>(layout_.layers[i]);
            if (song_.view.layers[l].stem != stem) break;
            layers.push_back({first_sound + static_cast<int>(i), song_.view.layers[l].instead});
            for (std::size_t slot = 0; slot < static_cast<std::size_t>(slots_); ++slot) {
                const MixSettings& mix = mixes[slot < mixes.size() ? slot : 0];
                gains.push_back(mix.layers.empty() ? 0.f : mix.layers[l]);
            }
        }
        range.end = static_cast<int>(layers.size());
        ranges.push_back(range);
    }
    stem_layers_ = sent(ranges, stream_);
    layers_ = sent(layers, stream_);
    layer_gains_ = sent(gains, stream_);
}

/// Which stems of every round go to which bus.
void ConsoleBank::set_takers() {
    const int stems = static_cast<int>(layout_.stems.size()), lines = strip_lines(stems);
    std::vector<std::uint32_t> takers(static_cast<std::size_t>(strip_rounds(stems)) * kInnerBuses,
                                      0);
    for (int s = 0; s < stems; ++s) {
        const auto i = static_cast<std::size_t>(s);
        std::uint32_t* round = takers.data() + s / lines * kInnerBuses;
        const std::uint32_t bit = 1u << s % lines;
        round[static_cast<int>(
            song_.view.stems[static_cast<std::size_t>(layout_.stems[i])].group)] |= bit;
        for (int r = 0; r < console::kReturns; ++r)
            if (layout_.sends[i] >> r & 1u) round[console::kGroups + r] |= bit;
    }
    takers_ = sent(takers, stream_);
}

void ConsoleBank::update(std::uint32_t* coefs) {
    const auto count = static_cast<unsigned>(knobs_.updates().size());
    constexpr unsigned kThreads = 256;
    if (count == 0) return;
    launch(update_kernel, {(count + kThreads - 1) / kThreads, kThreads}, stream_, updates_.data(),
           static_cast<int>(count), coefs, slots_);
}

void ConsoleBank::run(std::int64_t first, int tiles, bool fresh, const int* columns, int groups,
                      float* mix, const Energies& energies, const Listening& listening) {
    const auto move_to = [&](std::int64_t t) {
        knobs_.move_to(t);
        updates_.upload(knobs_.updates().data(), knobs_.updates().size(), stream_);
        update(target_.data());
    };
    const cudaStream_t ahead = overlaps() ? static_cast<cudaStream_t>(ahead_) : stream_;
    // The feed waits until what ran on the segment before the last is done, so that buffer is free.
    if (overlaps()) {
        turn_ ^= 1;
        if (fresh) {
            begun_.record(stream_);
            begun_.hold(ahead);
        }
    }
    const Segment segment = feed_.bring(first, tiles, fresh, ahead);
    StripsJob strips{};
    ChannelArrays& channels = strips.channels;
    channels.slots = slots_, channels.rate = song_.view.rate, channels.columns = columns;
    channels.places = places_.data(), channels.coefs = coefs_.data();
    channels.target = target_.data(), channels.states = states_.data();
    channels.memory = memory_.data();
    strips.stems = static_cast<int>(layout_.stems.size()), strips.lines = strip_lines(strips.stems);
    strips.tile = song_.tile, strips.tiles = tiles;
    strips.frames = segment.frames, strips.row = segment.row, strips.audio = segment.audio;
    strips.awake = segment.awake, strips.takers = takers_.data();
    strips.keys = keys_.data(), strips.key_gains = key_gains_.data();
    strips.stem_layers = stem_layers_.data(), strips.layers = layers_.data();
    strips.layer_gains = layer_gains_.data();
    strips.stem_energy = energies.stems;
    strips.counted_from = energies.from, strips.counted_to = energies.to;
    std::copy(std::begin(layout_.place), std::end(layout_.place), strips.place);
    strips.buses = buses_[turn_].data(), strips.sound = sound_.data();
    BusesJob buses{};
    buses.first_channel = strips.stems, buses.tile = song_.tile, buses.tiles = tiles;
    buses.fresh = fresh, buses.awake = segment.bus_awake;
    std::copy(std::begin(layout_.place), std::end(layout_.place), buses.place);
    buses.buses = buses_[turn_].data(), buses.group_energy = energies.groups;
    buses.counted_from = energies.from, buses.counted_to = energies.to, buses.mix = mix;
    buses.listening = listening;

    if (fresh && knobs_.any()) {
        move_to(first);
        update(coefs_.data());
    }
    for (int from = 0; from < tiles;) {
        int to = from;
        while (to < tiles && !knobs_.move_in(first + to)) ++to;
        if (to > from) {
            run_tiles(strips, buses, from, to, groups);
        } else {
            // Something moves: this tile alone, from one set of coefficients to the other.
            to = from + 1;
            move_to(first + to);
            gliding_.upload(knobs_.gliding().data(), knobs_.gliding().size(), stream_);
            channels.gliding = gliding_.data();
            run_tiles(strips, buses, from, to, groups);
            channels.gliding = nullptr;
            update(coefs_.data());
        }
        from = to;
    }
    feed_.release(stream_);
}

void ConsoleBank::run_tiles(StripsJob& strips, BusesJob& buses, int from, int to, int groups) {
    strips.from = from, strips.to = to;
    run_strips(strips, groups, overlaps() ? static_cast<cudaStream_t>(ahead_) : stream_);
    if (overlaps()) {
        filled_[turn_].record(ahead_);
        filled_[turn_].hold(stream_);
    }
    if (layout_.whole()) {
        buses.channels = strips.channels;
        buses.from = from, buses.to = to;
        run_buses(buses, bus_effects_.data(), groups, stream_, branches_);
        buses.fresh = false;
    }
}

}  // namespace mixfarm::cuda
