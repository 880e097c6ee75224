#include "flags/references/removal.h"

#include <algorithm>
#include <cctype>

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

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<signed char>(c) < 0;
}

// `return!f.get_bool(...)` is two words afterwards too.
void join(std::string& out, std::string_view more) {
  if (!out.empty() && !more.empty() && is_word(out.back()) && is_word(more.front())) out += ' ';
  out += more;
}

// Sites inside of sites, deeper than people write them.
constexpr int kDeepest = 200;

class Remover {
 public:
  Remover(std::string_view text, std::vector<CppSite> sites) : text_(text), sites_(std::move(sites)) {}

  Removal run() {
    Removal removal{emit(0, text_.size(), 0), {}};
    for (const CppSite* site : left_) removal.left.push_back({site->line, site->column, site->left_because});
    return removal;
  }

 private:
  // The part [begin, end) with its sites done; what goes takes the sites in it along.
  std::string emit(size_t begin, size_t end, int depth) {
    std::string out;
    size_t at = begin;
    // By their statements, as `begin` may be that of an else before.
    auto next =
        std::partition_point(sites_.begin(), sites_.end(), [&](const CppSite& each) { return each.statement < at; });
    for (; next != sites_.end() && next->begin < end; ++next) {
      CppSite& site = *next;
      if (site.statement < at || site.end > end) continue;
      if (depth == kDeepest && site.left_because.empty()) site.left_because = "it is nested too deep";
      if (!site.left_because.empty()) {
        left_.push_back(&site);
        continue;
      }
      // An else before it may have gone already.
      const size_t from = std::max(site.begin, at);
      out += text_.substr(at, from - at);
      join(out, site.kept ? shifted(emit(site.kept->first, site.kept->second, depth + 1), site.shift) : site.literal);
      at = site.end;
      if (at < end && !out.empty() && is_word(out.back()) && is_word(text_[at])) out += ' ';
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
