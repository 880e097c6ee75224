#include "flags/change/splice.h"

#include <gtest/gtest.h>
#include <random>

#include "base/core/text.h"
#include "flags/change/flag_file.h"
#include "flags/change/text_tree.h"
#include "flags/definition/yaml/document.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;

Json document_of(std::string_view text, std::string_view name) {
  auto document = parse_document(text, name);
  return document ? std::move(document->json) : Json(base::to_string(document.error()));
}

// `after` in place of the flag; an absent one takes it out.
base::Result<std::string> edit(std::string_view text, std::string_view name, const std::string& key,
                               const std::optional<Json>& after) {
  const Json document = document_of(text, name);
  const auto path = find_flag_path(document, key);
  if (!path) return splice_in(text, name, {"flags"}, key, as_item(document, key, *after));
  if (!after) return splice_out(text, name, *path);
  return splice_value(text, name, *path, as_item(document, key, *find_definition(document, key)),
                      as_item(document, key, *after));
}

std::string edited(std::string_view text, std::string_view name, const std::string& key, const char* after) {
  const auto definition = *after == '\0' ? std::nullopt : std::optional(base::parse_json(after).value());
  const auto result = edit(text, name, key, definition);
  if (!result) return base::to_string(result.error());
  EXPECT_EQ(document_of(*result, name), with_definition(document_of(text, name), key, definition)) << *result;
  return *result;
}

TEST(Splice, InsertsReplacesAndRemovesMembersWhereTheyStand) {
  constexpr std::string_view kText = R"({
  "flags": {
    "a": {
      "state": "ENABLED",
      "variants": { "on": true, "off": false },
      "metadata": { "owner": "web" }
    }
  }
}
)";
  EXPECT_EQ(edited(kText, "f.json", "a", R"({"state":"DISABLED","variants":{"on":true,"off":false},
      "targeting":{"fractional":[["on",10],["off",90]]},"metadata":{"owner":"web","ticket":"T"}})"),
            R"({
  "flags": {
    "a": {
      "state": "DISABLED",
      "variants": { "on": true, "off": false },
      "targeting": { "fractional": [["on", 10], ["off", 90]] },
      "metadata": { "owner": "web", "ticket": "T" }
    }
  }
}
)");
  EXPECT_EQ(edited(kText, "f.json", "a", R"({"state":"ENABLED","variants":{"off":false}})"), R"({
  "flags": {
    "a": {
      "state": "ENABLED",
      "variants": { "off": false }
    }
  }
}
)");
}

TEST(Splice, WritesAsTheFileIsWritten) {
  constexpr const char* kFlag = R"({"state":"ENABLED","variants":{"on":true,"off":0.5},"defaultVariant":"on"})";
  EXPECT_EQ(edited("{\"flags\":{\"a\":{\"state\":\"ENABLED\"}}}", "f.json", "b", kFlag),
            "{\"flags\":{\"a\":{\"state\":\"ENABLED\"},"
            "\"b\":{\"state\":\"ENABLED\",\"variants\":{\"on\":true,\"off\":0.5},\"defaultVariant\":\"on\"}}}");
  EXPECT_EQ(edited("{\r\n\t\"flags\": {\r\n\t\t\"a\": {\r\n\t\t\t\"state\": \"ENABLED\"\r\n\t\t}\r\n\t}\r\n}", "f.json",
                   "b", R"({"state":"ENABLED","variants":{"on":true}})"),
            "{\r\n\t\"flags\": {\r\n\t\t\"a\": {\r\n\t\t\t\"state\": \"ENABLED\"\r\n\t\t},\r\n"
            "\t\t\"b\": {\r\n\t\t\t\"state\": \"ENABLED\",\r\n\t\t\t\"variants\": {\r\n\t\t\t\t\"on\": true\r\n\t\t\t}"
            "\r\n\t\t}\r\n\t}\r\n}");
  EXPECT_EQ(edited("flags:\n    a:\n        state: ENABLED # why\n    # last\n", "f.yaml", "b", kFlag),
            "flags:\n    a:\n        state: ENABLED # why\n"
            "    b:\n        state: ENABLED\n        variants:\n            \"on\": true\n            \"off\": 0.5\n"
            "        defaultVariant: \"on\"\n    # last\n");
  EXPECT_EQ(edited("flags:\n- key: a\n  variants: {x: 1}\n  state: ENABLED", "f.yaml", "b", kFlag),
            "flags:\n- key: a\n  variants: {x: 1}\n  state: ENABLED\n"
            "- key: b\n  state: ENABLED\n  variants: {\"on\": true, \"off\": 0.5}\n  defaultVariant: \"on\"");
}

