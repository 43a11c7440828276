/// The words people put into stem names, and the part of a song each of them points to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mixfarm {

/// What one word of a name says. Nouns name a part; qualifiers only colour a noun (or stand in for
/// a missing one).
enum class Word : std::uint8_t {
    // nouns
    vocal,
    lead_vocal,
    backing_vocal,
    kick,
    snare,
    tom,
    hi_hat,
    cymbal,
    percussion,
    drums,
    bass,
    synth_bass,
    guitar,
    acoustic_guitar,
    electric_guitar,
    keys,
    organ,
    synth,
    synth_lead,
    pad,
    strings,
    brass,
    fx,
    woodwind,
    // weak nouns: a noun beside them wins
    overhead,
    room,
    ambience,
    loop,
    fill,
    build,
    mix,
    // qualifiers
    lead,
    backing,
    acoustic,
    electric,
    sub,
    range,
    reverse
};

/// The words of a stem name in lower case: split at anything not alphanumeric, at camelCase humps
/// and between letters and digits (except in words such as "808" or "b3"). Glued words
/// ("bassguitar") come apart when known words cover them fully.
std::vector<std::string> name_words(std::string_view stem_name);

/// What a lower-case word says, plural forms included; nothing when the word is unknown.
std::optional<Word> word_meaning(std::string_view word);

/// True when the name is that of a whole mix ("rough_mix", "Master") rather than of a stem.
bool names_a_mix(std::string_view stem_name);

}  // namespace mixfarm
