#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "flags/agent/store/selection.h"

// Who may ask an agent for what (docs/formats/agent-tokens.md).
namespace trunkline::flags {

// Somebody who was let in. Lives as long as the Access that gave it.
struct Caller {
  std::string name;           // of the token; empty without one
  Selection sets;             // what they may see
  bool may_override = false;  // whether they may put overrides in force
  std::string ticket;         // opens the event stream where no header can be sent; empty where no token is needed
};

class Access {
 public:
  // Without tokens everybody may see all flags, and nobody may override.
  Access() : anonymous_(Caller{}) {}

  // Kind::invalid with the place for a file that is none, has no token, a token of less than 16 characters, or one
  // twice.
  static base::Result<Access> parse(std::string_view text, const std::string& file);

  // The caller that the value of an Authorization header ("Bearer TOKEN") names. Without a header it is the anonymous
  // one, if there is one. Kind::denied for a wrong token, and for a missing one where there is no anonymous caller.
  // Takes the same time for each token.
  base::Result<const Caller*> authorize(std::optional<std::string_view> authorization) const;
  // Whom a ticket names. It holds as long as its token, and lets in to nothing but the event stream.
  base::Result<const Caller*> by_ticket(std::string_view ticket) const;

  // Whether a request without a token is let in.
  bool is_open() const { return anonymous_.has_value(); }

 private:
  struct Token {
    std::string digest;  // "sha256:..."
    Caller caller;
  };

  std::optional<Caller> anonymous_;
  std::vector<Token> tokens_;
};

}  // namespace trunkline::flags
