/// The one error a user can cause: says which file, where in it, what is wrong and what would be
/// right (exit 2).
#pragma once

#include <stdexcept>
#include <string>

namespace mixfarm {

class InputError : public std::runtime_error {
public:
    /// `file` names the offending file or argument, `what` says what is wrong and how to cure it.
    InputError(const std::string& file, const std::string& what)
        : std::runtime_error(file.empty() ? what : file + ": " + what), file_(file) {}

    const std::string& file() const { return file_; }

private:
    std::string file_;
};

}  // namespace mixfarm
