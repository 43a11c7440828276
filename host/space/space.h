/// Every knob of every stem with its range, prior and lock; a candidate is one value for each knob.
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/analysis/profile.h"
#include "host/song/song.h"
#include "host/space/audibility.h"
#include "host/space/make_up.h"
#include "host/space/moving.h"
#include "host/space/quantile_curve.h"
#include "kernels/engine.h"

namespace mixfarm {

/// What engineers do with a knob, for one role: 10th, 50th and 90th percentile where it is used,
/// and how often it is used.
struct Prior {
    bool searched = false;  ///< false: the knob rests at `Knob::rest`
    float use = 1;          ///< share of mixes that move this knob off its neutral value, 0..1
    float low = 0, typical = 0, high = 0;
    std::string source;  ///< tag of the source, see jobs/priors
};

struct Knob {
    int stem;  ///< index into Song::stems; -1 for a knob of a bus and for a move's strength
    /// The stem's index, or the number of stems plus that of the bus; of a move kBuses behind them.
    int channel;
    int param;           ///< index into the channel's own row
    std::string name;    ///< "vox/compressor.ratio", "bus/drums/glue.ratio", "move/build.strength"
    std::string effect;  ///< "compressor"; of a move its name
    std::string unit;
    float low, high, neutral;  ///< legal range
    Scale scale;
    Prior prior;
    bool locked = false;
    float rest;        ///< value when locked or not searched
    bool off = false;  ///< of an effect that the job keeps out of play; then also locked
};

/// Range within which the search moves a knob: the legal one, less what a search should not try
/// (engineers-practice: boosts under +7 dB, Q under 4).
float search_high(const Knob& knob, std::string_view param);

/// The first five buses are the groups of stems.
inline constexpr int kGroupBuses = 5;

/// One coordinate of the unit cube.
struct Coordinate {
    int knob;  ///< index into Space::knobs()
    /// The part of the axis, ends included, where the knob rests at its neutral value; empty where
    /// low > high. A toggle rests while it is off and is on behind rest_high.
    float rest_low, rest_high;
    bool toggle;
    int gate;  ///< the coordinate without which this one does nothing; -1 where there is none
};

/// Coordinates that move together: what an engineer means by a word. A step t adds t times its
/// weight to each; t = 1 is a clear change, t = -1 its opposite. A coordinate that rests may go on
/// resting (Coordinate).
struct MacroKnob {
    /// "level"; "tone" (dark to bright); "presence" (bells at 2 to 5 kHz); "low end"; "dynamics"
    /// (more compressed); "drive"; "space" (wetter; of a return longer); "width" (wider, panned
    /// further out).
    std::string name;
    int channel;                              ///< as Knob::channel
    std::vector<std::pair<int, float>> pull;  ///< coordinate and weight
};

/// The search space of one song. All [knobs] vectors are in the order of knobs(): every strip's
/// row, stem by stem, then the rows of the buses, then the moves' strengths.
class Space {
public:
    /// Reads jobs/priors/<role>.yaml (or default.yaml) and jobs/priors/buses.yaml. Throws
    /// InputError for a bad prior file and for a lock, an automation or an effect switched off that
    /// is unknown or out of range.
    Space(const Job& job, const Song& song, const Profile& profile,
          const std::filesystem::path& priors_folder, std::vector<Move> moves = {});

    const std::vector<Knob>& knobs() const { return knobs_; }
    /// Knobs that the search may move, as indices into knobs().
    const std::vector<int>& searched() const { return searched_; }
    /// What a search may want to know of each coordinate, [searched].
    const std::vector<Coordinate>& axes() const { return axes_; }
    /// Of every stem and bus those that move anything.
    const std::vector<MacroKnob>& directions() const { return directions_; }
    /// What the job draws over time, in every candidate.
    const std::vector<Automation>& automation() const { return automation_; }

    /// A point of the unit cube [searched] -> physical values [knobs]. 0.5 everywhere is the
    /// typical engineer's mix. Monotone in each coordinate on the knob's scale; 0.1 / 0.5 / 0.9 hit
    /// the prior's percentiles of the used range (see QuantileCurve for knobs that are not always
    /// used). Faders of stems that would drown are raised, and so are thresholds at which a stem's
    /// compressor would take more than engineers let it take. Make-up gains, unless locked, are no
    /// coordinates of their own: they follow the compressor so that a stem or group keeps its
    /// loudness (MakeUp); so does the master's trim, which brings the sum of all faders to the
    /// level that its compressor expects.
    std::vector<float> values(std::span<const float> unit) const;
    /// The same, into `values` [knobs], without what follows from compressors: their thresholds
    /// are as drawn, their make-up gains and the master's trim rest. Costs microseconds.
    void sketch(std::span<const float> unit, std::span<float> values) const;
    /// The point of the unit cube whose values come nearest to these, but for what values() adds.
    std::vector<float> unit_of(std::span<const float> values) const;
    MixSettings settings(std::span<const float> values) const;
    /// The same with every knob that moves standing where it stands on average: for glances that
    /// follow no automation. Changes `values`.
    MixSettings settled(std::span<float> values) const;
    /// What can be made in this song; the last of knobs() are their strengths.
    const std::vector<Move>& moves() const { return moving_.moves(); }
    /// Knob of a move's strength.
    std::size_t strength_knob(std::size_t move) const { return first_move_ + move; }

