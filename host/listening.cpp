/// Serving the audition, and keeping what came of it.
#include "host/listening.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "host/audition/server.h"
#include "host/job/input_error.h"
#include "host/morning.h"
#include "host/night.h"
#include "host/night_lock.h"
#include "host/plan.h"
#include "host/reopen.h"
#include "host/report/made_moves.h"
#include "host/store/atomic_file.h"

namespace mixfarm {
namespace {

namespace fs = std::filesystem;
constexpr int kMostMoves = 12;

/// Opens the night when something of it is needed for the first time.
class OpenedNight : public audition::Backstage {
public:
    /// `results`: the night's, as they were stored.
    OpenedNight(fs::path night, const Results& results, std::string device, Progress& progress)
        : night_(std::move(night)),
          results_(results),
          device_(std::move(device)),
          progress_(progress) {}

    std::vector<StereoAudio> render(const std::vector<std::uint64_t>& ids) override {
        const ReopenedNight& night = opened();
        std::vector<MixSettings> mixes;
        for (const std::uint64_t id : ids)
            mixes.push_back(
                night.studio->space.settings(night.results.rows[row_of(night.results, id)].values));
        std::vector<StereoAudio> audio;
        const std::size_t batch = picks_at_once(night.studio->song);
        for (std::size_t first = 0; first < mixes.size(); first += batch)
            for (StereoAudio& one :
                 rendered(std::span(mixes).subspan(first, std::min(batch, mixes.size() - first))))
                audio.push_back(std::move(one));
        return audio;
    }
    StereoAudio render_without(std::uint64_t id, const std::vector<int>& moves) override {
        const ReopenedNight& night = opened();
        const Space& space = night.studio->space;
        std::vector<float> values = night.results.rows[row_of(night.results, id)].values;
        for (const int move : moves)
            values[space.strength_knob(static_cast<std::size_t>(move))] = 0;
        const MixSettings mix = space.settings(values);
        return std::move(rendered(std::span(&mix, 1)).front());
    }
    std::vector<Made> made(std::uint64_t id) override {
        std::vector<Made> all;
        for (const report::MoveTold& told : report::made_moves(results_, row_of(results_, id))) {
            std::string name = told.move->name;
            std::replace(name.begin(), name.end(), '_', ' ');
            all.push_back({static_cast<int>(told.move - results_.moves.data()), std::move(name),
                           told.words()});
        }
        return all;
    }
    std::vector<std::string> moves(std::uint64_t id) override {
        const ReopenedNight& night = opened();
        const Row& row = night.results.rows[row_of(night.results, id)];
        const Row& rules = night.results.rows[row_of(night.results, kRuleBased)];
        return describe(night.studio->space, night.studio->song, row.values, measurement_of(row),
                        rules.values, measurement_of(rules), kMostMoves);
    }
    Tone tone() override {
        const Style& style = opened().studio->style;
        return {{style.tone_db.begin(), style.tone_db.end()},
                {style.tone_tolerance_db.begin(), style.tone_tolerance_db.end()}};
    }

private:
    /// Sounds of the night, once it is open. One call at a time; who waits meanwhile comes next,
    /// before the rest of a batch.
    std::vector<StereoAudio> rendered(std::span<const MixSettings> mixes) {
        std::unique_lock next(next_);
        const std::lock_guard one_at_a_time(engine_);
        next.unlock();
        return open_.studio->engine->render(mixes, open_.studio->target);
    }
    /// Read by all from then on; only the engine serves one at a time.
    const ReopenedNight& opened() {
        const std::lock_guard lock(opening_);
        if (!why_not_.empty()) throw InputError("", why_not_);
        if (open_.studio) return open_;
        try {
            open_ = reopen_night(night_, device_, progress_);
        } catch (const std::exception& e) {
            why_not_ = e.what();  // tried once: it takes as long as a success
            throw InputError("", why_not_);
        }
        return open_;
    }

