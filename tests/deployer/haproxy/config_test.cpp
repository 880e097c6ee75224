#include "deployer/haproxy/config.h"

#include <gtest/gtest.h>

namespace trunkline::deployer {
namespace {

using Words = std::vector<std::string>;

HaproxyConfig parsed(std::string_view text) {
  return parse_haproxy_config(text, "h.cfg").value();
}

TEST(HaproxyConfig, SplitsLinesAsHaproxyDoes) {
  const auto config = parsed(
      "# head\n"
      "global\n"
      "\n"
      "\tlog \"a b\" 'c \"d\" \\e' f\\ g # why\n"
      "  x \"\" \"q\\\"r\" #\n");
  ASSERT_EQ(config.sections.size(), 1u);
  ASSERT_EQ(config.sections[0].body.size(), 2u);
  EXPECT_EQ(config.sections[0].body[0].words, (Words{"log", "a b", "c \"d\" \\e", "f g"}));
  EXPECT_EQ(config.sections[0].body[0].number, 4);
  EXPECT_EQ(config.sections[0].body[1].words, (Words{"x", "", "q\"r"}));
}

TEST(HaproxyConfig, KnowsWhatDefaultsHoldForASection) {
  const auto config = parsed(
      "defaults\n mode tcp\n retries 3\n"
      "frontend a\n bind :1\n"
      "defaults base\n mode http\n option redispatch\n"
      "defaults more from base\n retries 5\n"
      "frontend b from more\n no option redispatch\n"
      "backend c\n mode health\n");
  const auto value = [&](const char* kind, const char* name, const char* word) {
    const ConfigLine* line = config.setting(*config.find(kind, name), {word});
    return line == nullptr ? "" : line->words.back();
  };
  EXPECT_EQ(value("frontend", "a", "mode"), "tcp");
  EXPECT_EQ(value("frontend", "b", "mode"), "http");
  EXPECT_EQ(value("frontend", "b", "retries"), "5");
  EXPECT_EQ(value("backend", "c", "retries"), "5");
  EXPECT_EQ(value("backend", "c", "mode"), "health");
  EXPECT_EQ(config.setting(*config.find("frontend", "b"), {"option", "redispatch"}), nullptr);
  EXPECT_NE(config.setting(*config.find("backend", "c"), {"option", "redispatch"}), nullptr);
}

TEST(HaproxyConfig, NamesThePlaceOfWhatItCannotRead) {
  const auto message = [](const char* text) { return to_string(parse_haproxy_config(text, "h.cfg").error()); };
  EXPECT_EQ(message("global\n  log \"a\n"), "h.cfg:2: a quote does not end");
  EXPECT_EQ(message("bind :1\n"), "h.cfg:1: expected a section such as global, got \"bind\"");
  EXPECT_EQ(message("global\n  daemon"), "h.cfg: the last line does not end; HAProxy takes it for cut off");
}

}  // namespace
}  // namespace trunkline::deployer
