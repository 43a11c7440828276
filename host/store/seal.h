/// The seal: a line after the end of an HDF5 file with the SHA-256 of all bytes before it; HDF5
/// itself does not look there.
#pragma once

#include <filesystem>

namespace mixfarm {

// HDF5 1.10 reads some damaged files (one flipped bit in a heap of texts) into a crash. So nothing
// is given to HDF5 before its seal has been checked, and a damaged byte is noticed wherever it is.

/// Appends the seal to a finished file. Throws std::system_error when the disk is full.
void seal(int fd, const std::filesystem::path& file);

/// Does the file end in the right seal? Throws std::system_error when it cannot be opened or read.
bool is_sealed(const std::filesystem::path& file);

}  // namespace mixfarm
