#include "flags/change/flag_repository.h"

#include <fmt/format.h>
#include <random>
#include <thread>

#include "base/core/retry.h"
#include "flags/change/diff.h"
#include "flags/change/flag_file.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::Kind;
using base::Millis;
using base::Repository;
using base::Result;

// With waits from 5 to 200 ms: a writer among ten busy ones gives up after about ten seconds.
constexpr int kMostAttempts = 100;

Result<> check_trailer(std::string_view name, const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20)
      return base::fail(Kind::usage, fmt::format("--{}: expected one line", name));
  }
  return {};
}

std::string message(const ChangeRequest& request, const EditedText& edited) {
  std::string text = "flags: " + describe(edited.change) + "\n";
  if (!request.reason.empty() || !request.ticket.empty()) text += "\n";
  if (!request.reason.empty()) text += fmt::format("Reason: {}\n", request.reason);
  if (!request.ticket.empty()) text += fmt::format("Ticket: {}\n", request.ticket);
  return text;
}

base::Error both_changed(const std::string& key, const Json& seen, const Json& now) {
  return {Kind::conflict,
          fmt::format("flag \"{}\" was changed by somebody else meanwhile\n  was: {}\n  is:  {}", key,
                      base::to_text(seen), base::to_text(now)),
          {}};
}

}  // namespace

Result<FlagRepository> FlagRepository::open(FlagPlace place) {
  if (const auto local = base::local_path(place.repository)) {
    TRY_ASSIGN(Repository repository, Repository::open(*local));
    return FlagRepository(std::move(place), std::move(repository), std::nullopt);
  }
  TRY_ASSIGN(base::TempFolder folder, base::TempFolder::make("flagctl"));
  TRY_ASSIGN(Repository repository, Repository::open_or_init_bare(folder.path() / "repository.git"));
  return FlagRepository(std::move(place), std::move(repository), std::move(folder));
}

Result<FlagFile> FlagRepository::read() {
  if (folder_) TRY(repository_.fetch(place_.repository, place_.branch));
  TRY_ASSIGN(std::string tip, repository_.tip(place_.branch));
  TRY_ASSIGN(std::string text, repository_.read_blob(tip, place_.path));
  return FlagFile{std::move(tip), std::move(text)};
}

Result<base::CommitInfo> FlagRepository::last_change() {
  TRY_ASSIGN(const std::string tip, repository_.tip(place_.branch));
  TRY_ASSIGN(auto log, repository_.log(tip, place_.path, 1));
  if (log.empty()) return base::fail(Kind::not_found, fmt::format("{} was never committed", place_.path));
  return std::move(log.front());
}

Result<std::string> FlagRepository::commit(const ChangeRequest& request, const FlagFile& file,
                                           const EditedText& edited) {
  TRY_ASSIGN(base::Author author, repository_.default_author());
  const base::FileCommit commit{file.commit, place_.path, edited.text, std::move(author), message(request, edited)};
  if (!folder_) return repository_.commit_file(place_.branch, commit);
  TRY_ASSIGN(std::string id, repository_.write_commit(commit));
  TRY(repository_.push(place_.repository, place_.branch, file.commit, id));
  return id;
}

Result<ChangeResult> FlagRepository::change(const ChangeRequest& request) {
  TRY(check_trailer("reason", request.reason));
  TRY(check_trailer("ticket", request.ticket));
  const std::string& key = request.edit.key;
  base::Backoff backoff(Millis{5}, 1.5, Millis{200});
  std::minstd_rand random{std::random_device{}()};
  std::optional<Json> seen = request.seen;
  for (int attempt = 1;; ++attempt) {
    TRY_ASSIGN(const FlagFile file, read());
    TRY_ASSIGN(const Json document, read_flag_document(file.text, place_.path));
    const Json now = find_definition(document, key).value_or(nullptr);
    if (seen && *seen != now) return base::fail(both_changed(key, *seen, now));
    seen = now;
    TRY_ASSIGN(const EditedText edited, apply_edit(file.text, place_.path, request.edit));
    ChangeResult result{edited.change, std::nullopt, false, unified_diff(place_.path, file.text, edited.text)};
    if (request.dry_run || edited.text == file.text) return result;
    auto id = commit(request, file, edited);
    if (id) {
      result.commit = std::move(*id);
      result.pushed = folder_.has_value();
      return result;
    }
    const bool raced = id.error().kind == Kind::locked || id.error().kind == Kind::conflict;
    // A place in a file means that the file, not the branch, stands in the way: asking again does not help.
    if (!raced || !id.error().where.file.empty() || attempt == kMostAttempts) return base::fail(std::move(id.error()));
    std::this_thread::sleep_for(backoff.next(std::uniform_real_distribution<double>(0, 1)(random)));
  }
}

}  // namespace trunkline::flags
