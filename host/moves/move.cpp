/// Moves in words, and when their lanes act.
#include "host/moves/move.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mixfarm {
namespace {

std::string text(const char* format, double value) {
    char out[48];
    std::snprintf(out, sizeof out, format, value);
    return out;
}

std::string clock(double seconds) {
    const int s = static_cast<int>(seconds + 0.05);  // a downbeat at 23.999 s
    char out[24];
    std::snprintf(out, sizeof out, "%d:%02d", s / 60, s % 60);
    return out;
}

/// "+0.7 dB", "40 % narrower", "high-passed up to 250 Hz", "8 ms late", "sent at up to -9 dB".
std::string amount(const MoveLane& lane, double value) {
    if (lane.param == "high_pass_hz") return text("high-passed up to %.0f Hz", value);
    if (lane.law == Law::reach) return text("sent at up to %.0f dB", value);
    if (lane.param == "width")
        return text("%.0f %% ", 100 * std::abs(value)) + (value < 0 ? "narrower" : "wider");
    if (lane.param == "delay_ms") return text("%.0f ms late", value);
    return text("%+.1f dB", value);
}

/// What the shape goes to at most in a place, to the side of `sign`.
double furthest(const MoveLane& lane, const Move::Place& place, int sign) {
    double most = 0;
    for (const Automation::Point& p : lane.shape)
        if (p.seconds > place.start_s - 0.05 && p.seconds < place.end_s)
            most = std::max(most, static_cast<double>(p.value) * sign);
    return most * sign;
}

/// The same in all places that are told, to either side.
double furthest(const MoveLane& lane, const std::vector<Move::Place>& places) {
    double most = 0;
    for (const Move::Place& place : places)
        for (const int sign : {1, -1})
            if (const double own = furthest(lane, place, sign); std::abs(own) > std::abs(most))
                most = own;
    return most != 0 ? most : lane.shape.back().value;
}

/// Does it stay somewhere on its way within the place?
bool part(const MoveLane& lane, const Move::Place& place, double most) {
    for (std::size_t i = 0; i + 1 < lane.shape.size(); ++i) {
        const Automation::Point &a = lane.shape[i], &b = lane.shape[i + 1];
        const bool stays = a.value == b.value && b.seconds > a.seconds + 0.1,
                   inside = a.seconds > place.start_s - 0.05 && b.seconds < place.end_s + 0.05;
        if (stays && inside && std::abs(a.value - most) > 0.05 * std::abs(most)) return true;
    }
    return false;
}

/// "+0.7 dB"; "up to +0.7 dB" where it is less in one of the places, "up to 0.7 dB either way".
std::string amount_in(const MoveLane& lane, double value, const std::vector<Move::Place>& places) {
    constexpr double kSame = 0.05;
    if (lane.law == Law::reach || lane.shape.size() == 1) return amount(lane, value);
    const double most = furthest(lane, places);
    const int sign = most < 0 ? -1 : 1;
    bool less = false, back = false;
    for (const Move::Place& place : places) {
        less =
            less || std::abs(furthest(lane, place, sign) - most) > kSame || part(lane, place, most);
        back = back || std::abs(furthest(lane, place, -sign)) > kSame;
    }
    if (back && lane.param != "width") return text("up to %.1f dB either way", std::abs(value));
    return (less ? "up to " : "") + amount(lane, value);
}

}  // namespace

const char* family_name(Family family) {
    constexpr const char* names[] = {"creative_automation", "dynamic_arrangement",
                                     "human_imperfection", "sound_design"};
    return names[static_cast<int>(family)];
}

float MoveLayer::gain(float strength) const {
    if (!(strength > above) || strength > upto) return 0;
    return instead ? 1 : std::pow(10.0f, level_db.at(strength) / 20);
}

double MoveLane::share_at(double seconds) const {
    const auto next =
        std::upper_bound(shape.begin(), shape.end(), seconds,
                         [](double t, const Automation::Point& p) { return t < p.seconds; });
    if (next == shape.begin()) return shape.front().value;
    if (next == shape.end()) return shape.back().value;
    const Automation::Point &a = *(next - 1), &b = *next;
    return a.value + (seconds - a.seconds) / (b.seconds - a.seconds) * (b.value - a.value);
}

bool MoveLane::acts_in(double from_s, double to_s, int sign) const {
    constexpr double kRamp_s = 0.05;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const double begin = shape[i].seconds,
                     end = i + 1 < shape.size() ? shape[i + 1].seconds : HUGE_VAL;
        const float after = i + 1 < shape.size() ? shape[i + 1].value : shape[i].value;
        if ((shape[i].value * sign > 0 || after * sign > 0) && begin < to_s - kRamp_s &&
            end > from_s + kRamp_s)
            return true;
    }
    return false;
}

std::string move_words(const Move& move, float strength) {
    std::string words = move.name;
    std::replace(words.begin(), words.end(), '_', ' ');
    words += ": ";
    // Lanes that do the same are told once.
    for (std::size_t i = 0; i < move.lanes.size(); ++i) {
        const MoveLane& lane = move.lanes[i];
        if (lane.param == "beats") continue;  // who knows the mix tells how fast it repeats
        const auto same = [&](const MoveLane& other) {
            return other.param == lane.param && other.effect == lane.effect &&
                   other.amounts.most == lane.amounts.most;
        };
        if (std::any_of(move.lanes.begin(), move.lanes.begin() + static_cast<std::ptrdiff_t>(i),
                        same))
            continue;
        std::string who;
        for (const MoveLane& other : move.lanes)
            if (same(other)) who += (who.empty() ? "" : ", ") + other.what;
        const double value =
            lane.amounts.at(strength) * (lane.law == Law::reach ? 1 : furthest(lane, move.places));
        words += (i ? "; " : "") + who + " " + amount_in(lane, value, move.places);
    }
    for (std::size_t i = 0; i < move.layers.size(); ++i) {
        const MoveLayer& layer = move.layers[i];
        if (layer.gain(strength) <= 0) continue;
        if (!words.ends_with(": ")) words += "; ";
        words += layer.what;
        if (!layer.instead) words += text(" at %.0f dB", layer.level_db.at(strength));
    }
    words += " in ";
    for (std::size_t i = 0; i < move.places.size(); ++i)
        words += (i ? ", " : "") + move.places[i].name + " (" + clock(move.places[i].start_s) + ")";
    return words + ", because " + move.reason;
}

}  // namespace mixfarm
