/// Making and keeping mixes without some of their moves.
#include "host/audition/variants.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "host/render/level_match.h"

namespace mixfarm::audition {

Variants::Variants(int rate, std::int64_t frames, VariantRenderer render)
    : rate_(rate), frames_(frames), render_(std::move(render)) {
    worker_ = std::thread([this] { work(); });
}

Variants::~Variants() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    worker_.join();
}

const Variants::Kept* Variants::use(const Variant& variant) {
    const auto at = std::find_if(kept_.begin(), kept_.end(),
                                 [&](const Kept& k) { return k.variant == variant; });
    if (at == kept_.end()) return nullptr;
    kept_.splice(kept_.end(), kept_, at);
    return &kept_.back();
}

std::optional<Variants::Playable> Variants::find(const Variant& variant) {
    const std::lock_guard lock(mutex_);
    const Kept* kept = use(variant);
    return kept ? std::optional(kept->playable) : std::nullopt;
}

Variants::Order Variants::ask(const Variant& variant) {
    const std::lock_guard lock(mutex_);
    if (use(variant)) return {Stand::ready, ""};
    if (making_ == variant) return {Stand::soon, ""};
    const auto now = Clock::now();
    const auto known = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& w) { return w.variant == variant; });
    if (known != waiting_.end()) {
        known->asked = now;
        if (!known->trouble) return {Stand::soon, ""};
        const Order failed{Stand::failed, *known->trouble};
        waiting_.erase(known);
        return failed;
    }
    waiting_.remove_if([&](const Waiting& w) { return now - w.asked > kPatience; });
    if (waiting_.size() >= kMostWaiting) return {Stand::too_many, ""};
    waiting_.push_back({variant, now, std::nullopt});
    changed_.notify_all();
    return {Stand::soon, ""};
}

void Variants::work() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        const auto now = Clock::now();
        waiting_.remove_if([&](const Waiting& w) { return now - w.asked > kPatience; });
        const auto next = std::find_if(waiting_.begin(), waiting_.end(),
                                       [](const Waiting& w) { return !w.trouble; });
        if (next == waiting_.end()) {
            changed_.wait(lock);
            continue;
        }
        const Variant variant = next->variant;
        making_ = variant;
        waiting_.erase(next);
        lock.unlock();
        std::optional<Playable> made;
        std::string trouble;
        try {
            made = make(variant);
        } catch (const std::exception& e) {
            trouble = e.what();
        }
        lock.lock();
        making_.reset();
        if (made)
            keep({variant, std::move(*made)});
        else
            waiting_.push_back({variant, Clock::now(), trouble});
    }
}

Variants::Playable Variants::make(const Variant& variant) const {
    const StereoAudio audio = render_(variant);
    if (audio.rate != rate_ || static_cast<std::int64_t>(audio.left.size()) != frames_)
        throw std::runtime_error("what was made is not as long as the night's other mixes");
    return {std::make_shared<const Sound>(sound_of(audio)),
            metered(audio).measured.metric("true_peak_dbtp")};
}

void Variants::keep(Kept made) {
    kept_.push_back(std::move(made));
    const auto bytes = [&] {
        std::size_t sum = 0;
        for (const Kept& kept : kept_) sum += kept.playable.sound->bytes();
        return sum;
    };
    while (kept_.size() > kMostKept || (kept_.size() > kFewestKept && bytes() > kKeptBytes))
        kept_.pop_front();
}

}  // namespace mixfarm::audition
