/// The CUDA engine gives the bits of the CPU's: every effect, every meter, the whole console, at
/// awkward sizes, with little memory, in any order of threads.
#include "tests/cuda/parity.h"

#include <algorithm>
#include <set>

#include "tests/support/signals.h"

namespace mixfarm {
namespace {

constexpr MasterTarget kTarget{-14, -1};

INSTANTIATE_TEST_SUITE_P(Gpus, OnAGpu, ::testing::ValuesIn(kGpus),
                         [](const auto& gpu) { return std::string(gpu.param.name); });

/// Some knobs of strips and buses move, among them one that jumps.
void draw(MixSettings& mix, double seconds) {
    const int first = strip_param_count(), buses = static_cast<int>(mix.strips.size());
    mix.automation = {
        {strip_param_index("fader", "fader_db"), {{0.1 * seconds, -20}, {0.6 * seconds, 3}}},
        {first + strip_param_index("send", "hall_db"), {{0, -60}, {0.7 * seconds, -6}}},
        {first + strip_param_index("equalizer", "bell1_db"),
         {{0.3 * seconds, -6}, {0.3 * seconds, 6}}},
        {buses + bus_param_index(Bus::master, "trim", "trim_db"),
         {{0, 0}, {0.5 * seconds, -3}, {seconds, 1}}},
    };
    for (const Automation& a : mix.automation) ASSERT_GE(a.knob, 0);
}

TEST_P(OnAGpu, EveryEffectGivesTheBitsOfTheCpu) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED here: the whole console has them all at once";
    const std::size_t stems = 2;
    const SmallSong song = awkward_song(48000, 4000, stems);
    SongView view = wired(song);
    view.stems[0].duck_key = view.stems[0].unmask_key = 1;
    load(view);
    const Excerpt all{0, view.frames, 0};
    const auto try_effect = [&](const EffectInfo& effect, std::vector<float> MixSettings::*row,
                                std::size_t offset, const std::string& name) {
        std::vector<MixSettings> mixes;
        for (std::uint64_t seed = 0; seed < 9; ++seed) {
            signals::Random random(seed + 1);
            MixSettings mix = neutral_mix(stems);
            mix.buses = neutral_buses();
            for (const char* send : {"plate_db", "hall_db", "echo_db"})
                if (row == &MixSettings::buses)
                    mix.strips[static_cast<std::size_t>(strip_param_index("send", send))] = -6;
            for (std::size_t i = 0; i < effect.params.size(); ++i)
                (mix.*row)[offset + static_cast<std::size_t>(effect.first) + i] =
                    random_value(effect.params[i], random);
            mixes.push_back(mix);
        }
        EXPECT_EQ(disparity(cpu_->evaluate(mixes, {&all, 1}, kTarget),
                            gpu_->evaluate(mixes, {&all, 1}, kTarget)),
                  "")
            << name;
    };
    for (const EffectInfo& effect : strip_effects())
        try_effect(effect, &MixSettings::strips, 0, std::string("strip ") + effect.name);
    for (const Bus bus : {Bus::drums, Bus::plate, Bus::hall, Bus::echo, Bus::master})
        for (const EffectInfo& effect : bus_effects(bus))
            try_effect(effect, &MixSettings::buses, static_cast<std::size_t>(bus_first(bus)),
                       std::string(bus_name(bus)) + " " + effect.name);
}

TEST_P(OnAGpu, TheWholeConsoleGivesTheBitsOfTheCpuAtAwkwardSizes) {
    struct Size {
        int rate;
        std::int64_t frames;
        std::size_t stems, mixes;
    };
    const int tile = tile_frames(48000);
    std::vector<Size> sizes = {
        {48000, 1, 1, 1},      {48000, tile - 1, 3, 2}, {44100, 3 * tile_frames(44100) + 1, 16, 31},
        {88200, 5000, 17, 32}, {192000, 9001, 5, 33},   {176400, 4000, 4, 3},
        {96000, 2400, 33, 5}};
    if (kSlowBuild) sizes = {sizes[0], sizes[2], {88200, 1500, 17, 33}};
    if (kThreadSanitizer) sizes = {{48000, 1, 1, 1}, {48000, 2 * tile + 1, 5, 3}};
    for (const Size& size : sizes) {
        const SmallSong song = awkward_song(size.rate, size.frames, size.stems);
        load(wired(song));
        const Excerpt all{0, size.frames, 0};
        const auto mixes = whole_consoles(size.mixes, size.stems, 100);
        EXPECT_EQ(disparity(cpu_->evaluate(mixes, {&all, 1}, kTarget),
                            gpu_->evaluate(mixes, {&all, 1}, kTarget)),
                  "")
            << size.frames << " frames at " << size.rate << ", " << size.stems << " stems, "
            << size.mixes << " mixes";
    }
}

TEST_P(OnAGpu, MetersAgreeOverSecondsOfMusic) {
    if (kSlowBuild)
        GTEST_SKIP() << "NOT TESTED here: seconds of sound are too dear under sanitizers";
    // Long enough for momentary loudness and the short-term maximum.
    const SmallSong song = small_song(44100, 3 * 44100 + 4567);
    load(wired(song));
    const Excerpt all{0, song.frames(), 0};
    const auto mixes = whole_consoles(3, song.stems.size(), 300);
    const MasterTarget loud{-9, -1};
    EXPECT_EQ(
        disparity(cpu_->evaluate(mixes, {&all, 1}, loud), gpu_->evaluate(mixes, {&all, 1}, loud)),
        "");
}

TEST_P(OnAGpu, KnobsThatMoveGiveTheBitsOfTheCpu) {
    const std::size_t stems = 3;
    const std::int64_t frames = small(effort(9000, 3000));
    const SmallSong song = awkward_song(48000, frames, stems);
    load(wired(song));
    auto mixes = whole_consoles(kThreadSanitizer ? 1 : 4, stems, 500);
    for (std::size_t i = 0; i < mixes.size(); i += 2) draw(mixes[i], double(frames) / 48000);
    const Excerpt all{0, frames, 0};
    EXPECT_EQ(disparity(cpu_->evaluate(mixes, {&all, 1}, kTarget),
                        gpu_->evaluate(mixes, {&all, 1}, kTarget)),
              "");
    const auto cpu = cpu_->render({mixes.data(), 1}, kTarget),
               gpu = gpu_->render({mixes.data(), 1}, kTarget);
    EXPECT_TRUE(cpu[0].left == gpu[0].left && cpu[0].right == gpu[0].right);
    const StereoAudio a = cpu_->render_stem(mixes[0], 1, -3),
                      b = gpu_->render_stem(mixes[0], 1, -3);
    EXPECT_TRUE(a.left == b.left && a.right == b.right);
}

TEST_P(OnAGpu, LayersGiveTheBitsOfTheCpu) {
    const std::size_t stems = 5;
    const std::int64_t frames = small(effort(5000, 2000));
    const SmallSong song = awkward_song(48000, frames, stems),
                    more = awkward_song(48000, frames, 3);
    SongView view = wired(song);
    // Two over one stem, one of them in its place; one over a stem that sleeps.
    const auto lay = [&](int stem, std::size_t of, bool instead) {
        view.layers.push_back(
            {stem, more.stems[of].left.data(), more.view().stems[of].right, instead});
    };
    lay(1, 0, false);
    lay(1, 1, true);
    lay(4, 0, false);
    lay(0, 2, false);
    load(view);
    auto mixes = whole_consoles(kThreadSanitizer ? 2 : 5, stems, 900);
    mixes[1].layers = {0, 0, 0.25f, 0};
    if (mixes.size() > 2) {
        mixes[2].layers = {0.7f, 1, 0.5f, 0.1f};
        mixes[3].layers = {0, 0.4f, 0, 0};
        draw(mixes[3], double(frames) / 48000);
    }
    const Excerpt all{0, frames, 0};
    EXPECT_EQ(disparity(cpu_->evaluate(mixes, {&all, 1}, kTarget),
                        gpu_->evaluate(mixes, {&all, 1}, kTarget)),
              "");
    const StereoAudio a = cpu_->render_stem(mixes[1], 4, -3),
                      b = gpu_->render_stem(mixes[1], 4, -3);
    EXPECT_TRUE(a.left == b.left && a.right == b.right);
}

/// What compute-sanitizer watches: every kernel in both its forms, as little of it as possible.
TEST_P(OnAGpu, AFewTilesOfEverythingAtOnce) {
    const std::size_t stems = 5;
    const SmallSong song = awkward_song(48000, 700, stems);
    load(wired(song));
    auto mixes = whole_consoles(2, stems, 600);
    const Excerpt all{0, 700, 0};
    const auto compare = [&] {
        EXPECT_EQ(disparity(cpu_->evaluate(mixes, {&all, 1}, kTarget),
                            gpu_->evaluate(mixes, {&all, 1}, kTarget)),
                  "");
    };
    compare();
    draw(mixes[0], 700.0 / 48000);
    compare();
}

/// The same with so many mixes that a block takes all of a mix's stems, round after round.
TEST_P(OnAGpu, AFewTilesOfMoreMixesThanItHasRoomForSideBySide) {
    const std::size_t stems = 9;
    const SmallSong song = awkward_song(48000, small(500), stems);
    load(wired(song));
    const auto mixes =
        whole_consoles(static_cast<std::size_t>(gpu_->good_batch()) / 2 + 3, stems, 800);
    const Excerpt all{0, song.frames(), 0};
    EXPECT_EQ(disparity(cpu_->evaluate(mixes, {&all, 1}, kTarget),
                        gpu_->evaluate(mixes, {&all, 1}, kTarget)),
              "");
}

TEST_P(OnAGpu, ExcerptsWithWarmUpGiveTheBitsOfTheCpu) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED here: no other kernels than the whole song has";
    const SmallSong song = awkward_song(48000, 24000, 4);
    load(wired(song));
    const auto mixes = whole_consoles(3, 4, 700);
    const Excerpt parts[] = {{480, 960, 0}, {9600, 4801, 3000}, {23520, 480, 23520}};
    EXPECT_EQ(
        disparity(cpu_->evaluate(mixes, parts, kTarget), gpu_->evaluate(mixes, parts, kTarget)),
        "");
}

