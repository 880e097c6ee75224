#include "flags/definition/flag_set.h"

#include <algorithm>

namespace trunkline::flags {

const Variant* Flag::find_variant(std::string_view name) const {
  const auto found = std::find_if(variants.begin(), variants.end(), [&](const Variant& v) { return v.name == name; });
  return found == variants.end() ? nullptr : &*found;
}

std::string_view Flag::set_id() const {
  const auto* id = metadata.if_contains("flagSetId");
  return id != nullptr && id->is_string() ? std::string_view(id->get_string()) : std::string_view();
}

const Flag* FlagSet::find(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &flags_[found->second];
}

FlagSet FlagSet::select(std::string_view set_id) const {
  FlagSet chosen;
  chosen.metadata_ = metadata_;
  for (const Flag& flag : flags_) {
    if (flag.set_id() != set_id) continue;
    chosen.index_.emplace(flag.key, chosen.flags_.size());
    chosen.flags_.push_back(flag);
  }
  return chosen;
}

std::optional<Path> find_flag_path(const base::Json& document, std::string_view key) {
  const base::Json* flags = base::find(document, "flags");
  if (flags == nullptr) return std::nullopt;
  if (base::find(*flags, key) != nullptr) return Path{"flags", std::string(key)};
  const auto* array = flags->if_array();
  if (array == nullptr) return std::nullopt;
  // The last one counts, as in FlagSet::find.
  for (size_t i = array->size(); i-- > 0;) {
    const base::Json* own = base::find((*array)[i], "key");
    if (own != nullptr && own->is_string() && own->get_string() == key) return Path{"flags", std::to_string(i)};
  }
  return std::nullopt;
}

}  // namespace trunkline::flags
