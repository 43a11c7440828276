/// One audio file through every meter.
#pragma once

#include <optional>
#include <string>

#include "kernels/engine.h"

namespace mixfarm::cli {

struct MeteredFile {
    std::string file;
    int channels, rate;
    double seconds;
    Measurement measured;
    FileDetails details;
    LoudnessSeries series;                 ///< every 100 ms, where asked for
    std::optional<FeatureLoss> against{};  ///< where there is a track to compare with
};

/// Streams the file: beside a block of samples, some 5 MB are held for an hour of sound, whatever
/// its rate and channels, and no more than about 15 MB for longer ones; the series takes 0.3 MB an
/// hour. Throws InputError for what is no audio, torn, empty, slower than 8 kHz or of more than six
/// channels.
MeteredFile meter_file(const std::string& file, bool with_series);
/// Features of a whole file of one or two channels at 44.1 kHz, the rate of the publication, both
/// sides of a mono file the same. Throws InputError.
AudioFeatures features_of(const std::string& file);

}  // namespace mixfarm::cli
