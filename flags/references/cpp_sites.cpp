#include "flags/references/cpp_sites.h"

#include <algorithm>
#include <fmt/format.h>

#include "flags/evaluation/evaluation.h"
#include "flags/references/cpp_tokens.h"
#include "flags/references/key_finder.h"

namespace trunkline::flags {
namespace {

using base::Json;

bool is_one_of(const CppToken& token, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), token.text) != words.end();
}

// As C++ source of the type that the getter gives; nothing for a value of another type.
std::optional<std::string> literal_for(std::string_view getter, const Json& value) {
  if (getter == "get_bool" && value.is_bool()) return value.get_bool() ? "true" : "false";
  if (getter == "get_int") {
    // As an int it would overflow where the call did not; the smallest number has no literal.
    const auto integer = exact_integer(value);
    return integer && *integer != INT64_MIN ? std::optional(fmt::format("int64_t{{{}}}", *integer)) : std::nullopt;
  }
  if (getter == "get_double" && value.is_number()) {
    const auto number = value.to_number<double>();
    const std::string text = base::to_text(Json(number));
    return number < 0 ? "(" + text + ")" : text;
  }
  if (getter != "get_string" || !value.is_string() || value.get_string().find('\0') != std::string::npos) {
    return std::nullopt;
  }
  // JSON's escapes are C++'s too.
  return fmt::format("std::string({})", base::to_text(value));
}

