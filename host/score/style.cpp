/// Reads jobs/styles/<name>.yaml and says precisely what is wrong with one that does not fit.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <sstream>

#include "host/job/input_error.h"
#include "host/job/yaml_file.h"
#include "host/score/score.h"
#include "host/score/tone_curves.h"

namespace mixfarm {
namespace {

/// One style file: every complaint about it carries its name and the line.
class StyleFile : public YamlFile {
public:
    explicit StyleFile(const std::filesystem::path& path)
        : YamlFile(path, "give the name of a style, or a YAML file like jobs/styles/neutral.yaml") {
    }

    void only(const YAML::Node& map, const std::string& where,
              std::initializer_list<const char*> known) const {
        std::string list;
        for (const char* key : known) list += (list.empty() ? "" : ", ") + std::string(key);
        for (const auto& entry : map) {
            const std::string key = entry.first.Scalar();
            if (std::find(known.begin(), known.end(), key) == known.end())
                fail(entry.first, where + ("unknown key '" + key + "'; known are ") + list);
        }
    }

    YAML::Node map(const std::string& key) const {
        const YAML::Node node = root()[key];
        if (!node) fail(root(), "'" + key + "' is missing; see jobs/styles/neutral.yaml");
        if (!node.IsMap())
            fail(node, "'" + key + "' must be a map, as in jobs/styles/neutral.yaml");
        return node;
    }

    double number(const YAML::Node& node, const std::string& what, double low, double high) const {
        double value = 0;
        if (!node.IsScalar() || !YAML::convert<double>::decode(node, value) ||
            !(value >= low && value <= high)) {
            std::ostringstream cure;
            cure << what << " must be a number from " << low << " to " << high;
            if (node.IsScalar()) cure << ", not '" << node.Scalar() << "'";
            fail(node, cure.str());
        }
        return value;
    }

    double optional_number(const YAML::Node& map, const std::string& key, double low,
                           double high) const {
        const YAML::Node node = map[key];
        return node ? number(node, "'" + key + "'", low, high) : 0;
    }

    void range(const std::string& key, double least, double most, double& low, double& high) const {
        const YAML::Node entry = map(key);
        only(entry, "'" + key + "': ", {"range", "source"});
        const YAML::Node node = entry["range"];
        if (!node || !node.IsSequence() || node.size() != 2)
            fail(entry, "'" + key + "' needs range: [low, high]");
        low = number(node[0], "the low end of '" + key + "'", least, most);
        high = number(node[1], "the high end of '" + key + "'", least, most);
        if (!(low < high)) fail(node, "'" + key + "': the low end must be below the high end");
    }

    /// 30 numbers; `~` reads as NaN where allowed.
    ToneCurve bands(const YAML::Node& node, const std::string& key, double low, double high,
                    bool gaps) const {
        if (!node.IsSequence() || node.size() != kBands)
            fail(node, "'" + key + "' must list " + std::to_string(kBands) +
                           " values, one for each third octave from 25 Hz to 20 kHz, not " +
                           std::to_string(node.IsSequence() ? node.size() : 1));
        ToneCurve curve{};
        for (int b = 0; b < kBands; ++b) {
            const YAML::Node value = node[static_cast<std::size_t>(b)];
            curve[static_cast<std::size_t>(b)] =
                gaps && value.IsNull() ? std::numeric_limits<double>::quiet_NaN()
                                       : number(value, "every value of '" + key + "'", low, high);
        }
        return curve;
    }

    std::string source(const std::string& key) const {
        const YAML::Node node = map(key)["source"];
        if (!node || node.IsNull()) return std::string(kNoSource);
        if (!node.IsScalar())
            fail(node, "'source' of '" + key + "' must be text: where its numbers come from");
        return node.Scalar().empty() ? std::string(kNoSource) : node.Scalar();
    }
};

std::filesystem::path style_path(const std::string& name_or_path,
                                 const std::filesystem::path& folder) {
    if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".yaml"))
        return name_or_path;
    std::filesystem::path path = folder / (name_or_path + ".yaml");
    if (std::filesystem::is_regular_file(path)) return path;
    std::vector<std::string> names;
    std::error_code none;  // a missing folder simply offers no names
    for (const auto& entry : std::filesystem::directory_iterator(folder, none))
        if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    throw InputError(path.string(), "there is no style '" + name_or_path + "'; there are: " + list +
                                        "; or give the path of a .yaml file");
}

void read_tone(const StyleFile& file, Style& style) {
    const YAML::Node tone = file.map("tone");
    file.only(tone, "'tone': ", {"curve", "drums_db", "bass_db", "tolerance_db", "source"});
    const YAML::Node curve = tone["curve"];
    if (!curve) file.fail(tone, "'tone' needs a curve: elo, mus, blend or a list of 30 levels");
    if (curve.IsSequence()) {
        style.tone_db = file.bands(curve, "curve", -80, 40, true);
    } else {
        const auto named = curve.IsScalar() ? named_tone_curve(curve.Scalar()) : std::nullopt;
        if (!named) file.fail(curve, "'curve' must be elo, mus, blend or a list of 30 levels");
        style.tone_db = *named;
    }
    const ToneCurve shift = tone_shift(file.optional_number(tone, "drums_db", -12, 12),
                                       file.optional_number(tone, "bass_db", -12, 12));
    for (std::size_t b = 0; b < kBands; ++b) style.tone_db[b] += shift[b];
    if (std::none_of(style.tone_db.begin(), style.tone_db.end(),
                     [](double v) { return std::isfinite(v); }))
        file.fail(curve, "'curve' must give a level for one band at least");
    const YAML::Node tolerance = tone["tolerance_db"];
    style.tone_tolerance_db =
        tolerance ? file.bands(tolerance, "tolerance_db", 0.1, 40, false) : usual_tone_tolerance();
}

}  // namespace

Style read_style(const std::string& name_or_path, const std::filesystem::path& styles_folder) {
    const std::filesystem::path path = style_path(name_or_path, styles_folder);
    const StyleFile file(path);
    static constexpr std::initializer_list<const char*> kKeys = {"tone", "plr_db", "lra_lu",
                                                                 "lead_lu", "width"};
    file.only(file.root(), "", kKeys);
    Style style;
    style.name = path.stem().string();
    read_tone(file, style);
    file.range("plr_db", 3, 40, style.plr_low_db, style.plr_high_db);
    file.range("lra_lu", 0, 40, style.lra_low_lu, style.lra_high_lu);
    file.range("lead_lu", -20, 20, style.lead_low_lu, style.lead_high_lu);
    file.range("width", 0, 10, style.width_low, style.width_high);
    for (const char* key : kKeys) style.sources.emplace_back(key, file.source(key));
    return style;
}

std::string sources_in_words(const Style& style) {
    std::vector<std::pair<std::string, std::string>> told;  // keys, source
    for (const auto& [key, source] : style.sources) {
        const auto same = std::find_if(told.begin(), told.end(),
                                       [&](const auto& entry) { return entry.second == source; });
        if (same == told.end())
            told.emplace_back(key, source);
        else
            same->first += ", " + key;
    }
    std::string words;
    for (auto& [keys, source] : told) {
        if (const std::size_t last = keys.rfind(", "); last != std::string::npos)
            keys.replace(last, 2, " and ");
        words += (words.empty() ? "" : ", ") + keys + " (" + source + ")";
    }
    return words;
}

}  // namespace mixfarm
