#include "flags/agent/store/merge.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;
// By the name in the document: the name it has now.
using Names = std::map<std::string, std::string, std::less<>>;

// A reference to what the document itself does not define stays one to nothing, whatever another document defines.
constexpr std::string_view kNowhere = "(nowhere) ";

void rename_references(Json& value, const Names& names) {
  if (auto* array = value.if_array()) {
    for (Json& item : *array) rename_references(item, names);
  } else if (auto* object = value.if_object()) {
    if (Json* name = object->if_contains("$ref"); name != nullptr && name->is_string()) {
      const auto known = names.find(std::string_view(name->get_string()));
      *name = known != names.end() ? known->second : std::string(kNowhere) + std::string(name->get_string());
    }
    for (auto& member : *object) rename_references(member.value(), names);
  }
}

class Merger {
 public:
  void add(Json document) {
    const Names names = take_evaluators(document);
    const Json* own = base::find(document, "metadata");
    const JsonObject metadata = own != nullptr && own->is_object() ? own->get_object() : JsonObject{};
    for_each_flag(document, [&](std::string_view key, Json& flag) {
      std::string id = flag_set_id(document, flag);
      // An item without a key is nobody's flag; its own document reports it.
      if (key.empty()) return;
      if (flag.is_object()) {
        fold(metadata, flag.get_object());
        if (Json* rule = flag.get_object().if_contains("targeting")) rename_references(*rule, names);
      }
      keep({std::string(key), std::move(id), std::move(flag)});
    });
  }

  Json take() {
    JsonObject merged;
    if (!evaluators_.empty()) merged["$evaluators"] = std::move(evaluators_);
    std::unordered_set<std::string_view> keys;
    const bool unique = std::all_of(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return keys.insert(entry.key).second; });
    unique ? put_as_object(merged) : put_as_array(merged);
    return merged;
  }

 private:
  struct Entry {
    std::string key;
    std::string set_id;
    Json flag;
  };

  // Those that stand there with another rule already get new names.
  Names take_evaluators(const Json& document) {
    Names names;
    const Json* evaluators = base::find(document, "$evaluators");
    if (evaluators == nullptr || !evaluators->is_object()) return names;
    for (const auto& [name, rule] : evaluators->get_object()) {
      std::string free = name;
      for (int i = 2; evaluators_.contains(free) && evaluators_.at(free) != rule; ++i) {
        free = fmt::format("{}#{}", std::string_view(name), i);
      }
      evaluators_[free] = rule;
      names.emplace(name, std::move(free));
    }
    return names;
  }

  static void fold(const JsonObject& metadata, JsonObject& flag) {
    if (metadata.empty()) return;
    JsonObject folded = metadata;
    if (const Json* own = flag.if_contains("metadata"); own != nullptr) {
      if (!own->is_object()) return;
      for (const auto& member : own->get_object()) folded[member.key()] = member.value();
    }
    flag["metadata"] = std::move(folded);
  }

  void keep(Entry entry) {
    const auto [place, fresh] = places_.try_emplace(entry.key + '\n' + entry.set_id, entries_.size());
    if (fresh) {
      entries_.push_back(std::move(entry));
    } else {
      entries_[place->second] = std::move(entry);
    }
  }

  void put_as_object(JsonObject& merged) {
    JsonObject flags;
    flags.reserve(entries_.size());
    for (Entry& entry : entries_) {
      if (auto* flag = entry.flag.if_object()) flag->erase("key");
      flags.emplace(entry.key, std::move(entry.flag));
    }
    merged["flags"] = std::move(flags);
  }

  // The same key in several flag sets.
  void put_as_array(JsonObject& merged) {
    JsonArray flags;
    for (Entry& entry : entries_) {
      if (auto* flag = entry.flag.if_object()) (*flag)["key"] = entry.key;
      flags.push_back(std::move(entry.flag));
    }
    merged["flags"] = std::move(flags);
  }

  JsonObject evaluators_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, size_t> places_;  // by key and flag set
};

}  // namespace

std::string flag_set_id(const Json& document, const Json& flag) {
  for (const Json* owner : {&flag, &document}) {
    const Json* metadata = base::find(*owner, "metadata");
    const Json* id = metadata == nullptr ? nullptr : base::find(*metadata, "flagSetId");
    if (id != nullptr) return id->is_string() ? std::string(id->get_string()) : std::string();
  }
  return "";
}

Json merge_documents(const std::vector<Json>& documents) {
  Merger merger;
  for (const Json& document : documents) merger.add(document);
  return merger.take();
}

Json select_flag_sets(const Json& document, const std::vector<std::string>& ids) {
  const auto wanted = [&](const Json& flag) {
    return std::binary_search(ids.begin(), ids.end(), flag_set_id(document, flag));
  };
  JsonObject selected;
  for (const auto& [name, value] : document.get_object()) {
    if (name != "flags") {
      selected[name] = value;
    } else if (value.is_object()) {
      JsonObject flags;
      for (const auto& [key, flag] : value.get_object()) {
        if (wanted(flag)) flags[key] = flag;
      }
      selected[name] = std::move(flags);
    } else {
      JsonArray flags;
      for (const Json& flag : value.get_array()) {
        if (wanted(flag)) flags.push_back(flag);
      }
      selected[name] = std::move(flags);
    }
  }
  return selected;
}

}  // namespace trunkline::flags
