#pragma once

#include <string>

#include "base/core/files.h"
#include "base/core/result.h"
#include "deployer/drivers/service_folder.h"

namespace trunkline::deployer {

// The right to act on one service, held by one process at a time and given back by the kernel when that process ends,
// however it ends. Readers need none.
class ServiceLock {
 public:
  // Kind::locked with who holds it, since when and with what, if another process does.
  static base::Result<ServiceLock> take(const ServiceFolder& folder, const std::string& what);

  // Whether somebody holds it now. Asking is in nobody's way.
  static bool is_held(const ServiceFolder& folder);

 private:
  explicit ServiceLock(base::Descriptor file) : file_(std::move(file)) {}
  base::Descriptor file_;
};

// "dev@host", for the record.
std::string who_am_i();

}  // namespace trunkline::deployer
