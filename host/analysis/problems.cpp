/// Problems of stems: level, clipping, DC, phase, and what stands out of the spectrum.
#include "host/analysis/problems.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>

#include "host/analysis/spectrum.h"

namespace mixfarm {
namespace {

constexpr double kBumpDb = 5;  ///< a bump under this is character
constexpr double kCancelling =
    -0.4;  ///< correlation of two low ends that audibly thin each other out
constexpr int kFewestFlatTops = 5;
constexpr double kLeastDc = 0.001, kDcErrors = 6;  ///< full scale = 1; standard errors of a mean
constexpr double kFaintRumbleDb = -30;             ///< re the strongest band
constexpr double kRumbleOverDb = 2;                ///< over bands further up; white noise has -3

[[gnu::format(printf, 1, 2)]] std::string words(const char* format, ...) {
    char text[200];
    va_list list;
    va_start(list, format);
    std::vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return text;
}

/// Level of what lies below the music, dB re the strongest band; -120 where it does not stand out.
/// Below the music is the band of 25 Hz for roles that play low, 25 and 31.5 Hz for the others. A
/// note just above leaks down there and noise reaches everywhere, but both are stronger in the
/// bands above; rumble falls from the bottom up.
double rumble_db(const std::array<double, kBands>& bands, bool low_role) {
    constexpr double kNothing = -120;
    const double top_hz = low_role ? 25 : 31.5;
    const auto strongest_db = [&](double low_hz, double high_hz) {
        const double hz = strongest_hz(bands, low_hz, high_hz);
        return region_level_db(bands, hz, hz);
    };
    const double below = strongest_db(25, top_hz),
                 next = strongest_db(1.26 * top_hz, 1.26 * top_hz),
                 further = strongest_db(1.58 * top_hz, 2 * top_hz);
    if (below < next || below < further + kRumbleOverDb) return kNothing;
    // Low stems may reach that far down: there it must outweigh their body, too.
    if (low_role && below < region_level_db(bands, 63, 160) + 3) return kNothing;
    return below;
}

/// Roles whose own music reaches below 40 Hz.
bool plays_sub(Role role) {
    switch (role) {
        case Role::kick:
        case Role::bass_guitar:
        case Role::synth_bass:
        case Role::drums:
        case Role::tom:
        case Role::organ:  // a stop of 16 feet
        case Role::fx:
        case Role::other:
            return true;
        default:
            return false;
    }
}

double mean_square(const std::vector<float>& x) {
    double sum = 0;
    for (float v : x) sum += static_cast<double>(v) * v;
    return x.empty() ? 0 : sum / static_cast<double>(x.size());
}

}  // namespace

std::vector<std::string> stem_problems(const Stem& stem, const StemProfile& profile,
                                       const StemScan& scan) {
    std::vector<std::string> problems;
    if (profile.silent) return problems;
    const auto& bands = profile.band_power;
    if (scan.flat_tops >= kFewestFlatTops)
        problems.push_back(
            words("clipped (%d flat tops at %.1f dBFS)", scan.flat_tops, profile.peak_dbfs));
    if (profile.integrated_lufs < -45)
        problems.push_back(words("very low level (%.1f LUFS)", profile.integrated_lufs));
    // No sound has a mean of exactly zero: noise leaves RMS over the square root of its samples,
    // low notes more, by where in a period they are cut. Only what stands far above that is an
    // offset, and under -60 dBFS it does no harm.
    const double dc =
        std::fabs(scan.mean_left) > std::fabs(scan.mean_right) ? scan.mean_left : scan.mean_right;
    if (std::fabs(dc) > kLeastDc && std::fabs(dc) > kDcErrors * scan.mean_error)
        problems.push_back(words("DC offset (%+.2f %% of full scale)", 100 * dc));
    if (profile.correlation < -0.2)
        problems.push_back(
            words("left and right out of phase (correlation %.2f)", profile.correlation));
    const double quieter = std::min(scan.left_power, scan.right_power),
                 louder = std::max(scan.left_power, scan.right_power);
    if (quieter < louder * 1e-4)
        problems.push_back(scan.left_power < scan.right_power ? "left channel empty"
                                                              : "right channel empty");

    if (const double rumble = rumble_db(bands, plays_sub(stem.role.role)); rumble > kFaintRumbleDb)
        problems.push_back(words("rumble below %d Hz (%.0f dB re the strongest band)",
                                 plays_sub(stem.role.role) ? 28 : 36, rumble));
    if (const Excess box = boxiness(bands); box.db >= kBumpDb)
        problems.push_back(words("boxy around %.0f Hz (%+.0f dB)", box.hz, box.db));
    if (const Excess edge = harshness(bands); edge.db >= kBumpDb)
        problems.push_back(words("harsh around %.1f kHz (%+.0f dB)", edge.hz / 1000, edge.db));
    return problems;
}

double low_correlation(const StemScan& a, const StemScan& b) {
    const std::size_t count = std::min(a.low.size(), b.low.size());
    const double gate_a = 0.1 * mean_square(a.low), gate_b = 0.1 * mean_square(b.low);
    const auto has_low_end = [](const StemScan& s, double gate) {
        return gate * 10 > 0.02 * (s.left_power + s.right_power) / 2;
    };
    if (!has_low_end(a, gate_a) || !has_low_end(b, gate_b)) return 0;
    constexpr std::size_t kBlock = 100;  // about 100 ms
    double aa = 0, bb = 0, ab = 0;
    for (std::size_t start = 0; start + kBlock <= count; start += kBlock) {
        double xa = 0, xb = 0, xab = 0;
        for (std::size_t i = start; i < start + kBlock; ++i) {
            xa += static_cast<double>(a.low[i]) * a.low[i];
            xb += static_cast<double>(b.low[i]) * b.low[i];
            xab += static_cast<double>(a.low[i]) * b.low[i];
        }
        if (xa <= gate_a * kBlock || xb <= gate_b * kBlock) continue;  // only while both sound
        aa += xa;
        bb += xb;
        ab += xab;
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

void add_phase_problems(const Song& song, const std::vector<StemScan>& scans,
                        std::vector<StemProfile>& stems) {
    for (std::size_t a = 0; a < stems.size(); ++a)
        for (std::size_t b = a + 1; b < stems.size(); ++b) {
            if (stems[a].silent || stems[b].silent) continue;
            const double r = low_correlation(scans[a], scans[b]);
            if (r > kCancelling) continue;
            const auto against = [&](std::size_t other) {
                return words("works against '%s' below 150 Hz (correlation %.2f)",
                             song.stems[other].name.c_str(), r);
            };
            stems[a].problems.push_back(against(b));
            stems[b].problems.push_back(against(a));
        }
}

}  // namespace mixfarm
