#include "deployer/look/explain.h"

#include <cmath>
#include <fmt/format.h>
#include <map>

#include "base/cli/terminal.h"
#include "deployer/drivers/process_driver.h"
#include "deployer/engine/describe.h"
#include "deployer/engine/event_json.h"
#include "deployer/look/reporter.h"
#include "deployer/record/notes.h"

namespace trunkline::deployer {
using base::JsonArray;
using base::JsonObject;

namespace {

constexpr size_t kLogLines = 5;
constexpr size_t kNotes = 20;

// A measurement and what was made of it.
struct Judged {
  Recorded recorded;
  const Metric* metric;
  Measurement measurement;
  MetricRun run;  // with it
  Verdict verdict;
};

// Those of the last bake: all that carry the last measurement's ticket.
std::vector<Judged> last_bake(const Begun& begun) {
  std::vector<Judged> bake;
  State state = initial_state(begun.plan);
  int ticket = -1;
  for (const Recorded& recorded : begun.journal.events) {
    if (const auto* measured = std::get_if<event::Measured>(&recorded.event)) {
      if (measured->ticket != ticket) bake.clear();
      ticket = measured->ticket;
      const Analysis& analysis = begun.plan.analysis;
      const Metric& metric = analysis.metrics[static_cast<size_t>(measured->metric)];
      MetricRun run = run_of(state.bake, measured->metric);
      const Verdict verdict = judge(run, metric, analysis.on_missing, measured->measurement, recorded.at);
      bake.push_back({recorded, &metric, measured->measurement, run, verdict});
    }
    state = advance(begun.plan, std::move(state), recorded.event, recorded.at).state;
  }
  return bake;
}

std::string head(const Begun& begun) {
  const State& state = begun.state;
  const std::string outcome =
      state.outcome ? std::string(to_string(*state.outcome)) : std::string(to_string(state.phase));
  std::string text =
      fmt::format("{} {} -> {}: {}\n", begun.plan.service, begun.plan.from ? begun.plan.from->version : "nothing",
                  begun.plan.to.version, outcome);
  const std::string silent = state.outcome == Outcome::completed ? "every check passed" : "it is not finished";
  text += fmt::format("why:      {}\n", state.reason.empty() ? silent : state.reason);
  text += fmt::format("who:      {} started it at {}\n", begun.journal.header.who,
                      base::to_iso8601(begun.journal.header.started_at));
  if (!begun.rollout.owner.empty()) text += fmt::format("owner:    {}\n", begun.rollout.owner);
  if (!begun.rollout.runbook.empty()) text += fmt::format("runbook:  {}\n", begun.rollout.runbook);
  if (state.served_by_new > 0)
    text += fmt::format("users:    {} requests reached the new revision\n", state.served_by_new);
  if (state.cut > 0) text += fmt::format("drains:   {}\n", cut_text(begun.plan, state.cut));
  return text;
}

std::string measurements(const Begun& begun) {
  std::vector<std::vector<std::string>> rows = {{"TIME", "METRIC", "RESULT", "LIMIT", "VERDICT"}};
  for (const Judged& j : last_bake(begun)) {
    rows.push_back({base::to_iso8601(j.recorded.wall).substr(11, 10), j.metric->name,
                    result_text(*j.metric, j.measurement, j.run), limit_text(*j.metric),
                    fmt::format("{}{}", to_string(j.verdict), j.metric->dry_run ? " (dry run)" : "")});
  }
  if (rows.size() == 1) return "";
  return "\nmeasured in the last bake (UTC):\n" + base::cli::format_table(rows);
}

// The last ones.
std::vector<Note> notes_of(const ServiceFolder& folder, const Begun& begun) {
  std::vector<Note> notes = read_notes(folder);
  std::erase_if(notes, [&](const Note& note) { return note.release != begun.plan.id; });
  if (notes.size() > kNotes) notes.erase(notes.begin(), notes.end() - kNotes);
  return notes;
}

// With the day: a rollout may be held for long.
std::string noted(const ServiceFolder& folder, const Begun& begun) {
  std::string text;
  for (const Note& note : notes_of(folder, begun)) {
    std::string time = base::to_iso8601(note.at).substr(0, 19);
    time[10] = ' ';
    text += fmt::format("  {}  {}\n", time, note.text.substr(0, note.text.find('\n')));
  }
  return text.empty() ? "" : "\nnoted meanwhile (UTC):\n" + text;
}

// The instance that failed, else the first one: the box.
const std::string& telling_instance(const Begun& begun) {
  int index = 0;
  for (const Recorded& recorded : begun.journal.events) {
    const auto* failed = std::get_if<event::Failed>(&recorded.event);
    if (failed != nullptr && failed->instance >= 0) index = failed->instance;
  }
  return begun.plan.places[static_cast<size_t>(index)];
}

std::string logs(const ServiceFolder& folder, const Begun& begun) {
  const ProcessDriver driver(folder, "/proc/self/exe");
  if (begun.state.outcome == Outcome::completed) return "";
  const std::string& instance = telling_instance(begun);
  std::string text = fmt::format("\nlast lines of {}:\n", folder.log(instance, begun.plan.to).string());
  for (const std::string& line : driver.log_tail(instance, begun.plan.to, kLogLines)) text += "  " + line + "\n";
  return text;
}

}  // namespace

std::string explain(const ServiceFolder& folder, const Begun& begun) {
  return head(begun) + measurements(begun) + noted(folder, begun) + logs(folder, begun);
}

base::Json explain_json(const ServiceFolder& folder, const Begun& begun) {
  JsonObject json = to_json(release_of(begun)).as_object();
  json["phase"] = to_string(begun.state.phase);
  if (!begun.rollout.owner.empty()) json["owner"] = begun.rollout.owner;
  if (!begun.rollout.runbook.empty()) json["runbook"] = begun.rollout.runbook;
  json["requests_served_by_new"] = begun.state.served_by_new;
  json["connections_cut"] = begun.state.cut;
  JsonArray measured;
  for (const Judged& j : last_bake(begun)) {
    JsonObject row{
        {"at", base::to_iso8601(j.recorded.wall)}, {"metric", j.metric->name}, {"query", to_string(j.metric->query)}};
    row["limit"] = limit_text(*j.metric);
    const base::Json measurement = to_json(j.recorded.event);
    for (const char* key : {"value", "missing", "error", "stable", "counts"}) {
      if (const base::Json* value = base::find(measurement, key)) row[key] = *value;
    }
    if (j.run.contest.met && j.metric->against->test == Against::Test::sequential) {
      if (std::isfinite(rise(j.run.contest.test))) row["rise"] = rise(j.run.contest.test);
      row["e_value"] = e_value(j.run.contest.test);
    }
    row["verdict"] = to_string(j.verdict);
    if (j.metric->dry_run) row["dry_run"] = true;
    measured.push_back(std::move(row));
  }
  json["measurements"] = std::move(measured);
  JsonArray notes;
  for (const Note& note : notes_of(folder, begun)) {
    notes.push_back(JsonObject{{"at", base::to_iso8601(note.at)}, {"kind", note.kind}, {"text", note.text}});
  }
  json["notes"] = std::move(notes);
  return json;
}

}  // namespace trunkline::deployer
