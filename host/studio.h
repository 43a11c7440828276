/// Everything a job stands for, loaded and ready to make mixes: the song, what is known of it, its
/// knobs, its judge, an engine.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "host/analysis/profile.h"
#include "host/form/form.h"
#include "host/job/job.h"
#include "host/progress.h"
#include "host/score/reference.h"
#include "host/score/score.h"
#include "host/song/song.h"
#include "host/space/space.h"
#include "host/taste/liking.h"
#include "kernels/engine.h"

namespace mixfarm {

/// "auto" (all GPUs, without any the processor), "cpu", "cuda" (all GPUs), "cuda:1", "all" (GPUs
/// and the processor; who renders a mix, and with it the last digits of its spectrum, is then
/// chance). Throws InputError when there is no such device.
std::unique_ptr<Engine> open_engine(const std::string& device, int threads);

/// What the moves of a space lay over stems, move by move, made side by side.
std::vector<LayerSound> layers_of(const Space& space, Progress& progress);

struct Studio {
    /// When work on the job began: what a night's time is counted from.
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
    Job job;
    Song song;
    Profile profile;
    Form form;  ///< found only where moves are wanted
    std::vector<Reference> references;
    Style style;                        ///< the job's, moved toward the references
    Target aim;                         ///< likewise
    std::vector<std::string> left_out;  ///< moves and own sounds that cannot be made, in words
    Space space;
    std::vector<LayerSound> layers;  ///< of the moves, move by move
    Judge judge;
    std::unique_ptr<Engine> engine;  ///< loaded with the song
    MasterTarget target;
    Liking liking;  ///< of the job's listener

    Studio(const Studio&) = delete;  // the engine borrows the song's audio

    /// Loads, analyses and sets up. Throws InputError and DeviceError.
    Studio(Job job, const std::string& device, int threads, Progress& progress);

    /// Hex hash of everything that decides what a candidate is and how it is measured: same hash,
    /// same numbers.
    std::string plan_hash() const;
};

}  // namespace mixfarm
