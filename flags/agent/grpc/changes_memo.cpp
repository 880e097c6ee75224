#include "flags/agent/grpc/changes_memo.h"

#include "flags/agent/grpc/struct_json.h"
#include "flags/client/changes.h"

namespace trunkline::flags {
namespace {

using google::protobuf::Struct;

std::string_view type_of(const FlagSet& before, const FlagSet& after, const std::string& key) {
  if (before.find(key) == nullptr) return "write";
  return after.find(key) == nullptr ? "delete" : "update";
}

std::shared_ptr<const Struct> changes_between(const FlagSet& before, const FlagSet& after) {
  base::JsonObject flags;
  for (const std::string& key : changed_keys(before, after)) {
    flags[key] = base::JsonObject{{"type", type_of(before, after, key)}};
  }
  if (flags.empty()) return nullptr;
  return std::make_shared<const Struct>(to_struct({{"flags", std::move(flags)}}));
}

}  // namespace

std::shared_ptr<const Struct> ChangesMemo::between(const std::shared_ptr<const View>& before,
                                                   const std::shared_ptr<const View>& after) {
  const std::lock_guard lock(mutex_);
  if (before_.lock() != before || after_.lock() != after) {
    changes_ = changes_between(before->set(), after->set());
    before_ = before;
    after_ = after;
  }
  return changes_;
}

}  // namespace trunkline::flags
