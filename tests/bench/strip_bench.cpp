/// The channel strip against ffmpeg's filters: same samples, same core, alternating, after a null
/// test of the equaliser.
#include <sndfile.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <numbers>

#include "kernels/core/random.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/lane_group.h"
#include "tests/bench/bound.h"
#include "tests/bench/counted.h"  // in front of what uses its operators
#include "tests/bench/rows.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;

constexpr int kStems = 24, kRate = 48000;
constexpr double kBandHz[6] = {80, 250, 700, 2000, 5000, 10000};
constexpr double kBandDb[6] = {3, -4, 2.5, 3, -2, 4};
constexpr double kQ = 0.9;
struct Audio {
    std::vector<std::vector<float>> left, right;
};

/// Stems of decaying noise bursts over a slow swell: something for detectors to follow.
Audio make_stems(int frames) {
    Audio audio;
    for (int s = 0; s < kStems; ++s) {
        RandomStream random(7, static_cast<std::uint64_t>(s));
        std::vector<float> l(static_cast<std::size_t>(frames)), r = l;
        double envelope = 0, low_l = 0, low_r = 0;
        for (int n = 0; n < frames; ++n) {
            if (n % (kRate / (2 + s % 5)) == 0) envelope = 0.9;
            envelope *= 1 - 6.0 / kRate;
            low_l += 0.3 * (2 * random.next() - 1 - low_l);
            low_r += 0.3 * (2 * random.next() - 1 - low_r);
            const double swell = 0.6 + 0.4 * std::sin(2 * std::numbers::pi * 0.2 * n / kRate);
            l[static_cast<std::size_t>(n)] = static_cast<float>(envelope * swell * low_l);
            r[static_cast<std::size_t>(n)] =
                static_cast<float>(envelope * swell * (0.5 * low_l + 0.5 * low_r));
        }
        audio.left.push_back(std::move(l));
        audio.right.push_back(std::move(r));
    }
    return audio;
}

void write_wav(const fs::path& file, const std::vector<float>& left,
               const std::vector<float>& right) {
    SF_INFO info{};
    info.samplerate = kRate, info.channels = 2, info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    SNDFILE* out = sf_open(file.c_str(), SFM_WRITE, &info);
    std::vector<float> both(2 * left.size());
    for (std::size_t n = 0; n < left.size(); ++n) both[2 * n] = left[n], both[2 * n + 1] = right[n];
    sf_writef_float(out, both.data(), static_cast<sf_count_t>(left.size()));
    sf_close(out);
}

std::vector<float> read_wav(const fs::path& file) {
    SF_INFO info{};
    SNDFILE* in = sf_open(file.c_str(), SFM_READ, &info);
    std::vector<float> both(static_cast<std::size_t>(info.frames * info.channels));
    sf_readf_float(in, both.data(), info.frames);
    sf_close(in);
    return both;
}

/// Runs ffmpeg on this core and returns its processor seconds.
double ffmpeg(const fs::path& in, const std::string& filters,
              const std::vector<std::string>& output) {
    std::vector<std::string> words = {
        "ffmpeg",          "-v", "error", "-nostdin",  "-y",  "-threads", "1",
        "-filter_threads", "1",  "-i",    in.string(), "-af", filters};
    words.insert(words.end(), output.begin(), output.end());
    std::vector<char*> argv;
    for (std::string& w : words) argv.push_back(w.data());
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        execvp("ffmpeg", argv.data());
        _exit(127);
    }
    int status = 0;
    rusage used{};
    wait4(child, &status, 0, &used);
    if (status != 0) {
        std::fprintf(stderr, "ffmpeg failed; is it installed?\n");
        std::exit(1);
    }
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::string equaliser_filters() {
    std::string text;
    for (int b = 0; b < 6; ++b) {
        char one[120];
        std::snprintf(one, sizeof one, "%sequalizer=f=%g:t=q:w=%g:g=%g:precision=f32", b ? "," : "",
                      kBandHz[b], kQ, kBandDb[b]);
        text += one;
    }
    return text;
}

