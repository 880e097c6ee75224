#include "flags/agent/feed/feed.h"

#include <deque>
#include <gtest/gtest.h>

#include "base/core/files.h"
#include "flags/agent/feed/feed_cache.h"
#include "tests/support/fake_clock.h"

namespace trunkline::flags {
namespace {

using base::Millis;

class FakeSource final : public Source {
 public:
  std::deque<base::Result<std::optional<SourceText>>> answers;

  void gives(const std::string& text) { answers.emplace_back(SourceText{text, "f.json", "c1"}); }
  void fails() { answers.emplace_back(base::fail(base::Kind::unavailable, "gone")); }

  base::Result<std::optional<SourceText>> poll() override {
    if (answers.empty()) return std::nullopt;
    auto answer = answers.front();
    answers.pop_front();
    return answer;
  }
  Millis interval(Millis wanted) const override { return wanted; }
};

const char* const kGood = R"({"flags": {"a": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"}}})";

class FeedTest : public testing::Test {
 protected:
  Feed::Options options() { return {"file:f.json", Millis{10'000}, folder_.path() / "cache"}; }
  bool shows(const std::string& line) { return metrics_.render().find(line + "\n") != std::string::npos; }

  base::TempFolder folder_ = base::TempFolder::make("feed-test").value();
  FakeSource source_;
  base::FakeClock clock_;
  base::Metrics metrics_;
  FlagStore store_{1, metrics_};
  Feed feed_{options(), source_, store_, 0, clock_, metrics_};

  const Snapshot* served() {
    const auto& edition = store_.edition();
    return edition ? &edition->whole()->snapshot() : nullptr;
  }
};

TEST_F(FeedTest, IsNotReadyUntilThereIsAGoodSetAndSaysWhy) {
  source_.fails();
  feed_.poll(0);
  EXPECT_EQ(served(), nullptr);
  EXPECT_EQ(feed_.health().error->message, "gone");
  EXPECT_FALSE(feed_.health().has_flags);
  source_.gives(kGood);
  feed_.poll(0);
  EXPECT_TRUE(feed_.health().has_flags);
  EXPECT_TRUE(feed_.health().up);
  EXPECT_EQ(served()->document, kGood);
  EXPECT_EQ(served()->revision, "c1");
}

TEST_F(FeedTest, TellsAFailureAgainOnceTheSourceWasBack) {
  testing::internal::CaptureStderr();
  source_.fails();
  source_.fails();
  source_.gives(kGood);
  source_.answers.emplace_back(std::nullopt);
  source_.fails();
  for (int i = 0; i < 5; ++i) feed_.poll(0);
  const std::string log = testing::internal::GetCapturedStderr();
  const auto count = [&](const std::string& text) {
    size_t found = 0;
    for (size_t i = log.find(text); i != std::string::npos; i = log.find(text, i + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("the source gives no good flags"), 2U) << log;
  EXPECT_EQ(count("source is back"), 1U) << log;
}

TEST_F(FeedTest, KeepsTheLastGoodSetWhenTheNewOneIsBad) {
  source_.gives(kGood);
  feed_.poll(0);
  source_.gives("{broken");
  feed_.poll(0);
  EXPECT_EQ(served()->document, kGood);
  EXPECT_TRUE(shows(R"(flag_source_up{source="file:f.json"} 0)"));
  feed_.poll(0);
  EXPECT_TRUE(shows(R"(flag_source_up{source="file:f.json"} 0)")) << "unchanged bad text is still bad";
  source_.gives(kGood);
  feed_.poll(0);
  EXPECT_TRUE(shows(R"(flag_source_up{source="file:f.json"} 1)"));
}

TEST_F(FeedTest, RemembersWhatWasBadWhenTheSameTextIsBack) {
  source_.gives("{broken");
  feed_.poll(0);
  const auto bad = feed_.health().error;
  source_.fails();
  feed_.poll(0);
  EXPECT_EQ(feed_.health().error->message, "gone");
  feed_.poll(0);
  EXPECT_EQ(feed_.health().error, bad);
}

TEST_F(FeedTest, StartsFromDiskWhenTheSourceIsGone) {
  source_.gives(kGood);
  feed_.poll(0);
  FakeSource gone;
  base::Metrics metrics;
  FlagStore store(1, metrics);
  Feed next(options(), gone, store, 0, clock_, metrics);
  next.load();
  ASSERT_TRUE(store.edition());
  EXPECT_EQ(store.edition()->whole()->snapshot().etag, served()->etag);
  EXPECT_EQ(store.edition()->whole()->snapshot().revision, "c1");
  EXPECT_FALSE(next.health().up);
  EXPECT_TRUE(next.health().has_flags);
}

TEST_F(FeedTest, KeepsItsCacheToItself) {
  source_.gives(kGood);
  feed_.poll(0);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(cache_file(folder_.path() / "cache", "file:f.json")).permissions(),
            perms::owner_read | perms::owner_write);
}

TEST_F(FeedTest, DoesNotServeTheCacheOfAnotherSourceOrABrokenOne) {
  source_.gives(kGood);
  feed_.poll(0);
  EXPECT_EQ(load_cache(folder_.path() / "cache", "file:other.json").error().kind, base::Kind::not_found);
  ASSERT_TRUE(base::write_file_atomically(cache_file(folder_.path() / "cache", "file:f.json"), R"({"version":9})"));
  EXPECT_EQ(load_cache(folder_.path() / "cache", "file:f.json").error().kind, base::Kind::invalid);
}

TEST_F(FeedTest, AsksASourceThatFailsSoonerAndSpreadsItsPolls) {
  EXPECT_EQ(feed_.poll(0), Millis{9'000});
  EXPECT_EQ(feed_.poll(1), Millis{10'000});
  source_.fails();
  EXPECT_LE(feed_.poll(0), Millis{250});
}

TEST_F(FeedTest, ShowsTheAgeOfTheLastGoodAnswer) {
  source_.gives(kGood);
  feed_.poll(0);
  clock_.now += Millis{7'500};
  feed_.update_age();
  EXPECT_TRUE(shows(R"(flag_source_age_seconds{source="file:f.json"} 7.5)"));
}

}  // namespace
}  // namespace trunkline::flags
