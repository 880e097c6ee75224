#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/yaml/yaml.h"
#include "deployer/plan/rollout.h"

namespace trunkline::deployer {

// A mapping of the rollout file whose keys are all known: the one way in which its parser reads values. Readers leave
// their target alone if the key is absent; every error names the place and the path ("strategy.bake").
class Fields {
 public:
  // Kind::invalid if the node is no mapping or has a key that `known` lacks.
  static base::Result<Fields> open(const base::YamlNode& node, std::string path, std::string_view file,
                                   std::initializer_list<std::string_view> known);

  // The mapping below `key`; nothing if it is absent.
  base::Result<std::optional<Fields>> below(std::string_view key, std::initializer_list<std::string_view> known) const;

  base::Result<> read(std::string_view key, std::string& target) const;
  base::Result<> read(std::string_view key, std::vector<std::string>& target) const;
  base::Result<> read(std::string_view key, int& target) const;  // 0 and more
  base::Result<> read(std::string_view key, double& target) const;
  base::Result<> read(std::string_view key, base::Millis& target) const;
  base::Result<> read(std::string_view key, Amount& target) const;
  base::Result<> read(std::string_view key, bool& target) const;
  base::Result<> read(std::string_view key, std::map<std::string, std::string>& target) const;

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

  bool has(std::string_view key) const { return node_->find(key) != nullptr; }
  base::Result<> require(std::string_view key) const;
  const base::YamlNode* find(std::string_view key) const { return node_->find(key); }
  std::string path_of(std::string_view key) const;
  std::string_view file() const { return file_; }
  const base::YamlNode& node() const { return *node_; }

  // Where the value of `key` stands, or the mapping if it has none.
  base::Where where(std::string_view key) const;
  // An error at the value of `key`, or at the mapping if it has none.
  tl::unexpected<base::Error> wrong(std::string_view key, std::string_view message) const;

 private:
  Fields(const base::YamlNode& node, std::string path, std::string_view file)
      : node_(&node), path_(std::move(path)), file_(file) {}

  const base::YamlNode* node_;
  std::string path_;
  std::string file_;
};

// An error at a node.
tl::unexpected<base::Error> wrong_at(const base::YamlNode& node, std::string_view path, std::string_view file,
                                     std::string_view message);

}  // namespace trunkline::deployer