/// Our own bells as ffmpeg's plain recursion in double precision: our design differs from the
/// cookbook's near Nyquist, so only equal coefficients can null.
std::string same_coefficients() {
    std::string text;
    for (int b = 0; b < 6; ++b) {
        const BiquadCoefs<float> c = design::bell(kBandHz[b], kBandDb[b], kQ, kRate);
        const double b0 = c.b0, d1 = c.d1, d2 = c.d2, c1 = c.c1, c2 = c.c2;
        char one[320];
        std::snprintf(one, sizeof one,
                      "%sbiquad=b0=%.17g:b1=%.17g:b2=%.17g:a0=1:a1=%.17g:a2=%.17g:precision=f64",
                      b ? "," : "", b0, d1 - 2 * b0, b0 - d1 + d2, c1 - 2, 1 - c1 + c2);
        text += one;
    }
    return text;
}

void set(std::vector<float>& row, const char* effect, const char* param, double value) {
    row[static_cast<std::size_t>(strip_param_index(effect, param))] = static_cast<float>(value);
}

std::vector<float> equaliser_row() {
    std::vector<float> row = neutral_strip();
    const char* bands[6] = {"low", "bell1", "bell2", "bell3", "bell4", "high"};
    for (int b = 0; b < 6; ++b) {
        const std::string band = bands[b];
        set(row, "equalizer", (band + "_hz").c_str(), kBandHz[b]);
        set(row, "equalizer", (band + "_db").c_str(), kBandDb[b]);
        set(row, "equalizer", (band + "_q").c_str(), kQ);
    }
    set(row, "equalizer", "low_bell", 1);
    set(row, "equalizer", "high_bell", 1);
    return row;
}

std::vector<float> strip_row(RandomStream& random) {
    std::vector<float> row = equaliser_row();
    set(row, "compressor", "threshold_db", -20 - 4 * random.next());
    set(row, "compressor", "ratio", 2 + 4 * random.next());
    set(row, "compressor", "attack_ms", 10);
    set(row, "compressor", "release_ms", 100);
    set(row, "saturator", "drive_db", 6 * random.next());
    set(row, "saturator", "mix", 1);
    set(row, "pan", "position", 2 * random.next() - 1);
    set(row, "fader", "fader_db", -6 * random.next());
    return row;
}

/// Difference of our equaliser and ffmpeg's on the same stem, dB re the equalised signal.
double null_db(const LoadedSong& song, const fs::path& folder) {
    MixSettings mix;
    for (int s = 0; s < kStems; ++s) {
        const std::vector<float> row = equaliser_row();
        mix.strips.insert(mix.strips.end(), row.begin(), row.end());
    }
    const auto frames = static_cast<std::size_t>(song.view.frames);
    StereoAudio ours{kRate, std::vector<float>(frames), std::vector<float>(frames)};
    std::make_unique<LaneGroup<float>>(song, std::span(&mix, 1))->strip_audio(0, ours);
    const fs::path out = folder / "equalised.wav";
    ffmpeg(folder / "stem0.wav", same_coefficients(), {"-c:a", "pcm_f32le", out.string()});
    const std::vector<float> theirs = read_wav(out);
    double difference = 0, power = 0;
    for (std::size_t n = 0; n < frames; ++n) {
        const double dl = double(ours.left[n]) - theirs[2 * n],
                     dr = double(ours.right[n]) - theirs[2 * n + 1];
        difference += dl * dl + dr * dr;
        power += double(ours.left[n]) * ours.left[n] + double(ours.right[n]) * ours.right[n];
    }
    return 10 * std::log10(difference / power);
}

double median(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    return x[x.size() / 2];
}

