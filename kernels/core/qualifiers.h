/// The one place where CUDA's function qualifiers get a name that every compiler understands.
#pragma once

#if defined(__CUDACC__)
#define MF_HD __host__ __device__ __forceinline__
#define MF_HD_OUTLINED __host__ __device__ __forceinline__
#define MF_UNROLL _Pragma("unroll")
#define MF_UNROLL_ALWAYS _Pragma("unroll")
#else
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/// With every access checked, code inlined a hundred times takes minutes to compile.
#define MF_HD inline
#else
#define MF_HD inline __attribute__((always_inline))
#endif
/// For what runs a whole tile: on a processor one function each, so that compilers stay quick.
#define MF_HD_OUTLINED __attribute__((noinline))
#define MF_UNROLL
/// For short loops over registers, which a processor must unroll too.
#define MF_UNROLL_ALWAYS _Pragma("GCC unroll 32")
#endif

namespace mixfarm {

/// Do the lanes of one value lie apart in memory, one after the other in a warp's threads, instead
/// of in one register?
#if defined(__CUDACC__)
inline constexpr bool kLanesApart = true;
#else
inline constexpr bool kLanesApart = false;
#endif

}  // namespace mixfarm
