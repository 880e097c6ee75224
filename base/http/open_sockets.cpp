#include "base/http/open_sockets.h"

#include <sys/socket.h>

namespace trunkline::base {

bool OpenSockets::add(int fd, int how) {
  const std::lock_guard lock(mutex_);
  if (shut_down_) return false;
  open_.insert_or_assign(fd, how);
  return true;
}

void OpenSockets::remove(int fd) {
  const std::lock_guard lock(mutex_);
  open_.erase(fd);
}

void OpenSockets::shut_down() {
  const std::lock_guard lock(mutex_);
  shut_down_ = true;
  for (const auto& [fd, how] : open_) ::shutdown(fd, how);
}

bool OpenSockets::is_shut_down() const {
  const std::lock_guard lock(mutex_);
  return shut_down_;
}

}  // namespace trunkline::base
