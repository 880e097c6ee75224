#include <cstdlib>
#include <string_view>

#include "base/core/log.h"
#include "flags/agent/store/flag_store.h"

// What the agent makes of flag sets that are good each by itself: together, selected and overridden they are one, too.
namespace {

using namespace trunkline;
using namespace trunkline::flags;

std::shared_ptr<const Snapshot> read(std::string_view text) {
  auto snapshot = make_snapshot({std::string(text), "f.json", ""});
  return snapshot ? std::make_shared<const Snapshot>(*std::move(snapshot)) : nullptr;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  base::set_log_level(base::LogLevel::error);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t middle = text.find('\x01');
  if (middle == std::string_view::npos) return 0;
  const auto first = read(text.substr(0, middle)), second = read(text.substr(middle + 1));
  if (!first || !second) return 0;
  base::Metrics metrics;
  FlagStore store(2, metrics);
  store.take(0, first);
  store.take(1, second);
  require(store.edition() != nullptr);
  const auto whole = store.edition()->whole();
  for (const Flag& flag : second->set.flags()) require(whole->set().find(flag.key) != nullptr);
  for (const Flag& flag : whole->set().flags()) {
    const auto view = store.edition()->view(Selection::of({std::string(flag.set_id())}));
    require(view->set().find(flag.key) != nullptr);
    if (flag.variants.empty()) continue;
    store.set_overrides({{flag.key, flag.variants.front().name, base::WallTime{std::chrono::hours{1}}, "fuzz", ""}});
    require(store.edition()->whole()->set().find(flag.key) != nullptr);
    break;
  }
  return 0;
}
