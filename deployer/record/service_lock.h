#pragma once

#include <string>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/core/result.h"
#include "deployer/dial/fence.h"
#include "deployer/drivers/service_folder.h"

namespace trunkline::deployer {

// Who holds a service's lock, as they wrote it down.
struct LockHolder {
  std::string who, what, since;
  base::ProcessIdentity process;
  int64_t epoch = 0;  // one more with every holder
};

// The right to act on one service, held by one process at a time and given back by the kernel when that process ends,
// however it ends. Readers need none.
//
// A holder that is stopped, not dead, may be taken over from: the epoch grows, and from then on the old one's fence
// lets nothing of it through. An act of it that is under way is waited for; after 10 s its process is killed, if it is
// still the very one that took the lock.
class ServiceLock {
 public:
  enum class Force { no, take_over };

  // Kind::locked with who holds it, since when and with what, if another process does.
  static base::Result<ServiceLock> take(const ServiceFolder& folder, const std::string& what, Force force = Force::no);

  // Whether somebody holds it now, and who did last. Asking is in nobody's way.
  static bool is_held(const ServiceFolder& folder);
  static std::optional<LockHolder> holder(const ServiceFolder& folder);

  // Stands before every change this holder makes. Kind::locked once another took over. Lives longer than the lock.
  Fence fence() const;

 private:
  ServiceLock(base::Descriptor file, std::filesystem::path act, std::filesystem::path lock, int64_t epoch)
      : file_(std::move(file)), act_(std::move(act)), lock_(std::move(lock)), epoch_(epoch) {}

  base::Descriptor file_;
  std::filesystem::path act_, lock_;
  int64_t epoch_;
};

// "dev@host", for the record.
std::string who_am_i();

}  // namespace trunkline::deployer
