#include <fmt/format.h>

#include "base/cli/terminal.h"
#include "deployer/ctl/commands.h"
#include "deployer/record/notes.h"
#include "deployer/record/service_lock.h"

namespace trunkline::deployer {
namespace {

base::Json json_of(const ServiceFolder& folder, const std::optional<LockHolder>& holder, bool held) {
  base::JsonObject json{{"service", folder.service()}, {"held", held}};
  if (holder) {
    json["who"] = holder->who;
    json["what"] = holder->what;
    json["since"] = holder->since;
    json["pid"] = holder->process.pid;
    json["epoch"] = holder->epoch;
  }
  return json;
}

std::string text_of(const ServiceFolder& folder, const std::optional<LockHolder>& holder, bool held) {
  if (!held) return folder.service() + " is not locked\n";
  return fmt::format("{} holds {} with `{}` since {} (pid {})\n", holder->who, folder.service(), holder->what,
                     holder->since, holder->process.pid);
}

}  // namespace

void add_lock(base::cli::Tool& tool) {
  struct Options : ServiceOptions {
    bool take = false;
  };
  const auto options = std::make_shared<Options>();
  base::cli::Command command = tool.command("lock", "who is at work on a service");
  options->add_to(command);
  command.flag("--take", options->take, "take it from a deployer that hangs: whatever it does later is refused");
  command.footer("with --take: then `deployer resume` or `deployer abort` go on from the journal");
  command.action([options]() -> base::Result<int> {
    TRY_ASSIGN(const ServiceFolder folder, options->folder());
    // Given back at once: what counts is that the one before has lost it.
    if (options->take) {
      const auto before = ServiceLock::is_held(folder) ? ServiceLock::holder(folder) : std::nullopt;
      TRY(ServiceLock::take(folder, "lock --take", ServiceLock::Force::take_over));
      note(folder, who_am_i(), "lock",
           before ? fmt::format("taken from {}, who held it with `{}`", before->who, before->what)
                  : "taken; nobody held it");
    }
    const auto holder = ServiceLock::holder(folder);
    const bool held = ServiceLock::is_held(folder);
    if (options->json) {
      base::cli::print_json(json_of(folder, holder, held));
    } else {
      base::cli::print(text_of(folder, holder, held));
    }
    return 0;
  });
}

}  // namespace trunkline::deployer
