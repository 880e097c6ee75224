#include <gtest/gtest.h>

#include "base/core/files.h"
#include "base/core/json.h"
#include "base/core/process.h"

// The real flagctl on flag files: eval, logic, lint, test, diff, schema, bench.
namespace trunkline::flags {
namespace {

const char* const kFlags = R"({
  "metadata": {"flagSetId": "shop", "owner": "web"},
  "$evaluators": {"staff": {"ends_with": [{"var": "email"}, "@example.org"]}},
  "flags": {
    "page": {
      "state": "ENABLED",
      "variants": {"on": true, "off": false},
      "defaultVariant": "off",
      "targeting": {"if": [{"$ref": "staff"}, "on", {"fractional": [["on", 25], ["off", 75]]}]},
      "metadata": {"kind": "release", "expires": "2027-06-30"}
    },
    "limit": {"state": "ENABLED", "variants": {"low": 10.0, "high": 9007199254740993}, "defaultVariant": "low"},
    "dark": {"state": "DISABLED", "variants": {"on": true}, "defaultVariant": "on"},
    "code": {"state": "ENABLED", "variants": {"on": {"x": [1, 2]}}},
    "bad": {"state": "ENABLED", "variants": {"on": true}, "targeting": {"cast": 1}}
  }
}
)";
const std::string kProblem =
    "f.json:15:81: flags.bad.targeting.cast: unknown operator \"cast\", did you mean \"cat\"?\n";

class FlagctlFilesTest : public testing::Test {
 protected:
  void SetUp() override { write("f.json", kFlags); }

  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(base::write_file_atomically(folder_.path() / name, text));
  }
  base::ProcessOutput run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), TRUNKLINE_BIN_DIR "/flagctl");
    return base::run_process({.argv = std::move(arguments), .folder = folder_.path()}, std::chrono::seconds{60},
                             1 << 24)
        .value();
  }
  std::string out(std::vector<std::string> arguments, int code = 0) {
    const auto output = run(std::move(arguments));
    EXPECT_EQ(output.status, (base::ExitStatus{code, 0})) << output.err;
    return output.out;
  }
  std::string eval(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"eval", "--flags", "f.json", "--json"});
    return out(std::move(arguments));
  }

  base::TempFolder folder_ = base::TempFolder::make("flagctl-files-test").value();
};

TEST_F(FlagctlFilesTest, PrintsAnswersAsOpenFeatureNamesThem) {
  const std::string set = R"("metadata":{"flagSetId":"shop","owner":"web"}})";
  const std::string own = R"("metadata":{"flagSetId":"shop","owner":"web","kind":"release","expires":"2027-06-30"}})";
  EXPECT_EQ(eval({"page", "--context", R"({"email": "ada@example.org"})"}),
            R"({"key":"page","value":true,"variant":"on","reason":"TARGETING_MATCH",)" + own + "\n");
  EXPECT_EQ(eval({"page"}), R"({"key":"page","value":false,"variant":"off","reason":"DEFAULT",)" + own + "\n");
  EXPECT_EQ(eval({"limit", "--type", "integer"}),
            R"({"key":"limit","value":10,"variant":"low","reason":"STATIC",)" + set + "\n");
  EXPECT_EQ(eval({"limit", "--type", "string", "--default", "\"x\""}),
            R"({"key":"limit","value":"x","reason":"ERROR","errorCode":"TYPE_MISMATCH",)" + set + "\n");
  EXPECT_EQ(eval({"dark", "--default", "false"}), R"({"key":"dark","value":false,"reason":"DISABLED",)" + set + "\n");
  EXPECT_EQ(eval({"dark"}), R"({"key":"dark","reason":"DISABLED",)" + set + "\n");
  EXPECT_EQ(eval({"code", "--default", "{}"}), R"({"key":"code","value":{},"reason":"DEFAULT",)" + set + "\n");
  EXPECT_EQ(eval({"bad"}), R"({"key":"bad","reason":"ERROR","errorCode":"PARSE_ERROR",)" + set + "\n");
  EXPECT_EQ(eval({"gone", "--default", "9007199254740993"}),
            R"({"key":"gone","value":9007199254740993,"reason":"ERROR","errorCode":"FLAG_NOT_FOUND",)" + set + "\n");
  EXPECT_EQ(run({"eval", "bad", "--flags", "f.json"}).err, "flagctl: error: " + kProblem);
}

