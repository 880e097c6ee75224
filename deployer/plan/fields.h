#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/yaml/yaml.h"
#include "deployer/plan/keys.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// A mapping of the rollout file with the keys of a table: the one way in which its parser reads values. Readers leave
// their target alone if the key is absent; every error names the place and the path ("strategy.bake"). Asking for a key
// that the table lacks is a mistake of the program.
class Fields {
 public:
  // Kind::invalid if the node is no mapping, has a key that the table lacks or lacks one that it requires, has none or
  // several of those of which it must have one, or another word than the table's.
  static base::Result<Fields> open(const base::YamlNode& node, std::string path, std::string_view file,
                                   const Table& table);

  // The mapping below `key`; nothing if it is absent.
  base::Result<std::optional<Fields>> below(std::string_view key) const;
  // The mappings in the list below `key`, or those below its names; none if it is absent.
  base::Result<std::vector<Fields>> each(std::string_view key) const;
  base::Result<std::vector<std::pair<std::string, Fields>>> named(std::string_view key) const;

  base::Result<> read(std::string_view key, std::string& target) const;
  base::Result<> read(std::string_view key, std::vector<std::string>& target) const;
  base::Result<> read(std::string_view key, int& target) const;
  base::Result<> read(std::string_view key, double& target) const;
  base::Result<> read(std::string_view key, base::Millis& target) const;
  base::Result<> read(std::string_view key, std::optional<base::Millis>& target) const;
  base::Result<> read(std::string_view key, Amount& target) const;
  base::Result<> read(std::string_view key, bool& target) const;
  base::Result<> read(std::string_view key, std::map<std::string, std::string>& target) const;

  // A word, which has been looked up in the table by `open`.
  template <typename Target, typename T, size_t N>
  void read(std::string_view key, Target& target, const Choices<T, N>& choices) const {
    const base::YamlNode* node = find(key);
    if (node == nullptr) return;
    const auto found = std::find(std::begin(choices.words), std::end(choices.words), node->text);
    if (found != std::end(choices.words)) target = choices.values[found - std::begin(choices.words)];
  }

  // For everything else: reads the scalar's text with `parse`, whose error gets the place.
  template <typename T, typename Parse>
  base::Result<> read_with(std::string_view key, T& target, Parse parse) const {
    std::string text;
    TRY(read(key, text));
    if (!has(key)) return {};
    auto value = parse(std::string_view(text));
    if (!value) return wrong(key, value.error().message);
    target = std::move(*value);
    return {};
  }

  bool has(std::string_view key) const { return find(key) != nullptr; }
  // For a key that only some files need.
  base::Result<> require(std::string_view key) const;
  const base::YamlNode* find(std::string_view key) const;
  std::string path_of(std::string_view key) const;
  std::string_view file() const { return file_; }
  const base::YamlNode& node() const { return *node_; }

  // Where the value of `key` stands, or the mapping if it has none.
  base::Where where(std::string_view key) const;
  // An error at the value of `key`, or at the mapping if it has none; "" is the mapping itself.
  tl::unexpected<base::Error> wrong(std::string_view key, std::string_view message) const;

 private:
  Fields(const base::YamlNode& node, std::string path, std::string_view file, const Table& table)
      : node_(&node), path_(std::move(path)), file_(file), table_(&table) {}

  base::Result<> check() const;
  base::Result<> check_word(const Key& key) const;
  const Value& value_of(std::string_view key) const;

  const base::YamlNode* node_;
  std::string path_;
  std::string file_;
  const Table* table_;
};

// An error at a node.
tl::unexpected<base::Error> wrong_at(const base::YamlNode& node, std::string_view path, std::string_view file,
                                     std::string_view message);

}  // namespace trunkline::deployer
