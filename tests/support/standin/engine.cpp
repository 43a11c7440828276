/// What the stand-in shows of itself: the CUDA engine, compiled for it, and what it plans.
#include "kernels/cuda/batch_plan.h"
#include "tests/support/standin/standin.h"

namespace mixfarm::standin {

std::size_t planned_bytes(const SongView& song, std::span<const MixSettings> mixes,
                          std::span<const Excerpt> excerpts, bool few) {
    const LoadedSong loaded(song);
    return cuda::BatchPlan(loaded, excerpts)
        .bytes_per_slot(loaded, cuda::ConsoleLayout(loaded, mixes), {true, few});
}

std::unique_ptr<Engine> make_engine(int device) {
    return make_cuda_engine(device);
}

}  // namespace mixfarm::standin