/// Only on the stand-in, whose memory, order and haste can be set.
class Standin : public ::testing::Test {
protected:
    void TearDown() override { standin::set_machine({}); }
    std::vector<Measurement> evaluate(const standin::Machine& machine) {
        standin::set_machine(machine);
        standin::take_traffic();
        const auto gpu = standin::make_engine();
        gpu->load(view_);
        return gpu->evaluate(mixes_, {&all_, 1}, kTarget);
    }
    const SmallSong song_ = awkward_song(48000, small(6000), 4);
    const SongView view_ = wired(song_);
    Excerpt all_{0, view_.frames, 0};
    std::vector<MixSettings> mixes_ = whole_consoles(kThreadSanitizer ? 1 : 3, 4, 900);
};

TEST_F(Standin, NoOrderOfThreadsNorHasteOfStreamsMatters) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED here: the sanitizers need one order only";
    draw(mixes_[0], double(view_.frames) / 48000);
    const auto first = evaluate({});
    for (const standin::Order order :
         {standin::Order::reverse, standin::Order::random, standin::Order::random_warps})
        for (const standin::Haste haste :
             {standin::Haste::late, standin::Haste::at_once, standin::Haste::any}) {
            standin::Machine machine;
            machine.order = order;
            machine.haste = haste;
            machine.seed = 7;
            const auto other = evaluate(machine);
            for (std::size_t i = 0; i < first.size(); ++i)
                EXPECT_EQ(difference(first[i], other[i]), "");
        }
}

