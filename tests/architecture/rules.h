/// The rules of the house: each takes the source tree and returns one sentence for every place that
/// breaks it.
#pragma once

#include <set>

#include "tests/architecture/source_tree.h"

namespace mixfarm::architecture {

using Violations = std::vector<std::string>;

/// Folders of host/ in the order in which data flows; each may include itself and those before it.
inline const std::vector<std::string> kRooms = {
    "job",  "song",  "analysis", "form", "layers", "moves",  "space",  "search",  "score",
    "rank", "taste", "store",    "render", "report", "export", "audition"};

inline std::string at(const SourceFile& file, const Include& include) {
    return file.path + ":" + std::to_string(include.line) + ": includes " + include.what + ", but ";
}

/// Place of a host folder in kRooms; host/ itself and host/cli come last and see everything; -1 for
/// a folder nobody knows.
inline int room_order(const std::string& folder) {
    if (folder == "host" || folder == "host/cli") return static_cast<int>(kRooms.size());
    for (std::size_t i = 0; i < kRooms.size(); ++i) {
        const std::string room = "host/" + kRooms[i];
        if (folder == room || folder.starts_with(room + "/")) return static_cast<int>(i);
    }
    return -1;
}

inline Violations rooms_look_back_only(const SourceTree& tree) {
    Violations found;
    for (const SourceFile& file : tree.files) {
        if (!file.under("host")) continue;
        const int here = room_order(file.folder());
        if (here < 0)
            found.push_back(file.path + ": " + file.folder() +
                            " has no place in the order of host/");
        for (const Include& include : file.includes) {
            if (!include.what.starts_with("host/")) continue;
            const std::string folder = include.what.substr(0, include.what.rfind('/'));
            if (room_order(folder) > here)
                found.push_back(at(file, include) + "that lies after " + file.folder());
        }
    }
    return found;
}

inline Violations kernels_know_no_host(const SourceTree& tree) {
    Violations found;
    for (const SourceFile& file : tree.files) {
        for (const Include& include : file.includes) {
            if (file.under("kernels") && !include.what.starts_with("kernels/") &&
                !include.what.starts_with("generated/") &&
                (include.quoted || include.what.starts_with("host/")))
                found.push_back(at(file, include) + "kernels/ knows no file, no song, no job");
        }
    }
    return found;
}

/// host/ sees kernels/engine.h and the headers which that one includes itself; and, because they
/// are about no sound, the check for bugs of our own and the counter-based random numbers.
inline Violations host_stops_at_the_border(const SourceTree& tree) {
    std::set<std::string> open = {"kernels/engine.h", "kernels/foresight.h", "kernels/core/check.h",
                                  "kernels/core/random.h"};
    if (const SourceFile* engine = tree.find("kernels/engine.h")) {
        for (const Include& include : engine->includes) open.insert(include.what);
    }
    Violations found;
    for (const SourceFile& file : tree.files) {
        for (const Include& include : file.includes) {
            if (file.under("host") && include.what.starts_with("kernels/") &&
                !open.contains(include.what))
                found.push_back(at(file, include) + "kernels/engine.h is all that host/ sees");
        }
    }
    return found;
}

/// Every include of our own names its file from the root, so that the other rules cannot be walked
/// around.
inline Violations includes_name_files_from_the_root(const SourceTree& tree) {
    Violations found;
    for (const SourceFile& file : tree.files) {
        for (const Include& include : file.includes) {
            if (include.what.find("..") != std::string::npos) {
                found.push_back(at(file, include) + "paths go down from the root, never up");
                continue;
            }
            if (include.what.starts_with("generated/")) continue;  // made by the build
            const bool ours = include.what.starts_with("host/") ||
                              include.what.starts_with("kernels/") ||
                              include.what.starts_with("tests/");
            if (include.quoted && !(ours && std::filesystem::exists(tree.root / include.what)))
                found.push_back(at(file, include) + "there is no such file below the root");
            if (!include.quoted && ours)
                found.push_back(at(file, include) + "our own headers go in quotes");
        }
    }
    return found;
}

inline Violations hdf5_stays_in_store(const SourceTree& tree) {
    static const std::regex hdf5("(hdf5|H5)[A-Za-z_]*\\.h(pp)?|(hdf5|highfive)/.*",
                                 std::regex::icase);
    Violations found;
    for (const SourceFile& file : tree.files) {
        for (const Include& include : file.includes) {
            if (!file.under("host/store") && !file.under("tests/store") &&
                std::regex_match(include.what, hdf5))
                found.push_back(at(file, include) + "HDF5 belongs to host/store");
        }
    }
    return found;
}

/// No CUDA header, qualifier or #if outside kernels/cuda and kernels/core; Thrust sorts in rank/
/// too, on the processor.
inline Violations cuda_stays_in_its_folder(const SourceTree& tree) {
    static const std::regex header(
        "(cuda|cufft|curand|cublas|nvtx|thrust/|cub/|cooperative_groups|device_launch).*");
    static const std::regex word(
        R"((^|[^A-Za-z0-9_])(__CUDACC__|__CUDA_ARCH__|__global__|__device__|__host__|__shared__)([^A-Za-z0-9_]|$))");
    Violations found;
    for (const SourceFile& file : tree.files) {
        if (file.under("kernels/cuda") || file.under("kernels/core") || file.under("tests"))
            continue;
        for (const Include& include : file.includes) {
            if (file.under("host/rank") && include.what.starts_with("thrust/")) continue;
            if (std::regex_match(include.what, header))
                found.push_back(at(file, include) +
                                "CUDA and Thrust belong to kernels/cuda and kernels/core");
        }
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string code = file.lines[i].substr(0, file.lines[i].find("//"));
            if (code.find("__") != std::string::npos && std::regex_search(code, word))
                found.push_back(file.path + ":" + std::to_string(i + 1) +
                                ": speaks CUDA outside kernels/cuda and kernels/core");
        }
    }
    return found;
}

