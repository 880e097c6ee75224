#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "base/http/service.h"
#include "flags/agent/evaluator.h"
#include "flags/agent/http/event_streams.h"
#include "flags/agent/http/gate.h"
#include "flags/agent/http/long_polls.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_reply.h"

namespace trunkline::flags {

inline const char* const kTokens = R"(tokens:
  - {name: ops, token: ops-token-0123456789, override: true}
  - {name: web, token: web-token-0123456789, flag_sets: [web]}
)";

// The agent's insides without a network; a test adds the routes it asks.
class RoutesTest : public testing::Test {
 protected:
  explicit RoutesTest(Access access = {}, int64_t rate = 0) : access_(std::move(access)), limit_(rate) {
    store_.listen([this](const auto&) {
      polls_.announce();
      streams_.announce();
    });
  }

  // Who waits is answered while there are metrics to count it.
  ~RoutesTest() override { polls_.close(); }

  void serve(const std::string& document, const std::string& revision = "") {
    store_.take(0, std::make_shared<const Snapshot>(make_snapshot({document, "f.json", revision}).value()));
  }

  base::Response ask(base::Request request) { return base::ask(service_.handler(), std::move(request)); }
  // A request whose answer may come later.
  std::shared_ptr<base::FakeReply> begin(base::Request request) {
    auto target = std::make_shared<base::FakeReply>(std::move(request));
    service_.handler()(target->request(), base::Reply(target, {}));
    return target;
  }
  base::Request post(const std::string& target, const std::string& body, base::Headers headers = {}) {
    if (!body.empty()) headers.add("Content-Type", "application/json");
    return {"POST", target, std::move(headers), body};
  }

  base::FakeClock clock_;
  base::Metrics metrics_;
  Access access_;
  RateLimit limit_;
  FlagStore store_{1, metrics_};
  Gate gate_{access_, limit_, store_, clock_};
  Evaluator evaluator_{{{{"region", "eu"}}, {{"X-Tenant", "tenant"}}}, clock_};
  LongPolls polls_{gate_, clock_, metrics_};
  EventStreams streams_{gate_, clock_, metrics_};
  base::Service service_{metrics_, {}, [] { return base::JsonObject{}; }};
};

class GuardedRoutesTest : public RoutesTest {
 protected:
  GuardedRoutesTest() : RoutesTest(Access::parse(kTokens, "t.yaml").value()) {}
};

}  // namespace trunkline::flags