TEST(Splice, FillsAndEmptiesASet) {
  constexpr const char* kFlag = R"({"state":"ENABLED","variants":{"x":1}})";
  constexpr std::string_view kEmpty = "{\n  \"flags\": {}\n}\n";
  constexpr std::string_view kFull =
      "{\n  \"flags\": {\n    \"a\": {\n      \"state\": \"ENABLED\",\n"
      "      \"variants\": {\n        \"x\": 1\n      }\n    }\n  }\n}\n";
  EXPECT_EQ(edited(kEmpty, "f.json", "a", kFlag), kFull);
  EXPECT_EQ(edited(kFull, "f.json", "a", ""), "{\n  \"flags\": {\n  }\n}\n");
  EXPECT_EQ(edited("{\n  \"flags\": {\n  }\n}\n", "f.json", "a", kFlag), kFull);
  EXPECT_EQ(edited("{\n  \"flags\": []\n}\n", "f.json", "a", R"({"state":"ENABLED"})"),
            "{\n  \"flags\": [\n    {\n      \"key\": \"a\",\n      \"state\": \"ENABLED\"\n    }\n  ]\n}\n");
  constexpr std::string_view kYaml = "flags: # all\n  a:\n    state: ENABLED\n    variants:\n      x: 1\n";
  EXPECT_EQ(edited(kYaml, "f.yaml", "a", ""), "flags: {} # all\n");
  EXPECT_EQ(edited("flags: {} # all\n", "f.yaml", "a", kFlag), kYaml);
}

TEST(Splice, KeepsTheCommentsOfYaml) {
  constexpr std::string_view kText = R"(# head
flags:
  a:  # the first
    state: ENABLED  # state
    # of two
    variants:  # variants
      x: 1   # one
      y: 2   # two
    defaultVariant: 'x'  # default
    targeting:  # rule
      # why
      if: [true, "y"]
  # of b
  b: {state: ENABLED, variants: {x: 1}}
)";
  EXPECT_EQ(edited(kText, "f.yaml", "a", R"({"state":"DISABLED","variants":{"y":2,"z":3},"defaultVariant":"it's"})"),
            R"(# head
flags:
  a:  # the first
    state: DISABLED  # state
    # of two
    variants:  # variants
      y: 2   # two
      z: 3
    defaultVariant: "it's"  # default
  # of b
  b: {state: ENABLED, variants: {x: 1}}
)");
  EXPECT_EQ(edited(kText, "f.yaml", "a", R"({"state":"ENABLED","variants":5,"defaultVariant":"x",
      "targeting":{"fractional":[["x",1]]}})"),
            R"(# head
flags:
  a:  # the first
    state: ENABLED  # state
    # of two
    variants: 5  # variants
    defaultVariant: 'x'  # default
    targeting: {fractional: [[x, 1]]}  # rule
      # why
  # of b
  b: {state: ENABLED, variants: {x: 1}}
)");
}

TEST(Splice, HasNoPlaceForWhatAnAliasMeans) {
  constexpr std::string_view kShared = "flags:\n  a: &a\n    state: ENABLED\n    variants: {x: 1}\n  b: *a\n";
  EXPECT_EQ(edited(kShared, "f.yaml", "b", R"({"state":"DISABLED","variants":{"x":1}})"),
            "f.yaml: the value has no place of its own in the text");
}

