#include "flags/source/file_source.h"

#include <cerrno>
#include <sys/stat.h>

#include "base/core/files.h"

namespace trunkline::flags {
namespace {

// A stat costs a microsecond, so a file is looked at more often than a remote may be asked.
constexpr base::Millis kLook{200};

}  // namespace

base::Result<FileSource::Stamp> FileSource::stamp() const {
  struct stat info{};
  if (stat(path_.c_str(), &info) != 0) return base::fail(base::system_error("read " + path_.string(), errno));
  return Stamp{info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec};
}

base::Result<std::optional<SourceText>> FileSource::poll() {
  TRY_ASSIGN(const Stamp before, stamp());
  if (last_ == before) return std::nullopt;
  TRY_ASSIGN(std::string text, base::read_file(path_));
  // Written to while it was read: the stamp that is kept is the older one, so the next poll reads it again.
  last_ = before;
  return SourceText{std::move(text), path_.string(), ""};
}

base::Millis FileSource::interval(base::Millis wanted) const {
  return std::min(wanted, kLook);
}

}  // namespace trunkline::flags
