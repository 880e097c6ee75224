#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace trunkline::base {

// Reads a whole regular file of at most `max_bytes`. Kind::not_found if it is not there, Kind::invalid if it is larger,
// Kind::io for the rest.
Result<std::string> read_file(const std::filesystem::path& path, size_t max_bytes = 64 * 1024 * 1024);

// Replaces `path` in one step: a temporary file beside it, fsync, rename, fsync of the folder. Readers see the old text
// or the new one, also after a power cut. On failure the old file stays and nothing is left behind. New files get
// `mode`.
Result<> write_file_atomically(const std::filesystem::path& path, std::string_view text, unsigned mode = 0644);

// Makes the folder and those above it. Kind::io where that cannot be.
Result<> make_folders(const std::filesystem::path& path);

// fsync of a folder, so that a name made or removed in it lasts.
Result<> sync_folder(const std::filesystem::path& path);

// A folder of its own below the system's temporary one, removed with all it holds when the object goes.
class TempFolder {
 public:
  static Result<TempFolder> make(std::string_view prefix);
  TempFolder(TempFolder&& other) noexcept;
  TempFolder& operator=(TempFolder&&) = delete;
  ~TempFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TempFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// The kernel's message for errno-like `code`, with what was tried: "write links.db: No space left on device".
// Kind::not_found for ENOENT, Kind::denied for EACCES and EPERM, Kind::io for the rest.
Error system_error(std::string_view what, int code);

// A file descriptor that closes itself. Not thread-safe.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

// Writes all of `text`; EINTR and short writes are gone on with. `what` names the file in the error.
Result<> write_all(int fd, std::string_view text, std::string_view what);

}  // namespace trunkline::base
