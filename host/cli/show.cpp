/// `mixfarm show`: one candidate's settings as an engineer would write them down, its metrics, and
/// why it is where it is.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "host/cli/command.h"
#include "host/cli/ranking_text.h"
#include "host/job/input_error.h"
#include "host/morning.h"
#include "host/score/score.h"

namespace mixfarm::cli {
namespace {

std::string param_of(const KnobColumn& knob) {
    return knob.name.substr(knob.name.rfind('.') + 1);
}

/// Too close to its neutral value for anyone to write down a difference.
bool at_rest(const KnobColumn& knob, float value) {
    const float step = knob.unit == "dB" || knob.unit == ":1" ? 0.05f
                       : knob.scale == "log"                  ? 0.001f * knob.neutral
                                                              : 0.005f;
    return std::fabs(value - knob.neutral) < step;
}

/// A knob matters when it is off its neutral value and nothing else switches it off (a band at 0 dB
/// has no frequency worth telling, a compressor of ratio 1 no times, a saturator of mix 0 no
/// drive), or when it belongs to something switched on.
bool matters(const Results& results, const std::vector<float>& values, std::size_t k) {
    const KnobColumn& knob = results.knobs[k];
    const std::string param = param_of(knob), band = param.substr(0, param.find('_')) + "_db";
    bool belongs = false;
    for (std::size_t i = 0; i < results.knobs.size(); ++i) {
        const KnobColumn& other = results.knobs[i];
        const std::string name = param_of(other);
        if (other.stem != knob.stem || other.effect != knob.effect ||
            (name != band && name != "ratio" && name != "mix"))
            continue;
        if (at_rest(other, values[i])) return false;
        belongs = true;
    }
    return !at_rest(knob, values[k]) || (belongs && knob.scale != "toggle");
}

std::string amount(const KnobColumn& knob, float value) {
    if (knob.scale == "toggle") return value >= 0.5f ? "bell" : "shelf";
    if (knob.unit == "Hz")
        return value >= 1000 ? fmt::format("{:.1f} kHz", value / 1000)
                             : fmt::format("{:.0f} Hz", value);
    if (knob.unit == "dB") return fmt::format("{:+.1f} dB", value);
    if (knob.unit == "ms")
        return value < 10 ? fmt::format("{:.1f} ms", value) : fmt::format("{:.0f} ms", value);
    if (knob.unit == ":1") return fmt::format("{:.1f}:1", value);
    return fmt::format("{:.2f}", value);
}

std::string label(const std::string& param) {
    std::string text = param;
    for (const char* unit : {"_hz", "_db", "_ms"})
        if (text.size() > 3 && text.compare(text.size() - 3, 3, unit) == 0)
            text.resize(text.size() - 3);
    std::replace(text.begin(), text.end(), '_', ' ');
    return text;
}

void print_settings(const Results& results, std::size_t row) {
    const std::vector<float>& values = results.rows[row].values;
    for (const StemRecord& stem : results.stems) {
        std::string text, effect;
        for (std::size_t k = 0; k < results.knobs.size(); ++k) {
            const KnobColumn& knob = results.knobs[k];
            if (knob.stem != stem.name || !matters(results, values, k)) continue;
            if (effect != knob.effect)
                text += (text.empty() ? "" : "; ") + knob.effect + " ";
            else
                text += ", ";
            effect = knob.effect;
            const std::string name = label(param_of(knob));
            if (name != label(knob.effect)) text += name + " ";
            text += amount(knob, values[k]);
        }
        std::cout << fmt::format("  {:<20} {}\n", stem.name, text.empty() ? "as it is" : text);
    }
}

}  // namespace

int run_show(const std::vector<std::string>& words) {
    Arguments arguments("show NIGHT ID",
                        "Shows one candidate: every setting that matters, what was measured, and "
                        "how it was judged.",
                        "mixfarm show tonight 1234");
    arguments.positional("words", 2);
    if (!arguments.parse(words)) return kDone;
    arguments.required("words");
    const auto given = arguments.get<std::vector<std::string>>("words");
    if (given.size() != 2)
        throw InputError("mixfarm show", "needs a night and an id; usage: mixfarm show NIGHT ID");
    const Results results = read_results(given[0]);
    const std::size_t row = row_of(results, candidate_id(given[1]));
    const Row& r = results.rows[row];
    const auto place = static_cast<std::size_t>(
        std::find(results.order.begin(), results.order.end(), r.id) - results.order.begin());
    const auto pick = std::find(results.picks.begin(), results.picks.end(), r.id);
    if (arguments.json()) {
        Json document;
        document["id"] = r.id;
        document["origin"] = r.origin;
        document["parents"] = Json::array();
        for (const std::int64_t parent : {r.parent_a, r.parent_b})
            if (parent >= 0) document["parents"].push_back(parent);
        document["stage"] = r.stage;
        document["place"] = place + 1;
        document["pareto"] = results.pareto[place];
        document["pick"] =
            pick == results.picks.end() ? Json(nullptr) : Json(pick - results.picks.begin() + 1);
        document["technical"] = number(results.technical[row]);
        document["rejected"] = results.rejected[row]
                                   ? Json(reject_name(static_cast<Reject>(results.rejected[row])))
                                   : Json(nullptr);
        for (std::size_t t = 0; t < results.terms.size(); ++t)
            document["terms"][results.terms[t]] = number(results.scores[row][t]);
        document["metrics"] = metrics_json(results, row);
        for (std::size_t k = 0; k < results.knobs.size(); ++k)
            document["settings"][results.knobs[k].name] = number(r.values[k]);
        print(document);
        return kDone;
    }
    std::cout << fmt::format("mix {} of {}: {}, {}", r.id, given[0], r.origin,
                             r.stage == 3 ? "rendered whole" : "heard in excerpts");
    if (r.parent_a >= 0) std::cout << fmt::format(", from {}", r.parent_a);
    if (r.parent_b >= 0) std::cout << fmt::format(" and {}", r.parent_b);
    std::cout << fmt::format("\nplace {} of {}, Pareto layer {}", place + 1, results.order.size(),
                             results.pareto[place]);
    if (pick != results.picks.end())
        std::cout << fmt::format(
            ", pick {}: {}", pick - results.picks.begin() + 1,
            results.words[static_cast<std::size_t>(pick - results.picks.begin())]);
    std::cout << "\n\nsettings\n";
    print_settings(results, row);
    std::cout << fmt::format("  {:<20} gain {:+.1f} dB, limiter takes {:.2f} LU\n\nmeasured\n",
                             "master", r.master_gain_db, r.limiter_loss_lu);
    for (std::size_t m = 0; m < results.metrics.size(); ++m) {
        if (std::isfinite(r.metrics[m]))
            std::cout << fmt::format(
                "  {:<22} {:8.2f} {}\n", results.metrics[m].first, r.metrics[m],
                results.metrics[m].second == "1" ? "" : results.metrics[m].second);
    }
    std::cout << "\njudged        this   static   rules\n";
    const std::size_t still = row_of(results, kStaticBalance), rules = row_of(results, kRuleBased);
    for (std::size_t t = 0; t < results.terms.size(); ++t)
        std::cout << fmt::format("  {:<10} {:>6.3f}   {:>6.3f}  {:>6.3f}\n", results.terms[t],
                                 results.scores[row][t], results.scores[still][t],
                                 results.scores[rules][t]);
    std::cout << fmt::format("  {:<10} {:>6.3f}   {:>6.3f}  {:>6.3f}\n", "technical",
                             results.technical[row], results.technical[still],
                             results.technical[rules]);
    if (results.rejected[row])
        std::cout << "  rejected: " << reject_reason(static_cast<Reject>(results.rejected[row]))
                  << "\n";
    return kDone;
}

}  // namespace mixfarm::cli
