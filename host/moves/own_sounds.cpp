/// Sounds of the user's own folder: what rises ends at a chorus or drop, what hits begins there,
/// anything else lies under the sections that have least in them. Their names say which is which.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "host/layers/textures.h"
#include "host/moves/planners.h"
#include "host/song/decode.h"

namespace mixfarm {
namespace {

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

struct Placed {
    std::filesystem::path file;
    Use use;
    double start_s, end_s;  ///< where it sounds
};

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
    for (float& x : sound.left) x *= gain;
    for (float& x : sound.right) x *= gain;
    return sound;
}

/// One channel again and again until it is `frames` long; each time the end goes over into the
/// next beginning at equal power, within a quarter of it at most.
std::vector<float> repeated(const std::vector<float>& once, std::int64_t frames, int rate) {
    constexpr double kSeam_s = 0.5;
    const auto length = static_cast<std::int64_t>(once.size()),
               seam = std::min(static_cast<std::int64_t>(kSeam_s * rate), length / 4),
               period = length - seam;
    std::vector<float> all(static_cast<std::size_t>(frames));
    for (std::int64_t start = 0; start < frames; start += period)
        for (std::int64_t i = 0; i < length && start + i < frames; ++i) {
            double gain = 1;
            if (i < seam && start > 0)
                gain = std::sin(0.5 * std::numbers::pi * (double(i) + 0.5) / double(seam));
            if (i >= period)
                gain = std::cos(0.5 * std::numbers::pi * (double(i - period) + 0.5) / double(seam));
            all[static_cast<std::size_t>(start + i)] +=
                static_cast<float>(gain) * once[static_cast<std::size_t>(i)];
        }
    return all;
}

/// All of them where they belong, cut to the song.
LayerSound laid_out(const Song& song, const std::vector<Placed>& placed, double rms) {
    constexpr double kBedFade_s = 1, kEdge_s = 0.01;  // files may begin and end anywhere: no click
    LayerSound all(song.frames);
    for (const Placed& p : placed) {
        LayerSound sound = loaded(p.file, song.rate, rms);
        if (sound.left.empty()) continue;
        const auto start = static_cast<std::int64_t>(p.start_s * song.rate);
        const double seconds = p.end_s - p.start_s;
        if (p.use == Use::bed) {
            const auto frames = static_cast<std::int64_t>(seconds * song.rate);
            sound.left = repeated(sound.left, frames, song.rate);
            sound.right = repeated(sound.right, frames, song.rate);
        }
        // What would begin before the song begins with it.
        keep_only(sound, song.rate, std::max(0.0, -p.start_s), seconds,
                  p.use == Use::bed ? kBedFade_s : kEdge_s);
        const auto length = static_cast<std::int64_t>(sound.left.size());
        for (std::int64_t i = std::max<std::int64_t>(0, -start);
             i < length && start + i < song.frames; ++i) {
            all.left[static_cast<std::size_t>(start + i)] +=
                sound.left[static_cast<std::size_t>(i)];
            all.right[static_cast<std::size_t>(start + i)] +=
                sound.right[static_cast<std::size_t>(i)];
        }
    }
    return all;
}

}  // namespace

std::optional<Move> plan_own_sounds(const Ground& ground) {
    constexpr std::size_t kMost = 3;  // of each use
    constexpr double kLeast_dbfs = -40;
    const int stem = carrier_of(ground);
    const std::vector<Ground::OwnSound> files = ground.own_sounds();
    if (files.empty() || stem < 0 || !ground.sure_of_sections()) return std::nullopt;
    const std::vector<const FoundSection*> at = arrivals(ground);
    const auto quiet =
        sections_of(ground, {SectionKind::intro, SectionKind::bridge, SectionKind::interlude});
    std::vector<Placed> placed;
    Move move;
    std::size_t of_use[3] = {};
    for (const auto& [file, seconds] : files) {
        const Use use = use_of(file.stem().string());
        std::size_t& count = of_use[static_cast<int>(use)];
        const auto& places = use == Use::bed ? quiet : at;
        if (count == kMost || count >= places.size()) continue;
        const FoundSection& section = *places[count++];
        Placed own{file, use, section.start_s, section.end_s};
        if (use == Use::rise) own.start_s = section.start_s - seconds, own.end_s = section.start_s;
        if (use == Use::hit) own.end_s = section.start_s + seconds;
        move.places.push_back({std::max(own.start_s, 0.0),
                               std::min(own.end_s, ground.song().seconds()),
                               (use == Use::rise ? "the way into " : "") + section.name});
        placed.push_back(std::move(own));
    }
    if (placed.empty()) return std::nullopt;
    std::sort(move.places.begin(), move.places.end(),
              [](const auto& a, const auto& b) { return a.start_s < b.start_s; });
    const double own = ground.profile().stems[static_cast<std::size_t>(stem)].integrated_lufs,
                 rms = std::pow(10.0, std::max(own, kLeast_dbfs) / 20);
    move.layers.push_back(
        {stem,
         false,
         0,
         1,
         {-24, -12, -4},
         std::to_string(placed.size()) + (placed.size() == 1 ? " sound" : " sounds") +
             " of your own",
         [&song = ground.song(), placed, rms] { return laid_out(song, placed, rms); }});
    move.reason = "these are sounds that nobody else has";
    return whole(move);
}

}  // namespace mixfarm
