#pragma once

#include <optional>
#include <sys/types.h>

#include "flags/source/source.h"

namespace trunkline::flags {

// A file, looked at by stat: content written in place, a rename over it and a swapped symbolic link all change what
// stat says.
class FileSource final : public Source {
 public:
  explicit FileSource(std::filesystem::path path) : path_(std::move(path)) {}

  base::Result<std::optional<SourceText>> poll() override;
  base::Millis interval(base::Millis wanted) const override;

 private:
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    int64_t modified_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  base::Result<Stamp> stamp() const;

  std::filesystem::path path_;
  std::optional<Stamp> last_;
};

}  // namespace trunkline::flags
