/// `mixfarm audition`: the morning, in a browser.
#include <spdlog/fmt/fmt.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>

#include "host/cli/command.h"
#include "host/job/input_error.h"
#include "host/listening.h"

namespace mixfarm::cli {
namespace {

/// Shows a page in whatever browser there is; without one the address was printed.
void show_in_browser(const std::filesystem::path& page) {
    const pid_t child = fork();
    if (child == 0) {
        if (fork() != 0) _exit(0);  // nobody waits for a browser
        setsid();                   // Ctrl-C ends the server, not the browser
        for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) close(stream);
        execlp("xdg-open", "xdg-open", page.c_str(), nullptr);
        _exit(127);
    }
    if (child > 0) waitpid(child, nullptr, 0);
}

}  // namespace

int run_audition(const std::vector<std::string>& words) {
    Arguments arguments(
        "audition NIGHT [--best-of 4] [--taste FILE] [--port P] [--no-open]",
        "Lays the night's mixes before you in a browser, blind and equally loud, a few at a time, "
        "until "
        "you\n"
        "know which one is yours. Only this machine can reach the page, and it needs no network. "
        "Every "
        "answer is\n"
        "kept in NIGHT/choices.jsonl at once; Ctrl-C ends it, the same line goes on.",
        "mixfarm audition tonight");
    arguments.add()("best-of", po::value<int>()->default_value(4), "mixes a question, 2 to 8")(
        "taste", po::value<std::string>(),
        "what is known of you, and what is learnt goes there too; made when missing")(
        "port", po::value<int>()->default_value(0), "0: the one of last time, or any that is free")(
        "no-open", "only print the address")(
        "device", po::value<std::string>()->default_value("auto"), "auto, cpu, cuda, cuda:1, all");
    arguments.positional("night", 1);
    if (!arguments.parse(words)) return kDone;
    ListeningOptions options;
    options.night = arguments.required("night");
    options.best_of = arguments.get<int>("best-of");
    if (options.best_of < 2 || options.best_of > 8) throw InputError("--best-of", "must be 2 to 8");
    options.port = arguments.get<int>("port");
    if (options.port < 0 || options.port > 65535) throw InputError("--port", "must be 0 to 65535");
    if (arguments.has("taste")) options.taste = arguments.get<std::string>("taste");
    options.device = arguments.get<std::string>("device");

    catch_interrupts();
    Progress progress;
    const bool json = arguments.json(), shown = !arguments.has("no-open");
    listen(
        options,
        [&](const std::string& address, const std::filesystem::path& way_in) {
            if (json)
                print(Json{{"address", address}});
            else
                std::cout << "listen at " << address
                          << "\nCtrl-C ends it; every answer is kept at once\n";
            std::cout.flush();
            if (shown) show_in_browser(way_in);
        },
        [&](const Listened& listened) {
            const Taste& taste = listened.taste;
            if (json)
                print(Json{{"answers", listened.answers},
                           {"chosen", listened.chosen ? Json(*listened.chosen) : Json(nullptr)},
                           {"chosen_words", listened.words},
                           {"words", taste.words()},
                           {"trial", taste.trial()},
                           {"used", taste.trusted()}});
            else if (listened.answers == 0)
                std::cout << "no answers\n";
            else
                std::cout << listened.answers
                          << (listened.answers == 1 ? " answer; " : " answers; ") << taste.words()
                          << "\n"
                          << taste.trial() << "\n"
                          << (listened.words.empty() ? "" : "taken: " + listened.words + "\n");
            std::cout.flush();
            _exit(kDone);  // a mix that is being rendered is not waited for
        },
        progress);
    return kDone;
}

}  // namespace mixfarm::cli
