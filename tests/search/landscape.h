/// Known landscapes over the unit cube: a search is judged by how near it comes to their known
/// bottom.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "host/search/search.h"
#include "tests/support/signals.h"

namespace mixfarm::landscape {

/// Loss >= 0, 0 at the bottom.
using Loss = std::function<double(const std::vector<float>&)>;

inline Cube cube(int strips, int knobs) {
    Cube c;
    for (int d = 0; d < strips * knobs; ++d) {
        Axis axis;
        axis.block = d / knobs;
        c.axes.push_back(axis);
    }
    return c;
}

inline std::vector<double> bottom(std::uint64_t seed, int dimensions) {
    signals::Random random(seed);
    std::vector<double> at(static_cast<std::size_t>(dimensions));
    for (double& x : at) x = 0.15 + 0.7 * random.unit();
    return at;
}

inline Loss sphere(std::uint64_t seed, int dimensions) {
    return [at = bottom(seed, dimensions)](const std::vector<float>& x) {
        double sum = 0;
        for (std::size_t d = 0; d < at.size(); ++d) sum += (x[d] - at[d]) * (x[d] - at[d]);
        return sum;
    };
}

/// Axes of lengths 1 to sqrt(condition), turned at random (Gram and Schmidt on random vectors).
inline Loss rotated_ellipsoid(std::uint64_t seed, int dimensions, double condition) {
    signals::Random random(seed + 1);
    const auto n = static_cast<std::size_t>(dimensions);
    std::vector<std::vector<double>> axes;
    while (axes.size() < n) {
        std::vector<double> v(n);
        for (double& x : v)  // nearly normal
            for (int i = 0; i < 12; ++i) x += random.both_signs();
        for (int twice = 0; twice < 2; ++twice)
            for (const auto& axis : axes) {
                double dot = 0;
                for (std::size_t d = 0; d < n; ++d) dot += v[d] * axis[d];
                for (std::size_t d = 0; d < n; ++d) v[d] -= dot * axis[d];
            }
        double norm = 0;
        for (const double x : v) norm += x * x;
        for (double& x : v) x /= std::sqrt(norm);
        axes.push_back(v);
    }
    return [at = bottom(seed, dimensions), axes, condition, n](const std::vector<float>& x) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            double along = 0;
            for (std::size_t d = 0; d < n; ++d) along += axes[i][d] * (x[d] - at[d]);
            sum += std::pow(condition, static_cast<double>(i) / static_cast<double>(n - 1)) *
                   along * along;
        }
        return sum;
    };
}

/// Over [-2.048, 2.048]^n.
inline double rosenbrock(const std::vector<float>& unit) {
    const auto x = [&](std::size_t d) { return 4.096 * unit[d] - 2.048; };
    double sum = 0;
    for (std::size_t d = 0; d + 1 < unit.size(); ++d)
        sum += 100 * std::pow(x(d + 1) - x(d) * x(d), 2) + std::pow(1 - x(d), 2);
    return sum;
}

/// Every strip is a valley of its own with ripples along it (Rastrigin): strips can be improved one
/// by one, knobs of a strip not.
inline Loss rippled_strips(std::uint64_t seed, int strips, int knobs) {
    return [at = bottom(seed, strips * knobs), strips, knobs](const std::vector<float>& x) {
        double sum = 0;
        for (int s = 0; s < strips; ++s) {
            double square = 0, along = 0;
            for (int k = 0; k < knobs; ++k) {
                const auto d = static_cast<std::size_t>(s * knobs + k);
                const double z = x[d] - at[d];
                square += z * z;
                along += z;
            }
            sum += square + 0.5 * along * along +
                   0.1 * (1 - std::cos(2 * std::numbers::pi * 5 * std::sqrt(square)));
        }
        return sum;
    };
}

/// Like a console: of the five knobs of a strip, the first is a plain one; the second is on or off
/// and opens the third and fourth; the fifth rests at neutral over half of its axis. What cannot be
/// heard does not count. Macros pull all first and all third knobs.
inline Cube console(int strips) {
    Cube c = cube(strips, 5);
    Macro levels{"levels", 0, {}}, depths{"depths", 0, {}};
    for (int s = 0; s < strips; ++s) {
        Axis* strip = &c.axes[static_cast<std::size_t>(5 * s)];
        strip[1].toggle = true, strip[1].rest_high = 0.7f;
        strip[2].gate = strip[3].gate = 5 * s + 1;
        strip[4].rest_low = 0.25f, strip[4].rest_high = 0.75f;
        levels.pull.push_back({5 * s, s % 2 ? 1.0f : 0.5f});
        depths.pull.push_back({5 * s + 2, 1.0f});
        Macro own{"strip", s, {{5 * s, 0.5f}, {5 * s + 3, -1.0f}}};
        c.macros.push_back(own);
    }
    c.macros.push_back(levels);
    c.macros.push_back(depths);
    return c;
}

