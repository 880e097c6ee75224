#include "deployer/support/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

namespace trunkline::deployer {
namespace {

struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

bool try_lock(const base::Descriptor& file) {
  struct flock lock = whole_file();
  return fcntl(file.get(), F_OFD_SETLK, &lock) == 0;
}

bool is_locked_elsewhere(const base::Descriptor& file) {
  struct flock lock = whole_file();
  return fcntl(file.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace trunkline::deployer
