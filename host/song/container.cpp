/// Walks RIFF, AIFF and Ogg containers for the marks of a file that was cut short.
#include "host/song/container.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "host/job/input_error.h"

namespace mixfarm {
namespace {

constexpr const char* kCure = "; export or copy the file again";

std::uint64_t number(const unsigned char* bytes, int count, bool big_endian) {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) {
        value |= std::uint64_t{bytes[big_endian ? count - 1 - i : i]} << (8 * i);
    }
    return value;
}

/// Chunks of RIFF, RIFX, RF64 and AIFF: a name, a 32-bit size, that many bytes, padded to even.
void check_chunks(std::ifstream& in, std::uint64_t file_bytes, bool big_endian,
                  const std::string& name) {
    std::uint64_t at = 12, size_of_data64 = 0;
    while (at + 8 <= file_bytes) {
        std::array<unsigned char, 24> head{};
        in.clear();
        in.seekg(static_cast<std::streamoff>(at));
        in.read(reinterpret_cast<char*>(head.data()), head.size());
        const std::string_view id(reinterpret_cast<const char*>(head.data()), 4);
        std::uint64_t size = number(head.data() + 4, 4, big_endian);
        if (id == "ds64")
            size_of_data64 = number(head.data() + 16, 8, big_endian);  // after the 64-bit RIFF size
        if (id == "data" || id == "SSND") {
            if (size == 0xffffffffu && size_of_data64 > 0) size = size_of_data64;
            const bool left_open = size == 0 || (size >= 0x7fffffffu - 64 && size <= 0xffffffffu &&
                                                 size_of_data64 == 0);
            const std::uint64_t there = file_bytes - at - 8;
            if (!left_open && size > there) {
                throw InputError(name, "is torn: its header announces " + std::to_string(size) +
                                           " bytes of audio, but only " + std::to_string(there) +
                                           " are there" + kCure);
            }
            return;
        }
        at += 8 + size + (size & 1);
    }
}

/// The last page must lie wholly within the file and carry the end-of-stream flag (RFC 3533,
/// section 6).
void check_last_ogg_page(std::ifstream& in, std::uint64_t file_bytes, const std::string& name) {
    constexpr std::uint64_t kLargestPage = 27 + 255 + 255 * 255;
    const std::uint64_t take = std::min(file_bytes, 2 * kLargestPage);
    std::vector<unsigned char> tail(take);
    in.clear();
    in.seekg(static_cast<std::streamoff>(file_bytes - take));
    in.read(reinterpret_cast<char*>(tail.data()), static_cast<std::streamsize>(take));
    const std::string_view text(reinterpret_cast<const char*>(tail.data()), tail.size());
    const std::size_t page = text.rfind("OggS");
    bool whole = false;
    if (page != std::string_view::npos && page + 27 <= tail.size()) {
        const std::size_t segments = tail[page + 26];
        std::size_t end = page + 27 + segments;
        for (std::size_t i = 0; i < segments && page + 27 + i < tail.size(); ++i)
            end += tail[page + 27 + i];
        whole = end <= tail.size() && (tail[page + 5] & 4) != 0;
    }
    if (!whole)
        throw InputError(
            name,
            std::string("is torn: its last Ogg page is cut or is not marked as the last") + kCure);
}

}  // namespace

void refuse_torn_container(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::array<char, 12> head{};
    if (!in.read(head.data(), head.size())) return;
    const std::uint64_t bytes = std::filesystem::file_size(file);
    const std::string_view form(head.data(), 4), type(head.data() + 8, 4);
    if ((form == "RIFF" || form == "RF64") && type == "WAVE")
        check_chunks(in, bytes, false, file.string());
    if (form == "RIFX" && type == "WAVE") check_chunks(in, bytes, true, file.string());
    if (form == "FORM" && (type == "AIFF" || type == "AIFC"))
        check_chunks(in, bytes, true, file.string());
    if (form == "OggS") check_last_ogg_page(in, bytes, file.string());
}

}  // namespace mixfarm
