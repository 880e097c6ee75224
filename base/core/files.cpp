#include "base/core/files.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace trunkline::base {
namespace fs = std::filesystem;
namespace {

Error file_error(std::string_view verb, const fs::path& path) {
  const int code = errno;
  return system_error(fmt::format("{} {}", verb, path.string()), code);
}

Result<> write_and_sync(const fs::path& path, int fd, std::string_view text, unsigned mode) {
  TRY(write_all(fd, text, path.string()));
  if (fchmod(fd, mode) != 0) return fail(file_error("chmod", path));
  if (fsync(fd) != 0) return fail(file_error("fsync", path));
  return {};
}

}  // namespace

Error system_error(std::string_view what, int code) {
  const Kind kind = code == ENOENT ? Kind::not_found : code == EACCES || code == EPERM ? Kind::denied : Kind::io;
  return Error{kind, fmt::format("{}: {}", what, std::generic_category().message(code)), {}};
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Descriptor::reset() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Result<> write_all(int fd, std::string_view text, std::string_view what) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(system_error(fmt::format("write {}", what), errno));
    text.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<std::string> read_file(const fs::path& path, size_t max_bytes) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};  // a named pipe would wait
  if (!file) return fail(file_error("read", path));
  struct stat info{};
  if (fstat(file.get(), &info) != 0) return fail(file_error("read", path));
  if (!S_ISREG(info.st_mode)) return fail(Kind::invalid, "is not a regular file", Where{path.string(), 0, 0});
  std::string text;
  text.resize(std::min(static_cast<size_t>(info.st_size), max_bytes) + 1);
  size_t used = 0;
  for (;;) {
    if (used == text.size()) {
      if (used > max_bytes) {
        return fail(Kind::invalid, fmt::format("is larger than the {} bytes that are read", max_bytes),
                    Where{path.string(), 0, 0});
      }
      text.resize(std::min(2 * used, max_bytes + 1));
    }
    const ssize_t got = read(file.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(file_error("read", path));
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  text.resize(used);
  return text;
}

Result<> write_file_atomically(const fs::path& path, std::string_view text, unsigned mode) {
  std::string temporary = path.string() + ".tmp.XXXXXX";
  Descriptor file{mkostemp(temporary.data(), O_CLOEXEC)};
  if (!file) return fail(file_error("write", path));
  auto written = write_and_sync(path, file.get(), text, mode);
  if (written && rename(temporary.c_str(), path.c_str()) != 0) written = fail(file_error("rename", path));
  if (!written) {
    unlink(temporary.c_str());
    return written;
  }
  return sync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

Result<> make_folders(const fs::path& path) {
  std::error_code code;
  fs::create_directories(path, code);
  if (code) return fail(system_error("make folder " + path.string(), code.value()));
  return {};
}

Result<> sync_folder(const fs::path& path) {
  const Descriptor folder{open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || fsync(folder.get()) != 0) return fail(file_error("fsync", path));
  return {};
}

Result<TempFolder> TempFolder::make(std::string_view prefix) {
  std::error_code code;
  const fs::path root = fs::temp_directory_path(code);
  std::string pattern = ((code ? fs::path("/tmp") : root) / fmt::format("{}.XXXXXX", prefix)).string();
  if (mkdtemp(pattern.data()) == nullptr) return fail(system_error("make folder " + pattern, errno));
  return TempFolder(pattern);
}

TempFolder::TempFolder(TempFolder&& other) noexcept : path_(std::move(other.path_)) {
  other.path_.clear();
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace trunkline::base
