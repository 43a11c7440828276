/// Setting up for a job.
#include "host/studio.h"

#include <spdlog/fmt/fmt.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <bit>

#include "host/job/input_error.h"
#include "host/moves/plan_moves.h"
#include "host/render/level_match.h"
#include "host/space/wiring.h"
#include "host/store/results.h"
#include "kernels/core/random.h"

namespace mixfarm {

namespace {

/// 1 of "cuda:1".
int gpu_number(const std::string& name) {
    return std::stoi(name.substr(5, 6));
}

}  // namespace

std::unique_ptr<Engine> open_engine(const std::string& device, int threads) {
    if (device == "cpu") return make_cpu_engine(threads);
    if (device == "auto" || device == "cuda" || device == "all") {
        std::vector<std::unique_ptr<Engine>> engines;
        for (const DeviceInfo& gpu : cuda_devices())
            engines.push_back(make_cuda_engine(gpu_number(gpu.name)));
        if (device == "all" || (device == "auto" && engines.empty())) {
            // A GPU keeps a core busy with what it is fed.
            if (!engines.empty() && threads == 0)
                threads = std::max(
                    1, make_cpu_engine()->info().workers - static_cast<int>(engines.size()));
            engines.push_back(make_cpu_engine(threads));
        }
        if (!engines.empty()) return make_team(std::move(engines));
    }
    if (device == "cuda" || (device.rfind("cuda:", 0) == 0 && device.size() > 5 &&
                             device.find_first_not_of("0123456789", 5) == std::string::npos)) {
        if (device != "cuda")
            if (auto engine = make_cuda_engine(gpu_number(device))) return engine;
        throw InputError("--device", built_with_cuda()
                                         ? "there is no GPU '" + device +
                                               "' here; see `mixfarm devices`, or use --device cpu"
                                         : "this mixfarm was built without CUDA; use --device cpu");
    }
    throw InputError("--device",
                     "'" + device + "' is not a device; use auto, cpu, cuda, cuda:1 or all");
}

namespace {

template <class Work>
auto said(Progress& progress, const std::string& what, Work work) {
    progress.say(what);
    return work();
}

/// One gating block of ITU-R BS.1770 is the least that has a loudness, and loudness is what mixes
/// are matched by.
Song load_for_mixing(const Job& job) {
    Song song = load_song(job);
    constexpr double kShortest = 0.4;
    if (song.seconds() < kShortest) {
        throw InputError(
            job.stems.front().file.string(),
            fmt::format("and the stems beside it end after {:.2f} s; a mix needs at least {} s",
                        song.seconds(), kShortest));
    }
    return song;
}

}  // namespace

std::vector<LayerSound> layers_of(const Space& space, Progress& progress) {
    std::vector<const MoveLayer*> wanted;
    for (const Move& move : space.moves())
        for (const MoveLayer& layer : move.layers) wanted.push_back(&layer);
    std::vector<LayerSound> sounds(wanted.size());
    if (wanted.empty()) return sounds;
    progress.say(fmt::format("making {} for moves", wanted.size() == 1
                                                        ? "one sound"
                                                        : fmt::format("{} sounds", wanted.size())));
    tbb::parallel_for(std::size_t{0}, wanted.size(),
                      [&](std::size_t i) { sounds[i] = wanted[i]->make(); });
    return sounds;
}

namespace {

/// The job's listener, if they are to be listened to, around what is usual in this song: the
/// rule-based mix and plain draws.
Liking liking_of_job(const Studio& studio, Progress& progress) {
    const Taste taste = read_taste(studio.job.folder / studio.job.taste);
    progress.say(fmt::format("taste: {}; {}", taste.words(), taste.trial()));
    if (!taste.trusted()) return {};
    constexpr std::uint64_t kDraws = 31, kSeed = 0x7a57e;
    std::vector<std::vector<float>> values = {studio.space.rule_based()};
    for (std::uint64_t d = 0; d < kDraws; ++d) {
        const RandomStream random(kSeed, d);
        std::vector<float> unit(studio.space.searched().size());
        for (std::size_t k = 0; k < unit.size(); ++k)
            unit[k] = static_cast<float>(random.uniform(k));
        values.push_back(studio.space.values(unit));
    }
    std::vector<MixSettings> mixes;
    for (const std::vector<float>& v : values) mixes.push_back(studio.space.settings(v));
    const std::vector<Measurement> measured =
        studio.engine->evaluate(mixes, studio.profile.telling, studio.target);
    std::vector<std::vector<float>> places;
    for (std::size_t i = 0; i < mixes.size(); ++i)
        places.push_back(taste_place(
            measured[i], studio.judge.stem_metrics(measured[i], mixes[i],
                                                   studio.space.prior_distance(values[i]), 2)));
    return Liking(taste, middle_of(places));
}

}  // namespace

Studio::Studio(Job given, const std::string& device, int threads, Progress& progress)
    : job(std::move(given)),
      song(said(progress,
                fmt::format("loading {} {} of \"{}\"", job.stems.size(),
                            job.stems.size() == 1 ? "stem" : "stems", job.title),
                [&] { return load_for_mixing(job); })),
      profile(said(progress, fmt::format("analysing {:.0f} s at {} Hz", song.seconds(), song.rate),
                   [&] { return analyze(song); })),
      form(said(progress, "looking for beats and sections",
                [&] { return settle_form(song, profile); })),
      references(read_references(job, song, profile.telling)),
      style(toward(read_style(job.style, data_folder() / "jobs" / "styles"), references)),
      aim(toward(job.target, references)),
      space(job, song, profile, data_folder() / "jobs" / "priors",
            plan_moves(job, song, profile, form, &left_out)),
      layers(layers_of(space, progress)),
      judge(song, profile, style, aim, job.weights),
      engine(open_engine(device, threads)),
      target{static_cast<float>(aim.loudness_lufs), static_cast<float>(aim.true_peak_dbtp)} {
    for (const std::string& words : left_out) progress.warn(words);
    SongView view = wired_view(song, profile);
    std::size_t layer = 0;
    for (const Move& move : space.moves())
        for (const MoveLayer& own : move.layers) {
            const LayerSound& sound = layers[layer++];
            view.layers.push_back({own.stem, sound.left.data(), sound.right.data(), own.instead});
        }
    engine->load(view);
    // Nobody shall find out in the morning that it is no audio.
    if (!job.rough_mix.empty())
        read_rough_mix(job.folder / job.rough_mix, song.rate, song.frames, target);
    if (!job.taste.empty()) liking = liking_of_job(*this, progress);
}

namespace {

/// Other samples give another number.
std::uint64_t bits_of(const std::vector<float>& samples) {
    std::uint64_t sum = samples.size();
    for (const float x : samples) sum = mix_bits(sum ^ std::bit_cast<std::uint32_t>(x));
    return sum;
}

}  // namespace

std::string Studio::plan_hash() const {
    // Numbers in full precision.
    std::string text = fmt::format(
        "plan 4 mixfarm {} sound {} seed {} candidates {} time {} target {} {} style {}\n",
        MIXFARM_VERSION, kSoundRevision, job.search.seed, job.search.candidates, job.search.time_s,
        aim.loudness_lufs, aim.true_peak_dbtp, style.name);
    for (int b = 0; b < kBands; ++b)
        text += fmt::format("{} {} ", style.tone_db[static_cast<std::size_t>(b)],
                            style.tone_tolerance_db[static_cast<std::size_t>(b)]);
    text += fmt::format("{} {} {} {} {} {} {} {}\n", style.plr_low_db, style.plr_high_db,
                        style.lra_low_lu, style.lra_high_lu, style.lead_low_lu, style.lead_high_lu,
                        style.width_low, style.width_high);
    for (const Reference& r : references)
        if (r.amount.mix > 0) text += fmt::format("model {}\n", r.sha256);
    for (const Model& model : style.models) text += fmt::format("amount {}\n", model.amount);
    for (const auto& [term, weight] : job.weights)
        text += fmt::format("weight {} {}\n", term, weight);
    if (!job.taste.empty())
        text += fmt::format("taste {}\n", taste_text(read_taste(job.folder / job.taste)));
    for (const Stem& s : song.stems)
        text += fmt::format("stem {} {} {} {}\n", s.name, s.sha256, s.start_s,
                            static_cast<int>(s.intent));
    for (const StemView& s : wired_view(song, profile).stems)
        text += fmt::format("wired {} {} {}\n", bus_name(s.group), s.duck_key, s.unmask_key);
    text += fmt::format("tempo {}\n", song.tempo_bpm);
    for (const Automation& a : space.automation()) {
        text += fmt::format("automation {}", a.knob);
        for (const Automation::Point& p : a.points)
            text += fmt::format(" {} {}", p.seconds, p.value);
        text += "\n";
    }
    for (const Move& move : space.moves()) {
        text += fmt::format("move {} {} {}", move.name, move.most, move.locked);
        for (const Move::Place& p : move.places)
            text += fmt::format(" {} {} {}", p.start_s, p.end_s, p.name);
        for (const int boundary : move.boundaries) text += fmt::format(" at {}", boundary);
        for (const MoveLane& lane : move.lanes) {
            text += fmt::format(" {} {} {} {} {} {} {}", lane.channel, lane.effect, lane.param,
                                static_cast<int>(lane.law), lane.amounts.least,
                                lane.amounts.typical, lane.amounts.most);
            for (const Automation::Point& p : lane.shape)
                text += fmt::format(" {} {}", p.seconds, p.value);
        }
        for (const MoveLayer& layer : move.layers)
            text += fmt::format(" {} {} {} {} {} {} {} {}", layer.stem, layer.what, layer.instead,
                                layer.above, layer.upto, layer.level_db.least,
                                layer.level_db.typical, layer.level_db.most);
        text += "\n";
    }
    for (const LayerSound& sound : layers)
        text += fmt::format("sound {} {}\n", bits_of(sound.left), bits_of(sound.right));
    for (const Knob& k : space.knobs()) {
        text +=
            fmt::format("{} {} {} {} {} {} {} {} {} {}\n", k.name, k.low, k.high, k.neutral, k.rest,
                        k.prior.searched, k.prior.use, k.prior.low, k.prior.typical, k.prior.high);
    }
    for (const Excerpt& e : profile.telling)
        text += fmt::format("excerpt {} {} {}\n", e.start, e.frames, e.warmup);
    return sha256_hex(text);
}

}  // namespace mixfarm
