/// What is heard: stretches of a question's mixes and their levels; on the board, also without some
/// of a mix's moves.
#include <tbb/parallel_for.h>

#include <algorithm>

#include "host/audition/session.h"

namespace mixfarm::audition {
namespace {

constexpr double kLeastLoop = 0.5, kMostAudio = 60;

}  // namespace

std::optional<Reply> Session::not_of_board(const std::vector<std::size_t>& board,
                                           const Without& off) const {
    if (off.slot >= board.size()) return refused(404, "there is no such slot");
    const std::int64_t id = table_.mixes[board[off.slot]].id;
    const std::vector<Backstage::Made> made = made_by(id);
    for (const int move : off.moves)
        if (std::none_of(made.begin(), made.end(), [&](const auto& m) { return m.move == move; }))
            return refused(422, "this mix does not make that move");
    return std::nullopt;
}

std::vector<Backstage::Made> Session::made_by(std::int64_t id) const {
    return id < 0 ? std::vector<Backstage::Made>{}
                  : backstage_.made(static_cast<std::uint64_t>(id));
}

Reply Session::audio(int number, std::size_t slot, double from_s, double to_s, std::string& wav,
                     const std::vector<int>& without) {
    std::shared_ptr<const Sound> sound;
    {
        const std::lock_guard lock(mutex_);
        if (!without.empty() && !(number == 0 && deck_.finished()))
            return refused(403, "after the questions");
        const auto slots = slots_of(number);
        if (!slots) return refused(409, "this question is not open any more");
        if (slot >= slots->size()) return refused(404, "there is no such slot");
        if (!(to_s > from_s) || from_s < 0 || to_s - from_s > kMostAudio)
            return refused(422, "from_s and to_s have to be at most 60 s apart");
        // All or none: who is ready first tells nothing.
        const Sounds all = sounds(*slots);
        if (all.empty()) return refused(503, "not ready yet");
        sound = all[slot];
        if (!without.empty()) {
            if (const auto why = not_of_board(*slots, {slot, without})) return *why;
            const auto made = variants_.find({table_.mixes[(*slots)[slot]].id, without});
            if (!made) return refused(503, "not ready yet");
            sound = made->sound;
        }
    }
    wav = wav_of(*sound, from_s, to_s);
    return {};
}

Reply Session::levels(int number, double from_s, double to_s, Monitor monitor,
                      const std::vector<Without>& without) {
    Sounds all;
    std::vector<float> peaks;
    {
        const std::lock_guard lock(mutex_);
        if (!without.empty() && !(number == 0 && deck_.finished()))
            return refused(403, "after the questions");
        const auto slots = slots_of(number);
        if (!slots) return refused(409, "this question is not open any more");
        const double least = std::min(kLeastLoop, table_.seconds()) - 1e-3;  // of rounded frames
        if (!(to_s - from_s >= least) || from_s < 0)
            return refused(422, "a loop is half a second at least");
        all = sounds(*slots);
        if (all.empty()) return refused(503, "not ready yet");
        for (const std::size_t mix : *slots) peaks.push_back(table_.mixes[mix].true_peak_dbtp);
        for (const Without& off : without) {
            if (const auto why = not_of_board(*slots, off)) return *why;
            const auto made = variants_.find({table_.mixes[(*slots)[off.slot]].id, off.moves});
            if (!made) return refused(503, "not ready yet");
            all[off.slot] = made->sound;
            peaks[off.slot] = made->true_peak_dbtp;
        }
    }
    std::vector<const Sound*> as_they_are;
    for (const auto& sound : all) as_they_are.push_back(sound.get());
    if (monitor == Monitor::off)
        return {200, Json{{"gains_db", matching_gains_db(as_they_are, peaks, from_s, to_s)}}};
    to_s = std::min(to_s, from_s + kMostAudio);
    std::vector<Sound> heard(all.size());
    tbb::parallel_for(std::size_t{0}, all.size(), [&](std::size_t i) {
        heard[i] = heard_through(monitor, *all[i], from_s, to_s);
    });
    std::vector<const Sound*> each;
    for (const Sound& sound : heard) each.push_back(&sound);
    return {200, Json{{"gains_db", matching_gains_db(each, peaks, 0, to_s - from_s)}}};
}

Reply Session::without(const Without& off) {
    const std::lock_guard lock(mutex_);
    if (!deck_.finished()) return refused(403, "after the questions");
    const std::vector<std::size_t> mixes = board();
    if (const auto why = not_of_board(mixes, off)) return *why;
    const auto [stand, trouble] = variants_.ask({table_.mixes[mixes[off.slot]].id, off.moves});
    switch (stand) {
        case Variants::Stand::failed:
            return refused(500, trouble);
        case Variants::Stand::too_many:
            return refused(429, "too many mixes are being made; wait for one of them");
        default:
            return {200, Json{{"ready", stand == Variants::Stand::ready}}};
    }
}

}  // namespace mixfarm::audition
