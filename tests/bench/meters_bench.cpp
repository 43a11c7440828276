/// The meters against their peers on the same samples: those of the candidates against libebur128,
/// `mixfarm meter` on a file against ffmpeg's ebur128; one core, alternating.
#include <ebur128.h>
#include <sndfile.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "kernels/cpu/denormals.h"
#include "kernels/cpu/lane_group.h"
#include "tests/bench/bound.h"
#include "tests/bench/counted.h"  // in front of what uses its operators
#include "tests/bench/rows.h"
#include "tests/support/small_song.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using bench::Json;
using bench::row;

constexpr int kRate = 48000, kTile = 120;
constexpr int kMixes = 16;

/// Candidates as a night has them: mixes of one song, limited, at the target loudness.
std::vector<StereoAudio> candidates(int seconds) {
    std::vector<signals::Stereo> stems;
    SongView view{kRate, std::int64_t{seconds} * kRate, {}};
    for (std::uint64_t s = 0; s < 4; ++s) stems.push_back(signals::music(seconds, kRate, s));
    for (const signals::Stereo& stem : stems)
        view.stems.push_back({stem.left.data(), stem.right.data()});
    std::vector<MixSettings> mixes;
    signals::Random random(5);
    for (int i = 0; i < kMixes; ++i) {
        MixSettings mix = neutral_mix(stems.size());
        for (std::size_t s = 0; s < stems.size(); ++s)
            mix.strips[s * static_cast<std::size_t>(strip_param_count()) +
                       static_cast<std::size_t>(strip_param_index("fader", "fader_db"))] =
                static_cast<float>(-12 * random.unit());
        mixes.push_back(mix);
    }
    const auto engine = make_cpu_engine(1);
    engine->load(view);
    return engine->render(mixes, MasterTarget{});
}

/// Integrated loudness, range and true peak of all lanes.
template <class F>
struct Meter {
    meters::Setup setup = meters::setup(kRate);
    Loudness::State<F> loudness{};
    TruePeak::State<F> peak{};
    std::vector<F> sums;  ///< [bin][Loudness::kSums + TruePeak::kSums]

    void run(const F* left, const F* right, int tiles) {
        constexpr int kSums = Loudness::kSums + TruePeak::kSums;
        for (int t = 0; t < tiles; ++t) {
            Loudness::run(setup.loudness, loudness, left + t * kTile, right + t * kTile, kTile);
            TruePeak::run(setup.true_peak, peak, left + t * kTile, right + t * kTile, kTile);
            if ((t + 1) % 4 != 0) continue;
            sums.resize(sums.size() + kSums);
            Loudness::end_bin(loudness, sums.data() + sums.size() - kSums);
            TruePeak::end_bin(peak, sums.data() + sums.size() - TruePeak::kSums);
        }
    }
    std::vector<float> finish(int lane_index) const {
        constexpr int kSums = Loudness::kSums + TruePeak::kSums;
        MeterRecord record;
        record.rate = kRate;
        record.sums_per_bin = kSums;
        for (const F& sum : sums) record.bins.push_back(lane(sum, lane_index));
        const int bins = record.bin_count();
        record.stretches = {{bins, bins}};
        record.frames = std::int64_t{bins} * kRate / 100;
        std::vector<float> row(static_cast<std::size_t>(meters::kMetrics));
        Loudness::finish(record, 0, row.data(), 0);
        TruePeak::finish(record, Loudness::kSums, row.data(), std::size(Loudness::kMetrics));
        return row;
    }
};

template <class F>
std::vector<F> woven(const std::vector<StereoAudio>& mixes, bool right) {
    std::vector<F> x(mixes[0].left.size());
    for (std::size_t n = 0; n < x.size(); ++n)
        for (int i = 0; i < lane_count<F>; ++i) {
            const StereoAudio& mix = mixes[static_cast<std::size_t>(i)];
            set_lane(x[n], i, (right ? mix.right : mix.left)[n]);
        }
    return x;
}

struct Reading {
    double lufs, range, peak_db;
};

Reading libebur128(const std::vector<float>& interleaved) {
    ebur128_state* state =
        ebur128_init(2, kRate, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);
    const std::size_t frames = interleaved.size() / 2, block = kRate / 10;
    for (std::size_t at = 0; at < frames; at += block)
        ebur128_add_frames_float(state, interleaved.data() + 2 * at, std::min(block, frames - at));
    Reading r{};
    ebur128_loudness_global(state, &r.lufs);
    ebur128_loudness_range(state, &r.range);
    double left = 0, right = 0;
    ebur128_true_peak(state, 0, &left);
    ebur128_true_peak(state, 1, &right);
    r.peak_db = 20 * std::log10(std::max(left, right));
    ebur128_destroy(&state);
    return r;
}

/// Runs a program on this core, its output thrown away, and returns its processor seconds.
double seconds_of(std::vector<std::string> words) {
    std::vector<char*> argv;
    for (std::string& w : words) argv.push_back(w.data());
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        if (!std::freopen("/dev/null", "w", stdout) || !std::freopen("/dev/null", "w", stderr))
            _exit(127);
        execvp(argv[0], argv.data());
        _exit(127);
    }
    int status = 0;
    rusage used{};
    wait4(child, &status, 0, &used);
    if (status != 0) {
        std::fprintf(stderr, "%s failed; is it there?\n", words[0].c_str());
        std::exit(1);
    }
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double median(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    return x[x.size() / 2];
}

