/// What no schema can say about a job: whether its names, times and files go together.
#pragma once

#include "host/job/document.h"
#include "host/job/job.h"
#include "host/job/problems.h"

namespace mixfarm {

/// Stems have names of their own that can be part of a file name.
void check_names(const Job& job, const Document& document, Problems& problems);

/// duck_under and make_room_for name another stem of the song, or none.
void check_keys(const Job& job, Problems& problems);

/// The tempo is a tempo, and sections follow each other.
void check_times(const Job& job, Problems& problems);

/// Stems, rough mix and, where the job names one, the style are there.
void check_files(const Job& job, const Document& document, Problems& problems);

}  // namespace mixfarm
