/// Owners of what CUDA hands out: device memory, pinned host memory, streams, events.
#pragma once

#include <cstddef>
#include <utility>

#include "kernels/cuda/check.h"

namespace mixfarm::cuda {

/// `count` values of T on the current device, uninitialised; at least one, so that data() is never
/// null.
template <class T>
class DeviceBuffer {
public:
    DeviceBuffer() = default;
    explicit DeviceBuffer(std::size_t count) : count_(count > 0 ? count : 1) {
        MF_CUDA(cudaMalloc(reinterpret_cast<void**>(&data_), bytes()));
    }
    DeviceBuffer(DeviceBuffer&& other) noexcept { swap(other); }
    DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
        swap(other);
        return *this;
    }
    ~DeviceBuffer() { cudaFree(data_); }

    T* data() const { return data_; }
    std::size_t size() const { return count_; }
    std::size_t bytes() const { return count_ * sizeof(T); }
    /// Copies host memory of any kind; returns when the host's copy may change.
    void upload(const T* from, std::size_t count, cudaStream_t stream) {
        MF_CUDA(cudaMemcpyAsync(data_, from, count * sizeof(T), cudaMemcpyHostToDevice, stream));
        MF_CUDA(cudaStreamSynchronize(stream));
    }
    void clear(cudaStream_t stream) { MF_CUDA(cudaMemsetAsync(data_, 0, bytes(), stream)); }

private:
    void swap(DeviceBuffer& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(count_, other.count_);
    }
    T* data_ = nullptr;
    std::size_t count_ = 0;
};

/// Page-locked host memory: the only kind that is copied while the host goes on.
template <class T>
class PinnedBuffer {
public:
    explicit PinnedBuffer(std::size_t count) : count_(count) {
        MF_CUDA(cudaMallocHost(reinterpret_cast<void**>(&data_), count * sizeof(T)));
    }
    PinnedBuffer(const PinnedBuffer&) = delete;
    PinnedBuffer& operator=(const PinnedBuffer&) = delete;
    ~PinnedBuffer() { cudaFreeHost(data_); }

    T* data() const { return data_; }
    std::size_t size() const { return count_; }

private:
    T* data_ = nullptr;
    std::size_t count_;
};

class Stream {
public:
    Stream() { MF_CUDA(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { cudaStreamDestroy(stream_); }
    operator cudaStream_t() const { return stream_; }
    void wait() const { MF_CUDA(cudaStreamSynchronize(stream_)); }

private:
    cudaStream_t stream_ = nullptr;
};

class Event {
public:
    Event() { MF_CUDA(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming)); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { cudaEventDestroy(event_); }
    operator cudaEvent_t() const { return event_; }
    void record(cudaStream_t stream) { MF_CUDA(cudaEventRecord(event_, stream)); }
    /// Holds up what `stream` is given from now on until all that was recorded has happened; where
    /// nothing was, nothing is held up.
    void hold(cudaStream_t stream) const { MF_CUDA(cudaStreamWaitEvent(stream, event_, 0)); }
    /// Blocks the host until all that was recorded has happened.
    void wait() const { MF_CUDA(cudaEventSynchronize(event_)); }

private:
    cudaEvent_t event_ = nullptr;
};

/// Streams beside a main one, for work that may go on side by side.
template <int kCount>
class Branches {
public:
    /// Work added from now on comes behind all that `main` has been given so far.
    void fork(cudaStream_t main) {
        begun_.record(main);
        used_ = 0;
    }
    /// work(stream); at most kCount times between fork and join.
    template <class Work>
    void add(Work work) {
        begun_.hold(streams_[used_]);
        work(static_cast<cudaStream_t>(streams_[used_]));
        done_[used_].record(streams_[used_]);
        ++used_;
    }
    /// What `main` is given from now on comes behind all the work added.
    void join(cudaStream_t main) const {
        for (int i = 0; i < used_; ++i) done_[i].hold(main);
    }

private:
    Stream streams_[kCount];
    Event begun_, done_[kCount];
    int used_ = 0;
};

}  // namespace mixfarm::cuda
