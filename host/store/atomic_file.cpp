/// Publishing by rename; temporaries are named NAME.tmp-PID-TRY and hold an flock while their
/// writer lives.
#include "host/store/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace mixfarm {
namespace fs = std::filesystem;

namespace {

constexpr const char* kMark = ".tmp-";
constexpr int kMaxTries = 1000;

void sync_folder(const fs::path& folder) {
    const int fd = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) throw_write_error(errno, folder);
    const int failed = fsync(fd) != 0 ? errno : 0;
    close(fd);
    // Some network file systems cannot sync a folder and say EINVAL; their rename is durable by
    // itself.
    if (failed && failed != EINVAL) throw_write_error(failed, folder);
}

}  // namespace

void throw_write_error(int code, const fs::path& file) {
    throw std::system_error(code, std::generic_category(),
                            file.string() + ": cannot be written (what was stored before is safe)");
}

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)) {
    for (int attempt = 0; attempt < kMaxTries; ++attempt) {
        temporary_ = target_;
        temporary_ += kMark + std::to_string(getpid()) + "-" + std::to_string(attempt);
        fd_ = open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd_ < 0 && errno == EEXIST) continue;
        if (fd_ < 0) throw_write_error(errno, target_);
        // Without lock support (some network file systems) nobody can take the lock either: nothing
        // is removed.
        flock(fd_, LOCK_EX | LOCK_NB);
        struct stat status {};
        if (fstat(fd_, &status) == 0 && status.st_nlink > 0) return;
        close(fd_);  // a cleaner was faster than the lock
        fd_ = -1;
    }
    throw_write_error(EEXIST, target_);
}

AtomicFile::~AtomicFile() {
    if (fd_ < 0) return;
    unlink(temporary_.c_str());
    close(fd_);
}

void AtomicFile::publish() {
    if (fsync(fd_) != 0) throw_write_error(errno, target_);
    if (rename(temporary_.c_str(), target_.c_str()) != 0) throw_write_error(errno, target_);
    close(fd_);
    fd_ = -1;
    sync_folder(target_.parent_path());
}

void remove_stale_temporaries(const fs::path& folder, const std::string& prefix) {
    std::error_code ignored;
    for (const auto& entry :
         fs::directory_iterator(folder.empty() ? fs::path(".") : folder, ignored)) {
        const std::string name = entry.path().filename();
        if (!name.starts_with(prefix) || name.find(kMark) == std::string::npos) continue;
        const int fd = open(entry.path().c_str(), O_RDWR | O_CLOEXEC);
        if (fd < 0) continue;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) unlink(entry.path().c_str());
        close(fd);
    }
}

void publish_text(const fs::path& file, std::string_view text) {
    remove_stale_temporaries(file.parent_path(), file.filename().string());
    AtomicFile target(file);
    while (!text.empty()) {
        const ssize_t written = write(target.fd(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_write_error(errno, file);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    target.publish();
}

}  // namespace mixfarm
