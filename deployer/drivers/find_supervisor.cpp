#include "deployer/drivers/find_supervisor.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/core/text.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;

namespace {

// Files of /proc have no size to go by.
std::string read_all(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> pids;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (code == std::errc{} && end == name.data() + name.size()) pids.push_back(pid);
  }
  return pids;
}

fs::path process_folder(pid_t pid) {
  return "/proc/" + std::to_string(pid);
}

// "deployer supervise FOLDER", in whatever folder it was started.
bool supervises(pid_t pid, const fs::path& instance) {
  const std::string line = read_all(process_folder(pid) / "cmdline");
  const std::vector<std::string_view> words = base::split(line, '\0');
  if (words.size() < 3 || words[1] != "supervise") return false;
  std::error_code ignored;
  const fs::path folder = fs::read_symlink(process_folder(pid) / "cwd", ignored) / words[2];
  return folder.lexically_normal() == fs::absolute(instance).lexically_normal();
}

// Field 4 of /proc/PID/stat; the second one, a name in parentheses, may hold anything.
pid_t parent_of(pid_t pid) {
  const std::string text = read_all(process_folder(pid) / "stat");
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  const std::vector<std::string_view> fields = base::split(std::string_view(text).substr(name_end + 1), ' ');
  pid_t parent = 0;
  if (fields.size() > 2) std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), parent);
  return parent;
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
