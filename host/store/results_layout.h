/// What writer and reader of results.h5 agree on: names, version and the columns that are fields of
/// a row.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/store/results.h"

namespace mixfarm::layout {

inline constexpr const char* kFormat = "mixfarm-results";
inline constexpr std::int32_t kFormatVersion = 1;

/// Root attributes that are not in Results::attributes.
inline constexpr std::array<std::string_view, 3> kOwnAttributes = {"format", "format_version",
                                                                   "seed"};

using Floats = std::vector<float> Row::*;
/// Powers of a row by band: mean square re full scale, left, right, and left times right.
inline constexpr std::array<std::pair<const char*, Floats>, 3> kBandPowers = {
    {{"/metrics/left_power", &Row::left_power},
     {"/metrics/right_power", &Row::right_power},
     {"/metrics/cross_power", &Row::cross_power}}};

/// Fields of a row that are listed among the metrics; Results::metrics may name them too, with the
/// same values.
struct RowMetric {
    const char* name;
    const char* unit;
    float Row::*field;
};
inline constexpr std::array<RowMetric, 2> kRowMetrics = {
    {{"master_gain_db", "dB", &Row::master_gain_db},
     {"limiter_loss_lu", "LU", &Row::limiter_loss_lu}}};

/// Names under /metrics and /scores that no metric or term may take.
inline constexpr std::array<std::string_view, 10> kNotMetrics = {
    "id",          "band",        "stem",       "bands",  "left_power",
    "right_power", "cross_power", "stem_power", "stage0", "stage2"};
inline constexpr std::array<std::string_view, 7> kNotTerms = {
    "id", "technical", "total", "rejected", "taste", "stage0", "stage2"};

/// A text or number column of a list of records.
template <class Record>
using Text = std::pair<const char*, std::string Record::*>;

inline constexpr std::array<Text<StemRecord>, 4> kStemTexts = {{{"name", &StemRecord::name},
                                                                {"role", &StemRecord::role},
                                                                {"file", &StemRecord::file},
                                                                {"sha256", &StemRecord::sha256}}};
inline constexpr std::array<Text<ChoiceRecord>, 2> kChoiceTexts = {
    {{"answer", &ChoiceRecord::answer}, {"time", &ChoiceRecord::time}}};
inline constexpr std::array<std::pair<const char*, std::int32_t ChoiceRecord::*>, 3>
    kChoiceNumbers = {{{"question", &ChoiceRecord::question},
                       {"slot", &ChoiceRecord::slot},
                       {"repeat_of", &ChoiceRecord::repeat_of}}};
inline constexpr std::array<Text<KnobColumn>, 5> kKnobTexts = {{{"name", &KnobColumn::name},
                                                                {"unit", &KnobColumn::unit},
                                                                {"stem", &KnobColumn::stem},
                                                                {"effect", &KnobColumn::effect},
                                                                {"scale", &KnobColumn::scale}}};
inline constexpr std::array<std::pair<const char*, float KnobColumn::*>, 3> kKnobNumbers = {
    {{"low", &KnobColumn::low}, {"high", &KnobColumn::high}, {"neutral", &KnobColumn::neutral}}};

struct AuditionNumber {
    const char* name;
    const char* unit;
    float AuditionItem::*field;
};
inline constexpr std::array<AuditionNumber, 3> kAuditionNumbers = {
    {{"loudness_lufs", "LUFS", &AuditionItem::loudness_lufs},
     {"true_peak_dbtp", "dBTP", &AuditionItem::true_peak_dbtp},
     {"gain_db", "dB", &AuditionItem::gain_db}}};

}  // namespace mixfarm::layout
