/// Decodes through libsndfile with every check that keeps bad samples out, hashes with OpenSSL.
#include "host/song/decode.h"

#include <openssl/evp.h>
#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>

#include "host/job/input_error.h"
#include "host/song/container.h"

namespace mixfarm {
namespace {

constexpr std::int64_t kBlock = 1 << 15;  ///< frames decoded at a time

std::string seconds_text(std::int64_t frame, int rate) {
    char text[48];
    std::snprintf(text, sizeof text, "%.3f s", static_cast<double>(frame) / rate);
    return text;
}

std::string sha256_of_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
    std::vector<char> buffer(1 << 18);
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
        EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(in.gcount()));
    }
    if (in.bad())
        throw InputError(file.string(),
                         "cannot be read to its end; check the disk or copy the file again");
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context.get(), digest.data(), &size);
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x", digest[i]);
        hex += two;
    }
    return hex;
}

struct CloseSndfile {
    void operator()(SNDFILE* file) const { sf_close(file); }
};
using OpenFile = std::unique_ptr<SNDFILE, CloseSndfile>;

OpenFile open_checked(const std::filesystem::path& file, SF_INFO& info) {
    const std::string name = file.string();
    std::error_code ignored;
    const auto status = std::filesystem::status(file, ignored);
    if (!std::filesystem::exists(status))
        throw InputError(name, "there is no such file; correct the path or put the stem there");
    if (!std::filesystem::is_regular_file(status))
        throw InputError(name, "is not a file; name an audio file");
    if (std::filesystem::file_size(file) == 0)
        throw InputError(name, "is empty (0 bytes); export the stem again");
    if (!std::ifstream(file, std::ios::binary))
        throw InputError(name, "may not be read; check its permissions");
    info = {};
    OpenFile handle(sf_open(name.c_str(), SFM_READ, &info));
    if (!handle) {
        throw InputError(name, std::string("is not audio that libsndfile can read (") +
                                   sf_strerror(nullptr) + "); export the stem as WAV or FLAC");
    }
    refuse_torn_container(file);
    if (info.channels < 1 || info.channels > 2) {
        throw InputError(
            name,
            "has " + std::to_string(info.channels) +
                " channels; a stem is mono or stereo: split it into files of one or two channels");
    }
    if (info.samplerate < 4000 || info.samplerate > 768000) {
        throw InputError(name, "has a sample rate of " + std::to_string(info.samplerate) +
                                   " Hz; export the stem at 44100 to 192000 Hz");
    }
    return handle;
}

/// Takes blocks of interleaved samples apart and refuses what is not sound.
class Intake {
public:
    Intake(const std::filesystem::path& file, DecodedFile& out) : file_(file), out_(out) {}

    void take(const float* samples, std::int64_t frames) {
        for (std::int64_t i = 0; i < frames; ++i) {
            const float l = samples[i * out_.channels],
                        r = samples[i * out_.channels + out_.channels - 1];
            const float magnitude = std::max(std::abs(l), std::abs(r));
            if (!(magnitude <= kAbsurdPeak) || std::isnan(r))
                refuse(std::isfinite(l) ? r : l, magnitude);
            out_.peak = std::max(out_.peak, magnitude);
            differs_ |= l != r;
            out_.left.push_back(l);
            if (out_.channels == 2) out_.right.push_back(r);
            ++out_.frames;
        }
    }
    bool differs() const { return differs_; }

private:
    [[noreturn]] void refuse(float sample, float magnitude) const {
        const std::string when = " at " + seconds_text(out_.frames, out_.rate);
        if (!std::isfinite(sample)) {
            throw InputError(file_.string(), std::string("holds ") +
                                                 (std::isnan(sample) ? "a NaN" : "an infinite") +
                                                 " sample" + when + "; render the stem again");
        }
        char text[32];
        std::snprintf(text, sizeof text, "%.4g", magnitude);
        throw InputError(file_.string(),
                         std::string("holds an absurd sample (") + text + ", full scale is 1)" +
                             when + "; export the stem again with the right sample format");
    }

    const std::filesystem::path& file_;
    DecodedFile& out_;
    bool differs_ = false;
};

}  // namespace

double audio_seconds(const std::filesystem::path& file) {
    SF_INFO info;
    const OpenFile handle = open_checked(file, info);
    return static_cast<double>(info.frames) / info.samplerate;
}

DecodedFile decode_file(const std::filesystem::path& file) {
    SF_INFO info;
    const OpenFile handle = open_checked(file, info);
    DecodedFile out;
    out.channels = info.channels;
    out.rate = info.samplerate;
    SF_BROADCAST_INFO broadcast{};
    if (sf_command(handle.get(), SFC_GET_BROADCAST_INFO, &broadcast, sizeof broadcast) == SF_TRUE) {
        const auto reference =
            (std::uint64_t{broadcast.time_reference_high} << 32) | broadcast.time_reference_low;
        out.broadcast_s = static_cast<double>(reference) / info.samplerate;
    }
    // The densest codec of all (FLAC of silence) packs some 5000 frames into a byte: beyond that
    // the length is not known or a lie.
    const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
    const bool length_known = info.frames >= 0 && info.frames / 8192 <= bytes;
    if (length_known) {
        out.left.reserve(static_cast<std::size_t>(info.frames));
        if (info.channels == 2) out.right.reserve(static_cast<std::size_t>(info.frames));
    }

    Intake intake(file, out);
    std::vector<float> block(static_cast<std::size_t>(kBlock * info.channels));
    std::string trouble;
    for (sf_count_t got = 0;
         trouble.empty() && (got = sf_readf_float(handle.get(), block.data(), kBlock)) > 0;) {
        intake.take(block.data(), got);
        if (sf_error(handle.get()) != SF_ERR_NO_ERROR) trouble = sf_strerror(handle.get());
    }
    if (trouble.empty() && sf_error(handle.get()) != SF_ERR_NO_ERROR)
        trouble = sf_strerror(handle.get());
    if (!trouble.empty()) {
        throw InputError(file.string(),
                         "is torn or damaged: after " + seconds_text(out.frames, out.rate) +
                             " the decoder says '" + trouble + "'; export or copy the file again");
    }
    if (length_known && out.frames != info.frames) {
        throw InputError(file.string(), "is torn: its header announces " +
                                            seconds_text(info.frames, out.rate) + ", but only " +
                                            seconds_text(out.frames, out.rate) +
                                            " are there; export or copy the file again");
    }
    if (out.frames == 0)
        throw InputError(file.string(), "holds no audio (zero frames); export the stem again");
    if (!intake.differs()) std::vector<float>().swap(out.right);
    out.left.shrink_to_fit();
    out.right.shrink_to_fit();
    out.sha256 = sha256_of_file(file);
    return out;
}

}  // namespace mixfarm
