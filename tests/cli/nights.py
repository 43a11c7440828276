#!/usr/bin/python3
"""What lies in a night, read with h5py alone.

    nights.py compare A.h5 B.h5     datasets whose bytes differ, wall times and the files' places aside
    nights.py rows PARTS_DIR        rows of every part
"""
import json
import sys
from pathlib import Path

import h5py

# Wall time, and where the stems lie, are the only things two equal nights may differ in.
ASIDE = {"funnel/seconds", "song/stems/file"}


def datasets(path):
    found = {}
    with h5py.File(path, "r") as f:
        def visit(name, item):
            if isinstance(item, h5py.Dataset) and name not in ASIDE:
                data = item[()]
                found[name] = (item.shape, str(item.dtype), data.tobytes() if item.dtype != object else repr(data.tolist()))
        f.visititems(visit)
    return found


def compare(a, b):
    x, y = datasets(a), datasets(b)
    return {"compared": len(x), "different": sorted(n for n in x.keys() | y.keys() if x.get(n) != y.get(n))}


def rows(folder):
    count = {}
    for part in sorted(Path(folder).glob("*.h5")):
        with h5py.File(part, "r") as f:
            count[part.name] = len(f["id"])
    return count


if __name__ == "__main__":
    print(json.dumps({"compare": compare, "rows": rows}[sys.argv[1]](*sys.argv[2:])))
