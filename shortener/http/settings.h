#pragma once

#include <string>

#include "shortener/links/code.h"

namespace trunkline::shortener {

// What may be changed while the service runs. Thread-safe and quick: asked once or more for each request.
class FlagReader {
 public:
  virtual ~FlagReader() = default;
  // 301 or 302. The code is what a flag is spread by: one link behaves the same for everybody.
  virtual int redirect_status(const std::string& code) const = 0;
  virtual CodeGenerator code_generator() const = 0;
};

// The values that the code has without any flags.
class DefaultFlags final : public FlagReader {
 public:
  int redirect_status(const std::string&) const override { return 302; }
  CodeGenerator code_generator() const override { return CodeGenerator::random; }
};

}  // namespace trunkline::shortener
