/// Reads automation and lays it on the song's time.
#include "host/job/automation.h"

#include <algorithm>

#include "host/job/nearest.h"

namespace mixfarm {
namespace {

using nlohmann::json;

/// Whether two names mean one knob: "ratio" and "compressor.ratio" do, wherever "ratio" alone is
/// enough.
bool same_knob(const std::string& a, const std::string& b) {
    const auto ends_in = [](const std::string& full, const std::string& part) {
        return part.find('.') == std::string::npos && full.ends_with("." + part);
    };
    return a == b || ends_in(a, b) || ends_in(b, a);
}

std::string on_line(const Document& document, const JsonPlace& place) {
    return "on line " + std::to_string(document.line_of(place));
}

/// The point as the message about the one after it shows it.
std::string moment(const AutomationPointJob& point) {
    const std::string seconds = show_value(point.at_s);
    return point.section.empty() ? seconds : seconds + ", where '" + point.section + "' starts";
}

class Settling {
public:
    Settling(const Job& job, const Document& document, Problems& problems)
        : sections_(job.sections), document_(document), problems_(problems) {}

    /// All knobs of one channel, which lies at `channel` in the document.
    void settle(std::vector<AutomationJob>& automation, const std::map<std::string, double>& lock,
                const JsonPlace& channel) {
        const JsonPlace all = channel / "automation";
        for (std::size_t k = 0; k < automation.size(); ++k) {
            const JsonPlace place = all / automation[k].knob;
            settle_points(automation[k].points, place);
            for (const auto& [locked, unused] : lock) {
                if (!same_knob(automation[k].knob, locked)) continue;
                problems_.add(place, "is locked too, " +
                                         on_line(document_, channel / "lock" / locked) +
                                         "; a knob either stays or moves, keep one of them");
            }
            for (std::size_t other = 0; other < k; ++other) {
                if (!same_knob(automation[k].knob, automation[other].knob)) continue;
                problems_.add(place, "is the knob that '" + automation[other].knob + "' moves, " +
                                         on_line(document_, all / automation[other].knob) +
                                         "; keep one of them");
            }
        }
    }

private:
    void settle_points(std::vector<AutomationPointJob>& points, const JsonPlace& place) {
        const AutomationPointJob* before = nullptr;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const JsonPlace at = place / i / "at";
            AutomationPointJob& point = points[i];
            if (!point.section.empty() && !settle_section(point, at)) continue;
            if (before != nullptr && point.at_s < before->at_s)
                problems_.add(at, moment(point) + (point.section.empty() ? "" : ",") +
                                      " is before " + moment(*before) +
                                      "; list the points in the order of time");
            before = &point;
        }
    }

    bool settle_section(AutomationPointJob& point, const JsonPlace& place) {
        std::vector<std::string> known, lines;
        for (std::size_t i = 0; i < sections_.size(); ++i) {
            known.push_back(sections_[i].name);
            if (sections_[i].name != point.section) continue;
            point.at_s = sections_[i].start_s;
            lines.push_back(
                std::to_string(document_.line_of(JsonPlace("/song/sections") / i / "name")));
        }
        if (lines.size() == 1) return true;
        const std::string name = show_value(point.section);
        if (!lines.empty()) {
            problems_.add(place, name + " could be any of " + std::to_string(lines.size()) +
                                     " sections (lines " + join(lines) +
                                     "); give each a name of its own, or write seconds");
        } else if (known.empty()) {
            problems_.add(place, "there is no section " + name +
                                     ", because song.sections is empty; list it there, or write "
                                     "seconds");
        } else {
            problems_.add(place, "there is no section " + name + choices(point.section, known) +
                                     "; or write seconds, for example 61.5");
        }
        return false;
    }

    const std::vector<SectionJob>& sections_;
    const Document& document_;
    Problems& problems_;
};

}  // namespace

std::vector<AutomationJob> read_automation(const json& value) {
    std::vector<AutomationJob> automation;
    for (const auto& [knob, points] : value.items()) {
        AutomationJob moves;
        moves.knob = knob;
        for (const json& said : points) {
            AutomationPointJob point;
            const json& at = said.at("at");
            if (at.is_string()) {
                point.section = at.get<std::string>();
            } else {
                point.at_s = at.get<double>();
            }
            point.value = said.at("value").get<double>();
            moves.points.push_back(std::move(point));
        }
        automation.push_back(std::move(moves));
    }
    return automation;
}

void settle_automation(Job& job, const Document& document, Problems& problems) {
    Settling settling(job, document, problems);
    for (std::size_t i = 0; i < job.stems.size(); ++i)
        settling.settle(job.stems[i].automation, job.stems[i].lock, JsonPlace("/song/stems") / i);
    for (auto& [name, bus] : job.buses)
        settling.settle(bus.automation, bus.lock, JsonPlace("/console/buses") / name);
}

}  // namespace mixfarm
