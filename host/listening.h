/// The morning: a night is listened to, and what was chosen is kept with it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/progress.h"
#include "host/store/results.h"
#include "host/taste/taste.h"

namespace mixfarm {

struct ListeningOptions {
    std::filesystem::path night;
    std::filesystem::path taste;  ///< what is known of the listener, and goes there; empty: nothing
    int port = 0;                 ///< 0: any
    int best_of = 4;              ///< mixes a question, 2 to 8
    std::string device = "auto";
};

/// What came of a morning.
struct Listened {
    int answers = 0;
    std::optional<std::int64_t> chosen;
    std::string words;  ///< of the chosen mix, and where the technical score has it
    Taste taste;        ///< how well it foretells answers included
};

/// Puts choices into results.h5, in place of those that are there: a copy that takes its place when
/// it is whole. `taste`: in words, empty where none is known.
void keep_choices(const std::filesystem::path& night, std::vector<ChoiceRecord> choices,
                  const std::string& taste, std::optional<std::int64_t> chosen);

/// As though nothing had been answered: removes the night's answers, and what was learnt from them
/// out of the listener's own taste file too, where nothing else came to it since. `own` may be
/// empty.
/// Gives back the files that went or were changed. Throws InputError.
std::vector<std::filesystem::path> forget_listening(const std::filesystem::path& night,
                                                    const std::filesystem::path& own);

/// Serves the audition until Ctrl-C. `opened` is told the address once it answers, and a page on
/// disk, for its owner only, that leads there. What was answered lies in NIGHT/choices.jsonl all
/// the while; when the questions are over, and at the end, it goes into /choices of results.h5, and
/// the taste into NIGHT/taste.yaml and into options.taste. Then `closed` is told: all is stored,
/// and it may end the process instead of waiting for a mix that is still being rendered. Throws
/// InputError.
void listen(const ListeningOptions& options,
            const std::function<void(const std::string&, const std::filesystem::path&)>& opened,
            const std::function<void(const Listened&)>& closed, Progress& progress);

}  // namespace mixfarm
