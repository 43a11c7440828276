/// Ways to hear all mixes of a question, as the page's graph.js makes them.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "host/analysis/biquad.h"

namespace mixfarm::audition {

enum class Monitor { off, mono, sides, small, low, mid, high };

/// "off", "mono" and so on; nothing where there is no such one.
std::optional<Monitor> monitor_named(std::string_view name);

/// One channel on its way through the filters of a monitor and the K-weighting of BS.1770.
class MonitorPath {
public:
    MonitorPath(Monitor monitor, int rate);
    double operator()(double x) {
        for (Biquad& stage : stages_) x = stage(x);
        return x;
    }
    void settle() {
        for (Biquad& stage : stages_) stage.settle();
    }

private:
    std::vector<Biquad> stages_;
};

}  // namespace mixfarm::audition