TEST_F(FlagctlFilesTest, SelectsAFlagSet) {
  EXPECT_EQ(eval({"limit", "--flag-set", "shop"}).find("FLAG_NOT_FOUND"), std::string::npos);
  EXPECT_NE(eval({"limit", "--flag-set", "other"}).find("FLAG_NOT_FOUND"), std::string::npos);
}

TEST_F(FlagctlFilesTest, AnswersOneLineForEachQuestionOfABatch) {
  write("questions.jsonl", R"({"key": "limit", "type": "integer"}

{"key": "page", "context": {"email": "x@example.org", "deep": {"a": [1]}}}
{"key": "limit", "type": "int"}
{"key": 5}
{"key": "page", "context": []}
{"key": "gone", "default": [1]}
{broken
{"key": "page", "context": {"a": 1, "a": 2}}
)");
  const auto output = run({"eval", "--flags", "f.json", "--batch", "questions.jsonl"});
  EXPECT_EQ(output.status.code, 0);
  EXPECT_EQ(
      output.out,
      R"({"key":"limit","value":10,"variant":"low","reason":"STATIC","metadata":{"flagSetId":"shop","owner":"web"}}
{"key":"page","value":true,"variant":"on","reason":"TARGETING_MATCH","metadata":{"flagSetId":"shop","owner":"web","kind":"release","expires":"2027-06-30"}}
{"error":"questions.jsonl:4: type: expected boolean, string, integer, float or object"}
{"error":"questions.jsonl:5: expected an object with a member \"key\", the flag's name"}
{"key":"page","reason":"ERROR","errorCode":"INVALID_CONTEXT","metadata":{"flagSetId":"shop","owner":"web","kind":"release","expires":"2027-06-30"}}
{"key":"gone","value":[1],"reason":"ERROR","errorCode":"FLAG_NOT_FOUND","metadata":{"flagSetId":"shop","owner":"web"}}
{"error":"questions.jsonl:8:2: broken JSON: unexpected broken"}
{"error":"questions.jsonl:9:39: the key \"a\" stands twice in one object"}
)");
  EXPECT_EQ(run({"eval", "--flags", "f.json", "--batch", "questions.jsonl", "--fail"}).status.code, 1);
  EXPECT_EQ(run({"eval", "--flags", "f.json", "--batch", "gone.jsonl"}).status.code, 2);
  EXPECT_EQ(run({"eval", "page", "--flags", "f.json", "--batch", "questions.jsonl"}).status.code, 2);
  EXPECT_EQ(out({"eval", "--flags", "f.json", "--batch", "-"}), "") << "nothing on stdin";
}

TEST_F(FlagctlFilesTest, ExplainsTheWayThroughTheRule) {
  EXPECT_EQ(
      out({"eval", "page", "--flags", "f.json", "--explain", "--context", R"({"targetingKey": "ada", "email": "x"})"}),
      R"(page = true (TARGETING_MATCH, variant on)
because the rule chose the variant
  {"if":[{"$ref":"staff"},"on",{"fractional":[["on",25],["off",75]]}]}  =>  "on"
    {"$ref":"staff"}  =>  false
      {"ends_with":[{"var":"email"},"@example.org"]}  =>  false
        {"var":"email"}  =>  "x"
    {"fractional":[["on",25],["off",75]]}  =>  "on"
)");
  EXPECT_EQ(out({"eval", "dark", "--flags", "f.json", "--explain"}),
            "dark = (no value) (DISABLED)\nbecause the flag is disabled: the caller's default\n");
  EXPECT_NE(eval({"page", "--explain"}).find(R"("explanation":[{"depth":0,"rule":{"if":)"), std::string::npos);
}

TEST_F(FlagctlFilesTest, RefusesContextsThatJsonDoesNotHave) {
  const auto refusal = [&](const std::string& context) {
    const auto output = run({"eval", "page", "--flags", "f.json", "--context", context});
    EXPECT_EQ(output.status.code, 2) << context;
    return output.err;
  };
  EXPECT_EQ(refusal(R"({"a": 1e999})"), "flagctl: error: --context:1:12: the number is too large\n");
  EXPECT_EQ(refusal(R"({"a": NaN})"), "flagctl: error: --context:1:7: broken JSON: unexpected NaN\n");
  EXPECT_EQ(refusal(R"({"a": 1, "a": 2})"),
            "flagctl: error: --context:1:12: the key \"a\" stands twice in one object\n");
  EXPECT_EQ(refusal("[]"), "flagctl: error: --context: expected the context to be a JSON object\n");
  EXPECT_EQ(refusal("{\"a\": \"\xff\"}"), "flagctl: error: --context:1:8: invalid UTF-8\n");
  EXPECT_EQ(refusal("{\"a\": " + std::string(300, '[') + std::string(300, ']') + "}"),
            "flagctl: error: --context:1:206: nested deeper than 200 levels\n");
}

TEST_F(FlagctlFilesTest, EvaluatesRulesByThemselves) {
  EXPECT_EQ(out({"logic", "--rule", R"({"+": [{"var": "a"}, 0.5]})", "--data", R"({"a": 1})"}), "1.5\n");
  write("rule.json", R"({"var": "größe"})");
  write("data.json", R"({"größe": 9007199254740993})");
  EXPECT_EQ(out({"logic", "--rule", "@rule.json", "--data", "@data.json"}), "9007199254740993\n");
  write("rules.jsonl",
        "{\"rule\": {\"cat\": [1, \"a\"]}}\n{\"rule\": {\"nope\": 1}, \"data\": {}}\n{\"data\": {}}\n"
        "{\"rule\": {\"var\": \"x\"}, \"data\": {\"x\": [null]}}\n{\"rule\": 1, \"data\": 5}\n");
  EXPECT_EQ(out({"logic", "--batch", "rules.jsonl"}), R"({"result":"1a"}
{"error":"rules.jsonl:2: nope: unknown operator \"nope\", did you mean \"none\"?"}
{"error":"rules.jsonl:3: expected an object with a member \"rule\""}
{"result":[null]}
{"result":1}
)");
  EXPECT_EQ(out({"logic", "--rule", R"({"var": ""})", "--data", R"({"a": 1})"}), "{\"a\":1}\n") << "plain JSONLogic";
  EXPECT_EQ(out({"logic", "--rule", R"({"var": 1})", "--data", R"(["apple", "pear"])"}), "\"pear\"\n");
  EXPECT_EQ(out({"logic", "--rule", R"({"fractional": [["a", 72], ["b", 28]]})", "--data",
                 R"({"$flagd": {"flagKey": "te"}, "targetingKey": "st"})"}),
            "\"b\"\n");
  EXPECT_EQ(run({"logic"}).status.code, 2);
  EXPECT_EQ(run({"logic", "--rule", "{"}).status.code, 2);
}

TEST_F(FlagctlFilesTest, LintsAndSetsItsExitCode) {
  write("good.yaml", "flags:\n  a:\n    state: ENABLED\n    variants: {x: 1}\n    metadata: {owner: web, kind: ops}\n");
  EXPECT_EQ(out({"lint", "good.yaml"}), "1 file: 0 errors, 0 warnings\n");
  EXPECT_EQ(out({"lint", "--json", "good.yaml"}), "");
  write("warn.yaml", "flags: {a: {state: ENABLED, variants: {x: 1}, metadata: {owner: web}}}\n");
  EXPECT_EQ(out({"lint", "warn.yaml"}),
            "warn.yaml:1:9: warning: flags.a: metadata.kind is missing [missing-kind]\n1 file: 0 errors, 1 warning\n");
  out({"lint", "--strict", "warn.yaml"}, 1);
  EXPECT_EQ(
      out({"lint", "--json", "warn.yaml"}),
      R"({"rule":"missing-kind","severity":"warning","file":"warn.yaml","line":1,"column":9,"message":"flags.a: metadata.kind is missing"})"
      "\n");
  EXPECT_NE(out({"lint", "f.json", "good.yaml"}, 1).find("error: " + kProblem.substr(14, 40)), std::string::npos);
  write("broken.json", "{");
  EXPECT_EQ(out({"lint", "broken.json"}, 1),
            "broken.json:1:2: error: the JSON text ends too early [syntax]\n1 file: 1 error, 0 warnings\n");
  out({"lint", "gone.json"}, 2);
  out({"lint"}, 2);
}

TEST_F(FlagctlFilesTest, ChecksExamplesAndComparesFiles) {
  write("f.test.yaml", "flags: f.json\ntests:\n- {flag: limit, value: 10}\n- {flag: dark, reason: STATIC}\n");
  EXPECT_EQ(out({"test", "f.test.yaml"}, 1),
            "f.test.yaml:4:3: dark: expected reason \"STATIC\", got \"DISABLED\"\n1 of 2 examples hold\n");
  std::string more = kFlags;
  more.replace(more.find(R"(["on", 25], ["off", 75])"), 23, R"(["on", 60], ["off", 40])");
  write("more.json", more);
  const std::string diff = out({"diff", "f.json", "more.json", "--population", "1000", "--json"});
  const base::Json change = base::parse_json(diff).value();
  EXPECT_EQ(change.at("key"), "page");
  EXPECT_EQ(change.at("from"), "off");
  EXPECT_EQ(change.at("to"), "on");
  EXPECT_NEAR(change.at("count").to_number<double>(), 350, 50);
  EXPECT_EQ(out({"diff", "f.json", "f.json"}), "nobody of 1000 changes variant\n");
  write("users.jsonl", "{\"targetingKey\": \"ada\"}\n{\"email\": \"a@example.org\"}\n");
  EXPECT_EQ(out({"diff", "f.json", "more.json", "--contexts", "users.jsonl"}), "nobody of 2 changes variant\n");
}

TEST_F(FlagctlFilesTest, MeasuresAndPrintsItsSchema) {
  const base::Json speed = base::parse_json(out({"bench", "--flags", "f.json", "--key", "page", "--context",
                                                 R"({"targetingKey": "ada"})", "--for", "50ms", "--json"}))
                               .value();
  EXPECT_GT(speed.at("evaluations_per_second").to_number<double>(), 1000);
  EXPECT_EQ(run({"bench", "--flags", "f.json", "--key", "gone"}).status.code, 1);
  EXPECT_NE(base::find(base::parse_json(out({"schema"})).value(), "definitions"), nullptr);
}

TEST_F(FlagctlFilesTest, BoundsWhatItReads) {
  write("large.json", "{\"flags\": {\"a\": \"" + std::string(50'000'000, 'x') + "\"}}");
  EXPECT_EQ(run({"eval", "a", "--flags", "large.json"}).err,
            "flagctl: error: large.json: 50000020 bytes of JSON are more than the 16777216 that are read\n");
  write("deep.json", "{\"flags\": {\"a\": " + std::string(10'000, '[') + std::string(10'000, ']') + "}}");
  EXPECT_EQ(run({"eval", "a", "--flags", "deep.json"}).err,
            "flagctl: error: deep.json:1:215: nested deeper than 200 levels\n");
  std::string key;
  for (int c = 1; c < 128; ++c) key += static_cast<char>(c);
  base::JsonObject flag{{"state", "ENABLED"}, {"variants", base::JsonObject{{"x", 1}}}, {"defaultVariant", "x"}};
  base::JsonObject flags;
  flags[key] = std::move(flag);
  write("key.json", base::to_text(base::JsonObject{{"flags", std::move(flags)}}));
  EXPECT_EQ(base::parse_json(out({"eval", key, "--flags", "key.json", "--json"}))->at("value"), 1);
}

}  // namespace
}  // namespace trunkline::flags
