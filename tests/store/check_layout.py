#!/usr/bin/python3
"""Checks a results.h5 against schemas/results.layout.json in both directions, with h5py and xarray.

    check_layout.py FILE LAYOUT [VALUES]     prints every deviation; exit 1 when there is one
    check_layout.py --spoil FILE LAYOUT      breaks copies of FILE in many ways and expects each to be noticed

VALUES: lines "path<TAB>index<TAB>value" that the file must hold, indices separated by commas.
"""
import json
import shutil
import sys
import tempfile

import h5py
import numpy as np
import xarray as xr

HOUSEKEEPING = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid"}


def dtype_name(dtype):
    text = h5py.check_string_dtype(dtype)
    if text is not None:
        return "text" if text.length is None and text.encoding == "utf-8" else "other text"
    return ("" if dtype.byteorder in "=|<" else "big-endian ") + dtype.name


def names_at(f, where):
    path, attribute = where.split("@")
    return list(f[path].attrs.get(attribute, [])) if path in f else []


def expand(f, layout):
    """The datasets this file must have: path -> rule. A listed name may repeat a dataset that has a rule of its own."""
    rules = {}
    for rule in layout["datasets"]:
        for name in names_at(f, rule["each"]) if "each" in rule else [""]:
            path = rule["path"].replace("{name}", name)
            if path not in rules or "each" not in rule:
                rules[path] = rule
    return rules


def contents(f):
    found = {"groups": set(), "datasets": set()}
    f.visititems(lambda name, item: found["datasets" if isinstance(item, h5py.Dataset) else "groups"].add("/" + name))
    return found


def check_attributes(f, layout, paths, complain):
    for place in ["/", *layout["groups"], *paths]:
        if place not in f:
            continue
        item = f[place]
        rules = {r["name"]: r for r in layout["attributes"] if r["at"] == place}
        for name in rules:
            if rules[name]["required"] and name not in item.attrs:
                complain(f"{place}: attribute {name} is missing")
        for name in set(item.attrs) - (HOUSEKEEPING | {"unit"} if isinstance(item, h5py.Dataset) else set()):
            rule = rules.get(name, rules.get("*"))
            if rule is None:
                complain(f"{place}: attribute {name} is not in the layout")
            elif dtype_name(item.attrs.get_id(name).dtype) != rule["dtype"]:
                complain(f"{place}: attribute {name} is {item.attrs.get_id(name).dtype}, not {rule['dtype']}")
    for name in ("format", "format_version"):
        if f.attrs.get(name) != layout[name]:
            complain(f"/: {name} is {f.attrs.get(name)!r}, not {layout[name]!r}")


def attached_axes(data):
    """For every dimension the paths of the scales attached to it; a scale that is gone reads as an error in h5py."""
    try:
        return [[scale.name for scale in dim.values()] for dim in data.dims]
    except RuntimeError as error:
        return str(error)


def check_dataset(f, path, rule, complain):
    data = f[path]
    group, name = path.rsplit("/", 1)
    if dtype_name(data.dtype) != rule["dtype"]:
        complain(f"{path}: is {data.dtype}, not {rule['dtype']}")
    if rule.get("scale"):
        if not h5py.h5ds.is_scale(data.id):
            complain(f"{path}: is no dimension scale")
        if rule["dims"] != [name] or data.ndim != 1:
            complain(f"{path}: an axis must be one-dimensional and named as itself")
    elif data.ndim != len(rule["dims"]):
        complain(f"{path}: has {data.ndim} dimensions, not {rule['dims']}")
    else:
        attached = attached_axes(data)
        if attached != [[f"{group}/{axis}"] for axis in rule["dims"]]:
            complain(f"{path}: its axes are {attached}, not {rule['dims']}")
        elif data.shape != tuple(f[scales[0]].shape[0] for scales in attached):
            complain(f"{path}: has shape {data.shape}, its axes have another")
    if rule["dtype"] == "text":
        if data.chunks is not None:
            complain(f"{path}: texts must be contiguous")
    elif not (data.chunks and data.shuffle and data.compression == "gzip" and data.compression_opts == 4 and data.fletcher32):
        complain(f"{path}: is not chunked, shuffled, deflated at level 4 and checksummed")
    unit = data.attrs.get("unit")
    if unit != rule["unit"] and not (rule["unit"] == "own" and isinstance(unit, str) and unit):
        complain(f"{path}: unit is {unit!r}, not {rule['unit']!r}")
    if "same_as" in rule and rule["same_as"] in f and not np.array_equal(data[()], f[rule["same_as"]][()]):
        complain(f"{path}: differs from {rule['same_as']}")


