#pragma once

#include "base/core/files.h"
#include "deployer/record/notes.h"

namespace trunkline::deployer {

// Reads notes as they come, beside who writes them down. Not thread-safe; takes no lock.
class NotesFollower {
 public:
  explicit NotesFollower(const ServiceFolder& folder);

  // Those of the whole lines that came since the last call, at first all that are there. Never fails: a file that
  // cannot be read has none, and of more than 2 MiB at once only the end is read.
  std::vector<Note> poll();

 private:
  void read_on(std::vector<Note>& notes);

  const std::filesystem::path file_;
  base::Descriptor in_;  // stays with the file that was read, should it be put aside
  off_t read_ = 0;       // bytes of whole lines
};

}  // namespace trunkline::deployer