inline Loss console_loss(std::uint64_t seed, int strips) {
    return [at = bottom(seed, 5 * strips), c = console(strips),
            strips](const std::vector<float>& x) {
        double sum = 0;
        for (std::size_t s = 0; s < static_cast<std::size_t>(strips); ++s) {
            const auto off = [&](std::size_t k) { return x[5 * s + k] - at[5 * s + k]; };
            sum += off(0) * off(0);
            const bool on = !rests(c.axes[5 * s + 1], x[5 * s + 1]);
            // Every other strip wants the effect, and within it the right settings.
            if (on) sum += off(2) * off(2) + off(3) * off(3) + (s % 2 ? 0 : 0.3);
            if (!on && s % 2) sum += 0.3;
            // A third of the strips want the fifth knob to rest, the others want it far up.
            const float v = x[5 * s + 4];
            const double boost = rests(c.axes[5 * s + 4], v) ? 0 : v < 0.5f ? v - 0.25 : v - 0.75;
            sum += std::pow(boost - (s % 3 ? 0.15 : 0), 2) * 4;
        }
        return sum;
    };
}

/// What the ear would be told: a score that falls with the loss, and a character of `descriptors`
/// means of as many stretches of the coordinates, 0 to 1.
inline Outcome outcome(double loss, const std::vector<float>& x, std::size_t descriptors = 4) {
    Outcome o;
    o.score = 1 / (1 + loss);
    for (std::size_t a = 0; a < descriptors; ++a) {
        double sum = 0;
        const std::size_t from = a * x.size() / descriptors, to = (a + 1) * x.size() / descriptors;
        for (std::size_t d = from; d < to; ++d) sum += x[d];
        o.character.push_back(
            static_cast<float>(to > from ? sum / static_cast<double>(to - from) : 0.5));
    }
    return o;
}

inline SearchPlan plan(Cube c, std::uint64_t candidates, std::uint64_t seed) {
    SearchPlan p;
    p.cube = std::move(c);
    p.seed = seed;
    p.candidates = candidates;
    p.first_id = 2;
    p.archive.cells = 256;
    for (int a = 0; a < 4; ++a) p.archive.axes.push_back({"mean", 0.3f, 0.7f});
    return p;
}

/// Asks generation by generation until nothing comes any more.
template <class Judge>
std::vector<Candidate> whole_search(Search& search, Judge judge) {
    std::vector<Candidate> all;
    for (std::uint32_t g = 0; search.generation_size(g) > 0; ++g) {
        const std::vector<Candidate> asked = search.ask(search.generation_size(g));
        std::vector<Outcome> outcomes;
        for (const Candidate& c : asked) outcomes.push_back(judge(c));
        search.tell(outcomes);
        all.insert(all.end(), asked.begin(), asked.end());
    }
    return all;
}

struct Descent {
    double best = HUGE_VAL;
    std::uint64_t evaluations = 0;  ///< when the target was reached, or all
};

/// One sampler alone, `batch` at a time, until the loss falls to `target`.
inline Descent descend(Sampler& sampler, const Loss& loss, std::uint64_t evaluations,
                       std::size_t batch, double target = 0) {
    Descent d;
    while (d.evaluations < evaluations && d.best > target) {
        const auto asked =
            sampler.ask(ids_from(d.evaluations, batch),
                        static_cast<double>(d.evaluations) / static_cast<double>(evaluations));
        std::vector<Outcome> outcomes;
        for (const Candidate& c : asked) {
            const double l = loss(c.unit);
            d.best = std::min(d.best, l);
            outcomes.push_back({1 / (1e-12 + l), {}});
        }
        sampler.tell(asked, outcomes);
        d.evaluations += asked.size();
    }
    return d;
}

/// Best of uniform draws.
inline double by_chance(const Cube& c, const Loss& loss, std::uint64_t evaluations,
                        std::uint64_t seed) {
    return descend(*prior_draws(c, seed), loss, evaluations, 100).best;
}

}  // namespace mixfarm::landscape
