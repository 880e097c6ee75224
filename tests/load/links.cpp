#include "tests/load/links.h"

#include <array>
#include <fmt/format.h>
#include <fstream>
#include <limits>

#include "shortener/import/csv.h"
#include "shortener/links/code.h"

namespace trunkline::load {
namespace {

constexpr std::array kHosts = {"www.example.com",      "example.org",       "blog.example.net",
                               "shop.example.com",     "docs.example.org",  "news.example.net",
                               "cdn7.example.com",     "m.example.org",     "xn--bcher-kva.example",
                               "api.example.com:8443", "video.example.net", "wiki.example.org"};
constexpr std::array kWords = {
    "products",  "2026",   "11",        "how-to",    "release-notes",      "en",     "de",
    "articles",  "summer", "sale",      "guide",     "download",           "v2",     "reviews",
    "users",     "team",   "%C3%BCber", "caf%C3%A9", "%E6%97%A5%E6%9C%AC", "100%25", "a+b",
    "index.html"};
constexpr std::array kKeys = {"utm_source", "utm_campaign", "q", "page", "id", "ref", "lang", "sort"};

// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }

 private:
  std::uint64_t state_;
};

// Odd and no multiple of 31, so that multiples of it differ modulo 62^7 and hence give different codes; small enough
// that sixteen million of them fit in 64 bits.
constexpr std::uint64_t kCodeStep = 549'755'813'893;

template <typename List>
const char* pick(const List& list, Random& random) {
  return list[random.below(list.size())];
}

std::string make_url(Random& random) {
  std::string url = fmt::format("{}://{}", random.below(10) == 0 ? "http" : "https", pick(kHosts, random));
  for (std::uint64_t parts = 1 + random.below(4); parts > 0; --parts) url += fmt::format("/{}", pick(kWords, random));
  url += fmt::format("/{}", random.below(1'000'000));
  char mark = '?';
  for (std::uint64_t pairs = random.below(4); pairs > 0; --pairs) {
    url += fmt::format("{}{}={}", mark, pick(kKeys, random), pick(kWords, random));
    mark = '&';
  }
  if (random.below(20) == 0) url += fmt::format("{}name=\"{}\",{}", mark, pick(kWords, random), random.below(100));
  return url;
}

std::string quoted(const std::string& field) {
  if (field.find_first_of("\",") == std::string::npos) return field;
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

base::Result<Links> Links::read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return base::fail(base::Kind::usage, "cannot read " + path);
  shortener::CsvReader reader(in, path);
  std::vector<shortener::CsvField> row;
  TRY_ASSIGN(bool more, reader.next(row));
  if (!more || row.size() < 2 || row[0].text != "code" || row[1].text != "url") {
    return base::fail(base::Kind::usage, path + ":1:1: expected the header code,url");
  }
  Links links;
  for (;;) {
    TRY_ASSIGN(more, reader.next(row));
    if (!more) break;
    if (row.size() < 2) return base::fail(base::Kind::usage, "expected code,url", {path, row[0].where.line, 1});
    for (int i = 0; i < 2; ++i) {
      links.text_ += row[static_cast<size_t>(i)].text;
      if (links.text_.size() > std::numeric_limits<std::uint32_t>::max()) {
        return base::fail(base::Kind::usage, path + ": more than 4 GiB of links");
      }
      links.ends_.push_back(static_cast<std::uint32_t>(links.text_.size()));
    }
  }
  if (links.size() == 0) return base::fail(base::Kind::usage, path + ": no links in it");
  return links;
}

base::Result<> make_links(const std::string& path, std::uint64_t count, std::uint64_t seed,
                          const std::function<void(std::uint64_t)>& progress) {
  std::ofstream out(path, std::ios::binary);
  Random random(seed);
  const std::uint64_t start = random.below(1U << 30);
  out << "code,url\n";
  for (std::uint64_t i = 0; i < count; ++i) {
    out << shortener::random_code(start + i * kCodeStep) << ',' << quoted(make_url(random)) << '\n';
    if (i % 1000 == 0) progress(i);
  }
  out.close();
  if (!out) return base::fail(base::Kind::io, "cannot write " + path);
  return {};
}

}  // namespace trunkline::load
