#include "flags/client/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trunkline::flags {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

FlagSet set(const std::string& json) {
  return parse_json_flag_set(json, "f.json").value();
}

std::string flag(const std::string& default_variant, const std::string& more = "") {
  return R"({"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": ")" + default_variant +
         "\"" + more + "}";
}

TEST(Changes, NamesWhatIsAddedRemovedAndDifferent) {
  const FlagSet before =
      set(R"({"flags": {"c": )" + flag("on") + R"(, "a": )" + flag("on") + R"(, "b": )" + flag("on") + "}}");
  const FlagSet after =
      set(R"({"flags": {"b": )" + flag("off") + R"(, "a": )" + flag("on") + R"(, "d": )" + flag("on") + "}}");
  EXPECT_THAT(changed_keys(before, after), ElementsAre("b", "c", "d"));
  EXPECT_THAT(changed_keys(before, before), IsEmpty());
}

TEST(Changes, SeesEveryPartOfADefinition) {
  const auto with = [](const std::string& flag) { return set(R"({"flags": {"k": )" + flag + "}}"); };
  const FlagSet plain = with(flag("on"));
  for (const std::string& other :
       {flag("off"), flag("on", R"(, "metadata": {"owner": "web"})"),
        flag("on", R"(, "targeting": {"if": [{"==": [{"var": "a"}, 1]}, "on"]})"),
        std::string(R"({"state": "DISABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"})"),
        std::string(R"({"state": "ENABLED", "variants": {"on": 1, "off": false}, "defaultVariant": "on"})"),
        std::string(R"({"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"})")}) {
    EXPECT_THAT(changed_keys(plain, with(other)), ElementsAre("k")) << other;
    EXPECT_THAT(changed_keys(with(other), with(other)), IsEmpty()) << other;
  }
}

TEST(Changes, SeesEveryPartOfARule) {
  const auto with = [](const std::string& rule) {
    return set(R"({"$evaluators": {"e": {"==": [{"var": "a"}, 1]}}, "flags": {"k": )" +
               flag("on", R"(, "targeting": )" + rule) + "}}");
  };
  const std::vector<std::string> rules = {
      R"({"if": [{"==": [{"var": "a"}, 1]}, "on"]})",
      R"({"if": [{"!=": [{"var": "a"}, 1]}, "on"]})",
      R"({"if": [{"==": [{"var": "b"}, 1]}, "on"]})",
      R"({"if": [{"==": [{"var": "a"}, 2]}, "on"]})",
      R"({"if": [{"==": [{"var": "a"}, "1"]}, "on"]})",
      R"({"if": [{"==": [{"var": ["a", 3]}, 1]}, "on"]})",
      R"({"if": [{"==": [{"var": "a"}, 1]}, "on", "off"]})",
      R"({"if": [{"$ref": "e"}, "on"]})",
      R"({"fractional": [["on", 25], ["off", 75]]})",
      R"({"fractional": [["on", 26], ["off", 75]]})",
      R"({"if": [{"sem_ver": [{"var": "v"}, ">=", "1.2.3"]}, "on"]})",
      R"({"if": [{"sem_ver": [{"var": "v"}, ">", "1.2.3"]}, "on"]})",
  };
  for (const std::string& a : rules) {
    for (const std::string& b : rules) EXPECT_EQ(changed_keys(with(a), with(b)).empty(), a == b) << a << b;
  }
}

TEST(Changes, SeesTheEvaluatorsAndTheMetadataThatAFlagUses) {
  const auto with = [](const std::string& number, const std::string& owner) {
    return set(R"({"$evaluators": {"e": {"==": [{"var": "a"}, )" + number + R"(]}}, "metadata": {"owner": ")" + owner +
               R"("}, "flags": {"plain": )" + flag("on", R"(, "metadata": {"owner": "own"})") + R"(, "refers": )" +
               flag("on", R"(, "metadata": {"owner": "own"}, "targeting": {"if": [{"$ref": "e"}, "on"]})") +
               R"(, "inherits": )" + flag("on") + "}}");
  };
  EXPECT_THAT(changed_keys(with("1", "web"), with("2", "web")), ElementsAre("refers"));
  EXPECT_THAT(changed_keys(with("1", "web"), with("1", "ops")), ElementsAre("inherits"));
}

}  // namespace
}  // namespace trunkline::flags
