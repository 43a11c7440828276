/// Stands in for the CUDA engine in a build without nvcc: there is none, and everyone is told so.
#include "kernels/engine.h"

namespace mixfarm {

std::unique_ptr<Engine> make_cuda_engine(int) {
    return nullptr;
}
std::vector<DeviceInfo> cuda_devices() {
    return {};
}
bool built_with_cuda() {
    return false;
}

}  // namespace mixfarm
