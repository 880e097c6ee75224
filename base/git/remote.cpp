#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>

#include "base/git/deadline.h"
#include "base/git/handle.h"
// Where libgit2 declares git_error_set_str from 1.8 on.
#if __has_include(<git2/sys/errors.h>)
#include <git2/sys/errors.h>
#endif

// What talks to another repository.
namespace trunkline::base {
namespace {

struct Session {
  const std::string& url;
  Deadline deadline;
  size_t asked = 0;     // which ones the remote was offered
  std::string refusal;  // why it did not take the push
};

// The agent first, then those of the usual key files that are there; libgit2 asks again after each one that did not do.
// Names and passwords of https stand in the URL, which libgit2 tries before it asks.
int give_credential(git_credential** out, const char*, const char* user, unsigned allowed, void* payload) {
  auto& session = *static_cast<Session*>(payload);
  const char* name = user != nullptr ? user : "git";
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0) return git_credential_username_new(out, name);
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) == 0) return GIT_PASSTHROUGH;
  constexpr const char* kKeys[] = {"id_ed25519", "id_rsa"};
  const char* agent = std::getenv("SSH_AUTH_SOCK");
  const char* home = std::getenv("HOME");
  while (session.asked < 1 + std::size(kKeys)) {
    const size_t attempt = session.asked++;
    if (attempt == 0) {
      if (agent != nullptr && *agent != '\0') return git_credential_ssh_key_from_agent(out, name);
      continue;
    }
    const std::string key = fmt::format("{}/.ssh/{}", home == nullptr ? "" : home, kKeys[attempt - 1]);
    if (access(key.c_str(), R_OK) == 0) return git_credential_ssh_key_new(out, name, nullptr, key.c_str(), "");
  }
  git_error_set_str(GIT_ERROR_SSH, "none of the agent's keys, ~/.ssh/id_ed25519 and ~/.ssh/id_rsa is let in");
  return GIT_EAUTH;
}

int note_refusal(const char*, const char* status, void* payload) {
  if (status != nullptr) static_cast<Session*>(payload)->refusal = status;
  return 0;
}

// Data that trickles in is bounded too, not only silence.
int keep_going(const git_indexer_progress*, void* payload) {
  return static_cast<Session*>(payload)->deadline.passed() ? GIT_EUSER : 0;
}

git_remote_callbacks callbacks_for(Session& session) {
  git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
  callbacks.credentials = give_credential;
  callbacks.transfer_progress = keep_going;
  callbacks.push_update_reference = note_refusal;
  callbacks.payload = &session;
  return callbacks;
}

Error remote_failure(int code, const Session& session) {
  Error error = git_failure(code, without_user(session.url));
  if (session.deadline.passed()) {
    return {
        Kind::timeout,
        fmt::format("{}: no answer within {}", without_user(session.url), format_duration(session.deadline.limit())),
        {}};
  }
  if (error.kind != Kind::denied && error.kind != Kind::conflict) error.kind = Kind::unavailable;
  return error;
}

Result<GitRemote> connect(git_repository* repository, const Session& session, git_direction direction,
                          const git_remote_callbacks& callbacks) {
  git_remote_create_options options = GIT_REMOTE_CREATE_OPTIONS_INIT;
  options.repository = repository;
  // libgit2 1.5 leaks 20 kB for each setting that it compares with url.*.insteadOf: too much for one who polls.
  options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF;
  TRY_ASSIGN(GitRemote remote, own<GitRemote>(without_user(session.url), [&](auto** out) {
               return git_remote_create_with_opts(out, session.url.c_str(), &options);
             }));
  const int code = git_remote_connect(remote.get(), direction, &callbacks, nullptr, nullptr);
  if (code != 0) return fail(remote_failure(code, session));
  return remote;
}

// Where the remote says its branch stands; empty if it has none.
Result<std::string> advertised_tip(git_remote* remote, const Session& session, const std::string& branch) {
  const git_remote_head** heads = nullptr;
  size_t count = 0;
  if (const int code = git_remote_ls(&heads, &count, remote); code != 0) return fail(remote_failure(code, session));
  for (size_t i = 0; i < count; ++i) {
    if (branch_ref(branch) == heads[i]->name) return to_text(heads[i]->oid);
  }
  return std::string();
}

// libgit2 pushes references only, so the commit has one while it is pushed.
class PushReference {
 public:
  static Result<PushReference> make(git_repository* repository, const std::string& commit) {
    TRY_ASSIGN(const git_oid id, parse_id(commit));
    const std::string name = "refs/trunkline/" + commit;
    TRY_ASSIGN(auto reference, own<GitReference>("name the pushed commit", [&](auto** out) {
                 return git_reference_create(out, repository, name.c_str(), &id, 1, nullptr);
               }));
    return PushReference(std::move(reference));
  }
  PushReference(PushReference&&) = default;
  PushReference& operator=(PushReference&&) = delete;
  ~PushReference() {
    if (reference_) git_reference_delete(reference_.get());
  }
  std::string name() const { return git_reference_name(reference_.get()); }

 private:
  explicit PushReference(GitReference reference) : reference_(std::move(reference)) {}
  GitReference reference_;
};

Error moved(const RemoteBranch& to) {
  return {Kind::conflict, fmt::format("branch {} of {} has moved", to.branch, without_user(to.url)), {}};
}

