/// Collects every problem of a job, so that a person can mend all of them at once.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "host/job/document.h"
#include "host/job/explain.h"
#include "host/job/input_error.h"

namespace mixfarm {

class Problems {
public:
    Problems(std::string file, const Document& document)
        : file_(std::move(file)), document_(document) {}

    void add(const JsonPlace& place, const std::string& what) {
        found_.push_back({document_.line_of(place), document_.spell(place) + ": " + what});
    }
    void add(std::vector<Problem> problems) {
        std::move(problems.begin(), problems.end(), std::back_inserter(found_));
    }

    /// Throws an InputError of one line a problem, or returns when there is none.
    void raise() {
        if (found_.empty()) return;
        std::stable_sort(found_.begin(), found_.end(),
                         [](const Problem& a, const Problem& b) { return a.line < b.line; });
        constexpr std::size_t kShown = 20;
        std::string text = found_[0].what;
        for (std::size_t i = 1; i < std::min(found_.size(), kShown); ++i)
            text += "\n" + file_ + ":" + std::to_string(found_[i].line) + ": " + found_[i].what;
        if (found_.size() > kShown)
            text += "\nand " + std::to_string(found_.size() - kShown) + " more";
        throw InputError(file_ + ":" + std::to_string(found_[0].line), text);
    }

private:
    std::string file_;
    const Document& document_;
    std::vector<Problem> found_;
};

}  // namespace mixfarm
