#include "deployer/plan/schema.h"

#include <functional>
#include <gtest/gtest.h>
#include <regex>
#include <set>

#include "base/core/files.h"
#include "base/core/text.h"
#include "deployer/plan/keys.h"
#include "deployer/plan/rollout.h"
#include "tests/deployer/plan/rollout_files.h"

namespace trunkline::deployer {
namespace {

using base::Json;

// The mapping that a value may be: itself, an item, any member, or the second of two forms.
const Json& mapping_in(const Json& schema) {
  if (const Json* forms = base::find(schema, "anyOf")) return mapping_in(forms->as_array()[1]);
  if (const Json* items = base::find(schema, "items")) return *items;
  const Json* any = base::find(schema, "additionalProperties");
  return any != nullptr && any->is_object() ? *any : schema;
}

// Every key of the tables with its path ("traffic.drain.timeout"; lists and names are passed over) and its schema.
using Visit = std::function<void(const std::string& path, const Key& key, const Json& schema)>;
void walk(const Table& table, const std::string& path, const Json& schema, const Visit& visit) {
  EXPECT_EQ(schema.at("properties").as_object().size(), table.keys.size()) << path;
  EXPECT_EQ(schema.at("additionalProperties"), Json(false)) << path;
  for (const Key& key : table.keys) {
    const Json& property = schema.at("properties").at(key.name);
    const std::string here = path.empty() ? std::string(key.name) : path + "." + std::string(key.name);
    visit(here, key, property);
    if (key.value.table != nullptr) walk(*key.value.table, here, mapping_in(property), visit);
  }
}

std::map<std::string, Key> all_keys() {
  std::map<std::string, Key> keys;
  const Json schema = rollout_schema();
  walk(kRolloutKeys, "", schema,
       [&](const std::string& path, const Key& key, const Json&) { keys.emplace(path, key); });
  return keys;
}

TEST(RolloutSchema, SaysEveryKeyOfTheTablesAndNoOther) {
  const Json schema = base::parse_json(base::to_pretty_text(rollout_schema())).value();
  EXPECT_EQ(schema.at("$schema"), "http://json-schema.org/draft-07/schema#");
  walk(kRolloutKeys, "", schema, [](const std::string& path, const Key& key, const Json& property) {
    EXPECT_EQ(property.at("description").as_string(), key.summary) << path;
    EXPECT_TRUE(key.summary.ends_with(".")) << path << ": " << key.summary;
    EXPECT_FALSE(key.required && !key.fallback.empty()) << path;
    EXPECT_EQ(base::find(property, "default") != nullptr, !key.fallback.empty()) << path;
  });
  const Json& traffic = schema.at("properties").at("traffic");
  EXPECT_EQ(base::to_text(traffic.at("required")), R"(["driver","endpoints","service"])");
  EXPECT_EQ(base::to_text(schema.at("properties").at("strategy").at("oneOf")),
            R"([{"required":["type"]},{"required":["preset"]}])");
}

TEST(RolloutSchema, HasDefaultsThatTheParserTakes) {
  for (const auto& [path, key] : all_keys()) {
    if (key.value.words.empty() || key.fallback.empty()) continue;
    EXPECT_NE(std::find(key.value.words.begin(), key.value.words.end(), key.fallback), key.value.words.end()) << path;
  }
}

TEST(RolloutFiles, AreTaken) {
  for (const auto& [name, text] : good_rollout_files()) {
    const auto rollout = parse_rollout(text, "r.yaml");
    EXPECT_TRUE(rollout) << name << ": " << to_string(rollout.error());
  }
}

TEST(RolloutFiles, AreRefusedAtTheirPlace) {
  for (const auto& [text, refusal] : broken_rollout_files()) {
    const auto rollout = parse_rollout(text, "r.yaml");
    ASSERT_FALSE(rollout) << text;
    EXPECT_EQ(to_string(rollout.error()).substr(0, refusal.size()), refusal) << to_string(rollout.error());
  }
}

// docs/formats/rollout.md, held against the tables.
class RolloutPage : public testing::Test {
 protected:
  RolloutPage() {
    page_ = base::read_file(std::string(TRUNKLINE_SOURCE_DIR) + "/docs/formats/rollout.md").value();
    // The rows of tables of keys; those of a metric have no path.
    bool in_keys = false;
    for (const std::string_view line : base::split(page_, '\n')) {
      if (line.starts_with("| key |")) in_keys = true;
      if (!line.starts_with("|")) in_keys = false;
      if (in_keys && line.starts_with("| `")) rows_.emplace_back(line);
    }
  }

