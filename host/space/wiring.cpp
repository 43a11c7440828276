/// Groups by family and keys by who covers whom.
#include "host/space/wiring.h"

#include <algorithm>

#include "host/analysis/telling.h"
#include "host/space/balance.h"

namespace mixfarm {
namespace {

constexpr double kCovered = 0.2;

/// Index of the stem so called; -1 for "none". The job has checked that there is one.
int stem_called(const Song& song, const std::string& name) {
    for (std::size_t s = 0; s < song.stems.size(); ++s)
        if (song.stems[s].name == name) return static_cast<int>(s);
    return -1;
}

bool bass(Role role) {
    return role == Role::bass_guitar || role == Role::synth_bass;
}

int kick_of(const Song& song, const Profile& profile, std::size_t s) {
    int best = -1;
    double most = 0;
    for (std::size_t k = 0; k < song.stems.size(); ++k) {
        if (song.stems[k].role.role != Role::kick) continue;
        const double together = shared_time(profile, s, k);
        if (together > most) most = together, best = static_cast<int>(k);
    }
    return best;
}

}  // namespace

SongView wired_view(const Song& song, const Profile& profile) {
    SongView view = view_of(song);
    const std::vector<int> leads = lead_stems(song, profile.stems);
    for (std::size_t s = 0; s < song.stems.size(); ++s) {
        const Stem& stem = song.stems[s];
        StemView& wired = view.stems[s];
        wired.group = group_of(stem.role.role);
        if (!stem.duck_under.empty()) wired.duck_key = stem_called(song, stem.duck_under);
        if (!stem.make_room_for.empty()) wired.unmask_key = stem_called(song, stem.make_room_for);
        const bool leading =
            std::find(leads.begin(), leads.end(), static_cast<int>(s)) != leads.end();
        if (leading || stem.untouched || profile.stems[s].silent) continue;
        if (stem.duck_under.empty() && bass(stem.role.role))
            wired.duck_key = kick_of(song, profile, s);
        if (!stem.make_room_for.empty() ||
            (wired.group != Bus::music && wired.group != Bus::effects))
            continue;
        double most = kCovered;
        for (const int lead : leads) {
            const double covered = profile.masked_by(lead, static_cast<int>(s));
            if (covered >= most) most = covered, wired.unmask_key = lead;
        }
    }
    if (song.tempo_bpm > 0) view.tempo_bpm = song.tempo_bpm;
    return view;
}

}  // namespace mixfarm
