/// Moves as columns of results.h5, and back.
#pragma once

#include <array>
#include <utility>

#include "host/store/results.h"

namespace mixfarm::layout {

struct MoveRow {
    std::string name, family, reason;
};
struct PlaceRow {
    std::int32_t move = 0;  ///< as numbered by its axis: from 1
    std::string name;
    double start_s = 0, end_s = 0;
};
struct LaneRow {
    std::int32_t move = 0, channel = 0;
    std::string effect, param, law, what;
    float least = 0, typical = 0, most = 0;
};
struct LayerRow {
    std::int32_t move = 0, stem = 0, instead = 0;
    std::string what;
    float above = 0, upto = 0, least = 0, typical = 0, most = 0;
};
struct ShapeRow {
    std::int32_t lane = 0;
    double at_s = 0;
    float share = 0;
};
struct MoveColumns {
    std::vector<MoveRow> moves;
    std::vector<PlaceRow> places;
    std::vector<LaneRow> lanes;
    std::vector<ShapeRow> shape;
    std::vector<LayerRow> layers;
};

inline constexpr std::array<std::pair<const char*, std::string MoveRow::*>, 3> kMoveTexts = {
    {{"name", &MoveRow::name}, {"family", &MoveRow::family}, {"reason", &MoveRow::reason}}};
inline constexpr std::array<std::pair<const char*, std::string LaneRow::*>, 4> kLaneTexts = {
    {{"lane_effect", &LaneRow::effect},
     {"lane_param", &LaneRow::param},
     {"lane_law", &LaneRow::law},
     {"lane_what", &LaneRow::what}}};
inline constexpr std::array<std::pair<const char*, std::int32_t LaneRow::*>, 2> kLaneWholes = {
    {{"lane_move", &LaneRow::move}, {"lane_channel", &LaneRow::channel}}};
inline constexpr std::array<std::pair<const char*, float LaneRow::*>, 3> kLaneAmounts = {
    {{"lane_least", &LaneRow::least},
     {"lane_typical", &LaneRow::typical},
     {"lane_most", &LaneRow::most}}};

inline constexpr std::array<std::pair<const char*, std::int32_t LayerRow::*>, 3> kLayerWholes = {
    {{"layer_move", &LayerRow::move},
     {"layer_stem", &LayerRow::stem},
     {"layer_instead", &LayerRow::instead}}};
inline constexpr std::array<std::pair<const char*, float LayerRow::*>, 5> kLayerNumbers = {
    {{"layer_above", &LayerRow::above},
     {"layer_upto", &LayerRow::upto},
     {"layer_least_db", &LayerRow::least},
     {"layer_typical_db", &LayerRow::typical},
     {"layer_most_db", &LayerRow::most}}};

MoveColumns columns_of(const std::vector<Move>& moves);
/// Throws h5::Error where a column names what there is not.
std::vector<Move> moves_of(const MoveColumns& columns);

}  // namespace mixfarm::layout
