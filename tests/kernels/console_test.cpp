/// How the channels of the console come together: groups, sends and returns, the master, keys, and
/// who sleeps when.
#include "kernels/console/console.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <string>

#include "kernels/cpu/denormals.h"
#include "kernels/cpu/lane_group.h"
#include "tests/support/effort.h"
#include "tests/support/small_song.h"

namespace mixfarm {
namespace {

using signals::Samples;

constexpr int kRate = 48000;

/// Places of knobs in the settings of a mix.
struct Desk {
    explicit Desk(std::size_t stems) : mix(neutral_mix(stems)) { mix.buses = neutral_buses(); }
    void strip(std::size_t s, const char* effect, const char* param, float value) {
        const int i = strip_param_index(effect, param);
        ASSERT_GE(i, 0) << effect << "." << param;
        mix.strips[s * static_cast<std::size_t>(strip_param_count()) +
                   static_cast<std::size_t>(i)] = value;
    }
    void bus(Bus bus, const char* effect, const char* param, float value) {
        const int i = bus_param_index(bus, effect, param);
        ASSERT_GE(i, 0) << effect << "." << param;
        mix.buses[static_cast<std::size_t>(i)] = value;
    }
    MixSettings mix;
};

/// The unlimited mix in front of gain and limiter, lane 0.
signals::Stereo mixed(const SmallSong& song, const SongView& view, const MixSettings& mix) {
    const LoadedSong loaded(view);
    const MixSettings* one = &mix;
    const auto mixer = std::make_unique<Mixer<float>>(loaded, std::span(&one, 1));
    const FlushDenormals flush;
    mixer->rest(0);
    const auto frames = static_cast<std::size_t>(song.frames());
    signals::Stereo out{Samples(frames + kMaxTile), Samples(frames + kMaxTile)};
    for (std::int64_t t = 0; t < loaded.tiles; ++t)
        mixer->mix_tile(t, true, out.left.data() + t * loaded.tile,
                        out.right.data() + t * loaded.tile);
    out.left.resize(frames), out.right.resize(frames);
    return out;
}

TEST(Console, NeutralIsTheSumOfTheStems) {
    const SmallSong song = small_song(kRate, 20011);
    SongView view = song.view();
    view.stems[0].group = Bus::drums, view.stems[1].group = Bus::bass;
    const signals::Stereo out = mixed(song, view, neutral_mix(song.stems.size()));
    double worst = 0;
    for (std::size_t n = 0; n < out.frames(); ++n) {
        double sum = 0;
        for (const StemView& stem : view.stems) sum += stem.left[n];
        worst = std::max(worst, std::fabs(out.left[n] - sum));
    }
    EXPECT_LT(worst, 3e-7);
}

TEST(Console, AGroupActsOnItsOwnStemsOnly) {
    SmallSong song{kRate, {}, {}};
    song.add({signals::sine(24000, 440, kRate, 0.2), signals::sine(24000, 440, kRate, 0.2)});
    song.add({signals::sine(24000, 700, kRate, 0.2), signals::sine(24000, 700, kRate, 0.2)});
    SongView view = song.view();
    view.stems[0].group = Bus::drums, view.stems[1].group = Bus::vocals;
    Desk desk(2);
    desk.bus(Bus::drums, "fader", "fader_db", -6);
    const signals::Stereo out = mixed(song, view, desk.mix);
    for (std::size_t n = 0; n < out.frames(); ++n)
        ASSERT_NEAR(out.left[n],
                    signals::amplitude(-6) * song.stems[0].left[n] + song.stems[1].left[n], 1e-6);
}

TEST(Console, SendsLeaveBehindTheFader) {
    SmallSong song{kRate, {}, {}};
    song.add({signals::white(2 * kRate, 0.2, 1), signals::white(2 * kRate, 0.2, 2)});
    const auto wet_db = [&](float fader, float send) {
        Desk desk(1);
        desk.strip(0, "fader", "fader_db", fader);
        const signals::Stereo dry = mixed(song, song.view(), desk.mix);
        desk.strip(0, "send", "plate_db", send);
        const signals::Stereo both = mixed(song, song.view(), desk.mix);
        double power = 0;
        for (std::size_t n = kRate; n < dry.frames(); ++n)
            power += std::pow(both.left[n] - dry.left[n], 2);
        return 10 * std::log10(power);
    };
    const double full = wet_db(0, -10);
    EXPECT_NEAR(wet_db(-12, -10), full - 12, 0.05);
    EXPECT_NEAR(wet_db(0, -16), full - 6, 0.05);
    EXPECT_LT(wet_db(0, -60), -200);  // off
}

TEST(Console, ReturnsAnswerAtAboutTheLevelOfTheirSend) {
    SmallSong song{kRate, {}, {}};
    const std::size_t frames = 1 << 18;  // pink, the same on both sides, as music mostly is
    const Samples pink = signals::sloped(frames, kRate, -3.0103, 88, 11300, -20, 5);
    song.add({pink, pink});
    for (const char* name : {"plate", "hall", "echo"}) {
        Desk desk(1);
        const signals::Stereo dry = mixed(song, song.view(), desk.mix);
        desk.strip(0, "send", (std::string(name) + "_db").c_str(), 0);
        const signals::Stereo both = mixed(song, song.view(), desk.mix);
        double wet = 0, power = 0;
        for (std::size_t n = 2 * kRate; n < dry.frames(); ++n) {
            wet += std::pow(both.left[n] - dry.left[n], 2);
            power += double(dry.left[n]) * dry.left[n];
        }
        const double db = 10 * std::log10(wet / power);
        std::printf("%s at a send of 0 dB: %+.1f dB re dry (pink noise)\n", name, db);
        EXPECT_NEAR(db, 0, std::string(name) == "echo" ? 3 : 1) << name;
    }
}

TEST(Console, TheMasterComesLast) {
    const SmallSong song = small_song(kRate, 24000);
    Desk desk(song.stems.size());
    const signals::Stereo plain = mixed(song, song.view(), desk.mix);
    desk.bus(Bus::master, "trim", "trim_db", -6);
    const signals::Stereo down = mixed(song, song.view(), desk.mix);
    for (std::size_t n = 0; n < plain.frames(); ++n)
        ASSERT_NEAR(down.left[n], signals::amplitude(-6) * plain.left[n], 1e-6);
}

TEST(Console, KeysAreTheDryStemAtItsTrim) {
    // A pad ducks under bursts whose own strip is muted: the key is taken in front of it.
    SmallSong song{kRate, {}, {}};
    Samples bursts(kRate);
    for (std::size_t n = kRate / 2; n < bursts.size(); ++n)
        bursts[n] = static_cast<float>(0.1 * std::sin(0.05 * static_cast<double>(n)));
    song.add({signals::sine(kRate, 300, kRate, 0.05), signals::sine(kRate, 300, kRate, 0.05)});
    song.add({bursts, bursts});
    SongView view = song.view();
    view.stems[0].duck_key = 1;
    Desk desk(2);
    desk.strip(0, "duck", "ratio", 4);
    desk.strip(0, "duck", "threshold_db", -20);
    desk.strip(0, "duck", "knee_db", 0);
    desk.strip(0, "duck", "attack_ms", 1);
    desk.strip(0, "duck", "release_ms", 400);
    desk.strip(0, "duck", "keyed", 1);
    desk.strip(1, "fader", "fader_db", -60);
    const auto depth = [&](float trim) {
        desk.strip(1, "trim", "trim_db", trim);
        const signals::Stereo out = mixed(song, view, desk.mix);
        double before = 0, after = 0;
        for (std::size_t n = 12000; n < 24000; ++n) before = std::max<double>(before, out.left[n]);
        for (std::size_t n = 36000; n < 48000; ++n) after = std::max<double>(after, out.left[n]);
        return oracle::db(after / before);
    };
    // The key peaks at -20 dBFS: with 10 dB of trim it stands 10 dB over, of which 3/4 are taken.
    EXPECT_NEAR(depth(0), 0, 0.3);
    EXPECT_NEAR(depth(10), -7.5, 0.5);
    view.stems[0].duck_key = -1;
    EXPECT_NEAR(depth(10), 0, 0.1);  // what is left of the muted stem
}

TEST(Console, EveryChannelInLanesIsWhatItIsAlone) {
    const SmallSong song = small_song(kRate, effort(30011, 9011));
    SongView view = song.view();
    view.stems[0].group = Bus::drums, view.stems[1].group = Bus::bass;
    view.stems[2].duck_key = 1, view.stems[2].unmask_key = 0, view.tempo_bpm = 97;
    const LoadedSong loaded(view);
    std::vector<MixSettings> mixes;
    for (std::uint64_t i = 0; i < 8; ++i)
        mixes.push_back(random_mix(song.stems.size(), 50 + i, i > 1));
    const Excerpt all{0, song.frames(), 0};
    const FlushDenormals flush;
    const auto together =
        std::make_unique<LaneGroup<f8>>(loaded, mixes)->evaluate({&all, 1}, {-20, -1});
    for (std::size_t i = 0; i < mixes.size(); i += effort<std::size_t>(1, 3)) {
        const auto alone = std::make_unique<LaneGroup<float>>(loaded, std::span(&mixes[i], 1))
                               ->evaluate({&all, 1}, {-20, -1});
        EXPECT_EQ(difference(together[i], alone[0]), "") << "mix " << i;
    }
}

TEST(Console, BusesSleepBehindTheirStems) {
    SmallSong song{kRate, {}, {}};
    Samples pulse(kRate * 20);
    for (std::size_t n = 0; n < 1000; ++n) pulse[kRate + n] = 0.5f;
    song.add({pulse, pulse});
    song.add({Samples(pulse.size()), Samples(pulse.size())});
    SongView view = song.view();
    view.stems[0].group = Bus::drums;
    const LoadedSong loaded(view);
    const auto awake = [&](Bus bus) {  // from, to, in seconds
        const auto& tiles = loaded.bus_awake[static_cast<std::size_t>(bus)];
        const auto first = std::find(tiles.begin(), tiles.end(), 1) - tiles.begin();
        const auto behind = tiles.rend() - std::find(tiles.rbegin(), tiles.rend(), 1);
        const double seconds = static_cast<double>(loaded.tile) / kRate;
        return std::pair{static_cast<double>(first) * seconds,
                         static_cast<double>(behind) * seconds};
    };
    EXPECT_NEAR(awake(Bus::drums).first, 1, 0.01);
    EXPECT_NEAR(awake(Bus::drums).second, 3.02, 0.02);
    EXPECT_EQ(awake(Bus::bass).second, 0) << "never";
    EXPECT_NEAR(awake(Bus::hall).first, 1, 0.01);
    EXPECT_EQ(awake(Bus::hall).second, 20) << "its tail may be longer than any rest";
}

TEST(Console, TablesNameEveryKnobOnce) {
    std::set<std::string> names;
    int knobs = 0;
    const auto add = [&](const std::string& channel, std::span<const EffectInfo> effects) {
        for (const EffectInfo& e : effects)
            for (const ParamSpec& p : e.params) {
                names.insert(channel + "/" + e.name + "." + p.name);
                ++knobs;
            }
    };
    add("strip", strip_effects());
    for (int b = 0; b < kBuses; ++b)
        add(bus_name(static_cast<Bus>(b)), bus_effects(static_cast<Bus>(b)));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(knobs));
    EXPECT_EQ(knobs, strip_param_count() + bus_param_count());
    EXPECT_EQ(strip_param_count(), StripChain::kParams);
    EXPECT_EQ(neutral_buses().size(), static_cast<std::size_t>(bus_param_count()));
    EXPECT_EQ(bus_param_index(Bus::master, "no_such_effect", "x"), -1);
}

}  // namespace
}  // namespace mixfarm
