/// Reading and appending, line by line.
#include "host/audition/choices.h"

#include <fcntl.h>
#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <iterator>

#include "host/job/input_error.h"
#include "host/store/atomic_file.h"

namespace mixfarm::audition {
namespace fs = std::filesystem;

std::vector<Json> Choices::read() const {
    std::ifstream in(file_, std::ios::binary);
    if (!in) return {};
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    std::vector<Json> events;
    std::size_t begin = 0;
    for (int line = 1; begin < text.size(); ++line) {
        const std::size_t end = text.find('\n', begin);
        if (end == std::string::npos) {  // the crash came between the bytes and the end of line
            fs::resize_file(file_, begin);
            break;
        }
        const Json event =
            Json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                        text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
        if (!event.is_object() || !event.contains("event") || !event["event"].is_string())
            throw InputError(file_.string(),
                             fmt::format("line {} is no event of an audition; put the "
                                         "file aside to begin anew",
                                         line));
        events.push_back(event);
        begin = end + 1;
    }
    return events;
}

Json Choices::append(Json event) {
    event["time"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    const std::string line = event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    const int fd = open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) throw_write_error(errno, file_);
    const off_t before = lseek(fd, 0, SEEK_END);
    const auto written = write(fd, line.data(), line.size());
    const bool whole = written == static_cast<ssize_t>(line.size()) && fsync(fd) == 0;
    const int error = written >= 0 && !whole && errno == 0 ? ENOSPC : errno;
    if (!whole && before >= 0) [[maybe_unused]]
        const int cut = ftruncate(fd, before);
    close(fd);
    if (!whole) throw_write_error(error, file_);
    return event;
}

void Choices::forget() {
    fs::remove(file_);
}

}  // namespace mixfarm::audition
