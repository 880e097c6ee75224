#include "flags/change/flag_repository.h"

#include <fmt/format.h>

#include "base/git/diff.h"
#include "flags/change/contest.h"
#include "flags/change/flag_file.h"
#include "flags/change/remote_cache.h"
#include "flags/definition/yaml/flag_document.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Kind;
using base::RemoteBranch;
using base::Repository;
using base::Result;

Result<> check_trailer(std::string_view name, const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20)
      return base::fail(Kind::usage, fmt::format("--{}: expected one line", name));
  }
  return {};
}

std::string trailers(const CommitOptions& options) {
  std::string text;
  if (!options.reason.empty()) text += fmt::format("Reason: {}\n", options.reason);
  if (!options.ticket.empty()) text += fmt::format("Ticket: {}\n", options.ticket);
  return text;
}

base::Error both_changed(const std::string& key, const Json& seen, const Json& now) {
  const auto side = [](const Json& definition) { return definition.is_null() ? "no flag" : base::to_text(definition); };
  return {
      Kind::conflict,
      fmt::format("flag \"{}\" was changed by somebody else since\n  was: {}\n  is:  {}", key, side(seen), side(now)),
      {}};
}

std::string summary(const std::vector<FlagChange>& changes) {
  if (changes.size() == 1) return describe(changes.front());
  std::vector<std::string> keys;
  for (const FlagChange& change : changes) keys.push_back(change.key);
  return fmt::format("Change {}", fmt::join(keys, ", "));
}

}  // namespace

Result<FlagRepository> FlagRepository::open(FlagPlace place) {
  if (const auto local = base::local_path(place.repository)) {
    TRY_ASSIGN(Repository repository, Repository::open(*local));
    return FlagRepository(std::move(place), std::move(repository), std::nullopt);
  }
  TRY_ASSIGN(RemoteCache cache, RemoteCache::open(place.repository));
  TRY_ASSIGN(Repository repository, Repository::open(cache.folder()));
  return FlagRepository(std::move(place), std::move(repository), std::move(cache));
}

Result<FlagRepository> FlagRepository::open_or_make(FlagPlace place, bool bare) {
  const auto local = base::local_path(place.repository);
  if (!local) return open(std::move(place));
  TRY_ASSIGN(Repository repository, Repository::open_or_init(*local, bare, place.branch));
  return FlagRepository(std::move(place), std::move(repository), std::nullopt);
}

Result<FlagFile> FlagRepository::read() {
  TRY_ASSIGN(std::string tip, this->tip());
  TRY_ASSIGN(std::string text, repository_.read_blob(tip, place_.path));
  return FlagFile{std::move(tip), std::move(text)};
}

Result<ChangeResult> FlagRepository::change(const ChangeRequest& request) {
  std::vector<Edit> edits = request.edits;
  return commit(request.options, [&](const Repository&, const auto& text) { return draft(edits, text); });
}

Result<ChangeResult> FlagRepository::add_file(const CommitOptions& options) {
  return commit(options, [&](const Repository&, const auto& text) -> Result<Draft> {
    if (text) {
      return base::fail(Kind::conflict, fmt::format("is on branch {} already", place_.branch), {place_.path, 0, 0});
    }
    constexpr std::string_view kSchema = "https://flagd.dev/schema/v0/flags.json";
    const bool yaml = format_of("{", place_.path) == Format::yaml;
    return Draft{yaml ? fmt::format("$schema: {}\nflags: {{}}\n", kSchema)
                      : fmt::format("{{\n  \"$schema\": \"{}\",\n  \"flags\": {{}}\n}}\n", kSchema),
                 {},
                 fmt::format("Add {}", place_.path)};
  });
}

Result<FlagRepository::Draft> FlagRepository::draft(std::vector<Edit>& edits,
                                                    const std::optional<std::string>& text) const {
  if (!text) {
    return base::fail(Kind::not_found,
                      fmt::format("is not on branch {} of {}; flagctl init adds it", place_.branch,
                                  base::without_user(place_.repository)),
                      {place_.path, 0, 0});
  }
  TRY_ASSIGN(const Json document, read_flag_document(*text, place_.path));
  Draft draft{*text, {}, {}};
  for (Edit& edit : edits) {
    const Json now = find_definition(document, edit.key).value_or(nullptr);
    if (edit.seen && *edit.seen != now) return base::fail(both_changed(edit.key, *edit.seen, now));
    edit.seen = now;
    TRY_ASSIGN(EditedText edited, apply_edit(draft.text, place_.path, edit));
    draft.text = std::move(edited.text);
    draft.changes.push_back(std::move(edited.change));
  }
  draft.summary = summary(draft.changes);
  return draft;
}

Result<ChangeResult> FlagRepository::commit(const CommitOptions& options, const Drafter& drafter) {
  TRY(check_trailer("reason", options.reason));
  TRY(check_trailer("ticket", options.ticket));
  if (cache_ && !options.push) {
    return base::fail(Kind::usage, fmt::format("--no-push: {} is a remote, which holds a change only when it is pushed",
                                               base::without_user(place_.repository)));
  }
  std::optional<RemoteBranch> upstream;
  if (options.push) {
    TRY_ASSIGN(upstream, this->upstream());
  }
  // The clone is looked at, and follows at the end: nobody else's change comes between.
  base::Descriptor turn;
  if (upstream) {
    TRY_ASSIGN(turn, repository_.take_turn());
  }
  TRY_ASSIGN(FlagBranch branch, target(upstream));
  for (Contest contest;;) {
    TRY_ASSIGN(const BranchFile file, branch.read(place_.path, !options.dry_run));
    if (upstream) TRY(check_clone(*upstream, file.commit));
    TRY_ASSIGN(Draft draft, drafter(branch.repository(), file.text));
    ChangeResult result{.changes = std::move(draft.changes),
                        .commit = std::nullopt,
                        .before = file.text.value_or(""),
                        .after = draft.text,
                        .diff = {}};
    TRY_ASSIGN(result.diff, base::unified_diff(place_.path, result.before, result.after));
    if (options.dry_run || result.before == result.after) return result;
    TRY_ASSIGN(base::Author author, repository_.default_author());
    const std::string end = draft.trailers + trailers(options);
    auto id = branch.commit({file.commit, place_.path, draft.text, std::move(author),
                             fmt::format("flags: {}\n{}{}", draft.summary, end.empty() ? "" : "\n", end)});
    if (!id) {
      TRY(contest.go_on_after(std::move(id.error())));
      continue;
    }
    if (upstream) TRY(follow(*upstream, *id));
    result.commit = *std::move(id);
    result.pushed = cache_ || upstream;
    return result;
  }
}

}  // namespace trunkline::flags
