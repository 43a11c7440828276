/// The one place where CUDA's function qualifiers get a name that every compiler understands.
#pragma once

#if defined(__CUDACC__)
#define MF_HD __host__ __device__ __forceinline__
#define MF_UNROLL _Pragma("unroll")
#else
#define MF_HD inline __attribute__((always_inline))
#define MF_UNROLL
#endif
