#include "deployer/haproxy/examine_config.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "deployer/haproxy/dial_rules.h"
#include "deployer/haproxy/init.h"

namespace trunkline::deployer {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const DialRules kRules{"shop", "shop", "shop-twin", "/t.map", {}, {}, 1};

// A configuration in which all is well, with one text put in the place of another.
std::string config_text(const std::string& from = "", const std::string& to = "") {
  std::string text =
      "global\n stats socket /run/admin.sock level admin\n server-state-file /s\n"
      "defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n option redispatch\n"
      " option httpchk\n load-server-state-from-file global\n"
      "frontend f\n bind 127.0.0.1:1\n";
  for (const std::string& line : rule_lines(kRules)) text += " " + line + "\n";
  text += fmt::format(" use_backend shop-twin if {}\n default_backend shop\n", to_twin(kRules));
  for (const char* name : {"shop", "shop-twin"})
    text += fmt::format("backend {}\n server web1 127.0.0.1:2 check\n", name);
  const size_t at = from.empty() ? 0 : text.find(from);
  return text.replace(at, from.size(), to);
}

// The findings that are not ok, as "fail: text".
std::vector<std::string> troubles(const std::string& text) {
  std::vector<std::string> found;
  const auto config = parse_haproxy_config(text, "h.cfg").value();
  for (const Finding& finding : examine_config(config, {{}, "shop", "shop-twin", "shop", "/t.map", {"web1"}})) {
    if (finding.level == Finding::Level::ok) continue;
    EXPECT_FALSE(finding.mend.empty()) << finding.text;
    found.push_back((finding.level == Finding::Level::fail ? "fail: " : "warn: ") + finding.text);
  }
  return found;
}

TEST(ExamineConfig, FindsNothingWhereAllIsWell) {
  EXPECT_THAT(troubles(config_text()), testing::IsEmpty());
}

TEST(ExamineConfig, FindsWhatIsMissing) {
  const auto finds = [](const char* from, const char* to, const char* trouble) {
    EXPECT_THAT(troubles(config_text(from, to)), Contains(HasSubstr(trouble))) << from;
  };
  finds(" level admin", "", "fail: there is no admin socket of level admin");
  finds("/run/admin.sock", "ipv4@10.0.0.1:9", "fail: the admin socket ipv4@10.0.0.1:9 can be reached");
  finds("/run/admin.sock", ":9", "fail: the admin socket :9 can be reached");
  finds(" server-state-file /s\n", "", "warn: a reload of HAProxy forgets");
  finds(" load-server-state-from-file global\n", "", "warn: a reload of HAProxy forgets");
  finds(" option redispatch\n", "", "warn: the backend \"shop\" has no option redispatch");
  finds(" timeout server 1s\n", "", "warn: the backend \"shop\" has no timeout server");
  finds(" option httpchk\n", "", "warn: the health check of \"shop\" only connects");
  finds("server web1 127.0.0.1:2 check", "server web1 127.0.0.1:2", "warn: web1 has no health check");
  finds("server web1", "server web2", "fail: the backend \"shop\" has no server \"web1\"");
  finds("server web1 127.0.0.1:2", "server-template web 2 127.0.0.1:2", "warn: a reload forgets the addresses");
  finds("backend shop-twin\n", "backend other\n", "fail: there is no backend \"shop-twin\"");
  finds("\nbackend shop\n", "\nbackend other\n", "fail: there is no backend \"shop\"");
  finds("str(shop),map_str", "str(blog),map_str", "fail: the frontend \"f\" has no rules for shares of shop");
  finds(" default_backend shop\n", " use_backend blog\n use_backend shop\n", "fail: this rule sends users past");
  finds(" use_backend shop-twin", " use_backend other", "fail: the frontend \"f\" never sends to \"shop-twin\"");
}

TEST(ExamineConfig, FindsRulesThatLostTheirOrder) {
  std::vector<std::string> lines = rule_lines(kRules);
  const std::string until = " " + lines[1] + "\n", bucket = " " + lines[12] + "\n";
  ASSERT_THAT(bucket, HasSubstr("_bucket)"));
  std::string text = config_text(until, "");
  EXPECT_THAT(troubles(text), Contains(HasSubstr("uses txn.trunkline_shop_until before it is set")));
  text = config_text(bucket, "");
  EXPECT_THAT(troubles(text), Contains(HasSubstr("uses txn.trunkline_shop_bucket before it is set")));
}

TEST(ExamineConfig, FindsUsersToldApartOtherwiseThanTheRolloutFileSays) {
  const auto findings = [](const Identify& set_up, const std::optional<Identify>& wanted, bool own_way = false) {
    DialRules rules = kRules;
    rules.identify = set_up;
    std::string text = "frontend f\n";
    for (const std::string& line : rule_lines(rules)) text += " " + line + "\n";
    if (own_way) text = text.replace(text.find(" src\n"), 5, " req.fhdr(x)\n");
    text += fmt::format(" use_backend shop-twin if {}\n default_backend shop\nbackend shop\n", to_twin(rules));
    std::vector<std::string> found;
    const auto config = parse_haproxy_config(text, "h.cfg").value();
    for (const Finding& finding : examine_config(config, {{}, "shop", "shop-twin", "shop", "/t.map", {}, wanted})) {
      if (finding.text.find("tell") == std::string::npos && finding.text.find("told") == std::string::npos) continue;
      found.push_back(fmt::format("{} {}: {}", finding.where.line, finding.text, finding.mend));
    }
    return found;
  };
  const Identify cookie, header{Identify::By::header, "X-User"}, source{Identify::By::source, ""};
  using testing::ElementsAre;
  EXPECT_THAT(findings(cookie, std::nullopt), ElementsAre());
  for (const Identify& same : {cookie, header, source}) {
    EXPECT_THAT(findings(same, same), ElementsAre(HasSubstr("users are told apart by " + to_string(same))));
  }
  EXPECT_THAT(
      findings(cookie, header),
      ElementsAre("9 the frontend \"f\" tells users apart by cookie:uid, the rollout file by header:X-User: say "
                  "traffic.identify: cookie:uid; or take the rules of shop out and have them made anew: "
                  "deployer init --haproxy h.cfg --service shop --identify header:X-User"));
  EXPECT_THAT(findings(header, source), ElementsAre(HasSubstr("apart by header:X-User, the rollout file by source")));
  EXPECT_THAT(findings(source, cookie), ElementsAre(HasSubstr("apart by source, the rollout file by cookie:uid")));
  EXPECT_THAT(findings(source, cookie, true), ElementsAre(HasSubstr("apart in its own way, the rollout file by")));
}

TEST(ExamineConfig, ReadsTheMapFromTheRules) {
  const auto config = parse_haproxy_config(config_text(), "h.cfg").value();
  EXPECT_EQ(map_of(config, "shop"), "/t.map");
  EXPECT_EQ(map_of(config, "blog"), "");
  EXPECT_THAT(admin_sockets(config), testing::ElementsAre("/run/admin.sock"));
}

TEST(Propose, RefusesWhatItCannotExtend) {
  const auto refusal = [](const std::string& text) {
    const auto edits = propose(parse_haproxy_config(text, "h.cfg").value(), kRules);
    return edits ? "" : to_string(edits.error());
  };
  const std::string head = "defaults\n mode http\nfrontend f\n bind :1\n";
  EXPECT_EQ(refusal(head + " use_backend shop unless x\nbackend shop\n server a 127.0.0.1:1\n"),
            "h.cfg:5: cannot be extended by another condition; write it with \"if\"");
  EXPECT_THAT(refusal(head + "listen shop\n bind :2\n"), HasSubstr("h.cfg:5: \"shop\" is a listen section"));
  EXPECT_THAT(refusal(head), HasSubstr("there is no backend \"shop\""));
  EXPECT_THAT(refusal(head + "backend shop\n server a 127.0.0.1:1\n"), HasSubstr("no frontend sends to"));
  EXPECT_THAT(refusal("frontend f\n bind :1\n default_backend shop\nbackend shop\n mode http\n"),
              HasSubstr("the frontend \"f\" is not of mode http"));
}

TEST(DialRules, AreToldByWords) {
  EXPECT_EQ(parse_identify("cookie:uid"), (Identify{Identify::By::cookie, "uid"}));
  EXPECT_EQ(parse_identify("header:X-User"), (Identify{Identify::By::header, "X-User"}));
  EXPECT_EQ(parse_identify("source"), (Identify{Identify::By::source, ""}));
  EXPECT_EQ(parse_preview("X-Release:  canary"), (Preview{"X-Release", "canary"}));
  for (const char* wrong : {"", "cookie:", "cookie:a b", "cookie:a)", "address", "header:"}) {
    EXPECT_FALSE(parse_identify(wrong)) << wrong;
    EXPECT_FALSE(parse_preview(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace trunkline::deployer