// ---- random documents and edits

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  size_t below(size_t n) { return random_() % n; }
  bool chance(size_t percent) { return below(100) < percent; }
  std::string pick(std::initializer_list<const char*> words) { return *(words.begin() + below(words.size())); }

  Json scalar() {
    switch (below(6)) {
      case 0:
        return chance(50);
      case 1:
        return static_cast<int64_t>(below(2000)) - 1000;
      case 2:
        return 0.25 * static_cast<double>(below(9));
      case 3:
        return nullptr;
      default:
        return boost::json::string(pick({"on", "x", "it's", "a: b", "#c", "", "ä\"ö", "two words", "- d", "12", "*e"}));
    }
  }
  Json value(int depth) {
    if (depth == 0 || chance(40)) return scalar();
    if (chance(40)) {
      JsonArray array;
      for (size_t i = below(3); i > 0; --i) array.push_back(value(depth - 1));
      return array;
    }
    JsonObject object;
    for (size_t i = below(4); i > 0; --i)
      object[pick({"if", "==", "var", "x y", "owner", "yes", "0"})] = value(depth - 1);
    return object;
  }
  Json definition() {
    JsonObject flag;
    if (chance(90)) flag["state"] = boost::json::string(pick({"ENABLED", "DISABLED"}));
    if (chance(80)) flag["variants"] = value(2);
    if (chance(60)) flag["defaultVariant"] = scalar();
    if (chance(50)) flag["targeting"] = value(4);
    if (chance(30)) flag["metadata"] = value(2);
    if (flag.empty()) flag["state"] = "ENABLED";
    return flag;
  }
  // The same flag with some members changed, added and gone.
  Json variation(const Json& definition) {
    JsonObject flag = definition.as_object();
    const JsonObject other = this->definition().as_object();
    for (const auto& member : other) {
      if (chance(50)) flag[member.key()] = member.value();
    }
    for (const char* name : {"state", "variants", "defaultVariant", "targeting", "metadata"}) {
      if (flag.size() > 1 && chance(20)) flag.erase(name);
    }
    return flag;
  }

 private:
  std::minstd_rand random_;
};

// Writes JSON, or YAML in flow and block, with white space and comments as a careless person would.
class Writer {
 public:
  Writer(Generator& random, bool yaml) : random_(random), yaml_(yaml) {
    newline_ = random.chance(20) ? "\r\n" : "\n";
    unit_ = yaml || random.chance(60) ? std::string(2 + 2 * random.below(2), ' ') : "\t";
    multi_line_ = random.below(3);  // 0: never, 1: sometimes, 2: always
  }
  std::string text(const Json& document) {
    std::string out = yaml_ && random_.chance(80) ? block(document, "") : flow(document, "");
    if (random_.chance(70)) out += newline_;
    return out;
  }

 private:
  std::string space() { return random_.chance(70) ? " " : random_.chance(50) ? "  " : ""; }
  std::string comment() { return yaml_ && random_.chance(25) ? "  # note, {" : ""; }
  std::string scalar(const Json& value) {
    if (value.is_double()) return base::to_text(value);
    if (yaml_ && value.is_string()) {
      const std::string text(value.get_string());
      if (text == "x" || text == "ENABLED" || text == "two words") return text;
      if (text.find('\'') == std::string::npos && random_.chance(50)) return "'" + text + "'";
    }
    return base::to_text(value);
  }
  std::string key(std::string_view text) { return scalar(Json(boost::json::string(text))) + ":"; }

  std::string flow(const Json& value, const std::string& indent) {
    if (!value.is_structured()) return scalar(value);
    const std::string inner = indent + unit_;
    const bool lines = multi_line_ == 2 || (multi_line_ == 1 && random_.chance(50));
    const std::string open = value.is_object() ? "{" : "[", close = value.is_object() ? "}" : "]";
    std::string out;
    const auto add = [&](const std::string& member, bool last) {
      const std::string before = lines ? newline_ + inner : random_.chance(50) ? " " : "";
      out += before + member;
      if (!last) out += ",";
      if (lines) out += comment();
    };
    size_t left = value.is_object() ? value.get_object().size() : value.get_array().size();
    if (left == 0) return open + close;
    if (value.is_object()) {
      for (const auto& member : value.get_object()) {
        add(key(member.key()) + " " + space() + flow(member.value(), inner), --left == 0);
      }
    } else {
      for (const Json& item : value.get_array()) add(flow(item, inner), --left == 0);
    }
    return open + out + (lines ? newline_ + indent : random_.chance(50) ? " " : "") + close;
  }

  bool is_empty(const Json& value) {
    return value.is_object() ? value.get_object().empty() : value.is_array() && value.get_array().empty();
  }

  std::string block(const Json& value, const std::string& indent) {
    std::string out;
    if (const auto* object = value.if_object()) {
      for (const auto& member : *object) {
        if (!out.empty()) out += newline_ + indent;
        if (random_.chance(10)) out += "# above" + newline_ + (random_.chance(30) ? newline_ : "") + indent;
        out += key(member.key()) + below(member.value(), indent, indent + unit_);
      }
    } else {
      for (const Json& item : value.get_array()) {
        if (!out.empty()) out += newline_ + indent;
        const bool compact = item.is_structured() && !is_empty(item) && random_.chance(60);
        out += "-" + (compact ? " " + block(item, indent + "  ") : " " + flow(item, indent + unit_) + comment());
      }
    }
    return out;
  }
  std::string below(const Json& value, const std::string& indent, const std::string& inner) {
    if (value.is_null() && random_.chance(50)) return comment();
    if (!value.is_structured() || is_empty(value) || random_.chance(25)) {
      return " " + flow(value, inner) + comment();
    }
    const std::string& start = value.is_array() && random_.chance(50) ? indent : inner;
    return comment() + newline_ + start + block(value, start);
  }

