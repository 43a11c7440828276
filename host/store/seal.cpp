/// SHA-256 through OpenSSL, over a megabyte of the file at a time.
#include "host/store/seal.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "host/store/atomic_file.h"
#include "host/store/results.h"

namespace mixfarm {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kTitle = "\nmixfarm-seal sha256 ";
constexpr std::size_t kSealBytes = kTitle.size() + 64 + 1;
constexpr std::size_t kBlockBytes = 1 << 20;

class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
        require(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
    }
    void add(std::string_view bytes) {
        require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    }
    /// 64 hexadecimal digits; ends the stream.
    std::string hex() {
        unsigned char raw[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        require(EVP_DigestFinal_ex(context_.get(), raw, &size) == 1);
        std::string text;
        for (unsigned int i = 0; i < size; ++i) {
            text += "0123456789abcdef"[raw[i] >> 4];
            text += "0123456789abcdef"[raw[i] & 15];
        }
        return text;
    }

private:
    static void require(bool done) {
        if (!done) throw std::runtime_error("OpenSSL's SHA-256 failed");
    }
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

[[noreturn]] void throw_read_error(const fs::path& file) {
    throw std::system_error(errno, std::generic_category(), file.string() + ": cannot be read");
}

/// At most `size` bytes from `at` on.
std::string read_at(int fd, std::uint64_t at, std::size_t size, const fs::path& file) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const ssize_t got =
            pread(fd, bytes.data() + have, size - have, static_cast<off_t>(at + have));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_read_error(file);
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

/// The seal that the first `length` bytes deserve.
std::string seal_of(int fd, std::uint64_t length, const fs::path& file) {
    Sha256 hash;
    for (std::uint64_t at = 0; at < length; at += kBlockBytes)
        hash.add(read_at(fd, at, std::min<std::uint64_t>(kBlockBytes, length - at), file));
    return std::string(kTitle) + hash.hex() + "\n";
}

std::uint64_t length_of(int fd, const fs::path& file) {
    struct stat status {};
    if (fstat(fd, &status) != 0) throw_read_error(file);
    return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

void seal(int fd, const fs::path& file) {
    const std::uint64_t length = length_of(fd, file);
    const std::string line = seal_of(fd, length, file);
    std::size_t done = 0;
    while (done < line.size()) {
        const ssize_t put =
            pwrite(fd, line.data() + done, line.size() - done, static_cast<off_t>(length + done));
        if (put < 0 && errno != EINTR) throw_write_error(errno, file);
        if (put > 0) done += static_cast<std::size_t>(put);
    }
}

bool is_sealed(const fs::path& file) {
    struct Descriptor {
        int fd;
        ~Descriptor() {
            if (fd >= 0) close(fd);
        }
    } descriptor{open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (descriptor.fd < 0) throw_read_error(file);
    const std::uint64_t length = length_of(descriptor.fd, file);
    if (length < kSealBytes) return false;
    const std::string line = read_at(descriptor.fd, length - kSealBytes, kSealBytes, file);
    return line.starts_with(kTitle) && line == seal_of(descriptor.fd, length - kSealBytes, file);
}

std::string sha256_hex(const std::string& text) {
    Sha256 hash;
    hash.add(text);
    return hash.hex();
}

}  // namespace mixfarm
