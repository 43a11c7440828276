/// The ranking as a table for people and as JSON for scripts; shared by `demo`, `run` and `top`.
#pragma once

#include <filesystem>

#include "host/cli/command.h"
#include "host/store/results.h"

namespace mixfarm::cli {

Json ranking_json(const std::filesystem::path& night, const Results& results, int count);
void print_ranking(const std::filesystem::path& night, const Results& results, int count);
/// Every pick's moves: what, where, why, and what each does to the score.
void print_picks_moves(const Results& results, int count);
/// The moves of a mix: name, family, strength, words, what each brings to the score.
Json moves_json(const Results& results, std::size_t row);
/// All metrics of a row by name.
Json metrics_json(const Results& results, std::size_t row);
/// "results.h5"'s folder, for a folder or the file itself.
std::filesystem::path night_folder(const std::filesystem::path& path);
/// Value of one metric of a row; NaN when there is none of that name.
double metric_of(const Results& results, std::size_t row, const std::string& name);

}  // namespace mixfarm::cli
