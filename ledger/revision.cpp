#include "ledger/revision.h"

#include "base/core/digest.h"

namespace trunkline::ledger {

Revision unmanaged_revision() {
  return {"unmanaged", "", "", ""};
}

bool is_managed(const Revision& revision) {
  return !revision.digest.empty();
}

std::string id_of(const Revision& revision) {
  constexpr size_t kPrefix = std::string_view("sha256:").size();
  return base::sha256(revision.digest + "\n" + revision.config).substr(kPrefix, 12);
}

base::Json to_json(const Revision& revision) {
  base::JsonObject json{{"version", revision.version}, {"commit", revision.commit}, {"digest", revision.digest}};
  if (!revision.config.empty()) json["config"] = revision.config;
  return json;
}

Revision revision_from_json(const base::Json& json) {
  using base::string_or;
  return {string_or(json, "version"), string_or(json, "commit"), string_or(json, "digest"), string_or(json, "config")};
}

}  // namespace trunkline::ledger
