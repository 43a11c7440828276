/// Finished audio on disk: WAV or FLAC with honest dither and the mix's name inside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "kernels/engine.h"

namespace mixfarm {

enum class AudioFormat { wav, flac };
enum class BitDepth { b16, b24, f32 };

struct AudioTags {
    std::string title, comment;
};

/// "wav"/"flac" and "16"/"24"/"32f". Throw InputError otherwise, or for FLAC with 32f.
AudioFormat audio_format(const std::string& text);
BitDepth bit_depth(const std::string& text, AudioFormat format);

/// Writes to a temporary name and renames. 16 bits get triangular dither of +-1 LSB
/// (deterministic); samples outside full scale are clipped only in integer formats (a limited mix
/// has none). Throws std::system_error when the disk is full.
void write_audio(const std::filesystem::path& file, const StereoAudio& audio, AudioFormat format,
                 BitDepth bits, const AudioTags& tags);

struct AudioShape {
    int rate = 0;  ///< Hz
    std::int64_t frames = 0;
};
/// From the head of a file. Throws InputError where it is missing or no audio.
AudioShape audio_shape(const std::filesystem::path& file);

/// "vocal +1.8 dB, darker top" -> "vocal-plus-1.8-db-darker-top": safe on every file system, at
/// most `longest` bytes.
std::string file_words(const std::string& words, std::size_t longest = 60);

}  // namespace mixfarm
