/// How far excerpts are off because they start from rest and not from what the song left behind.
#pragma once

#include <span>

#include "host/hearing.h"
#include "host/studio.h"

namespace mixfarm {

/// So many mixes are tried: those whose effects forget most slowly.
inline constexpr std::size_t kWarmUpMixes = 8;

/// Renders them over the telling seconds once more, this time from the song's first sample on, so
/// that every state is the true one: the largest difference in loudness, LU (in gain that reaches
/// the target). What was heard of the others is no further off as far as their effects forget
/// sooner.
double warm_up_error(const Studio& studio, std::span<const Heard> excerpts);

}  // namespace mixfarm