    fs::path night_;
    const Results& results_;
    std::string device_;
    Progress& progress_;
    std::mutex opening_, next_, engine_;
    ReopenedNight open_;
    std::string why_not_;
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

/// For its owner's eyes only.
void write_secret(const fs::path& file, const std::string& text) {
    AtomicFile out(file);
    fchmod(out.fd(), S_IRUSR | S_IWUSR);
    if (write(out.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw_write_error(errno, file);
    out.publish();
}

/// A page that leads to the audition's: command lines, where a browser would get the address, can
/// be read by all users of a machine.
std::string leading_to(const std::string& address) {
    return "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>mixfarm audition</title>\n"
           "<meta http-equiv=\"refresh\" content=\"0; url=" +
           address + "\">\n<a href=\"" + address + "\">To the audition</a>\n";
}

/// Ids that questions held, in the order of choices.jsonl.
std::vector<std::int64_t> offered_in(const std::vector<audition::Json>& events) {
    std::vector<std::int64_t> ids;
    for (const audition::Json& event : events)
        if (event.value("event", "") == "offer" && event.contains("mixes"))
            for (const audition::Json& id : event["mixes"])
                if (id.is_number_integer()) ids.push_back(id.get<std::int64_t>());
    return ids;
}

bool answered_in(const std::vector<audition::Json>& events) {
    return std::any_of(events.begin(), events.end(), [](const audition::Json& event) {
        return event.value("event", "") == "answer";
    });
}

/// Where what is known of a listener lies.
struct TasteFiles {
    fs::path own;            ///< the listener's, carried from song to song; empty: none
    fs::path before, after;  ///< of this night: when it began, and with its answers

    TasteFiles(const fs::path& night, fs::path listeners)
        : own(std::move(listeners)),
          before(night / "audition-taste.yaml"),
          after(night / "taste.yaml") {}
    bool own_is(const fs::path& other) const {
        return fs::exists(other) && taste_text(read_taste(own)) == taste_text(read_taste(other));
    }
    /// The own one too, unless something else was learnt into it meanwhile.
    void keep(const Taste& taste, Progress& progress) const {
        if (!own.empty()) {
            if (!fs::exists(own) || own_is(before) || own_is(after))
                write_taste(own, taste);
            else
                progress.warn(own.string() +
                              " was changed since this audition began; it stays as it is, and " +
                              after.string() + " holds what was learnt here");
        }
        write_taste(after, taste);
    }
    /// As though nothing had been answered; whether the own one was changed.
    bool forget() const {
        const bool learnt = !own.empty() && fs::exists(own) && fs::exists(before) && own_is(after);
        if (learnt) write_taste(own, read_taste(before));
        fs::remove(after);
        return learnt;
    }
};

}  // namespace

void keep_choices(const fs::path& night, std::vector<ChoiceRecord> choices,
                  const std::string& taste, std::optional<std::int64_t> chosen) {
    Results results = read_results(night);
    results.choices = std::move(choices);
    for (const char* name : {"taste", "chosen_mix"}) results.attributes.erase(name);
    if (!taste.empty()) results.attributes["taste"] = taste;
    if (chosen) results.attributes["chosen_mix"] = std::to_string(*chosen);
    write_results(fs::is_directory(night) ? night / "results.h5" : night, results);
}

std::vector<fs::path> forget_listening(const fs::path& night, const fs::path& own) {
    if (!fs::exists(night / "results.h5"))
        throw InputError(night.string(), "is no night; give a night or a taste file");
    const NightLock lock(night);
    const TasteFiles files(night, own);
    std::vector<fs::path> gone;
    for (const fs::path& file : {files.after, files.before, night / "choices.jsonl"})
        if (fs::exists(file)) gone.push_back(file);
    if (files.forget()) gone.push_back(own);
    for (const fs::path& file : gone)
        if (file != own) fs::remove(file);
    keep_choices(night, {}, "", std::nullopt);
    return gone;
}

void listen(const ListeningOptions& options,
            const std::function<void(const std::string&, const fs::path&)>& opened,
            const std::function<void(const Listened&)>& closed, Progress& progress) {
    const fs::path folder =
        fs::is_directory(options.night) ? options.night : options.night.parent_path();
    const Results results = read_results(options.night);
    const NightLock lock(folder);
    const std::vector<audition::Json> events = audition::Choices(folder / "choices.jsonl").read();
    audition::Table table = audition::table_of(folder, results, offered_in(events));
    table.title = read_job(folder / "job.yaml").title;

    // What is known of the listener stays what it was when the first answer was given.
    const TasteFiles files(folder, options.taste);
    if (!fs::exists(files.before) || !answered_in(events)) {
        const fs::path known = fs::exists(files.own) ? files.own : taste_before(folder);
        write_taste(files.before, fs::exists(known) ? read_taste(known) : Taste::unknown());
    }
    OpenedNight night(folder, results, options.device, progress);
    audition::Session session(std::move(table), night, read_taste(files.before), options.best_of);
    Door door = read_door(folder / ".audition");
    audition::Server server(session, options.port, door.port, door.token);
    door.port = server.port();
    write_secret(folder / ".audition", door.token + "\n" + std::to_string(door.port) + "\n");
    const fs::path way_in = fs::absolute(folder / ".audition.html");
    write_secret(way_in, leading_to(server.address()));

    std::thread serving([&] { server.run(); });
    while (!server.running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    opened(server.address(), way_in);
    // Kept when the questions are over and whenever that changes, since terminals get closed.
    Listened listened;
    int kept = -1;  // changes
    const auto keep = [&] {
        const int changes = session.changes();
        if (changes == kept) return;
        const bool first = kept < 0;
        kept = changes;
        listened = {session.answers(), session.chosen(), session.chosen_words(), session.taste()};
        if (first && listened.answers == 0 && results.choices.empty()) return;
        progress.say("storing the choices in results.h5");
        keep_choices(options.night, session.choices(),
                     listened.answers ? listened.taste.words() : "", listened.chosen);
        if (listened.answers > 0)
            files.keep(listened.taste, progress);
        else
            files.forget();
    };
    bool stored = true;
    while (!interrupted()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        try {
            if (session.finished() || session.answers() == 0) keep();
        } catch (const std::exception& e) {  // of a full disk; choices.jsonl has every answer
            progress.warn(std::string(e.what()) + "; tried again at the end");
            stored = false;
        }
    }
    server.stop();
    serving.join();
    if (!stored) kept = -1;
    keep();
    closed(listened);
}

}  // namespace mixfarm
