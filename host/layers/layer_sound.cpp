/// Cutting sounds to their places.
#include "host/layers/layer_sound.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mixfarm {

void keep_only(LayerSound& sound, int rate, const std::vector<Span_s>& spans, double fade_s) {
    const auto gain = [&](double t) {
        double most = 0;
        for (const Span_s& s : spans) {
            const double in = std::clamp((t - s.start_s) / fade_s, 0.0, 1.0),
                         out = std::clamp((s.end_s - t) / fade_s, 0.0, 1.0);
            most = std::max(most, std::min(in, out));
        }
        return 0.5 - 0.5 * std::cos(std::numbers::pi * most);
    };
    for (std::size_t n = 0; n < sound.left.size(); ++n) {
        const auto g = static_cast<float>(gain(static_cast<double>(n) / rate));
        sound.left[n] *= g, sound.right[n] *= g;
    }
}

void keep_only(LayerSound& sound, int rate, double from_s, double to_s, double fade_s) {
    keep_only(sound, rate, {{from_s, to_s}}, fade_s);
}

}  // namespace mixfarm
