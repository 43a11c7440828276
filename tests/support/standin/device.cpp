/// The host's side of the stand-in: memory, streams, events and transforms.
#include <cuda_runtime.h>
#include <cufft.h>

#include <complex>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "tests/support/fft_oracle.h"
#include "tests/support/standin/block.h"

namespace mixfarm::standin {

/// What a stream is to do; with `after`, to wait until that one has done `place` things.
struct Work {
    std::function<void()> act;
    Stream* after = nullptr;
    std::size_t place = 0;
};
/// Work in order. All of it was queued; `done` counts what has been carried out.
struct Stream {
    int device;
    std::deque<Work> work;
    std::size_t queued = 0, done = 0;
    std::uint64_t number;  ///< in the order of creation
};
/// The place in a stream's work at which it was recorded last.
struct Event {
    Stream* stream = nullptr;
    std::size_t place = 0;
};

namespace {

constexpr std::size_t kMostShared = 166912;  // an A100's; a H200 has more

std::recursive_mutex mutex;
Machine machine;
Traffic traffic;
std::uint64_t launches = 0;
std::map<const char*, std::size_t> device_memory, pinned_memory;
std::map<const char*, int> owners;  ///< the device that an allocation lies on
std::map<int, std::size_t> held;    ///< bytes, by device
thread_local int current_device = 0;
struct Earlier {
    bool operator()(const Stream* a, const Stream* b) const { return a->number < b->number; }
};
std::set<Stream*, Earlier> streams;
std::uint64_t streams_made = 0, throws = 0;  ///< of the dice
std::map<const void*, std::size_t> shared_limits;
std::map<const char*, std::size_t> real_sizes;  ///< of device memory, where a fault makes it short
std::size_t largest = 0;
std::map<int, std::pair<int, int>> plans;  ///< size, batch
std::map<int, Stream*> plan_streams;
int next_plan = 1;

void carry_out(Stream* stream, std::size_t until) {
    while (stream->done < until && !stream->work.empty()) {
        const Work next = std::move(stream->work.front());
        stream->work.pop_front();
        ++stream->done;
        if (next.after && streams.contains(next.after)) carry_out(next.after, next.place);
        if (next.act) next.act();
    }
}
void finish(Stream* stream) {
    carry_out(stream, stream->queued);
}
void finish_all() {
    for (Stream* stream : streams) finish(stream);
}

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    std::uint64_t x = (a * 0x9e3779b97f4a7c15u + b) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 31) * 0x94d049bb133111ebu;
    return x ^ x >> 29;
}

/// Some stream does a little of what waits in it; by the seed some of them are slow.
void let_one_go_on() {
    const std::uint64_t dice = mixed(machine.seed, ++throws);
    Stream* const chosen = *std::next(streams.begin(), static_cast<long>(dice % streams.size()));
    const bool slow = mixed(machine.seed, ~chosen->number) % 3 == 0;
    if (slow && (dice >> 40) % 16 != 0) return;
    for (std::uint64_t things = (dice >> 20) % 6; things > 0 && !chosen->work.empty(); --things) {
        const Work& next = chosen->work.front();
        if (next.after && streams.contains(next.after) && next.after->done < next.place) return;
        carry_out(chosen, chosen->done + 1);
    }
}

void enqueue_work(Stream* stream, Work work) {
    const std::lock_guard own(mutex);
    stream->work.push_back(std::move(work));
    ++stream->queued;
    if (machine.haste == Haste::at_once) finish(stream);
    if (machine.haste == Haste::any) let_one_go_on();
}

/// Does [memory, memory + bytes) lie inside one block of `blocks`?
bool inside(const std::map<const char*, std::size_t>& blocks, const void* memory,
            std::size_t bytes) {
    const char* at = static_cast<const char*>(memory);
    auto block = blocks.upper_bound(at);
    if (block == blocks.begin()) return false;
    --block;
    return at + bytes <= block->first + block->second;
}

/// What of [memory, memory + bytes) is really there: only kernels may find out that some is not.
std::size_t really(const void* memory, std::size_t bytes) {
    const char* at = static_cast<const char*>(memory);
    auto block = real_sizes.upper_bound(at);
    if (block == real_sizes.begin()) return bytes;
    --block;
    const auto left = static_cast<std::size_t>(block->first + block->second - at);
    return std::min(bytes, left);
}

