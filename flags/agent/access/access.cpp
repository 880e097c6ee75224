#include "flags/agent/access/access.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/digest.h"
#include "base/core/text.h"
#include "base/yaml/yaml.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Result;
using base::YamlNode;

constexpr std::string_view kDigest = "sha256:";
constexpr size_t kShortest = 16;

class TokenReader {
 public:
  explicit TokenReader(const std::string& file) : file_(file) {}

  Result<std::string> digest(const YamlNode& item) const {
    const YamlNode* token = item.find("token");
    if (token == nullptr || !token->is_scalar()) return fail(item, "expected a \"token\"");
    if (base::trim(token->text) != token->text) return fail(*token, "expected no blanks around a token");
    if (base::equal_ignoring_case(token->text.substr(0, kDigest.size()), kDigest)) {
      const bool whole = token->text.starts_with(kDigest) && token->text.size() == kDigest.size() + 64 &&
                         token->text.find_first_not_of("0123456789abcdef", kDigest.size()) == std::string::npos;
      if (!whole) return fail(*token, "expected 64 hexadecimal digits after \"sha256:\"");
      return token->text;
    }
    if (token->text.size() < kShortest)
      return fail(*token, fmt::format("a token has {} characters or more", kShortest));
    return base::sha256(token->text);
  }

  Result<Caller> caller(const YamlNode& item) const {
    Caller caller;
    for (const base::YamlMember& member : item.members) {
      if (member.key.text == "name" && member.value.is_scalar()) {
        caller.name = member.value.text;
      } else if (member.key.text == "flag_sets") {
        TRY_ASSIGN(caller.sets, flag_sets(member.value));
      } else if (member.key.text == "override" && member.value.as_bool()) {
        caller.may_override = *member.value.as_bool();
      } else if (member.key.text != "token") {
        return fail(member.key, "expected name, token, flag_sets (a list) or override (true or false)");
      }
    }
    if (caller.name.empty()) return fail(item, "expected a \"name\"");
    return caller;
  }

  // true and false say whether a request without a token is let in; {flag_sets: [...]} lets it in to some flags.
  Result<std::optional<Caller>> anonymous(const YamlNode& value) const {
    if (const auto is_let_in = value.as_bool()) return *is_let_in ? std::optional(Caller{}) : std::nullopt;
    const YamlNode* sets = value.find("flag_sets");
    if (sets == nullptr || value.members.size() != 1) {
      return fail(value, "expected true, false or {flag_sets: [ID, ...]}");
    }
    Caller caller;
    TRY_ASSIGN(caller.sets, flag_sets(*sets));
    return caller;
  }

  base::Where at(const YamlNode& node) const { return {file_, node.start.line, node.start.column}; }

 private:
  Result<Selection> flag_sets(const YamlNode& list) const {
    if (!list.is_sequence()) return fail(list, "expected a list of flag set ids");
    std::vector<std::string> ids;
    for (const YamlNode& id : list.items) {
      if (!id.is_scalar()) return fail(id, "expected the id of a flag set");
      ids.push_back(id.text);
    }
    return Selection::of(std::move(ids));
  }

  tl::unexpected<base::Error> fail(const YamlNode& node, std::string message) const {
    return base::fail(Kind::invalid, std::move(message), at(node));
  }

  const std::string& file_;
};

// The same for every agent that knows the token, and after a restart: a browser does not come back after a 401.
std::string ticket_for(std::string_view digest) {
  return base::hmac_sha256(digest, "event stream");
}

tl::unexpected<base::Error> denied() {
  return base::fail(Kind::denied, "a bearer token is needed");
}

}  // namespace

Result<Access> Access::parse(std::string_view text, const std::string& file) {
  TRY_ASSIGN(const YamlNode root, base::parse_yaml(text, file));
  const TokenReader reader(file);
  const YamlNode* tokens = root.find("tokens");
  if (tokens == nullptr || !tokens->is_sequence() || tokens->items.empty()) {
    return base::fail(Kind::invalid, "expected \"tokens\", a list of at least one", reader.at(root));
  }
  Access access;
  access.anonymous_.reset();
  for (const base::YamlMember& member : root.members) {
    if (member.key.text == "anonymous") {
      TRY_ASSIGN(access.anonymous_, reader.anonymous(member.value));
    } else if (member.key.text != "tokens") {
      return base::fail(Kind::invalid, "expected nothing but \"tokens\" and \"anonymous\"", reader.at(member.key));
    }
  }
  for (const YamlNode& item : tokens->items) {
    TRY_ASSIGN(std::string digest, reader.digest(item));
    TRY_ASSIGN(Caller caller, reader.caller(item));
    const bool twice = std::any_of(access.tokens_.begin(), access.tokens_.end(), [&](const Token& other) {
      return other.digest == digest || other.caller.name == caller.name;
    });
    if (twice) return base::fail(Kind::invalid, "this name or token stands here a second time", reader.at(item));
    caller.ticket = ticket_for(digest);
    access.tokens_.push_back({std::move(digest), std::move(caller)});
  }
  return access;
}

Result<const Caller*> Access::authorize(std::optional<std::string_view> authorization) const {
  if (is_open() && (tokens_.empty() || !authorization)) return &*anonymous_;
  constexpr std::string_view kBearer = "Bearer ";
  if (!authorization || !base::equal_ignoring_case(authorization->substr(0, kBearer.size()), kBearer)) return denied();
  const std::string digest = base::sha256(base::trim(authorization->substr(kBearer.size())));
  const Caller* found = nullptr;
  for (const Token& token : tokens_) {
    if (base::equal_in_constant_time(token.digest, digest)) found = &token.caller;
  }
  if (found == nullptr) return denied();
  return found;
}

Result<const Caller*> Access::by_ticket(std::string_view ticket) const {
  if (tokens_.empty()) return &*anonymous_;
  const Caller* found = nullptr;
  for (const Token& token : tokens_) {
    if (base::equal_in_constant_time(token.caller.ticket, ticket)) found = &token.caller;
  }
  if (found == nullptr) return denied();
  return found;
}

}  // namespace trunkline::flags
