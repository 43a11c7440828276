/// Judges a measured mix: hard rejects first, then named terms in 0 to 1 and their weighted mean.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/analysis/masking.h"
#include "host/analysis/profile.h"
#include "host/job/job.h"
#include "host/score/intention.h"
#include "host/song/song.h"
#include "kernels/engine.h"
#include "kernels/foresight.h"

namespace mixfarm {

/// Why a mix is out of the running whatever its terms say; 0 = it is in. The numbers are stored in
/// results.h5.
enum class Reject : std::uint8_t {
    none = 0,
    not_finite = 1,
    silent = 2,
    clipped = 3,
    off_target = 4,
    mono_collapse = 5,
    crushed = 6,
    lost_stem = 7,
    one_sided = 8
};
std::string_view reject_name(Reject reject);    ///< "lost_stem"
std::string_view reject_reason(Reject reject);  ///< "a stem can no longer be heard"

/// The names of job weights and of /scores/<term>:
/// tone      third-octave balance against the style's curve, each band in units of its tolerance
/// dynamics  peak-to-loudness ratio, loudness range and limiting, outside the style's range
/// masking   what is left of the stems under each other
/// stereo    width, correlation, balance, and a centred low end
/// lead      level of the lead against the rest, outside the style's range, and how much of it
///           comes through; 1 without a lead
/// depth     reverb and echo: neither flooded nor bone dry
/// distortion  what saturators add that was not in the stems, by loudness
/// prior     nearness to what engineers do
/// economy   no more effects in play than it takes, none that undoes another
/// reference nearness to the references that the job wants to be matched in the mix itself; counts
///           nothing without one
inline constexpr int kTerms = 10;
inline constexpr std::array<std::string_view, kTerms> kTermNames = {
    "tone",  "dynamics",   "masking", "stereo",  "lead",
    "depth", "distortion", "prior",   "economy", "reference"};

struct Scores {
    Reject rejected = Reject::none;
    /// 0..1, 1 = nothing to complain about; all 0 when rejected.
    std::array<float, kTerms> terms{};
    float technical = 0;  ///< weighted mean of the terms; 0 when rejected
    float taste = 0;      ///< what a listener's taste adds, as far as it is known; 0 when rejected
    /// What orders mixes.
    float total() const { return technical + taste; }
};

/// Measures of a mix that need to know the stems: what the engine cannot know by itself.
struct StemMetrics {
    /// 0..1, how far the stems lie under all others together (host/analysis/masking.h): root mean
    /// square, so that one that is buried outweighs two that are brushed, as the squares in the
    /// objective of Ronan et al. (2018) do. Leads count double, background half. Their second part,
    /// that all be masked alike, is left out: a lead is meant to stand out.
    float masking = 0;
    /// K-weighted level of the lead stems against all others while a lead plays; NaN without lead.
    /// Leads are the stems with Intent::lead, else the lead vocals.
    float lead_to_rest_lu = 0;
    float prior_distance = 0;  ///< Space::prior_distance
    /// First stem that can no longer be heard while it plays, index into Song::stems; -1 = all can.
    int lost_stem = -1;
    /// K-weighted level of what the returns give against the stems they come from, -60 at least;
    /// NaN where nothing plays. Predicted from sends, returns and measured powers.
    float reverb_to_dry_lu = std::numeric_limits<float>::quiet_NaN();
    float reverb_s = 0;  ///< time of 60 dB of decay, mean of the returns by what they give
    float effects = 0;   ///< in play on a stem, the mean; trim, pan, fader and sends left out
    /// What comes through of the lead, of several the best: audibility() of
    /// host/analysis/masking.h; NaN without.
    float lead_audibility = std::numeric_limits<float>::quiet_NaN();
    float undone_db = 0;  ///< gain of equalisers that another band takes back, mean of the stems
    /// Share of the mix's loudness-weighted power that saturators on stems and master made,
    /// predicted from their settings and levels (host/score/distortion.h), dB; -80 at least.
    float distortion_db = -80;
    /// Loudness range over what was heard less that over the song, of the sum of all stems:
    /// excerpts hold the quietest and the loudest of it.
    float range_excess_lu = 0;
    /// Of host/score/intention.h; NaN where a mix was only looked at.
    float arc_lu = std::numeric_limits<float>::quiet_NaN();
    float contour_lu = std::numeric_limits<float>::quiet_NaN();
    float movement_db = std::numeric_limits<float>::quiet_NaN();
    float lead_spread_lu = std::numeric_limits<float>::quiet_NaN();
    /// 0..1, 1 = as the style's models in all that is compared, or there are none: reference_term()
    /// of host/score/terms.h.
    float reference_nearness = 1;
};

/// What the meters measure and what is known from the stems, in one list: names with units ("1" =
/// a plain number), values, and the way back for the stems' part.
std::vector<MetricInfo> all_metrics();
std::vector<float> all_metrics(const Measurement& m, const StemMetrics& stems);
StemMetrics stem_metrics_of(std::span<const float> all);

/// Who covers whom in one mix: for reports, since it costs more than a score needs.
struct Covering {
    std::vector<double> stem;  ///< [stems] masking under all others together, 0..1
    std::vector<double> by;    ///< [stems x stems] row-major: under each other one alone
    double lead_audibility = std::numeric_limits<double>::quiet_NaN();  ///< as in StemMetrics
    /// [sections] lead_to_rest_lu of each, NaN where no lead plays. What automation and compressors
    /// do to levels between sections is not in it.
    std::vector<double> section_lead_lu;
};

/// Another mix of the song to come near to.
struct Model {
    /// What was measured of it over some time; the powers as in Measurement.
    struct Sound {
        double loudness_lufs = 0, plr_db = 0;
        std::array<float, kBands> left_power{}, right_power{}, cross_power{};
    };
    double amount = 0;  ///< how far, 0 to 1; the sum over all models is at most 1
    Sound whole;
    std::optional<Sound> telling;  ///< over the telling seconds, where it is as long as the song
};

/// Target ranges of a style: jobs/styles/<name>.yaml, each with its source.
struct Style {
    std::string name;
    /// Third-octave band level re 1 kHz; NaN = any level is right.
    std::array<double, kBands> tone_db{};
    std::array<double, kBands> tone_tolerance_db{};
    double plr_low_db = 0, plr_high_db = 0;  ///< comfortable range of peak-to-loudness ratio
    double lra_low_lu = 0, lra_high_lu = 0;
    double lead_low_lu = 0, lead_high_lu = 0;  ///< comfortable range of lead_to_rest_lu
    double width_low = 0, width_high = 0;      ///< side-to-mid energy ratio, linear
    std::vector<Model> models;                 ///< no style file has any: references bring them
    /// Where each key of the file comes from, kNoSource where it does not say; in the file's order.
    std::vector<std::pair<std::string, std::string>> sources;
};
inline constexpr std::string_view kNoSource = "no source given";
/// "tone (Smith 2017), plr_db and width (estimate)": keys of the same source told together.
std::string sources_in_words(const Style& style);
/// Name of a file in `styles_folder` without .yaml, or a path (anything with a slash or ending in
/// .yaml). The file:
///     tone:    {curve: blend, drums_db: 0, bass_db: 0, tolerance_db: [30 values], source: "..."}
///     plr_db:  {range: [9, 12], source: "..."}          and lra_lu, lead_lu, width alike
/// `curve` is elo, mus or blend (host/score/tone_curves.h) or 30 levels from 25 Hz to 20 kHz in dB
/// re 1 kHz, ~ where any level is right; drums_db and bass_db tilt it as more drums or bass in the
/// song would (default 0); tolerance_db has a default; a source is text and may be left out. Throws
/// InputError naming file, key and cure.
Style read_style(const std::string& name_or_path, const std::filesystem::path& styles_folder);

/// Knows one song and one style; judges any number of its mixes. Immutable, so safe to share
/// between threads.
class Judge {
public:
    /// `weights`: term name -> weight >= 0, 1 where missing. A start with evidence behind the
    /// order, though not the values (an estimate from the literature on automatic mixing): masking
    /// 0.22, tone 0.18, dynamics 0.14, lead 0.12, stereo 0.10, prior 0.10. Throws InputError when a
    /// term is unknown, a weight is negative or not finite, or all are zero.
    Judge(const Song& song, const Profile& profile, const Style& style, const Target& target,
          const std::map<std::string, double>& weights);