  // The texts in `code` of a part of the page.
  static std::vector<std::string> code_in(const std::string& part) {
    static const std::regex code("`([^`]+)`");
    std::vector<std::string> found;
    for (std::sregex_iterator one(part.begin(), part.end(), code), end; one != end; ++one) found.push_back((*one)[1]);
    return found;
  }

  std::vector<std::string> cells_of(const std::string& row) const {
    std::vector<std::string> cells;
    for (const std::string_view cell : base::split(row, '|')) cells.emplace_back(base::trim(cell));
    return cells;
  }

  std::string path_of(std::string name) const {
    static const std::regex any_name(R"(\.NAME)");
    name = std::regex_replace(name, any_name, "");
    return keys_.contains(name) ? name : "analysis.templates.metrics." + name;
  }

  std::string page_;
  std::vector<std::string> rows_;
  std::map<std::string, Key> keys_ = all_keys();
};

TEST_F(RolloutPage, HasNoKeyThatTheTablesLack) {
  ASSERT_GT(rows_.size(), 50u);
  for (const std::string& row : rows_) {
    for (const std::string& name : code_in(cells_of(row)[1])) {
      EXPECT_TRUE(keys_.contains(path_of(name))) << row;
    }
  }
  std::set<std::string> names;
  for (const auto& [path, key] : keys_) names.insert(std::string(key.name));
  // `{ id, address: HOST:PORT, twin?: HOST:PORT }` and the like.
  static const std::regex member(R"([{,]\s*([a-z][A-Za-z]*)\??\s*(?=[:,}]))");
  for (const std::string& code : code_in(page_)) {
    for (std::sregex_iterator one(code.begin(), code.end(), member), end; one != end; ++one) {
      EXPECT_TRUE(names.contains((*one)[1])) << code;
    }
  }
}

TEST_F(RolloutPage, HasEveryKeyOfTheTables) {
  std::set<std::string> in_rows;
  for (const std::string& row : rows_) {
    for (const std::string& name : code_in(cells_of(row)[1])) in_rows.insert(path_of(name));
  }
  std::string code;
  for (const std::string& one : code_in(page_)) code += " " + one + " ";
  for (const auto& [path, key] : keys_) {
    const std::regex word("[^A-Za-z]" + std::string(key.name) + "[^A-Za-z]");
    EXPECT_TRUE(in_rows.contains(path) || std::regex_search(code, word)) << path;
  }
}

TEST_F(RolloutPage, AgreesWithTheTablesOnWhatIsNeededAndOnDefaults) {
  static const std::regex one_default("`([^` ]+)`"), always_needed("needed( in `[a-z]+`)?");
  for (const std::string& row : rows_) {
    const std::string cell = cells_of(row)[2];
    std::smatch found;
    for (const std::string& name : code_in(cells_of(row)[1])) {
      const Key& key = keys_.at(path_of(name));
      EXPECT_EQ(std::regex_match(cell, always_needed), key.required) << row;
      const bool says_one = std::regex_match(cell, found, one_default);
      if (says_one || cell.empty()) {
        EXPECT_EQ(says_one ? found[1].str() : "", key.fallback) << row;
      }
    }
  }
}

}  // namespace
}  // namespace trunkline::deployer
