#include "flags/references/language.h"

#include <algorithm>
#include <array>

namespace trunkline::flags {
namespace {

constexpr std::array<std::string_view, 14> kCpp = {".cpp", ".h",   ".cc",  ".hpp", ".cxx", ".hxx", ".c",
                                                   ".hh",  ".ipp", ".inl", ".tpp", ".cu",  ".mm",  ".ixx"};
constexpr std::array<std::string_view, 16> kBraces = {".java",  ".kt",   ".go",  ".rs",    ".js", ".jsx",
                                                      ".ts",    ".tsx",  ".mjs", ".cjs",   ".cs", ".swift",
                                                      ".scala", ".dart", ".php", ".groovy"};
constexpr std::array<std::string_view, 9> kHash = {".py",  ".rb",   ".sh", ".bash", ".yaml",
                                                   ".yml", ".toml", ".pl", ".tf"};

}  // namespace

Language language_of(std::string_view path) {
  const size_t dot = path.rfind('.');
  const std::string_view ending = dot == std::string_view::npos ? std::string_view() : path.substr(dot);
  const auto among = [&](const auto& endings) {
    return std::find(endings.begin(), endings.end(), ending) != endings.end();
  };
  if (among(kCpp)) return Language::cpp;
  if (among(kBraces)) return Language::braces;
  return among(kHash) ? Language::hash : Language::other;
}

}  // namespace trunkline::flags