TEST_F(Standin, StripsRunAheadOfBusesAsFarAsTheyMay) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED here: the sanitizers need one pace only";
    // Seven segments: each buffer is filled again while the buses may still have work on it.
    const SmallSong song = awkward_song(48000, 14000, 2);
    const auto cpu = make_cpu_engine(2);
    cpu->load(wired(song));
    const auto mixes = whole_consoles(1, 2, 900);
    const Excerpt all{0, song.frames(), 0};
    const auto right = cpu->evaluate(mixes, {&all, 1}, kTarget);
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        standin::Machine machine;
        machine.multiprocessors = 8;
        machine.haste = seed == 0 ? standin::Haste::at_once : standin::Haste::any;
        machine.seed = seed;
        standin::set_machine(machine);
        const auto gpu = standin::make_engine();
        gpu->load(wired(song));
        EXPECT_EQ(disparity(right, gpu->evaluate(mixes, {&all, 1}, kTarget)), "")
            << "seed " << seed;
    }
}

TEST_F(Standin, RoundsOfStemsSideBySideGiveTheBitsOfTheCpu) {
    // A device with more multiprocessors than the batch has use for.
    standin::Machine machine;
    machine.multiprocessors = 8;
    machine.order = standin::Order::random;
    standin::set_machine(machine);
    const auto gpu = standin::make_engine();
    const auto cpu = make_cpu_engine(2);
    struct Size {
        int rate;
        std::int64_t frames;
        std::size_t stems, mixes;
    };
    const std::vector<Size> all{{48000, 5000, 9, 2}, {44100, 2501, 5, 33}, {96000, 700, 17, 1}};
    for (const Size& size : std::span(all).first(effort<std::size_t>(3, 1))) {
        const SmallSong song = awkward_song(size.rate, small(size.frames), size.stems);
        auto mixes = whole_consoles(size.mixes, size.stems, 70);
        cpu->load(wired(song));
        gpu->load(wired(song));
        const Excerpt whole{0, song.frames(), 0};
        for (const bool moving : {false, true}) {
            if (moving) draw(mixes[0], double(song.frames()) / size.rate);
            standin::take_traffic();
            EXPECT_EQ(disparity(cpu->evaluate(mixes, {&whole, 1}, kTarget),
                                gpu->evaluate(mixes, {&whole, 1}, kTarget)),
                      "")
                << size.stems << " stems at " << size.rate << " Hz";
            EXPECT_GT(standin::take_traffic().deepest, 1u) << "nobody added up the rounds";
        }
    }
}

