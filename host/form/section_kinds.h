/// What each section is once it is known where it begins: how loud, how sung, of which kind.
#pragma once

#include <optional>

#include "host/form/sections.h"

namespace mixfarm {

/// Loudness, voices, rises and drop of a section that lies where it lies. `bar_s` is a bar's
/// length.
void measure_section(FoundSection& section, const Song& song, const Profile& profile,
                     const SongCourse& course, double bar_s);

/// The chorus is the loud, sung theme that comes again; a pre-chorus is a short one that leads to
/// it each time; verses are the other sung ones, a bridge one that comes once and late; what is not
/// sung is intro, interlude or outro by its place.
void tell_kinds(std::vector<FoundSection>& found);

/// What a name says that a section is: "Chorus 2", "pre-chorus", "hook"; nullopt: nothing.
std::optional<SectionKind> kind_of_name(const std::string& name);

/// Names those that have none after their kind, with a count where the kind comes again.
void name_sections(std::vector<FoundSection>& found);

/// Sections as the job gives them, at the nearest bars where `bars_sure`; kinds by the words of
/// their names, themes by the names without counts.
Sections given_sections(const Song& song, const Profile& profile, const SongCourse& course,
                        const Bars& bars, bool bars_sure);

}  // namespace mixfarm
