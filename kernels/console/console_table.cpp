/// The console's channels and their parameter tables as the host sees them.
#include "kernels/console/console.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

#define MF_NAME(name, Type) #name,
constexpr const char* kStripNames[] = {
#define MF_STRIP MF_NAME
#include "kernels/effects/effects.def"
};
constexpr const char* kGroupNames[] = {
#define MF_GROUP MF_NAME
#include "kernels/effects/effects.def"
};
constexpr const char* kPlateNames[] = {
#define MF_PLATE MF_NAME
#include "kernels/effects/effects.def"
};
constexpr const char* kHallNames[] = {
#define MF_HALL MF_NAME
#include "kernels/effects/effects.def"
};
constexpr const char* kEchoNames[] = {
#define MF_ECHO MF_NAME
#include "kernels/effects/effects.def"
};
constexpr const char* kMasterNames[] = {
#define MF_MASTER MF_NAME
#include "kernels/effects/effects.def"
};

template <class Chain>
std::vector<EffectInfo> table(const char* const* names) {
    std::vector<EffectInfo> list;
    Chain::for_each([&]<class Effect, int I>(int first) {
        list.push_back({names[I], std::span(Effect::kParams), first, is_source<Effect>()});
    });
    return list;
}

int param_total(std::span<const EffectInfo> effects) {
    return effects.back().first + static_cast<int>(effects.back().params.size());
}

std::vector<float> neutral_row(std::span<const EffectInfo> effects) {
    std::vector<float> row;
    for (const EffectInfo& e : effects)
        for (const ParamSpec& p : e.params) row.push_back(p.neutral);
    return row;
}

template <class Chain>
std::vector<double> response(std::span<const float> row, std::span<const double> hz, double rate) {
    MF_CHECK_EQ(static_cast<int>(row.size()), Chain::kParams);
    const auto coefs = Chain::design(row.data(), {rate, 120});
    std::vector<double> db;
    for (const double f : hz) db.push_back(Chain::response_db(coefs, f, rate));
    return db;
}

}  // namespace

std::span<const EffectInfo> strip_effects() {
    static const std::vector<EffectInfo> all = table<StripChain>(kStripNames);
    return all;
}

std::span<const EffectInfo> bus_effects(Bus bus) {
    static const std::vector<EffectInfo> tables[] = {
        table<GroupChain>(kGroupNames), table<PlateChain>(kPlateNames),
        table<HallChain>(kHallNames), table<EchoChain>(kEchoNames),
        table<MasterChain>(kMasterNames)};
    const int place = static_cast<int>(bus) - console::kGroups;
    return tables[place < 0 ? 0 : 1 + place];
}

const char* bus_name(Bus bus) {
    static constexpr const char* kNames[kBuses] = {"drums", "bass", "music", "vocals", "effects",
                                                   "plate", "hall", "echo",  "master"};
    return kNames[static_cast<int>(bus)];
}

int param_index(std::span<const EffectInfo> effects, std::string_view effect,
                std::string_view param) {
    for (const EffectInfo& e : effects) {
        if (effect != e.name) continue;
        for (std::size_t i = 0; i < e.params.size(); ++i)
            if (param == e.params[i].name) return e.first + static_cast<int>(i);
    }
    return -1;
}

int strip_param_count() {
    return StripChain::kParams;
}
int strip_param_index(std::string_view effect, std::string_view param) {
    return param_index(strip_effects(), effect, param);
}
std::vector<float> neutral_strip() {
    return neutral_row(strip_effects());
}

int bus_first(Bus bus) {
    int first = 0;
    for (int b = 0; b < static_cast<int>(bus); ++b)
        first += param_total(bus_effects(static_cast<Bus>(b)));
    return first;
}
int bus_param_count() {
    return bus_first(Bus::master) + param_total(bus_effects(Bus::master));
}
int bus_param_index(Bus bus, std::string_view effect, std::string_view param) {
    const int i = param_index(bus_effects(bus), effect, param);
    return i < 0 ? -1 : bus_first(bus) + i;
}
std::vector<float> neutral_buses() {
    std::vector<float> row;
    for (int b = 0; b < kBuses; ++b) {
        const std::vector<float> one = neutral_row(bus_effects(static_cast<Bus>(b)));
        row.insert(row.end(), one.begin(), one.end());
    }
    return row;
}

double strip_response_db(std::span<const float> row, double hz, double rate) {
    return strip_response_db(row, std::span(&hz, 1), rate)[0];
}
std::vector<double> strip_response_db(std::span<const float> row, std::span<const double> hz,
                                      double rate) {
    return response<StripChain>(row, hz, rate);
}
std::vector<double> bus_response_db(Bus bus, std::span<const float> row, std::span<const double> hz,
                                    double rate) {
    return console::with_bus_chain(static_cast<int>(bus),
                                   [&]<class Chain>() { return response<Chain>(row, hz, rate); });
}

}  // namespace mixfarm