std::lock_guard<std::recursive_mutex> lock() {
    return std::lock_guard(mutex);
}

}  // namespace

void set_machine(const Machine& wanted) {
    const auto own = lock();
    machine = wanted;
    launches = 0;
    throws = 0;
    largest = 0;
}

Traffic take_traffic() {
    const auto own = lock();
    return std::exchange(traffic, {});
}

void enqueue(Stream* stream, std::function<void()> act) {
    enqueue_work(stream, {std::move(act)});
}

bool enqueue_kernel(Stream* stream, const void* kernel, const Shape& shape,
                    std::function<void()> body) {
    const auto own = lock();
    const auto limit = shared_limits.find(kernel);
    const std::size_t most = limit == shared_limits.end() ? 48 << 10 : limit->second;
    if (stream->device != current_device || shape.shared_bytes > most ||
        shape.threads.count() > 1024 || shape.threads.count() == 0 || shape.blocks.count() == 0 ||
        shape.blocks.y > 65535 || shape.blocks.z > 65535)
        return false;
    Shape real = shape;
    if (machine.fault == Fault::short_shared && real.shared_bytes > 4) real.shared_bytes -= 4;
    ++traffic.launches;
    traffic.deepest = std::max(traffic.deepest, static_cast<unsigned>(shape.blocks.z));
    traffic.devices |= 1u << current_device;
    const std::uint64_t seed = machine.seed * 1000003 + launches++;
    enqueue(stream,
            [real, seed, body = std::move(body)] { run_grid(machine, seed, real, body, traffic); });
    return true;
}

}  // namespace mixfarm::standin

using namespace mixfarm::standin;

const char* cudaGetErrorString(cudaError_t error) {
    switch (error) {
        case cudaSuccess:
            return "no error";
        case cudaErrorMemoryAllocation:
            return "out of memory";
        case cudaErrorInvalidDevice:
            return "invalid device ordinal";
        default:
            return "invalid argument";
    }
}
cudaError_t cudaGetLastError() {
    return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
    const auto own = lock();
    *count = machine.devices;
    return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
    const auto own = lock();
    if (device < 0 || device >= machine.devices) return cudaErrorInvalidDevice;
    current_device = device;
    return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
    const auto own = lock();
    *properties = {"stand-in", 8, 0, machine.multiprocessors, machine.memory, kMostShared};
    return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* all) {
    const auto own = lock();
    *free = machine.memory - std::min(held[current_device], machine.memory);
    *all = machine.memory;
    return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
    const auto own = lock();
    if (held[current_device] + bytes + machine.missing > machine.memory) {
        ++traffic.refused;
        return cudaErrorMemoryAllocation;
    }
    std::size_t real = bytes;
    if (machine.fault == Fault::short_device && bytes > largest) {
        largest = bytes;
        real -= 4;
    }
    if (posix_memalign(memory, 256, real > 0 ? real : 1) != 0) return cudaErrorMemoryAllocation;
    std::memset(*memory, 0xff, real);
    device_memory[static_cast<const char*>(*memory)] = bytes;
    real_sizes[static_cast<const char*>(*memory)] = real;
    owners[static_cast<const char*>(*memory)] = current_device;
    held[current_device] += bytes;
    traffic.most_bytes = std::max(traffic.most_bytes, held[current_device]);
    return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
    if (memory == nullptr) return cudaSuccess;
    const auto own = lock();
    finish_all();
    const auto block = device_memory.find(static_cast<const char*>(memory));
    if (block == device_memory.end()) return cudaErrorInvalidValue;
    const auto owner = owners.find(block->first);
    held[owner->second] -= block->second;
    owners.erase(owner);
    real_sizes.erase(block->first);
    device_memory.erase(block);
    std::free(memory);
    return cudaSuccess;
}
cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
    const auto own = lock();
    *memory = std::malloc(bytes > 0 ? bytes : 1);
    if (*memory == nullptr) return cudaErrorMemoryAllocation;
    pinned_memory[static_cast<const char*>(*memory)] = bytes;
    return cudaSuccess;
}
cudaError_t cudaFreeHost(void* memory) {
    if (memory == nullptr) return cudaSuccess;
    const auto own = lock();
    finish_all();
    pinned_memory.erase(static_cast<const char*>(memory));
    std::free(memory);
    return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
    if (bytes == 0) return cudaSuccess;
    const auto own = lock();
    const bool down = kind == cudaMemcpyDeviceToHost;
    const void* const there = down ? from : to;
    if (!inside(device_memory, there, bytes) || stream->device != current_device)
        return cudaErrorInvalidValue;
    bytes = really(there, bytes);
    if (inside(pinned_memory, down ? to : from, bytes)) {
        enqueue(stream, [=] { std::memcpy(to, from, bytes); });
    } else if (down) {
        finish(stream);
        std::memcpy(to, from, bytes);
    } else {
        // Memory that is not pinned is read before the call returns.
        const auto* first = static_cast<const char*>(from);
        enqueue(stream, [to, copy = std::vector<char>(first, first + bytes)] {
            std::memcpy(to, copy.data(), copy.size());
        });
    }
    return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* memory, int byte, std::size_t bytes, cudaStream_t stream) {
    const auto own = lock();
    if (!inside(device_memory, memory, bytes)) return cudaErrorInvalidValue;
    enqueue(stream, [=] { std::memset(memory, byte, really(memory, bytes)); });
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
    const auto own = lock();
    streams.insert(*stream = new Stream{current_device, {}, 0, 0, ++streams_made});
    return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    const auto own = lock();
    finish(stream);
    streams.erase(stream);
    delete stream;
    return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    const auto own = lock();
    finish(stream);
    return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    const auto own = lock();
    if (event->stream == nullptr || machine.fault == Fault::lost_event) return cudaSuccess;
    enqueue_work(stream, {{}, event->stream, event->place});
    return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
    *event = new Event;
    return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
    delete event;
    return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    const auto own = lock();
    *event = {stream, stream->queued};
    return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    const auto own = lock();
    if (event->stream == nullptr || machine.fault == Fault::lost_event) return cudaSuccess;
    if (streams.contains(event->stream)) carry_out(event->stream, event->place);
    return cudaSuccess;
}
cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute, int value) {
    const auto own = lock();
    if (value < 0 || static_cast<std::size_t>(value) > kMostShared) return cudaErrorInvalidValue;
    shared_limits[kernel] = static_cast<std::size_t>(value);
    return cudaSuccess;
}

