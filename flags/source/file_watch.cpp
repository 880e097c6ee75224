#include "flags/source/file_watch.h"

#include <algorithm>
#include <array>
#include <deque>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace trunkline::flags {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel follows
// Not IN_MODIFY: a text is read when its writer has closed it, not at each piece.
constexpr uint32_t kEvents = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_ATTRIB |
                             IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

std::deque<fs::path> parts_of(const fs::path& path) {
  return {path.begin(), path.end()};
}

void add(std::vector<fs::path>& folders, const fs::path& folder) {
  if (std::find(folders.begin(), folders.end(), folder) == folders.end()) folders.push_back(folder);
}

}  // namespace

std::vector<fs::path> folders_on_the_way(const fs::path& path) {
  std::vector<fs::path> folders;
  std::error_code code;
  fs::path at = "/";
  std::deque<fs::path> rest = parts_of(fs::absolute(path, code).relative_path());
  int links = 0;
  while (!rest.empty()) {
    const fs::path part = std::move(rest.front());
    rest.pop_front();
    if (part == "..") at = at.parent_path();
    if (part == ".." || part == "." || part.empty()) continue;
    const fs::file_status status = fs::symlink_status(at / part, code);
    if (fs::is_symlink(status) && ++links <= kMostLinks) {
      add(folders, at);
      const fs::path target = fs::read_symlink(at / part, code);
      if (target.is_absolute()) at = "/";
      const auto more = parts_of(target.relative_path());
      rest.insert(rest.begin(), more.begin(), more.end());
    } else if (rest.empty() || !fs::is_directory(status)) {
      add(folders, at);
      break;
    } else {
      at /= part;
    }
  }
  return folders;
}

FileWatch::FileWatch(fs::path path) : path_(std::move(path)) {}

bool FileWatch::renew() {
  std::array<char, 4096> events;
  bool told = false;
  while (inotify_ && read(inotify_.get(), events.data(), events.size()) > 0) told = true;
  std::vector<Folder> folders;
  for (fs::path& folder : folders_on_the_way(path_)) {
    struct stat info{};
    stat(folder.c_str(), &info);
    folders.push_back({std::move(folder), info.st_dev, info.st_ino});
  }
  if (inotify_ && folders == folders_) return told;
  inotify_ = base::Descriptor(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  for (const Folder& folder : folders) {
    if (inotify_ && inotify_add_watch(inotify_.get(), folder.path.c_str(), kEvents) < 0) inotify_.reset();
  }
  folders_ = std::move(folders);
  return true;
}

}  // namespace trunkline::flags
