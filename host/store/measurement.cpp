/// From columns of results.h5 back to a measurement.
#include "host/store/measurement.h"

namespace mixfarm {

Measurement measurement_of(const Row& row) {
    Measurement m;
    m.finite = row.finite;
    m.master_gain_db = row.master_gain_db;
    m.limiter_loss_lu = row.limiter_loss_lu;
    m.metrics = row.metrics;
    for (std::size_t b = 0; b < kBands; ++b) {
        m.left_power[b] = row.left_power[b];
        m.right_power[b] = row.right_power[b];
        m.cross_power[b] = row.cross_power[b];
    }
    m.stem_power = row.stem_power;
    return m;
}

}  // namespace mixfarm
