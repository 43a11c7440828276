/// A YAML file of ours: whatever is wrong with it is told with its name and line.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>

namespace mixfarm {

class YamlFile {
public:
    /// Throws InputError: not readable (`need` says what is needed), no YAML, no map.
    YamlFile(std::filesystem::path path, const std::string& need);

    const YAML::Node& root() const { return root_; }
    /// Throws InputError.
    [[noreturn]] void fail(const YAML::Mark& mark, const std::string& what) const;
    [[noreturn]] void fail(const YAML::Node& at, const std::string& what) const {
        fail(at.Mark(), what);
    }

private:
    std::filesystem::path path_;
    YAML::Node root_;
};

}  // namespace mixfarm
