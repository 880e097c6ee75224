#include "deployer/watch/frame.h"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.h"
#include "tests/deployer/watch/picture.h"
#include "tests/deployer/watch/scripted.h"
#include "tests/support/committed.h"

// Whole frames are in frames/*.txt.
namespace trunkline::deployer {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::filesystem::path kSource = TRUNKLINE_SOURCE_DIR;

std::string text_of(const WatchView& view, size_t width, size_t height) {
  return fmt::format("{}\n", fmt::join(render(view, width, height, false), "\n"));
}

void expect_frame(const std::string& name, const std::string& text) {
  base::expect_committed(kSource / "tests/deployer/watch/frames" / (name + ".txt"), text);
}

// A canary whose first metric has no data after half a minute.
Scripted held() {
  Script script = canary_script();
  script.until = 1h;
  script.measure = [measure = script.measure](int metric, base::Millis now) {
    return metric == 0 && now >= 30s ? Measurement::missing("no series") : measure(metric, now);
  };
  return Scripted(script);
}

TEST(Frame, ShowsACanaryInItsBake) {
  expect_frame("canary", text_of(Scripted(canary_script()).view(), 100, 50));
}

TEST(Frame, ShowsARollingReleaseBetweenTwoInstances) {
  expect_frame("rolling", text_of(Scripted(rolling_script()).view(), 80, 40));
}

TEST(Frame, ShowsWhyItIsHeldAndWhenTheShareEnds) {
  const Scripted script = held();
  Seen alone = script.seen();
  alone.at_work = "";
  expect_frame("held", text_of(script.view(alone, script.story().wall() + 2s), 100, 50));
  EXPECT_THAT(text_of(script.view(alone, script.story().wall() + 1h), 120, 50), HasSubstr("lease is over"));
}

TEST(Frame, ShowsWhatMattersMostOnASmallTerminal) {
  expect_frame("small", text_of(Scripted(canary_script()).view(), 48, 16));
}

TEST(Frame, ShowsAReleaseThatWasTakenBack) {
  Script script = canary_script();
  script.until = 1h;
  script.measure = [measure = script.measure](int metric, base::Millis now) {
    return metric == 0 && now >= 40s ? Measurement::of(0.05) : measure(metric, now);
  };
  const Scripted scripted(script);
  EXPECT_TRUE(scripted.story().at_rest());
  expect_frame("taken_back", text_of(scripted.view(), 100, 50));
}

TEST(Frame, NeverIsWiderOrHigherThanItsTerminal) {
  const WatchView view = held().view();
  for (const size_t width : {0, 1, 2, 10, 40, 79, 200}) {
    for (const size_t height : {0, 1, 2, 5, 23, 100}) {
      const auto lines = render(view, width, height, false);
      EXPECT_LE(lines.size(), height);
      for (const std::string& line : lines) EXPECT_LE(width_of(line), width) << line;
    }
  }
}

TEST(Frame, ShowsWhoIsWaitedFor) {
  Script script = canary_script();
  script.rollout.strategy.ramp = {step::Expose{{}, 1000, false}, step::Ask{10min, OnTimeout::hold},
                                  step::Expose{{}, kAllUsers, false}};
  script.until = 0s;
  const Scripted scripted(script);
  EXPECT_THAT(text_of(scripted.view(scripted.seen(), scripted.now() + 4min), 100, 50),
              HasSubstr("waited for, 6m left: deployer promote shop"));
}

TEST(Frame, ShowsWhatWasNotedOfTheBalancer) {
  const Scripted scripted(canary_script());
  const base::WallTime began = scripted.story().begun().journal.header.started_at;
  Seen seen = scripted.seen();
  seen.notes = {
      {began + 8s, "deployer", "balancer",
       "HAProxy at /run/b.sock is silent; it is told what it missed when it answers again\nand more", "r1", 8s},
      {began + 71s, "deployer", "balancer",
       "HAProxy at /run/a.sock was reloaded or started anew; 2 servers were set again", "r1", 71s}};
  const WatchView view = scripted.view(seen, scripted.now());
  const std::string frame = text_of(view, 100, 50);
  expect_frame("noted", frame);
  const std::string docs = base::read_file(kSource / "docs/deployer.md").value();
  for (const std::string_view line : base::split(frame, '\n')) {
    if (!line.starts_with("at ")) continue;
    EXPECT_THAT(docs, HasSubstr("\n    " + std::string(line) + "\n"));
  }
  EXPECT_THAT(text_of(view, 48, 16), HasSubstr("at 1m11s  HAProxy at /run/a.sock was reloaded")) << "the last one";
}

TEST(Frame, IsThePictureOfTheDocs) {
  base::expect_committed(kSource / "docs/pictures/watch.svg",
                         picture_of(render(Scripted(canary_script()).view(), 100, 50, true)));
}

}  // namespace
}  // namespace trunkline::deployer