std::string decode_percent(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string digits(text.substr(i, 3));
    char* end = nullptr;
    const long byte = digits.size() == 3 && digits[0] == '%' ? std::strtol(digits.c_str() + 1, &end, 16) : 0;
    const bool escape = end != nullptr && *end == '\0';
    out += escape ? static_cast<char>(byte) : text[i];
    if (escape) i += 2;
  }
  return out;
}

}  // namespace

Result<std::string> Repository::fetch(const std::string& url, const std::string& branch, Millis limit) {
  return fetch(RemoteBranch{url, branch, branch_ref(branch)}, limit);
}

Result<std::string> Repository::fetch(const RemoteBranch& from, Millis limit) {
  const auto& [url, branch, ref] = from;
  Session session{.url = url, .deadline = Deadline(limit), .refusal = {}};
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.callbacks = callbacks_for(session);
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
  options.update_fetchhead = 0;
  TRY_ASSIGN(const GitRemote remote, connect(state_->get(), session, GIT_DIRECTION_FETCH, options.callbacks));
  TRY_ASSIGN(const std::string theirs, advertised_tip(remote.get(), session, branch));
  if (theirs.empty()) {
    return fail(Kind::not_found, fmt::format("{} has no branch {}", without_user(url), branch));
  }
  if (const auto ours = last_seen(from); ours && *ours == theirs) return theirs;
  std::string spec = fmt::format("+{}:{}", branch_ref(branch), ref);
  char* specs[] = {spec.data()};
  const git_strarray refspecs{specs, 1};
  const int code = git_remote_fetch(remote.get(), &refspecs, &options, "trunkline: fetch");
  if (code != 0 && code != GIT_ELOCKED) return fail(remote_failure(code, session));
  return theirs;
}

struct PushSession::State {
  State(git_repository* keeper, RemoteBranch remote_branch, Millis limit)
      : repository(keeper),
        to(std::move(remote_branch)),
        session{.url = to.url, .deadline = Deadline(limit), .refusal = {}} {
    options.callbacks = callbacks_for(session);
  }

  git_repository* repository;
  RemoteBranch to;
  Session session;
  git_push_options options = GIT_PUSH_OPTIONS_INIT;
  GitRemote remote;
  std::string tip;
};

PushSession::PushSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
PushSession::PushSession(PushSession&&) noexcept = default;
PushSession& PushSession::operator=(PushSession&&) noexcept = default;
PushSession::~PushSession() = default;

const std::string& PushSession::tip() const {
  return state_->tip;
}

Result<> PushSession::move_to(const std::string& commit) {
  const auto& [url, branch, ref] = state_->to;
  TRY_ASSIGN(const PushReference ours, PushReference::make(state_->repository, commit));
  std::string spec = fmt::format("{}:{}", ours.name(), branch_ref(branch));
  char* specs[] = {spec.data()};
  const git_strarray refspecs{specs, 1};
  // On this connection: the ids it advertised are what the server compares with when it moves the branch.
  const int code = git_remote_upload(state_->remote.get(), &refspecs, &state_->options);
  if (code == GIT_ENONFASTFORWARD) return fail(moved(state_->to));
  if (code != 0) return fail(remote_failure(code, state_->session));
  if (const std::string& refusal = state_->session.refusal; !refusal.empty()) {
    const bool hook = refusal.find("hook") != std::string::npos;
    return fail(hook ? Kind::denied : Kind::conflict,
                fmt::format("{} did not move branch {}: {}", without_user(url), branch, refusal));
  }
  if (ref.empty()) return {};
  TRY_ASSIGN(const git_oid id, parse_id(commit));
  git_reference* raw = nullptr;
  const int noted = git_reference_create(&raw, state_->repository, ref.c_str(), &id, 1, "trunkline: push");
  git_reference_free(raw);
  if (noted == 0 || noted == GIT_ELOCKED) return {};
  return fail(git_failure(noted, fmt::format("note {}", ref)));
}

Result<PushSession> Repository::open_push(const RemoteBranch& remote, Millis limit) {
  if (local_path(remote.url)) {
    return fail(Kind::usage, fmt::format("{} is local: open it instead of pushing to it", remote.url));
  }
  auto state = std::make_unique<PushSession::State>(state_->get(), remote, limit);
  TRY_ASSIGN(state->remote, connect(state_->get(), state->session, GIT_DIRECTION_PUSH, state->options.callbacks));
  TRY_ASSIGN(state->tip, advertised_tip(state->remote.get(), state->session, remote.branch));
  return PushSession(std::move(state));
}

std::string without_user(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const size_t authority = scheme + 3;
  const size_t at = url.substr(0, url.find('/', authority)).rfind('@');
  if (at == std::string_view::npos || at < authority) return std::string(url);
  return fmt::format("{}{}", url.substr(0, authority), url.substr(at + 1));
}

std::optional<std::filesystem::path> local_path(std::string_view url) {
  constexpr std::string_view kFile = "file://";
  if (url.starts_with(kFile)) return decode_percent(url.substr(kFile.size()));
  if (url.find("://") != std::string_view::npos) return std::nullopt;
  const size_t colon = url.find(':');
  const bool scp_like = colon != std::string_view::npos && url.find('/') > colon;
  return scp_like ? std::nullopt : std::optional<std::filesystem::path>(url);
}

}  // namespace trunkline::base
