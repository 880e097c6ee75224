#pragma once

#include <string>
#include <vector>

#include "base/core/json.h"
#include "flags/agent/store/snapshot.h"

namespace trunkline::flags {

// One flag document made of several, in order: of two flags with the same key in the same flag set the later wins. A
// document's metadata goes into each of its flags, so that it says nothing of another's; evaluators of the same name
// that differ get names of their own. Pure.
base::Json merge_documents(const std::vector<base::Json>& documents);

// The flags of one flag set (their metadata's flagSetId, or the document's) with what they need; the document's
// metadata stays. `ids` are sorted.
base::Json select_flag_sets(const base::Json& document, const std::vector<std::string>& ids);

// Calls `visit(key, flag)` for each flag of a document (Json or const Json), whose `flags` is an object by key or an
// array with keys.
template <typename Document, typename Visit>
void for_each_flag(Document& document, Visit&& visit) {
  auto* object = document.if_object();
  auto* flags = object == nullptr ? nullptr : object->if_contains("flags");
  if (flags == nullptr) return;
  if (auto* by_key = flags->if_object()) {
    for (auto& member : *by_key) visit(std::string_view(member.key()), member.value());
  } else if (auto* array = flags->if_array()) {
    for (auto& flag : *array) visit(std::string_view(base::string_or(flag, "key")), flag);
  }
}

// The flagSetId of a flag's own metadata, or the document's; "" for none.
std::string flag_set_id(const base::Json& document, const base::Json& flag);

}  // namespace trunkline::flags
