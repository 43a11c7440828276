/// Moves that lay sounds over stems, measured in the mix: the sounds are there at the stated level,
/// or in the place of their stem, and nothing else is. What they sound like: tests/layers.
#include <set>

#include "tests/moves/heard.h"
#include "tests/moves/songs.h"

namespace mixfarm::moves_test {
namespace {

/// Number of a move's first layer among all.
std::size_t first_layer(const Heard& h) {
    std::size_t first = 0;
    for (const Move* m = h.stage.moves().data(); m != &h.move; ++m) first += m->layers.size();
    return first;
}

/// Half seconds in which the layer sounds loudest, at most `count`.
std::vector<double> loudest_s(const Heard& h, const LayerSound& sound, std::size_t count) {
    std::vector<std::pair<double, double>> found;
    for (double t = 0; t + 0.5 < h.stage.song().seconds(); t += 0.5)
        found.emplace_back(rms(stretch(sound.left.data(), sound.right.data(), h.stage.frame(t),
                                       h.stage.frame(t + 0.5))),
                           t);
    std::sort(found.rbegin(), found.rend());
    std::vector<double> at;
    for (const auto& [level, t] : found)
        if (level > 0 && at.size() < count) at.push_back(t);
    return at;
}

/// A layer that is meant to sound at this strength.
struct Laid {
    const MoveLayer* layer;
    const LayerSound* sound;
    std::size_t stem;
};

void laid(const Heard& h) {
    constexpr double kNear_db = 0.1, kRounded_db = 0.51;
    const std::string words = move_words(h.move, h.strength);
    std::vector<Laid> sounding;
    std::size_t index = first_layer(h);
    for (const MoveLayer& layer : h.move.layers) {
        const Laid one{&layer, &h.stage.studio().layers[index++],
                       static_cast<std::size_t>(layer.stem)};
        const bool its = h.strength > layer.above && h.strength <= layer.upto;
        EXPECT_EQ(words.find(layer.what) != std::string::npos, its) << words;
        if (its) sounding.push_back(one);
    }
    ASSERT_FALSE(sounding.empty());
    std::set<std::size_t> stems;
    for (const Laid& one : sounding)
        EXPECT_TRUE(stems.insert(one.stem).second) << "two at once: " << one.layer->what;
    std::vector<std::size_t> others;
    for (std::size_t s = 0; s < h.stage.song().stems.size(); ++s)
        if (!stems.contains(s)) others.push_back(s);

    // Loud half seconds one after the other, of all others, and of each stem and its layer.
    Stretch on;
    std::vector<Stretch> parts(1 + 2 * sounding.size());
    const auto add = [](Stretch& to, const Stretch& more) {
        to.insert(to.end(), more.begin(), more.end());
    };
    for (const Laid& one : sounding) {
        const std::vector<double> at = loudest_s(h, *one.sound, 8);
        ASSERT_FALSE(at.empty()) << one.layer->what << " is silent";
        for (const double t : at) {
            add(on, part_of(h.stage, h.on, t, t + 0.5));
            add(parts[0], part_of(h.stage, others, t, t + 0.5));
            for (std::size_t i = 0; i < sounding.size(); ++i) {
                const Laid& own = sounding[i];
                add(parts[1 + 2 * i], part_of(h.stage, std::array{own.stem}, t, t + 0.5));
                add(parts[2 + 2 * i],
                    stretch(own.sound->left.data(), own.sound->right.data(), h.stage.frame(t),
                            h.stage.frame(t + 0.5), Sides::both, h.stage.level(own.stem)));
            }
        }
    }
    const std::vector<double> share = shares(on, parts);
    Stretch rest = on;
    for (std::size_t p = 0; p < parts.size(); ++p)
        for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= share[p] * parts[p][i];
    for (std::size_t i = 0; i < sounding.size(); ++i) {
        const MoveLayer& layer = *sounding[i].layer;
        const double stem = decibels(share[1 + 2 * i] / share[0]),
                     sound = decibels(share[2 + 2 * i] / share[0]);
        if (layer.instead) {
            h.reads(layer.what, sound, 0, kNear_db, "dB");
            h.stays("the stem itself", stem, -60, "dB");
        } else {
            h.reads(layer.what, sound, h.said(layer.what + " at"), kRounded_db, "dB");
            h.reads("the stem beside it", stem, 0, kNear_db, "dB");
        }
    }
    h.stays("all else in the mix", decibels(rms(rest) / rms(on)), -100, "dB");
}

/// Amplitude of a tone in what the stem that carries own sounds has more with them.
double tone_in(const Heard& h, const StereoAudio& more, double hz, double from_s, double to_s) {
    return tones(part_of(h.stage, more, from_s, to_s, Sides::middle), std::array{hz},
                 h.stage.song().rate)[0];
}

void own_sounds(const Heard& h) {
    laid(h);
    ASSERT_EQ(h.move.layers.size(), 1u);
    const int stem = h.move.layers[0].stem;
    StereoAudio more = h.stage.engine().render_stem(h.stage.settings(h.move, h.strength), stem, 0);
    const StereoAudio off = h.stage.engine().render_stem(h.stage.off(), stem, 0);
    for (std::size_t n = 0; n < off.left.size(); ++n)
        more.left[n] -= off.left[n], more.right[n] -= off.right[n];
    const auto place = [&](std::string_view begins) {
        return *std::find_if(h.move.places.begin(), h.move.places.end(),
                             [&](const auto& p) { return p.name.starts_with(begins); });
    };
    const double hook = place("the way into ").end_s, bed = place("Intro").end_s;
    const OwnSound &riser = kOwnSounds[0], &impact = kOwnSounds[1], &rain = kOwnSounds[2];
    // Each by its tone: where it sounds, against where it has no business.
    const auto rises_db = [&](const OwnSound& own, double inside_s, double outside_s) {
        return decibels(tone_in(h, more, own.hz, outside_s, outside_s + 0.1) /
                        tone_in(h, more, own.hz, inside_s, inside_s + 0.1));
    };
    h.stays("riser behind the downbeat", rises_db(riser, hook - 0.12, hook + 0.02), -60, "dB");
    h.stays("riser before it begins",
            rises_db(riser, hook - riser.seconds + 0.02, hook - riser.seconds - 0.12), -60, "dB");
    h.stays("impact before the downbeat", rises_db(impact, hook + 0.02, hook - 0.12), -60, "dB");
    h.stays("bed behind its section", rises_db(rain, bed - 2, bed + 0.02), -60, "dB");
}

const Measured kLaid[] = {{"octave_below", sketch, laid}, {"swell", sketch, laid},
                          {"crushed_lead", sketch, laid}, {"doubled_lead", sketch, laid},
                          {"shimmer", sketch, laid},      {"grains", sketch, laid},
                          {"timing_drift", sketch, laid}, {"pitch_drift", sketch, laid},
                          {"tape", sketch, laid},         {"hiss", sketch, laid},
                          {"vinyl", sketch, laid},        {"own_sounds", sketch, own_sounds}};

}  // namespace
}  // namespace mixfarm::moves_test
