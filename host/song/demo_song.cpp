/// The built-in demo song: renders every part, sets recording levels, plants honest mixing
/// problems, writes stems and job.
#include <sndfile.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>

#include <array>
#include <fstream>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "host/song/demo_parts.h"
#include "host/song/demo_score.h"
#include "host/song/song.h"

namespace mixfarm {
namespace {

using demo::Track;

/// One stem of the demo: how it was recorded, and what is wrong with it.
struct Part {
    const char* name;
    Role role;
    Intent intent;
    Place place;
    double level_db;  ///< active RMS at which it would sit about right in a rough balance, dBFS
    double fault_db;  ///< how far the recording is off that level
    const char* note;
};

constexpr std::array<Part, 14> kParts{{
    {"kick", Role::kick, Intent::normal, Place::centre, -22, 0, "round, on the bass's own notes"},
    {"snare", Role::snare, Intent::normal, Place::centre, -24, 0, "with ghost notes"},
    {"hats", Role::hi_hat, Intent::normal, Place::free, -36, 13, "recorded far too loud"},
    {"toms", Role::tom, Intent::normal, Place::free, -24, 0, "fills only, silent in between"},
    {"percussion", Role::percussion, Intent::background, Place::free, -37, 0,
     "shaker, tambourine, congas"},
    {"overheads", Role::overhead, Intent::normal, Place::free, -33, 0,
     "the kit from above, crashes"},
    {"bass", Role::synth_bass, Intent::normal, Place::centre, -23, 0, "masks the kick"},
    {"guitar", Role::acoustic_guitar, Intent::normal, Place::free, -30, 0,
     "two takes, boxy around 400 Hz"},
    {"keys", Role::keys, Intent::normal, Place::free, -30, 0, "electric piano, harsh around 3 kHz"},
    {"pad", Role::pad, Intent::background, Place::free, -33, 0, "silent in the first verse"},
    {"synth_lead", Role::synth_lead, Intent::normal, Place::free, -30, -15,
     "begins with the first chorus, 15 dB too quiet"},
    {"lead_vocal", Role::lead_vocal, Intent::lead, Place::centre, -25, -12,
     "far too low, rumble below 50 Hz"},
    {"backing_vocals", Role::backing_vocal, Intent::background, Place::free, -32, 0,
     "four voices, choruses only"},
    {"risers", Role::fx, Intent::background, Place::free, -31, 0, "ends before the song does"},
}};

constexpr std::size_t kHats = 2, kSynthLead = 10, kRisers = 13;
static_assert(kParts[kHats].role == Role::hi_hat && kParts[kSynthLead].role == Role::synth_lead &&
              kParts[kRisers].role == Role::fx);

constexpr int kSynthFirstBar = 12;  ///< its file begins there, with a start offset in the job
constexpr int kRisersLastBar = 22;  ///< its file ends there

/// RMS over the 100 ms blocks that lie within 40 dB of the loudest one.
double active_rms(const Track& track) {
    constexpr std::size_t kStretch = demo::kRate / 10;
    std::vector<double> power;
    for (std::size_t start = 0; start < track.left.size(); start += kStretch) {
        const std::size_t end = std::min(start + kStretch, track.left.size());
        double sum = 0;
        for (std::size_t i = start; i < end; ++i) {
            const double l = track.left[i], r = track.right.empty() ? l : track.right[i];
            sum += 0.5 * (l * l + r * r);
        }
        power.push_back(sum / static_cast<double>(end - start));
    }
    const double loudest = *std::max_element(power.begin(), power.end());
    double sum = 0;
    int count = 0;
    for (const double p : power) {
        if (p > loudest * 1e-4) sum += p, ++count;
    }
    return std::sqrt(sum / std::max(count, 1));
}

void add_rumble(std::vector<float>& x, double rms) {
    demo::Noise noise(777);
    demo::Filter low(34, 1.1), lower(38, 0.8), high(16, 0.8);
    constexpr double kBandGain = 22;  // the band is narrow: brings its RMS near one
    for (float& v : x)
        v = static_cast<float>(v + rms * kBandGain * high.high(lower.low(low.low(noise()))));
}

std::array<Track, kParts.size()> play_all() {
    std::array<Track, kParts.size()> t;
    tbb::parallel_invoke([&] { t[0] = demo::play_kick(); }, [&] { t[1] = demo::play_snare(); },
                         [&] { t[2] = demo::play_hats(); }, [&] { t[3] = demo::play_toms(); },
                         [&] { t[4] = demo::play_percussion(); });
    tbb::parallel_invoke([&] { t[12] = demo::sing_backing(); }, [&] { t[9] = demo::play_pad(); },
                         [&] { t[7] = demo::play_guitar(); }, [&] { t[8] = demo::play_keys(); },
                         [&] { t[11] = demo::sing_lead(); },
                         [&] { t[5] = demo::play_overheads(t[0], t[1], t[2], t[3]); },
                         [&] { t[6] = demo::play_bass(); },
                         [&] { t[10] = demo::play_synth_lead(); },
                         [&] { t[13] = demo::play_effects(); });
    return t;
}

/// The tonal faults; levels come after them.
void plant_tone(Role role, Track& track) {
    for (std::vector<float>* side : {&track.left, &track.right}) {
        if (role == Role::acoustic_guitar) demo::add_bell(*side, 400, 2.0, 12);
        if (role == Role::keys) demo::add_bell(*side, 3000, 1.8, 13);
    }
}

void set_level(const Part& part, Track& track) {
    const double factor = demo::gain(part.level_db + part.fault_db) / active_rms(track);
    for (std::vector<float>* side : {&track.left, &track.right}) {
        for (float& v : *side) v = static_cast<float>(v * factor);
    }
}

void write_flac(const std::filesystem::path& file, const Track& track, std::size_t first,
                std::size_t end) {
    SF_INFO info{};
    info.samplerate = demo::kRate;
    info.channels = track.right.empty() ? 1 : 2;
    info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_24;
    const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> out(sf_open(file.c_str(), SFM_WRITE, &info),
                                                          sf_close);
    if (!out)
        throw std::runtime_error(file.string() + ": cannot be written (" + sf_strerror(nullptr) +
                                 ")");
    double compression = 0.25;  // quick; the files are read once
    sf_command(out.get(), SFC_SET_COMPRESSION_LEVEL, &compression, sizeof compression);
    std::vector<int> block;
    const auto quantise =
        [](float v) {  // to 24 bits, at the top of an int; silence stays silence, so no dither
            return static_cast<int>(std::nearbyint(std::clamp(v, -1.0f, 0.99999988f) * 8388608.0)) *
                   256;
        };
    for (std::size_t start = first; start < end; start += 65536) {
        const std::size_t stop = std::min(start + 65536, end);
        block.clear();
        for (std::size_t i = start; i < stop; ++i) {
            block.push_back(quantise(track.left[i]));
            if (info.channels == 2) block.push_back(quantise(track.right[i]));
        }
        const auto frames = static_cast<sf_count_t>(stop - start);
        if (sf_writef_int(out.get(), block.data(), frames) != frames) {
            throw std::runtime_error(file.string() + ": cannot be written (" +
                                     sf_strerror(out.get()) + "); is the disk full?");
        }
    }
}

}  // namespace

std::filesystem::path write_demo_song(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    auto tracks = play_all();
    constexpr auto kBar = static_cast<std::size_t>(4 * demo::kBeat);
    tbb::parallel_for(std::size_t{0}, kParts.size(), [&](std::size_t i) {
        const Part& part = kParts[i];
        plant_tone(part.role, tracks[i]);
        set_level(part, tracks[i]);
        if (part.role == Role::lead_vocal)
            add_rumble(tracks[i].left, demo::gain(part.level_db + part.fault_db - 5));
        const std::size_t first = i == kSynthLead ? kSynthFirstBar * kBar : 0;
        const std::size_t end = i == kRisers ? kRisersLastBar * kBar : tracks[i].left.size();
        write_flac(folder / (std::string(part.name) + ".flac"), tracks[i], first, end);
        tracks[i] = {};
    });

    Job job;
    job.title = "mixfarm demo";
    job.tempo_bpm = demo::kTempo_bpm;
    job.search = {.seed = 1, .candidates = 1000, .time_s = 0, .picks = 12};
    for (const demo::SectionPlan& section : demo::kForm) {
        job.sections.push_back({std::string(section.name),
                                static_cast<double>(section.first_bar) * kBar / demo::kRate});
    }
    std::vector<std::string> notes;
    for (std::size_t i = 0; i < kParts.size(); ++i) {
        StemJob stem;
        stem.file = std::string(kParts[i].name) + ".flac";
        stem.name = kParts[i].name;
        stem.role = role_name(kParts[i].role);
        stem.intent = kParts[i].intent;
        stem.place = kParts[i].place;
        if (i == kSynthLead)
            stem.start_s = static_cast<double>(kSynthFirstBar) * kBar / demo::kRate;
        job.stems.push_back(std::move(stem));
        notes.emplace_back(kParts[i].note);
    }
    const std::filesystem::path path = folder / "job.yaml";
    std::ofstream out(path, std::ios::binary);
    out << write_job(job, notes);
    if (!out.flush())
        throw std::runtime_error(path.string() + ": cannot be written; is the disk full?");
    return path;
}

}  // namespace mixfarm
