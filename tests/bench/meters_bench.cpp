/// The meters against their peers on the same samples: those of the candidates against libebur128,
/// `mixfarm meter` on a file against ffmpeg's ebur128; one core, alternating.
#include <ebur128.h>
#include <sched.h>
#include <sndfile.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "kernels/cpu/denormals.h"
#include "kernels/cpu/lane_group.h"
#include "tests/bench/bound.h"
#include "tests/bench/counted.h"  // in front of what uses its operators
#include "tests/support/small_song.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kRate = 48000, kLanes = lane_count<CpuLanes>, kTile = 120;

/// Candidates as a night has them: mixes of one song, limited, at the target loudness.
std::vector<StereoAudio> candidates(int seconds) {
    std::vector<signals::Stereo> stems;
    SongView view{kRate, std::int64_t{seconds} * kRate, {}};
    for (std::uint64_t s = 0; s < 4; ++s) stems.push_back(signals::music(seconds, kRate, s));
    for (const signals::Stereo& stem : stems)
        view.stems.push_back({stem.left.data(), stem.right.data()});
    std::vector<MixSettings> mixes;
    signals::Random random(5);
    for (int i = 0; i < kLanes; ++i) {
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

Json row(const char* name, double value, const char* unit, const std::string& against, Json ratio,
         Json share) {
    return {{"name", name},       {"value", value}, {"unit", unit},
            {"against", against}, {"ratio", ratio}, {"share_of_bound", share}};
}

/// The candidates' meters a lane, and how far the two are apart.
void against_libebur128(const std::vector<StereoAudio>& mixes, double peak_flops, Json& rows) {
    const std::vector<CpuLanes> left = woven<CpuLanes>(mixes, false),
                                right = woven<CpuLanes>(mixes, true);
    const int tiles = static_cast<int>(left.size()) / kTile;
    std::vector<std::vector<float>> interleaved;
    for (const StereoAudio& mix : mixes)
        interleaved.push_back(signals::interleaved(mix.left, mix.right));
    std::vector<double> ours, theirs, ratios, all;
    double lufs_off = 0, range_off = 0, peak_off = 0;
    for (int round = 0; round < 7; ++round) {
        double begun = bench::thread_seconds();
        const auto meter = std::make_unique<Meter<CpuLanes>>();
        meter->run(left.data(), right.data(), tiles);
        std::vector<std::vector<float>> readings;
        for (int i = 0; i < kLanes; ++i) readings.push_back(meter->finish(i));
        ours.push_back((bench::thread_seconds() - begun) / kLanes);
        begun = bench::thread_seconds();
        std::vector<Reading> others;
        for (const auto& x : interleaved) others.push_back(libebur128(x));
        theirs.push_back((bench::thread_seconds() - begun) / kLanes);
        ratios.push_back(theirs.back() / ours.back());
        begun = bench::thread_seconds();
        meters::Setup setup = meters::setup(kRate);
        const auto state = std::make_unique<meters::State<CpuLanes>>();
        *state = {};
        for (int t = 0; t < tiles; ++t)
            meters::run(setup, *state, left.data() + t * kTile, right.data() + t * kTile, kTile);
        CpuLanes sums[meters::kSums];
        meters::end_bin(*state, sums);
        all.push_back((bench::thread_seconds() - begun) / kLanes);
        for (std::size_t i = 0; i < readings.size(); ++i) {
            const auto metric = [&](const char* name) {
                return double(readings[i][static_cast<std::size_t>(metric_index(name))]);
            };
            const auto widen = [](double& worst, double a, double b) {
                worst = std::max(worst, std::fabs(a - b));
            };
            widen(lufs_off, metric("integrated_lufs"), others[i].lufs);
            widen(range_off, metric("loudness_range_lu"), others[i].range);
            widen(peak_off, metric("true_peak_dbtp"), others[i].peak_db);
        }
    }
    auto counting = std::make_unique<Meter<Counted>>();
    Counted::operations = 0;
    counting->run(woven<Counted>(mixes, false).data(), woven<Counted>(mixes, true).data(), tiles);
    const double seconds = static_cast<double>(left.size()) / kRate, minutes = 3 * 60 / seconds;
    char text[300];
    std::snprintf(
        text, sizeof text,
        "libebur128, the same modes: %.1f ms; readings within %.4f LU, range %.3f LU, true "
        "peak %.3f dB",
        1e3 * minutes * median(theirs), lufs_off, range_off, peak_off);
    rows.push_back(row("meters_vs_libebur128", 1e3 * minutes * median(ours),
                       "ms a candidate of 180 s, stereo, one core: integrated, range, true peak",
                       text, median(ratios),
                       static_cast<double>(Counted::operations) / median(ours) / peak_flops));
    rows.push_back(row("meters_all", 1e3 * minutes * median(all),
                       "ms a candidate of 180 s: every meter of the lanes", text,
                       median(theirs) / median(all), nullptr));
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
    const double minutes = 180.0 * kRate / (kTimes * static_cast<double>(mix.left.size()));
    rows.push_back(row(
        "meter_file_vs_ffmpeg", 1e3 * minutes * median(ours),
        "ms a file of 180 s, stereo, 24 bits: every meter, bands, series",
        "ffmpeg -af ebur128=peak=true: " + std::to_string(1e3 * minutes * median(theirs)) + " ms",
        median(ratios), nullptr));
}

}  // namespace

int main(int argc, char** argv) {
    const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    const FlushDenormals flush;
    const double peak = bench::fma_peak_flops();
    const std::vector<StereoAudio> mixes = candidates(12);
    Json rows = Json::array();
    against_libebur128(mixes, peak, rows);
    against_ffmpeg(mixes[0], rows);
    rows.push_back(
        row("fma_peak", peak / 1e9, "GFLOP/s, one core", "the bound of this run", nullptr, 1.0));
    if (json) {
        std::cout << Json{{"rows", rows}}.dump(2) << "\n";
    } else {
        std::printf("%d lanes\n", kLanes);
        for (const Json& r : rows)
            std::printf("%-22s %s\n", r["name"].get<std::string>().c_str(), r.dump().c_str());
    }
    return 0;
}
