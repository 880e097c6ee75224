#include "deployer/drivers/find_supervisor.h"

#include <algorithm>
#include <vector>

#include "base/core/text.h"
#include "deployer/drivers/proc.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;

namespace {

// What "deployer supervise FOLDER ADDRESS" says, in whatever folder it was started. The address is missing where an
// older deployer started it.
struct Supervised {
  fs::path folder;
  std::string address;
};

std::optional<Supervised> supervised_by(pid_t pid) {
  const std::string line = read_proc(proc_folder(pid) / "cmdline");
  const std::vector<std::string_view> words = base::split(line, '\0');
  if (words.size() < 3 || words[1] != "supervise") return std::nullopt;
  fs::path folder(words[2]);
  if (folder.is_relative()) {
    std::error_code ignored;
    folder = fs::read_symlink(proc_folder(pid) / "cwd", ignored) / folder;
  }
  return Supervised{folder.lexically_normal(), words.size() > 3 ? std::string(words[3]) : ""};
}

bool supervises(pid_t pid, const fs::path& instance) {
  const auto supervised = supervised_by(pid);
  return supervised && supervised->folder == fs::absolute(instance).lexically_normal();
}

}  // namespace

std::optional<FoundSupervisor> find_supervisor(const fs::path& instance) {
  const std::vector<pid_t> pids = all_processes();
  const auto found = std::find_if(pids.begin(), pids.end(), [&](pid_t pid) { return supervises(pid, instance); });
  if (found == pids.end()) return std::nullopt;
  const auto supervisor = base::identify_process(*found);
  if (!supervisor) return std::nullopt;
  const auto child = std::find_if(pids.begin(), pids.end(), [&](pid_t pid) { return parent_of(pid) == *found; });
  return FoundSupervisor{*supervisor, child == pids.end() ? std::nullopt : base::identify_process(*child)};
}

std::optional<fs::path> find_supervised_at(const std::string& address, const fs::path& own) {
  const fs::path self = fs::absolute(own).lexically_normal();
  for (const pid_t pid : all_processes()) {
    const auto supervised = supervised_by(pid);
    if (supervised && supervised->address == address && supervised->folder != self) return supervised->folder;
  }
  return std::nullopt;
}

}  // namespace trunkline::deployer
