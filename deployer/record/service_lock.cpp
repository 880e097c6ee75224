#include "deployer/record/service_lock.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "base/core/clock.h"
#include "base/core/json.h"
#include "deployer/support/file_lock.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr base::Millis kActWithin{10'000};  // how long a holder's act may stand in a taker's way
constexpr base::Millis kPoll{10};
constexpr int64_t kFirstByte = int64_t{1} << 30;  // an epoch is held by the lock on one byte, far behind the text

int64_t byte_of(int64_t epoch) {
  return kFirstByte + epoch;
}

Result<base::Descriptor> open_file(const std::filesystem::path& path) {
  base::Descriptor file{open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!file) return fail(base::system_error("open " + path.string(), errno));
  return file;
}

int64_t number(const base::Json& json, std::string_view key) {
  const base::Json* value = base::find(json, key);
  return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

std::optional<LockHolder> read_holder(const std::filesystem::path& path) {
  const auto text = base::read_file(path);
  const auto json = text ? base::parse_json(*text) : Result<base::Json>(base::Json());
  if (!json || !json->is_object()) return std::nullopt;
  LockHolder holder{base::string_or(*json, "who"),
                    base::string_or(*json, "what"),
                    base::string_or(*json, "since"),
                    {},
                    number(*json, "epoch")};
  holder.process = {static_cast<pid_t>(number(*json, "pid")), static_cast<uint64_t>(number(*json, "start_time")),
                    base::string_or(*json, "boot_id")};
  return holder;
}

std::string text_of(const std::optional<LockHolder>& holder) {
  if (!holder) return "another deployer is at work";
  return fmt::format("{} holds it with `{}` since {} (pid {})", holder->who, holder->what, holder->since,
                     holder->process.pid);
}

bool is_held_at(const std::filesystem::path& path, int64_t epoch) {
  const base::Descriptor file{open(path.c_str(), O_RDWR | O_CLOEXEC)};
  return file && is_locked_elsewhere(file, byte_of(epoch));
}

// Nobody acts while the taker has this. A holder that does not finish its act is ended: it could finish it at any time
// later, whatever the world is like by then.
Result<base::Descriptor> keep_everybody_out(const std::filesystem::path& act, const std::optional<LockHolder>& holder) {
  TRY_ASSIGN(base::Descriptor file, open_file(act));
  const auto deadline = base::system_clock().steady() + kActWithin;
  bool killed = false;
  while (!try_lock(file)) {
    const bool late = base::system_clock().steady() > deadline;
    if (late && killed) return fail(Kind::locked, "an act of the deployer before does not end");
    if (late && holder && base::is_running(holder->process)) {
      kill(holder->process.pid, SIGKILL);
      killed = true;
    } else if (late) {
      return fail(Kind::locked, "somebody acts on the service and does not end");
    }
    TRY(pause_for(kPoll, {}));
  }
  return file;
}

}  // namespace

Result<ServiceLock> ServiceLock::take(const ServiceFolder& folder, const std::string& what, Force force) {
  const std::filesystem::path act = folder.root() / "act.lock";
  const std::optional<LockHolder> before = read_holder(folder.lock());
  const int64_t last = before ? before->epoch : 0;
  const bool held = is_held_at(folder.lock(), last);
  if (held && force == Force::no) {
    return fail(Kind::locked, fmt::format("{} is locked: {}", folder.service(), text_of(before)));
  }
  TRY_ASSIGN(const base::Descriptor alone, keep_everybody_out(act, held ? before : std::nullopt));
  // Another may have taken it while we waited.
  const std::optional<LockHolder> now = read_holder(folder.lock());
  if ((now ? now->epoch : 0) != last) {
    return fail(Kind::locked, fmt::format("{} is locked: {}", folder.service(), text_of(now)));
  }
  const int64_t epoch = last + 1;
  TRY_ASSIGN(base::Descriptor file, open_file(folder.lock()));
  if (!try_lock(file, byte_of(epoch))) return fail(Kind::locked, folder.service() + " is locked");
  const auto self = base::identify_process(getpid());
  const std::string text = base::to_text(base::JsonObject{{"who", who_am_i()},
                                                          {"what", what},
                                                          {"pid", getpid()},
                                                          {"start_time", self ? self->start_time : 0},
                                                          {"boot_id", self ? self->boot_id : ""},
                                                          {"since", base::to_iso8601(base::system_clock().wall())},
                                                          {"epoch", epoch}});
  if (ftruncate(file.get(), 0) != 0) return fail(base::system_error("write " + folder.lock().string(), errno));
  TRY(base::write_all(file.get(), text, folder.lock().string()));
  return ServiceLock(std::move(file), act, folder.lock(), epoch);
}

bool ServiceLock::is_held(const ServiceFolder& folder) {
  const auto last = read_holder(folder.lock());
  return last && is_held_at(folder.lock(), last->epoch);
}

std::optional<LockHolder> ServiceLock::holder(const ServiceFolder& folder) {
  return read_holder(folder.lock());
}

Fence ServiceLock::fence() const {
  return [act = act_, lock = lock_, epoch = epoch_]() -> Result<std::shared_ptr<void>> {
    TRY_ASSIGN(base::Descriptor file, open_file(act));
    const auto deadline = base::system_clock().steady() + kActWithin;
    while (!try_share(file)) {
      if (base::system_clock().steady() > deadline) return fail(Kind::locked, "another deployer is taking over");
      TRY(pause_for(kPoll, {}));
    }
    const auto holder = read_holder(lock);
    if (!holder || holder->epoch != epoch) {
      return fail(Kind::locked, "another deployer took over: " + text_of(holder));
    }
    return std::make_shared<base::Descriptor>(std::move(file));
  };
}

std::string who_am_i() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const passwd* user = getpwuid(geteuid());
  return fmt::format("{}@{}", user == nullptr ? std::to_string(geteuid()) : user->pw_name, host.data());
}

}  // namespace trunkline::deployer
