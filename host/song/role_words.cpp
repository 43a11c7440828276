/// The dictionary of stem names, and how a name comes apart into words.
#include "host/song/role_words.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

namespace mixfarm {
namespace {

struct Line {
    Word meaning;
    std::string_view words;  ///< separated by single spaces
};

constexpr Line kDictionary[] = {
    {Word::vocal,
     "vox vocal voc vcl voice vx sing singer singing sung vokal gesang voix rap rapper spoken "
     "speech"},
    {Word::lead_vocal, "lv ldv ldvox leadvox"},
    {Word::backing_vocal,
     "bv bgv bgvox bkgvox backvox choir chorale harmony harmonies harm adlib vocoder oohs ahs aahs "
     "ooh aah gang"},
    {Word::kick, "kick kik kck kd bd bdr bassdrum kickdrum bombo"},
    {Word::snare, "snare sn snr sd sidestick rimshot rim caja"},
    {Word::tom, "tom ftom rtom floortom racktom tomtom flr"},
    {Word::hi_hat, "hh hat hihat ohh chh hhat hats charley"},
    {Word::cymbal, "cymbal cym crash ride splash china rd"},
    {Word::percussion,
     "perc percussion prc shaker shkr shk tamb tambourine tambo conga congas bongo bongos cowbell "
     "triangle cabasa guiro maracas maraca claves clave timbale timbales djembe cajon tabla clap "
     "clp claps "
     "snap snaps stomp woodblock agogo timpani taiko castanets cow udu surdo pandeiro handclap"},
    {Word::drums,
     "drum drums drm drms dr kit drumkit breakbeat beat beats beatbox tr808 909 707 linndrum amen "
     "drumloop"},
    {Word::bass,
     "bass bs bss basse upright doublebass contrabass ebass fretless bassguitar bassgtr bgtr "
     "bassdi"},
    {Word::synth_bass, "808 subbass reese moogbass basssynth synthbass wobble 303"},
    {Word::guitar, "guitar gtr git guit gt gtrs gits guitarra gitarre guitare"},
    {Word::acoustic_guitar,
     "acgtr agtr acg aguitar nylon ukulele uke banjo mandolin bouzouki oud dobro 12string "
     "acousticguitar"},
    {Word::electric_guitar,
     "egtr elgtr eguitar strat stratocaster tele telecaster lespaul powerchord riff leadgtr rhygtr "
     "rhythmgtr ltgtr"},
    {Word::keys,
     "keys key keyboard keyb kbd kys piano pno pf pianoforte grand rhodes rhode wurli wurlitzer ep "
     "epiano clav "
     "clavinet clavi cp70 mallet marimba vibes vibraphone vib xylophone xylo glock glockenspiel "
     "celesta celeste "
     "harpsichord cembalo kalimba bells bell mellotron toypiano klavier"},
    {Word::organ, "organ org b3 hammond leslie farfisa accordion harmonium melodica"},
    {Word::synth,
     "synth syn synthesizer moog juno prophet dx7 minilogue microkorg jupiter oberheim synthi "
     "serum"},
    {Word::synth_lead,
     "arp arpeggio arpeggiator pluck plk sequence seq saw supersaw theremin melody mel topline"},
    {Word::pad, "pad pd drone warm swell swells"},
    {Word::strings,
     "strings string strs str violin violins vln vlns viola vla violas cello celli cellos vlc "
     "fiddle orchestra orch "
     "quartet pizz pizzicato spicc spiccato harp staccato ensemble sitar"},
    {Word::brass,
     "brass horns horn hrn trumpet tpt trp trumpets trombone tbn trb tuba sax saxophone saxes "
     "flugel flugelhorn "
     "altosax tenorsax barisax cornet"},
    {Word::fx,
     "fx sfx efx effect effects riser rise risers uplifter downlifter sweep impact whoosh swoosh "
     "whoosh boom "
     "transition trans stutter glitch scratch foley laser zap noise whitenoise reverb verb delay "
     "throw throws "
     "echo_return downer subdrop sample samples"},
    {Word::woodwind,
     "flute clarinet oboe bassoon piccolo recorder harmonica whistle flutes woodwind woodwinds"},
    {Word::overhead, "oh ohs ovh ovhd overhead ovrhd ohl ohr"},
    {Word::room, "room rm rooms roommic"},
    {Word::ambience,
     "amb ambience ambiance ambient atmos atmo atmosphere crowd rain field nature soundscape "
     "texture vinyl "
     "birds ocean wind audience applause"},
    {Word::loop, "loop lp break breaks groove"},
    {Word::fill, "fill fills roll"},
    {Word::build, "build buildup drop hit hits"},
    {Word::mix, "mix mixdown master mastered premix roughmix fullmix twotrack bounce"},
    {Word::lead, "lead ld solo main hook"},
    {Word::backing,
     "bg bgnd background back backing bkg bk double dbl doubles dub stack support answer"},
    {Word::acoustic, "ac acoustic aco acous steel"},
    {Word::electric, "elec electric electro el distorted dist overdrive crunch"},
    {Word::sub, "sub subs"},
    {Word::range, "soprano alto tenor baritone bari"},
    {Word::reverse, "reverse reversed rev revd backwards"},
};

const std::unordered_map<std::string_view, Word>& dictionary() {
    static const auto map = [] {
        std::unordered_map<std::string_view, Word> words;
        for (const Line& line : kDictionary) {
            std::string_view rest = line.words;
            while (!rest.empty()) {
                const std::size_t space = rest.find(' ');
                words.emplace(rest.substr(0, space), line.meaning);
                rest =
                    space == std::string_view::npos ? std::string_view{} : rest.substr(space + 1);
            }
        }
        return words;
    }();
    return map;
}

enum class Kind { upper, lower, digit, other };

Kind kind_of(char c) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isupper(u)) return Kind::upper;
    if (std::isdigit(u)) return Kind::digit;
    return std::isalpha(u) || u >= 0x80 ? Kind::lower
                                        : Kind::other;  // UTF-8 letters stay within their word
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

/// Cuts a run of alphanumerics at humps and digits: "LeadVox2" -> Lead Vox 2, "BGVox" -> BG Vox.
void split_humps(std::string_view run, std::vector<std::string>& out) {
    std::size_t start = 0;
    for (std::size_t i = 1; i <= run.size(); ++i) {
        bool cut = i == run.size();
        if (!cut) {
            const Kind before = kind_of(run[i - 1]), here = kind_of(run[i]);
            const bool digit_edge = (before == Kind::digit) != (here == Kind::digit);
            const bool hump = before == Kind::lower && here == Kind::upper;
            const bool acronym_end = before == Kind::upper && here == Kind::upper &&
                                     i + 1 < run.size() && kind_of(run[i + 1]) == Kind::lower &&
                                     !word_meaning(lower_case(run.substr(start)));
            cut = digit_edge || hump || acronym_end;
        }
        if (cut) {
            out.push_back(lower_case(run.substr(start, i - start)));
            start = i;
        }
    }
}

/// The fewest known words that cover `word` fully ("leadguitar" -> lead guitar); empty when there
/// is no such cover.
std::vector<std::string> unglue(const std::string& word) {
    const std::size_t n = word.size();
    if (n < 5 || n > 32) return {};
    constexpr int kNone = 1000;
    std::vector<int> words_needed(n + 1, kNone);
    std::vector<std::size_t> from(n + 1, 0);
    words_needed[0] = 0;
    for (std::size_t end = 2; end <= n; ++end) {
        for (std::size_t begin = 0; begin + 2 <= end; ++begin) {
            if (words_needed[begin] + 1 >= words_needed[end]) continue;
            if (!word_meaning(std::string_view(word).substr(begin, end - begin))) continue;
            words_needed[end] = words_needed[begin] + 1;
            from[end] = begin;
        }
    }
    if (words_needed[n] > 3) return {};
    std::vector<std::string> parts;
    int abbreviations = 0;
    for (std::size_t end = n; end > 0; end = from[end]) {
        parts.push_back(word.substr(from[end], end - from[end]));
        abbreviations += parts.back().size() == 2;
    }
    if (abbreviations > 1) return {};  // two letters twice is chance more often than meaning
    std::reverse(parts.begin(), parts.end());
    return parts;
}

}  // namespace

