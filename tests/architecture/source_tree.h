/// The sources as the architecture rules see them: every file's lines and what it includes.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace mixfarm::architecture {

struct Include {
    int line;          ///< from 1
    std::string what;  ///< "host/job/job.h", "vector"
    bool quoted;
};

struct SourceFile {
    std::string path;  ///< from the root, with slashes
    std::vector<std::string> lines;
    std::vector<Include> includes;

    /// "host/search/funnel.cpp" -> "host/search"; "host/night.cpp" -> "host"
    std::string folder() const { return path.substr(0, path.rfind('/')); }
    bool under(const std::string& place) const { return path.starts_with(place + "/"); }
};

struct SourceTree {
    std::filesystem::path root;
    std::vector<SourceFile> files;  ///< of kernels/, host/ and tests/, sorted by path

    const SourceFile* find(const std::string& path) const {
        const auto at = std::find_if(files.begin(), files.end(),
                                     [&](const SourceFile& f) { return f.path == path; });
        return at == files.end() ? nullptr : &*at;
    }
};

inline SourceFile read_source(const std::filesystem::path& root,
                              const std::filesystem::path& file) {
    static const std::regex include(R"(^\s*#\s*include\s*(["<])([^">]+)[">].*)");
    SourceFile source;
    source.path = file.lexically_relative(root).generic_string();
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        source.lines.push_back(line);
        std::smatch match;
        if (line.find('#') != std::string::npos && std::regex_match(line, match, include))
            source.includes.push_back(
                {static_cast<int>(source.lines.size()), match[2], match[1] == "\""});
    }
    return source;
}

inline SourceTree read_tree(const std::filesystem::path& root) {
    namespace fs = std::filesystem;
    SourceTree tree{root, {}};
    for (const char* top : {"kernels", "host", "tests"}) {
        if (!fs::is_directory(root / top)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
            const std::string type = entry.path().extension().string();
            const bool source =
                type == ".h" || type == ".cpp" || type == ".cu" || type == ".cuh" || type == ".def";
            if (source && entry.is_regular_file())
                tree.files.push_back(read_source(root, entry.path()));
        }
    }
    std::sort(tree.files.begin(), tree.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return tree;
}

}  // namespace mixfarm::architecture
