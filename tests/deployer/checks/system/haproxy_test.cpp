#include <atomic>
#include <gtest/gtest.h>

#include "deployer/checks/haproxy_checks.h"
#include "tests/deployer/dial/system/balancer.h"
#include "tests/support/soon.h"

// The haproxy provider on a real HAProxy.
namespace trunkline::deployer {
namespace {

using Of = HaproxyQuery::Of;

// Answers with the status that it is told; 0: never.
class Service {
 public:
  Service() {
    server_ = base::Server::start({}, [this](const base::Request&, base::Reply reply) {
                if (status_ != 0) return reply(base::text_response(status_, ""));
                const std::lock_guard lock(mutex_);
                waiting_.push_back(std::move(reply));
              }).value();
  }
  ~Service() {
    {
      const std::lock_guard lock(mutex_);
      for (base::Reply& reply : waiting_) reply(base::text_response(200, ""));
    }
    server_->stop(base::Millis{0});
  }
  const std::string& address() const { return server_->address(); }
  void answer(int status) { status_ = status; }

 private:
  std::atomic<int> status_{200};
  std::mutex mutex_;
  std::vector<base::Reply> waiting_;
  std::unique_ptr<base::Server> server_;
};

class HaproxyProvider : public testing::Test {
 protected:
  HaproxyProvider() { start(); }
  void start() {
    balancer_.start(balancer_.head() + "  timeout server 300ms\n  retries 0\nfrontend new\n  bind " + new_.address() +
                    "\n  default_backend twin\nfrontend old\n  bind " + old_.address() +
                    "\n  default_backend shop\nbackend shop\n  server web1 " + stable_.address() +
                    "\nbackend twin\n  server web1 " + fresh_.address() + "\n  server web2 " + nobody_.address() +
                    " disabled\n");
  }
  void ask(const Port& front, int times) {
    for (int i = 0; i < times; ++i) visit(front.address());
  }

  base::TempFolder folder_ = base::TempFolder::make("haproxy-provider").value();
  Port new_, old_, nobody_;
  Service fresh_, stable_;
  Balancer balancer_{folder_.path(), "lb"};
  HaproxyChecks checks_{{balancer_.socket()}, {{"shop", "web1", ""}, {"twin", "web1", ""}, {"twin", "web2", ""}}};
};

TEST_F(HaproxyProvider, CountsAnswersErrorsAndSilenceSinceTheBakeBegan) {
  fresh_.answer(500);
  ask(new_, 5);
  checks_.open({1}, {0});
  ask(new_, 2);
  fresh_.answer(200);
  ask(new_, 7);
  ask(old_, 4);
  fresh_.answer(0);
  ask(new_, 1);
  const auto counted = [&] { return checks_.compare({Of::error_ratio}); };
  ASSERT_TRUE(base::soon([&] { return counted().samples == 10; }));
  EXPECT_EQ(counted().value, 0.3) << "two answers of 500, and one that did not come";
  EXPECT_EQ(counted().stable, 0);
  EXPECT_EQ(counted().counts, (BothCounts{{10, 3}, {4, 0}}));
  balancer_.reload();
  fresh_.answer(200);
  // Its counters begin anew. The process before may still answer one or the other that nobody counts.
  EXPECT_TRUE(base::soon([&] {
    ask(new_, 1);
    return counted().samples >= 15;
  }));
  const Measurement after = counted();
  EXPECT_EQ(after.counts, (BothCounts{{after.samples, 3}, {4, 0}}));
}

TEST_F(HaproxyProvider, CountsRefusedConnectionsAsErrors) {
  balancer_.ask("enable server twin/web2");
  balancer_.ask("disable server twin/web1");
  checks_.open({2}, {0});
  ask(new_, 3);
  EXPECT_TRUE(base::soon([&] { return checks_.measure({Of::connection_errors}).value == 3; }));
  EXPECT_EQ(checks_.measure({Of::error_ratio}), Measurement::of(1, 3));
}

TEST_F(HaproxyProvider, MeasuresHowLongAnswersTake) {
  checks_.open({1}, {0});
  ask(new_, 3);
  ask(old_, 3);
  Measurement both;
  ASSERT_TRUE(base::soon([&] { return (both = checks_.compare({Of::response_time})).samples == 3; }));
  EXPECT_EQ(both.kind, Measurement::Kind::value) << both.detail;
  EXPECT_TRUE(both.stable);
  EXPECT_LT(both.value, 300);
  balancer_.kill();
  EXPECT_EQ(checks_.compare({Of::response_time}).kind, Measurement::Kind::error);
}

}  // namespace
}  // namespace trunkline::deployer
