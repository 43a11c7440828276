/// The columns of a TriedTable on their way to a file and back.
#include "host/store/tried_layout.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace mixfarm::layout {

namespace {

/// Numbers [rows x width] that lie in one list, row by row.
template <class T>
void write_flat(hid_t file, const std::string& path, std::uint64_t rows, std::uint64_t width,
                const std::vector<T>& numbers) {
    h5::write_table<T>(file, path, rows, width,
                       [&](auto i, T* to) { std::copy_n(numbers.data() + i * width, width, to); });
}

template <class T>
std::vector<T> read_flat(hid_t file, const std::string& path, std::uint64_t rows,
                         std::uint64_t width) {
    std::vector<T> numbers(rows * width);
    h5::read_table<T>(file, path, rows, width, [&](auto i, const T* from) {
        std::copy_n(from, width, numbers.data() + i * width);
    });
    return numbers;
}

}  // namespace

std::string misfit(const TriedTable& table, std::size_t descriptors) {
    const std::size_t n = table.size();
    if (table.level.size() != n || table.origin.size() != n || table.score.size() != n ||
        table.parents.size() != 2 * n)
        return "level, origin, parents and score are not one a candidate";
    if (table.descriptors.size() != n * descriptors) return "descriptors is not [n][D]";
    if (std::adjacent_find(table.id.begin(), table.id.end(), std::greater_equal<>()) !=
        table.id.end())
        return "ids do not ascend";
    if (std::any_of(table.origin.begin(), table.origin.end(),
                    [&](std::uint8_t code) { return code >= table.origins.size(); }))
        return "an origin has no name";
    return "";
}

void write_tried(hid_t file, const std::string& group, const TriedTable& table,
                 std::size_t descriptors) {
    const std::uint64_t n = table.size();
    h5::write_list(file, group + "/id", table.id);
    h5::write_list(file, group + "/level", table.level);
    h5::write_list(file, group + "/origin", table.origin);
    h5::write_attribute(h5::open_object(file, group + "/origin"), "names", table.origins);
    write_flat(file, group + "/parents", n, 2, table.parents);
    h5::write_list(file, group + "/score", table.score);
    write_flat(file, group + "/descriptors", n, descriptors, table.descriptors);
}

TriedTable read_tried(hid_t file, const std::string& group, std::size_t descriptors) {
    const auto lengths = h5::shape(file, group + "/id");
    if (lengths.size() != 1) throw h5::Error(group + "/id: is not a list");
    const std::uint64_t n = lengths[0];
    TriedTable table;
    table.id = h5::read_list<std::uint64_t>(file, group + "/id", n);
    table.level = h5::read_list<std::uint8_t>(file, group + "/level", n);
    table.origin = h5::read_list<std::uint8_t>(file, group + "/origin", n);
    table.origins = h5::read_texts_attribute(h5::open_object(file, group + "/origin"), "names");
    table.parents = read_flat<std::int64_t>(file, group + "/parents", n, 2);
    table.score = h5::read_list<float>(file, group + "/score", n);
    table.descriptors = read_flat<float>(file, group + "/descriptors", n, descriptors);
    if (const std::string wrong = misfit(table, descriptors); !wrong.empty())
        throw h5::Error(group + ": " + wrong);
    return table;
}

}  // namespace mixfarm::layout
