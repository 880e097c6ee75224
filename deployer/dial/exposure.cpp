#include "deployer/dial/exposure.h"

#include <charconv>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr int kAll = 10'000;
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kSalt = "abcdefghijklmnopqrstuvwxyz0123456789-";
// Of a backend's name HAProxy also allows the colon, which separates the fields here.
constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

bool is_made_of(std::string_view text, std::string_view letters) {
  return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

template <typename T>
bool read_number(std::string_view text, T& target) {
  if (!is_made_of(text, kDigits)) return false;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), target);
  return code == std::errc{};
}

}  // namespace

Result<> check(const Exposure& exposure) {
  for (const std::string* name : {&exposure.key, &exposure.stable, &exposure.fresh}) {
    if (!is_made_of(*name, kName)) {
      return fail(Kind::invalid, fmt::format("expected a name of letters, digits, - _ and ., got \"{}\"", *name));
    }
  }
  if (!is_made_of(exposure.salt, kSalt)) {
    return fail(Kind::invalid, fmt::format("expected a salt of a-z, 0-9 and -, got \"{}\"", exposure.salt));
  }
  if (exposure.stable == exposure.fresh) {
    return fail(Kind::invalid, fmt::format("\"{}\" cannot be both the stable and the new side", exposure.stable));
  }
  if (exposure.share < 0 || exposure.share > kAll) {
    return fail(Kind::invalid, fmt::format("expected a share of 0 to {} basis points, got {}", kAll, exposure.share));
  }
  if (exposure.lease.count() < 0) return fail(Kind::invalid, "a lease cannot be over before it begins");
  if (exposure.share > 0 && exposure.lease.count() == 0) {
    return fail(Kind::invalid, "a share above 0 needs a lease, so that it ends when nobody renews it");
  }
  return {};
}

DialEntry entry_for(const Exposure& exposure, int64_t clock) {
  const int64_t until = exposure.lease.count() == 0 ? 0 : (clock + exposure.lease.count() + 999) / 1000;
  return {until, exposure.share, exposure.salt, exposure.stable, exposure.fresh};
}

Exposure exposure_of(const std::string& key, const DialEntry& entry, int64_t clock) {
  // HAProxy compares whole seconds of its clock, so that the lease ends with the second `until`.
  const int64_t left = entry.until > clock / 1000 ? entry.until * 1000 - clock : 0;
  return {key, entry.stable, entry.fresh, entry.share, entry.salt, base::Millis{left}};
}

std::string to_string(const DialEntry& entry) {
  return fmt::format("{}:{}:{}:{}:{}", entry.until, entry.share, entry.salt, entry.stable, entry.fresh);
}

Result<DialEntry> parse_entry(std::string_view text) {
  const auto fields = base::split(text, ':');
  DialEntry entry;
  // More digits than any share or second has would be read as something else by HAProxy.
  const bool good = fields.size() == 5 && fields[0].size() <= 12 && fields[1].size() <= 5 &&
                    read_number(fields[0], entry.until) && read_number(fields[1], entry.share) && entry.share <= kAll &&
                    is_made_of(fields[2], kSalt) && is_made_of(fields[3], kName) && is_made_of(fields[4], kName);
  if (!good) return fail(Kind::invalid, fmt::format("expected until:share:salt:stable:new, got \"{}\"", text));
  entry.salt = fields[2];
  entry.stable = fields[3];
  entry.fresh = fields[4];
  return entry;
}

bool same_exposure(const DialEntry& a, const DialEntry& b) {
  return a.share == b.share && (a.share == 0 || a.salt == b.salt) && a.stable == b.stable && a.fresh == b.fresh;
}

}  // namespace trunkline::deployer
