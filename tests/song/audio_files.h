/// Test material for the song room: writes audio files in any format and makes plain signals, on
/// libsndfile alone.
#pragma once

#include <gtest/gtest.h>
#include <sndfile.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numbers>
#include <string>
#include <vector>

#include "host/job/input_error.h"
#include "host/job/job.h"

namespace mixfarm::test {

namespace fs = std::filesystem;

/// A folder that vanishes with the test.
class Folder {
public:
    Folder() {
        const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
        path_ = fs::temp_directory_path() / ("mixfarm-song-" + std::to_string(getpid()) + "-" +
                                             info->test_suite_name() + "-" + info->name());
        fs::remove_all(path_);
        fs::create_directories(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    fs::path operator/(const std::string& name) const { return path_ / name; }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

inline std::vector<float> sine(double hz, double seconds, int rate, double amplitude = 0.5) {
    std::vector<float> x(static_cast<std::size_t>(std::llround(seconds * rate)));
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<float>(
            amplitude * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate));
    }
    return x;
}

inline std::vector<float> interleave(const std::vector<std::vector<float>>& channels) {
    std::vector<float> out;
    for (std::size_t i = 0; i < channels[0].size(); ++i) {
        for (const auto& channel : channels) out.push_back(channel[i]);
    }
    return out;
}

inline void write_audio(const fs::path& file, const std::vector<std::vector<float>>& channels,
                        int rate, int format = SF_FORMAT_WAV | SF_FORMAT_FLOAT,
                        std::uint32_t time_reference = 0) {
    SF_INFO info{};
    info.samplerate = rate;
    info.channels = static_cast<int>(channels.size());
    info.format = format;
    SNDFILE* out = sf_open(file.c_str(), SFM_WRITE, &info);
    ASSERT_NE(out, nullptr) << file << ": " << sf_strerror(nullptr);
    if (time_reference > 0) {
        SF_BROADCAST_INFO broadcast{};
        broadcast.version = 1;
        broadcast.time_reference_low = time_reference;
        ASSERT_EQ(sf_command(out, SFC_SET_BROADCAST_INFO, &broadcast, sizeof broadcast), SF_TRUE);
    }
    const std::vector<float> samples = interleave(channels);
    const auto frames = static_cast<sf_count_t>(channels[0].size());
    ASSERT_EQ(sf_writef_float(out, samples.data(), frames), frames);
    sf_close(out);
}

inline std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

/// A job over files of one folder, role given so that no guess is made.
inline Job job_of(const Folder& folder, const std::vector<std::string>& files) {
    Job job;
    job.title = "test";
    job.folder = folder.path();
    for (const std::string& file : files) {
        StemJob stem;
        stem.file = file;
        stem.role = "other";
        job.stems.push_back(stem);
    }
    return job;
}

/// The message of the InputError that `work` throws; "" (and a failure) when it throws none.
template <class Work>
std::string refusal(Work work) {
    try {
        work();
    } catch (const InputError& error) {
        return error.what();
    }
    ADD_FAILURE() << "was not refused";
    return "";
}

/// Amplitude of the component at `hz`, by correlation with sine and cosine over whole periods
/// inside [from, to).
inline double amplitude_at(const std::vector<float>& x, double hz, int rate, std::size_t from,
                           std::size_t to) {
    double s = 0, c = 0, w = 0;
    for (std::size_t i = from; i < to; ++i) {
        const double hann =
            0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i - from) /
                                 static_cast<double>(to - from));
        const double angle = 2 * std::numbers::pi * hz * static_cast<double>(i) / rate;
        s += hann * x[i] * std::sin(angle);
        c += hann * x[i] * std::cos(angle);
        w += hann;
    }
    return 2 * std::hypot(s, c) / w;
}

inline double decibel(double ratio) {
    return 20 * std::log10(std::max(ratio, 1e-15));
}

}  // namespace mixfarm::test
