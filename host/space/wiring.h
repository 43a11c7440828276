/// How the stems of a song are wired to the console: into which group each goes and which other
/// stem keys it.
#pragma once

#include "host/analysis/group.h"
#include "host/analysis/profile.h"

namespace mixfarm {

/// The engine's view of a song with groups and keys; borrows its audio. Keys are the job's where it
/// names them. Else a bass ducks under the kick it shares most time with, and a stem of the music
/// or effects family makes room for the lead that it covers most, if it covers it for a fifth or
/// more (Hafezi and Reiss 2015 let the masker yield); leads and untouched stems yield to nothing.
SongView wired_view(const Song& song, const Profile& profile);

}  // namespace mixfarm