cufftResult cufftPlan1d(cufftHandle* plan, int size, cufftType, int batch) {
    const auto own = lock();
    if (size < 2 || (size & (size - 1)) != 0 || batch < 1) return CUFFT_INVALID_VALUE;
    plans[*plan = next_plan++] = {size, batch};
    return CUFFT_SUCCESS;
}
cufftResult cufftSetStream(cufftHandle plan, cudaStream_t stream) {
    const auto own = lock();
    plan_streams[plan] = stream;
    return CUFFT_SUCCESS;
}
cufftResult cufftExecC2C(cufftHandle plan, cufftComplex* in, cufftComplex* out, int) {
    const auto own = lock();
    const auto [size, batch] = plans.at(plan);
    const std::size_t bytes =
        sizeof(cufftComplex) * static_cast<std::size_t>(size) * static_cast<std::size_t>(batch);
    if (!inside(device_memory, in, bytes) || !inside(device_memory, out, bytes))
        return CUFFT_INVALID_VALUE;
    enqueue(plan_streams.at(plan), [=, size = size, batch = batch] {
        for (int b = 0; b < batch; ++b) {
            const cufftComplex* const from = in + static_cast<std::ptrdiff_t>(b) * size;
            cufftComplex* const to = out + static_cast<std::ptrdiff_t>(b) * size;
            std::vector<std::complex<double>> z;
            bool any = false;
            for (int n = 0; n < size; ++n) {
                z.emplace_back(from[n].x, from[n].y);
                any = any || from[n].x != 0 || from[n].y != 0;
            }
            if (any) mixfarm::oracle::fft(z);
            for (int n = 0; n < size; ++n)
                to[n] = {static_cast<float>(z[static_cast<std::size_t>(n)].real()),
                         static_cast<float>(z[static_cast<std::size_t>(n)].imag())};
        }
    });
    return CUFFT_SUCCESS;
}
cufftResult cufftDestroy(cufftHandle plan) {
    const auto own = lock();
    plans.erase(plan);
    plan_streams.erase(plan);
    return CUFFT_SUCCESS;
}
