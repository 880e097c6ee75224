#pragma once

#include <filesystem>
#include <sys/types.h>
#include <vector>

#include "base/core/files.h"

namespace trunkline::flags {

// Tells when a file may have changed: written, replaced by a rename, or reached through a symbolic link that was
// swapped, as those of a mounted ConfigMap are. Watches the folders on the way to it (inotify). One thread.
class FileWatch {
 public:
  explicit FileWatch(std::filesystem::path path);

  // Watches the folders that the path leads through now, and forgets what was told; true if something was, or may have
  // been missed. What happens afterwards is told again, so call it before the file is looked at.
  bool renew();

  // Readable when something happened; -1 where the system gives no watches: look at the file now and then.
  int descriptor() const { return inotify_.get(); }

 private:
  // By its inode too: another folder may come to stand at the same path.
  struct Folder {
    std::filesystem::path path;
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const Folder&) const = default;
  };

  std::filesystem::path path_;
  base::Descriptor inotify_;
  std::vector<Folder> folders_;
};

// The folders in which a change can make `path` lead to something else: those that hold a symbolic link on the way, and
// the one that holds the file, or the last that exists.
std::vector<std::filesystem::path> folders_on_the_way(const std::filesystem::path& path);

}  // namespace trunkline::flags