// Macros are written so; what they declare nobody sees.
bool is_all_capitals(std::string_view word) {
  return word.size() > 1 && std::none_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// A call X.get_...("key", ...) in the tokens.
struct Call {
  size_t first;   // of X, or of the ! before it
  size_t behind;  // the closing bracket
  std::string literal;
  std::optional<bool> truth;  // of a boolean, the ! considered
};

class Classifier {
 public:
  Classifier(std::string_view text, const Json& value) : text_(text), value_(value), tokens_(read_cpp_tokens(text)) {
    for (size_t feed = text.find('\n'); feed != std::string_view::npos; feed = text.find('\n', feed + 1)) {
      lines_.push_back(feed + 1);
    }
  }

  CppSite classify(const KeyUse& use) {
    const auto found = std::partition_point(tokens_.begin(), tokens_.end(),
                                            [&](const CppToken& token) { return token.end <= use.begin; });
    const auto index = static_cast<size_t>(found - tokens_.begin());
    use_ = &use;
    if (found == tokens_.end()) return left("the key is used in another way");
    if (found->kind == CppToken::Kind::preprocessor) return left("it stands in a preprocessor line");
    Call call{};
    if (CppSite site = read_call(index, call); !site.left_because.empty()) return site;
    if (call.truth && is_condition(call)) return choose_branch(call);
    if (call.truth && tokens_[call.behind + 1].is("?") && may_begin_expression(call.first)) return choose_operand(call);
    CppSite site = site_of(call.first, call.behind);
    const bool typed = value_.is_int64() && initialises_int64(call);
    site.literal = typed ? base::to_text(value_) : call.literal;
    return site;
  }

 private:
  // Over the tokens [first, last].
  CppSite site_of(size_t first, size_t last) const {
    return {use_->line, use_->column, begin_of(first), end_of(last), begin_of(first)};
  }
  CppSite left(std::string reason) const {
    CppSite site{use_->line, use_->column, use_->begin, use_->end, use_->begin};
    site.left_because = std::move(reason);
    return site;
  }
  size_t begin_of(size_t index) const { return tokens_[index].begin; }
  size_t end_of(size_t index) const { return tokens_[index].end; }

  // A site with a reason if there is no call that can be taken out.
  CppSite read_call(size_t key, Call& call) const {
    const bool in_call =
        key >= 3 && tokens_[key - 1].is("(") && tokens_[key - 2].is_word() && is_one_of(tokens_[key - 3], {".", "->"});
    if (!in_call || tokens_[key].kind != CppToken::Kind::text) return left("the key is used in another way");
    if (key + 1 >= tokens_.size() || !is_one_of(tokens_[key + 1], {",", ")"})) return left("the key goes on");
    const std::string_view getter = tokens_[key - 2].text;
    if (getter.ends_with("_details")) return left("it asks for details");
    if (getter == "get_object") return left("it asks for an object");
    if (!is_one_of(tokens_[key - 2], {"get_bool", "get_string", "get_int", "get_double"})) {
      return left(fmt::format("{} is no getter of a flag client", getter));
    }
    const auto closing = tokens_[key - 1].partner;
    if (!closing || *closing + 1 >= tokens_.size()) return left("its brackets do not balance on this side of a #");
    const auto literal = literal_for(getter, value_);
    if (!literal) return left(fmt::format("{} does not give {}", getter, base::to_text(value_)));
    if (has_effect(key, *closing)) return left("its arguments change something");
    const auto first = begin_of_receiver(key - 3);
    if (!first) return left("what it is asked of cannot be told");
    call = {*first, *closing, *literal, std::nullopt};
    if (getter == "get_bool") {
      call.truth = value_.get_bool();
      if (call.first > 0 && tokens_[call.first - 1].is("!")) {
        --call.first;
        call.truth = !*call.truth;
        call.literal = *call.truth ? "true" : "false";
      }
    }
    return {};
  }

  // `int64_t name = CALL;`, where the number needs no type of its own.
  bool initialises_int64(const Call& call) const {
    return call.first >= 3 && tokens_[call.first - 1].is("=") && tokens_[call.first - 2].is_word() &&
           tokens_[call.first - 3].is("int64_t") && tokens_[call.behind + 1].is(";");
  }

  // ++, -- or an assignment among the tokens (first, last); members of braces are named by `.name =`.
  bool has_effect(size_t first, size_t last) const {
    for (size_t i = first + 1; i + 1 < last; ++i) {
      const bool doubled =
          is_one_of(tokens_[i], {"+", "-"}) && tokens_[i + 1].is(tokens_[i].text) && end_of(i) == begin_of(i + 1);
      const bool compares = is_one_of(tokens_[i - 1], {"=", "!", "<", ">", "["}) || tokens_[i + 1].is("=");
      const bool names = tokens_[i - 1].is_word() && tokens_[i - 2].is(".");
      if (doubled || (tokens_[i].is("=") && !compares && !names)) return true;
    }
    return false;
  }

  // The first token of `a.b()->c[1]`, whose last . or -> is at `dot`.
  std::optional<size_t> begin_of_receiver(size_t dot) const {
    for (size_t at = dot;;) {
      if (at == 0) return std::nullopt;
      size_t operand = at - 1;
      while (operand > 0 && is_one_of(tokens_[operand], {")", "]"})) {
        const auto open = tokens_[operand].partner;
        if (!open) return std::nullopt;
        if (*open > 0 && tokens_[*open - 1].is(">")) return std::nullopt;  // a cast, or arguments of a template
        const bool called = *open > 0 && (tokens_[*open - 1].is_word() || is_one_of(tokens_[*open - 1], {")", "]"}));
        if (!called || is_one_of(tokens_[*open - 1], {"return", "if", "while", "switch"})) return open;
        operand = *open - 1;
      }
      if (!tokens_[operand].is_word()) return std::nullopt;
      if (operand == 0 || !is_one_of(tokens_[operand - 1], {".", "->", "::"})) return operand;
      at = operand - 1;
    }
  }

  // ---- if (CALL) A else B

  bool is_condition(const Call& call) const {
    return call.first >= 2 && tokens_[call.first - 1].is("(") && tokens_[call.first - 2].is("if") &&
           tokens_[call.behind + 1].is(")");
  }

  // [first, end) of a branch, in tokens.
  struct Branch {
    size_t first;
    size_t end;
  };

  CppSite choose_branch(const Call& call) const {
    const size_t if_at = call.first - 2;
    const auto then_end = end_of_statement(tokens_, call.behind + 2);
    if (!then_end) return left("its branches cannot be told apart");
    const Branch then{call.behind + 2, *then_end};
    std::optional<Branch> otherwise;
    if (*then_end < tokens_.size() && tokens_[*then_end].is("else")) {
      const auto end = end_of_statement(tokens_, *then_end + 1);
      if (!end) return left("its branches cannot be told apart");
      otherwise = Branch{*then_end + 1, *end};
    }
    const size_t end = otherwise ? otherwise->end : then.end;
    if (has_hidden_else(end)) return left("its branches cannot be told apart");
    const std::optional<Branch> taken = *call.truth ? std::optional(then) : otherwise;
    CppSite site = site_of(if_at, end - 1);
    if (if_at > 0 && tokens_[if_at - 1].is("else")) {
      if (taken) {
        site.kept = {begin_of(taken->first), end_of(taken->end - 1)};
      } else {
        site.begin = if_at >= 2 ? end_of(if_at - 2) : begin_of(if_at - 1);  // with the else and the space before it
      }
      return site;
    }
    if (!begins_statement(if_at)) return left("it is the body of another statement");
    if (taken) keep(*taken, site);
    if (site.kept) return site;
    if (if_at > 0 && tokens_[if_at - 1].is(":")) {
      site.literal = ";";  // what a label stands before
    } else {
      take_whole_lines(site);
    }
    return site;
  }

  // else, behind lines of the preprocessor
  bool has_hidden_else(size_t at) const {
    const size_t first = at;
    while (at < tokens_.size() && tokens_[at].kind == CppToken::Kind::preprocessor) ++at;
    return at > first && at < tokens_.size() && tokens_[at].is("else");
  }

  // Behind the end of another one; lines of the preprocessor between do not count.
  bool begins_statement(size_t at) const {
    while (at > 0 && tokens_[at - 1].kind == CppToken::Kind::preprocessor) --at;
    return at == 0 || is_one_of(tokens_[at - 1], {";", "{", "}", ":"});
  }

  // Without its braces, unless something that it declares would live longer, or a comment would swallow what follows.
  void keep(const Branch& branch, CppSite& site) const {
    size_t begin = begin_of(branch.first), end = end_of(branch.end - 1);
    const bool braces = tokens_[branch.first].is("{");
    const bool needs_braces =
        braces && (declares({branch.first + 1, branch.end - 1}) || comment_would_swallow(branch, site.end));
    if (tokens_[branch.first].is("if") || needs_braces) {
      site.kept = {begin, end};
      return;
    }
    if (braces) {
      begin = text_.find_first_not_of(" \t\r\n", begin + 1);
      end = text_.find_last_not_of(" \t\r\n", end - 2) + 1;
      if (begin >= end) return;  // nothing in it
    }
    site.kept = {begin, end};
    const size_t inner = indent_of(begin), outer = indent_of(site.begin);
    const bool own_line = line_begin(begin) > line_begin(site.begin);
    if (own_line && inner > outer && !has_long_text(begin, end)) site.shift = inner - outer;
  }

  // A // comment before the closing brace, and something behind it on its line.
  bool comment_would_swallow(const Branch& branch, size_t site_end) const {
    const size_t last = end_of(branch.end - 2);
    const std::string_view between = text_.substr(last, begin_of(branch.end - 1) - last);
    const size_t rest = text_.find_first_not_of(" \t\r", site_end);
    return between.find("//") != std::string_view::npos && rest != std::string_view::npos && text_[rest] != '\n';
  }

  bool declares(Branch inside) const {
    for (size_t at = inside.first; at < inside.end;) {
      if (!is_surely_no_declaration(at)) return true;
      const auto end = end_of_statement(tokens_, at);
      if (!end) return true;  // who knows
      at = *end;
    }
    return false;
  }

  // int (*call)(int), int (&list)[2]
  bool is_pointer_declarator(size_t open) const {
    const auto close = tokens_[open].partner;
    return tokens_[open].is("(") && close && is_one_of(tokens_[open + 1], {"*", "&"}) &&
           is_one_of(tokens_[*close + 1], {"(", "["});
  }

  // Statements by keyword, and expressions that begin with a name, which no second name follows.
  bool is_surely_no_declaration(size_t at) const {
    const CppToken& token = tokens_[at];
    if (is_one_of(token, {"return",   "throw",    "break", "continue", "goto",  "delete", "co_return",
                          "co_yield", "co_await", "if",    "for",      "while", "switch", "this",
                          "*",        "+",        "-",     "(",        "!",     ";",      "{"})) {
      return true;
    }
    if (!token.is_word() || is_all_capitals(token.text) || is_pointer_declarator(at + 1)) return false;
    if (is_one_of(token, {"auto", "const", "constexpr", "static", "using", "typedef", "decltype", "alignas", "struct",
                          "class", "enum", "union", "namespace", "extern", "thread_local", "template", "typename"})) {
      return false;
    }
    size_t next = at + 1;
    for (int angle = 0; next < tokens_.size(); ++next) {
      if (tokens_[next].is("<")) ++angle;
      if (tokens_[next].is(">") && angle > 0 && --angle == 0) continue;
      const bool part = angle > 0 || is_one_of(tokens_[next], {"::", "*", "&", "const", "<"});
      const bool qualified = tokens_[next - 1].is("::") && tokens_[next].is_word();
      if (tokens_[next].is(";") || (!part && !qualified)) break;
    }
    return next < tokens_.size() && !tokens_[next].is_word() && !is_all_capitals(tokens_[next - 1].text);
  }

  // A text over several lines would change if its lines were moved.
  bool has_long_text(size_t begin, size_t end) const {
    auto token =
        std::partition_point(tokens_.begin(), tokens_.end(), [&](const CppToken& each) { return each.begin < begin; });
    for (; token != tokens_.end() && token->end <= end; ++token) {
      if (token->kind == CppToken::Kind::text && token->text.find('\n') != std::string_view::npos) return true;
    }
    return false;
  }

  size_t line_begin(size_t at) const { return *std::prev(std::upper_bound(lines_.begin(), lines_.end(), at)); }
  size_t indent_of(size_t at) const { return text_.find_first_not_of(" \t", line_begin(at)) - line_begin(at); }

  // If nothing else stands on the lines; of two blank lines around them one goes too.
  void take_whole_lines(CppSite& site) const {
    const size_t begin = line_begin(site.begin);
    if (text_.substr(begin, site.begin - begin).find_first_not_of(" \t") != std::string_view::npos) return;
    const size_t rest = text_.find_first_not_of(" \t\r", site.end);
    if (rest != std::string_view::npos && text_[rest] != '\n') return;
    site.begin = begin;
    site.end = rest == std::string_view::npos ? text_.size() : rest + 1;
    const auto is_blank = [&](size_t line) {
      const size_t first = text_.find_first_not_of(" \t\r", line);
      return first == std::string_view::npos || text_[first] == '\n';
    };
    const bool blank_before = begin > 0 && is_blank(line_begin(begin - 1));
    if (blank_before && site.end < text_.size() && is_blank(site.end)) site.begin = line_begin(begin - 1);
  }

  // ---- CALL ? a : b

  // Where `!CALL ? a : b` is an expression of its own and not the end of a longer one.
  bool may_begin_expression(size_t first) const {
    return first > 0 &&
           is_one_of(tokens_[first - 1], {"(", ",", "=", "return", "{", "[", "?", ":", ";", "co_return"}) &&
           !(tokens_[first - 1].is("=") && first > 1 && is_one_of(tokens_[first - 2], {"=", "!", "<", ">"}) &&
             end_of(first - 2) == begin_of(first - 1));
  }

  // The first of `stops` from `at` on that is in no bracket and belongs to no inner ?:.
  std::optional<size_t> scan(size_t at, std::initializer_list<std::string_view> stops) const {
    for (int inner = 0; at < tokens_.size(); ++at) {
      const CppToken& token = tokens_[at];
      if (token.is(":") && inner > 0) {
        --inner;
      } else if (is_one_of(token, stops)) {
        return at;
      } else if (token.is("?")) {
        ++inner;
      } else if (is_one_of(token, {"(", "[", "{"})) {
        const auto close = token.partner;
        if (!close) return std::nullopt;
        at = *close;
      } else if (token.kind == CppToken::Kind::preprocessor) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  // What could be more than one operand, or part of a template's arguments, is left.
  bool is_plain_operand(size_t first, size_t end) const {
    if (first >= end || tokens_[first].is("throw")) return false;
    return std::none_of(tokens_.begin() + static_cast<std::ptrdiff_t>(first),
                        tokens_.begin() + static_cast<std::ptrdiff_t>(end),
                        [](const CppToken& token) { return token.is("<") || token.is("throw"); });
  }

  CppSite choose_operand(const Call& call) const {
    const size_t question = call.behind + 1;
    const auto colon = scan(question + 1, {":", ",", ";", ")", "]", "}"});
    const bool found = colon && tokens_[*colon].is(":");
    const auto end = found ? scan(*colon + 1, {",", ")", ";", "]", "}", ":"}) : std::nullopt;
    if (!end || !is_plain_operand(question + 1, *colon) || !is_plain_operand(*colon + 1, *end)) {
      return left("its operands cannot be told apart");
    }
    CppSite site = site_of(call.first, *end - 1);
    site.kept = *call.truth ? std::pair{begin_of(question + 1), end_of(*colon - 1)}
                            : std::pair{begin_of(*colon + 1), end_of(*end - 1)};
    return site;
  }

  std::string_view text_;
  const Json& value_;
  std::vector<CppToken> tokens_;
  std::vector<size_t> lines_{0};  // where they begin
  const KeyUse* use_ = nullptr;
};

}  // namespace

std::vector<CppSite> find_cpp_sites(std::string_view text, const std::string& key, const Json& value) {
  const std::vector<KeyUse> uses = find_keys(text, Language::cpp, KeySet({key}));
  std::vector<CppSite> sites;
  if (uses.empty()) return sites;
  Classifier classifier(text, value);
  for (const KeyUse& use : uses) sites.push_back(classifier.classify(use));
  std::sort(sites.begin(), sites.end(),
            [](const CppSite& a, const CppSite& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
  return sites;
}

}  // namespace trunkline::flags
