/// One process at a time works on a night.
#pragma once

#include <filesystem>

namespace mixfarm {

class NightLock {
public:
    /// Throws InputError where another process has it. A folder that cannot be written is nobody's.
    explicit NightLock(const std::filesystem::path& folder);
    ~NightLock();
    NightLock(const NightLock&) = delete;

private:
    int fd_ = -1;
};

}  // namespace mixfarm
