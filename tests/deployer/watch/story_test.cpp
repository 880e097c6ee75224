#include "deployer/watch/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deployer/watch/scripted.h"

namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(Story, TellsWhatRunToldAndComesToTheSameState) {
  Script script = rolling_script();
  script.until = 1h;
  script.measurements = true;
  const Scripted scripted(script);
  EXPECT_EQ(scripted.story().state().outcome, Outcome::completed);
  EXPECT_EQ(scripted.told().front(), "shop  1.8.1 -> 1.8.2  rolling over 2 instances");
  EXPECT_THAT(scripted.told(), Contains(HasSubstr("probe web2  done")));
  EXPECT_THAT(scripted.told(), Contains(AllOf(HasSubstr("error-ratio"), HasSubstr("pass"))));
  EXPECT_THAT(scripted.told().back(), HasSubstr("completed"));
}

TEST(Story, KeepsTheMeasurementsOfTheLastBake) {
  const Scripted scripted(rolling_script());
  ASSERT_THAT(scripted.story().courses(), SizeIs(1));
  const MetricCourse& course = scripted.story().courses().at(0);
  EXPECT_EQ(course.points.size(), 7U) << "in 15 s of the second bake, every 2 s";
  EXPECT_EQ(course.run.passes, 7);
}

TEST(Story, TellsThatItWasHeldAndTakenUpAgain) {
  Script script = canary_script();
  script.measure = [](int, base::Millis) { return Measurement::missing("no series"); };
  script.until = 1h;
  Scripted scripted(script);
  Story& story = scripted.story();
  ASSERT_EQ(story.state().phase, Phase::held);
  const size_t before = scripted.told().size();
  story.take({story.state().now, story.wall() + 1min, event::Resumed{}});
  story.take({story.state().now, story.wall() + 2min, event::Abandoned{"dev@host"}});
  story.end();
  const std::vector<std::string> after(scripted.told().begin() + static_cast<long>(before), scripted.told().end());
  EXPECT_THAT(after, ElementsAre(HasSubstr("(taken up again)"), HasSubstr("failed: taken down by dev@host"),
                                 HasSubstr("requests reached the new revision")));
}

// What is noted while the deployer ends is told before that it is at rest, as by `run`, and that once.
TEST(Story, TellsWhatWasNotedBeforeThatItIsAtRest) {
  Scripted scripted(rolling_script());
  Story& story = scripted.story();
  const size_t before = scripted.told().size();
  story.take({story.state().now, story.wall(), event::Abandoned{"dev@host"}});
  story.take(Note{story.wall(), "deployer", "balancer", "HAProxy at /run/haproxy.sock is silent", "r1", 83'250ms});
  story.end();
  story.end();
  const std::vector<std::string> after(scripted.told().begin() + static_cast<long>(before), scripted.told().end());
  EXPECT_THAT(after, ElementsAre("   83.2s  HAProxy at /run/haproxy.sock is silent", HasSubstr("failed: taken down"),
                                 HasSubstr("requests reached the new revision")));
}

}  // namespace
}  // namespace trunkline::deployer
