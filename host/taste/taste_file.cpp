/// Taste files: YAML that a person can read and edit.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "host/job/input_error.h"
#include "host/job/yaml_file.h"
#include "host/taste/taste.h"

namespace mixfarm {
namespace {

constexpr double kLeastSd = 1e-3, kMost = 100;

class TasteFile : public YamlFile {
public:
    explicit TasteFile(const std::filesystem::path& path)
        : YamlFile(path, "give a YAML file with a taste") {
        for (const auto& entry : root()) known(entry.first);
    }
    Taste taste() const {
        Taste taste = Taste::unknown();
        taste.answers = count("answers"), taste.songs = count("songs");
        if (const YAML::Node tried = root()["held_out"]) {
            if (!tried.IsSequence() || tried.size() != 3 ||
                !YAML::convert<int>::decode(tried[0], taste.held_out.answers) ||
                !YAML::convert<double>::decode(tried[1], taste.held_out.foretold) ||
                !YAML::convert<double>::decode(tried[2], taste.held_out.technical_alone))
                fail(tried,
                     "held_out must be [answers, foretold, foretold by the technical score alone]");
        }
        if (root()["technical"]) taste.technical = belief(root()["technical"], "technical");
        for (std::size_t a = 0; a < kTasteAxes; ++a) {
            const std::string name(taste_axes()[a].name);
            const YAML::Node axis = root()[name];
            if (!axis) continue;
            if (!axis.IsMap()) fail(axis, name + " must hold slope and bend");
            for (const auto& entry : axis)
                if (const auto key = entry.first.as<std::string>("");
                    key != "slope" && key != "bend")
                    fail(entry.first, name + " has no '" + key + "'; it has slope and bend");
            if (axis["slope"]) taste.slope[a] = belief(axis["slope"], name + ": slope");
            if (axis["bend"]) taste.bend[a] = belief(axis["bend"], name + ": bend");
        }
        return taste;
    }

private:
    void known(const YAML::Node& key) const {
        const std::string name = key.as<std::string>("");
        if (name == "answers" || name == "songs" || name == "held_out" || name == "technical")
            return;
        std::string all;
        for (const TasteAxis& axis : taste_axes()) {
            if (name == axis.name) return;
            all += std::string(axis.name) + ", ";
        }
        fail(key, "there is no '" + name + "'; there are " + all +
                      "technical, answers, songs and held_out");
    }
    int count(const char* key) const {
        const YAML::Node node = root()[key];
        int value = 0;
        if (node && (!YAML::convert<int>::decode(node, value) || value < 0))
            fail(node, std::string(key) + " must be a whole number from 0");
        return value;
    }
    Belief belief(const YAML::Node& node, const std::string& where) const {
        Belief b;
        if (!node.IsSequence() || node.size() != 2 ||
            !YAML::convert<double>::decode(node[0], b.mean) ||
            !YAML::convert<double>::decode(node[1], b.sd) || !(std::fabs(b.mean) <= kMost) ||
            !(b.sd >= kLeastSd && b.sd <= kMost))
            fail(node,
                 where + " must be [mean, standard deviation], the second from " + "0.001 to 100");
        return b;
    }
};

std::string number(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", x);
    return text;
}
std::string pair(const Belief& b) {
    char text[64];
    std::snprintf(text, sizeof text, "[%.4g, %.4g]", std::clamp(b.mean, -kMost, kMost),
                  std::clamp(b.sd, kLeastSd, kMost));
    return text;
}

}  // namespace

Taste read_taste(const std::filesystem::path& file) {
    return TasteFile(file).taste();
}

std::string taste_text(const Taste& taste) {
    std::ostringstream text;
    text
        << "# What a listener likes, as answers told: " << taste.words() << ".\n"
        << "# [mean, standard deviation] of what is believed; edit it, or delete the file to begin "
           "anew.\n"
        << "# slope: utility in logits per step away from a song's middle; bend: below 0 there is "
           "a "
           "best amount.\n"
        << "answers: " << taste.answers << "\nsongs: " << taste.songs << "\n"
        << "held_out: [" << taste.held_out.answers << ", " << number(taste.held_out.foretold)
        << ", " << number(taste.held_out.technical_alone)
        << "]  # answers it was not told; foretold by it, and by the technical score alone: used "
           "where it is better\n"
        << "technical: " << pair(taste.technical) << "  # per 0.05 of the technical score\n";
    for (std::size_t a = 0; a < kTasteAxes; ++a) {
        const TasteAxis& axis = taste_axes()[a];
        text << axis.name << ": {slope: " << pair(taste.slope[a])
             << ", bend: " << pair(taste.bend[a]) << "}  # a step is " << number(axis.step) << " "
             << axis.unit << ", up is " << axis.higher << "\n";
    }
    return text.str();
}

void write_taste(const std::filesystem::path& file, const Taste& taste) {
    const std::filesystem::path fresh = file.string() + ".part";
    {
        std::ofstream out(fresh, std::ios::trunc);
        out << taste_text(taste);
        out.flush();
        if (!out) throw InputError(file.string(), "cannot be written; choose another place");
    }
    std::error_code error;
    std::filesystem::rename(fresh, file, error);
    if (error) throw InputError(file.string(), "cannot be written (" + error.message() + ")");
}

}  // namespace mixfarm
