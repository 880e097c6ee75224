#include "flags/references/removal.h"

#include <algorithm>

#include "flags/references/cpp_sites.h"

namespace trunkline::flags {
namespace {

// All lines but the first lose up to `columns` spaces or tabs.
std::string shifted(std::string_view text, size_t columns) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    out += text[at];
    if (text[at] != '\n') continue;
    for (size_t i = 0; i < columns && at + 1 < text.size() && (text[at + 1] == ' ' || text[at + 1] == '\t'); ++i) ++at;
  }
  return out;
}

class Remover {
 public:
  Remover(std::string_view text, std::vector<CppSite> sites) : text_(text), sites_(std::move(sites)) {}

  Removal run() {
    Removal removal{emit(0, text_.size()), {}};
    for (const CppSite* site : left_) removal.left.push_back({site->line, site->column, site->left_because});
    return removal;
  }

 private:
  // The part [begin, end) with its sites done; what goes takes the sites in it along.
  std::string emit(size_t begin, size_t end) {
    std::string out;
    size_t at = begin;
    for (const CppSite& site : sites_) {
      if (site.statement < at || site.end > end) continue;
      if (!site.left_because.empty()) {
        left_.push_back(&site);
        continue;
      }
      // An else before it may have gone already.
      const size_t from = std::max(site.begin, at);
      out += text_.substr(at, from - at);
      out += site.kept ? shifted(emit(site.kept->first, site.kept->second), site.shift) : site.literal;
      at = site.end;
    }
    return out.append(text_.substr(at, end - at));
  }

  std::string_view text_;
  std::vector<CppSite> sites_;
  std::vector<const CppSite*> left_;
};

}  // namespace

Removal remove_flag(std::string_view text, const std::string& key, const base::Json& value) {
  return Remover(text, find_cpp_sites(text, key, value)).run();
}

}  // namespace trunkline::flags
