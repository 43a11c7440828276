/// Reads jobs/priors/<role>.yaml: what engineers do with each knob of a role, with the source of
/// every number.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "host/song/role.h"

namespace mixfarm {

/// Level of the processed group of stems while it plays, LU re the mix, K-weighted.
struct LevelPrior {
    float low = 0, typical = 0, high = 0;
    std::string group;  ///< stems of one group share the level by power; the role itself unless the
                        ///< file names a group
    float share_db = 0;  ///< weight of this role within its group
    std::string source;
};

struct KnobPrior {
    bool searched = false;  ///< false: only `rest` is meant
    float rest = 0;         ///< where it stays when not searched
    float use = 1, low = 0, typical = 0, high = 0;
    bool re_lufs = false;  ///< low, typical, high are dB re the stem's integrated loudness
    std::string source;
};

struct RolePriors {
    LevelPrior level;
    std::map<std::string, KnobPrior>
        knobs;  ///< "effect.param" -> prior; positions of pan are distances from the centre
};

/// Bus name -> "effect.param" -> prior. Thresholds `re: lufs` are re the level of the bus.
using BusPriors = std::map<std::string, std::map<std::string, KnobPrior>>;

/// Equaliser boosts and Q of the search stay under these ("keep boosts under +7 dB and Q under 4").
inline constexpr float kMaxBoostDb = 7, kMaxQ = 4;
/// Every stem is trimmed to this loudness before its strip, and the mix before the master, LUFS: so
/// thresholds re LUFS become absolute.
inline constexpr float kStemLufs = -23;

/// Throws InputError naming file, line, key and cure: unreadable, unknown key or knob, numbers out
/// of order, outside the legal range or without source.
RolePriors read_role_priors(const std::filesystem::path& file);

/// Reads jobs/priors/buses.yaml: a map of knobs for each bus; `groups` stands for all five that
/// have no map of their own. Throws InputError as above.
BusPriors read_bus_priors(const std::filesystem::path& file);

/// <folder>/<role>.yaml, or <folder>/default.yaml where a role has none.
std::filesystem::path prior_file(const std::filesystem::path& folder, Role role);

}  // namespace mixfarm
