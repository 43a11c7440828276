/// Groups, attributes, texts and tables of the HDF5 layer.
#include <algorithm>
#include <span>
#include <stdexcept>

#include "host/store/h5.h"

namespace mixfarm::h5 {

namespace {

constexpr std::size_t kChunkBytes = 1 << 18;
constexpr unsigned kDeflateLevel = 4;

Handle text_type() {
    Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "text type");
    check(H5Tset_size(type, H5T_VARIABLE), "text type");
    check(H5Tset_cset(type, H5T_CSET_UTF8), "text type");
    return type;
}

Handle space_of(std::span<const hsize_t> lengths) {
    return {H5Screate_simple(static_cast<int>(lengths.size()), lengths.data(), nullptr), H5Sclose,
            "dataspace"};
}

Handle scalar() {
    return {H5Screate(H5S_SCALAR), H5Sclose, "dataspace"};
}

std::vector<const char*> pointers(const std::vector<std::string>& texts, const std::string& where) {
    std::vector<const char*> list;
    for (const std::string& text : texts) {
        if (text.find('\0') != std::string::npos)
            throw std::logic_error(where + ": a text holds a NUL");
        list.push_back(text.c_str());
    }
    return list;
}

Handle open_dataset(hid_t file, const std::string& path) {
    return {H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, path};
}

Handle open_attribute(hid_t object, const std::string& name) {
    return {H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, "attribute " + name};
}

std::vector<std::uint64_t> lengths_of(const Handle& space, const std::string& what) {
    std::vector<hsize_t> lengths(check(H5Sget_simple_extent_ndims(space), what));
    check(H5Sget_simple_extent_dims(space, lengths.data(), nullptr), what);
    return {lengths.begin(), lengths.end()};
}

void require_type(const Handle& found, hid_t wanted, const std::string& what) {
    if (check(H5Tequal(found, wanted), what) == 0)
        throw Error(what + ": holds another type of number");
}

void require_text(const Handle& type, const std::string& what) {
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) <= 0)
        throw Error(what + ": holds no text");
}

/// Reads `count` texts through `read(memory type, char** to)` and gives HDF5 its memory back.
template <class Read>
std::vector<std::string> take_texts(const Handle& space, std::uint64_t count, Read read) {
    std::vector<char*> raw(count, nullptr);
    const Handle type = text_type();
    read(type, raw.data());
    std::vector<std::string> texts;
    for (const char* text : raw) texts.emplace_back(text ? text : "");
    if (count) H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw.data());
    return texts;
}

}  // namespace

Handle create_group(hid_t parent, const std::string& path) {
    const Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "group creation list");
    check(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
          "link order");
    return {H5Gcreate2(parent, path.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), H5Gclose, path};
}

Handle open_object(hid_t parent, const std::string& path) {
    return {H5Oopen(parent, path.c_str(), H5P_DEFAULT), H5Oclose, path};
}

bool exists(hid_t parent, const std::string& path) {
    return check(H5Lexists(parent, path.c_str(), H5P_DEFAULT), path) > 0;
}

bool has_attribute(hid_t object, const std::string& name) {
    return check(H5Aexists(object, name.c_str()), "attribute " + name) > 0;
}

std::vector<std::string> attribute_names(hid_t object) {
    std::vector<std::string> names;
    const auto keep = [](hid_t, const char* name, const H5A_info_t*, void* to) -> herr_t {
        static_cast<std::vector<std::string>*>(to)->emplace_back(name);
        return 0;
    };
    check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, keep, &names), "attributes");
    return names;
}

namespace {

/// `texts` is null when there is none to write.
void write_text_attribute(hid_t object, const std::string& name, const Handle& space,
                          const char* const* texts) {
    const Handle type = text_type();
    const Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose, name);
    if (texts) check(H5Awrite(attribute, type, texts), name);
}

}  // namespace

void write_attribute(hid_t object, const std::string& name, const std::string& text) {
    const std::vector<std::string> one{text};
    write_text_attribute(object, name, scalar(), pointers(one, name).data());
}

void write_attribute(hid_t object, const std::string& name, const std::vector<std::string>& texts) {
    const hsize_t length = texts.size();
    write_text_attribute(object, name, space_of({&length, 1}), pointers(texts, name).data());
}

std::vector<std::string> read_texts_attribute(hid_t object, const std::string& name) {
    const Handle attribute = open_attribute(object, name);
    require_text({H5Aget_type(attribute), H5Tclose, name}, "attribute " + name);
    const Handle space(H5Aget_space(attribute), H5Sclose, name);
    const auto count = static_cast<std::uint64_t>(check(H5Sget_simple_extent_npoints(space), name));
    return take_texts(space, count, [&](hid_t type, char** to) {
        if (count) check(H5Aread(attribute, type, to), name);
    });
}

std::string read_text_attribute(hid_t object, const std::string& name) {
    const auto texts = read_texts_attribute(object, name);
    if (texts.size() != 1) throw Error("attribute " + name + ": is not one text");
    return texts.front();
}

