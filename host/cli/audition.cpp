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

/// Shows an address in whatever browser there is; without one the address was printed.
void show_in_browser(const std::string& address) {
    const pid_t child = fork();
    if (child == 0) {
        if (fork() != 0) _exit(0);  // nobody waits for a browser
        for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) close(stream);
        execlp("xdg-open", "xdg-open", address.c_str(), nullptr);
        _exit(127);
    }
    if (child > 0) waitpid(child, nullptr, 0);
}

/// Always told, whether the taste is any good or not.
std::string trial_words(const Taste& taste) {
    if (taste.held_out.answers == 0) return "";
    return fmt::format(
        "of {} answers that it was not told it foretells {:.1f}, the technical score alone {:.1f}: "
        "{}\n",
        taste.held_out.answers, taste.held_out.foretold, taste.held_out.technical_alone,
        taste.trusted() ? "`mixfarm run --taste` may use it" : "not better, so it is not used yet");
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
        [&](const std::string& address) {
            if (json)
                print(Json{{"address", address}});
            else
                std::cout << "listen at " << address
                          << "\nCtrl-C ends it; every answer is kept at once\n";
            std::cout.flush();
            if (shown) show_in_browser(address);
        },
        [&](const Listened& listened) {
            if (!json)
                std::cout << listened.answers
                          << (listened.answers == 1 ? " answer; " : " answers; ")
                          << listened.taste.words() << "\n"
                          << trial_words(listened.taste);
            std::cout.flush();
            _exit(kDone);  // a mix that is being rendered is not waited for
        },
        progress);
    return kDone;
}

}  // namespace mixfarm::cli
