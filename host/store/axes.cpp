/// The attributes CLASS, NAME, DIMENSION_LIST and REFERENCE_LIST that make dimension scales.
#include "host/store/axes.h"

#include <cstddef>

#include "host/store/h5.h"

namespace mixfarm::h5 {

namespace {

/// The specification asks for fixed-length, NUL-terminated ASCII here, unlike our own attributes.
void write_fixed_text(hid_t object, const char* name, const std::string& text) {
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, name);
    check(H5Tset_size(type, text.size() + 1), name);
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name);
    const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose, name);
    check(H5Awrite(attribute, type, text.c_str()), name);
}

hobj_ref_t reference_to(hid_t file, const std::string& path) {
    hobj_ref_t reference{};
    check(H5Rcreate(&reference, file, path.c_str(), H5R_OBJECT, -1), path);
    return reference;
}

void write_list(hid_t object, const char* name, hid_t type, hsize_t length, const void* data) {
    const Handle space(H5Screate_simple(1, &length, nullptr), H5Sclose, name);
    const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose, name);
    check(H5Awrite(attribute, type, data), name);
}

}  // namespace

void Axes::declare(const std::string& path) {
    const Handle scale = open_object(file_, path);
    write_fixed_text(scale, "CLASS", "DIMENSION_SCALE");
    write_fixed_text(scale, "NAME", path.substr(path.rfind('/') + 1));
    write_attribute<std::int32_t>(scale, "_Netcdf4Dimid", static_cast<std::int32_t>(uses_.size()));
    uses_[path];
}

void Axes::attach(const std::string& dataset, const std::vector<std::string>& axes) {
    const hobj_ref_t user = reference_to(file_, dataset);
    std::vector<hobj_ref_t> scales;
    for (const std::string& axis : axes) scales.push_back(reference_to(file_, axis));
    std::vector<hvl_t> list;
    for (std::uint32_t dimension = 0; dimension < axes.size(); ++dimension) {
        list.push_back({1, &scales[dimension]});
        uses_.at(axes[dimension]).push_back({user, dimension});
    }
    const Handle type(H5Tvlen_create(H5T_STD_REF_OBJ), H5Tclose, "reference list");
    write_list(open_object(file_, dataset), "DIMENSION_LIST", type, list.size(), list.data());
}

void Axes::finish() {
    const Handle type(H5Tcreate(H5T_COMPOUND, sizeof(Use)), H5Tclose, "use of an axis");
    check(H5Tinsert(type, "dataset", offsetof(Use, dataset), H5T_STD_REF_OBJ), "use of an axis");
    check(H5Tinsert(type, "dimension", offsetof(Use, dimension), H5T_NATIVE_UINT32),
          "use of an axis");
    for (const auto& [path, uses] : uses_) {
        if (uses.empty()) continue;
        write_list(open_object(file_, path), "REFERENCE_LIST", type, uses.size(), uses.data());
    }
}

}  // namespace mixfarm::h5