std::vector<Reading> libebur128(const std::vector<std::vector<float>>& interleaved) {
    std::vector<Reading> readings;
    for (const std::vector<float>& x : interleaved) readings.push_back(libebur128(x));
    return readings;
}

/// How far two sets of readings are apart at most.
std::string apart(const std::vector<std::vector<float>>& ours, const std::vector<Reading>& theirs) {
    double lufs = 0, range = 0, peak = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const auto off = [&](const char* name, double other) {
            return std::fabs(ours[i][static_cast<std::size_t>(metric_index(name))] - other);
        };
        lufs = std::max(lufs, off("integrated_lufs", theirs[i].lufs));
        range = std::max(range, off("loudness_range_lu", theirs[i].range));
        peak = std::max(peak, off("true_peak_dbtp", theirs[i].peak_db));
    }
    char text[120];
    std::snprintf(text, sizeof text, "readings within %.4f LU, range %.3f LU, true peak %.3f dB",
                  lufs, range, peak);
    return text;
}

/// The candidates' meters in registers of F against libebur128, candidate by candidate.
template <class F>
Json against_libebur128(const char* name, const std::vector<StereoAudio>& all, double peak_flops) {
    const std::vector<StereoAudio> mixes(all.begin(), all.begin() + lane_count<F>);
    const std::vector<F> left = woven<F>(mixes, false), right = woven<F>(mixes, true);
    const int tiles = static_cast<int>(left.size()) / kTile;
    std::vector<std::vector<float>> interleaved;
    for (const StereoAudio& mix : mixes)
        interleaved.push_back(signals::interleaved(mix.left, mix.right));
    std::vector<double> ours, theirs, ratios;
    std::string agreement;
    for (int round = 0; round < 7; ++round) {
        double begun = bench::thread_seconds();
        const auto meter = std::make_unique<Meter<F>>();
        meter->run(left.data(), right.data(), tiles);
        std::vector<std::vector<float>> readings;
        for (int i = 0; i < lane_count<F>; ++i) readings.push_back(meter->finish(i));
        ours.push_back((bench::thread_seconds() - begun) / lane_count<F>);
        begun = bench::thread_seconds();
        const std::vector<Reading> others = libebur128(interleaved);
        theirs.push_back((bench::thread_seconds() - begun) / lane_count<F>);
        ratios.push_back(theirs.back() / ours.back());
        agreement = apart(readings, others);
    }
    auto counting = std::make_unique<Meter<Counted>>();
    Counted::operations = 0;
    counting->run(woven<Counted>(mixes, false).data(), woven<Counted>(mixes, true).data(), tiles);
    const double in_full = 1e3 * 180 * kRate / static_cast<double>(left.size());
    const std::string unit = "ms a candidate of 180 s, stereo, one core, " +
                             std::to_string(lane_count<F>) + " lanes: integrated, range, true peak";
    return row(name, in_full * median(ours), unit,
               "libebur128, the same modes: " + std::to_string(in_full * median(theirs)) + " ms; " +
                   agreement,
               median(ratios),
               static_cast<double>(Counted::operations) / median(ours) / peak_flops);
}

void against_ffmpeg(const StereoAudio& mix, Json& rows) {
    const fs::path file =
        fs::temp_directory_path() / ("mixfarm-bench-" + std::to_string(getpid()) + ".wav");
    SF_INFO info{};
    info.samplerate = kRate, info.channels = 2, info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_24;
    SNDFILE* out = sf_open(file.c_str(), SFM_WRITE, &info);
    const std::vector<float> x = signals::interleaved(mix.left, mix.right);
    constexpr int kTimes = 6;
    for (int i = 0; i < kTimes; ++i)
        sf_writef_float(out, x.data(), static_cast<sf_count_t>(mix.left.size()));
    sf_close(out);
    std::vector<double> ours, theirs, ratios;
    for (int round = 0; round < 5; ++round) {
        ours.push_back(seconds_of({MIXFARM_BINARY, "meter", file.string(), "--json"}));
        theirs.push_back(
            seconds_of({"ffmpeg", "-nostdin", "-threads", "1", "-filter_threads", "1", "-i",
                        file.string(), "-af", "ebur128=peak=true", "-f", "null", "-"}));
        ratios.push_back(theirs.back() / ours.back());
    }
    fs::remove(file);
    const double in_full = 180.0 * kRate / (kTimes * static_cast<double>(mix.left.size()));
    rows.push_back(row(
        "meter_file_vs_ffmpeg", 1e3 * in_full * median(ours),
        "ms a file of 180 s, stereo, 24 bits: every meter, bands, series",
        "ffmpeg -af ebur128=peak=true: " + std::to_string(1e3 * in_full * median(theirs)) + " ms",
        median(ratios), nullptr));
}

void measure(const bench::Words&, Json& rows) {
    bench::stay_on_this_core();
    const FlushDenormals flush;
    const double peak = bench::fma_peak_flops();
    const std::vector<StereoAudio> mixes = candidates(12);
    rows.push_back(against_libebur128<f8>("meters_vs_libebur128", mixes, peak));
    if constexpr (lane_count < CpuLanes >> lane_count<f8>)
        rows.push_back(against_libebur128<CpuLanes>("meters_vs_libebur128_wide", mixes, peak));
    against_ffmpeg(mixes[0], rows);
    rows.push_back(
        row("fma_peak", peak / 1e9, "GFLOP/s, one core", "the bound of this run", nullptr, 1.0));
}

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, measure);
}
