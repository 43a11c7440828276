/// What the GPU compiler made of the kernels: reads the machine code inside an object file of nvcc
/// without any tool of the CUDA Toolkit.
///
/// An object holds one ELF image a GPU (uncompressed: nvcc -no-compress). In it, a kernel's code is
/// the section .text.<name>, 16 bytes an instruction with the opcode in the low 12 bits, and
/// .nv.info says what it takes (attribute 0x2f registers, 0x11 bytes of stack). A loop is what lies
/// between a branch and its target further up.
#pragma once

#include <cxxabi.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace mixfarm::cubin {

struct Loop {
    int first, last;  ///< instructions
    int local;        ///< of them, those that touch local memory: spills, arrays
    bool innermost;
    int size() const { return last + 1 - first; }
};
struct Kernel {
    int architecture = 0;  ///< 90 for sm_90
    std::string name;      ///< without namespaces and parameters
    int registers = 0, stack_bytes = 0, instructions = 0;
    std::vector<Loop> loops;

    int looped() const {  ///< instructions that lie in any loop
        int count = 0, end = 0;
        for (const Loop& loop : sorted()) {
            count += std::max(0, loop.last + 1 - std::max(loop.first, end));
            end = std::max(end, loop.last + 1);
        }
        return count;
    }
    int local_in_innermost() const {
        int count = 0;
        for (const Loop& loop : loops) count += loop.innermost ? loop.local : 0;
        return count;
    }

private:
    std::vector<Loop> sorted() const {
        std::vector<Loop> all = loops;
        std::sort(all.begin(), all.end(),
                  [](const Loop& a, const Loop& b) { return a.first < b.first; });
        return all;
    }
};

/// One ELF image at the start of `bytes`.
class Image {
public:
    explicit Image(const std::uint8_t* bytes) : bytes_(bytes) {
        const auto sections = at<std::uint64_t>(bytes + 0x28);
        const int count = at<std::uint16_t>(bytes + 0x3c), names = at<std::uint16_t>(bytes + 0x3e);
        for (int i = 0; i < count; ++i) {
            const std::uint8_t* s = bytes + sections + 64 * static_cast<std::uint64_t>(i);
            sections_.push_back({at<std::uint32_t>(s), at<std::uint32_t>(s + 40),
                                 at<std::uint64_t>(s + 24), at<std::uint64_t>(s + 32), ""});
        }
        for (Section& s : sections_)
            s.name = text(sections_[static_cast<std::size_t>(names)], s.name_at);
    }
    static bool is_gpu(const std::uint8_t* bytes) {
        return at<std::uint16_t>(bytes + 18) == 190;  // EM_CUDA
    }
    int architecture() const { return at<std::uint32_t>(bytes_ + 48) >> 8 & 0xff; }

    std::vector<Kernel> kernels() const {
        std::map<std::string, Kernel> found;
        for (const Section& s : sections_) {
            if (!s.name.starts_with(".text.")) continue;
            Kernel& kernel = found[s.name.substr(6)];
            kernel.architecture = architecture();
            kernel.name = plain_name(s.name.substr(6));
            read_code(s, kernel);
        }
        const Section *info = section(".nv.info"), *symbols = section(".symtab");
        if (info == nullptr || symbols == nullptr) return {};
        const Section& strings = sections_[symbols->link];
        const std::uint8_t *p = bytes_ + info->offset, *const end = p + info->size;
        for (; p < end; p += 4) {
            if (p[0] != 4) continue;  // the value follows
            const std::uint8_t* const value = p + 4;
            if (p[1] == 0x2f || p[1] == 0x11) {
                const std::uint64_t symbol = at<std::uint32_t>(value);
                const std::string name =
                    text(strings, at<std::uint32_t>(bytes_ + symbols->offset + 24 * symbol));
                if (const auto kernel = found.find(name); kernel != found.end())
                    (p[1] == 0x2f ? kernel->second.registers : kernel->second.stack_bytes) =
                        static_cast<int>(at<std::uint32_t>(value + 4));
            }
            p += at<std::uint16_t>(p + 2);
        }
        std::vector<Kernel> all;
        for (auto& [name, kernel] : found) all.push_back(std::move(kernel));
        return all;
    }

private:
    struct Section {
        std::uint32_t name_at, link;
        std::uint64_t offset, size;
        std::string name;
    };
    template <class T>
    static T at(const std::uint8_t* p) {
        T value;
        std::memcpy(&value, p, sizeof value);
        return value;
    }
    std::string text(const Section& strings, std::uint64_t where) const {
        return reinterpret_cast<const char*>(bytes_ + strings.offset + where);
    }
    const Section* section(const std::string& name) const {
        for (const Section& s : sections_)
            if (s.name == name) return &s;
        return nullptr;
    }
    static std::string plain_name(const std::string& mangled) {
        int status = 0;
        char* const text = abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status);
        std::string name = text ? text : mangled;
        std::free(text);
        for (const std::string gone :
             {"void ", "(anonymous namespace)::", "mixfarm::cuda::", "mixfarm::"})
            for (std::size_t i; (i = name.find(gone)) != std::string::npos;)
                name.erase(i, gone.size());
        return name.substr(0, name.find('('));
    }
    /// The signed distance of a branch in bytes, counted from the instruction behind it.
    std::int64_t distance(const std::uint8_t* instruction) const {
        const auto low = at<std::uint64_t>(instruction), high = at<std::uint64_t>(instruction + 8);
        const std::uint64_t upper = low >> 34 | high << 30;  // 48 bits, in words
        const std::uint64_t words = architecture() >= 90 ? upper << 8 | (low >> 16 & 0xff) : upper;
        const int unused = architecture() >= 90 ? 8 : 16;
        return (static_cast<std::int64_t>(words << unused) >> unused) * 4;
    }
    void read_code(const Section& code, Kernel& kernel) const {
        kernel.instructions = static_cast<int>(code.size / 16);
        const std::uint8_t* const first = bytes_ + code.offset;
        const auto opcode = [&](int i) { return at<std::uint16_t>(first + 16 * i) & 0xfff; };
        for (int i = 0; i < kernel.instructions; ++i) {
            if (opcode(i) != 0x947) continue;
            const std::int64_t to = i + 1 + distance(first + 16 * i) / 16;
            if (to < 0 || to >= i) continue;  // forward; a branch to itself ends the kernel
            Loop loop{static_cast<int>(to), i, 0, true};
            for (int k = loop.first; k <= loop.last; ++k)
                loop.local += opcode(k) == 0x983 || opcode(k) == 0x387 || opcode(k) == 0x987;
            kernel.loops.push_back(loop);
        }
        for (Loop& outer : kernel.loops)
            for (const Loop& inner : kernel.loops)
                if (inner.first >= outer.first && inner.last <= outer.last &&
                    inner.size() < outer.size())
                    outer.innermost = false;
    }

    const std::uint8_t* bytes_;
    std::vector<Section> sections_;
};

/// All kernels in an object file, of every GPU that it was compiled for.
inline std::vector<Kernel> kernels_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
    bytes.resize(bytes.size() + 64);
    std::vector<Kernel> all;
    const std::uint8_t magic[] = {0x7f, 'E', 'L', 'F'};
    for (auto p = bytes.begin();
         (p = std::search(p, bytes.end(), std::begin(magic), std::end(magic))) != bytes.end();
         ++p) {
        if (bytes.end() - p < 64 || !Image::is_gpu(&*p)) continue;
        for (Kernel& kernel : Image(&*p).kernels()) all.push_back(std::move(kernel));
    }
    return all;
}

}  // namespace mixfarm::cubin
