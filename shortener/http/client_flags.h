#pragma once

#include <memory>
#include <string>

#include "flags/client/client.h"
#include "shortener/http/settings.h"

namespace trunkline::shortener {

// The flags of the host's flag-agent (flags/shortener.flags.json describes them):
//   redirect-status   number 302 | 301, spread by the link's code
//   code-generator    string "random" | "sequential"
// Where a flag is missing, has another value, or the agent is away without a cache: the values of DefaultFlags.
class ClientFlags final : public FlagReader {
 public:
  explicit ClientFlags(flags::ClientOptions options) : client_(flags::Client::start(std::move(options))) {}

  int redirect_status(const std::string& code) const override;
  CodeGenerator code_generator() const override;

 private:
  std::unique_ptr<flags::Client> client_;
};

}  // namespace trunkline::shortener
