#include "deployer/look/reporter.h"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

#include "deployer/engine/describe.h"
#include "deployer/engine/event_json.h"

namespace trunkline::deployer {
using base::cli::Colour;

namespace {

std::string revision_name(const std::optional<ledger::Revision>& revision) {
  return revision ? revision->version : "nothing";
}

}  // namespace

std::string cut_text(const Plan& plan, int64_t cut) {
  return fmt::format("closed after {}: {} long connection{}", base::format_duration(plan.drain_timeout), cut,
                     cut == 1 ? "" : "s");
}

Colour colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return Colour::green;
    case Verdict::fail:
      return Colour::red;
    case Verdict::inconclusive:
      return Colour::yellow;
    case Verdict::error:
      return Colour::red;
  }
  return Colour::plain;
}

Colour colour_of(Outcome outcome) {
  return outcome == Outcome::completed ? Colour::green : Colour::red;
}

std::string fate_of_users(const Plan& plan, const State& state) {
  const bool exposed =
      std::any_of(state.dials.begin(), state.dials.end(), [](const DialState& dial) { return dial.exposed(); });
  if (!exposed) return "";
  return fmt::format("HAProxy sends all users back to the stable side within {} unless it is resumed before",
                     base::format_duration(plan.lease));
}

Telling on_stdout(bool json) {
  return {json, !json && base::cli::use_colour(STDOUT_FILENO), base::cli::print, true};
}

std::string Reporter::painted(std::string_view text, Colour colour) const {
  return base::cli::paint(text, colour, telling_.colour);
}

void Reporter::line(base::Millis now, const std::string& text) const {
  telling_.out(fmt::format("{:>7.1f}s  {}\n", static_cast<double>(now.count()) / 1000, text));
}

void Reporter::event_line(std::string_view name, base::JsonObject fields, base::Millis now) const {
  base::JsonObject json{{"type", name}, {"at_ms", now.count()}};
  for (const auto& field : fields) json[field.key()] = field.value();
  telling_.out(base::to_text(json) + "\n");
}

void Reporter::began(bool resumed) {
  if (telling_.json) {
    base::JsonObject fields{
        {"id", plan_.id}, {"service", plan_.service}, {"strategy", plan_.strategy}, {"resumed", resumed}};
    if (plan_.from) fields["from"] = to_json(*plan_.from);
    fields["to"] = to_json(plan_.to);
    return event_line("began", std::move(fields), base::Millis{0});
  }
  telling_.out(painted(fmt::format("{}  {} -> {}  {} over {} instances{}\n", plan_.service, revision_name(plan_.from),
                                   plan_.to.version, plan_.strategy, plan_.fleet, resumed ? " (taken up again)" : ""),
                       Colour::bold));
}

void Reporter::told(const State& before, const Event& event, const State& state, base::Millis now) {
  if (telling_.json) {
    if (std::holds_alternative<event::Ticked>(event)) return;
    base::JsonObject fields = to_json(event).as_object();
    fields["phase"] = to_string(state.phase);
    return event_line("event", std::move(fields), now);
  }
  if (const auto* measured = std::get_if<event::Measured>(&event); measured != nullptr && telling_.measurements) {
    print_measurement(before, *measured, now);
  }
  if (const auto* done = std::get_if<event::Done>(&event); done != nullptr && state.cut > before.cut) {
    line(now, plan_.places[static_cast<size_t>(done->instance)] + ": " +
                  painted(cut_text(plan_, done->cut), Colour::yellow));
  }
  // Steps whose last instance is done, in the words of the plan.
  const bool moved = state.step > before.step && state.steps == before.steps;
  if (moved && std::holds_alternative<event::Done>(event)) {
    line(now, to_string(before.steps[before.step], plan_.places) + painted("  done", Colour::dim));
  }
  if (before.phase != Phase::rolling_back && state.phase == Phase::rolling_back) {
    line(now, painted("taking it back: " + state.reason, Colour::red));
  }
}

void Reporter::print_measurement(const State& before, const event::Measured& measured, base::Millis now) const {
  const Metric& metric = plan_.analysis.metrics[static_cast<size_t>(measured.metric)];
  MetricRun run = run_of(before.bake, measured.metric);
  const Verdict verdict = judge(run, metric, plan_.analysis.on_missing, measured.measurement, now);
  line(now, fmt::format("  {:<14} {:<10} {:<18} {}{}", metric.name, result_text(metric, measured.measurement, run),
                        limit_text(metric), painted(to_string(verdict), colour_of(verdict)),
                        metric.dry_run ? " (dry run)" : ""));
}

void Reporter::acting(const Action& action, base::Millis now) {
  if (telling_.json) return;
  if (std::holds_alternative<action::Asked>(action)) {
    line(now, painted(fmt::format("waits for a person's word: `deployer promote {0}` or `deployer abort {0}`",
                                  plan_.service),
                      Colour::yellow));
  }
  if (const auto* open = std::get_if<action::OpenBake>(&action)) {
    line(now, fmt::format("bake: {} new, {} stable", open->fresh.size(), open->stable.size()));
  }
}

void Reporter::noted(const std::vector<std::string>& notes, base::Millis now) {
  if (!telling_.notes) return;
  for (const std::string& note : notes) {
    if (telling_.json) {
      event_line("note", {{"text", note}}, now);
    } else {
      line(now, painted(note, Colour::yellow));
    }
  }
}

void Reporter::ended(const State& state) {
  const base::Millis now = state.now;
  if (telling_.json) {
    base::JsonObject fields{{"outcome", state.outcome ? to_string(*state.outcome) : "held"},
                            {"reason", state.reason},
                            {"requests_served_by_new", state.served_by_new},
                            {"connections_cut", state.cut}};
    return event_line("ended", std::move(fields), now);
  }
  if (!state.outcome) {
    line(now, painted("held: " + state.reason, Colour::yellow));
    const std::string fate = fate_of_users(plan_, state);
    return telling_.out(fmt::format("{1}. Next: `deployer resume {0}` or `deployer abort {0}`.\n", plan_.service,
                                    fate.empty() ? "Users stay where they are" : fate));
  }
  line(now, painted(to_string(*state.outcome), colour_of(*state.outcome)) +
                (state.reason.empty() ? "" : ": " + state.reason));
  if (state.cut > 0) line(now, cut_text(plan_, state.cut));
  if (*state.outcome != Outcome::completed) {
    telling_.out(fmt::format("{} requests reached the new revision. `deployer explain {}` says more.\n",
                             state.served_by_new, plan_.service));
  }
}

}  // namespace trunkline::deployer
