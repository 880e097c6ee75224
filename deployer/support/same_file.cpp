#include "deployer/support/same_file.h"

#include <sys/stat.h>

namespace trunkline::deployer {

bool is_same_file(const base::Descriptor& a, const base::Descriptor& b) {
  struct stat first{}, second{};
  return a && fstat(a.get(), &first) == 0 && fstat(b.get(), &second) == 0 && first.st_ino == second.st_ino &&
         first.st_dev == second.st_dev;
}

}  // namespace trunkline::deployer
