/// Analyses a song's stems side by side and puts the profile together.
#include "host/analysis/profile.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "host/analysis/masking.h"
#include "host/analysis/problems.h"
#include "host/analysis/stem_scan.h"
#include "host/analysis/telling.h"

namespace mixfarm {
namespace {

/// Third-octave powers of one stem as the file meter sees them; a mono stem counts as two equal
/// channels, as in the console.
std::array<double, kBands> band_powers(const Stem& stem, int rate, std::int64_t frames) {
    FileMeter meter(rate, 2);
    constexpr std::int64_t kChunk = 4096;
    std::vector<float> interleaved(2 * kChunk);
    const float* left = stem.left_data();
    const float* right = stem.right_data();
    for (std::int64_t start = 0; start < frames; start += kChunk) {
        const std::int64_t count = std::min(kChunk, frames - start);
        for (std::int64_t n = 0; n < count; ++n) {
            interleaved[static_cast<std::size_t>(2 * n)] = left[start + n];
            interleaved[static_cast<std::size_t>(2 * n + 1)] = right[start + n];
        }
        meter.push(interleaved.data(), count);
    }
    const Measurement m = meter.finish();
    std::array<double, kBands> power;
    for (std::size_t b = 0; b < kBands; ++b)
        power[b] = 0.5 * (static_cast<double>(m.left_power[b]) + m.right_power[b]);
    return power;
}

StemProfile profile_of(const Stem& stem, const StemScan& scan, int rate, std::int64_t frames) {
    StemProfile p;
    p.level_lufs = scan.level_lufs;
    p.integrated_lufs = gated_loudness(scan.level_lufs);
    p.silent = stem.silent || p.integrated_lufs <= -70;
    if (p.silent) {
        constexpr std::size_t kGatingBlocks = 4;  // of 100 ms
        p.too_short = !stem.silent && scan.level_lufs.size() < kGatingBlocks;
        p.integrated_lufs = -70;
        return p;
    }
    p.peak_dbfs = 20 * std::log10(scan.peak);
    const auto active = active_blocks(scan.level_lufs);
    double power = 0;
    int count = 0;
    for (std::size_t i = 0; i < active.size(); ++i)
        if (active[i]) power += scan.power[i], ++count;
    p.active_share = static_cast<double>(count) / static_cast<double>(active.size());
    if (count == 0) {  // all of it below -50 LUFS: then everything counts
        for (double x : scan.power) power += x;
        count = static_cast<int>(scan.power.size());
    }
    p.crest_db = p.peak_dbfs - 10 * std::log10(power / count);
    const double both = std::sqrt(scan.left_power * scan.right_power);
    p.correlation = both > 0 ? scan.cross_power / both : 1;
    p.band_power = band_powers(stem, rate, frames);
    return p;
}

}  // namespace

SongView view_of(const Song& song) {
    SongView view;
    view.rate = song.rate;
    view.frames = song.frames;
    for (const Stem& stem : song.stems) view.stems.push_back({stem.left_data(), stem.right_data()});
    return view;
}

Excerpt whole_song(const Song& song) {
    return {0, song.frames, 0};
}

Profile analyze(const Song& song, double excerpt_seconds) {
    const std::size_t count = song.stems.size();
    std::vector<StemScan> scans(count);
    Profile profile;
    profile.stems.resize(count);
    // One stem a task: nothing is shared, so the result does not depend on how many threads there
    // are.
    tbb::parallel_for(std::size_t{0}, count, [&](std::size_t s) {
        scans[s] = scan_stem(song.stems[s], song.rate, song.frames);
        profile.stems[s] = profile_of(song.stems[s], scans[s], song.rate, song.frames);
        profile.stems[s].problems = stem_problems(song.stems[s], profile.stems[s], scans[s]);
    });
    add_phase_problems(song, scans, profile.stems);
    profile.masking = masking_matrix(profile.stems);
    profile.telling = telling_excerpts(song, profile.stems, excerpt_seconds);
    return profile;
}

}  // namespace mixfarm