def check_derived(f, complain):
    power = (f["metrics/left_power"][()].astype("f8") + f["metrics/right_power"][()]) / 2
    with np.errstate(divide="ignore"):
        if not np.allclose(f["metrics/bands"][()], 10 * np.log10(power), rtol=0, atol=1e-4, equal_nan=True):
            complain("/metrics/bands: is not 10 log10((left_power + right_power) / 2)")
    taste = f["scores/taste"][()]
    total = f["scores/technical"][()] + np.where(np.isnan(taste), np.float32(0), taste)
    if total.tobytes() != f["scores/total"][()].tobytes():
        complain("/scores/total: is not technical and taste together")
    for group in ("candidates", "tried"):
        if list(f[group]["parent"].asstr()[()]) != ["a", "b"]:
            complain(f"/{group}/parent: must be a, b")
    for group in ("candidates", "tried"):
        if np.any(np.diff(f[group]["id"][()].astype("i8")) <= 0):
            complain(f"/{group}/id: does not ascend")
    if np.any(f["tried/origin"][()] >= len(names_at(f, "/tried/origin@names"))):
        complain("/tried/origin: has no name")
    if not set(f["tried/level"][()]) <= {0, 2, 3}:
        complain("/tried/level: is none of 0, 2, 3")
    if not np.array_equal(f["archive/cell"][()], np.arange(len(f["archive/cell"])) + 1):
        complain("/archive/cell: is not 1, 2, 3 ..")
    empty = f["archive/elite"][()] < 0
    if np.any(f["archive/elite"][()] < -1) or not np.all(np.isnan(f["archive/score"][()][empty])):
        complain("/archive: an empty cell is not -1 with the score NaN")


def check_metric_units(f, layout, complain):
    for name in names_at(f, "/metrics@names"):
        for stage in ("stage0", "stage2"):
            if f[f"metrics/{stage}/{name}"].attrs["unit"] != f[f"metrics/{name}"].attrs["unit"]:
                complain(f"/metrics/{stage}/{name}: has another unit than /metrics/{name}")
    for name in set(names_at(f, "/metrics@names")) & set(layout["stem_metrics"]):
        unit = f[f"metrics/{name}"].attrs["unit"]
        if unit != layout["stem_metrics"][name]:
            complain(f"/metrics/{name}: unit is {unit!r}, not {layout['stem_metrics'][name]!r}")


def same(a, b):
    return a == b or (a != a and b != b)


def check_values(f, file, lines, complain):
    groups = {}
    for line in lines:
        path, index, text = line.rstrip("\n").split("\t")
        path, _, attribute = path.partition("@")
        group, name = path.rsplit("/", 1)
        if group not in groups:
            groups[group] = xr.open_dataset(file, engine="h5netcdf", group=group)
        index = tuple(int(i) for i in index.split(","))
        if attribute:
            from_h5py, from_xarray = f[path].attrs[attribute][index], groups[group][name].attrs[attribute][index[0]]
        else:
            from_h5py = (f[path].asstr() if h5py.check_string_dtype(f[path].dtype) else f[path])[index]
            from_xarray = groups[group][name].values[index]
        wanted = text if isinstance(from_h5py, str) else f[path].dtype.type(text)
        if not same(from_h5py, wanted) or not same(from_xarray, wanted):
            complain(f"{path}[{index}]: written {wanted!r}, h5py reads {from_h5py!r}, xarray {from_xarray!r}")
    return groups


def check(file, layout, lines=()):
    deviations = []
    with h5py.File(file, "r") as f:
        rules, found = expand(f, layout), contents(f)
        for kind, wanted in (("groups", set(layout["groups"])), ("datasets", set(rules))):
            deviations += [f"{path}: is missing" for path in sorted(wanted - found[kind])]
            deviations += [f"{path}: is not in the layout" for path in sorted(found[kind] - wanted)]
        check_attributes(f, layout, rules, deviations.append)
        for path in sorted(set(rules) & found["datasets"]):
            check_dataset(f, path, rules[path], deviations.append)
        if deviations:
            return deviations
        check_derived(f, deviations.append)
        check_metric_units(f, layout, deviations.append)
        check_values(f, file, lines, deviations.append)
    for group in layout["groups"]:
        here = {path: rule for path, rule in rules.items() if path.rsplit("/", 1)[0] == group}
        with xr.open_dataset(file, engine="h5netcdf", group=group) as opened:
            for path, rule in here.items():
                name = path.rsplit("/", 1)[1]
                if list(opened[name].dims) != rule["dims"]:
                    deviations.append(f"{path}: xarray sees the axes {opened[name].dims}")
                if rule.get("scale") and name not in opened.indexes:
                    deviations.append(f"{path}: xarray makes no index of it")
    return deviations


