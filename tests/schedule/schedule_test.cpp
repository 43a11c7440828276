/// Work spread over threads: every piece runs once, results do not depend on the number of threads;
/// small enough for the thread sanitizer, which is what this room is for.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <vector>

#include "kernels/core/random.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/engine.h"

namespace {

using namespace mixfarm;

TEST(ForkJoin, RunsEveryPieceOnceAndSeesWhatWasWrittenBefore) {
    for (const std::size_t pieces :
         {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{257}}) {
        std::vector<int> before(pieces, 7),
            counts(pieces, 0);  // plain ints: a race would be the sanitizer's to see
        fork_join(4, pieces, [&](std::size_t i) { counts[i] += before[i]; });
        for (const int count : counts) EXPECT_EQ(count, 7);
    }
}

TEST(ForkJoin, ThrowsWhatAPieceThrowsAfterAllHaveEnded) {
    std::atomic<int> running{0};
    EXPECT_THROW(fork_join(4, 100,
                           [&](std::size_t i) {
                               ++running;
                               if (i == 3) {
                                   --running;
                                   throw std::runtime_error("piece 3");
                               }
                               --running;
                           }),
                 std::runtime_error);
    EXPECT_EQ(running, 0);
}

TEST(Schedule, ThreadsDoNotChangeTheNumbers) {
    constexpr int kRate = 48000, kFrames = 24000, kStems = 3, kMixes = 37;
    std::vector<std::vector<float>> audio;
    SongView song{kRate, kFrames, {}};
    for (int s = 0; s < kStems; ++s) {
        RandomStream random(5, static_cast<std::uint64_t>(s));
        audio.emplace_back(kFrames);
        for (float& x : audio.back()) x = static_cast<float>(0.3 * (random.next() - 0.5));
    }
    for (const auto& a : audio) song.stems.push_back({a.data(), a.data()});
    std::vector<MixSettings> mixes(kMixes);
    RandomStream random(6, 0);
    for (MixSettings& mix : mixes) {
        for (int s = 0; s < kStems; ++s) {
            std::vector<float> row = neutral_strip();
            row[static_cast<std::size_t>(strip_param_index("fader", "fader_db"))] =
                static_cast<float>(-12 * random.next());
            row[static_cast<std::size_t>(strip_param_index("compressor", "ratio"))] =
                static_cast<float>(1 + 4 * random.next());
            mix.strips.insert(mix.strips.end(), row.begin(), row.end());
        }
    }
    const Excerpt whole{0, kFrames, 0};
    std::vector<std::vector<Measurement>> results;
    for (const int threads : {1, 2, 4}) {
        const auto engine = make_cpu_engine(threads);
        engine->load(song);
        results.push_back(engine->evaluate(mixes, {&whole, 1}, {}));
    }
    for (std::size_t t = 1; t < results.size(); ++t) {
        for (std::size_t i = 0; i < kMixes; ++i) {
            EXPECT_EQ(results[t][i].metrics[0], results[0][i].metrics[0]);
            EXPECT_EQ(results[t][i].stem_power, results[0][i].stem_power);
            EXPECT_EQ(results[t][i].left_power, results[0][i].left_power);
            EXPECT_EQ(results[t][i].master_gain_db, results[0][i].master_gain_db);
        }
    }
    std::set<float> loudness_of_gain;
    for (const Measurement& m : results[0]) loudness_of_gain.insert(m.master_gain_db);
    EXPECT_GT(loudness_of_gain.size(), 30u)
        << "the mixes should differ, or the comparison above says nothing";
}

}  // namespace
