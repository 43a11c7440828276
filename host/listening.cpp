/// Serving the audition, and keeping what came of it.
#include "host/listening.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>

#include "host/audition/server.h"
#include "host/job/input_error.h"
#include "host/morning.h"
#include "host/night.h"
#include "host/reopen.h"
#include "host/store/atomic_file.h"

namespace mixfarm {
namespace {

namespace fs = std::filesystem;
constexpr int kMostMoves = 12;

/// Opens the night when something of it is needed for the first time.
class OpenedNight : public audition::Backstage {
public:
    OpenedNight(fs::path night, std::string device, Progress& progress)
        : night_(std::move(night)), device_(std::move(device)), progress_(progress) {}

    std::vector<StereoAudio> render(const std::vector<std::uint64_t>& ids) override {
        const std::lock_guard lock(mutex_);
        const ReopenedNight& night = opened();
        std::vector<MixSettings> mixes;
        for (const std::uint64_t id : ids)
            mixes.push_back(
                night.studio->space.settings(night.results.rows[row_of(night.results, id)].values));
        return night.studio->engine->render(mixes, night.studio->target);
    }
    std::vector<std::string> moves(std::uint64_t id) override {
        const std::lock_guard lock(mutex_);
        const ReopenedNight& night = opened();
        const Row& row = night.results.rows[row_of(night.results, id)];
        const Row& rules = night.results.rows[row_of(night.results, kRuleBased)];
        return describe(night.studio->space, night.studio->song, row.values, measurement_of(row),
                        rules.values, measurement_of(rules), kMostMoves);
    }
    Tone tone() override {
        const std::lock_guard lock(mutex_);
        const Style& style = opened().studio->style;
        return {{style.tone_db.begin(), style.tone_db.end()},
                {style.tone_tolerance_db.begin(), style.tone_tolerance_db.end()}};
    }

private:
    const ReopenedNight& opened() {
        if (!open_.studio) open_ = reopen_night(night_, device_, progress_);
        return open_;
    }

    fs::path night_;
    std::string device_;
    Progress& progress_;
    std::mutex mutex_;
    ReopenedNight open_;
};

/// The way in: kept, so that a page that is open finds a server that was started again.
struct Door {
    std::string token;
    int port = 0;
};

Door read_door(const fs::path& file) {
    Door door;
    std::ifstream in(file);
    if (!(in >> door.token >> door.port) || door.token.size() != audition::random_token().size())
        return {audition::random_token(), 0};
    return door;
}

void write_door(const fs::path& file, const Door& door) {
    AtomicFile out(file);
    fchmod(out.fd(), S_IRUSR | S_IWUSR);
    const std::string text = door.token + "\n" + std::to_string(door.port) + "\n";
    if (write(out.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw_write_error(errno, file);
    out.publish();
}

/// Choices and what they told, into results.h5: a copy that takes its place when it is whole.
void keep_choices(const fs::path& night, const audition::Session& session, Progress& progress) {
    Results results = read_results(night);
    results.choices = session.choices();
    results.attributes["taste"] = session.taste().words();
    results.attributes.erase("chosen_mix");
    if (const auto chosen = session.chosen())
        results.attributes["chosen_mix"] = std::to_string(*chosen);
    progress.say("storing the choices in results.h5");
    write_results(fs::is_directory(night) ? night / "results.h5" : night, results);
}

/// The listener's own file, unless something else was learnt into it meanwhile.
void keep_taste(const fs::path& file, const fs::path& before, const fs::path& after,
                const Taste& taste, Progress& progress) {
    const auto same = [&](const fs::path& other) {
        return fs::exists(other) && taste_text(read_taste(file)) == taste_text(read_taste(other));
    };
    if (!file.empty()) {
        if (!fs::exists(file) || same(before) || same(after))
            write_taste(file, taste);
        else
            progress.warn(file.string() +
                          " was changed since this audition began; it stays as it is, and " +
                          after.string() + " holds what was learnt here");
    }
    write_taste(after, taste);
}

}  // namespace

void listen(const ListeningOptions& options, const std::function<void(const std::string&)>& opened,
            const std::function<void(const Listened&)>& closed, Progress& progress) {
    const fs::path folder =
        fs::is_directory(options.night) ? options.night : options.night.parent_path();
    audition::Table table = audition::table_of(folder, read_results(options.night));
    table.title = read_job(folder / "job.yaml").title;

    // What is known of the listener stays what it was when the first question was asked.
    const fs::path before = folder / "audition-taste.yaml", after = folder / "taste.yaml";
    if (!fs::exists(before)) {
        const fs::path known = fs::exists(options.taste) ? options.taste : taste_before(folder);
        write_taste(before, fs::exists(known) ? read_taste(known) : Taste::unknown());
    }
    OpenedNight night(folder, options.device, progress);
    audition::Session session(std::move(table), night, read_taste(before), options.best_of);
    Door door = read_door(folder / ".audition");
    audition::Server server(session, options.port, door.port, door.token);
    door.port = server.port();
    write_door(folder / ".audition", door);

    std::thread serving([&] { server.run(); });
    opened(server.address());
    while (!interrupted()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    server.stop();
    serving.join();
    if (session.answers() > 0) {
        keep_choices(options.night, session, progress);
        keep_taste(options.taste, before, after, session.taste(), progress);
    }
    closed({session.answers(), session.taste().words(), session.trial()});
}

}  // namespace mixfarm
