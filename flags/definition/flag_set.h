#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "flags/definition/rule.h"

// Feature flags as flagd defines them (docs/formats/flags.md), ready to be evaluated. Plain values that never change
// after they are built: share them between threads as `const`.
namespace trunkline::flags {

struct Variant {
  std::string name;
  base::Json value;
};

struct Flag {
  std::string key;
  bool enabled = true;
  std::vector<Variant> variants;
  std::optional<std::string> default_variant;  // absent also for null and ""
  std::optional<Rule> rule;                    // absent without targeting and for {}
  base::JsonObject metadata;                   // the set's, overlaid by the flag's own
  bool broken = false;                         // reported among the problems; every evaluation answers PARSE_ERROR

  const Variant* find_variant(std::string_view name) const;
  // The member flagSetId of the metadata; empty if there is none.
  std::string_view set_id() const;
};

// What is wrong in a file that is accepted all the same, with its place.
struct Problem : base::Error {
  std::string_view rule;  // a short name of what was broken, e.g. "unknown-operator"; lives for ever
};

class FlagSet {
 public:
  // Null if there is none. Lives as long as the set. Where flags of several flag sets share the key it is the last one.
  const Flag* find(std::string_view key) const;

  const std::vector<Flag>& flags() const { return flags_; }           // in the order of the file
  const std::vector<Problem>& problems() const { return problems_; }  // at most kMostProblems
  const base::JsonObject& metadata() const { return metadata_; }      // of the set

  // The flags with that flagSetId alone, without problems: what `Flagd-Selector: flagSetId=ID` asks for.
  FlagSet select(std::string_view set_id) const;

  static constexpr size_t kMostProblems = 1000;

 private:
  friend class FlagSetBuilder;
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::vector<Flag> flags_;
  std::unordered_map<std::string, size_t, Hash, std::equal_to<>> index_;
  std::vector<Problem> problems_;
  base::JsonObject metadata_;
};

// Keys and indexes from the root of a document to a value in it.
using Path = std::vector<std::string>;
// Of a member: its value, or the key in front of it.
enum class Spot { value, key };
// Tells where something stands; asked only when there is something to report.
using Locate = std::function<base::Where(const Path&, Spot)>;

// A flag that is wrong becomes a problem and breaks only itself. Kind::invalid if there are no `flags` at all.
base::Result<FlagSet> build_flag_set(const base::Json& document, const Locate& locate);

// Reads the JSON form. Kind::invalid as build_flag_set and for broken JSON, with the place in `name`.
// flags/definition/yaml/flag_document.h reads YAML too.
base::Result<FlagSet> parse_json_flag_set(std::string_view text, std::string_view name);

// Locates in a JSON text, which must outlive the answer.
Locate locate_in_json(std::string_view text, std::string_view name);

// Where the flag with that key stands in a document: {"flags", key}, or {"flags", index} where `flags` is an array.
// Nothing if it is not there.
std::optional<Path> find_flag_path(const base::Json& document, std::string_view key);

}  // namespace trunkline::flags
