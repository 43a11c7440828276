/// `mixfarm top`: the ranking of a finished night, in words.
#include "host/cli/command.h"
#include "host/cli/ranking_text.h"
#include "host/job/input_error.h"

namespace mixfarm::cli {

int run_top(const std::vector<std::string>& words) {
    Arguments arguments(
        "top NIGHT [-n 12] [--moves]",
        "Prints the picks of a night: good mixes that differ for the ear, and the two baselines.",
        "mixfarm top tonight -n 5");
    arguments.add()("count,n", po::value<int>()->default_value(12), "how many");
    arguments.add()("moves", po::bool_switch(),
                    "instead, what moves the picks make: where, why, the score without each");
    arguments.positional("night", 1);
    if (!arguments.parse(words)) return kDone;
    const std::filesystem::path night = arguments.required("night");
    const int count = arguments.get<int>("count");
    if (count < 1) throw InputError("-n", "must be at least 1");
    const Results results = read_results(night);
    if (arguments.json())
        print(ranking_json(night_folder(night), results, count));
    else if (arguments.get<bool>("moves"))
        print_picks_moves(results, count);
    else
        print_ranking(night_folder(night), results, count);
    return kDone;
}

}  // namespace mixfarm::cli
