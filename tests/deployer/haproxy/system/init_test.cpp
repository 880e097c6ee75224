#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>

#include "base/core/files.h"
#include "base/core/process.h"
#include "base/core/text.h"
#include "deployer/dial/haproxy_share.h"
#include "tests/deployer/dial/system/balancer.h"

namespace trunkline::deployer {
namespace {

using base::Millis;
using testing::HasSubstr;
using testing::Not;

const std::string kConfigs = TRUNKLINE_SOURCE_DIR "/tests/deployer/haproxy/configs/";

base::ProcessOutput run(const std::vector<std::string>& argv, const std::filesystem::path& folder) {
  base::ProcessSpec spec;
  spec.argv = argv;
  spec.folder = folder;
  return base::run_process(spec, Millis{30'000}).value();
}

class HaproxyInit : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_.path() / name) << text; }

  base::ProcessOutput init(const std::string& file, const std::string& service) const {
    return run({TRUNKLINE_BIN_DIR "/deployer", "init", "--haproxy", file, "--service", service, "--map", map()},
               folder_.path());
  }
  base::ProcessOutput doctor(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {TRUNKLINE_BIN_DIR "/deployer", "doctor"});
    return run(arguments, folder_.path());
  }
  void apply(const std::string& file, const std::string& service) const {
    const auto patch = init(file, service);
    ASSERT_EQ(patch.status.code, 0) << patch.err;
    write("patch", patch.out);
    const auto patched = run({"patch", "-p0", "-F0", "-i", "patch"}, folder_.path());
    ASSERT_EQ(patched.status.code, 0) << patched.out << patch.out;
    EXPECT_THAT(patched.out, Not(HasSubstr("fuzz")));
  }
  std::string map() const { return folder_.path() / "shares.map"; }

  const base::TempFolder folder_ = *base::TempFolder::make("init");
};

TEST_F(HaproxyInit, MendsRealConfigurationsOnceAndForAll) {
  write("shares.map", "");
  for (const char* name : {"single.cfg", "sites.cfg", "inherited.cfg"}) {
    std::filesystem::copy_file(kConfigs + name, folder_.path() / name);
    EXPECT_EQ(doctor({name, "--service", "shop", "--offline"}).status.code, 1) << name;
    apply(name, "shop");
    const auto checked = run({"haproxy", "-c", "-f", name}, folder_.path());
    EXPECT_EQ(checked.status.code, 0) << checked.err;
    const auto again = init(name, "shop");
    EXPECT_EQ(again.out, "");
    EXPECT_THAT(again.err, HasSubstr("needs no change"));
    const auto looked = doctor({name, "--service", "shop", "--offline"});
    EXPECT_EQ(looked.status.code, 0) << looked.out;
  }
}

TEST_F(HaproxyInit, IsFollowedByADoctorWhoHoldsItAgainstTheRolloutFile) {
  write("shares.map", "");
  std::filesystem::copy_file(kConfigs + "single.cfg", folder_.path() / "h.cfg");
  apply("h.cfg", "shop");
  const auto looked = [&](const std::string& identify) {
    write("rollout.yaml",
          "apiVersion: trunkline/v1\nkind: Rollout\nmetadata: { name: shop }\n"
          "artifact: { ref: 'file:none' }\n"
          "targets: { command: [a], instances: 1, ports: 9001-9002 }\n"
          "traffic: { driver: haproxy, endpoints: ['unix:/s'], service: shop, twin: shop-twin, map: '" +
              map() + "'" + identify + " }\n");
    return doctor({"rollout.yaml", "--haproxy", "h.cfg", "--offline"}).out;
  };
  EXPECT_THAT(looked(", identify: 'header:X-User'"),
              HasSubstr("tells users apart by cookie:uid, the rollout file by header:X-User"));
  EXPECT_THAT(looked(", identify: 'cookie:uid'"), HasSubstr("users are told apart by cookie:uid"));
  EXPECT_THAT(looked(""), Not(HasSubstr("apart")));
}

TEST_F(HaproxyInit, TakesGitToApplyAPatchOfAnAbsolutePath) {
  write("shares.map", "");
  std::filesystem::copy_file(kConfigs + "single.cfg", folder_.path() / "single.cfg");
  write("patch", init(folder_.path() / "single.cfg", "shop").out);
  const auto patched = run({"patch", "-p0", "-d", "/", "-i", folder_.path() / "patch"}, "/");
  EXPECT_EQ(patched.status.code, 0) << patched.out;
  EXPECT_EQ(init("single.cfg", "shop").out, "");
  std::filesystem::copy_file(kConfigs + "sites.cfg", folder_.path() / "sites.cfg");
  write("patch", init("sites.cfg", "shop").out);
  const auto applied = run({"git", "apply", "-p0", "patch"}, folder_.path());
  EXPECT_EQ(applied.status.code, 0) << applied.err;
  EXPECT_EQ(init("sites.cfg", "shop").out, "");
}

