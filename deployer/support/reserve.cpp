#include "deployer/support/reserve.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/core/files.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::fail;
using base::Result;

Result<> Reserve::fill() const {
  const base::Descriptor file{open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  if (!file) return fail(base::system_error("open " + file_.string(), errno));
  // Blocks, not a hole. What is there already is kept.
  const int code = posix_fallocate(file.get(), 0, kReserve);
  if (code == 0) return {};
  unlink(file_.c_str());  // a part of it helps nobody
  return fail(base::system_error("fill " + file_.string(), code));
}

void Reserve::give_up_if_full() const {
  std::error_code unknown;
  const fs::space_info space = fs::space(file_.parent_path(), unknown);
  if (!unknown && space.available < static_cast<uintmax_t>(kReserve)) give_up();
}

void Reserve::give_up() const {
  unlink(file_.c_str());
}

}  // namespace trunkline::deployer
