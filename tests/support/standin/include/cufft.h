/// Stands in for CUDA's header of this name in tests: batches of complex transforms, summed in
/// double.
#pragma once

#include <cuda_runtime.h>

struct cufftComplex {
    float x, y;
};
enum cufftResult { CUFFT_SUCCESS = 0, CUFFT_ALLOC_FAILED = 2, CUFFT_INVALID_VALUE = 4 };
enum cufftType { CUFFT_C2C = 0x29 };
inline constexpr int CUFFT_FORWARD = -1;
using cufftHandle = int;

cufftResult cufftPlan1d(cufftHandle* plan, int size, cufftType type, int batch);
cufftResult cufftSetStream(cufftHandle plan, cudaStream_t stream);
cufftResult cufftExecC2C(cufftHandle plan, cufftComplex* in, cufftComplex* out, int direction);
cufftResult cufftDestroy(cufftHandle plan);
