/// Finds locked knobs by name and checks their values.
#include "host/space/locks.h"

#include <cmath>
#include <sstream>

#include "host/job/input_error.h"
#include "host/job/nearest.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

/// Row index of the parameter that `key` names; throws when there is none or more than one.
int locked_param(const std::string& stem, const std::string& key) {
    std::vector<std::string> known, meant;
    int row = -1;
    for (const EffectInfo& effect : strip_effects())
        for (std::size_t i = 0; i < effect.params.size(); ++i) {
            const std::string full = std::string(effect.name) + "." + effect.params[i].name;
            known.push_back(full);
            if (key == full || key == effect.params[i].name) {
                meant.push_back(full);
                row = effect.first + static_cast<int>(i);
            }
        }
    const std::string where = "stem '" + stem + "': lock '" + key + "' ";
    if (meant.empty()) {
        std::vector<std::string> names = known;
        if (key.find('.') == std::string::npos)  // compare like with like, then name the whole knob
            for (std::string& name : names) name = name.substr(name.find('.') + 1);
        throw InputError(
            "job", where + "is no knob" + did_you_mean(key, names) + " Known are: " + join(known));
    }
    if (meant.size() > 1)
        throw InputError("job", where + "could be " + join(meant) + "; write one of these");
    return row;
}

}  // namespace

void apply_locks(const Job& job, const Song& song, std::vector<Knob>& knobs) {
    MF_CHECK_EQ(job.stems.size(), song.stems.size());
    const std::size_t params = static_cast<std::size_t>(strip_param_count());
    for (std::size_t s = 0; s < job.stems.size(); ++s)
        for (const auto& [key, value] : job.stems[s].lock) {
            const int row = locked_param(song.stems[s].name, key);
            Knob& knob = knobs[s * params + static_cast<std::size_t>(row)];
            if (!(value >= knob.low && value <= knob.high)) {
                std::ostringstream what;
                what << "stem '" << song.stems[s].name << "': lock '" << key << "' is " << value
                     << ", but must lie within " << knob.low << " to " << knob.high << ' '
                     << knob.unit;
                throw InputError("job", what.str());
            }
            if (song.stems[s].silent) continue;
            knob.locked = true;
            knob.prior.searched = false;
            knob.rest = static_cast<float>(value);
        }
}

}  // namespace mixfarm