    /// Candidate 0: every stem at equal loudness (trim), nothing else; locks hold.
    std::vector<float> static_balance() const;
    /// Candidate 1: the rule-based technical mix: typical settings of every role, shaped by what
    /// the profile heard.
    std::vector<float> rule_based() const;
    /// Mean over the played stems of how far the settings lie from what engineers do: 0 = typical,
    /// 1 = at the 10th/90th percentile on average. In prior quantiles, used knobs only: one that
    /// rests at neutral, or that has nothing to act on (a bell's frequency at 0 dB, a release at
    /// ratio 1), does not count. What all faders share does not count either.
    double prior_distance(std::span<const float> values) const;

private:
    void add_strips(const Job& job, const Song& song, const Profile& profile,
                    const std::filesystem::path& priors_folder);
    void add_buses(const Job& job, const Song& song, const Profile& profile,
                   const std::filesystem::path& priors_folder, std::span<const Move> moves);
    void add_moves(std::vector<Move> moves, const Profile& profile);
    void add_curves();
    void find_followers();
    MixSettings rows(std::span<const float> values) const;
    int gate_of(std::size_t k) const;
    /// `value` within the range of knob k, unless that is locked.
    void set(std::span<float> values, std::size_t k, double value) const;
    /// Faders of stems that would drown.
    void raise(std::span<float> values) const;
    /// What follows from compressors.
    void follow(std::span<float> values) const;
    void set_master_trim(std::span<float> values) const;
    /// Does the job draw knob k over time?
    bool moves(std::size_t k) const;
    /// `value`, or the highest point of knob k where it moves.
    double loudest(std::size_t k, float value) const;
    /// `value`, or the mean of the points of knob k where it moves.
    double average(std::size_t k, float value) const;
    std::size_t bus_knob(Bus bus, const char* effect, const char* param) const;

    /// Of a compressor, as indices into knobs().
    struct CompressorKnobs {
        std::size_t threshold, ratio, knee, attack, release, sidechain, rms, makeup, keyed;
    };
    CompressorKnobs compressor_at(std::span<const EffectInfo> effects, const char* effect,
                                  std::size_t first) const;
    Compression compression(const CompressorKnobs& at, std::span<const float> values) const;

    /// What decides whether a coordinate counts in prior_distance.
    struct Counted {
        std::size_t knob, gate, axis;  ///< a knob without a gate is its own
        float neutral, gate_neutral;   ///< NaN where it does not matter
        int channel;
        bool fader;
    };

    std::vector<Knob> knobs_;
    std::vector<float> rest_;  ///< [knobs]
    std::vector<int> searched_;
    std::vector<Coordinate> axes_;  ///< [searched]
    std::vector<MacroKnob> directions_;
    std::vector<QuantileCurve> curves_;                 ///< [searched]
    std::vector<Counted> counted_;                      ///< [searched] but toggles
    double typical_fader_ = 0;                          ///< mean of the searched ones, dB
    std::size_t beats_ = 0, master_trim_ = 0;           ///< knobs; the master's begin with it
    std::vector<std::size_t> faders_, group_faders_;    ///< [stems], [groups] knobs
    std::vector<CompressorKnobs> compressors_;          ///< [stems]
    std::vector<std::array<CompressorKnobs, 2>> glue_;  ///< [groups] glue and parallel
    std::vector<int> gates_;    ///< [knobs] knob without which this one does nothing, or -1
    std::vector<bool> silent_;  ///< [stems]
    std::vector<Bus> group_;    ///< [stems]
    std::vector<float> level_;  ///< [stems] LUFS behind the trim: kStemLufs unless the job locks it
    Audibility audibility_;
    std::vector<MakeUp> make_up_;        ///< [stems]
    std::vector<MakeUp> group_make_up_;  ///< [groups]
    std::vector<float> group_lufs_;      ///< [groups] level while it plays, faders typical
    std::vector<int> group_size_;        ///< [groups] stems that sound
    std::vector<float> rule_based_;      ///< [knobs]
    std::vector<Automation> automation_;
    std::size_t first_move_ = 0;  ///< knob
    Moving moving_;
    std::vector<std::pair<std::size_t, float>> drawn_means_;  ///< knobs that the job draws
};

/// What sets this mix apart from a reference mix, most telling first, from settings and
/// measurements, e.g. {"vocal +1.8 dB", "darker top (-2.1 dB above 7 kHz)", "bass compressed
/// 4.0:1"}; at most `count` entries; never two about the same thing; empty when nothing differs.
std::vector<std::string> describe(const Space& space, const Song& song,
                                  std::span<const float> values, const Measurement& measured,
                                  std::span<const float> reference_values,
                                  const Measurement& reference_measured, int count);

}  // namespace mixfarm
