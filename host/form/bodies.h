/// Stems that were recorded in one room: each hears the others, so what moves one in time must
/// move all.
#pragma once

#include <vector>

#include "host/analysis/profile.h"

namespace mixfarm {

/// [stems] the number of the body each belongs to, counted from 0 in the order of the stems. One
/// body are stems whose normalised cross-correlation peaks above 0.15 within 40 ms while both
/// sound, directly or by way of others; the kit is one by rule. Silent stems are each their own.
std::vector<int> leakage_bodies(const Song& song, const Profile& profile);

}  // namespace mixfarm
