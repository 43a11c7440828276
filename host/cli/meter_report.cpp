/// The figures of a metered file in JSON and in groups of lines.
#include "host/cli/meter_report.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace mixfarm::cli {
namespace {

/// One band of a stereo file, all from the powers of the sides and their cross power.
struct BandImage {
    double left, right, mid, side;  ///< mean squares; mid = (L + R) / 2, side = (L - R) / 2
    double width, correlation;      ///< side over mid power; NaN where there is nothing

    BandImage(double l, double r, double x)
        : left(l),
          right(r),
          mid(std::max(0.0, l + r + 2 * x) / 4),
          side(std::max(0.0, l + r - 2 * x) / 4),
          width(mid > 1e-15 ? side / mid : std::nan("")),
          correlation(std::min(l, r) > 1e-11 * std::max(l, r) + 1e-15
                          ? std::clamp(x / std::sqrt(l * r), -1.0, 1.0)
                          : std::nan("")) {}
};

double db(double power) {
    return 10 * std::log10(power + 1e-15);
}
/// To a thousandth: enough for any meter, and short to write.
Json rounded(double value, double steps = 1000) {
    return number(std::round(value * steps) / steps);
}
Json rounded(const std::vector<float>& values) {
    Json list = Json::array();
    for (const float value : values) list.push_back(rounded(double(value)));
    return list;
}

Json bands_json(int channels, std::span<const float> left, std::span<const float> right,
                std::span<const float> cross) {
    Json bands;
    for (std::size_t b = 0; b < left.size(); ++b) {
        bands["level_db"].push_back(rounded(db((double(left[b]) + right[b]) / channels)));
        if (channels != 2) continue;
        const BandImage image(left[b], right[b], cross[b]);
        bands["left_db"].push_back(rounded(db(image.left)));
        bands["right_db"].push_back(rounded(db(image.right)));
        bands["mid_db"].push_back(rounded(db(image.mid)));
        bands["side_db"].push_back(rounded(db(image.side)));
        bands["width"].push_back(rounded(image.width));
        bands["correlation"].push_back(rounded(image.correlation));
    }
    return bands;
}

struct Group {
    const char* title;
    std::vector<const char*> metrics;
};
const std::vector<Group>& groups() {
    static const std::vector<Group> all = {
        {"loudness",
         {"integrated_lufs", "max_momentary_lufs", "max_short_term_lufs", "loudness_range_lu"}},
        {"peaks", {"true_peak_dbtp", "sample_peak_dbfs"}},
        {"dynamics", {"plr_db", "psr_db", "crest_db", "microdynamics_lu"}},
        {"stereo", {"correlation", "low_correlation", "width", "balance_db", "mono_loss_db"}},
        {"tone", {"tilt_db_per_octave"}}};
    return all;
}

std::string metric_line(const MeteredFile& m, std::size_t i) {
    const float value = m.measured.metrics[i];
    return fmt::format("    {:<22} {}\n", mix_metrics()[i].name,
                       std::isfinite(value)
                           ? fmt::format("{:8.2f} {}", value, mix_metrics()[i].unit)
                           : "       -");
}

std::string plural(std::int64_t n, const char* word) {
    return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s");
}

/// No sound has a mean of exactly zero: noise leaves RMS over the square root of its samples, low
/// notes somewhat more. Only what stands far above that is an offset, and under -60 dBFS it does no
/// harm.
bool is_offset(double dc, const MeteredFile& m) {
    double power = 0;
    for (std::size_t b = 0; b < m.measured.left_power.size(); ++b)
        power += static_cast<double>(m.measured.left_power[b]) + m.measured.right_power[b];
    return std::fabs(dc) >= 1e-3 && std::fabs(dc) >= 6 * std::sqrt(power / (m.seconds * m.rate));
}

std::string faults_text(const MeteredFile& m) {
    if (!m.measured.finite) {
        const FileDetails::Bad& bad = m.details.first_bad;
        return fmt::format(
            "    holds NaN or infinite samples, so that nothing can be measured: the first in "
            "channel {} at {:.6f} s (frame {})\n",
            bad.channel + 1, static_cast<double>(bad.frame) / m.rate, bad.frame);
    }
    std::string text;
    for (std::size_t c = 0; c < m.details.channels.size(); ++c) {
        const FileDetails::Channel& channel = m.details.channels[c];
        if (is_offset(channel.dc, m))
            text += fmt::format("    channel {} has a DC offset of {:+.4f} ({:.1f} dBFS)\n", c + 1,
                                channel.dc, db(channel.dc * channel.dc));
        if (channel.clips > 0)
            text += fmt::format("    channel {} is clipped: {}, the longest of {} samples\n", c + 1,
                                plural(channel.clips, "run"), channel.longest_clip);
        if (channel.over > 0)
            text += fmt::format(
                "    channel {} has {} over full scale, up to {:+.2f} dBFS: cut off as soon as "
                "the file is turned into integers\n",
                c + 1, plural(channel.over, "sample"),
                db(double(channel.sample_peak) * channel.sample_peak));
    }
    const auto& gaps = m.details.dropouts;
    for (std::size_t i = 0; i < std::min<std::size_t>(gaps.size(), 10); ++i)
        text += fmt::format("    {} for {:.{}f} ms from {:.3f} s on\n",
                            gaps[i].channel < 0
                                ? std::string("nothing at all")
                                : fmt::format("nothing in channel {}", gaps[i].channel + 1),
                            1e3 * gaps[i].seconds, gaps[i].seconds < 0.01 ? 1 : 0, gaps[i].start_s);
    if (m.details.dropout_count > 10)
        text += fmt::format("    and {} more such gaps\n", m.details.dropout_count - 10);
    return text;
}

std::string bands_text(const MeteredFile& m) {
    const bool stereo = m.channels == 2;
    std::string text = stereo ? fmt::format("    {:>8} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7}\n", "Hz",
                                            "left dB", "right", "mid", "side", "width", "corr.")
                              : fmt::format("    {:>8} {:>8}\n", "Hz", "dB");
    for (int b = 0; b < kBands; ++b) {
        const auto i = static_cast<std::size_t>(b);
        const double left = m.measured.left_power[i], right = m.measured.right_power[i];
        const BandImage image(left, right, m.measured.cross_power[i]);
        text += fmt::format("    {:8.0f}", band_centre_hz(b));
        if (!m.measured.finite)
            text += fmt::format(" {:>8}\n", "-");
        else if (stereo)
            text += fmt::format(" {:8.1f} {:8.1f} {:8.1f} {:8.1f} {:7.2f} {:7.2f}\n", db(left),
                                db(right), db(image.mid), db(image.side), image.width,
                                image.correlation);
        else
            text += fmt::format(" {:8.1f}\n", db((left + right) / m.channels));
    }
    return text;
}

}  // namespace

