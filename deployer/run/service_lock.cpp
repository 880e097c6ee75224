#include "deployer/run/service_lock.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "base/core/clock.h"
#include "base/core/json.h"
#include "deployer/support/file_lock.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

Result<base::Descriptor> open_lock(const ServiceFolder& folder) {
  base::Descriptor file{open(folder.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!file) return fail(base::system_error("open " + folder.lock().string(), errno));
  return file;
}

// What the holder wrote about itself.
std::string holder(const ServiceFolder& folder) {
  const auto text = base::read_file(folder.lock());
  const auto json = text ? base::parse_json(*text) : base::Result<base::Json>(base::Json());
  if (!json || !json->is_object()) return "another deployer is at work";
  const base::Json* pid = base::find(*json, "pid");
  return fmt::format("{} holds it with `{}` since {} (pid {})", base::string_or(*json, "who"),
                     base::string_or(*json, "what"), base::string_or(*json, "since"),
                     pid == nullptr ? "?" : base::to_text(*pid));
}

}  // namespace

Result<ServiceLock> ServiceLock::take(const ServiceFolder& folder, const std::string& what) {
  TRY_ASSIGN(base::Descriptor file, open_lock(folder));
  if (!try_lock(file)) {
    return fail(Kind::locked, fmt::format("{} is locked: {}", folder.service(), holder(folder)));
  }
  const std::string text = base::to_text(base::JsonObject{{"who", who_am_i()},
                                                          {"what", what},
                                                          {"pid", getpid()},
                                                          {"since", base::to_iso8601(base::system_clock().wall())}});
  if (ftruncate(file.get(), 0) != 0) return fail(base::system_error("write " + folder.lock().string(), errno));
  TRY(base::write_all(file.get(), text, folder.lock().string()));
  return ServiceLock(std::move(file));
}

bool ServiceLock::is_held(const ServiceFolder& folder) {
  const base::Descriptor file{open(folder.lock().c_str(), O_RDWR | O_CLOEXEC)};
  return file && is_locked_elsewhere(file);
}

std::string who_am_i() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const passwd* user = getpwuid(geteuid());
  return fmt::format("{}@{}", user == nullptr ? std::to_string(geteuid()) : user->pw_name, host.data());
}

}  // namespace trunkline::deployer