TEST_F(Standin, TwoGpusAndTheProcessorShareABatch) {
    standin::Machine machine;
    machine.devices = 2;
    standin::set_machine(machine);
    EXPECT_FALSE(standin::make_engine(2)) << "there are two";
    all_.frames = small(1200);
    const auto second = standin::make_engine(1);
    second->load(view_);
    standin::take_traffic();
    second->evaluate({mixes_.data(), 1}, {&all_, 1}, kTarget);
    EXPECT_EQ(standin::take_traffic().devices, 1u << 1) << "each works on its own";
    std::vector<std::unique_ptr<Engine>> engines;
    engines.push_back(standin::make_engine(0));
    engines.push_back(standin::make_engine(1));
    engines.push_back(make_cpu_engine(1));
    const auto team = make_team(std::move(engines));
    EXPECT_EQ(team->info().name, "cuda:0 + cuda:1 + cpu");
    mixes_ = whole_consoles(kSlowBuild ? 12 : 200, 4, 40);
    const auto cpu = make_cpu_engine(2);
    cpu->load(view_);
    team->load(view_);
    EXPECT_EQ(disparity(cpu->evaluate(mixes_, {&all_, 1}, kTarget),
                        team->evaluate(mixes_, {&all_, 1}, kTarget)),
              "");
}

TEST_F(Standin, LittleMemoryMakesSmallerBatchesAndTheSameNumbers) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED here: many mixes are too dear under sanitizers";
    all_.frames = 2000;
    mixes_ = whole_consoles(70, 4, 40);
    const auto plenty = evaluate({});
    const standin::Traffic at_once = standin::take_traffic();
    const auto share = [&](double part) {
        return static_cast<std::size_t>(part * static_cast<double>(at_once.most_bytes));
    };
    const auto evaluate_with = [&](std::size_t memory, std::size_t missing) {
        standin::Machine machine;
        machine.memory = memory;
        machine.missing = missing;
        EXPECT_EQ(disparity(plenty, evaluate(machine)), "") << memory << " bytes, less " << missing;
        return standin::take_traffic();
    };
    // Too little for all at once.
    const standin::Traffic planned = evaluate_with(share(1.1), 0);
    EXPECT_GT(planned.launches, at_once.launches);
    EXPECT_EQ(planned.refused, 0u);
    // Less than the device says.
    const standin::Traffic refused = evaluate_with(share(2), share(1.2));
    EXPECT_GT(refused.refused, 0u);
    EXPECT_GT(refused.launches, at_once.launches);
    standin::Machine none;
    none.memory = 1 << 20;
    EXPECT_THROW(evaluate(none), DeviceError);
}

TEST_F(Standin, AMixTakesTheMemoryThatIsPlannedForIt) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED here: many mixes are too dear under sanitizers";
    all_.frames = 1000;
    for (const bool moving : {false, true})
        for (const bool few : {false, true}) {
            std::size_t bytes[2] = {};
            for (const std::size_t groups : {1, 2}) {
                mixes_ = whole_consoles(32 * groups, 4, 40);
                for (MixSettings& mix : mixes_)
                    if (moving) draw(mix, 1000.0 / 48000);
                standin::Machine machine;
                machine.multiprocessors = few ? 8 : 1;
                evaluate(machine);
                bytes[groups - 1] = standin::take_traffic().most_bytes;
            }
            const double each = double(bytes[1] - bytes[0]) / 32,
                         planned = double(standin::planned_bytes(view_, mixes_, {&all_, 1}, few));
            std::printf("%s, %s: %.0f bytes a mix, planned %.0f\n", moving ? "moving" : "still",
                        few ? "few" : "many", each, planned);
            EXPECT_LE(each, planned * 1.001);
            EXPECT_GE(each, planned * 0.85);
        }
}

}  // namespace
}  // namespace mixfarm
