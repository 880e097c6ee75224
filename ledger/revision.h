#pragma once

#include <string>

#include "base/core/json.h"

namespace trunkline::ledger {

// What a running instance is made of: the artifact and the configuration it was started with. Both go forward and back
// together, so that "the version before" is exactly what ran before.
struct Revision {
  std::string version;  // for people, e.g. 2026.11.22-14-g41c9e02
  std::string commit;   // the commit it was built from
  std::string digest;   // of the artifact, "sha256:..."
  std::string config;   // of the command, its environment and its files, "sha256:..."; "" where not known

  bool operator==(const Revision&) const = default;
};

// Stands for what ran before the first release: programs that somebody else started. It can be neither started nor gone
// back to by a release.
Revision unmanaged_revision();
bool is_managed(const Revision& revision);

// Twelve hex digits that name the revision among all others: artifact and configuration, hashed together.
std::string id_of(const Revision& revision);

base::Json to_json(const Revision& revision);
Revision revision_from_json(const base::Json& json);

}  // namespace trunkline::ledger
