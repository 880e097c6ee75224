#include "shortener/import/import.h"

#include <gtest/gtest.h>
#include <map>
#include <sstream>

namespace trunkline::shortener {
namespace {

class FakeWriter final : public BulkWriter {
 public:
  base::Result<bool> add(const Link& link) override { return links.emplace(link.code, link).second; }
  base::Result<> replace(const Link& link) override { return links[link.code] = link, base::Result<>{}; }
  base::Result<> commit() override { return committed = true, base::Result<>{}; }

  std::map<std::string, Link> links;
  bool committed = false;
};

struct ImportTest : testing::Test {
  FakeWriter writer;
  std::vector<std::string> bad;
  ImportOptions options{.now = base::WallTime(base::Millis(5)),
                        .report_bad = [this](const base::Error& error) { bad.push_back(to_string(error)); }};

  base::Result<ImportCounts> import(const std::string& text) {
    std::istringstream in(text);
    CsvReader reader(in, "f.csv");
    TRY_ASSIGN(const Columns columns, read_header(reader));
    return import_links(reader, columns, writer, options);
  }
  std::string refusal(const std::string& text) {
    const auto counts = import(text);
    return counts ? "imported" : to_string(counts.error());
  }
};

TEST_F(ImportTest, TakesColumnsInAnyOrder) {
  const auto counts = import("created_at,url,code\n2026-01-02T03:04:05Z,http://a/,x\n,http://b/,y\n");
  ASSERT_TRUE(counts) << to_string(counts.error());
  EXPECT_EQ(*counts, (ImportCounts{.imported = 2}));
  EXPECT_TRUE(writer.committed);
  EXPECT_EQ(writer.links["x"], (Link{"x", "http://a/", *base::parse_iso8601("2026-01-02T03:04:05Z")}));
  EXPECT_EQ(writer.links["y"].created_at, options.now);
}

TEST_F(ImportTest, RefusesAHeaderItDoesNotKnow) {
  EXPECT_EQ(refusal("code,url,creatd_at\n"),
            "f.csv:1:10: unknown column \"creatd_at\": expected code, url or created_at, did you mean \"created_at\"?");
  EXPECT_EQ(refusal("code\n"), "f.csv:1:1: expected the columns code and url");
  EXPECT_EQ(refusal("code,url,code\n"), "f.csv:1:10: the column \"code\" stands twice");
  EXPECT_EQ(refusal(""), "f.csv:1:1: expected the header code,url[,created_at]");
}

TEST_F(ImportTest, StopsAtABadRowWithItsPlace) {
  EXPECT_EQ(refusal("code,url\na,http://a/\nb,ftp://b/\n"), "f.csv:3:3: url: expected http:// or https:// and a host");
  EXPECT_FALSE(writer.committed);
  EXPECT_EQ(refusal("code,url\nb/,http://a/\n"), "f.csv:2:1: alias: expected 1 to 64 of A-Z a-z 0-9 _ -");
  EXPECT_EQ(refusal("code,url\nb\n"), "f.csv:2:1: 1 fields, expected 2 as in the header");
}

TEST_F(ImportTest, LeavesBadRowsOutWhenTold) {
  options.skip_bad = true;
  EXPECT_EQ(*import("code,url\na,http://a/\nb,x\nc,http://c/,\nd,http://d/\n"),
            (ImportCounts{.imported = 2, .bad = 2}));
  EXPECT_EQ(bad.size(), 2U);
  EXPECT_EQ(bad[0], "f.csv:3:3: url: expected http:// or https:// and a host");
}

TEST_F(ImportTest, MeetsATakenCodeAsTold) {
  const std::string text = "code,url\na,http://a/\na,http://b/\n";
  const auto counts = import(text);
  ASSERT_FALSE(counts);
  EXPECT_EQ(to_string(counts.error()), "f.csv:3:1: the code \"a\" is taken");
  EXPECT_EQ(counts.error().kind, base::Kind::conflict);
  writer.links.clear();
  options.on_conflict = OnConflict::skip;
  EXPECT_EQ(*import(text), (ImportCounts{.imported = 1, .skipped = 1}));
  EXPECT_EQ(writer.links["a"].url, "http://a/");
  writer.links.clear();
  options.on_conflict = OnConflict::replace;
  EXPECT_EQ(*import(text), (ImportCounts{.imported = 1, .replaced = 1}));
  EXPECT_EQ(writer.links["a"].url, "http://b/");
}

}  // namespace
}  // namespace trunkline::shortener
