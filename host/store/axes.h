/// Named axes: the dimension scales of an HDF5 file, laid out as netCDF-4 expects them.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mixfarm::h5 {

/// Makes datasets into axes and attaches them to others (HDF5 Dimension Scale Specification 1.0,
/// plus netCDF's _Netcdf4Dimid). The last part of an axis' path is the name of the dimension;
/// xarray looks for it in the same group or above. Written here rather than through H5DS of the
/// high-level library, which rewrites a scale's list of users at every attachment.
class Axes {
public:
    explicit Axes(hid_t file) : file_(file) {}
    /// The one-dimensional dataset at `path` becomes an axis.
    void declare(const std::string& path);
    /// Dimension i of `dataset` runs along axes[i]. Every axis has been declared.
    void attach(const std::string& dataset, const std::vector<std::string>& axes);
    /// Writes into every axis who uses it; call once, when all are attached.
    void finish();

private:
    struct Use {
        hobj_ref_t dataset;
        std::uint32_t dimension;
    };
    hid_t file_;
    std::map<std::string, std::vector<Use>> uses_;
};

}  // namespace mixfarm::h5
