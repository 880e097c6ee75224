#include "shortener/http/client_flags.h"

namespace trunkline::shortener {

int ClientFlags::redirect_status(const std::string& code) const {
  const flags::EvaluationContext context{.targeting_key = code};
  return client_->get_int("redirect-status", context, 302) == 301 ? 301 : 302;
}

CodeGenerator ClientFlags::code_generator() const {
  const bool sequential = client_->get_string("code-generator", {}, "random") == "sequential";
  return sequential ? CodeGenerator::sequential : CodeGenerator::random;
}

}  // namespace trunkline::shortener
