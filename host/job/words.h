/// The words of a job for Intent, Wetness and Place, each list in its enum's order.
#pragma once

#include <string>

#include "host/job/job.h"

namespace mixfarm {

inline constexpr const char* kIntentWords[] = {"lead", "normal", "background"};
inline constexpr const char* kSpaceWords[] = {"dry", "natural", "wet"};
inline constexpr const char* kPlaceWords[] = {"centre", "free", "wide"};

/// A key's word for "no stem at all", where leaving the key out lets the program choose.
inline constexpr const char* kNoKey = "none";

/// The enum value that `word` stands for; `otherwise` when it stands for none.
template <class Enum, int N>
Enum meaning(const std::string& word, const char* const (&words)[N], Enum otherwise) {
    for (int i = 0; i < N; ++i) {
        if (word == words[i]) return static_cast<Enum>(i);
    }
    return otherwise;
}

}  // namespace mixfarm
