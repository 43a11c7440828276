/// Foretelling on a GPU.
#pragma once

#include <memory>

#include "kernels/proxy/seer.h"

namespace mixfarm::cuda {

std::unique_ptr<Seer> make_seer(int device, const ForeseenSong& song);

}  // namespace mixfarm::cuda
