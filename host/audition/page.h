/// The page's files, built into the program.
#pragma once

#include <string_view>

namespace mixfarm::audition {

struct PageFile {
    std::string_view name, type, content;  ///< "main.js", "text/javascript; charset=utf-8"
};
/// Null where there is no such file.
const PageFile* page_file(std::string_view name);

}  // namespace mixfarm::audition
