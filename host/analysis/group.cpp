/// Families are groups; what has none goes to the effects.
#include "host/analysis/group.h"

namespace mixfarm {

Bus group_of(Role role) {
    const std::string_view family = role_family(role);
    for (const Bus bus : {Bus::drums, Bus::bass, Bus::music, Bus::vocals})
        if (family == bus_name(bus)) return bus;
    return Bus::effects;
}

}  // namespace mixfarm
