#include "flags/agent/http/etag.h"

#include <algorithm>

#include "base/core/digest.h"
#include "base/core/text.h"

namespace trunkline::flags {

std::string etag_of(std::string_view body) {
  return "\"" + base::sha256(body).substr(7, 32) + "\"";
}

bool names_etag(std::string_view header, std::string_view etag) {
  for (std::string_view tag : base::split(header, ',')) {
    tag = base::trim(tag);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag || tag == "*") return true;
  }
  return false;
}

bool names_etag(const base::Request& request, std::string_view etag) {
  const auto headers = request.headers.find_all("If-None-Match");
  return std::any_of(headers.begin(), headers.end(), [&](std::string_view header) { return names_etag(header, etag); });
}

}  // namespace trunkline::flags
