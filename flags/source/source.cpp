#include "flags/source/source.h"

#include <fmt/format.h>

#include "flags/source/file_source.h"
#include "flags/source/git_source.h"

namespace trunkline::flags {

base::Result<SourceSpec> parse_source_spec(std::string_view text) {
  const auto bad = [&] {
    return base::fail(base::Kind::usage, fmt::format("expected a source such as file:flags.json or "
                                                     "git:https://host/flags.git#main:flags/flags.json, got \"{}\"",
                                                     base::without_user(text)));
  };
  if (text.starts_with("file:")) {
    SourceSpec spec{.location = std::string(text.substr(5)), .branch = {}, .path = {}, .display = std::string(text)};
    if (spec.location.starts_with("//")) spec.location.erase(0, 2);
    return spec.location.empty() ? bad() : base::Result<SourceSpec>(spec);
  }
  const size_t hash = text.rfind('#');
  if (!text.starts_with("git:") || hash == std::string_view::npos) return bad();
  const std::string_view place = text.substr(hash + 1);
  const size_t colon = place.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == place.size() || hash == 4) return bad();
  return SourceSpec{.kind = SourceSpec::Kind::git,
                    .location = std::string(text.substr(4, hash - 4)),
                    .branch = std::string(place.substr(0, colon)),
                    .path = std::string(place.substr(colon + 1)),
                    .display = base::without_user(text)};
}

std::unique_ptr<Source> make_source(const SourceSpec& spec, const std::filesystem::path& folder) {
  switch (spec.kind) {
    case SourceSpec::Kind::file:
      return std::make_unique<FileSource>(spec.location);
    case SourceSpec::Kind::git:
      return std::make_unique<GitSource>(spec.location, spec.branch, spec.path, folder);
  }
  return nullptr;
}

}  // namespace trunkline::flags
