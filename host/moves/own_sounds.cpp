/// Sounds of the user's own folder: what rises ends at a chorus or drop, what hits begins there,
/// anything else lies under the sections that have least in them. Their names say which is which.
#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "host/layers/textures.h"
#include "host/moves/planners.h"
#include "host/song/decode.h"

namespace mixfarm {
namespace {

constexpr double kEdge_s = 0.01;  ///< files may begin and end anywhere: no click

enum class Use { rise, hit, bed };

/// By the words of a name: "Riser_02", "big-impact".
Use use_of(const std::string& name) {
    std::vector<std::string> words(1);
    for (const char c : name)
        if (std::isalpha(static_cast<unsigned char>(c)))
            words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        else if (!words.back().empty())
            words.emplace_back();
    const auto says = [&](std::initializer_list<const char*> known) {
        return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
            return std::find(known.begin(), known.end(), word) != known.end();
        });
    };
    if (says({"rise", "riser", "risers", "sweep", "uplifter", "upsweep", "swell", "reverse"}))
        return Use::rise;
    if (says({"hit", "hits", "impact", "crash", "boom", "stab", "downer", "downlifter"}))
        return Use::hit;
    return Use::bed;
}

/// A part for what sounds beside the music; else the part of the music that plays most.
int carrier_of(const Ground& ground) {
    int best = -1;
    double most = 0;
    for (const Bus group : {Bus::effects, Bus::music}) {
        for (const std::size_t s : ground.stems_of(group))
            if (ground.carries(s) > most) most = ground.carries(s), best = static_cast<int>(s);
        if (best >= 0) break;
    }
    return best;
}

/// The sound at the song's rate, as loud as `rms` while it sounds.
LayerSound loaded(const std::filesystem::path& file, int rate, double rms) {
    DecodedFile in = decode_file(file);
    const std::int64_t frames = resampled_frames(in.frames, in.rate, rate);
    LayerSound sound(frames);
    sound.left = fit_channel(in.left, in.rate, rate, 0, frames);
    sound.right = in.right.empty() ? sound.left : fit_channel(in.right, in.rate, rate, 0, frames);
    double square = 0, sounding = 0;
    for (std::size_t n = 0; n < sound.left.size(); ++n) {
        const double power =
            double(sound.left[n]) * sound.left[n] + double(sound.right[n]) * sound.right[n];
        if (power > 1e-8) square += power / 2, ++sounding;
    }
    const auto gain = static_cast<float>(square > 0 ? rms / std::sqrt(square / sounding) : 0);
    const double end = static_cast<double>(frames) / rate;
    for (float& x : sound.left) x *= gain;
    for (float& x : sound.right) x *= gain;
    keep_only(sound, rate, 0, end, kEdge_s);
    return sound;
}

}  // namespace

std::optional<Move> plan_own_sounds(const Ground& ground) {
    constexpr std::size_t kMost = 3;  // of each use
    constexpr double kBedFade_s = 1, kLevel_dbfs = -20;
    const int stem = carrier_of(ground);
    const std::vector<std::filesystem::path> files = ground.own_sounds();
    if (files.empty() || stem < 0 || !ground.sure_of_sections()) return std::nullopt;
    const std::vector<const FoundSection*> at = arrivals(ground);
    const auto quiet =
        sections_of(ground, {SectionKind::intro, SectionKind::bridge, SectionKind::interlude});
    struct Placed {
        std::filesystem::path file;
        Use use;
        double start_s, end_s;
    };
    std::vector<Placed> placed;
    Move move;
    std::size_t of_use[3] = {};
    for (const std::filesystem::path& file : files) {
        const Use use = use_of(file.stem().string());
        std::size_t& count = of_use[static_cast<int>(use)];
        const auto& places = use == Use::bed ? quiet : at;
        if (count == kMost || count >= places.size()) continue;
        const FoundSection& section = *places[count++];
        placed.push_back({file, use, section.start_s, section.end_s});
        move.places.push_back(
            {section.start_s, section.end_s, (use == Use::rise ? "into " : "") + section.name});
    }
    std::sort(move.places.begin(), move.places.end(),
              [](const auto& a, const auto& b) { return a.start_s < b.start_s; });
    const double own = ground.profile().stems[static_cast<std::size_t>(stem)].integrated_lufs;
    const double rms = std::pow(10.0, std::max(own, kLevel_dbfs - 20) / 20);
    move.layers.push_back(
        {stem,
         false,
         0,
         1,
         {-24, -12, -4},
         std::to_string(placed.size()) + (placed.size() == 1 ? " sound" : " sounds") +
             " of your own",
         [&song = ground.song(), placed, rms] {
             LayerSound all(song.frames);
             for (const Placed& p : placed) {
                 LayerSound sound = loaded(p.file, song.rate, rms);
                 const auto length = static_cast<std::int64_t>(sound.left.size());
                 const auto start = static_cast<std::int64_t>(p.start_s * song.rate),
                            end = static_cast<std::int64_t>(p.end_s * song.rate);
                 if (length == 0) continue;
                 if (p.use == Use::bed) {
                     for (std::int64_t n = start; n < std::min(end, song.frames); ++n) {
                         const double t = static_cast<double>(std::min(n - start, end - n)) /
                                          song.rate / kBedFade_s;
                         const auto fade = static_cast<float>(std::min(1.0, t));
                         const auto from = static_cast<std::size_t>((n - start) % length);
                         all.left[static_cast<std::size_t>(n)] += fade * sound.left[from];
                         all.right[static_cast<std::size_t>(n)] += fade * sound.right[from];
                     }
                     continue;
                 }
                 const std::int64_t first = p.use == Use::rise ? start - length : start;
                 for (std::int64_t n = std::max<std::int64_t>(0, -first);
                      n < length && first + n < song.frames; ++n) {
                     all.left[static_cast<std::size_t>(first + n)] +=
                         sound.left[static_cast<std::size_t>(n)];
                     all.right[static_cast<std::size_t>(first + n)] +=
                         sound.right[static_cast<std::size_t>(n)];
                 }
             }
             return all;
         }});
    move.reason = "these are sounds that nobody else has";
    return placed.empty() ? std::nullopt : whole(move);
}

}  // namespace mixfarm
