/// Roles: their names and families, and the guess from a stem's name first and its sound second.
#include "host/song/role.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "host/song/role_words.h"

namespace mixfarm {
namespace {

struct RoleRow {
    std::string_view name, family;
};

constexpr std::array<RoleRow, kRoleCount> kRoles{{
    {"lead_vocal", "vocals"},
    {"backing_vocal", "vocals"},
    {"kick", "drums"},
    {"snare", "drums"},
    {"tom", "drums"},
    {"hi_hat", "drums"},
    {"overhead", "drums"},
    {"room", "drums"},
    {"percussion", "drums"},
    {"drums", "drums"},
    {"bass_guitar", "bass"},
    {"synth_bass", "bass"},
    {"acoustic_guitar", "music"},
    {"electric_guitar", "music"},
    {"keys", "music"},
    {"organ", "music"},
    {"synth_lead", "music"},
    {"pad", "music"},
    {"strings", "music"},
    {"brass", "music"},
    {"fx", "effects"},
    {"ambience", "effects"},
    {"other", "music"},
}};

constexpr double kSureName = 0.95;  ///< one noun, nothing against it
constexpr double kMixedName = 0.8;  ///< several nouns, settled by precedence
constexpr double kWeakName = 0.6;   ///< only a qualifier or a weak noun

/// The meanings found in a name, in order.
class Meanings {
public:
    explicit Meanings(std::string_view name) {
        for (const std::string& word : name_words(name)) {
            if (const auto meaning = word_meaning(word)) {
                if (*meaning != Word::mix) words_.push_back(*meaning);
            }
        }
    }
    bool empty() const { return words_.empty(); }
    bool has(Word word) const {
        return std::find(words_.begin(), words_.end(), word) != words_.end();
    }
    bool any(std::initializer_list<Word> words) const {
        return std::any_of(words.begin(), words.end(), [&](Word w) { return has(w); });
    }
    /// Position of the last of these words, -1 when there is none: in a compound the last noun is
    /// the head.
    int last(std::initializer_list<Word> words) const {
        for (int i = static_cast<int>(words_.size()) - 1; i >= 0; --i) {
            if (std::find(words.begin(), words.end(), words_[i]) != words.end()) return i;
        }
        return -1;
    }
    int count(std::initializer_list<Word> words) const {
        return static_cast<int>(
            std::count_if(words.begin(), words.end(), [&](Word w) { return has(w); }));
    }
    /// `first` directly followed by `second`.
    bool pair(Word first, Word second) const {
        for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
            if (words_[i] == first && words_[i + 1] == second) return true;
        }
        return false;
    }

private:
    std::vector<Word> words_;
};

struct Verdict {
    Role role = Role::other;
    double confidence = 0;
};

Verdict voice(const Meanings& m) {
    if (m.has(Word::fx)) return {Role::fx, kMixedName};
    if (m.has(Word::lead_vocal)) return {Role::lead_vocal, kSureName};
    if (m.has(Word::vocal) && m.has(Word::lead) && !m.has(Word::backing))
        return {Role::lead_vocal, kSureName};
    if (m.any({Word::backing_vocal, Word::backing, Word::range, Word::bass}))
        return {Role::backing_vocal, kSureName};
    return {Role::lead_vocal, m.has(Word::lead) ? kSureName : kMixedName};
}

/// One piece of the kit by its name, the kit when several are named, room and overheads above the
/// piece they stand near.
Verdict kit(const Meanings& m) {
    if (m.has(Word::overhead)) return {Role::overhead, kSureName};
    if (m.has(Word::reverse)) return {Role::fx, kMixedName};
    if (m.any({Word::room, Word::ambience})) return {Role::room, kMixedName};
    const int pieces =
        m.count({Word::kick, Word::snare, Word::tom, Word::hi_hat, Word::cymbal, Word::percussion});
    const bool clap_on_snare = pieces == 2 && m.has(Word::snare) && m.has(Word::percussion);
    if (pieces > 1 && !clap_on_snare) return {Role::drums, kMixedName};
    const double sure = pieces > 1 ? kMixedName : kSureName;
    if (m.has(Word::kick)) return {Role::kick, sure};
    if (m.has(Word::snare)) return {Role::snare, sure};
    if (m.has(Word::tom)) return {Role::tom, sure};
    if (m.has(Word::hi_hat)) return {Role::hi_hat, sure};
    if (m.has(Word::cymbal)) return {Role::overhead, sure};
    if (m.has(Word::percussion)) return {Role::percussion, sure};
    return {Role::drums, sure};
}

Verdict guitar(const Meanings& m) {
    const bool electric = m.any({Word::electric_guitar, Word::electric});
    if (!electric && m.any({Word::acoustic_guitar, Word::acoustic, Word::strings})) {
        return {Role::acoustic_guitar, kSureName};
    }
    return {Role::electric_guitar, electric || m.has(Word::lead) ? kSureName : kMixedName};
}

/// A plain "synth" says little: what it plays decides between pad, bass and lead.
Verdict synthesizer(const Meanings& m, const SoundTraits& sound) {
    if (m.has(Word::lead)) return {Role::synth_lead, kSureName};
    if (sound.low_share > 0.6 && sound.pitch_share > 0.3) return {Role::synth_bass, kWeakName};
    if (sound.onsets_per_s < 0.5 && sound.active_share > 0.6) return {Role::pad, kWeakName};
    return {Role::synth_lead, kWeakName};
}

Verdict head_of_music(const Meanings& m, const SoundTraits& sound) {
    const auto guitars = {Word::guitar, Word::acoustic_guitar, Word::electric_guitar};
    const auto basses = {Word::bass, Word::synth_bass};
    if (m.has(Word::brass))
        return {Role::brass, kSureName};  // "bass trombone", "alto sax", "synth brass"
    if (m.any(basses) && m.any(guitars)) return {Role::bass_guitar, kSureName};
    if (m.any(guitars)) return guitar(m);
    const int bass = m.last(basses), pad = m.last({Word::pad}), strings = m.last({Word::strings});
    const int keys = m.last({Word::keys}), organ = m.last({Word::organ});
    const int head = std::max({bass, pad, strings, keys, organ});
    if (head >= 0) {
        const double sure =
            (bass >= 0) + (pad >= 0) + (strings >= 0) + (keys >= 0) + (organ >= 0) > 1 ? kMixedName
                                                                                       : kSureName;
        if (head == bass) {
            const bool synth = m.any(
                {Word::synth_bass, Word::synth, Word::sub, Word::pad, Word::keys, Word::organ});
            return {synth ? Role::synth_bass : Role::bass_guitar, sure};
        }
        if (head == pad) return {Role::pad, sure};
        if (head == strings) return {Role::strings, sure};
        if (head == organ) return {Role::organ, sure};
        return {m.has(Word::synth) && m.has(Word::lead) ? Role::synth_lead : Role::keys, sure};
    }
    if (m.has(Word::synth_lead)) return {Role::synth_lead, kSureName};
    if (m.has(Word::synth)) return synthesizer(m, sound);
    if (m.has(Word::woodwind)) return {Role::other, kSureName};
    return {};
}

/// No noun at all: the weak nouns and the qualifiers that people use alone.
Verdict leftovers(const Meanings& m) {
    if (m.has(Word::sub)) return {Role::synth_bass, kWeakName};
    if (m.has(Word::overhead)) return {Role::overhead, kSureName};
    if (m.pair(Word::room, Word::ambience)) return {Role::ambience, kWeakName};
    if (m.has(Word::room)) return {Role::room, kMixedName};
    if (m.has(Word::ambience)) return {Role::ambience, kMixedName};
    if (m.any({Word::loop, Word::fill})) return {Role::drums, kWeakName};
    if (m.any({Word::build, Word::reverse})) return {Role::fx, kWeakName};
    if (m.has(Word::backing)) return {Role::backing_vocal, 0.4};
    if (m.has(Word::range)) return {Role::backing_vocal, 0.5};
    if (m.has(Word::acoustic)) return {Role::acoustic_guitar, kWeakName};
    if (m.has(Word::electric)) return {Role::electric_guitar, kWeakName};
    if (m.has(Word::lead)) return {Role::synth_lead, 0.4};
    return {};
}

Verdict by_name(std::string_view name, const SoundTraits& sound) {
    const Meanings m(name);
    if (m.empty()) return {};
    if (m.any({Word::vocal, Word::lead_vocal, Word::backing_vocal})) return voice(m);
    if (m.pair(Word::bass, Word::drums)) return {Role::kick, kMixedName};  // "bass drum"
    const bool music =
        m.any({Word::bass, Word::synth_bass, Word::guitar, Word::acoustic_guitar,
               Word::electric_guitar, Word::keys, Word::organ, Word::synth, Word::synth_lead,
               Word::pad, Word::strings, Word::brass, Word::woodwind});
    const bool piece =
        m.any({Word::kick, Word::snare, Word::tom, Word::hi_hat, Word::cymbal, Word::percussion});
    if (m.has(Word::fx)) return {Role::fx, piece || music ? kMixedName : kSureName};
    if (piece || (!music && m.has(Word::drums)))
        return kit(m);  // also "sub kick", "808 snare", "pad clap"
    if (const Verdict v = head_of_music(m, sound); v.confidence > 0) return v;
    return leftovers(m);
}

struct Heard {
    Role role;
    double confidence;
    std::string reason;
};

/// The plainest reading of the measured traits. Thresholds are hand-set on some twenty stems, too
/// few to trust far: hence the low confidences. A kick differs from a bass by its pauses, a kit
/// from both by reaching into the treble without a pitch.
Heard by_sound(const SoundTraits& s) {
    const bool pitched = s.pitch_share > 0.5;
    const bool low = s.low_share > 0.5, high = s.high_share > 0.5;
    const bool struck = s.onsets_per_s > 0.8 || s.crest_db > 16;
    if (s.active_share <= 0) return {Role::other, 0, "is silent"};
    if (low && s.pitch_share < 0.35 && s.onsets_per_s > 1.5 && s.crest_db > 16 &&
        s.centroid_hz > 300) {
        return {Role::drums, 0.5, "sounds struck, low and bright at once"};
    }
    if (low && struck && s.active_share < 0.75 && (s.pitch_share < 0.5 || s.crest_db > 12)) {
        return {Role::kick, 0.55, "sounds low and struck"};
    }
    if (low) {
        return pitched ? Heard{Role::bass_guitar, 0.6, "sounds low and pitched"}
                       : Heard{Role::bass_guitar, 0.4, "sounds low"};
    }
    if (high && struck) return {Role::hi_hat, 0.5, "sounds bright and struck"};
    if (high) return {Role::fx, 0.35, "sounds bright and sustained, like noise"};
    if (s.pitch_share < 0.35 && struck) {
        if (s.low_share > 0.15 && s.onsets_per_s > 1.5)
            return {Role::drums, 0.5, "sounds struck, low and bright at once"};
        if (s.onsets_per_s > 2.5) return {Role::percussion, 0.4, "sounds struck and busy"};
        return {Role::snare, 0.35, "sounds struck, without pitch"};
    }
    if (s.onsets_per_s < 0.4 && s.active_share > 0.6)
        return {Role::pad, 0.45, "sounds sustained and steady"};
    if (pitched && s.active_share < 0.85 && s.active_share > 0.25 && s.centroid_hz > 350 &&
        s.centroid_hz < 2500 && s.onsets_per_s > 0.3 && s.onsets_per_s < 2.5 && s.low_share < 0.1) {
        return {Role::lead_vocal, 0.3, "sounds like single pitched phrases with pauses"};
    }
    if (pitched && s.onsets_per_s >= 0.4)
        return {Role::keys, 0.35, "sounds pitched and played in notes"};
    if (pitched) return {Role::synth_lead, 0.3, "sounds pitched and held"};
    return {Role::other, 0.2, "neither its name nor its sound says what it plays"};
}

}  // namespace

std::string_view role_name(Role role) {
    return kRoles.at(static_cast<std::size_t>(role)).name;
}

std::string_view role_family(Role role) {
    return kRoles.at(static_cast<std::size_t>(role)).family;
}

Role role_from_name(std::string_view name) {
    for (std::size_t i = 0; i < kRoles.size(); ++i) {
        if (kRoles[i].name == name) return static_cast<Role>(i);
    }
    throw std::out_of_range("no role is called '" + std::string(name) + "'");
}

RoleGuess guess_role(std::string_view stem_name, const SoundTraits& sound) {
    if (const Verdict v = by_name(stem_name, sound); v.confidence > 0) {
        return {v.role, v.confidence, "named '" + std::string(stem_name) + "'"};
    }
    Heard heard = by_sound(sound);
    return {heard.role, heard.confidence, std::move(heard.reason)};
}

}  // namespace mixfarm
