#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>

#include "flags/change/flag_file.h"
#include "flags/change/flag_repository.h"

// What the log says of the flags.
namespace trunkline::flags {
namespace {

using base::Json;
using base::Kind;
using base::Repository;
using base::Result;

// The file of that commit; empty if it is not there.
Result<std::string> text_at(const Repository& repository, const std::string& commit, const std::string& path) {
  auto text = repository.read_blob(commit, path);
  if (text || text.error().kind != Kind::not_found) return text;
  return "";
}

// A file that is not there has no flags.
Result<Json> document_at(const Repository& repository, const std::string& commit, const std::string& path) {
  TRY_ASSIGN(const std::string text, text_at(repository, commit, path));
  if (text.empty()) return base::JsonObject{};
  return read_flag_document(text, path);
}

// The definitions by key, in the document.
std::map<std::string, Json, std::less<>> definitions(const Json& document) {
  std::map<std::string, Json, std::less<>> found;
  const Json* flags = base::find(document, "flags");
  const auto* array = flags == nullptr ? nullptr : flags->if_array();
  if (array == nullptr) {
    for (const std::string& key : flag_keys(document)) found.emplace(key, *find_definition(document, key));
    return found;
  }
  for (const Json& item : *array) {
    std::string key = base::string_or(item, "key");
    Json definition = item;
    if (definition.is_object()) definition.as_object().erase("key");
    found.insert_or_assign(std::move(key), std::move(definition));
  }
  return found;
}

// Those that went or changed in the order of the file before, then those that came.
std::vector<std::string> changed_keys(const Json& before, const Json& after) {
  const auto old = definitions(before), now = definitions(after);
  const auto definition = [](const auto& all, const std::string& key) {
    const auto found = all.find(key);
    return found == all.end() ? nullptr : &found->second;
  };
  std::vector<std::string> keys;
  for (const std::string& key : flag_keys(before)) {
    const Json *was = definition(old, key), *is = definition(now, key);
    if (was != nullptr && (is == nullptr || *was != *is)) keys.push_back(key);
  }
  for (const std::string& key : flag_keys(after)) {
    if (definition(old, key) == nullptr) keys.push_back(key);
  }
  return keys;
}

// Where a commit's line goes on, if it does.
std::string parent_of(const base::CommitInfo& commit) {
  return commit.parents.empty() ? "" : commit.parents.front();
}

}  // namespace

Result<std::string> FlagRepository::tip() {
  return cache_ ? repository_.fetch(place_.repository, place_.branch) : repository_.tip(place_.branch);
}

Result<base::CommitInfo> FlagRepository::last_change() {
  TRY_ASSIGN(const std::string tip, this->tip());
  TRY_ASSIGN(auto log, repository_.log(tip, place_.path, 1));
  if (log.empty()) return base::fail(Kind::not_found, fmt::format("{} was never committed", place_.path));
  return std::move(log.front());
}

Result<std::vector<HistoryEntry>> FlagRepository::history(const std::optional<std::string>& key, size_t max) {
  TRY_ASSIGN(const std::string tip, this->tip());
  TRY_ASSIGN(auto log, repository_.log(tip, place_.path, key ? std::numeric_limits<size_t>::max() : max));
  std::vector<HistoryEntry> entries;
  // A file that could not be read then had no flags for anybody.
  const auto flags_at = [&](const std::string& commit) {
    return commit.empty() ? Json(base::JsonObject{})
                          : document_at(repository_, commit, place_.path).value_or(base::JsonObject{});
  };
  for (base::CommitInfo& commit : log) {
    if (entries.size() == max) break;
    std::vector<std::string> keys = changed_keys(flags_at(parent_of(commit)), flags_at(commit.id));
    if (key && std::find(keys.begin(), keys.end(), *key) == keys.end()) continue;
    entries.push_back({std::move(commit), std::move(keys)});
  }
  return entries;
}

Result<std::vector<Edit>> FlagRepository::edits_against(const Repository& repository, const std::string& commit,
                                                        const std::optional<std::string>& key) const {
  TRY_ASSIGN(const base::CommitInfo info, repository.commit_info(commit));
  Json before = base::JsonObject{};
  if (const std::string parent = parent_of(info); !parent.empty()) {
    TRY_ASSIGN(before, document_at(repository, parent, place_.path));
  }
  TRY_ASSIGN(const Json after, document_at(repository, commit, place_.path));
  std::vector<Edit> edits;
  for (const std::string& changed : changed_keys(before, after)) {
    if (key && changed != *key) continue;
    edits.push_back({changed, Restore{find_definition(before, changed).value_or(nullptr)},
                     find_definition(after, changed).value_or(nullptr)});
  }
  if (!edits.empty()) return edits;
  const std::string what = key ? fmt::format("does not change flag \"{}\"", *key) : "changes no flag";
  return base::fail(Kind::not_found, fmt::format("commit {} {}", commit.substr(0, 12), what), {place_.path, 0, 0});
}

Result<ChangeResult> FlagRepository::revert(const std::string& commit, const std::optional<std::string>& key,
                                            const CommitOptions& options) {
  std::vector<Edit> edits;
  std::string summary, trailers;
  return this->commit(options, [&](const Repository& repository, const auto& text) -> Result<Draft> {
    if (edits.empty()) {
      TRY_ASSIGN(const std::string id, repository.find_commit_id(commit));
      TRY_ASSIGN(edits, edits_against(repository, id, key));
      TRY_ASSIGN(const base::CommitInfo info, repository.commit_info(id));
      summary = fmt::format("Revert \"{}\"", info.message.substr(0, info.message.find('\n')));
      trailers = fmt::format("Reverts: {}\n", id);
    }
    TRY_ASSIGN(Draft draft, this->draft(edits, text));
    draft.summary = summary;
    draft.trailers = trailers;
    return draft;
  });
}

}  // namespace trunkline::flags
