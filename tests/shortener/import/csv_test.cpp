#include "shortener/import/csv.h"

#include <gtest/gtest.h>
#include <sstream>

namespace trunkline::shortener {
namespace {

// The rows as "a|b;c|d", or the error.
std::string read(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in, "f.csv");
  std::string out;
  std::vector<CsvField> row;
  for (;;) {
    const auto more = reader.next(row);
    if (!more) return to_string(more.error());
    if (!*more) return out;
    if (!out.empty()) out += ";";
    for (size_t i = 0; i < row.size(); ++i) out += (i > 0 ? "|" : "") + row[i].text;
  }
}

TEST(Csv, ReadsRowsOfEitherLineEnding) {
  EXPECT_EQ(read("a,b\nc,d"), "a|b;c|d");
  EXPECT_EQ(read("a,b\r\nc,d\r\n"), "a|b;c|d");
  EXPECT_EQ(read("a,,\n,\n"), "a||;|");
  EXPECT_EQ(read(""), "");
}

TEST(Csv, SkipsEmptyLinesAndTheByteOrderMark) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\n\n\r\nc,d\n\n"),
            "a|b;c|d");
}

TEST(Csv, ReadsQuotedFields) {
  EXPECT_EQ(read("\"a,b\",\"say \"\"hi\"\"\"\n\"x\ny\",\"\""), "a,b|say \"hi\";x\ny|");
}

TEST(Csv, SaysWhereItIsBroken) {
  EXPECT_EQ(read("a,b\nc,\"d\ne"), "f.csv:2:3: expected a closing quote before the end of the file");
  EXPECT_EQ(read("\"a\"b"), "f.csv:1:4: expected a comma or the end of the line after the closing quote");
  EXPECT_EQ(read("a\nb,x\"y\""), "f.csv:2:4: a quote inside a field: expected the whole field in quotes");
  EXPECT_EQ(read("a\rb"), "f.csv:1:2: expected a line feed after the carriage return");
  EXPECT_EQ(read("a," + std::string(65'537, 'x')), "f.csv:1:3: a field of more than 65536 bytes");
}

TEST(Csv, TellsAReadErrorFromTheEndOfTheFile) {
  std::istringstream gone("a,b\n");
  gone.setstate(std::ios::badbit);
  CsvReader reader(gone, "f.csv");
  std::vector<CsvField> row;
  const auto more = reader.next(row);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().kind, base::Kind::io);
}

TEST(Csv, ReadsAcrossTheEdgesOfItsBuffer) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "\"a" + std::to_string(i) + "\",b\n";
  std::istringstream in(text);
  CsvReader reader(in, "f.csv");
  std::vector<CsvField> row;
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(*reader.next(row));
    ASSERT_EQ(row[0].text, "a" + std::to_string(i));
    ASSERT_EQ(row[1].where.line, i + 1);
  }
  EXPECT_FALSE(*reader.next(row));
}

}  // namespace
}  // namespace trunkline::shortener
