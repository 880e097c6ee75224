#pragma once

#include "deployer/journal/journal.h"

namespace trunkline::deployer {

// Reads a journal as it grows, beside the deployer that writes it. Not thread-safe; takes no lock.
class JournalFollower {
 public:
  struct News {
    // The journal's first line: of another rollout, or of the same one read anew because its end was cut off. What was
    // read before is to be forgotten.
    std::optional<Header> anew;
    std::vector<Recorded> events;
  };

  explicit JournalFollower(std::filesystem::path file) : file_(std::move(file)) {}

  // The whole records that came since the last call; a record that is being written now comes with a later one.
  // Kind::not_found if there is no journal, invalid if it is damaged.
  base::Result<News> poll();

 private:
  base::Result<News> read_anew(const std::string& text);

  const std::filesystem::path file_;
  base::Descriptor in_;  // stays with the file that was read, should another take its place
  size_t read_ = 0;      // bytes of whole records
  std::string last_;     // the text of the last of them
};

}  // namespace trunkline::deployer
