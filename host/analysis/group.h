/// Which of the console's groups a role belongs to.
#pragma once

#include "host/song/role.h"
#include "kernels/engine.h"

namespace mixfarm {

/// The group of a role: its family.
Bus group_of(Role role);

}  // namespace mixfarm
