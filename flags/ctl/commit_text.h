#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"
#include "base/git/repository.h"

// How the commands tell of commits. Private to ctl/.
namespace trunkline::flags {

// The first line of its message.
std::string summary_of(const base::CommitInfo& commit);

// What the line "NAME: ..." of the last paragraph says; "" if there is none.
std::string trailer_of(const base::CommitInfo& commit, std::string_view name);

// {"commit","author","committed_at","summary","reason"?,"ticket"?,"reverts"?}
base::JsonObject to_json(const base::CommitInfo& commit);

base::JsonArray to_json(const std::vector<std::string>& texts);

// "3m", "5h", "12d": the largest unit alone.
std::string age_of(const base::CommitInfo& commit, base::WallTime now);

}  // namespace trunkline::flags
