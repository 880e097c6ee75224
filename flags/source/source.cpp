#include "flags/source/source.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/digest.h"
#include "base/http/url.h"
#include "flags/source/file_source.h"
#include "flags/source/git_source.h"
#include "flags/source/http_source.h"

namespace trunkline::flags {
namespace {

using base::Result;

constexpr std::string_view kExpected =
    "file:flags.json, git:https://host/flags.git#main:flags/flags.json or https://host/flags.json";

Result<SourceSpec> read_file_spec(std::string_view text) {
  SourceSpec spec{
      .kind = SourceSpec::Kind::file, .location = std::string(text.substr(5)), .display = std::string(text)};
  if (spec.location.starts_with("//")) spec.location.erase(0, 2);
  if (spec.location.empty()) return base::fail(base::Kind::usage, "no path");
  return spec;
}

bool is_commit(std::string_view text) {
  return text.size() >= 4 && text.size() <= 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<SourceSpec> read_git_spec(std::string_view text) {
  const size_t hash = text.rfind('#');
  const std::string_view place = hash == std::string_view::npos ? "" : text.substr(hash + 1);
  const size_t colon = place.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == place.size() || hash == 4) {
    return base::fail(base::Kind::usage, "no #BRANCH:PATH");
  }
  SourceSpec spec{.kind = SourceSpec::Kind::git,
                  .location = std::string(text.substr(4, hash - 4)),
                  .branch = std::string(place.substr(0, colon)),
                  .path = std::string(place.substr(colon + 1)),
                  .display = base::without_user(text)};
  const size_t at = spec.branch.rfind('@');
  if (at != std::string::npos) {
    spec.commit = spec.branch.substr(at + 1);
    spec.branch.resize(at);
    if (spec.branch.empty() || !is_commit(spec.commit)) {
      return base::fail(base::Kind::usage, "after the @ of a branch come the 4 to 40 digits of a commit");
    }
  }
  return spec;
}

Result<SourceSpec> read_http_spec(std::string_view text) {
  TRY(base::parse_url(text));
  // What is behind the "?" may be a secret, as in a presigned URL.
  const size_t query = text.find('?');
  std::string display(text.substr(0, query));
  if (query != std::string_view::npos) display += "?...";
  return SourceSpec{.kind = SourceSpec::Kind::http, .location = std::string(text), .display = std::move(display)};
}

Result<SourceSpec> read_spec(std::string_view text) {
  if (text.starts_with("file:")) return read_file_spec(text);
  if (text.starts_with("git:")) return read_git_spec(text);
  if (text.starts_with("http://") || text.starts_with("https://") || text.starts_with("unix:")) {
    return read_http_spec(text);
  }
  return base::fail(base::Kind::usage, "an unknown form");
}

}  // namespace

Result<SourceSpec> parse_source_spec(std::string_view text) {
  auto spec = read_spec(text);
  if (spec) return spec;
  return base::fail(base::Kind::usage, fmt::format("expected a source such as {}, got \"{}\": {}", kExpected,
                                                   base::without_user(text), spec.error().message));
}

std::unique_ptr<Source> make_source(const SourceSpec& spec, const std::filesystem::path& folder) {
  switch (spec.kind) {
    case SourceSpec::Kind::file:
      return std::make_unique<FileSource>(spec.location);
    case SourceSpec::Kind::git:
      return std::make_unique<GitSource>(spec, folder);
    case SourceSpec::Kind::http:
      return std::make_unique<HttpSource>(spec.location, spec.token, HttpSource::make_client());
  }
  return nullptr;
}

}  // namespace trunkline::flags