TEST_F(HaproxyInit, ChoosesTheOnlyServiceAndAsksWhereThereAreSeveral) {
  std::filesystem::copy_file(kConfigs + "sites.cfg", folder_.path() / "sites.cfg");
  const auto refused = run({TRUNKLINE_BIN_DIR "/deployer", "init", "--haproxy", "sites.cfg"}, folder_.path());
  EXPECT_EQ(refused.status.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("name one of the backends with --service"));
  EXPECT_THAT(init("sites.cfg", "shop").err, HasSubstr("HAProxy starts only if the map is there"));
}

// What init makes serves two services behind one frontend, each with a share of its own.
TEST_F(HaproxyInit, MakesWhatTheDialTurns) {
  write("shares.map", "");
  Balancer balancer(folder_.path(), "one");
  const Port front;
  const Place shop("shop"), twin("twin"), blog("blog");
  write("h.cfg", balancer.head() + fmt::format(R"(frontend front
  bind {}
  use_backend blog if {{ req.hdr(X-Site) -m str blog }}
  default_backend shop
backend shop
  option httpchk GET /health
  server web1 {} check inter 50ms
backend blog
  server web1 {}
)",
                                               front.address(), shop.address(), blog.address()));
  apply("h.cfg", "shop");
  apply("h.cfg", "blog");
  balancer.start(base::read_file(folder_.path() / "h.cfg").value());
  const base::Response first = visit(front.address());
  EXPECT_EQ(first.content(), "shop");
  EXPECT_EQ(first.headers.find_all("Set-Cookie").size(), 1u);
  balancer.ask(fmt::format("set server shop-twin/web1 addr 127.0.0.1 port {}",
                           twin.address().substr(twin.address().find(':') + 1)));
  balancer.ask("set server shop-twin/web1 state ready");
  HaproxySetting setting;
  setting.endpoints = {balancer.socket()};
  setting.map = map();
  HaproxyShare dial(setting);
  ASSERT_TRUE(dial.set({"shop", "shop", "shop-twin", 10'000, "r1", Millis{60'000}}, Drift::refuse, {}, {}));
  EXPECT_EQ(side(front.address()), "twin");
  EXPECT_EQ(side(front.address(), {{"X-Site", "blog"}}), "blog");
  const auto looked = doctor({"h.cfg", "--service", "shop"});
  EXPECT_EQ(looked.status.code, 0) << looked.out;
  EXPECT_THAT(looked.out, HasSubstr("100 % of the users meet shop-twin for"));
  const auto lines = doctor({"h.cfg", "--service", "shop", "--json"});
  for (const std::string_view line : base::split(base::trim(lines.out), '\n')) {
    EXPECT_TRUE(base::parse_json(line)) << line;
  }
}

TEST_F(HaproxyInit, IsFollowedByADoctorWhoAsksTheRunningOne) {
  write("shares.map", "");
  Balancer balancer(folder_.path(), "one");
  const Port front;
  const Place shop("shop");
  write("rollout.yaml", fmt::format(R"(apiVersion: trunkline/v1
kind: Rollout
metadata: {{ name: shop }}
artifact: {{ ref: "file:none.tar.zst" }}
targets:
  command: [bin/serve]
  instances:
    - {{ id: web1, address: "127.0.0.1:9001" }}
    - {{ id: web2, address: "127.0.0.1:9002" }}
traffic: {{ driver: haproxy, endpoints: ["unix:{}"], service: shop }}
strategy: {{ type: rolling }}
)",
                                    balancer.socket()));
  const auto nobody = doctor({"rollout.yaml"});
  EXPECT_EQ(nobody.status.code, 1) << nobody.err;
  EXPECT_THAT(nobody.out, HasSubstr("start HAProxy, or mend the path"));
  const std::string config = balancer.head() + fmt::format(
                                                   "frontend f\n  bind {}\n  default_backend shop\n"
                                                   "backend shop\n  server web1 {}\n",
                                                   front.address(), shop.address());
  balancer.start(config);
  const auto missing = doctor({"rollout.yaml"});
  EXPECT_EQ(missing.status.code, 1);
  EXPECT_THAT(missing.out, HasSubstr("the running backend \"shop\" has no server \"web2\""));
  balancer.start(config + "  server web2 127.0.0.1:9002\n");
  EXPECT_EQ(doctor({"rollout.yaml"}).status.code, 0);
  std::string lesser = config + "  server web2 127.0.0.1:9002\n";
  lesser.replace(lesser.find("level admin"), 11, "level operator");
  balancer.start(lesser);
  EXPECT_THAT(doctor({"rollout.yaml"}).out, HasSubstr("is of level operator"));
}

}  // namespace
}  // namespace trunkline::deployer
