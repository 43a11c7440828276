/// How much work a test may do: all of it, or a part where a sanitizer makes every step dear.
#pragma once

namespace mixfarm {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
inline constexpr bool kSlowBuild = true;
#else
inline constexpr bool kSlowBuild = false;
#endif

/// `full` in an optimised build, `slow` under sanitizers and without optimisation.
template <class T>
constexpr T effort(T full, T slow) {
    return kSlowBuild ? slow : full;
}

}  // namespace mixfarm
