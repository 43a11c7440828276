/// Parses and checks prior files with yaml-cpp.
#include "host/space/prior_file.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "host/job/nearest.h"
#include "host/job/yaml_file.h"
#include "kernels/engine.h"

namespace mixfarm {
namespace {

class PriorFile : public YamlFile {
public:
    explicit PriorFile(const std::filesystem::path& file)
        : YamlFile(file, "every role, default and buses need such a file") {}

    RolePriors read() const {
        only_keys(root(), "the file", {"level", "knobs"});
        RolePriors priors;
        priors.level = level(root()["level"]);
        priors.knobs = knobs(root()["knobs"], strip_effects());
        return priors;
    }

    BusPriors read_buses() const {
        std::vector<std::string> known = {"groups"};
        for (int b = 0; b < kBuses; ++b) known.emplace_back(bus_name(static_cast<Bus>(b)));
        only_keys(root(), "the file", known);
        BusPriors priors;
        for (int b = 0; b < kBuses; ++b) {
            const Bus bus = static_cast<Bus>(b);
            const bool shared = bus < Bus::plate && !root()[bus_name(bus)];
            if (const YAML::Node own = root()[shared ? "groups" : bus_name(bus)])
                priors[bus_name(bus)] = knobs(own, bus_effects(bus));
        }
        return priors;
    }

private:
    std::map<std::string, KnobPrior> knobs(const YAML::Node& map,
                                           std::span<const EffectInfo> effects) const {
        std::map<std::string, KnobPrior> priors;
        for (const auto& entry : map) {
            const auto name = entry.first.as<std::string>();
            if (!priors.emplace(name, knob(name, entry.first, entry.second, effects)).second)
                fail(entry.first, "'" + name + "' is given twice; keep one");
        }
        return priors;
    }

    void only_keys(const YAML::Node& map, const std::string& where,
                   const std::vector<std::string>& known) const {
        if (!map.IsMap()) fail(map, where + " must be a map with " + join(known));
        for (const auto& entry : map) {
            const auto key = entry.first.as<std::string>();
            if (std::find(known.begin(), known.end(), key) == known.end())
                fail(entry.first, "unknown key '" + key + "' in " + where + choices(key, known));
        }
    }

    float number(const YAML::Node& map, const std::string& where, const char* key) const {
        const YAML::Node node = map[key];
        float value = 0;
        if (!node || !YAML::convert<float>::decode(node, value))
            fail(map, where + " needs '" + key + "' as a number");
        return value;
    }

    std::string source(const YAML::Node& map, const std::string& where) const {
        const YAML::Node node = map["source"];
        if (!node || !node.IsScalar() || node.Scalar().empty())
            fail(map, where + " needs a 'source'");
        return node.Scalar();
    }

    LevelPrior level(const YAML::Node& map) const {
        if (!map) fail(root(), "needs 'level': {low, typical, high, source}, LU re the mix");
        only_keys(map, "'level'", {"low", "typical", "high", "group", "share_db", "source"});
        LevelPrior p{number(map, "'level'", "low"),
                     number(map, "'level'", "typical"),
                     number(map, "'level'", "high"),
                     "",
                     0,
                     source(map, "'level'")};
        if (!(p.low < p.typical && p.typical < p.high))
            fail(map, "'level' needs low < typical < high");
        if (map["group"]) p.group = map["group"].as<std::string>();
        if (map["share_db"]) p.share_db = number(map, "'level'", "share_db");
        return p;
    }

    const ParamSpec& spec(const YAML::Node& at, const std::string& name,
                          std::span<const EffectInfo> effects) const {
        std::vector<std::string> known;
        for (const EffectInfo& effect : effects)
            for (const ParamSpec& param : effect.params) {
                known.push_back(std::string(effect.name) + "." + param.name);
                if (known.back() == name) return param;
            }
        fail(at, "no knob is called '" + name + "'" + choices(name, known));
    }

    KnobPrior knob(const std::string& name, const YAML::Node& at, const YAML::Node& map,
                   std::span<const EffectInfo> effects) const {
        const ParamSpec& legal = spec(at, name, effects);
        const std::string where = "'" + name + "'";
        only_keys(map, where, {"rest", "use", "low", "typical", "high", "re", "source"});
        KnobPrior p;
        p.source = source(map, where);
        if (map["rest"]) {
            if (map.size() != 2)
                fail(map, where +
                              " either rests ('rest', 'source') or is searched ('low', 'typical', "
                              "'high', 'source')");
            p.rest = number(map, where, "rest");
            inside(map, where, legal, p.rest, p.rest);
            return p;
        }
        p.searched = true;
        p.rest = legal.neutral;
        if (map["use"]) p.use = number(map, where, "use");
        if (!(p.use > 0 && p.use <= 1)) fail(map, where + ": 'use' is a share over 0 and up to 1");
        if (legal.scale == Scale::toggle) {
            p.high = 1;
            p.typical = p.use >= 0.5f;
            return p;
        }
        p.low = number(map, where, "low");
        p.typical = number(map, where, "typical");
        p.high = number(map, where, "high");
        if (!(p.low <= p.typical && p.typical <= p.high && p.low < p.high))
            fail(map, where + " needs low <= typical <= high, and low < high");
        if (map["re"]) {
            if (map["re"].as<std::string>() != "lufs")
                fail(map["re"], where + ": 're' can only be lufs");
            p.re_lufs = true;
        }
        const float shift = p.re_lufs ? kStemLufs : 0;
        if (p.re_lufs) {  // clamped: a threshold at the end of the range simply never acts
            inside(map, where, legal, p.typical + shift, p.typical + shift);
        } else {
            inside(map, where, legal, p.low, p.high);
            if (legal.neutral > p.low && legal.neutral < p.high && p.use < 1 &&
                p.typical != legal.neutral)
                fail(
                    map,
                    where + " lies on both sides of neutral: give it use 1, or neutral as typical");
        }
        return p;
    }

    void inside(const YAML::Node& at, const std::string& where, const ParamSpec& legal, float low,
                float high) const {
        if (low < legal.low || high > legal.high)
            fail(at, where + " must lie within " + std::to_string(legal.low) + " to " +
                         std::to_string(legal.high) + " " + legal.unit);
    }
};

}  // namespace

RolePriors read_role_priors(const std::filesystem::path& file) {
    RolePriors priors = PriorFile(file).read();
    if (priors.level.group.empty()) priors.level.group = file.stem().string();
    return priors;
}

BusPriors read_bus_priors(const std::filesystem::path& file) {
    return PriorFile(file).read_buses();
}

std::filesystem::path prior_file(const std::filesystem::path& folder, Role role) {
    const auto own = folder / (std::string(role_name(role)) + ".yaml");
    return std::filesystem::exists(own) ? own : folder / "default.yaml";
}

}  // namespace mixfarm
