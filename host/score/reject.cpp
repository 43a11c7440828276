/// What puts a mix out of the running before any score, so that no search can win by breaking the
/// sound.
#include <cmath>

#include "host/score/score.h"

namespace mixfarm {
namespace {

constexpr double kSilentLufs =
    -60;  // 46 LU below the quietest sensible target, 10 above the gate of BS.1770
constexpr double kCeilingSlackDb =
    0.05;  // true-peak meters differ by as much between equally good interpolators
constexpr double kOffTargetLu = 0.5;  // EBU R128 allows +-0.2 LU, +-1 LU live
constexpr double kMonoLossDb = 6;     // half of the amplitude gone on a mono loudspeaker
constexpr double kLeastCorrelation =
    -0.2;  // mixes lie at 0 to +1 and not below 0 for long; independent channels scatter around 0
constexpr double kLimiterLossLu =
    4;  // 4 to 6 dB of peak limiting is audible; as much loudness is gone for good
constexpr double kLeastPlrDb =
    6;  // below the lower end of the most compressed style (electronic, 6 to 9 dB)
constexpr double kBalanceDb = 6;  // one channel with twice the amplitude of the other

}  // namespace

std::string_view reject_name(Reject reject) {
    switch (reject) {
        case Reject::none:
            return "none";
        case Reject::not_finite:
            return "not_finite";
        case Reject::silent:
            return "silent";
        case Reject::clipped:
            return "clipped";
        case Reject::off_target:
            return "off_target";
        case Reject::mono_collapse:
            return "mono_collapse";
        case Reject::crushed:
            return "crushed";
        case Reject::lost_stem:
            return "lost_stem";
        case Reject::one_sided:
            return "one_sided";
    }
    return "unknown";
}

std::string_view reject_reason(Reject reject) {
    switch (reject) {
        case Reject::none:
            return "nothing speaks against it";
        case Reject::not_finite:
            return "the effects produced numbers that are not audio";
        case Reject::silent:
            return "there is almost nothing to hear";
        case Reject::clipped:
            return "its peaks pass the ceiling";
        case Reject::off_target:
            return "it misses the target loudness";
        case Reject::mono_collapse:
            return "it falls apart on a mono loudspeaker";
        case Reject::crushed:
            return "the limiter leaves no dynamics";
        case Reject::lost_stem:
            return "a stem can no longer be heard";
        case Reject::one_sided:
            return "one side is much louder than the other";
    }
    return "for a reason this version does not know";
}

Reject Judge::reject(const Measurement& m, const StemMetrics& stems) const {
    const double integrated = m.metric("integrated_lufs");
    if (!m.finite) return Reject::not_finite;
    if (!(integrated >= kSilentLufs)) return Reject::silent;
    if (m.metric("true_peak_dbtp") > target_.true_peak_dbtp + kCeilingSlackDb ||
        m.metric("sample_peak_dbfs") > 0)
        return Reject::clipped;
    if (m.limiter_loss_lu > kLimiterLossLu || m.metric("plr_db") < kLeastPlrDb)
        return Reject::crushed;
    if (std::fabs(integrated - target_.loudness_lufs) > kOffTargetLu) return Reject::off_target;
    if (m.metric("mono_loss_db") > kMonoLossDb || m.metric("correlation") < kLeastCorrelation)
        return Reject::mono_collapse;
    if (stems.lost_stem >= 0) return Reject::lost_stem;
    // A dead side has no balance in decibels.
    if (!(std::fabs(m.metric("balance_db")) <= kBalanceDb)) return Reject::one_sided;
    return Reject::none;
}

}  // namespace mixfarm
