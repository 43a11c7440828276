/// What the address and thread sanitizers are told about fibres; without one of them, nothing.
#pragma once

#include <cstddef>

extern "C" {
// Where a sanitizer is linked, these are its own; elsewhere they are null.
#define MF_WEAK __attribute__((weak))
void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom,
                                    std::size_t size) MF_WEAK;
void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom,
                                     std::size_t* size) MF_WEAK;
void __asan_unpoison_memory_region(const volatile void* memory, std::size_t size) MF_WEAK;
void* __tsan_get_current_fiber() MF_WEAK;
void* __tsan_create_fiber(unsigned flags) MF_WEAK;
void __tsan_switch_to_fiber(void* fiber, unsigned flags) MF_WEAK;
void __tsan_acquire(void* key) MF_WEAK;
void __tsan_release(void* key) MF_WEAK;
void AnnotateIgnoreReadsBegin(const char* file, int line) MF_WEAK;
void AnnotateIgnoreReadsEnd(const char* file, int line) MF_WEAK;
void AnnotateIgnoreWritesBegin(const char* file, int line) MF_WEAK;
void AnnotateIgnoreWritesEnd(const char* file, int line) MF_WEAK;
}

namespace mixfarm::standin {

inline constexpr unsigned kSwitchOrdersNothing = 1;

inline bool thread_sanitizer() {
    return __tsan_create_fiber != nullptr;
}
inline void acquire(void* key) {
    if (__tsan_acquire) __tsan_acquire(key);
}
inline void release(void* key) {
    if (__tsan_release) __tsan_release(key);
}

/// What a fibre does in here is the machine's work, not the kernel's: the linker may have chosen
/// copies of the library's templates that tell the thread sanitizer.
struct Unseen {
    Unseen() {
        if (!thread_sanitizer()) return;
        AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
        AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    }
    ~Unseen() {
        if (!thread_sanitizer()) return;
        AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
        AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    }
};

}  // namespace mixfarm::standin
