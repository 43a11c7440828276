/// Decoding and rendering behind the audition.
#include "host/audition/shelf.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "host/render/audio_file.h"
#include "host/song/decode.h"

namespace mixfarm::audition {

namespace {

/// Its file is one of those that auditions make.
bool of_audition(const Mix& mix) {
    return mix.file.parent_path().filename() == "audition";
}

}  // namespace

Shelf::Shelf(const Table& table, Renderer render)
    : table_(table), render_(std::move(render)), ready_(table.mixes.size()) {
    for (std::size_t i = 0; i < table_.mixes.size(); ++i) {
        ready_[i] = std::filesystem::exists(table_.mixes[i].file);
        rendered_ += ready_[i] && of_audition(table_.mixes[i]);
    }
    worker_ = std::thread([this] { work(); });
}

Shelf::~Shelf() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    worker_.join();
}

std::vector<bool> Shelf::ready() const {
    const std::lock_guard lock(mutex_);
    return ready_;
}

std::shared_ptr<const Sound> Shelf::sound(std::size_t mix) const {
    const std::lock_guard lock(mutex_);
    const auto at = sounds_.find(mix);
    return at == sounds_.end() ? nullptr : at->second;
}

void Shelf::want(std::vector<std::size_t> mixes) {
    {
        const std::lock_guard lock(mutex_);
        for (const std::size_t mix : mixes) {
            std::erase(used_, mix);
            used_.push_back(mix);
        }
        wanted_ = std::move(mixes);
    }
    changed_.notify_all();
}

void Shelf::expect(std::vector<std::size_t> mixes) {
    {
        const std::lock_guard lock(mutex_);
        expected_ = std::move(mixes);
    }
    changed_.notify_all();
}

void Shelf::render_soon(std::vector<std::size_t> mixes, bool urgent) {
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(mixes, [&](std::size_t mix) {
            return ready_[mix] || broken_.count(mix) > 0 ||
                   std::find(rendering_.begin(), rendering_.end(), mix) != rendering_.end();
        });
        if (mixes.empty()) return;
        if (!urgent && (urgent_ || rendered_ >= kMostRendered)) return;
        to_render_ = std::move(mixes);
        urgent_ = urgent && !to_render_.empty();
    }
    changed_.notify_all();
}

bool Shelf::broken(const std::vector<std::size_t>& mixes) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(mixes.begin(), mixes.end(),
                       [&](std::size_t mix) { return broken_.count(mix) > 0; });
}

std::string Shelf::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

std::ptrdiff_t Shelf::missing(const std::vector<std::size_t>& mixes) const {
    for (const std::size_t mix : mixes)
        if (ready_[mix] && !sounds_.count(mix)) return static_cast<std::ptrdiff_t>(mix);
    return -1;
}

void Shelf::work() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        std::vector<std::size_t> loads;
        for (const std::size_t mix : wanted_)
            if (ready_[mix] && !sounds_.count(mix)) loads.push_back(mix);
        if (loads.empty() && !urgent_)
            if (const std::ptrdiff_t soon = missing(expected_); soon >= 0)
                loads.push_back(static_cast<std::size_t>(soon));
        if (!loads.empty()) {
            lock.unlock();
            tbb::parallel_for(std::size_t{0}, loads.size(), [&](std::size_t i) { load(loads[i]); });
            lock.lock();
            make_room();
        } else if (!to_render_.empty()) {
            rendering_ = std::exchange(to_render_, {});
            urgent_ = false;
            lock.unlock();
            render(rendering_);
            lock.lock();
            rendering_.clear();
        } else {
            changed_.wait(lock);
        }
    }
}

void Shelf::load(std::size_t mix) {
    std::shared_ptr<const Sound> sound;
    std::string trouble;
    try {
        DecodedFile file = decode_file(table_.mixes[mix].file);
        StereoAudio audio;
        audio.rate = file.rate;
        audio.left = std::move(file.left);
        audio.right = file.right.empty() ? audio.left : std::move(file.right);
        if (audio.rate != table_.rate ||
            static_cast<std::int64_t>(audio.left.size()) != table_.frames)
            trouble =
                table_.mixes[mix].file.string() + " is not as long as the night's other mixes";
        else
            sound = std::make_shared<const Sound>(sound_of(audio));
    } catch (const std::exception& e) {
        trouble = e.what();
    }
    const std::lock_guard lock(mutex_);
    if (sound) {
        sounds_[mix] = std::move(sound);
        std::erase(used_, mix);
        used_.push_back(mix);
    } else {
        ready_[mix] = false;
        // What was rendered here, and torn by a power cut, is made once more.
        std::error_code none;
        if (of_audition(table_.mixes[mix]) && made_again_.insert(mix).second) {
            std::filesystem::remove(table_.mixes[mix].file, none);
            return;
        }
        broken_.insert(mix);
        trouble_ = trouble;
    }
}

void Shelf::render(const std::vector<std::size_t>& mixes) {
    std::string trouble;
    try {
        std::vector<std::uint64_t> ids;
        for (const std::size_t mix : mixes)
            ids.push_back(static_cast<std::uint64_t>(table_.mixes[mix].id));
        const std::vector<StereoAudio> audio = render_(ids);
        for (std::size_t i = 0; i < mixes.size(); ++i) {
            const Mix& mix = table_.mixes[mixes[i]];
            std::filesystem::create_directories(mix.file.parent_path());
            write_audio(mix.file, audio[i], AudioFormat::flac, BitDepth::b24,
                        {table_.title + " - " + mix.name, "rendered for the audition"});
            const std::lock_guard lock(mutex_);
            ready_[mixes[i]] = true;
            ++rendered_;
        }
    } catch (const std::exception& e) {
        trouble = e.what();
    }
    const std::lock_guard lock(mutex_);
    for (const std::size_t mix : mixes)
        if (!ready_[mix]) broken_.insert(mix);
    if (!trouble.empty()) trouble_ = trouble;
}

void Shelf::make_room() {
    std::size_t bytes = 0;
    for (const auto& [mix, sound] : sounds_) bytes += sound->bytes();
    for (std::size_t i = 0;
         i < used_.size() && sounds_.size() > kFewestKept && bytes > kKeptBytes;) {
        const std::size_t mix = used_[i];
        const bool needed = std::find(wanted_.begin(), wanted_.end(), mix) != wanted_.end();
        const auto at = sounds_.find(mix);
        if (needed || at == sounds_.end()) {
            ++i;
            continue;
        }
        bytes -= at->second->bytes();
        sounds_.erase(at);
        used_.erase(used_.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

}  // namespace mixfarm::audition
