#include "deployer/drivers/memory.h"

#include <charconv>
#include <unistd.h>

#include "deployer/drivers/proc.h"

namespace trunkline::deployer {

std::map<pid_t, int64_t> memory_by_group() {
  constexpr size_t kGroup = 4, kPages = 23;  // of /proc/PID/stat, counted from 0
  static const int64_t page = sysconf(_SC_PAGESIZE);
  std::map<pid_t, int64_t> memory;
  for (const pid_t pid : all_processes()) {
    const auto group = stat_field(pid, kGroup), pages = stat_field(pid, kPages);
    if (group && pages) memory[static_cast<pid_t>(*group)] += *pages * page;
  }
  return memory;
}

std::optional<int64_t> available_memory() {
  constexpr std::string_view kName = "MemAvailable:";
  const std::string text = read_proc("/proc/meminfo");
  const size_t at = text.find(kName);
  if (at == std::string::npos) return std::nullopt;
  const size_t begin = text.find_first_not_of(' ', at + kName.size());
  int64_t kilobytes = 0;
  if (begin == std::string::npos) return std::nullopt;
  if (std::from_chars(text.data() + begin, text.data() + text.size(), kilobytes).ec != std::errc{}) return std::nullopt;
  return kilobytes * 1024;
}

}  // namespace trunkline::deployer
