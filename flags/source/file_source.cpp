#include "flags/source/file_source.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

#include "base/core/digest.h"
#include "base/core/files.h"

namespace trunkline::flags {
namespace {

// Watches tell at once; what they miss (another machine's writes to a network file system, a writer that keeps the file
// open) is seen by looking. A stat costs a microsecond.
constexpr base::Millis kLook{1000};
constexpr base::Millis kLookUnwatched{200};
// Whoever writes and pauses for as long is taken to be done, though the file is not closed.
constexpr base::Millis kPause{1000};
// Two writes within a tick of the kernel's clock leave the same stamp.
constexpr base::Millis kTick{50};

}  // namespace

base::Result<FileSource::Stamp> FileSource::stamp() const {
  struct stat info{};
  if (stat(path_.c_str(), &info) != 0) return base::fail(base::system_error("read " + path_.string(), errno));
  return Stamp{info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec};
}

base::Result<std::optional<SourceText>> FileSource::poll() {
  const bool told = watch_.renew();
  TRY_ASSIGN(const Stamp before, stamp());
  if (last_ && last_->settled && last_->stamp == before) return std::nullopt;
  const auto now = std::chrono::nanoseconds(base::system_clock().wall().time_since_epoch()).count();
  // Just written to, and nobody has closed it: the writer is not done.
  if (last_ && !told && now - before.modified_ns < std::chrono::nanoseconds(kPause).count()) return std::nullopt;
  TRY_ASSIGN(std::string text, base::read_file(path_));
  // Written to while it was read: the stamp that is kept is the older one, so the next poll reads it again.
  const bool settled = now - before.modified_ns > std::chrono::nanoseconds(kTick).count();
  std::string digest = base::sha256(text);
  const bool same = last_ && last_->digest == digest;
  last_ = {before, std::move(digest), settled};
  if (same) return std::nullopt;
  return SourceText{std::move(text), path_.string(), ""};
}

base::Millis FileSource::interval(base::Millis wanted) const {
  return std::min(wanted, watch_.descriptor() < 0 ? kLookUnwatched : kLook);
}

}  // namespace trunkline::flags
