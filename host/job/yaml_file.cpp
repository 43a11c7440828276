/// Reads it whole.
#include "host/job/yaml_file.h"

#include <fstream>
#include <sstream>

#include "host/job/input_error.h"

namespace mixfarm {

YamlFile::YamlFile(std::filesystem::path path, const std::string& need) : path_(std::move(path)) {
    std::ifstream in(path_);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) throw InputError(path_.string(), "cannot be read; " + need);
    try {
        root_ = YAML::Load(text.str());
    } catch (const YAML::Exception& e) {
        fail(e.mark, "is not YAML: " + e.msg);
    }
    if (!root_.IsMap()) fail(root_, "must hold names and values; " + need);
}

void YamlFile::fail(const YAML::Mark& mark, const std::string& what) const {
    const std::string line = mark.is_null() ? "" : "line " + std::to_string(mark.line + 1) + ": ";
    throw InputError(path_.string(), line + what);
}

}  // namespace mixfarm
