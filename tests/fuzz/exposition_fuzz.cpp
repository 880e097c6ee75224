#include "deployer/checks/exposition.h"
#include "deployer/plan/selector.h"

// Whatever the bytes are: metrics and selectors are read or refused, in bounded time.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size > 8192) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)trunkline::deployer::parse_exposition(text);
  (void)trunkline::deployer::parse_selector(text);
  return 0;
}
