/// Opening a finished night.
#include "host/reopen.h"

#include "host/job/input_error.h"

namespace mixfarm {

ReopenedNight reopen_night(const std::filesystem::path& night, const std::string& device,
                           Progress& progress) {
    ReopenedNight open{read_results(night), nullptr};
    const std::filesystem::path folder =
        std::filesystem::is_directory(night) ? night : night.parent_path();
    const std::filesystem::path yaml = folder / "job.yaml";
    if (!std::filesystem::exists(yaml))
        throw InputError(yaml.string(), "is missing; rendering needs the job beside results.h5");
    open.studio = std::make_unique<Studio>(read_job(yaml), device, 0, progress);
    const auto made = open.results.attributes.find("plan_sha256");
    if (made == open.results.attributes.end() || made->second != open.studio->plan_hash()) {
        throw InputError(folder.string(),
                         "the stems, the job, its own sounds, the priors, the style or the program "
                         "rubberband changed since this night; "
                         "its mixes can no longer be made exactly. Run it again into a new folder");
    }
    return open;
}

}  // namespace mixfarm
