#include "deployer/support/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

namespace trunkline::deployer {
namespace {

struct flock range(short type, int64_t byte) {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte == kWholeFile ? 0 : byte;
  lock.l_len = byte == kWholeFile ? 0 : 1;
  return lock;
}

}  // namespace

bool try_lock(const base::Descriptor& file, int64_t byte) {
  struct flock lock = range(F_WRLCK, byte);
  return fcntl(file.get(), F_OFD_SETLK, &lock) == 0;
}

bool try_share(const base::Descriptor& file) {
  struct flock lock = range(F_RDLCK, kWholeFile);
  return fcntl(file.get(), F_OFD_SETLK, &lock) == 0;
}

bool is_locked_elsewhere(const base::Descriptor& file, int64_t byte) {
  struct flock lock = range(F_WRLCK, byte);
  return fcntl(file.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace trunkline::deployer
