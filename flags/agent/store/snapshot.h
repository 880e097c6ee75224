#pragma once

#include <string>

#include "base/core/json.h"
#include "base/core/result.h"
#include "flags/definition/flag_set.h"
#include "flags/source/source.h"

namespace trunkline::flags {

// A flag set as it is served. Never changes; shared between threads as const.
struct Snapshot {
  FlagSet set;
  std::string document;  // JSON
  std::string etag;      // strong, with its quotes
  std::string revision;  // the commit it comes from; empty for a file, joined by "+" where several sources have one
};

// Kind::invalid, with the place, for a text that is no flag set.
base::Result<Snapshot> make_snapshot(const SourceText& source);

// Its document, read once more; that does not fail.
base::Json document_of(const Snapshot& snapshot);

}  // namespace trunkline::flags
