#include "base/yaml/yaml.h"

// Whatever the bytes are: an error with a place or a tree that can be walked, in bounded time.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = trunkline::base::parse_yaml_collect(text, "fuzz.yaml", {.max_bytes = 4096});
  if (document.root) trunkline::base::to_json(*document.root);
  return 0;
}
