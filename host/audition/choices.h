/// NIGHT/choices.jsonl: what was offered, heard and answered, event by event.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

namespace mixfarm::audition {

using Json = nlohmann::ordered_json;

class Choices {
public:
    explicit Choices(std::filesystem::path file) : file_(std::move(file)) {}

    /// All events in order. A last line that a crash tore is cut off the file; any other line that
    /// is no event throws InputError naming its number. Nothing where there is no file.
    std::vector<Json> read() const;
    /// One line, durable when this returns. Throws std::system_error. Gives back the event with the
    /// `time` that was added.
    Json append(Json event);
    /// Removes the file.
    void forget();

    const std::filesystem::path& file() const { return file_; }

private:
    std::filesystem::path file_;
};

}  // namespace mixfarm::audition
