#include "deployer/plan/words.h"

namespace trunkline::deployer {
using base::Result;
using base::YamlNode;

Result<std::vector<std::string>> read_words(const YamlNode& node, const std::string& path, std::string_view file,
                                            Place place) {
  if (!node.is_sequence() || node.items.empty()) {
    return wrong_at(node, path, file, "expected a program and its arguments");
  }
  std::vector<std::string> words;
  for (const YamlNode& word : node.items) {
    if (!word.is_scalar()) return wrong_at(word, path, file, "expected a text");
    TRY(check_text(word, path, file, place));
    words.push_back(word.text);
  }
  if (words.front().empty()) return wrong_at(node, path, file, "expected a program and its arguments");
  return words;
}

}  // namespace trunkline::deployer
