/// `mixfarm run` and `mixfarm demo`: a night on a song, on the user's own or on the built-in one.
#include <tbb/global_control.h>

#include <iostream>
#include <optional>

#include "host/cli/command.h"
#include "host/cli/ranking_text.h"
#include "host/job/input_error.h"
#include "host/night.h"
#include "host/song/song.h"

namespace mixfarm::cli {
namespace {

void night_options(Arguments& arguments) {
    arguments.add()("candidates", po::value<long long>(),
                    "mixes to look at (job: search.candidates); the promising ones are heard")(
        "seed", po::value<long long>(), "another seed, another night (job: search.seed)")(
        "time", po::value<std::string>(),
        "stop after this long: 90s, 15m, 8h; or when 131072 were heard and 16384 rendered whole")(
        "taste", po::value<std::string>(),
        "search for what this listener likes, as `mixfarm audition` learnt it (job: taste)")(
        "device", po::value<std::string>()->default_value("auto"), "auto, cpu, cuda, cuda:1, all")(
        "threads", po::value<int>()->default_value(0),
        "processor threads, 0 = all; results do not depend on it");
}

NightOptions read_options(const Arguments& arguments) {
    NightOptions options;
    if (arguments.has("candidates")) {
        const long long n = arguments.get<long long>("candidates");
        if (n < 2 || n > 1'000'000'000) throw InputError("--candidates", "must be 2 to 1000000000");
        options.candidates = static_cast<std::uint64_t>(n);
    }
    if (arguments.has("seed")) {
        if (arguments.get<long long>("seed") < 0)
            throw InputError("--seed", "must not be negative");
        options.seed = static_cast<std::uint64_t>(arguments.get<long long>("seed"));
    }
    if (arguments.has("time")) options.time_s = parse_duration(arguments.get<std::string>("time"));
    if (arguments.has("taste")) options.taste = arguments.get<std::string>("taste");
    options.device = arguments.get<std::string>("device");
    options.threads = arguments.get<int>("threads");
    if (options.threads < 0 || options.threads > 4096)
        throw InputError("--threads", "must be 0 (all) to 4096");
    return options;
}

int work(const NightOptions& options, bool json) {
    std::optional<tbb::global_control> limit;
    if (options.threads > 0)
        limit.emplace(tbb::global_control::max_allowed_parallelism,
                      static_cast<std::size_t>(options.threads));
    catch_interrupts();
    Progress progress;
    const Results results = run_night(options, progress);
    if (json) {
        print(ranking_json(options.folder, results, 12));
    } else {
        std::cout << "\n";
        print_ranking(options.folder, results, static_cast<int>(results.picks.size()));
    }
    return kDone;
}

}  // namespace

int run_run(const std::vector<std::string>& words) {
    Arguments arguments(
        "run JOB -o NIGHT [--candidates N] [--time 8h] [--seed S] [--device "
        "auto|cpu|cuda|cuda:1|all]",
        "Works through the night: looks at many mixes, renders the promising ones whole, ranks "
        "them, "
        "writes\n"
        "NIGHT/results.h5, NIGHT/picks and NIGHT/report.html. Ctrl-C finishes the batch and stores "
        "it; the same line\n"
        "again goes on where it stopped.",
        "mixfarm run job.yaml -o tonight --candidates 100000");
    arguments.add()("out,o", po::value<std::string>(), "the night's folder");
    night_options(arguments);
    arguments.positional("job", 1);
    if (!arguments.parse(words)) return kDone;
    NightOptions options = read_options(arguments);
    options.job = arguments.required("job");
    if (!arguments.has("out"))
        throw InputError("mixfarm run", "say where the night goes: -o NIGHT");
    options.folder = arguments.get<std::string>("out");
    return work(options, arguments.json());
}

int run_demo(const std::vector<std::string>& words) {
    Arguments arguments("demo [DIR]",
                        "Writes the built-in song into DIR/song (default: demo-night), works on it "
                        "and prints the ranking.",
                        "mixfarm demo my-demo");
    night_options(arguments);
    arguments.positional("dir", 1);
    if (!arguments.parse(words)) return kDone;
    NightOptions options = read_options(arguments);
    options.folder = arguments.has("dir") ? arguments.required("dir") : "demo-night";
    options.job = options.folder / "song" / "job.yaml";
    if (!std::filesystem::exists(options.job)) {
        std::cerr << "playing the built-in song into " << (options.folder / "song").string()
                  << "\n";
        write_demo_song(options.folder / "song");
    }
    return work(options, arguments.json());
}

}  // namespace mixfarm::cli
