/// Parsing, help and JSON shared by all commands.
#include <cmath>
#include <iostream>

#include "host/cli/command.h"
#include "host/job/input_error.h"

namespace mixfarm::cli {

Arguments::Arguments(std::string usage, std::string what, std::string example)
    : usage_(std::move(usage)), what_(std::move(what)), example_(std::move(example)) {
    options_.add_options()("json", "one JSON document on standard output, nothing else")(
        "help,h", "this text");
}

void Arguments::positional(const std::string& option, int count) {
    hidden_.add_options()(option.c_str(), po::value<std::vector<std::string>>());
    positions_.add(option.c_str(), count);
}

bool Arguments::parse(const std::vector<std::string>& words) {
    po::options_description all;
    all.add(options_).add(hidden_);
    try {
        const int style =
            po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
        po::store(
            po::command_line_parser(words).options(all).positional(positions_).style(style).run(),
            values_);
        po::notify(values_);
    } catch (const po::error& e) {
        throw InputError("mixfarm " + usage_.substr(0, usage_.find(' ')),
                         std::string(e.what()) + "; usage: mixfarm " + usage_);
    }
    if (!values_.count("help")) return true;
    std::cout << "mixfarm " << usage_ << "\n\n"
              << what_ << "\n\n"
              << options_ << "\nExample:\n  " << example_ << "\n";
    return false;
}

std::string Arguments::required(const std::string& name) const {
    if (!values_.count(name))
        throw InputError("mixfarm " + usage_.substr(0, usage_.find(' ')),
                         "something is missing; usage: mixfarm " + usage_);
    return values_[name].as<std::vector<std::string>>().front();
}

std::uint64_t candidate_id(const std::string& word) {
    if (word.empty() || word.size() > 18 ||
        word.find_first_not_of("0123456789") != std::string::npos) {
        throw InputError("ID '" + word + "'",
                         "is not a candidate's number; `mixfarm top NIGHT` lists them");
    }
    return std::stoull(word);
}

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

void print(const Json& document) {
    // Names of files are bytes, not always UTF-8.
    std::cout << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace mixfarm::cli
