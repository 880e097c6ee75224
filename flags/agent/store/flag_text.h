#pragma once

#include <string>
#include <vector>

#include "flags/evaluation/evaluation.h"

namespace trunkline::flags {

// A flag's share of an OFREP reply, written once, so that a reply of hundreds of flags is no more than joined.
struct FlagText {
  explicit FlagText(const Flag& flag);

  std::string key;                    // "key":"new-page"
  std::vector<std::string> variants;  // of each variant ,"variant":"on","value":true
  std::string metadata;               // ,"metadata":{...} or nothing
};

// Appends {"key","reason","variant"?,"value"?,"metadata"?} of an evaluation without an error.
void append_success(std::string& out, const Flag& flag, const FlagText& text, const Evaluation& evaluation);

}  // namespace trunkline::flags
