/// A temporary folder to write jobs and stand-in stems into, gone after the test.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "host/job/input_error.h"
#include "host/job/job.h"

namespace mixfarm {

class JobFolder {
public:
    JobFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "mixfarm-job-XXXXXX").string();
        path_ = std::filesystem::canonical(mkdtemp(name.data()));
    }
    ~JobFolder() { std::filesystem::remove_all(path_); }
    JobFolder(const JobFolder&) = delete;
    JobFolder& operator=(const JobFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

    std::filesystem::path write(const std::filesystem::path& name, const std::string& text) const {
        const std::filesystem::path file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        return file;
    }

    /// What read_job says about `text`; empty when it accepts it.
    std::string complaint(const std::string& text) const {
        const std::filesystem::path file = write("job.yaml", text);
        try {
            read_job(file);
        } catch (const InputError& e) {
            return e.what();
        }
        return "";
    }

private:
    std::filesystem::path path_;
};

}  // namespace mixfarm
