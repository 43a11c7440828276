/// Taste files: YAML that a person can read and edit.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "host/job/input_error.h"
#include "host/taste/taste.h"

namespace mixfarm {
namespace {

constexpr double kLeastSd = 1e-3, kMost = 100;

class File {
public:
    explicit File(std::filesystem::path path) : path_(std::move(path)) {
        std::ifstream in(path_);
        if (!in)
            throw InputError(path_.string(),
                             "cannot be read; give a readable YAML file with a taste");
        std::ostringstream text;
        text << in.rdbuf();
        try {
            root_ = YAML::Load(text.str());
        } catch (const YAML::Exception& e) {
            fail(e.mark, "is not YAML: " + e.msg);
        }
        if (!root_.IsMap()) fail(root_.Mark(), "must hold answers, songs, technical and the axes");
        for (const auto& entry : root_) known(entry.first);
    }
    Taste taste() const {
        Taste taste = Taste::unknown();
        taste.answers = count("answers"), taste.songs = count("songs");
        if (const YAML::Node tried = root_["held_out"]) {
            if (!tried.IsSequence() || tried.size() != 3 ||
                !YAML::convert<int>::decode(tried[0], taste.held_out.answers) ||
                !YAML::convert<double>::decode(tried[1], taste.held_out.foretold) ||
                !YAML::convert<double>::decode(tried[2], taste.held_out.technical_alone))
                fail(tried.Mark(),
                     "held_out must be [answers, foretold, foretold by the technical score alone]");
        }
        if (root_["technical"]) taste.technical = belief(root_["technical"], "technical");
        for (std::size_t a = 0; a < kTasteAxes; ++a) {
            const std::string name(taste_axes()[a].name);
            const YAML::Node axis = root_[name];
            if (!axis) continue;
            if (!axis.IsMap()) fail(axis.Mark(), name + " must hold slope and bend");
            for (const auto& entry : axis)
                if (const auto key = entry.first.as<std::string>("");
                    key != "slope" && key != "bend")
                    fail(entry.first.Mark(), name + " has no '" + key + "'; it has slope and bend");
            if (axis["slope"]) taste.slope[a] = belief(axis["slope"], name + ": slope");
            if (axis["bend"]) taste.bend[a] = belief(axis["bend"], name + ": bend");
        }
        return taste;
    }

private:
    [[noreturn]] void fail(const YAML::Mark& mark, const std::string& what) const {
        const std::string line =
            mark.is_null() ? "" : "line " + std::to_string(mark.line + 1) + ": ";
        throw InputError(path_.string(), line + what);
    }
    void known(const YAML::Node& key) const {
        const std::string name = key.as<std::string>("");
        if (name == "answers" || name == "songs" || name == "held_out" || name == "technical")
            return;
        std::string all;
        for (const TasteAxis& axis : taste_axes()) {
            if (name == axis.name) return;
            all += std::string(axis.name) + ", ";
        }
        fail(key.Mark(), "there is no '" + name + "'; there are " + all +
                             "technical, answers, songs and held_out");
    }
    int count(const char* key) const {
        const YAML::Node node = root_[key];
        int value = 0;
        if (node && (!YAML::convert<int>::decode(node, value) || value < 0))
            fail(node.Mark(), std::string(key) + " must be a whole number from 0");
        return value;
    }
    Belief belief(const YAML::Node& node, const std::string& where) const {
        Belief b;
        if (!node.IsSequence() || node.size() != 2 ||
            !YAML::convert<double>::decode(node[0], b.mean) ||
            !YAML::convert<double>::decode(node[1], b.sd) || !(std::fabs(b.mean) <= kMost) ||
            !(b.sd >= kLeastSd && b.sd <= kMost))
            fail(node.Mark(),
                 where + " must be [mean, standard deviation], the second from " + "0.001 to 100");
        return b;
    }

    std::filesystem::path path_;
    YAML::Node root_;
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
    return File(file).taste();
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
