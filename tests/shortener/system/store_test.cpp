#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "base/core/files.h"
#include "shortener/store/link_store.h"

namespace trunkline::shortener {
namespace {

using base::Kind;
using testing::HasSubstr;

bool wait_on() {
  return true;
}

struct StoreTest : testing::Test {
  base::TempFolder folder = std::move(*base::TempFolder::make("store"));
  std::string name = "sqlite:" + (folder.path() / "links.db").string();

  std::unique_ptr<LinkStore> open() {
    auto store = open_store(name);
    EXPECT_TRUE(store) << to_string(store.error());
    return std::move(*store);
  }
};

TEST_F(StoreTest, KeepsLinksFromOneOpeningToTheNext) {
  const Link link{"a", "http://a/?x=\"1\"", base::WallTime(base::Millis(123'456))};
  EXPECT_TRUE(open()->add(link, wait_on));
  const auto store = open();
  EXPECT_EQ(*store->find("a"), link);
  EXPECT_EQ(store->find("b").error().kind, Kind::not_found);
  EXPECT_EQ(store->add(link, wait_on).error().kind, Kind::conflict);
}

TEST_F(StoreTest, NeverGivesANumberTwice) {
  std::set<std::uint64_t> numbers;
  std::mutex mutex;
  std::vector<std::thread> threads;
  const auto one = open();
  const auto other = open();
  for (LinkStore* store : {one.get(), other.get(), one.get()}) {
    threads.emplace_back([&, store] {
      for (int i = 0; i < 20; ++i) {
        const auto number = store->next_number(wait_on);
        ASSERT_TRUE(number) << to_string(number.error());
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(numbers.insert(*number).second);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(numbers.size(), 60U);
}

TEST_F(StoreTest, WaitsForALockAsLongAsItsCallerSays) {
  const auto store = open();
  const auto other = open();
  const auto lock = *other->bulk_writer();
  int asked = 0;
  const auto a_few_times = [&] { return ++asked < 4; };
  EXPECT_EQ(store->add({"a", "http://a/", {}}, a_few_times).error().kind, Kind::unavailable);
  EXPECT_EQ(asked, 4);
  EXPECT_EQ(store->next_number(a_few_times).error().kind, Kind::unavailable);
  EXPECT_EQ(store->find("a").error().kind, Kind::not_found);
}

TEST_F(StoreTest, WritesManyOrNothing) {
  const auto store = open();
  {
    const auto writer = store->bulk_writer();
    ASSERT_TRUE(writer);
    EXPECT_TRUE(*(*writer)->add({"a", "http://a/", {}}));
    EXPECT_EQ(store->find("a").error().kind, Kind::not_found);
  }
  EXPECT_EQ(store->find("a").error().kind, Kind::not_found);
  const auto writer = store->bulk_writer();
  EXPECT_TRUE(*(*writer)->add({"a", "http://a/", {}}));
  EXPECT_FALSE(*(*writer)->add({"a", "http://b/", {}}));
  EXPECT_TRUE((*writer)->replace({"a", "http://c/", {}}));
  EXPECT_TRUE((*writer)->commit());
  EXPECT_EQ(store->find("a")->url, "http://c/");
}

TEST_F(StoreTest, IsMadeByOneOfManyThatStartAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([this] { EXPECT_TRUE(open()->check()); });
  for (auto& thread : threads) thread.join();
}

TEST_F(StoreTest, SaysWhyItCannotBeOpened) {
  EXPECT_EQ(open_store("links.db").error().kind, Kind::usage);
  EXPECT_EQ(open_store("sqlite:").error().kind, Kind::usage);
  EXPECT_THAT(open_store("sqlite:" + (folder.path() / "no" / "links.db").string()).error().message,
              HasSubstr("no/links.db"));
  std::ofstream(folder.path() / "text.db") << std::string(5000, 'x');
  EXPECT_THAT(open_store("sqlite:" + (folder.path() / "text.db").string()).error().message,
              HasSubstr("not a database"));
}

}  // namespace
}  // namespace trunkline::shortener