def spoil(file, layout):
    """Every way of breaking a file that the checks must notice; returns the number that they did not."""
    def replace(f, path, **how):
        data, unit = f[path][()], f[path].attrs.get("unit")
        del f[path]
        f.create_dataset(path, data=how.pop("data", data), **how)
        if unit:
            f[path].attrs["unit"] = unit

    whole = dict(chunks=True, shuffle=True, compression="gzip", compression_opts=4, fletcher32=True)
    ways = {path: (lambda f, p=path: f.__delitem__(p)) for path in contents(h5py.File(file, "r"))["datasets"]}
    ways |= {
        "an extra dataset": lambda f: f.create_dataset("metrics/more", data=[1.0]),
        "an extra group": lambda f: f.create_group("more"),
        "an extra attribute": lambda f: f["scores/total"].attrs.create("more", 1),
        "another unit": lambda f: f["metrics/bands"].attrs.__setitem__("unit", "dBFS"),
        "no unit": lambda f: f["metrics/integrated_lufs"].attrs.__delitem__("unit"),
        "no seed": lambda f: f.attrs.__delitem__("seed"),
        "a seed of another type": lambda f: f.attrs.__setitem__("seed", np.int16(1)),
        "a number as engine": lambda f: f.attrs.__setitem__("engine", 1),
        "another version": lambda f: f.attrs.__setitem__("format_version", np.int32(99)),
        "axes lost": lambda f: replace(f, "scores/total", **whole),
        "an axis of another group": lambda f: (replace(f, "scores/total", **whole),
                                               f["scores/total"].dims[0].attach_scale(f["metrics/id"])),
        "no checksum": lambda f: (replace(f, "scores/total", **(whole | {"fletcher32": False})),
                                  f["scores/total"].dims[0].attach_scale(f["scores/id"])),
        "another element type": lambda f: (replace(f, "scores/total", data=f["scores/total"][()].astype("f8"), **whole),
                                           f["scores/total"].dims[0].attach_scale(f["scores/id"])),
        "an extra attribute of an axis": lambda f: f["tried/id"].attrs.create("more", 1),
        "origins without names": lambda f: f["tried/origin"].attrs.__delitem__("names"),
        "an origin of no name": lambda f: f["tried/origin"].__setitem__(3, 200),
        "numbers as names of origins": lambda f: f["tried/origin"].attrs.__setitem__("names", [1, 2, 3, 4]),
        "tried ids that do not ascend": lambda f: f["tried/id"].__setitem__(3, 0),
        "a level that there is not": lambda f: f["tried/level"].__setitem__(3, 1),
        "parents of other names": lambda f: f["tried/parent"].__setitem__(1, "c"),
        "descriptors along another axis": lambda f: (
            f["tried/descriptors"].dims[1].detach_scale(f["tried/descriptor"]),
            f["tried/descriptors"].dims[1].attach_scale(f["archive/descriptor"])),
        "descriptors of other names": lambda f: f["tried/descriptor"].__setitem__(0, "another"),
        "cells from 0": lambda f: f["archive/cell"].__setitem__(slice(None), np.arange(len(f["archive/cell"]))),
        "an empty cell with a score": lambda f: f["archive/score"].__setitem__(
            int(np.argmin(f["archive/elite"][()])), 0.5),
        "stage 0 in another unit": lambda f: f["metrics/stage0/integrated_lufs"].attrs.__setitem__("unit", "dB"),
        "ids that differ": lambda f: f["metrics/id"].__setitem__(0, 999),
        "bands that are not the powers": lambda f: f["metrics/bands"].__setitem__((0, 0), 1.0),
        "a total that is not the technical score": lambda f: f["scores/total"].__setitem__(0, 0.123),
        "a metric renamed in the list": lambda f: f["metrics"].attrs.__setitem__(
            "names", np.array(["x"] + list(f["metrics"].attrs["names"])[1:], dtype=h5py.string_dtype())),
    }
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, way in ways.items():
            copy = shutil.copy(file, folder)
            with h5py.File(copy, "r+") as f:
                way(f)
            if not check(copy, layout):
                print(f"not noticed: {name}")
                missed += 1
    print(f"{len(ways) - missed} of {len(ways)} ways of breaking the file noticed")
    return missed


def main(arguments):
    spoiling = arguments[0] == "--spoil"
    file, layout_file, *values = arguments[1 if spoiling else 0:]
    with open(layout_file) as stream:
        layout = json.load(stream)
    if spoiling:
        return 1 if spoil(file, layout) else 0
    lines = []
    for name in values:
        with open(name) as stream:
            lines += stream.readlines()
    deviations = check(file, layout, lines)
    print("\n".join(deviations) or f"{file}: as promised; {len(lines)} values compared with h5py and xarray")
    return 1 if deviations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
