#pragma once

#include "base/core/json.h"
#include "flags/references/code_repository.h"

// What the commands that look into code share. Private to ctl/.
namespace trunkline::flags {

// CodeRepository::open; Kind::usage where there is no repository.
base::Result<CodeRepository> open_code(const std::string& folder);

// Files that name the keys, with progress on a terminal; tells on stderr what was passed over.
base::Result<std::vector<CodeFile>> search_code(CodeRepository& code, const std::vector<std::string>& keys);

// "src/page.cpp:12:20", "1a2b3c4d 2026-11-24 Ada" "not committed", or "history cut off".
std::string place_of(const Reference& reference);
std::string change_of(const Reference& reference);
base::Json to_json(const Reference& reference);

}  // namespace trunkline::flags
