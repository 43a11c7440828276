/// A thin, throwing layer over the HDF5 C API: handles that close themselves, typed tables and
/// texts, nothing printed.
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "host/store/atomic_file.h"

namespace mixfarm::h5 {

/// A call that HDF5 refused, in HDF5's own words. Callers turn it into InputError (reading) or a
/// disk error (writing).
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Keeps HDF5 from printing its error stack, for this thread and scope.
class Quiet {
public:
    Quiet();
    ~Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

private:
    H5E_auto2_t function_ = nullptr;
    void* data_ = nullptr;
};

/// Throws Error for a negative status; `doing` says what was tried.
std::int64_t check(std::int64_t status, const std::string& doing);

/// An identifier with its closing function.
class Handle {
public:
    using Close = herr_t (*)(hid_t);
    Handle(hid_t id, Close closer, const std::string& doing)
        : id_(check(id, doing)), close_(closer) {}
    Handle(Handle&& other) noexcept : id_(other.id_), close_(other.close_) { other.id_ = -1; }
    Handle& operator=(Handle&&) = delete;
    ~Handle() {
        if (id_ >= 0) close_(id_);
    }
    operator hid_t() const { return id_; }
    /// Closes now and throws Error when that fails.
    void close();

private:
    hid_t id_;
    Close close_;
};

/// A new HDF5 file written through an AtomicFile. HDF5 1.10 brings the whole process down some time
/// after a write has failed (its cache keeps what it could not write and is walked again at exit).
/// So the driver underneath tells HDF5 that every write went well, remembers the first error, and
/// publish() reports it.
class OutputFile {
public:
    explicit OutputFile(AtomicFile& file);
    OutputFile(OutputFile&&) = delete;  // HDF5 keeps a pointer to sink_
    operator hid_t() const { return file_; }
    /// Throws std::system_error as soon as a write has failed.
    void require_space() const;
    /// Closes the HDF5 file and publishes it, sealed. Throws std::system_error.
    void publish();

private:
    struct Sink {
        int fd;
        int error;
    };
    struct Driver;
    AtomicFile& atomic_;
    Sink sink_;
    Handle file_;
};

/// Opens a file that will not change any more (no lock is taken). Throws Error.
Handle open_file(const std::filesystem::path& file);

Handle create_group(hid_t parent, const std::string& path);
Handle open_object(hid_t parent, const std::string& path);
/// Is there something of the last name of `path`, in a group that exists?
bool exists(hid_t parent, const std::string& path);
bool has_attribute(hid_t object, const std::string& name);
std::vector<std::string> attribute_names(hid_t object);

void write_attribute(hid_t object, const std::string& name, const std::string& text);
void write_attribute(hid_t object, const std::string& name, const std::vector<std::string>& texts);
std::string read_text_attribute(hid_t object, const std::string& name);
std::vector<std::string> read_texts_attribute(hid_t object, const std::string& name);

/// Texts [n], variable length, UTF-8, contiguous (HDF5 filters see only pointers of such data). No
/// text may hold a NUL.
void write_texts(hid_t file, const std::string& path, const std::vector<std::string>& texts);
std::vector<std::string> read_texts(hid_t file, const std::string& path);

/// Width of a table that is a plain list.
inline constexpr std::uint64_t kList = ~std::uint64_t{0};

/// Lengths of a dataset's axes.
std::vector<std::uint64_t> shape(hid_t file, const std::string& path);

namespace detail {
template <class T>
struct Type;
#define MF_H5_TYPE(T, MEMORY, STORED)            \
    template <>                                  \
    struct Type<T> {                             \
        static hid_t memory() { return MEMORY; } \
        static hid_t stored() { return STORED; } \
    };
MF_H5_TYPE(float, H5T_NATIVE_FLOAT, H5T_IEEE_F32LE)
MF_H5_TYPE(double, H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE)
MF_H5_TYPE(std::uint8_t, H5T_NATIVE_UINT8, H5T_STD_U8LE)
MF_H5_TYPE(std::int32_t, H5T_NATIVE_INT32, H5T_STD_I32LE)
MF_H5_TYPE(std::uint32_t, H5T_NATIVE_UINT32, H5T_STD_U32LE)
MF_H5_TYPE(std::int64_t, H5T_NATIVE_INT64, H5T_STD_I64LE)
MF_H5_TYPE(std::uint64_t, H5T_NATIVE_UINT64, H5T_STD_U64LE)
#undef MF_H5_TYPE

struct Table {
    std::string path;
    std::uint64_t rows;
    std::uint64_t width;  ///< or kList
    hid_t memory, stored;
    std::size_t size;  ///< bytes an element
};
using Fill = std::function<void(std::uint64_t row, void* to)>;
using Take = std::function<void(std::uint64_t row, const void* from)>;
void write_table(hid_t file, const Table& table, const Fill& fill);
void read_table(hid_t file, const Table& table, const Take& take);
void write_number(hid_t object, const std::string& name, hid_t memory, hid_t stored,
                  const void* value);
void read_number(hid_t object, const std::string& name, hid_t memory, hid_t stored, void* value);
}  // namespace detail

template <class T>
void write_attribute(hid_t object, const std::string& name,
                     T value) requires std::is_arithmetic_v<T> {
    detail::write_number(object, name, detail::Type<T>::memory(), detail::Type<T>::stored(),
                         &value);
}

template <class T>
T read_attribute(hid_t object, const std::string& name) {
    T value{};
    detail::read_number(object, name, detail::Type<T>::memory(), detail::Type<T>::stored(), &value);
    return value;
}

/// Numbers [rows] (width kList) or [rows, width], chunked, shuffled, deflated, checksummed; written
/// a chunk of rows at a time, so that memory does not grow with the table. `fill(row, T* to)` gives
/// one row.
template <class T, class FillRow>
void write_table(hid_t file, const std::string& path, std::uint64_t rows, std::uint64_t width,
                 FillRow fill) {
    detail::write_table(
        file, {path, rows, width, detail::Type<T>::memory(), detail::Type<T>::stored(), sizeof(T)},
        [&](std::uint64_t row, void* to) { fill(row, static_cast<T*>(to)); });
}

/// The way back: `take(row, const T* from)` gets one row. Throws Error when shape or element type
/// is another.
template <class T, class TakeRow>
void read_table(hid_t file, const std::string& path, std::uint64_t rows, std::uint64_t width,
                TakeRow take) {
    detail::read_table(
        file, {path, rows, width, detail::Type<T>::memory(), detail::Type<T>::stored(), sizeof(T)},
        [&](std::uint64_t row, const void* from) { take(row, static_cast<const T*>(from)); });
}

template <class T>
void write_list(hid_t file, const std::string& path, const std::vector<T>& list) {
    write_table<T>(file, path, list.size(), kList, [&](std::uint64_t i, T* to) { *to = list[i]; });
}

template <class T>
std::vector<T> read_list(hid_t file, const std::string& path, std::uint64_t length) {
    std::vector<T> list(length);
    read_table<T>(file, path, length, kList,
                  [&](std::uint64_t i, const T* from) { list[i] = *from; });
    return list;
}

}  // namespace mixfarm::h5
