#include "flags/agent/store/snapshot.h"

#include "base/core/digest.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {

base::Result<Snapshot> make_snapshot(const SourceText& source) {
  TRY_ASSIGN(FlagDocument document, parse_flag_document(source.text, source.name));
  std::string etag = "\"" + base::sha256(document.json).substr(7, 32) + "\"";
  return Snapshot{std::move(document.set), std::move(document.json), std::move(etag), source.revision};
}

base::Json document_of(const Snapshot& snapshot) {
  // What was read from YAML or merged may be longer than what was read.
  return base::parse_json(snapshot.document, "flags", {.max_bytes = 128 * 1024 * 1024}).value();
}

}  // namespace trunkline::flags
