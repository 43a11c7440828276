/// Measuring references, and how far each aspect moves toward them.
#include "host/score/reference.h"

#include <algorithm>
#include <cmath>

#include "host/job/input_error.h"
#include "host/song/decode.h"

namespace mixfarm {
namespace {

constexpr double kNoLoudness = -69.9;  // the absolute gate of BS.1770 took everything
// What a job may ask for as its target, see schemas/job.schema.json.
constexpr double kLeastLufs = -40, kMostLufs = -5;
constexpr std::size_t kLevelFrom = 6, kLevelTo = 23;  // 100 Hz to 4 kHz
constexpr double kFaintWidth = 1e-3;                  // -30 dB of side signal: as good as mono
constexpr double kNoPower = 1e-15;

/// Stretches of a file, in seconds.
using Stretches = std::vector<std::pair<double, double>>;

/// What a file measures over its stretches, joined.
Measurement measured(const DecodedFile& file, const Stretches& stretches) {
    FileMeter meter(file.rate, file.channels);
    const std::vector<float>& right = file.right.empty() ? file.left : file.right;
    constexpr std::size_t kBlock = 4096;
    std::vector<float> frames;
    for (const auto& [from, to] : stretches) {
        const auto frame = [&](double seconds) {
            return std::min(static_cast<std::size_t>(std::llround(seconds * file.rate)),
                            file.left.size());
        };
        for (std::size_t n = frame(from); n < frame(to); n += kBlock) {
            const std::size_t end = std::min(n + kBlock, frame(to));
            frames.clear();
            for (std::size_t i = n; i < end; ++i) {
                frames.push_back(file.left[i]);
                if (file.channels == 2) frames.push_back(right[i]);
            }
            meter.push(frames.data(), static_cast<std::int64_t>(end - n));
        }
    }
    return meter.finish();
}

/// As it sounds from two speakers: a lone channel comes from both.
Model::Sound sound_of(const Measurement& m, int channels) {
    Model::Sound sound{m.metric("integrated_lufs"), m.metric("plr_db"), m.left_power, m.right_power,
                       m.cross_power};
    if (channels == 1) {
        sound.right_power = sound.cross_power = sound.left_power;
        sound.loudness_lufs += 10 * std::log10(2.0);
        sound.plr_db -= 10 * std::log10(2.0);
    }
    return sound;
}

Reference read_reference(const std::filesystem::path& path, const ReferenceJob& wanted,
                         double song_s, const Stretches& telling) {
    constexpr double kAsLong = 0.5;
    const DecodedFile file = decode_file(path);
    const double seconds = static_cast<double>(file.left.size()) / file.rate;
    const Measurement m = measured(file, {{0.0, seconds}});
    Reference r;
    r.name = path.filename().string();
    r.sha256 = file.sha256;
    r.weight = wanted.weight;
    r.amount = wanted.amount;
    r.loudness_lufs = m.metric("integrated_lufs");
    r.plr_db = m.metric("plr_db");
    r.lra_lu = m.metric("loudness_range_lu");
    r.width = m.metric("width");
    if (!(r.loudness_lufs > kNoLoudness))
        throw InputError(path.string(), "is too short or too quiet to be a reference");
    if (file.channels == 1) r.amount.width = 0;
    r.model = {r.amount.mix / 100, sound_of(m, file.channels), {}};
    if (r.model.amount > 0 && std::fabs(seconds - song_s) <= kAsLong) {
        const Measurement there = measured(file, telling);
        if (there.metric("integrated_lufs") > kNoLoudness)
            r.model.telling = sound_of(there, file.channels);
    }
    for (std::size_t b = 0; b < kBands; ++b)
        r.band_db[b] =
            10 * std::log10(static_cast<double>(m.left_power[b]) + m.right_power[b] + kNoPower);
    return r;
}

/// How far one aspect moves, 0 to 1, and the mean of what the references have, each counted by
/// weight and amount.
struct Pull {
    double share = 0, value = 0;
    double on(double from) const { return from + share * (value - from); }
};
template <class Value>
Pull pull(std::span<const Reference> references, double ReferenceAspects::*aspect, Value value) {
    double weights = 0, pulls = 0, sum = 0;
    for (const Reference& r : references) {
        const double by = r.weight * r.amount.*aspect / 100, has = value(r);
        weights += r.weight;
        if (std::isnan(has)) continue;  // too short for this measure
        pulls += by;
        sum += by * has;
    }
    return pulls > 0 ? Pull{pulls / weights, sum / pulls} : Pull{};
}

void move_range(double& low, double& high, const Pull& pull) {
    const double by = pull.share * (pull.value - (low + high) / 2);
    low += by, high += by;
}

/// Mean of the levels by which tone is compared, of bands that both curves have.
double shared_level(const std::array<double, kBands>& a, const std::array<double, kBands>& b,
                    const std::array<double, kBands>& of) {
    double sum = 0;
    int count = 0;
    for (std::size_t k = kLevelFrom; k < kLevelTo; ++k)
        if (!std::isnan(a[k]) && !std::isnan(b[k])) sum += of[k], ++count;
    return count ? sum / count : 0;
}

void move_tone(std::array<double, kBands>& tone_db, std::span<const Reference> references) {
    std::array<double, kBands> moved = tone_db;
    for (std::size_t b = 0; b < kBands; ++b) {
        const Pull toward = pull(references, &ReferenceAspects::tone, [&](const Reference& r) {
            return r.band_db[b] - shared_level(tone_db, r.band_db, r.band_db) +
                   shared_level(tone_db, r.band_db, tone_db);
        });
        if (toward.share > 0)
            moved[b] = std::isnan(tone_db[b]) ? toward.value : toward.on(tone_db[b]);
    }
    tone_db = moved;
}

}  // namespace

std::vector<Reference> read_references(const Job& job, const Song& song,
                                       std::span<const Excerpt> telling) {
    Stretches stretches;
    for (const Excerpt& e : telling)
        stretches.emplace_back(static_cast<double>(e.start) / song.rate,
                               static_cast<double>(e.start + e.frames) / song.rate);
    std::vector<Reference> all;
    for (const ReferenceJob& wanted : job.references)
        all.push_back(read_reference(job.folder / wanted.file, wanted, song.seconds(), stretches));
    return all;
}

Style toward(const Style& style, std::span<const Reference> references) {
    Style moved = style;
    move_tone(moved.tone_db, references);
    const auto dynamics = &ReferenceAspects::dynamics;
    move_range(moved.plr_low_db, moved.plr_high_db,
               pull(references, dynamics, [](const Reference& r) { return r.plr_db; }));
    move_range(moved.lra_low_lu, moved.lra_high_lu,
               pull(references, dynamics, [](const Reference& r) { return r.lra_lu; }));
    moved.lra_low_lu = std::max(0.0, moved.lra_low_lu);
    const auto level = [](double width) {
        return std::isnan(width) ? width : 10 * std::log10(std::max(width, kFaintWidth));
    };
    const Pull width = pull(references, &ReferenceAspects::width,
                            [&](const Reference& r) { return level(r.width); });
    if (width.share > 0) {
        double low = level(moved.width_low), high = level(moved.width_high);
        move_range(low, high, width);
        moved.width_low = std::pow(10.0, low / 10), moved.width_high = std::pow(10.0, high / 10);
    }
    double weights = 0;
    for (const Reference& r : references) weights += r.weight;
    for (const Reference& r : references) {
        if (!(r.model.amount > 0)) continue;
        moved.models.push_back(r.model);
        moved.models.back().amount *= r.weight / weights;
    }
    return moved;
}

Target toward(const Target& target, std::span<const Reference> references) {
    Target moved = target;
    const Pull loudness = pull(references, &ReferenceAspects::loudness,
                               [](const Reference& r) { return r.loudness_lufs; });
    if (loudness.share > 0)
        moved.loudness_lufs = std::clamp(loudness.on(target.loudness_lufs), kLeastLufs, kMostLufs);
    return moved;
}

}  // namespace mixfarm