    /// `stage` says what `m` was measured over: 2 = profile.telling, 3 = the whole song. Which
    /// stems play there, and with whom, is known from the profile. A stem's spectrum in the mix is
    /// its own, shaped by the linear parts of its strip and group and scaled to the measured
    /// stem_power, so level changes by compressors are exact and harmonics of saturation are left
    /// out.
    StemMetrics stem_metrics(const Measurement& m, const MixSettings& settings,
                             double prior_distance, int stage) const;
    Scores score(const Measurement& m, const StemMetrics& stems) const;
    /// [kTerms], summing to 1: their share in the technical score.
    std::vector<double> weights() const;
    /// What Foresight has to know of the song to tell what this judge asks for.
    Listening listening() const;
    /// The same of a mix that was foretold; `told.mix` goes into score() as it is, and what is NaN
    /// there costs nothing.
    StemMetrics stem_metrics(const Foretold& told, const MixSettings& settings,
                             double prior_distance) const;
    /// Of a mix measured over the whole song.
    Covering covering(const Measurement& m, const MixSettings& settings) const;

private:
    struct StemFacts {
        bool silent, lead;
        Bus group;
        double priority;
        std::array<double, kBands> band_power;
    };
    /// Who plays with whom in the time that is listened to. [stems x stems] row-major: power of
    /// stem b while a plays over its mean power; lead_gain [stems]: the same while a lead plays.
    struct Company {
        std::vector<bool> plays;
        bool lead_plays = false;
        std::vector<double> gain, lead_gain;
        std::vector<double> mean;  ///< [stems] power of the dry stem in that time
        /// [stems] mean of the dry stem's power, each moment counted by its power, over the plain
        /// mean: 1 for steady sound.
        std::vector<double> burst;
        double range_lu = 0;  ///< loudness range of all stems, each equally loud
    };
    /// `re`: the time over which powers are means, where that is not `heard` itself.
    static Company company(const Profile& profile, const std::vector<StemFacts>& stems,
                           std::span<const Excerpt> heard, int rate, const Company* re = nullptr);
    /// What the stems are in a mix, [stems] each; of those that do not play there nothing.
    struct Parts {
        std::vector<BandPowers> spectrum;   ///< mean power in the mix, before the master
        std::vector<BandPowers> threshold;  ///< masking_threshold of it
        std::vector<double> loud;           ///< K-weighted power
        double wet = 0, wet_seconds = 0;    ///< K-weighted power of the returns; times their decay
        double distorted = 0;               ///< K-weighted power that saturators of strips made
    };
    Parts parts(const Measurement& m, const MixSettings& settings, const Company& heard) const;
    /// What covers stem s while it plays, re its mean power in the mix, from the stems that
    /// `counts` admits.
    template <class Counts>
    BandPowers threshold_over(std::size_t s, const Parts& mix, const Company& heard,
                              Counts counts) const;
    void add_returns(const MixSettings& settings, std::span<const BandPowers> sent,
                     Parts& mix) const;
    Reject reject(const Measurement& m, const StemMetrics& stems) const;

    std::vector<StemFacts> stems_;
    Company telling_, whole_;
    std::vector<Company> sections_;
    SectionLevels section_levels_;
    double beat_s_ = 0.5;
    std::array<double, kBands> k_power_{};  ///< K-weighting of each band, as a power ratio
    Style style_;
    Target target_;
    std::array<double, kTerms> weights_{};
    int rate_;
};

}  // namespace mixfarm
