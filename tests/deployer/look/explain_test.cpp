#include "deployer/look/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "deployer/record/notes.h"
#include "tests/deployer/watch/scripted.h"

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const base::WallTime kThen = *base::parse_iso8601("2026-11-22T10:00:20.5Z");

struct Explain : testing::Test {
  void SetUp() override { ASSERT_TRUE(service.make()); }

  void note(int second, const std::string& text, const std::string& release) const {
    ASSERT_TRUE(
        append_note(service, {kThen + std::chrono::seconds{second}, "deployer", "balancer", text, release, 0s}));
  }

  const base::TempFolder folder = *base::TempFolder::make("explain_test");
  const ServiceFolder service{folder.path(), "shop"};
  const Begun begun = Scripted(canary_script()).recorded();
};

TEST_F(Explain, ListsWhatWasNotedOfThatRollout) {
  note(0, "HAProxy at /run/haproxy.sock was reloaded or started anew", "r0");
  EXPECT_THAT(explain(service, begun), Not(HasSubstr("noted")));
  note(1, "HAProxy at /run/haproxy.sock is silent", "r1");
  EXPECT_THAT(
      explain(service, begun),
      HasSubstr("\n\nnoted meanwhile (UTC):\n  2026-11-22 10:00:21  HAProxy at /run/haproxy.sock is silent\n\n"));
  EXPECT_THAT(base::to_text(explain_json(service, begun)),
              HasSubstr(R"("notes":[{"at":"2026-11-22T10:00:21.500Z","kind":"balancer",)"
                        R"("text":"HAProxy at /run/haproxy.sock is silent"}])"));
}

TEST_F(Explain, ListsTheLastOnesOfMany) {
  for (int i = 0; i < 30; ++i) note(i, "note " + std::to_string(i) + ".", "r1");
  const std::string text = explain(service, begun);
  EXPECT_THAT(text, Not(HasSubstr("note 9.")));
  EXPECT_THAT(text, HasSubstr("note 10."));
  EXPECT_THAT(text, HasSubstr("note 29."));
}

}  // namespace
}  // namespace trunkline::deployer
