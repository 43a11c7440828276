/// A lock on a file of the night: gone with the process, however that ends.
#include "host/night_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "host/job/input_error.h"

namespace mixfarm {

NightLock::NightLock(const std::filesystem::path& folder)
    : fd_(open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (fd_ >= 0 && flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close(fd_);
        throw InputError(
            folder.string(),
            "another mixfarm is working in this folder; wait for it, or choose another");
    }
}

NightLock::~NightLock() {
    if (fd_ >= 0) close(fd_);
}

}  // namespace mixfarm
