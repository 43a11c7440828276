/// A small song with a studio around it, made once for all tests of the funnel.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>

#include "host/plan.h"
#include "host/song/song.h"
#include "host/studio.h"

namespace mixfarm::testing {

namespace fs = std::filesystem;

/// Folders that go with the process.
class Scratch {
public:
    Scratch()
        : folder_(fs::temp_directory_path() / ("mixfarm-funnel-" + std::to_string(getpid()))) {}
    ~Scratch() { fs::remove_all(folder_); }
    fs::path operator/(const std::string& name) const { return folder_ / name; }

private:
    fs::path folder_;
};
inline const Scratch& scratch() {
    static const Scratch made;
    return made;
}

/// The built-in song, a tenth of the night's usual length not being on offer.
inline Job small_job(std::uint64_t candidates) {
    static const fs::path song = write_demo_song(scratch() / "song");
    Job job = read_job(song);
    job.search.candidates = candidates;
    return job;
}

inline const Studio& studio() {
    static Progress progress;
    static const Studio made(small_job(3000), "cpu", 2, progress);
    return made;
}

inline NightParts no_parts(const std::string& name) {
    return NightParts(PartStore(scratch() / name), {});
}

}  // namespace mixfarm::testing
