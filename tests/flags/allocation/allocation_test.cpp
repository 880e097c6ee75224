#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

#include "flags/client/in_memory.h"
#include "flags/evaluation/evaluation.h"

// A program of its own, for it replaces the heap of the whole process by one that counts.
namespace {

size_t allocations = 0;  // NOLINT: the tests run on one thread

void* count_and_allocate(size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(size_t size) {
  return count_and_allocate(size);
}
void* operator new[](size_t size) {
  return count_and_allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, size_t) noexcept {
  std::free(memory);
}

namespace trunkline::flags {
namespace {

std::string flag(const char* key, const std::string& rule) {
  return std::string("\"") + key +
         R"(": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off")" +
         (rule.empty() ? "" : ", \"targeting\": " + rule) + "}";
}

const FlagSet& flags() {
  static const FlagSet set =
      parse_json_flag_set(
          "{\"$evaluators\": {\"staff\": {\"ends_with\": [{\"var\": \"email\"}, \"@example.org\"]}}, \"flags\": {" +
              flag("static", "") + "," +
              flag(
                  "compare",
                  R"({"if": [{"and": [{"==": [{"var": "tier"}, "gold"]}, {">": [{"var": "user.age"}, 17]}]}, "on", "off"]})") +
              "," + flag("in", R"({"if": [{"in": [{"var": "country"}, ["AT", "BE", "DE", "JP"]]}, "on", "off"]})") +
              "," + flag("reference", R"({"if": [{"$ref": "staff"}, "on"]})") + "," +
              flag("fractional", R"({"fractional": [["on", 25], ["off", 75]]})") + "," +
              flag(
                  "computed",
                  R"({"fractional": [{"cat": [{"var": "$flagd.flagKey"}, {"var": "email"}]}, ["on", {"var": "share"}], ["off", {"-": [100, {"var": "share"}]}]]})") +
              "," + flag("version", R"({"if": [{"sem_ver": [{"var": "version"}, ">=", "2.0.0"]}, "on", "off"]})") +
              "," + flag("time", R"({"if": [{"<": [{"var": "$flagd.timestamp"}, 1800000000]}, "on", "off"]})") + "," +
              flag(
                  "lists",
                  R"({"if": [{"some": [{"var": "groups"}, {"in": [{"var": ""}, ["admin", "staff"]]}]}, "on", "off"]})") +
              "}}",
          "f.json")
          .value();
  return set;
}

TEST(Evaluation, TakesNothingFromTheHeap) {
  const EvaluationContext context =
      context_from_json(base::parse_json(R"({"targetingKey": "a-user-with-a-longer-name-than-fits-into-a-small-string",
        "tier": "gold", "user": {"age": 30}, "country": "JP", "email": "ada.lovelace@example.org", "share": 30,
        "version": "2.1.0", "groups": ["guest", "staff"]})")
                            .value())
          .value();
  for (const Flag& each : flags().flags()) {
    const size_t before = allocations;
    const Evaluation answer = evaluate(flags(), each.key, FlagType::boolean, context, {});
    EXPECT_EQ(allocations, before) << each.key;
    EXPECT_FALSE(answer.error_code) << each.key;
    EXPECT_EQ(answer.reason, each.key == "static" ? Reason::statically : Reason::targeting_match) << each.key;
  }
}

TEST(Client, TakesNothingFromTheHeapForABoolAnIntAndADouble) {
  InMemoryFlags flags;
  flags.set("b", true);
  flags.set("i", 301);
  flags.set("d", 0.5);
  const Client& client = flags.client();
  const EvaluationContext context{.targeting_key = "a-user-with-a-longer-name-than-fits-into-a-small-string"};
  // A thread's first read since a change takes over the new flags.
  client.get_bool("b", context, false);
  const size_t before = allocations;
  EXPECT_TRUE(client.get_bool("b", context, false));
  EXPECT_EQ(client.get_int("i", context, 0), 301);
  EXPECT_EQ(client.get_double("d", context, 0), 0.5);
  EXPECT_EQ(client.get_int("a-flag-that-nobody-has-ever-heard-of", context, 7), 7);
  EXPECT_EQ(allocations, before);
}

TEST(Evaluation, CountsWhatTheHeapGives) {
  const size_t before = allocations;
  delete new int(1);
  EXPECT_EQ(allocations, before + 1) << "otherwise the test above could not fail";
}

}  // namespace
}  // namespace trunkline::flags
