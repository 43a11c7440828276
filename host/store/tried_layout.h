/// How a TriedTable lies in a group, the same in a part and in results.h5: id, level, origin (with
/// its `names`), parents [n x 2], score, descriptors [n x D].
#pragma once

#include <string>

#include "host/store/h5.h"
#include "host/store/results.h"

namespace mixfarm::layout {

/// What is wrong with the columns of `table`; empty when they fit together, with `descriptors`
/// numbers a row.
std::string misfit(const TriedTable& table, std::size_t descriptors);

/// `group` exists; a column is read and written a chunk at a time.
void write_tried(hid_t file, const std::string& group, const TriedTable& table,
                 std::size_t descriptors);
/// Throws h5::Error for columns that do not fit together.
TriedTable read_tried(hid_t file, const std::string& group, std::size_t descriptors);

}  // namespace mixfarm::layout
