/// Every move of moves.def is measured on audio against what is stated of it, at three strengths.
#include "tests/moves/heard.h"

namespace mixfarm {

void PrintTo(const MoveKind& kind, std::ostream* out) {
    *out << kind.name;
}

}  // namespace mixfarm

namespace mixfarm::moves_test {
namespace {

/// Mixes of a stage, rendered two moves at a time; the last ones are kept.
class Mixes {
public:
    const StereoAudio& off(const Stage& stage) {
        auto& mix = off_[&stage];
        if (mix.left.empty()) mix = std::move(render(stage, {stage.off()})[0]);
        return mix;
    }
    const StereoAudio& on(const Stage& stage, const Move& move, std::size_t strength) {
        if (!kept_.contains(&move)) {
            kept_.clear();
            std::vector<const Move*> moves = {&move};
            if (&move != &stage.moves().back()) moves.push_back(&move + 1);
            std::vector<MixSettings> mixes;
            for (const Move* m : moves)
                for (const float s : kStrengths) mixes.push_back(stage.settings(*m, s));
            std::vector<StereoAudio> audio = render(stage, mixes);
            for (std::size_t m = 0, i = 0; m < moves.size(); ++m)
                for (std::size_t s = 0; s < std::size(kStrengths); ++s, ++i)
                    kept_[moves[m]].push_back(std::move(audio[i]));
        }
        return kept_[&move][strength];
    }

private:
    static std::vector<StereoAudio> render(const Stage& stage,
                                           const std::vector<MixSettings>& mixes) {
        return stage.engine().render(mixes, kQuiet);
    }
    std::map<const Stage*, StereoAudio> off_;
    std::map<const Move*, std::vector<StereoAudio>> kept_;
};

class EveryMove : public testing::TestWithParam<MoveKind> {
protected:
    static void SetUpTestSuite() { mixes_ = new Mixes; }
    static void TearDownTestSuite() { delete mixes_; }
    static inline Mixes* mixes_ = nullptr;
};

TEST_P(EveryMove, DoesWhatItsWordsSay) {
    const std::string name(GetParam().name);
    const auto [first, last] = measures().equal_range(name);
    EXPECT_NE(first, last) << "nobody measures " << name << "; add it to tests/moves";
    for (auto at = first; at != last; ++at) {
        const Stage& stage = at->second.stage();
        const Move* move = stage.find(name);
        ASSERT_NE(move, nullptr) << stage.name() << " has no place for " << name;
        EXPECT_EQ(move->family, GetParam().family);
        for (std::size_t s = 0; s < std::size(kStrengths); ++s) {
            std::printf("%s\n", move_words(*move, kStrengths[s]).c_str());
            at->second.measure(
                {stage, *move, kStrengths[s], mixes_->off(stage), mixes_->on(stage, *move, s)});
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Moves, EveryMove,
                         testing::ValuesIn(move_kinds().begin(), move_kinds().end()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace mixfarm::moves_test
