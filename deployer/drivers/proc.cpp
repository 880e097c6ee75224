#include "deployer/drivers/proc.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <iterator>
#include <map>
#include <unistd.h>

#include "base/core/files.h"
#include "base/core/text.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;

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

fs::path proc_folder(pid_t pid) {
  return "/proc/" + std::to_string(pid);
}

std::string read_proc(const fs::path& file) {
  const base::Descriptor in{open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  std::string text;
  std::array<char, 16384> block{};
  for (;;) {
    const ssize_t got = in ? read(in.get(), block.data(), block.size()) : 0;
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 ? "" : text;  // a process that ends meanwhile gives an error (ESRCH)
    text.append(block.data(), static_cast<size_t>(got));
  }
}

std::optional<int64_t> stat_field(pid_t pid, size_t index) {
  const std::string text = read_proc(proc_folder(pid) / "stat");
  const size_t name_end = text.rfind(')');  // field 1, a name in parentheses, may hold anything
  if (name_end == std::string::npos || index < 3) return std::nullopt;
  const std::vector<std::string_view> behind =
      base::split(base::trim(std::string_view(text).substr(name_end + 1)), ' ');
  if (behind.size() <= index - 2) return std::nullopt;
  const std::string_view field = behind[index - 2];
  int64_t value = 0;
  const auto [end, code] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (code != std::errc{}) return std::nullopt;
  return value;
}

pid_t parent_of(pid_t pid) {
  constexpr size_t kParent = 3;
  return static_cast<pid_t>(stat_field(pid, kParent).value_or(0));
}

std::vector<pid_t> family_of(pid_t pid) {
  std::multimap<pid_t, pid_t> children;
  for (const pid_t one : all_processes()) children.emplace(parent_of(one), one);
  std::vector<pid_t> family = {pid};
  for (size_t i = 0; i < family.size(); ++i) {
    const auto [begin, end] = children.equal_range(family[i]);
    std::transform(begin, end, std::back_inserter(family), [](const auto& child) { return child.second; });
  }
  return family;
}

}  // namespace trunkline::deployer
