/// What a command of the command line is: a name, a line of help, and a function from its words to
/// an exit code.
#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/progress.h"

namespace mixfarm::cli {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

enum Exit { kDone = 0, kOurFault = 1, kInputFault = 2, kRunAgain = 75 };

/// Options shared by all commands, parsed with the command's own. Prints help and returns false
/// when --help was asked for. Positional words are bound to option `words` ("file", "night" ...) in
/// order; the last takes all that remain when `many`.
class Arguments {
public:
    Arguments(std::string usage, std::string what, std::string example);
    po::options_description_easy_init add() { return options_.add_options(); }
    void positional(const std::string& option, int count);
    /// Throws InputError for unknown options, missing or superfluous words.
    bool parse(const std::vector<std::string>& words);

    bool json() const { return values_.count("json") > 0; }
    bool has(const std::string& name) const { return values_.count(name) > 0; }
    template <class T>
    T get(const std::string& name) const {
        return values_[name].as<T>();
    }
    /// The value of a required positional word. Throws InputError with the usage when it is
    /// missing.
    std::string required(const std::string& name) const;

private:
    std::string usage_, what_, example_;
    po::options_description options_{"Options"};
    po::options_description hidden_;
    po::positional_options_description positions_;
    po::variables_map values_;
};

/// A number for JSON: null where it is not defined.
Json number(double value);
/// A candidate's number as typed. Throws InputError.
std::uint64_t candidate_id(const std::string& word);
/// One JSON document on standard output.
void print(const Json& document);

struct Command {
    const char* name;
    const char* arguments;
    const char* what;
    int (*run)(const std::vector<std::string>& words);
};

int run_demo(const std::vector<std::string>& words);
int run_new(const std::vector<std::string>& words);
int run_analyze(const std::vector<std::string>& words);
int run_run(const std::vector<std::string>& words);
int run_top(const std::vector<std::string>& words);
int run_show(const std::vector<std::string>& words);
int run_render(const std::vector<std::string>& words);
int run_keep(const std::vector<std::string>& words);
int run_audition(const std::vector<std::string>& words);
int run_rank(const std::vector<std::string>& words);
int run_taste(const std::vector<std::string>& words);
int run_meter(const std::vector<std::string>& words);
int run_devices(const std::vector<std::string>& words);

}  // namespace mixfarm::cli