std::optional<Word> word_meaning(std::string_view word) {
    const auto& words = dictionary();
    if (const auto it = words.find(word); it != words.end()) return it->second;
    if (word.size() >= 3 && word.back() == 's') {
        if (const auto it = words.find(word.substr(0, word.size() - 1)); it != words.end())
            return it->second;
    }
    return std::nullopt;
}

std::vector<std::string> name_words(std::string_view stem_name) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < stem_name.size();) {
        if (kind_of(stem_name[i]) == Kind::other) {
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < stem_name.size() && kind_of(stem_name[end]) != Kind::other) ++end;
        const std::string_view run = stem_name.substr(i, end - i);
        i = end;
        if (const std::string whole = lower_case(run); word_meaning(whole)) {
            words.push_back(whole);
            continue;
        }
        std::vector<std::string> pieces;
        split_humps(run, pieces);
        for (const std::string& piece : pieces) {
            if (word_meaning(piece)) {
                words.push_back(piece);
            } else if (const auto parts = unglue(piece); !parts.empty()) {
                words.insert(words.end(), parts.begin(), parts.end());
            } else {
                words.push_back(piece);
            }
        }
    }
    return words;
}

bool names_a_mix(std::string_view stem_name) {
    bool mix = false;
    for (const std::string& word : name_words(stem_name)) {
        const auto meaning = word_meaning(word);
        if (!meaning) continue;
        if (*meaning != Word::mix) return false;
        mix = true;
    }
    return mix;
}

}  // namespace mixfarm
