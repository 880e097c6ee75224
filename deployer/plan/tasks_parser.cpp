#include "deployer/plan/tasks_parser.h"

#include <algorithm>

#include "deployer/plan/values.h"
#include "deployer/plan/words.h"

namespace trunkline::deployer {
using base::Result;
using base::YamlNode;

namespace {

constexpr Choices<bool, 2> kPhases{{"expand", "contract"}, {false, true}};

}  // namespace

const Table kTaskKeys{{
    {"name", Value::id, true, "What the task is called."},
    {"command", Value::command, true, "Program and arguments, run in the unpacked artifact; no shell."},
    {"phase", word_of(kPhases.words), false, "contract: after the old revision is gone.", "expand"},
    {"timeout", Value::duration, false, "How long it may take.", "5m"},
}};

const Table kHooksKeys{{
    {"preRollout", Value::commands, false, "Before anything else."},
    {"beforeDrain", Value::commands, false, "Before users are taken from instances."},
    {"afterDrain", Value::commands, false, "When users are gone from instances."},
    {"beforeTraffic", Value::commands, false, "Before users are sent to instances."},
    {"afterTraffic", Value::commands, false, "When users are sent to instances."},
    {"postRollout", Value::commands, false, "At the end of a rollout that is kept."},
    {"onRollback", Value::commands, false, "When the change is taken back."},
    {"timeout", Value::duration, false, "How long one command may take.", "5m"},
}};

Result<> read_tasks(const Fields& root, std::vector<Task>& tasks) {
  TRY_ASSIGN(const std::vector<Fields> all, root.each("tasks"));
  for (const Fields& fields : all) {
    Task task;
    TRY(fields.read_with("name", task.name, parse_id));
    const bool twice = std::any_of(tasks.begin(), tasks.end(), [&](const Task& t) { return t.name == task.name; });
    if (twice) return fields.wrong("name", "stands twice");
    TRY_ASSIGN(task.command, read_words(*fields.find("command"), fields.path_of("command"), root.file(), Place::task));
    fields.read("phase", task.contract, kPhases);
    TRY(fields.read("timeout", task.timeout));
    tasks.push_back(std::move(task));
  }
  return {};
}

Result<> read_hooks(const Fields& root, Hooks& hooks) {
  TRY_ASSIGN(const auto fields, root.below("hooks"));
  if (!fields) return {};
  TRY(fields->read("timeout", hooks.timeout));
  for (const HookPoint point :
       {HookPoint::pre_rollout, HookPoint::before_drain, HookPoint::after_drain, HookPoint::before_traffic,
        HookPoint::after_traffic, HookPoint::post_rollout, HookPoint::on_rollback}) {
    const YamlNode* list = fields->find(to_string(point));
    if (list == nullptr) continue;
    if (!list->is_sequence()) return fields->wrong(to_string(point), "expected a list of commands");
    for (const YamlNode& item : list->items) {
      TRY_ASSIGN(auto words, read_words(item, fields->path_of(to_string(point)), root.file(), Place::query));
      hooks.commands[point].push_back(std::move(words));
    }
  }
  return {};
}

}  // namespace trunkline::deployer
