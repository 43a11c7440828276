/// The results of a night on disk: crash-safe parts while it runs, results.h5 when it is done; the
/// only room that knows HDF5.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/moves/move.h"

namespace mixfarm {

/// One candidate heard by the exact chain.
struct Row {
    std::uint64_t id = 0;
    std::uint8_t stage = 0;  ///< 2 = excerpts, 3 = whole song
    std::string origin;      ///< "static_balance", "rule_based", or the sampler that made it
    std::int64_t parent_a = -1, parent_b = -1;
    std::vector<float> values;  ///< [knobs]
    std::vector<float> unit;    ///< [searched knobs] its point of the cube; empty for a baseline
    /// What was foretold of it: [2 terms] at first glance (level 0), then at a closer look (1), and
    /// [metric names] at first glance; [2] the technical scores that were guessed from it and from
    /// what had been heard before. Empty for a baseline.
    std::vector<float> foretold_terms, foretold_metrics, guessed;
    bool finite = true;
    float master_gain_db = 0;  ///< listed among the metrics as master_gain_db
    float limiter_loss_lu = 0;
    std::vector<float> metrics;                               ///< [metric names]
    std::vector<float> left_power, right_power, cross_power;  ///< [bands]
    std::vector<float> stem_power;                            ///< [stems]
};

/// Every candidate that was looked at, heard or not: short rows in columns, since a night has
/// millions. Knob values follow from the seed and what was heard before (see Scouting).
struct TriedTable {
    std::vector<std::string> origins;  ///< what `origin` counts in
    std::vector<std::uint64_t> id;     ///< ascending
    std::vector<std::uint8_t> level;  ///< highest level reached: 0 foretold, 1 with its dynamics, 2
                                      ///< excerpts, 3 whole song
    std::vector<std::uint8_t> origin;
    std::vector<std::int64_t> parents;  ///< [n x 2], -1 = none
    std::vector<float> score;           ///< technical score at that level; 0 = rejected
    std::vector<float> descriptors;     ///< [n x descriptors], NaN where unknown
    std::size_t size() const { return id.size(); }
    void add(std::uint64_t id_, std::uint8_t level_, const std::string& origin_,
             std::int64_t parent_a, std::int64_t parent_b, double score_,
             const std::vector<float>& character);
    /// Row `at` got to a higher level, and this is what it is there.
    void reach(std::size_t at, std::uint8_t level_, double score_,
               const std::vector<float>& character);
    void append(const TriedTable& more);
};

/// What one batch of work produced; written once, never changed.
struct Part {
    std::string plan_hash;  ///< sha256 of everything that decides the plan; parts of another plan
                            ///< are refused
    std::uint32_t generation = 0;
    std::uint8_t stage = 0;
    std::uint64_t first =
        0;  ///< index of its first candidate within the generation's list of this stage
    double seconds = 0;          ///< wall time of the batch
    std::uint64_t sampled = 0;   ///< of a stage 0 part: rows at its end that were drawn plainly
    std::uint64_t closer = 0;    ///< of a stage 0 part: how many were looked at more closely
    std::uint64_t followed = 0;  ///< of these, at once, without a first glance
    double closer_seconds = 0;   ///< wall time of that
    std::vector<Row> rows;
    TriedTable
        tried;  ///< of a stage 0 part: all that was looked at; `rows` are those worth hearing
};

/// The crash-safe pieces of a running night: one HDF5 file a batch under NIGHT/parts, published by
/// rename.
class PartStore {
public:
    /// Creates the folder when missing; removes temporary files of a killed writer.
    explicit PartStore(std::filesystem::path folder);
    /// Temporary name, close, fsync, rename, fsync of the folder. Throws std::system_error when the
    /// disk is full (nothing lost).
    void publish(const Part& part);
    /// Every part that verifies (checksums, complete = 1, plan hash), in order of (generation,
    /// stage, first). A torn or foreign file is renamed to *.bad and reported in `warnings`; an
    /// intact part of another plan throws InputError naming NIGHT.
    std::vector<Part> load(const std::string& plan_hash, std::vector<std::string>& warnings) const;
    bool empty() const;

private:
    std::filesystem::path folder_;
};

struct KnobColumn {
    std::string name, unit, stem, effect, scale;
    float low = 0, high = 0, neutral = 0;
};
struct StemRecord {
    std::string name, role, file, sha256;
    std::int32_t channels = 0, rate = 0;
    std::int64_t frames = 0;
};
struct SectionRecord {
    std::string name;
    double start_s = 0, end_s = 0;
};
/// One point of a knob that moves in every candidate, which is drawn in the job.
struct DrawnPoint {
    std::string knob;  ///< name of its column
    double at_s = 0;
    float value = 0;  ///< in the knob's unit
};
struct FunnelLevel {
    std::int32_t level = 0;  ///< 0, 1, 2, 3
    std::uint64_t candidates = 0;
    double seconds = 0;  ///< summed wall time of its batches
    double spearman =
        0;  ///< rank correlation of the technical score with the level above; NaN for the top
    double recall_top5 = 0;  ///< share of the top 5 % of the level above that this level's own top
                             ///< 5 % names; NaN for the top
    double promoted = 0;     ///< share of its candidates that the level above got; NaN for the top
    double recall_promoted = 0;  ///< share of the top 5 % of the level above that a promotion of
                                 ///< so many by this level's score keeps; NaN for the top
};

/// A move that a pick makes.
struct MadeMove {
    std::uint64_t id = 0;   ///< of the pick
    std::int32_t move = 0;  ///< index into Results::moves
    float strength = 0;
    float technical_without = 0;  ///< technical score of the same mix, whole, without this move
};

/// An axis of the archive.
struct DescriptorAxis {
    std::string name, unit;
    float low = 0, high = 0;
};
/// The best mix heard of every kind: cells of the archive, [C].
struct ArchiveRecord {
    std::vector<float> middles;       ///< [C x descriptors]
    std::vector<std::int64_t> elite;  ///< id, -1 = empty
    std::vector<float> score;         ///< technical, NaN where empty
};

/// What is there to be listened to in the morning, one file of NIGHT/picks each.
struct AuditionItem {
    std::string name;                             ///< "pick 3", "static balance", "rough mix"
    std::string file;                             ///< relative to NIGHT, with slashes
    std::int64_t id = -1;                         ///< of the mix; -1: it is none of the night's
    float loudness_lufs = 0, true_peak_dbtp = 0;  ///< of the file
    /// Of the file against what it was made from: the rough mix is brought to the loudness of the
    /// picks by this alone. Of mixes the gain in front of the limiter.
    float gain_db = 0;
};

/// One mix of an answered question of the audition.
struct ChoiceRecord {
    std::int32_t question = 0, slot = 0;  ///< numbers from 1 and from 0
    std::int64_t mix = -1;                ///< id; -1: the rough mix
    std::uint8_t chosen = 0;              ///< 1: it was the best
    float heard_s = 0;
    std::int32_t repeat_of = 0;  ///< question of the same mixes that was asked before; 0: none
    std::string answer;          ///< of the question: "best", "cannot_tell", "none_good"
    std::string time;            ///< UTC, ISO 8601, when it was answered
};

/// Everything of results.h5 (DESIGN section 6, schemas/results.md). N rows, K knobs, B bands, S
/// stems, M metrics, T terms, P picks.
struct Results {
    std::map<std::string, std::string>
        attributes;  ///< job_yaml, job_sha256, engine, device, version, created_utc, ...
    std::uint64_t seed = 0;
    std::vector<StemRecord> stems;
    std::vector<SectionRecord> sections;
    std::vector<KnobColumn> knobs;
    std::vector<DrawnPoint> automation;  ///< knob by knob, in the order of time
    std::vector<Move> moves;  ///< that can be made in this song; not `use`, `most` and `boundaries`
    std::vector<MadeMove> made;  ///< pick by pick
    std::vector<std::pair<std::string, std::string>>
        metrics;  ///< name, unit ("1" = a plain number); /metrics/<name>
    std::vector<double> band_centres_hz;
    std::vector<std::string> terms;
    std::vector<Row> rows;  ///< by id
    std::vector<std::vector<float>>
        stage2_metrics;  ///< [N][M]: what stage 2 thought; NaN rows where it was skipped
    std::vector<std::vector<float>> scores;  ///< [N][T]
    std::vector<float> technical;            ///< [N]
    std::vector<float> taste;  ///< [N] what the listener's taste adds to it; empty: none is known
    std::vector<float> stage2_technical;  ///< [N], NaN where skipped
    std::vector<std::uint8_t> rejected;   ///< [N]
    std::vector<std::int32_t> pareto;     ///< [N]
    std::vector<std::uint64_t> order, picks;
    std::vector<std::string> words;  ///< [P], one text a pick
    /// [P] what a wild card trades technical score for, "darkest, widest"; empty for other picks.
    std::vector<std::string> wild_cards;
    std::vector<AuditionItem> audition;  ///< the picks, then what they are compared with
    std::vector<ChoiceRecord> choices;   ///< what was answered, question by question
    std::vector<FunnelLevel> funnel;
    std::vector<DescriptorAxis> descriptors;
    TriedTable tried;
    ArchiveRecord archive;
    std::vector<std::vector<float>>
        stage0_metrics;                   ///< [N][M]: what level 0 foretold; NaN rows for baselines
    std::vector<float> stage0_technical;  ///< [N], NaN for baselines

    /// What orders row i: the technical score and, where it is known, the taste.
    float total(std::size_t i) const { return technical[i] + (taste.empty() ? 0 : taste[i]); }
    /// How many candidates were looked at; those heard are `rows`.
    std::size_t looked_at() const { return tried.size() > 0 ? tried.size() : rows.size(); }
    /// Null where the night had no such level.
    const FunnelLevel* level(int number) const {
        for (const FunnelLevel& l : funnel)
            if (l.level == number) return &l;
        return nullptr;
    }
};

/// A real copy, written to a temporary name and published by rename. Throws std::system_error when
/// the disk is full.
void write_results(const std::filesystem::path& file, const Results& results);
/// Throws InputError naming the file: missing, not HDF5, torn, not a mixfarm file, of a newer
/// format version. `path` is a night's folder or the file itself.
Results read_results(const std::filesystem::path& path);

/// Hex SHA-256 of a text.
std::string sha256_hex(const std::string& text);

}  // namespace mixfarm
