/// Errors, handles and files of the HDF5 layer, with the file driver that survives a full disk.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "host/store/h5.h"
#include "host/store/seal.h"
#if __has_include(<H5FDdevelop.h>)
#include <H5FDdevelop.h>  // where HDF5 1.14 keeps H5FD_class_t
#endif

namespace mixfarm::h5 {

Quiet::Quiet() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Quiet::~Quiet() {
    H5Eset_auto2(H5E_DEFAULT, function_, data_);
}

namespace {

/// The innermost entry of HDF5's error stack: what really went wrong.
std::string last_words() {
    std::string words;
    const auto keep_first = [](unsigned, const H5E_error2_t* entry, void* to) -> herr_t {
        auto& text = *static_cast<std::string*>(to);
        if (text.empty() && entry->desc) text = entry->desc;
        return 0;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &words);
    H5Eclear2(H5E_DEFAULT);
    return words.empty() ? "no reason given" : words;
}

/// Format 1.10: every piece of metadata, chunk indices included, carries its own checksum.
Handle access_list() {
    Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access list");
    check(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110), "format 1.10");
    check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), "strong close");
    return access;
}

}  // namespace

std::int64_t check(std::int64_t status, const std::string& doing) {
    if (status < 0) throw Error(doing + ": " + last_words());
    return status;
}

void Handle::close() {
    const hid_t id = std::exchange(id_, -1);
    check(close_(id), "close");
}

/// The driver: plain pread and pwrite on the AtomicFile's descriptor; after the first failed write
/// it only pretends.
struct OutputFile::Driver {
    struct File {
        H5FD_t base;  // first, as HDF5 demands
        Sink* sink;
        haddr_t end_of_allocation, end_of_file;
    };
    static File* self(H5FD_t* file) { return reinterpret_cast<File*>(file); }
    static const File* self(const H5FD_t* file) { return reinterpret_cast<const File*>(file); }

    static H5FD_t* open(const char*, unsigned, hid_t access, haddr_t) {
        const void* info = H5Pget_driver_info(access);
        return info ? &(new File{{}, *static_cast<Sink* const*>(info), 0, 0})->base : nullptr;
    }
    static herr_t close(H5FD_t* file) {
        delete self(file);
        return 0;
    }
    static herr_t query(const H5FD_t*, unsigned long* flags) {
        *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
                 H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA;
        return 0;
    }
    static haddr_t get_eoa(const H5FD_t* file, H5FD_mem_t) { return self(file)->end_of_allocation; }
    static herr_t set_eoa(H5FD_t* file, H5FD_mem_t, haddr_t address) {
        self(file)->end_of_allocation = address;
        return 0;
    }
    static haddr_t get_eof(const H5FD_t* file, H5FD_mem_t) { return self(file)->end_of_file; }

    static herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size,
                       void* buffer) {
        auto* to = static_cast<std::byte*>(buffer);
        while (size > 0) {
            const ssize_t got = pread(self(file)->sink->fd, to, size, static_cast<off_t>(address));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return -1;
            if (got == 0) {
                std::memset(to, 0, size);  // past the end: never written
                break;
            }
            to += got, address += got, size -= got;
        }
        return 0;
    }
    static herr_t write(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size,
                        const void* buffer) {
        Sink& sink = *self(file)->sink;
        self(file)->end_of_file = std::max(self(file)->end_of_file, address + size);
        const auto* from = static_cast<const std::byte*>(buffer);
        while (size > 0 && !sink.error) {
            const ssize_t put = pwrite(sink.fd, from, size, static_cast<off_t>(address));
            if (put < 0 && errno != EINTR) sink.error = errno;
            if (put > 0) from += put, address += put, size -= put;
        }
        return 0;
    }
    static herr_t truncate(H5FD_t* file, hid_t, hbool_t) {
        File& f = *self(file);
        if (!f.sink->error && ftruncate(f.sink->fd, static_cast<off_t>(f.end_of_allocation)) != 0)
            f.sink->error = errno;
        f.end_of_file = f.end_of_allocation;
        return 0;
    }

    static hid_t id() {
        static const hid_t registered = [] {
            static H5FD_class_t driver{};
#ifdef H5FD_CLASS_VERSION
            driver.version = H5FD_CLASS_VERSION;
            driver.value =
                static_cast<H5FD_class_value_t>(512);  // 256 to 511 belong to The HDF Group
#endif
            driver.name = "mixfarm";
            driver.maxaddr = (haddr_t{1} << 62) - 1;
            driver.fc_degree = H5F_CLOSE_STRONG;
            driver.fapl_size = sizeof(Sink*);
            driver.open = open;
            driver.close = close;
            driver.query = query;
            driver.get_eoa = get_eoa;
            driver.set_eoa = set_eoa;
            driver.get_eof = get_eof;
            driver.read = read;
            driver.write = write;
            driver.truncate = truncate;
            const H5FD_mem_t kinds[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
            std::copy(std::begin(kinds), std::end(kinds), std::begin(driver.fl_map));
            return H5FDregister(&driver);
        }();
        return registered;
    }

    static Handle create(const AtomicFile& file, Sink* sink) {
        const Handle access = access_list();
        check(H5Pset_driver(access, id(), &sink), "file driver");
        const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "file creation list");
        check(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
              "link order");
        return {H5Fcreate(file.target().c_str(), H5F_ACC_TRUNC, creation, access), H5Fclose,
                "create"};
    }
};

OutputFile::OutputFile(AtomicFile& file)
    : atomic_(file), sink_{file.fd(), 0}, file_(Driver::create(file, &sink_)) {}

void OutputFile::require_space() const {
    if (sink_.error) throw_write_error(sink_.error, atomic_.target());
}

void OutputFile::publish() {
    file_.close();
    require_space();
    seal(atomic_.fd(), atomic_.target());
    atomic_.publish();
}

Handle open_file(const std::filesystem::path& file) {
    const Handle access = access_list();
    check(H5Pset_file_locking(access, false, true), "no file lock");
    return {H5Fopen(file.c_str(), H5F_ACC_RDONLY, access), H5Fclose, "open"};
}

}  // namespace mixfarm::h5
