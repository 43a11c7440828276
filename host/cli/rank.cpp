/// `mixfarm rank`: another order of a finished night.
#include <iostream>

#include "host/cli/command.h"
#include "host/cli/ranking_text.h"
#include "host/job/input_error.h"
#include "host/rank_again.h"

namespace mixfarm::cli {
namespace {

/// "masking=2" -> a term and its weight.
std::pair<std::string, double> weight_of(const std::string& text) {
    const std::size_t equals = text.find('=');
    std::size_t used = 0;
    double weight = -1;
    try {
        weight = std::stod(text.substr(equals + 1), &used);
    } catch (const std::exception&) {
        used = 0;
    }
    if (equals == std::string::npos || used == 0 || equals + 1 + used != text.size() ||
        !(weight >= 0))
        throw InputError("--weight",
                         "'" + text + "' is not like masking=2: a term and what it counts, from 0");
    return {text.substr(0, equals), weight};
}

}  // namespace

int run_rank(const std::vector<std::string>& words) {
    Arguments arguments(
        "rank NIGHT [--taste FILE|--no-taste] [--style STYLE] [--weight TERM=N]...",
        "Ranks the mixes of a finished night again, from what was measured: nothing is rendered. "
        "What `mixfarm audition`\n"
        "learnt counts, where it foretells answers better than the technical score does.",
        "mixfarm rank tonight --weight masking=2 --style warm");
    arguments.add()("taste", po::value<std::string>(),
                    "a taste file; without it NIGHT/taste.yaml, where there is one")(
        "no-taste", "by the technical score alone")("style", po::value<std::string>(),
                                                    "another style, by name or file")(
        "weight", po::value<std::vector<std::string>>(),
        "what a term counts, for example masking=2; may be given several times")(
        "count,n", po::value<int>()->default_value(12), "how many to print");
    arguments.positional("night", 1);
    if (!arguments.parse(words)) return kDone;
    RankOptions options;
    options.night = arguments.required("night");
    if (arguments.has("taste") && arguments.has("no-taste"))
        throw InputError("mixfarm rank", "takes --taste or --no-taste, not both");
    const std::filesystem::path own = night_folder(options.night) / "taste.yaml";
    if (arguments.has("taste"))
        options.taste = arguments.get<std::string>("taste");
    else if (!arguments.has("no-taste") && std::filesystem::exists(own))
        options.taste = own;
    if (arguments.has("style")) options.style = arguments.get<std::string>("style");
    if (arguments.has("weight"))
        for (const std::string& text : arguments.get<std::vector<std::string>>("weight"))
            options.weights.insert_or_assign(weight_of(text).first, weight_of(text).second);
    const int count = arguments.get<int>("count");
    if (count < 1) throw InputError("-n", "must be at least 1");

    Progress progress;
    const Results results = rank_again(options, progress);
    if (arguments.json())
        print(ranking_json(night_folder(options.night), results, count));
    else
        print_ranking(night_folder(options.night), results, count);
    return kDone;
}

}  // namespace mixfarm::cli
