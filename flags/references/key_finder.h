#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "flags/references/language.h"

namespace trunkline::flags {

// Flag keys that can be asked for by a piece of text.
class KeySet {
 public:
  explicit KeySet(const std::vector<std::string>& keys) : keys_(keys.begin(), keys.end()) {}

  // The key itself, null if it is none of them. Lives as long as the set.
  const std::string* find(std::string_view text) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> keys_;
};

// A text literal in a source file that is exactly a flag's key.
struct KeyUse {
  std::string key;
  size_t begin = 0;  // of the literal: its quote, in C++ the prefix before it
  size_t end = 0;    // behind it
  int line = 1;      // from 1, as column, which counts bytes
  int column = 1;
};

// All of them, in order: "key", 'key', `key`, and raw strings. Comments are passed over, in the way the language writes
// them; in other files whatever stands in quotes on one line counts. One pass over the text, which may be anything.
std::vector<KeyUse> find_keys(std::string_view text, Language language, const KeySet& keys);

}  // namespace trunkline::flags
