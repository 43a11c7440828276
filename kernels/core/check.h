/// Checks against our own mistakes: they print the values involved and abort, in every build.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace mixfarm::detail {
template <class A, class B>
[[noreturn]] void check_failed(const char* file, int line, const char* text, const A& a,
                               const B& b) {
    std::ostringstream out;
    out << file << ':' << line << ": internal check failed: " << text << " (" << a << " against "
        << b << ")\n";
    std::fputs(out.str().c_str(), stderr);
    std::abort();
}
}  // namespace mixfarm::detail

#define MF_CHECK(condition)                                                                   \
    do {                                                                                      \
        if (!(condition))                                                                     \
            ::mixfarm::detail::check_failed(__FILE__, __LINE__, #condition, "false", "true"); \
    } while (0)
#define MF_CHECK_EQ(a, b)                                                                \
    do {                                                                                 \
        if (!((a) == (b)))                                                               \
            ::mixfarm::detail::check_failed(__FILE__, __LINE__, #a " == " #b, (a), (b)); \
    } while (0)
