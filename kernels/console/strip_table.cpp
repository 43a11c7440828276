/// The strip's parameter tables as the host sees them.
#include <vector>

#include "kernels/console/strip.h"
#include "kernels/engine.h"

namespace mixfarm {

std::span<const EffectInfo> strip_effects() {
    static const std::vector<EffectInfo> all = [] {
        std::vector<EffectInfo> list;
        int first = 0;
#define MF_EFFECT(name, Type, pass)                           \
    list.push_back({#name, std::span(Type::kParams), first}); \
    first += static_cast<int>(std::size(Type::kParams));
#include "kernels/effects/effects.def"
#undef MF_EFFECT
        return list;
    }();
    return all;
}

int strip_param_count() {
    return strip::kParamCount;
}

int strip_param_index(std::string_view effect, std::string_view param) {
    for (const EffectInfo& e : strip_effects()) {
        if (effect != e.name) continue;
        for (std::size_t i = 0; i < e.params.size(); ++i)
            if (param == e.params[i].name) return e.first + static_cast<int>(i);
    }
    return -1;
}

std::vector<float> neutral_strip() {
    std::vector<float> row;
    for (const EffectInfo& e : strip_effects())
        for (const ParamSpec& p : e.params) row.push_back(p.neutral);
    return row;
}

double strip_response_db(std::span<const float> row, double hz, double rate) {
    const StripCoefs<float> coefs = strip::design(row.data(), rate);
    double db = 0;
#define MF_EFFECT(name, Type, pass) db += Type::response_db(coefs.name, hz, rate);
#include "kernels/effects/effects.def"
#undef MF_EFFECT
    return db;
}

}  // namespace mixfarm
