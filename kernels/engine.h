/// The border between what happens to samples and what decides about them: load a song, evaluate
/// mixes, render one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/core/param.h"

namespace mixfarm {

/// Grows with every change that makes a mix of the same settings sound or measure differently.
inline constexpr int kSoundRevision = 5;

// ---- What the console can do
// -----------------------------------------------------------------------------------

/// One effect of a channel, in signal order; its parameters occupy [first, first + params.size())
/// of the channel's row.
struct EffectInfo {
    const char* name;
    std::span<const ParamSpec> params;
    int first;
    bool source;  ///< replaces its input (the reverb of a return): always acts, has no neutral
};
/// -1 when there is no such effect or parameter.
int param_index(std::span<const EffectInfo> effects, std::string_view effect,
                std::string_view param);

std::span<const EffectInfo> strip_effects();
/// Floats in one strip's row of settings.
int strip_param_count();
/// Place of a parameter in the row, -1 when there is no such effect or parameter.
int strip_param_index(std::string_view effect, std::string_view param);
/// A row with every parameter at its neutral value.
std::vector<float> neutral_strip();
/// Gain in dB of the strip's linear part (trim, filters, equaliser, fader) for a small signal at
/// `hz`.
double strip_response_db(std::span<const float> strip, double hz, double rate);
/// The same at many frequencies: [hz]. The design, which costs most, is made once.
std::vector<double> strip_response_db(std::span<const float> strip, std::span<const double> hz,
                                      double rate);

/// The channels behind the strips: five groups, the returns of the three sends, the master.
enum class Bus { drums, bass, music, vocals, effects, plate, hall, echo, master };
inline constexpr int kBuses = 9;
/// "drums", "plate", "master" ...
const char* bus_name(Bus bus);
std::span<const EffectInfo> bus_effects(Bus bus);
/// Floats of all buses together, and where a bus begins in their common row.
int bus_param_count();
int bus_first(Bus bus);
/// Place of a parameter in the common row, -1 when there is none.
int bus_param_index(Bus bus, std::string_view effect, std::string_view param);
/// The common row with every parameter at its neutral value.
std::vector<float> neutral_buses();
/// Gain in dB of a bus's linear part at `hz`, [hz]; `row` is the part of the common row that is its
/// own.
std::vector<double> bus_response_db(Bus bus, std::span<const float> row, std::span<const double> hz,
                                    double rate);

// ---- What is measured
// ------------------------------------------------------------------------------------------

struct MetricInfo {
    const char* name;  ///< as in results.h5 and `meter --json`
    const char* unit;
};
/// Every scalar the meters report, in the order of Measurement::metrics.
std::span<const MetricInfo> mix_metrics();
/// -1 when there is no such metric.
int metric_index(std::string_view name);

/// EBU Tech 3342 loudness range in LU of the K-weighted powers, summed over channels, of windows of
/// 3 s.
double loudness_range(const std::vector<double>& short_term_power);

/// Third-octave bands, IEC 61260 base-10 centres 1000 * 10^(k/10) Hz, 25 Hz to 20 kHz.
inline constexpr int kBands = 30;
double band_centre_hz(int band);

/// Zwicker's 24 critical bands: the kBarkBands + 1 edges in Hz (Zwicker 1961, "Subdivision of the
/// audible frequency range into critical bands").
inline constexpr int kBarkBands = 24;
std::span<const double> bark_edges_hz();

/// All that is kept of one rendered mix. Powers are mean squares over the measured time; full scale
/// = 1.
struct Measurement {
    bool finite = true;          ///< false when a NaN or infinity left the console
    float master_gain_db = 0;    ///< gain in front of the limiter that reached the target loudness
    float limiter_loss_lu = 0;   ///< loudness taken away by the limiter, >= 0
    std::vector<float> metrics;  ///< [mix_metrics()]; NaN where undefined
    std::array<float, kBands> left_power{}, right_power{};
    std::array<float, kBands> cross_power{};  ///< mean of L * R in the band (real part)
    std::vector<float>
        stem_power;  ///< [stems] mean of (L^2 + R^2) / 2 behind each strip and times what its group
                     ///< does to the power of all its stems, before the master
    float metric(std::string_view name) const {
        const int i = metric_index(name);
        return i < 0 ? __builtin_nanf("") : metrics[static_cast<std::size_t>(i)];
    }
};

// ---- Songs and mixes as the engine sees them
// -------------------------------------------------------------------

struct StemView {
    const float* left;       ///< [frames]
    const float* right;      ///< [frames]; equals `left` for a mono stem
    Bus group = Bus::music;  ///< one of the five groups
    int duck_key = -1;    ///< stem that a keyed compressor listens to: dry, times its trim as set,
                          ///< which automation does not move; -1 = silence
    int unmask_key = -1;  ///< stem that a keyed dynamic equaliser listens to, dry
};
/// A sound that was made once, of a stem or for it; a mix says how much of it enters the stem's
/// strip. Keys hear the stem without it.
struct LayerView {
    int stem;
    const float *left, *right;  ///< [frames of the song]
    bool instead;  ///< takes the stem's place by as much as there is of it, else it is added
};
/// Borrowed audio: the owner keeps it alive while the engine is loaded with it.
struct SongView {
    int rate = 48000;  ///< Hz, a multiple of 100 whose 10 ms hold a whole number of tiles (see
                       ///< tile_frames)
    std::int64_t frames = 0;
    std::vector<StemView> stems;
    std::vector<LayerView> layers;
    double tempo_bpm = 120;  ///< beats a minute, for what is synced to the tempo
};
/// Frames the engine handles at a time: 2.5 ms, at 44.1 kHz and its multiples 3.33 ms.
int tile_frames(int rate);

/// A knob that moves: its value follows straight lines on the knob's scale through the points, in
/// the order of time; the first and the last hold outside. A jump takes 10 ms. Toggles cannot move.
struct Automation {
    struct Point {
        double seconds;
        float value;
    };
    int knob;  ///< index into strips, or strips.size() + index into the common row of the buses
    std::vector<Point> points;
};

/// One candidate's settings in physical units.
struct MixSettings {
    std::vector<float> strips;  ///< stem-major: row s is strips[s * strip_param_count() ...]
    std::vector<float> buses;   ///< [bus_param_count()]; empty = all neutral
    std::vector<Automation> automation;
    std::vector<float> layers;  ///< [layers of the song] gain of each, 0 = without; empty: no layer
};

/// A stretch of the song to be measured. Rendering starts `warmup` frames earlier (or at 0) with
/// all states at rest.
struct Excerpt {
    std::int64_t start = 0;
    std::int64_t frames = 0;
    std::int64_t warmup = 0;
};

struct MasterTarget {
    float loudness_lufs = -14;  ///< integrated over the measured time
    float true_peak_dbtp = -1;  ///< never exceeded
};

struct StereoAudio {
    int rate = 48000;
    std::vector<float> left, right;
};

/// The machine failed, not the input and not us: out of memory on a GPU, a lost device. Work stored
/// so far is kept.
class DeviceError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct DeviceInfo {
    std::string name;         ///< "cpu", "cuda:0"
    std::string description;  ///< processor or GPU model, lanes
    int lanes = 1;            ///< candidates that run side by side in one worker
    int workers = 1;          ///< threads or multiprocessors
};

class Seer;  // kernels/proxy/seer.h
struct ForeseenSong;

/// Evaluates mixes of one song. The result of a candidate does not depend on what else is in the
/// batch, on threads, or on lane width. Not thread-safe: one caller at a time; the engine spreads
/// the batch itself.
class Engine {
public:
    virtual ~Engine() = default;
    virtual DeviceInfo info() const = 0;
    /// Candidates per batch that keep every worker busy.
    virtual int good_batch() const = 0;
    /// Borrows the song until the next load or destruction.
    virtual void load(const SongView& song) = 0;
    /// Renders and measures every mix over the given excerpts (one excerpt of the whole length =
    /// the whole song).
    virtual std::vector<Measurement> evaluate(std::span<const MixSettings> mixes,
                                              std::span<const Excerpt> excerpts,
                                              const MasterTarget& target) = 0;
    /// Renders whole mixes as audio, sample for sample what evaluate() measured over the whole
    /// song.
    virtual std::vector<StereoAudio> render(std::span<const MixSettings> mixes,
                                            const MasterTarget& target) = 0;
    /// One stem behind its strip and the master gain of `gain_db`; groups, returns and master are
    /// not in it. While these are neutral, all stems sum to the mix before the limiter.
    virtual StereoAudio render_stem(const MixSettings& mix, int stem, float gain_db) = 0;
    /// Who foretells mixes (kernels/foresight.h) on its devices; none: the processor does.
    virtual std::vector<std::unique_ptr<Seer>> seers(const ForeseenSong& song) = 0;
};

/// `threads` 0 = all cores.
std::unique_ptr<Engine> make_cpu_engine(int threads = 0);
/// Null when there is no such GPU or this build has no CUDA.
std::unique_ptr<Engine> make_cuda_engine(int device = 0);
/// Engines that share every batch by their speed; at least one. Where a device fails, the others do
/// its part of the batch; DeviceError when none is left.
std::unique_ptr<Engine> make_team(std::vector<std::unique_ptr<Engine>> engines);
/// GPUs that this build can use and the machine has; empty without CUDA.
std::vector<DeviceInfo> cuda_devices();
/// Did this build find nvcc?
bool built_with_cuda();

/// Loudness over time. Entry k is of the window that ENDS (k + 1) * hop_s after the file's start:
/// NaN before the first whole window (0.4 s and 3 s), never below -70.
struct LoudnessSeries {
    double hop_s;
    std::vector<float> momentary_lufs, short_term_lufs;
};

/// What only finished files are asked for.
struct FileDetails {
    struct Channel {
        double dc = 0;                  ///< mean of all samples, full scale = 1
        float sample_peak = 0;          ///< linear
        std::int64_t over = 0;          ///< samples over full scale, which only floats can hold
        std::int64_t clips = 0;         ///< flat tops: see FileMeter
        std::int64_t longest_clip = 0;  ///< samples of the longest of them
    };
    std::vector<Channel> channels;
    /// Digital silence inside sound: see FileMeter.
    struct Dropout {
        double start_s, seconds;
        int channel;  ///< -1 = all of them
    };
    std::vector<Dropout> dropouts;   ///< in order, the first thousand
    std::int64_t dropout_count = 0;  ///< all of them
    /// The first NaN or infinite sample; frame -1 where there is none. With one every metric, band
    /// and reading is NaN, and the other details are empty.
    struct Bad {
        std::int64_t frame = -1;
        int channel = 0;
    } first_bad;
    /// As Measurement's bands.
    std::array<float, kBarkBands> bark_left{}, bark_right{}, bark_cross{};
};

inline constexpr int kMaxFileChannels = 6;

struct FileMeterOptions {
    double series_hop_s = 0.1;   ///< to the nearest multiple of 10 ms; 0 = no series is kept
    std::vector<float> weights;  ///< [channels] in loudness; empty = by the number of channels
};

/// Measures finished audio as a file: no console, no limiter, nothing level-matched. What is held
/// does not grow with the file but for the series: above an hour loudness is counted in classes of
/// 0.001 LU (LoudnessCourse).
///
/// Channels in the order of WAV files, unless weights are given: mono; L R; L R C; L R Ls Rs;
/// L R C Ls Rs; L R C LFE Ls Rs. Surrounds count 1.41 in loudness, the LFE nothing (BS.1770-5);
/// peaks and bands take every channel as it is: in files of more than two, left and right power
/// together are the sum over channels.
///
/// Bins end at the frames nearest to multiples of 10 ms. True peak goes on into the silence behind
/// the file.
///
/// A clip is a run of at least three equal samples at the channel's sample peak, -12 dBFS or more,
/// entered or left by a jump that no smooth wave of 16 bits makes (ClipCounter). Below full scale
/// fewer than five of them are none. A dropout is a run of exact zeros of a millisecond to a second
/// (longer ones are rests) between sound: a peak of at least -60 dBFS in the millisecond on either
/// side, so that what fades out is none. One that all channels share counts once.
class FileMeter {
public:
    /// `channels` 1 to 6. Stereo metrics are NaN unless there are two; their weight is 1.
    FileMeter(int rate, int channels, const FileMeterOptions& options = {});
    ~FileMeter();
    FileMeter(FileMeter&&) noexcept;
    /// Interleaved frames, any number at a time.
    void push(const float* interleaved, std::int64_t frames);
    /// All metrics of everything pushed; nothing can be pushed afterwards.
    Measurement finish();
    /// After finish().
    const LoudnessSeries& series() const;
    /// After finish().
    const FileDetails& details() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// ---- The published audio-feature loss, by which other systems compare mixes
// ---------------------------------------

/// Features of Vanka, Steinmetz, Rolland, Reiss, Fazekas, "Diff-MST: Differentiable Mixing Style
/// Transfer", ISMIR 2024. Not what mixes are judged by in general (levels of quiet mixes are nearly
/// free in them, and time does not exist): only the nearness to a reference is modelled on them.
struct AudioFeatures {
    std::array<double, 2> rms{}, crest_db{};  ///< of left and right; RMS at least 1e-4
    double width = 0;      ///< mean square of left - right over that of left + right
    double imbalance = 0;  ///< right less left over their sum, of mean squares: -1 to 1
    /// Logarithm of the mean magnitude in triangular bands on Traunmueller's Bark scale, 20 Hz to
    /// 20 kHz: of left + right, then of left - right.
    std::array<double, 2 * kBarkBands> bark{};
};
/// Transforms of 32768 frames, Hann, every 8192, centred on their frame, the ends mirrored. Shorter
/// audio than half a transform has no mirror image: silence takes its place. Values compare at one
/// rate only, and with published ones at 44.1 kHz: the higher the rate, the fewer bins a band sums.
AudioFeatures audio_features(const StereoAudio& audio);

/// Mean squared differences, and their sum weighted by 0.1, 0.001, 1, 1 and 0.1.
struct FeatureLoss {
    double rms = 0, crest = 0, width = 0, imbalance = 0, bark = 0, total = 0;
};
FeatureLoss feature_loss(const AudioFeatures& mix, const AudioFeatures& reference);

}  // namespace mixfarm