Json meter_json(const MeteredFile& m) {
    Json entry{
        {"file", m.file}, {"channels", m.channels}, {"rate", m.rate}, {"seconds", m.seconds}};
    for (std::size_t i = 0; i < mix_metrics().size(); ++i)
        entry[mix_metrics()[i].name] = number(m.measured.metrics[i]);
    const bool finite = m.measured.finite;
    const auto counted = [finite](std::int64_t n) { return finite ? Json(n) : Json(nullptr); };
    for (const FileDetails::Channel& c : m.details.channels)
        entry["by_channel"].push_back(
            {{"dc", number(c.dc)},
             {"sample_peak_dbfs", rounded(db(double(c.sample_peak) * c.sample_peak))},
             {"over", counted(c.over)},
             {"clips", counted(c.clips)},
             {"longest_clip", counted(c.longest_clip)}});
    entry["dropouts"] = finite ? Json::array() : Json(nullptr);
    for (const FileDetails::Dropout& d : m.details.dropouts)
        entry["dropouts"].push_back(
            {{"start_s", rounded(d.start_s, 1e6)},
             {"seconds", rounded(d.seconds, 1e6)},
             {"channel", d.channel < 0 ? Json(nullptr) : Json(d.channel + 1)}});
    entry["dropout_count"] = counted(m.details.dropout_count);
    entry["bands"] = bands_json(m.channels, m.measured.left_power, m.measured.right_power,
                                m.measured.cross_power);
    for (int b = 0; b < kBands; ++b)
        entry["bands"]["centre_hz"].push_back(rounded(band_centre_hz(b)));
    entry["bark"] =
        bands_json(m.channels, m.details.bark_left, m.details.bark_right, m.details.bark_cross);
    for (const double hz : bark_edges_hz()) entry["bark"]["edges_hz"].push_back(hz);
    entry["series"] = {{"hop_s", m.series.hop_s},
                       {"momentary_lufs", rounded(m.series.momentary_lufs)},
                       {"short_term_lufs", rounded(m.series.short_term_lufs)}};
    if (m.against)
        entry["feature_loss"] = {{"total", m.against->total},         {"rms", m.against->rms},
                                 {"crest", m.against->crest},         {"width", m.against->width},
                                 {"imbalance", m.against->imbalance}, {"bark", m.against->bark}};
    entry["finite"] = finite;
    entry["first_bad"] =
        finite ? Json(nullptr)
               : Json{{"seconds", static_cast<double>(m.details.first_bad.frame) / m.rate},
                      {"frame", m.details.first_bad.frame},
                      {"channel", m.details.first_bad.channel + 1}};
    return entry;
}

std::string meter_text(const MeteredFile& m, bool bands) {
    std::string text = fmt::format("{}  ({}, {} Hz, {})\n", m.file, plural(m.channels, "channel"),
                                   m.rate, clock_text(m.seconds));
    std::vector<bool> told(mix_metrics().size());
    for (const Group& group : groups()) {
        text += fmt::format("  {}\n", group.title);
        for (const char* name : group.metrics) {
            const auto i = static_cast<std::size_t>(metric_index(name));
            told[i] = true;
            text += metric_line(m, i);
        }
    }
    for (std::size_t i = 0; i < told.size(); ++i)  // meters that came later
        if (!told[i]) text += metric_line(m, i);
    const std::string faults = faults_text(m);
    if (!faults.empty()) text += "  faults\n" + faults;
    if (m.against)
        text += fmt::format(
            "  audio-feature loss (Diff-MST)\n  {:<22} {:8.4f} = 0.1 x rms {:.4f} + 0.001 x crest "
            "{:.4f} + width {:.4f} + imbalance {:.4f} + 0.1 x bark {:.4f}\n",
            "against the reference", m.against->total, m.against->rms, m.against->crest,
            m.against->width, m.against->imbalance, m.against->bark);
    if (bands) text += "  third octaves\n" + bands_text(m);
    return text;
}

}  // namespace mixfarm::cli
