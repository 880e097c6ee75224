#include "deployer/drivers/task_runner.h"

#include <fcntl.h>
#include <fmt/format.h>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/core/text.h"
#include "deployer/support/file_lock.h"
#include "deployer/support/json_file.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Kind;
using base::Millis;
using base::Result;

namespace {

constexpr Millis kPoll{20};
constexpr size_t kTailBytes = 2000;

Result<base::Descriptor> open_output(const fs::path& home) {
  base::Descriptor output{open((home / "runner.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
  if (!output) return fail(base::system_error("open " + (home / "runner.log").string(), errno));
  return output;
}

Result<> begin(const ServiceFolder& folder, const ledger::Revision& revision, const OnceTask& task,
               const fs::path& home) {
  base::JsonArray words;
  for (const std::string& word : task.command) words.push_back(base::Json(word));
  base::JsonObject environment;
  for (const auto& [name, value] : task.environment) environment[name] = value;
  const base::JsonObject spec{{"command", std::move(words)},
                              {"environment", std::move(environment)},
                              {"folder", folder.release(revision).string()},
                              {"timeout_ms", task.timeout.count()}};
  TRY_ASSIGN(const base::Descriptor output, open_output(home));
  // The runner gets the lock with its output, so that there is no moment between the two.
  if (!try_lock(output)) return fail(Kind::conflict, "another deployer runs it");
  TRY(base::write_file_atomically(home / "begun.json", base::to_text(spec), 0600));
  const auto runner = base::Child::start({{"/proc/self/exe", "run-task", home.string()}}, output);
  return runner ? Result<>{} : fail(runner.error());
}

// Nothing while it runs.
Result<std::optional<base::Json>> result_of(const fs::path& home) {
  auto json = read_json_file(home / "result.json");
  if (json) return std::optional(*std::move(json));
  if (json.error().kind != Kind::not_found) return fail(json.error());
  return std::nullopt;
}

Result<> judge(const base::Json& result, const OnceTask& task, const fs::path& home) {
  const base::Json* ok = base::find(result, "ok");
  if (ok != nullptr && *ok == base::Json(true)) return {};
  std::error_code ignored;
  fs::remove(home / "begun.json", ignored);  // known to have failed: the next release may try it again
  fs::remove(home / "result.json", ignored);
  return fail(Kind::internal,
              fmt::format("{} {}\n    {}", task.name, base::string_or(result, "how"), base::string_or(result, "tail")));
}

}  // namespace

Result<> run_once(const ServiceFolder& folder, const ledger::Revision& revision, const OnceTask& task,
                  const std::stop_token& stop) {
  const fs::path home = folder.root() / "tasks" / fmt::format("{}-{}", id_of(revision), task.name);
  TRY(base::make_folders(home));
  if (!fs::exists(home / "begun.json")) TRY(begin(folder, revision, task, home));
  for (;;) {
    TRY_ASSIGN(const base::Descriptor output, open_output(home));
    const bool runs = is_locked_elsewhere(output);
    TRY_ASSIGN(const auto result, result_of(home));
    if (result) return judge(*result, task, home);
    if (!runs) {
      return fail(Kind::conflict,
                  fmt::format("{} was begun before, and nobody knows how it ended; look, then remove {} to have it run "
                              "again",
                              task.name, home.string()));
    }
    TRY(pause_for(kPoll, stop));
  }
}

Result<int> run_recorded(const fs::path& task_folder) {
  TRY_ASSIGN(const base::Json spec, read_json_file(task_folder / "begun.json"));
  base::ProcessSpec process;
  process.folder = base::string_or(spec, "folder");
  process.inherit = false;
  const base::Json* words = base::find(spec, "command");
  const base::Json* timeout = base::find(spec, "timeout_ms");
  if (words == nullptr || !words->is_array() || timeout == nullptr || !timeout->is_int64()) {
    return fail(Kind::invalid, "no task", {(task_folder / "begun.json").string(), 0, 0});
  }
  for (const base::Json& word : words->as_array()) process.argv.emplace_back(word.as_string());
  if (const base::Json* variables = base::find(spec, "environment"); variables != nullptr) {
    for (const auto& member : variables->as_object()) process.environment[member.key()] = member.value().as_string();
  }
  const auto output = base::run_process(process, Millis{timeout->as_int64()});
  base::JsonObject result{{"ok", false}};
  if (!output) {
    result["how"] = "could not be started: " + output.error().message;
  } else {
    const std::string text = output->out + output->err;
    TRY(base::write_file_atomically(task_folder / "output.log", text, 0600));
    result["ok"] = output->status.ok() && !output->timed_out;
    result["how"] = output->timed_out ? "took too long" : "ended with " + to_string(output->status);
    result["tail"] = base::trim(text.size() > kTailBytes ? text.substr(text.size() - kTailBytes) : text);
  }
  TRY(base::write_file_atomically(task_folder / "result.json", base::to_text(result), 0600));
  return 0;
}

}  // namespace trunkline::deployer
