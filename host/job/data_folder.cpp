/// Finds the folder that holds jobs/ and schemas/, wherever the program was put.
#include <cstdlib>
#include <system_error>

#include "host/job/input_error.h"
#include "host/job/job.h"

namespace mixfarm {
namespace {

bool holds_data(const std::filesystem::path& folder) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(folder / "schemas" / "job.schema.json", ignored);
}

}  // namespace

std::filesystem::path data_folder() {
    if (const char* given = std::getenv("MIXFARM_DATA"); given != nullptr && *given != '\0') {
        if (holds_data(given)) return given;
        throw InputError(
            given,
            "named by MIXFARM_DATA, but holds no schemas/job.schema.json; set it to the folder "
            "that holds mixfarm's jobs and schemas, or unset it");
    }
    std::error_code unknown;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", unknown);
    if (!unknown) {
        const auto beside = (program.parent_path() / ".." / "share" / "mixfarm").lexically_normal();
        if (holds_data(beside)) return beside;
    }
    for (const char* folder : {MIXFARM_INSTALL_DATA, MIXFARM_SOURCE_DIR}) {
        if (holds_data(folder)) return folder;
    }
    throw InputError(
        "mixfarm",
        "cannot find its data files (schemas/job.schema.json); set MIXFARM_DATA to the folder "
        "that holds its jobs and schemas");
}

}  // namespace mixfarm