  Generator& random_;
  bool yaml_;
  std::string newline_;
  std::string unit_;
  size_t multi_line_;
};

// Whether it stands there or is to come: the first and the last line of the flag; none where the last is before the
// first.
std::pair<size_t, size_t> lines_of(std::string_view text, std::string_view name, const std::string& key) {
  const auto path = find_flag_path(document_of(text, name), key);
  const TextNode root = read_text_tree(text, name).value();
  const TextMember& flags = *root.find("flags");
  const auto line = [&](size_t at) { return static_cast<size_t>(base::position_of(text, at).line); };
  const bool alone = flags.value.members.size() == (path ? 1 : 0);
  if (alone) return {line(flags.begin), line(flags.end())};
  if (!path) {
    const size_t last = line(flags.value.members.back().end());
    return {last + (flags.value.is_block() ? 1 : 0), last};
  }
  const TextMember* flag = flags.value.find(path->back());
  return {line(flag->begin), line(flag->end())};
}

// Without the comma that a neighbour may get or lose.
std::string without_comma(std::string_view line) {
  // A last line without an end gets the end that the file's lines have.
  std::string kept(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
  const size_t comment = kept.find("  # note");
  const size_t comma = kept.find_last_not_of(" \r", comment == std::string::npos ? comment : comment - 1);
  if (comma != std::string::npos && kept[comma] == ',') kept.erase(comma, 1);
  return kept;
}

void expect_same_outside(std::string_view before, std::string_view after, std::pair<size_t, size_t> lines) {
  const auto old = base::split(before, '\n'), now = base::split(after, '\n');
  const size_t behind = old.size() - std::min(lines.second, old.size());
  ASSERT_GE(now.size() + 1, lines.first + behind) << before << "\n=>\n" << after;
  for (size_t i = 0; i + 1 < lines.first; ++i) {
    ASSERT_EQ(without_comma(old[i]), without_comma(now[i])) << before << "\n=>\n" << after;
  }
  for (size_t i = 1; i <= behind; ++i) {
    ASSERT_EQ(old[old.size() - i], now[now.size() - i]) << before << "\n=>\n" << after;
  }
}

Json random_document(Generator& random) {
  const bool array = random.chance(30);
  JsonObject document;
  if (random.chance(50)) document["metadata"] = JsonObject{{"owner", "web"}};
  Json whole = document;
  whole.as_object()["flags"] = array ? Json(JsonArray{}) : Json(JsonObject{});
  for (const char* key : {"a", "b b", "c"}) {
    if (random.chance(70)) whole = with_definition(std::move(whole), key, random.definition());
  }
  if (random.chance(30)) whole.as_object()["$evaluators"] = random.value(2);
  return whole;
}

void try_one(unsigned seed, bool yaml) {
  Generator random(seed);
  const std::string name = yaml ? "f.yaml" : "f.json";
  const Json document = random_document(random);
  const std::string text = Writer(random, yaml).text(document);
  ASSERT_EQ(document_of(text, name), document) << text;
  const std::string key = random.pick({"a", "b b", "c"});
  const auto before = find_definition(document, key);
  std::optional<Json> after;
  if (!before) after = random.definition();
  if (before && random.chance(75)) after = random.variation(*before);
  const auto result = edit(text, name, key, after);
  ASSERT_TRUE(result) << base::to_string(result.error()) << "\n" << text;
  const Json expected = with_definition(document, key, after);
  ASSERT_EQ(document_of(*result, name), expected) << "seed " << seed << "\n" << text << "\n=>\n" << *result;
  expect_same_outside(text, *result, lines_of(text, name, key));
}

TEST(Splice, GivesTheExpectedDocumentAndKeepsEveryOtherLineOfRandomOnes) {
  for (unsigned seed = 1; seed <= 4000 && !testing::Test::HasFatalFailure(); ++seed) {
    try_one(seed, seed % 2 == 0);
  }
}

}  // namespace
}  // namespace trunkline::flags
