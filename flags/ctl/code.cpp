#include "flags/ctl/code.h"

#include <fmt/format.h>

#include "base/cli/progress.h"
#include "base/cli/tool.h"

namespace trunkline::flags {

base::Result<CodeRepository> open_code(const std::string& folder) {
  auto code = CodeRepository::open(folder);
  if (code || code.error().kind != base::Kind::not_found) return code;
  return base::fail(base::Kind::usage, code.error().message);
}

base::Result<std::vector<CodeFile>> search_code(CodeRepository& code, const std::vector<std::string>& keys) {
  base::cli::Progress progress("files");
  std::uint64_t count = 0;
  auto files = code.files_with(KeySet(keys), [&] { progress.show(++count); });
  progress.clear();
  if (files && code.passed_over() > 0) {
    fmt::print(stderr, "flagctl: {} of {} files passed over: binary, larger than 4 MiB, or not to be read\n",
               code.passed_over(), count);
  }
  return files;
}

std::string place_of(const Reference& reference) {
  return fmt::format("{}:{}:{}", reference.path, reference.line, reference.column);
}

std::string change_of(const Reference& reference) {
  if (!reference.has_history) return "history cut off";
  if (!reference.last_change) return "not committed";
  const base::CommitInfo& commit = *reference.last_change;
  return fmt::format("{} {} {}", commit.id.substr(0, 8), base::to_iso8601(commit.committed_at).substr(0, 10),
                     commit.author.name);
}

base::Json to_json(const Reference& reference) {
  base::JsonObject json{{"key", boost::json::string(reference.key)},
                        {"file", boost::json::string(reference.path)},
                        {"line", reference.line},
                        {"column", reference.column},
                        {"text", boost::json::string(reference.text)}};
  if (reference.last_change) {
    json["commit"] = boost::json::string(reference.last_change->id);
    json["author"] = boost::json::string(reference.last_change->author.name);
    json["committed_at"] = boost::json::string(base::to_iso8601(reference.last_change->committed_at));
  }
  return json;
}

}  // namespace trunkline::flags
