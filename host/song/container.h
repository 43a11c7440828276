/// Looks at an audio file's own container for what decoders forgive: a file cut short.
#pragma once

#include <filesystem>

namespace mixfarm {

/// Throws InputError when a WAV, RF64 or AIFF data chunk reaches past the end of the file, or when
/// the last Ogg page is cut or not marked as the end of its stream. Sizes left open by streaming
/// writers (0, 0x7fffffff and above) pass. Other containers pass unseen: their decoders report the
/// loss themselves.
void refuse_torn_container(const std::filesystem::path& file);

}  // namespace mixfarm
