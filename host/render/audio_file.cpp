/// Writing audio through libsndfile.
#include "host/render/audio_file.h"

#include <sndfile.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <system_error>
#include <vector>

#include "host/job/input_error.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

/// FNV-1a.
std::uint64_t text_key(const std::string& text) {
    std::uint64_t key = 0xcbf29ce484222325ull;
    for (const char c : text) key = (key ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
    return key;
}

}  // namespace

AudioFormat audio_format(const std::string& text) {
    if (text == "wav") return AudioFormat::wav;
    if (text == "flac") return AudioFormat::flac;
    throw InputError("--format", "'" + text + "' is not an audio format; use wav or flac");
}

BitDepth bit_depth(const std::string& text, AudioFormat format) {
    if (text == "16") return BitDepth::b16;
    if (text == "24") return BitDepth::b24;
    if (text == "32f" && format == AudioFormat::wav) return BitDepth::f32;
    if (text == "32f")
        throw InputError("--bits",
                         "FLAC holds integers only; use --format wav for 32f, or --bits 24");
    throw InputError("--bits", "'" + text + "' is not a bit depth; use 16, 24 or 32f");
}

void write_audio(const std::filesystem::path& file, const StereoAudio& audio, AudioFormat format,
                 BitDepth bits, const AudioTags& tags) {
    std::filesystem::path temporary = file;
    temporary += ".part";
    SF_INFO info{};
    info.samplerate = audio.rate;
    info.channels = 2;
    info.format = (format == AudioFormat::wav ? SF_FORMAT_WAV : SF_FORMAT_FLAC) |
                  (bits == BitDepth::b16   ? SF_FORMAT_PCM_16
                   : bits == BitDepth::b24 ? SF_FORMAT_PCM_24
                                           : SF_FORMAT_FLOAT);
    const auto fail = [&](const std::string& what) {
        const int error = errno ? errno : EIO;
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw std::system_error(error, std::generic_category(), file.string() + ": " + what);
    };
    errno = 0;
    SNDFILE* out = sf_open(temporary.c_str(), SFM_WRITE, &info);
    if (!out) fail(std::string("cannot write audio (") + sf_strerror(nullptr) + ")");
    sf_set_string(out, SF_STR_TITLE, tags.title.c_str());
    sf_set_string(out, SF_STR_COMMENT, tags.comment.c_str());
    sf_set_string(out, SF_STR_SOFTWARE, "mixfarm");

    constexpr std::size_t kBlock = 8192;
    std::vector<float> block(2 * kBlock);
    std::vector<int> steps(2 * kBlock);
    // Rounded here: libsndfile truncates floats on their way to integer WAV. A stem's dither is its
    // own, so that the dither of stems added up again adds as a power.
    RandomStream dither(0xd17e4, text_key(tags.title + "\n" + tags.comment));
    const double scale = bits == BitDepth::b16 ? 0x1p15 : 0x1p23;
    const int unit = bits == BitDepth::b16 ? 1 << 16 : 1 << 8;
    bool whole = true;
    for (std::size_t from = 0; from < audio.left.size() && whole; from += kBlock) {
        const std::size_t count = std::min(kBlock, audio.left.size() - from);
        for (std::size_t n = 0; n < count; ++n) {
            block[2 * n] = audio.left[from + n];
            block[2 * n + 1] = audio.right[from + n];
        }
        const auto frames = static_cast<sf_count_t>(count);
        if (bits == BitDepth::f32) {
            whole = sf_writef_float(out, block.data(), frames) == frames;
            continue;
        }
        for (std::size_t i = 0; i < 2 * count; ++i) {
            double x = scale * block[i];
            if (bits == BitDepth::b16) {
                x += dither.next();
                x -= dither.next();
            }
            steps[i] =
                std::isnan(x)
                    ? 0
                    : unit * static_cast<int>(std::clamp(std::nearbyint(x), -scale, scale - 1));
        }
        whole = sf_writef_int(out, steps.data(), frames) == frames;
    }
    const int closed = sf_close(out);
    if (!whole || closed != 0) fail("could not write all of it; is the disk full?");
    std::filesystem::rename(temporary, file);
}

AudioShape audio_shape(const std::filesystem::path& file) {
    SF_INFO info{};
    SNDFILE* in = sf_open(file.c_str(), SFM_READ, &info);
    if (!in) throw InputError(file.string(), "is missing or no audio that can be read");
    sf_close(in);
    return {info.samplerate, info.frames};
}

std::string file_words(const std::string& words, std::size_t longest) {
    std::string out;
    const auto dash = [&] {
        if (!out.empty() && out.back() != '-') out += '-';
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto c = static_cast<unsigned char>(words[i]);
        if (std::isalnum(c) && c < 128)
            out += static_cast<char>(std::tolower(c));
        else if (c == '.' && i > 0 && i + 1 < words.size() &&
                 std::isdigit(static_cast<unsigned char>(words[i - 1])) &&
                 std::isdigit(static_cast<unsigned char>(words[i + 1])))
            out += '.';
        else if (c == '+')
            dash(), out += "plus-";
        else if (c == '-' && i + 1 < words.size() &&
                 std::isdigit(static_cast<unsigned char>(words[i + 1])))
            dash(), out += "minus-";
        else
            dash();
    }
    if (out.size() > longest) {
        const std::size_t cut = out.rfind('-', longest);
        out.resize(cut == std::string::npos || cut == 0 ? longest : cut);
    }
    while (!out.empty() && (out.back() == '-' || out.back() == '.')) out.pop_back();
    return out.empty() ? "mix" : out;
}

}  // namespace mixfarm
