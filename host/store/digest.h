/// SHA-256 of what is stored, so that no damage goes unnoticed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

struct evp_md_ctx_st;

namespace mixfarm {

struct Results;

/// SHA-256 of a stream of values. Texts and lists are preceded by their length, so that no two contents look the same.
class Sha256 {
public:
    Sha256();
    void bytes(const void* data, std::size_t size);
    template <class T>
        requires std::is_arithmetic_v<T>
    void add(T value) { bytes(&value, sizeof value); }
    void add(const std::string& text);
    template <class T>
        requires std::is_arithmetic_v<T>
    void add(const std::vector<T>& list) {
        add<std::uint64_t>(list.size());
        bytes(list.data(), list.size() * sizeof(T));
    }
    /// 64 hexadecimal digits; ends the stream.
    std::string hex();

private:
    std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

/// Digest of everything in `results`, NaN payloads included; root attribute content_sha256.
std::string content_digest(const Results& results);

}  // namespace mixfarm
