/// Lists within lists become columns with a number that says where each belongs.
#include "host/store/move_columns.h"

#include "host/store/h5.h"

namespace mixfarm::layout {
namespace {

constexpr const char* kLaws[] = {"add", "reach"};

template <class T>
T& numbered(std::vector<T>& list, std::int32_t number, const char* what) {
    if (number < 1 || static_cast<std::size_t>(number) > list.size())
        throw h5::Error(std::string("/moves: there is no such ") + what);
    return list[static_cast<std::size_t>(number) - 1];
}

}  // namespace

MoveColumns columns_of(const std::vector<Move>& moves) {
    MoveColumns c;
    for (const Move& move : moves) {
        c.moves.push_back({move.name, family_name(move.family), move.reason});
        const auto number = static_cast<std::int32_t>(c.moves.size());
        for (const Move::Place& p : move.places)
            c.places.push_back({number, p.name, p.start_s, p.end_s});
        for (const MoveLayer& layer : move.layers)
            c.layers.push_back({number, layer.stem, layer.instead, layer.what, layer.above,
                                layer.upto, layer.level_db.least, layer.level_db.typical,
                                layer.level_db.most});
        for (const MoveLane& lane : move.lanes) {
            c.lanes.push_back({number, lane.channel, lane.effect, lane.param,
                               kLaws[static_cast<int>(lane.law)], lane.what, lane.amounts.least,
                               lane.amounts.typical, lane.amounts.most});
            for (const Automation::Point& p : lane.shape)
                c.shape.push_back({static_cast<std::int32_t>(c.lanes.size()), p.seconds, p.value});
        }
    }
    return c;
}

std::vector<Move> moves_of(const MoveColumns& columns) {
    std::vector<Move> moves;
    for (const MoveRow& row : columns.moves) {
        Move& move = moves.emplace_back();
        move.name = row.name, move.reason = row.reason;
        for (int f = 0; f < kFamilies; ++f)
            if (row.family == family_name(static_cast<Family>(f)))
                move.family = static_cast<Family>(f);
    }
    for (const PlaceRow& row : columns.places)
        numbered(moves, row.move, "move").places.push_back({row.start_s, row.end_s, row.name});
    for (const LayerRow& row : columns.layers)
        numbered(moves, row.move, "move")
            .layers.push_back({row.stem,
                               row.instead != 0,
                               row.above,
                               row.upto,
                               {row.least, row.typical, row.most},
                               row.what,
                               {}});
    std::vector<std::vector<Automation::Point>> shapes(columns.lanes.size());
    for (const ShapeRow& row : columns.shape)
        numbered(shapes, row.lane, "lane").push_back({row.at_s, row.share});
    for (std::size_t i = 0; i < columns.lanes.size(); ++i) {
        const LaneRow& row = columns.lanes[i];
        numbered(moves, row.move, "move")
            .lanes.push_back({row.channel,
                              row.effect,
                              row.param,
                              row.law == kLaws[1] ? Law::reach : Law::add,
                              {row.least, row.typical, row.most},
                              std::move(shapes[i]),
                              row.what});
    }
    return moves;
}

}  // namespace mixfarm::layout
