/// A file that appears under its name only when it is whole: temporary name, fsync, rename, fsync
/// of the folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace mixfarm {

/// A locked temporary file beside `target`; gone again on destruction unless published.
/// The lock tells a living writer from a killed one, so that several processes can share a folder.
class AtomicFile {
public:
    /// Throws std::system_error when the folder cannot be written.
    explicit AtomicFile(std::filesystem::path target);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    int fd() const { return fd_; }
    const std::filesystem::path& target() const { return target_; }
    /// Makes the bytes durable, then visible. Throws std::system_error; the old file of that name
    /// is then untouched.
    void publish();

private:
    std::filesystem::path target_, temporary_;
    int fd_ = -1;
};

/// Removes temporaries of `folder` whose writer is dead; only those of files whose name starts with
/// `prefix`.
void remove_stale_temporaries(const std::filesystem::path& folder, const std::string& prefix);

/// A text under `file`, whole or not at all. Throws std::system_error; an old file of that name is
/// then untouched.
void publish_text(const std::filesystem::path& file, std::string_view text);

/// std::system_error of errno value `code` that names the file and says that nothing stored was
/// lost.
[[noreturn]] void throw_write_error(int code, const std::filesystem::path& file);

}  // namespace mixfarm