void measure(const bench::Words&, bench::Json& rows) {
    const int seconds = 20, rounds = 5, frames = seconds * kRate;
    bench::stay_on_this_core();
    const FlushDenormals flush;

    const fs::path folder =
        fs::temp_directory_path() / ("mixfarm-bench-" + std::to_string(getpid()));
    fs::create_directories(folder);
    const Audio audio = make_stems(frames);
    SongView view{kRate, frames, {}};
    for (std::size_t s = 0; s < kStems; ++s) {
        view.stems.push_back({audio.left[s].data(), audio.right[s].data()});
        write_wav(folder / ("stem" + std::to_string(s) + ".wav"), audio.left[s], audio.right[s]);
    }
    const LoadedSong song(view);
    const double null = null_db(song, folder);

    constexpr int kLanes = lane_count<CpuLanes>;
    std::vector<MixSettings> mixes(kLanes);
    RandomStream random(3, 0);
    for (MixSettings& mix : mixes) {
        for (int s = 0; s < kStems; ++s) {
            const std::vector<float> row = strip_row(random);
            mix.strips.insert(mix.strips.end(), row.begin(), row.end());
        }
    }
    const std::string dynamics =
        equaliser_filters() + ",acompressor=threshold=0.1:ratio=4:attack=10:release=100";
    // Our saturator is oversampled four times, so ffmpeg's is too; its plain one is told as well.
    const std::string chain = dynamics + ",asoftclip=type=tanh:oversample=4",
                      plain_chain = dynamics + ",asoftclip=type=tanh";
    std::vector<double> ours, theirs, theirs_plain, ratios, plain_ratios, peaks;
    auto group = std::make_unique<LaneGroup<CpuLanes>>(song, mixes);
    float keep = 0;
    for (int round = 0; round < rounds; ++round) {
        const double begun = bench::thread_seconds();
        keep += lane(group->mix_energy(), 0);
        ours.push_back((bench::thread_seconds() - begun) / kLanes);
        double filtered = 0, filtered_plain = 0, nothing = 0;
        for (int s = 0; s < kStems; ++s) {
            const fs::path stem = folder / ("stem" + std::to_string(s) + ".wav");
            filtered += ffmpeg(stem, chain, {"-f", "null", "-"});
            filtered_plain += ffmpeg(stem, plain_chain, {"-f", "null", "-"});
            nothing += ffmpeg(stem, "anull", {"-f", "null", "-"});
        }
        // Decoding and starting the program are not held against it.
        theirs.push_back(filtered - nothing);
        theirs_plain.push_back(filtered_plain - nothing);
        ratios.push_back(theirs.back() / ours.back());
        plain_ratios.push_back(theirs_plain.back() / ours.back());
        peaks.push_back(bench::fma_peak_flops());
    }
    fs::remove_all(folder);
    const double per_frame = median(ours) / (double(kStems) * frames);
    auto counting = std::make_unique<LaneGroup<Counted>>(song, std::span(mixes).first(1));
    Counted::operations = 0;
    counting->mix_energy();
    const double operations = static_cast<double>(Counted::operations) / (double(kStems) * frames);
    const double share = operations / per_frame / median(peaks);
    const auto in_full = [&](const std::vector<double>& x) {
        return std::to_string(median(x) * 1e3 * 180 / seconds) + " ms of filtering";
    };
    const char* unit = "ms per mix of 24 stereo stems, 180 s, one core";
    rows.push_back(bench::row(
        "strip_vs_ffmpeg", median(ours) * 1e3 * 180 / seconds, unit,
        "ffmpeg equalizer x6 (f32), acompressor, asoftclip=tanh:oversample=4: " + in_full(theirs),
        median(ratios), share));
    rows.push_back(bench::row(
        "strip_vs_ffmpeg_aliasing", median(ours) * 1e3 * 180 / seconds, unit,
        "the same with asoftclip=tanh as it comes, aliases and all: " + in_full(theirs_plain),
        median(plain_ratios), share));
    rows.push_back(bench::row("eq_null_db", null, "dB",
                              "ffmpeg biquad x6 (f64) with our coefficients, same stem", nullptr,
                              nullptr));
    rows.push_back(bench::row("fma_peak", median(peaks) / 1e9, "GFLOP/s, one core",
                              "the bound of this run", nullptr, 1.0));
    if (keep == 12345.f) std::fputs("", stderr);
}

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, measure);
}
