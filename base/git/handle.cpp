#include "base/git/handle.h"

#include <cstdlib>
#include <fmt/format.h>

namespace trunkline::base {
namespace {

Kind kind_of(int code, int error_class) {
  switch (code) {
    case GIT_ENOTFOUND:
    case GIT_EUNBORNBRANCH:
      return Kind::not_found;
    case GIT_EEXISTS:
    case GIT_EMODIFIED:
    case GIT_ENONFASTFORWARD:
    case GIT_ECONFLICT:
      return Kind::conflict;
    case GIT_ELOCKED:
      return Kind::locked;
    case GIT_EAUTH:
    case GIT_ECERTIFICATE:
    case GIT_EOWNER:
      return Kind::denied;
    case GIT_EINVALIDSPEC:
      return Kind::usage;
    default:
      break;
  }
  const bool network = error_class == GIT_ERROR_NET || error_class == GIT_ERROR_SSL || error_class == GIT_ERROR_SSH ||
                       error_class == GIT_ERROR_HTTP;
  return network ? Kind::unavailable : Kind::io;
}

}  // namespace

void start_libgit2() {
  static const int users = [] {
    const int count = git_libgit2_init();
    // OpenSSL's variable, which libgit2 with mbedTLS does not know, names the authorities of a company's own git host.
    if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0') {
      git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, nullptr);
    }
    return count;
  }();
  static_cast<void>(users);
}

Error git_failure(int code, std::string_view what) {
  const git_error* last = git_error_last();
  const std::string why = last == nullptr || last->message == nullptr ? "unknown error" : last->message;
  return Error{kind_of(code, last == nullptr ? 0 : last->klass), fmt::format("{}: {}", what, why), {}};
}

Result<git_oid> parse_id(std::string_view text) {
  git_oid id{};
  if (text.size() == GIT_OID_HEXSZ && git_oid_fromstrn(&id, text.data(), text.size()) == 0) return id;
  return fail(Kind::usage, fmt::format("expected a commit id of 40 hexadecimal digits, got \"{}\"", text));
}

std::string to_text(const git_oid& id) {
  std::string text(GIT_OID_HEXSZ, '0');
  git_oid_fmt(text.data(), &id);
  return text;
}

Result<GitCommit> find_commit(git_repository* repository, std::string_view id) {
  TRY_ASSIGN(const git_oid oid, parse_id(id));
  return own<GitCommit>(fmt::format("read commit {}", id),
                        [&](auto** out) { return git_commit_lookup(out, repository, &oid); });
}

std::string branch_ref(const std::string& branch) {
  return "refs/heads/" + branch;
}

std::string setting(git_repository* repository, const std::string& key) {
  const auto config = own<GitConfig>("read git's settings",
                                     [&](auto** out) { return git_repository_config_snapshot(out, repository); });
  const char* value = nullptr;
  if (!config || git_config_get_string(&value, config->get(), key.c_str()) != 0) return "";
  return value;
}

}  // namespace trunkline::base
