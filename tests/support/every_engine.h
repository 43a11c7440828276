/// One table of engines: each engine case runs over all of those present, and says which are not.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "kernels/engine.h"

namespace mixfarm {

struct EngineMaker {
    const char* name;
    std::unique_ptr<Engine> (*make)();
};

inline const EngineMaker kEngines[] = {
    {"cpu", [] { return make_cpu_engine(2); }},
    {"cuda", [] { return make_cuda_engine(0); }},
};

class EveryEngine : public ::testing::TestWithParam<EngineMaker> {
protected:
    void SetUp() override {
        engine_ = GetParam().make();
        if (engine_) return;
        GTEST_SKIP() << "NOT TESTED: no " << GetParam().name << " engine here";
    }
    std::unique_ptr<Engine> engine_;
};

inline void PrintTo(const EngineMaker& maker, std::ostream* out) {
    *out << maker.name;
}
inline std::string engine_name(const ::testing::TestParamInfo<EngineMaker>& info) {
    return info.param.name;
}

}  // namespace mixfarm
