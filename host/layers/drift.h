/// Deviations with long memory: what players and old machines have.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace mixfarm {

class RandomStream;
/// A normal number of mean 0 and deviation 1 (Box and Muller 1958); takes two of the stream.
double normal(RandomStream& random);

/// `count` values of mean 0 and deviation 1 whose power falls as 1 / frequency^exponent (normals,
/// shaped in their spectrum), none beyond 3. Same seed, same values.
std::vector<double> drift_series(std::size_t count, double exponent, std::uint64_t seed);

/// A curve over time, in seconds or as a share.
using Curve = std::function<double(double seconds)>;
/// Through `values` at `at_s`, ascending, by monotone cubics; level outside.
Curve smooth_through(std::vector<double> at_s, std::vector<double> values);

/// A tape's speed: wow of `wow_hz` and flutter of `flutter_hz`, peak shares of the speed, each
/// drifting in depth by a third. As the delay that it makes, in seconds, of mean 0.
Curve tape_delay(double wow_hz, double wow, double flutter_hz, double flutter, double seconds,
                 std::uint64_t seed);

}  // namespace mixfarm
