#include "deployer/plan/tasks_parser.h"

#include <algorithm>
#include <fmt/format.h>

#include "deployer/plan/placeholders.h"
#include "deployer/plan/values.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;
using base::YamlNode;

namespace {

Result<std::vector<std::string>> read_words(const YamlNode& node, const std::string& path, std::string_view file,
                                            Place place) {
  if (!node.is_sequence() || node.items.empty()) {
    return wrong_at(node, path, file, "expected a program and its arguments");
  }
  std::vector<std::string> words;
  for (const YamlNode& word : node.items) {
    if (!word.is_scalar()) return wrong_at(word, path, file, "expected a text");
    TRY(check_text(word, path, file, place));
    words.push_back(word.text);
  }
  if (words.front().empty()) return wrong_at(node, path, file, "expected a program and its arguments");
  return words;
}

Result<bool> parse_contract(std::string_view text) {
  if (text == "expand") return false;
  if (text == "contract") return true;
  return fail(Kind::invalid, fmt::format("expected expand or contract, got \"{}\"", text));
}

}  // namespace

Result<> read_tasks(const Fields& root, std::vector<Task>& tasks) {
  const YamlNode* list = root.find("tasks");
  if (list == nullptr) return {};
  if (!list->is_sequence()) return root.wrong("tasks", "expected a list of tasks");
  for (size_t i = 0; i < list->items.size(); ++i) {
    const std::string path = fmt::format("tasks[{}]", i);
    TRY_ASSIGN(const Fields fields,
               Fields::open(list->items[i], path, root.file(), {"name", "command", "phase", "timeout"}));
    Task task;
    TRY(fields.require("name"));
    TRY(fields.require("command"));
    TRY(fields.read_with("name", task.name, parse_id));
    const bool twice = std::any_of(tasks.begin(), tasks.end(), [&](const Task& t) { return t.name == task.name; });
    if (twice) return fields.wrong("name", "stands twice");
    TRY_ASSIGN(task.command, read_words(*fields.find("command"), fields.path_of("command"), root.file(), Place::task));
    TRY(fields.read_with("phase", task.contract, parse_contract));
    TRY(fields.read("timeout", task.timeout));
    tasks.push_back(std::move(task));
  }
  return {};
}

Result<> read_hooks(const Fields& root, Hooks& hooks) {
  TRY_ASSIGN(const auto fields, root.below("hooks", {"preRollout", "beforeDrain", "afterDrain", "beforeTraffic",
                                                     "afterTraffic", "postRollout", "onRollback", "timeout"}));
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
