#include "flags/agent/store/leftover_files.h"

#include <string>
#include <vector>

namespace trunkline::flags {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::minutes kStillWritten{1};

// "overrides.json.tmp.Ab3dEf", as write_file_atomically names them.
bool is_temporary(const std::string& name) {
  constexpr std::string_view kEnd = ".json.tmp.";
  const size_t at = name.rfind(kEnd);
  return at != std::string::npos && name.size() == at + kEnd.size() + 6 &&
         (name.starts_with("flagset-") || name.starts_with("overrides.json"));
}

}  // namespace

void remove_leftover_files(const fs::path& folder, fs::file_time_type now) {
  std::error_code ignored;
  std::vector<fs::path> old;
  for (fs::directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored)) {
    std::error_code failed;
    const auto written = at->last_write_time(failed);
    if (!failed && at->is_regular_file(failed) && is_temporary(at->path().filename()) &&
        now - written > kStillWritten) {
      old.push_back(at->path());
    }
  }
  for (const fs::path& path : old) fs::remove(path, ignored);
}

}  // namespace trunkline::flags