void write_texts(hid_t file, const std::string& path, const std::vector<std::string>& texts) {
    const auto list = pointers(texts, path);
    const hsize_t length = texts.size();
    const Handle space = space_of({&length, 1});
    const Handle type = text_type();
    const Handle dataset(
        H5Dcreate2(file, path.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
        H5Dclose, path);
    if (length) check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, list.data()), path);
}

std::vector<std::string> read_texts(hid_t file, const std::string& path) {
    const Handle dataset = open_dataset(file, path);
    require_text({H5Dget_type(dataset), H5Tclose, path}, path);
    const Handle space(H5Dget_space(dataset), H5Sclose, path);
    const auto lengths = lengths_of(space, path);
    if (lengths.size() != 1) throw Error(path + ": is not a list");
    return take_texts(space, lengths[0], [&](hid_t type, char** to) {
        if (lengths[0]) check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to), path);
    });
}

std::vector<std::uint64_t> shape(hid_t file, const std::string& path) {
    const Handle dataset = open_dataset(file, path);
    return lengths_of({H5Dget_space(dataset), H5Sclose, path}, path);
}

namespace detail {

namespace {

/// [rows] or [rows, width], and how many rows make a chunk.
struct Extent {
    std::vector<hsize_t> lengths, chunk;
    hsize_t row_bytes;

    explicit Extent(const Table& t) : lengths{t.rows} {
        const hsize_t width = t.width == kList ? 1 : std::max<hsize_t>(t.width, 1);
        row_bytes = width * t.size;
        chunk = {std::clamp<hsize_t>(kChunkBytes / row_bytes, 1, std::max<hsize_t>(t.rows, 1))};
        if (t.width != kList) lengths.push_back(t.width), chunk.push_back(width);
    }
};

/// Calls `visit(first row, count, memory space)` for every chunk of rows, with them selected in
/// `space`.
template <class Visit>
void each_chunk(const Extent& extent, const Handle& space, Visit visit) {
    std::vector<hsize_t> start(extent.lengths.size(), 0), count = extent.lengths;
    for (hsize_t row = 0; row < extent.lengths[0]; row += extent.chunk[0]) {
        start[0] = row;
        count[0] = std::min(extent.chunk[0], extent.lengths[0] - row);
        check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(),
                                  nullptr),
              "selection");
        visit(row, count[0], space_of(count));
    }
}

}  // namespace

void write_table(hid_t file, const Table& table, const Fill& fill) {
    const Extent extent(table);
    const Handle space = space_of(extent.lengths);
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, table.path);
    check(H5Pset_chunk(creation, static_cast<int>(extent.chunk.size()), extent.chunk.data()),
          table.path);
    check(H5Pset_shuffle(creation), table.path);
    check(H5Pset_deflate(creation, kDeflateLevel), table.path);
    check(H5Pset_fletcher32(creation), table.path);
    const Handle dataset(H5Dcreate2(file, table.path.c_str(), table.stored, space, H5P_DEFAULT,
                                    creation, H5P_DEFAULT),
                         H5Dclose, table.path);
    std::vector<std::byte> buffer(extent.chunk[0] * extent.row_bytes);
    each_chunk(extent, space, [&](hsize_t first, hsize_t count, const Handle& memory) {
        for (hsize_t i = 0; i < count; ++i) fill(first + i, buffer.data() + i * extent.row_bytes);
        check(H5Dwrite(dataset, table.memory, memory, space, H5P_DEFAULT, buffer.data()),
              table.path);
    });
}

void read_table(hid_t file, const Table& table, const Take& take) {
    const Handle dataset = open_dataset(file, table.path);
    require_type({H5Dget_type(dataset), H5Tclose, table.path}, table.stored, table.path);
    const Handle space(H5Dget_space(dataset), H5Sclose, table.path);
    const Extent extent(table);
    if (lengths_of(space, table.path) !=
        std::vector<std::uint64_t>(extent.lengths.begin(), extent.lengths.end()))
        throw Error(table.path + ": has another size than the rest of the file says");
    std::vector<std::byte> buffer(extent.chunk[0] * extent.row_bytes);
    each_chunk(extent, space, [&](hsize_t first, hsize_t count, const Handle& memory) {
        check(H5Dread(dataset, table.memory, memory, space, H5P_DEFAULT, buffer.data()),
              table.path);
        for (hsize_t i = 0; i < count; ++i) take(first + i, buffer.data() + i * extent.row_bytes);
    });
}

void write_number(hid_t object, const std::string& name, hid_t memory, hid_t stored,
                  const void* value) {
    const Handle attribute(
        H5Acreate2(object, name.c_str(), stored, scalar(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
        name);
    check(H5Awrite(attribute, memory, value), name);
}

void read_number(hid_t object, const std::string& name, hid_t memory, hid_t stored, void* value) {
    const Handle attribute = open_attribute(object, name);
    require_type({H5Aget_type(attribute), H5Tclose, name}, stored, "attribute " + name);
    const Handle space(H5Aget_space(attribute), H5Sclose, name);
    if (check(H5Sget_simple_extent_npoints(space), name) != 1)
        throw Error("attribute " + name + ": is not one number");
    check(H5Aread(attribute, memory, value), name);
}

}  // namespace detail

}  // namespace mixfarm::h5