/// search/ decides on numbers: no stems, no engine, no audio library.
inline Violations search_hears_nothing(const SourceTree& tree) {
    static const std::regex audio("host/song/.*|kernels/engine\\.h|sndfile\\.h.*|soxr.*");
    Violations found;
    for (const SourceFile& file : tree.files) {
        for (const Include& include : file.includes) {
            if (file.under("host/search") && std::regex_match(include.what, audio))
                found.push_back(at(file, include) + "host/search never sees audio");
        }
    }
    return found;
}

/// "BigFilter2" -> "big_filter2"
inline std::string snake_case(const std::string& type) {
    std::string name;
    for (std::size_t i = 0; i < type.size(); ++i) {
        const bool upper = std::isupper(static_cast<unsigned char>(type[i]));
        if (upper && i > 0 && !std::isupper(static_cast<unsigned char>(type[i - 1]))) name += '_';
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(type[i])));
    }
    return name;
}

/// Every line of effects.def and meters.def has its header and its test.
inline Violations listed_kernels_are_whole(const SourceTree& tree) {
    Violations found;
    for (const std::string kind : {"effect", "meter"}) {
        const std::string list = "kernels/" + kind + "s/" + kind + "s.def";
        const SourceFile* file = tree.find(list);
        if (file == nullptr) {
            found.push_back(list + ": missing");
            continue;
        }
        // An effect's type names its file, a meter's name does.
        const std::regex entry(kind == "effect" ? "MF_[A-Z]+\\([a-z0-9_]+, *([A-Za-z0-9]+)\\).*"
                                                : "MF_METER\\(([a-z0-9_]+),.*");
        std::set<std::string> seen;
        int entries = 0;
        for (const std::string& line : file->lines) {
            std::smatch match;
            if (!std::regex_match(line, match, entry)) continue;
            ++entries;
            const std::string name = kind == "effect" ? snake_case(match[1]) : match[1].str();
            if (!seen.insert(name).second) continue;
            for (const std::string& needed :
                 {"kernels/" + kind + "s/" + name + ".h", "tests/kernels/" + name + "_test.cpp"}) {
                if (tree.find(needed) == nullptr)
                    found.push_back(list + ": lists " + name + ", but there is no " + needed);
            }
        }
        if (entries == 0) found.push_back(list + ": lists nothing");
    }
    return found;
}

/// No file is longer than `most` lines but those in `allowed`; an exception that is no longer
/// needed is a violation too.
inline Violations files_are_short(const SourceTree& tree, std::size_t most,
                                  const std::set<std::string>& allowed) {
    Violations found;
    for (const SourceFile& file : tree.files) {
        const bool is_long = file.lines.size() > most;
        if (is_long && !allowed.contains(file.path))
            found.push_back(file.path + ": " + std::to_string(file.lines.size()) +
                            " lines, at most " + std::to_string(most));
        if (!is_long && allowed.contains(file.path))
            found.push_back(file.path + ": needs no exception, it is short");
    }
    for (const std::string& path : allowed) {
        if (tree.find(path) == nullptr)
            found.push_back(path + ": has an exception, but is not there");
    }
    return found;
}

/// Every source of kernels/ and host/ opens with one sentence on what it owns.
inline Violations files_say_what_they_own(const SourceTree& tree) {
    Violations found;
    for (const SourceFile& file : tree.files) {
        const bool code =
            !file.path.ends_with(".def") && (file.under("kernels") || file.under("host"));
        const bool opens =
            !file.lines.empty() && file.lines[0].starts_with("/// ") && file.lines[0].size() > 15;
        if (code && !opens)
            found.push_back(file.path + ": does not open with a /// sentence on what it owns");
    }
    return found;
}

/// Two types of one name would make one of them wrong wherever the linker takes the other's code
/// (the one-definition rule), and no compiler says so as long as no file sees both headers.
inline Violations names_mean_one_thing(const SourceTree& tree) {
    static const std::regex opens(R"(^namespace ([\w:]+) \{.*)"), closes(R"(^\}  // namespace.*)"),
        type(R"(^(struct|class|enum class|enum) (\w+)( final)?( : [^:].*)?( ?\{.*))");
    Violations found;
    std::map<std::string, std::string> first;  // name: header
    for (const SourceFile& file : tree.files) {
        if (file.under("tests") || !file.path.ends_with(".h")) continue;
        std::vector<std::string> spaces;  // opened in lines that begin at the margin
        for (const std::string& line : file.lines) {
            std::smatch match;
            if (std::regex_match(line, match, opens)) spaces.push_back(match.str(1));
            if (std::regex_match(line, closes) && !spaces.empty()) spaces.pop_back();
            if (!std::regex_match(line, match, type)) continue;
            std::string name;
            for (const std::string& space : spaces) name += space + "::";
            const auto [at, fresh] = first.emplace(name + match.str(2), file.path);
            if (!fresh && at->second != file.path)
                found.push_back(file.path + ": " + at->first + " is another type in " + at->second);
        }
    }
    return found;
}

}  // namespace mixfarm::architecture
