/// `mixfarm new`: looks at a folder of stems and writes a job to edit.
#include <fstream>
#include <iostream>
#include <iterator>

#include "host/cli/command.h"
#include "host/job/input_error.h"
#include "host/song/song.h"

namespace mixfarm::cli {
namespace fs = std::filesystem;

int run_new(const std::vector<std::string>& words) {
    Arguments arguments("new STEMS_DIR [-o job.yaml]",
                        "Decodes every audio file of the folder, guesses what each one is, and "
                        "writes a commented job.",
                        "mixfarm new ~/songs/blue/stems -o blue.yaml");
    arguments.add()("out,o", po::value<std::string>()->default_value("job.yaml"),
                    "the job to write");
    arguments.positional("stems", 1);
    if (!arguments.parse(words)) return kDone;
    const fs::path folder = arguments.required("stems"), file = arguments.get<std::string>("out");
    Scouted scouted = scout_folder(folder);
    // Paths in the job are relative to the job, so that song and job can move together.
    const fs::path home = fs::absolute(file).lexically_normal().parent_path();
    for (StemJob& stem : scouted.job.stems) {
        const fs::path absolute = fs::absolute(scouted.job.folder / stem.file).lexically_normal();
        const fs::path relative = absolute.lexically_relative(home);
        stem.file = relative.empty() ? absolute : relative;
    }
    const std::string text = write_job(scouted.job, scouted.notes);
    if (std::ifstream before(file); before) {
        // A job may hold its owner's edits: it is never lost.
        const std::string old((std::istreambuf_iterator<char>(before)), {});
        if (old != text) {
            const fs::path backup = file.string() + ".bak";
            std::error_code error;
            fs::rename(file, backup, error);
            if (error)
                throw InputError(file.string(), "exists and cannot be set aside (" +
                                                    error.message() + "); choose another with -o");
            std::cerr << "kept the job that was there as " << backup.string() << "\n";
        }
    }
    std::ofstream out(file, std::ios::trunc);
    out << text;
    out.close();
    if (!out)
        throw InputError(file.string(), "cannot be written; is the folder there and writable?");
    if (arguments.json()) {
        Json document;
        document["job"] = file.string();
        for (std::size_t i = 0; i < scouted.job.stems.size(); ++i) {
            const StemJob& s = scouted.job.stems[i];
            document["stems"].push_back({{"name", s.name},
                                         {"file", s.file.string()},
                                         {"role", s.role},
                                         {"note", scouted.notes[i]}});
        }
        print(document);
    } else {
        for (std::size_t i = 0; i < scouted.job.stems.size(); ++i)
            std::cout << "  " << scouted.job.stems[i].name << " -> " << scouted.job.stems[i].role
                      << "  (" << scouted.notes[i] << ")\n";
        std::cout << "wrote " << file.string() << "; look it over, then: mixfarm run "
                  << file.string() << " -o tonight\n";
    }
    return kDone;
}

}  // namespace mixfarm::cli
