/// Pitch by a program of its own: its licence forbids linking it.
#include <fcntl.h>
#include <sndfile.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "host/layers/varispeed.h"
#include "host/song/decode.h"

extern char** environ;

namespace mixfarm {
namespace {

namespace fs = std::filesystem;

/// A folder that goes with all that is in it.
class ScratchFolder {
public:
    ScratchFolder() {
        std::string name = (fs::temp_directory_path() / "mixfarm-XXXXXX").string();
        if (mkdtemp(name.data())) path_ = name;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

/// Runs a program without its output; its exit status, -1 where it could not be run.
int run(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const std::string& w : words) arguments.push_back(const_cast<char*>(w.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int failed =
        posix_spawnp(&child, arguments[0], &quiet, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (failed) return -1;
    int status = 0;
    if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}

bool write_wav(const fs::path& file, const Stem& stem, int rate) {
    SF_INFO info{};
    info.samplerate = rate, info.channels = stem.right.empty() ? 1 : 2;
    info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    SNDFILE* const out = sf_open(file.c_str(), SFM_WRITE, &info);
    if (!out) return false;
    std::vector<float> both;
    for (std::size_t n = 0; n < stem.left.size(); ++n) {
        both.push_back(stem.left[n]);
        if (!stem.right.empty()) both.push_back(stem.right[n]);
    }
    const auto frames = static_cast<sf_count_t>(stem.left.size());
    const bool whole = sf_writef_float(out, both.data(), frames) == frames;
    return sf_close(out) == 0 && whole;
}

}  // namespace

bool can_pitch() {
    static const bool there = run({"rubberband", "--version"}) == 0;
    return there;
}

std::optional<LayerSound> pitched(const Stem& stem, const Song& song, double semitones) {
    const ScratchFolder folder;
    if (!can_pitch() || folder.path().empty()) return std::nullopt;
    const fs::path in = folder.path() / "in.wav", out = folder.path() / "out.wav";
    if (!write_wav(in, stem, song.rate) ||
        run({"rubberband", "--quiet", "--no-transients", "--pitch", std::to_string(semitones),
             in.string(), out.string()}) != 0)  // it hears transients in what is clean and held
        return std::nullopt;
    DecodedFile made = decode_file(out);
    LayerSound sound(song.frames);
    std::copy_n(made.left.begin(), std::min(made.left.size(), sound.left.size()),
                sound.left.begin());
    const auto& right = made.right.empty() ? made.left : made.right;
    std::copy_n(right.begin(), std::min(right.size(), sound.right.size()), sound.right.begin());
    return sound;
}

}  // namespace mixfarm
