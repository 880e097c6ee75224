#include "flags/references/cpp_sites.h"
#include "flags/references/key_finder.h"
#include "flags/references/removal.h"

// Whatever the bytes are: keys are found where they are, and taking a flag out makes nothing grow.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  using namespace trunkline::flags;
  if (size > 2048) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Language language : {Language::cpp, Language::braces, Language::hash, Language::other}) {
    for (const KeyUse& use : find_keys(text, language, KeySet({"k"}))) {
      if (use.end > size || text.substr(use.begin, use.end - use.begin).find('k') == std::string_view::npos)
        __builtin_trap();
    }
  }
  for (const bool value : {true, false}) {
    const Removal removal = remove_flag(text, "k", value);
    if (removal.text.size() > size * 6 + 16) __builtin_trap();
  }
  return 0;
}
