#pragma once

#include <optional>
#include <sys/types.h>

#include "flags/source/file_watch.h"
#include "flags/source/source.h"

namespace trunkline::flags {

// A file. Content written in place, a rename over it and a swapped symbolic link are all seen.
class FileSource final : public Source {
 public:
  explicit FileSource(std::filesystem::path path) : path_(std::move(path)), watch_(path_) {}

  base::Result<std::optional<SourceText>> poll() override;
  base::Millis interval(base::Millis wanted) const override;
  int watch() const override { return watch_.descriptor(); }

 private:
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    int64_t modified_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  // What was read last.
  struct Seen {
    Stamp stamp;
    std::string digest;
    bool settled = false;  // it was old enough: whoever writes to it again gives it another stamp
  };
  base::Result<Stamp> stamp() const;

  std::filesystem::path path_;
  FileWatch watch_;
  std::optional<Seen> last_;
};

}  // namespace trunkline::flags
