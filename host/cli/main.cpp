/// mixfarm's front door: finds the command, turns every kind of failure into its exit code.
#include <malloc.h>

#include <cstring>
#include <iostream>
#include <new>
#include <system_error>

#include "host/cli/command.h"
#include "host/job/input_error.h"
#include "kernels/engine.h"

namespace {

using namespace mixfarm;
using namespace mixfarm::cli;

constexpr Command kCommands[] = {
    {"demo", "[DIR]", "the built-in song, end to end, in about a minute", run_demo},
    {"new", "STEMS_DIR [-o job.yaml]", "look at the stems, write a commented job", run_new},
    {"analyze", "JOB|STEMS_DIR", "what each stem is, who masks whom", run_analyze},
    {"run", "JOB -o NIGHT", "work through the night; the same line again goes on", run_run},
    {"top", "NIGHT [-n 12]", "the ranking, in words", run_top},
    {"show", "NIGHT ID", "one candidate: settings, metrics, why it is where it is", run_show},
    {"render", "NIGHT ID... -o DIR", "audio of any candidate", run_render},
    {"audition", "NIGHT", "listen and choose, blind and equally loud, in a browser", run_audition},
    {"rank", "NIGHT", "rank again: other weights, another style, your taste", run_rank},
    {"taste", "show|reset NIGHT|FILE", "what is known of you, and how to forget it", run_taste},
    {"keep", "NIGHT WHAT... -o next.yaml", "lock what you like, for a night on the rest", run_keep},
    {"meter", "FILE...", "loudness, range, true peak, dynamics, stereo of any audio file",
     run_meter},
    {"devices", "", "what it would run on, and how fast that is", run_devices},
};

constexpr const char* kLater[] = {"export", "merge"};

int help(std::ostream& out) {
    out << "mixfarm " MIXFARM_VERSION
           ": mixes your stems through the night, lays the good and different ones before you in "
           "the morning\n\n";
    for (const Command& c : kCommands) {
        std::string left = std::string("  mixfarm ") + c.name + " " + c.arguments;
        left.resize(std::max<std::size_t>(left.size() + 2, 44), ' ');
        out << left << c.what << "\n";
    }
    out << "\nEvery command takes --help and --json. Exit codes: 0 done, 1 our fault, 2 the "
           "input's, 75 interrupted: run again.\n";
    return kDone;
}

int dispatch(const std::vector<std::string>& words) {
    if (words.empty()) {
        help(std::cerr);
        return kInputFault;
    }
    if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return help(std::cout);
    if (words[0] == "--version") {
        std::cout << "mixfarm " MIXFARM_VERSION "\n";
        return kDone;
    }
    for (const Command& c : kCommands)
        if (words[0] == c.name) return c.run({words.begin() + 1, words.end()});
    for (const char* later : kLater) {
        if (words[0] == later) {
            std::cerr << "mixfarm " << later << ": not part of this version yet\n";
            return kOurFault;
        }
    }
    throw InputError("mixfarm",
                     "there is no command '" + words[0] + "'; `mixfarm --help` lists them");
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
#ifdef __GLIBC__
    // Blocks of audio go back to the system when freed; glibc would keep them, in pieces, once the
    // first one was freed.
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
    try {
        const int code = dispatch(words);
        if (std::cout.flush()) return code;
        std::cerr << "mixfarm: standard output cannot be written\n";
        return kRunAgain;
    } catch (const InputError& e) {
        std::cerr << "mixfarm: " << e.what() << "\n";
        return kInputFault;
    } catch (const Interrupted&) {
        std::cerr << "stopped; everything finished so far is stored. The same command line goes on "
                     "from here.\n";
        return kRunAgain;
    } catch (const DeviceError& e) {
        std::cerr << "mixfarm: the device failed: " << e.what()
                  << "\nwhat was finished is stored; run the same line again to go on\n";
        return kRunAgain;
    } catch (const std::system_error& e) {
        for (const std::errc forbidden :
             {std::errc::permission_denied, std::errc::operation_not_permitted,
              std::errc::read_only_file_system, std::errc::no_such_file_or_directory,
              std::errc::not_a_directory, std::errc::is_a_directory}) {
            if (e.code() != forbidden) continue;
            std::cerr << "mixfarm: " << e.what() << "\nchoose a place that can be written\n";
            return kInputFault;
        }
        std::cerr
            << "mixfarm: " << e.what()
            << "\nwhat was finished is stored; make room and run the same line again to go on\n";
        return kRunAgain;
    } catch (const std::bad_alloc&) {
        std::cerr << "mixfarm: out of memory; what was finished is stored, run the same line again "
                     "to go on\n";
        return kRunAgain;
    } catch (const std::exception& e) {
        std::cerr << "mixfarm: internal error: " << e.what() << "\n";
        return kOurFault;
    }
}
