/// The built-in song, made and loaded once for all tests.
#pragma once

#include <unistd.h>

#include <filesystem>

#include "tests/score/faults.h"

namespace mixfarm::testing {

struct Demo {
    Job job;
    Song song;
};

inline const Demo& demo() {
    static const Demo made = [] {
        namespace fs = std::filesystem;
        const fs::path folder =
            fs::temp_directory_path() / ("mixfarm-score-" + std::to_string(getpid()));
        const Job job = read_job(write_demo_song(folder));
        Demo d{job, load_song(job)};
        fs::remove_all(folder);
        return d;
    }();
    return made;
}

}  // namespace mixfarm::testing
