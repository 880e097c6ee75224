#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "base/core/text.h"

// YAML 1.2 with the core schema, read into a tree that knows where everything stands. Plain values, no shared state.
namespace trunkline::base {

enum class YamlKind { null, scalar, sequence, mapping };
enum class YamlStyle { plain, single_quoted, double_quoted, literal, folded };

struct YamlMember;

// One node. An alias is replaced by a copy of its anchor's node that keeps the anchor's positions.
struct YamlNode {
  YamlKind kind = YamlKind::null;  // null: nothing, or the plain scalar ~ or null
  std::string text;                // of a scalar, unescaped; of a null as it was written
  YamlStyle style = YamlStyle::plain;
  Position start;  // of the first byte (the quote, dash or brace included)
  Position end;    // behind the last byte; for block collections and block scalars where the next thing begins
  std::vector<YamlNode> items;      // of a sequence
  std::vector<YamlMember> members;  // of a mapping, in order

  bool is_null() const { return kind == YamlKind::null; }
  bool is_scalar() const { return kind == YamlKind::scalar; }
  bool is_sequence() const { return kind == YamlKind::sequence; }
  bool is_mapping() const { return kind == YamlKind::mapping; }

  // The value or the whole member with this key, or null if this is no mapping that has it. Lives as long as the node.
  const YamlNode* find(std::string_view key) const;
  const YamlMember* find_member(std::string_view key) const;

  // What a plain scalar means in the core schema; nothing for other nodes and for "quoted" text.
  std::optional<bool> as_bool() const;      // true True TRUE false False FALSE
  std::optional<int64_t> as_int() const;    // decimal, 0o17, 0x1F; nothing beyond 64 bits
  std::optional<double> as_double() const;  // every number, .inf and .nan included
};

// The key is always a scalar or a null; its text is what find() compares.
struct YamlMember {
  YamlNode key;
  YamlNode value;
};

struct YamlLimits {
  size_t max_bytes = 1024 * 1024;
  int max_depth = 50;
  int max_aliases = 100;
  size_t max_nodes = 500'000;  // after the aliases are replaced
};

struct YamlError : Error {
  bool duplicate_key = false;
};

struct YamlDocument {
  std::optional<YamlNode> root;   // absent after an error that leaves no tree
  std::vector<YamlError> errors;  // all Kind::invalid, with places in the file
};

// Reads one document and goes on after duplicate keys (the first one stays) and merge keys (`<<`, left out), so that a
// linter can show them all. Broken syntax, invalid UTF-8, a second document, tags and broken limits leave no root.
// An empty text is a null node.
YamlDocument parse_yaml_collect(std::string_view text, std::string_view file_name, const YamlLimits& limits = {});

// The same for everyone else: the first error is the answer.
Result<YamlNode> parse_yaml(std::string_view text, std::string_view file_name, const YamlLimits& limits = {});

// The JSON value that the node means in the core schema. Integers beyond 64 bits become doubles; .inf and .nan, which
// JSON lacks, stay text.
Json to_json(const YamlNode& node);

}  // namespace trunkline::base
