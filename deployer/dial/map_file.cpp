#include "deployer/dial/map_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/core/files.h"
#include "base/core/text.h"
#include "deployer/support/file_lock.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr base::Millis kPoll{10};
constexpr base::Millis kLockWithin{2'000};

bool is_entry_of(std::string_view line, std::string_view key) {
  line = base::trim(line);
  return line.starts_with(key) && line.size() > key.size() && (line[key.size()] == ' ' || line[key.size()] == '\t');
}

// The file itself is replaced by each write, so the lock is one beside it.
Result<base::Descriptor> lock_beside(const std::filesystem::path& file) {
  const std::string name = file.string() + ".lock";
  base::Descriptor lock{open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!lock) return fail(base::system_error("open " + name, errno));
  const auto deadline = base::system_clock().steady() + kLockWithin;
  while (!try_lock(lock)) {
    if (base::system_clock().steady() > deadline) {
      return fail(Kind::locked, fmt::format("another process is writing {}", file.string()));
    }
    TRY(pause_for(kPoll, {}));
  }
  return lock;
}

}  // namespace

std::string with_entry(std::string_view text, std::string_view key, std::string_view value) {
  const std::string entry = fmt::format("{} {}\n", key, value);
  std::string result;
  bool written = false;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    if (!is_entry_of(line, key)) {
      result += line;
      if (!result.ends_with('\n')) result += '\n';
    } else if (!written) {
      result += entry;
      written = true;
    }
  }
  return written ? result : result + entry;
}

Result<> write_map_entry(const std::filesystem::path& file, std::string_view key, std::string_view value) {
  TRY_ASSIGN(const base::Descriptor lock, lock_beside(file));
  TRY_ASSIGN(const std::string text, base::read_file(file));
  struct stat now{};
  const unsigned mode = stat(file.c_str(), &now) == 0 ? now.st_mode & 0777U : 0644U;
  return base::write_file_atomically(file, with_entry(text, key, value), mode);
}

}  // namespace trunkline::deployer
