#include "flags/examples/examples.h"

#include <fmt/format.h>
#include <span>

#include "base/core/text.h"
#include "flags/definition/yaml/document.h"
#include "flags/evaluation/value.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Kind;
using base::Result;

constexpr std::string_view kFileMembers[] = {"flags", "tests"};
constexpr std::string_view kExampleMembers[] = {"name",    "flag",  "context", "at",
                                                "variant", "value", "reason",  "error_code"};

class Reader {
 public:
  explicit Reader(const Locate& locate) : locate_(locate) {}

  Result<ExampleFile> read(const Json& json) {
    TRY(check_members(json, {}, kFileMembers));
    ExampleFile file;
    if (const Json* flags = base::find(json, "flags")) {
      TRY_ASSIGN(file.flags, text(*flags, {"flags"}));
    }
    const Json* tests = base::find(json, "tests");
    if (tests == nullptr || !tests->is_array()) return wrong(Path{"tests"}, "expected a list of examples");
    for (size_t i = 0; i < tests->get_array().size(); ++i) {
      TRY_ASSIGN(Example example, read_example(tests->get_array()[i], {"tests", std::to_string(i)}));
      file.examples.push_back(std::move(example));
    }
    return file;
  }

 private:
  Result<Example> read_example(const Json& json, const Path& path) {
    TRY(check_members(json, path, kExampleMembers));
    Example example;
    example.where = locate_(path, Spot::value);
    const auto place = [&](const char* member) { return Path{path[0], path[1], member}; };
    const Json* flag = base::find(json, "flag");
    if (flag == nullptr) return wrong(path, "expected a member \"flag\", the key of the flag");
    TRY_ASSIGN(example.flag, text(*flag, place("flag")));
    example.name = base::string_or(json, "name", example.flag);
    if (const Json* context = base::find(json, "context")) {
      auto read = context_from_json(*context);
      if (!read) return wrong(place("context"), "expected an object");
      example.context = *std::move(read);
    }
    if (base::find(json, "at") != nullptr) {
      auto time = base::parse_iso8601(base::string_or(json, "at"));
      if (!time) return wrong(place("at"), "expected a time such as 2027-01-31T00:00:00Z");
      example.at = *time;
    }
    for (auto [member, target] : {std::pair{"variant", &example.variant}, std::pair{"reason", &example.reason},
                                  std::pair{"error_code", &example.error_code}}) {
      const Json* value = base::find(json, member);
      if (value == nullptr) continue;
      TRY_ASSIGN(*target, text(*value, place(member)));
    }
    if (const Json* value = base::find(json, "value")) example.value = *value;
    if (!example.variant && !example.reason && !example.error_code && !example.value) {
      return wrong(path, "expected at least one of variant, value, reason and error_code");
    }
    return example;
  }

  Result<std::string> text(const Json& json, const Path& path) {
    if (json.is_string()) return std::string(json.get_string());
    return wrong(path, json.is_bool() ? "expected a string; put it in quotes" : "expected a string");
  }

  Result<> check_members(const Json& json, const Path& path, std::span<const std::string_view> known) {
    if (!json.is_object()) return wrong(path, "expected an object");
    for (const auto& member : json.get_object()) {
      const std::string_view key = member.key();
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      Path place = path;
      place.emplace_back(key);
      const std::string message =
          fmt::format("unknown member{}", base::did_you_mean(key, {known.begin(), known.end()}));
      return base::fail(Kind::invalid, fmt::format("{}: {}", fmt::join(place, "."), message),
                        locate_(place, Spot::key));
    }
    return {};
  }

  tl::unexpected<base::Error> wrong(const Path& path, std::string_view message) {
    return base::fail(Kind::invalid,
                      path.empty() ? std::string(message) : fmt::format("{}: {}", fmt::join(path, "."), message),
                      locate_(path, Spot::value));
  }

  const Locate& locate_;
};

// 10 and 10.0 are one number.
bool same(const Json& a, const Json& b) {
  return a.is_structured() || b.is_structured() ? a == b : strictly_equal(Value::of(a), Value::of(b));
}

std::string or_none(std::string_view text) {
  return text.empty() ? "none" : fmt::format("\"{}\"", text);
}

}  // namespace

Result<ExampleFile> parse_examples(std::string_view text, std::string_view name) {
  TRY_ASSIGN(const Document document, parse_document(text, name));
  return Reader(document.locate).read(document.json);
}

std::vector<std::string> check(const Example& example, const FlagSet& set, base::WallTime now) {
  const Evaluation answer = evaluate(set, example.flag, example.context, example.at.value_or(now));
  std::vector<std::string> failures;
  const auto compare_text = [&](std::string_view what, const std::optional<std::string>& wanted, std::string_view got) {
    if (!wanted || *wanted == got) return;
    failures.push_back(fmt::format("expected {} {}, got {}", what, or_none(*wanted), or_none(got)));
  };
  compare_text("variant", example.variant, answer.variant);
  compare_text("reason", example.reason, to_string(answer.reason));
  compare_text("error code", example.error_code, answer.error_code ? to_string(*answer.error_code) : "");
  if (example.value && (answer.value == nullptr || !same(*answer.value, *example.value))) {
    failures.push_back(fmt::format("expected value {}, got {}", base::to_text(*example.value),
                                   answer.value == nullptr ? "none" : base::to_text(*answer.value)));
  }
  return failures;
}

}  // namespace trunkline::flags
