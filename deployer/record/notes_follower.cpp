#include "deployer/record/notes_follower.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deployer/support/same_file.h"

namespace trunkline::deployer {
namespace {

constexpr off_t kMostAtOnce = 2 * 1024 * 1024;

// Not open where it is no regular file; that of a pipe would wait.
base::Descriptor open_notes(const std::filesystem::path& file) {
  base::Descriptor in{open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  struct stat seen{};
  if (in && (fstat(in.get(), &seen) != 0 || !S_ISREG(seen.st_mode))) in.reset();
  return in;
}

}  // namespace

NotesFollower::NotesFollower(const ServiceFolder& folder)
    : file_(notes_file(folder)), in_(open_notes(old_notes_file(folder))) {}

std::vector<Note> NotesFollower::poll() {
  std::vector<Note> notes;
  base::Descriptor now = open_notes(file_);
  if (now && !is_same_file(in_, now)) {
    read_on(notes);  // to the end of the one that was put aside
    in_ = std::move(now);
    read_ = 0;
  }
  read_on(notes);
  return notes;
}

void NotesFollower::read_on(std::vector<Note>& notes) {
  struct stat seen{};
  if (!in_ || fstat(in_.get(), &seen) != 0) return;
  // Where it begins within a line, or was cut off meanwhile, that line cannot be read.
  read_ = std::clamp(read_, std::max(seen.st_size - kMostAtOnce, off_t{0}), seen.st_size);
  std::string text(static_cast<size_t>(seen.st_size - read_), '\0');
  const ssize_t got = pread(in_.get(), text.data(), text.size(), read_);
  text.resize(static_cast<size_t>(std::max(got, ssize_t{0})));
  text.resize(text.rfind('\n') + 1);  // a line that is being written comes with a later call
  read_ += static_cast<off_t>(text.size());
  const std::vector<Note> more = parse_notes(text);
  notes.insert(notes.end(), more.begin(), more.end());
}

}  // namespace trunkline::deployer
