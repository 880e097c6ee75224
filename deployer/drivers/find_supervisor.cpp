#include "deployer/drivers/find_supervisor.h"

#include <algorithm>
#include <vector>

#include "base/core/text.h"
#include "deployer/drivers/proc.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;

namespace {

// "deployer supervise FOLDER", in whatever folder it was started.
bool supervises(pid_t pid, const fs::path& instance) {
  const std::string line = read_proc(proc_folder(pid) / "cmdline");
  const std::vector<std::string_view> words = base::split(line, '\0');
  if (words.size() < 3 || words[1] != "supervise") return false;
  std::error_code ignored;
  const fs::path folder = fs::read_symlink(proc_folder(pid) / "cwd", ignored) / words[2];
  return folder.lexically_normal() == fs::absolute(instance).lexically_normal();
}

pid_t parent_of(pid_t pid) {
  constexpr size_t kParent = 3;
  return static_cast<pid_t>(stat_field(pid, kParent).value_or(0));
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

}  // namespace trunkline::deployer
