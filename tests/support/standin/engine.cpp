/// What the stand-in shows of itself: the CUDA engine, compiled for it.
#include "tests/support/standin/standin.h"

namespace mixfarm::standin {

std::unique_ptr<Engine> make_engine(int device) {
    return make_cuda_engine(device);
}

}  // namespace mixfarm::standin
