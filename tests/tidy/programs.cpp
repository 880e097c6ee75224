#include "tests/tidy/programs.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "base/core/text.h"

namespace trunkline::tidy {
namespace {

const std::set<std::string_view> kKeywords = {"if",   "then", "else", "elif", "fi",   "while", "until", "do",
                                              "done", "!",    "{",    "}",    "esac", "time",  "in"};
// They run the command that follows, behind options and assignments.
const std::set<std::string_view> kStarters = {"exec", "env", "xargs", "sudo", "command", "as_root", "nohup"};
const std::set<std::string_view> kBuiltins = {
    "exec",  "command", "[",       "[[",       "]]",      ".",        "source", "cd",    "echo",   "printf", "read",
    "local", "export",  "set",     "unset",    "shift",   "return",   "exit",   "trap",  "kill",   "wait",   "eval",
    "test",  "mapfile", "declare", "readonly", "break",   "continue", "disown", "umask", "ulimit", "true",   "false",
    ":",     "for",     "case",    "type",     "getopts", "pushd",    "popd",   "let",   "shopt"};

class Script {
 public:
  explicit Script(std::string_view text) : text_(text) {}

  std::set<std::string> commands() {
    list('\0');
    std::erase_if(found_, [&](const std::string& name) { return functions_.contains(name); });
    return std::move(found_);
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  bool sees(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  void skip_to(std::string_view end) {
    const size_t found = text_.find(end, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
  }

  // Commands up to `end` (')' of a substitution), or to the end of the text.
  void list(char end) {
    bool expected = true;  // a command may begin here
    bool starter = false;  // the word before starts the next one
    int cases = 0;
    while (!at_end()) {
      const char c = text_[at_];
      if (c == end) {
        ++at_;
        return;
      }
      if (sees(";;") && cases > 0) {
        at_ += 2;
        while (!at_end() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
        if (!sees("esac")) skip_to(")");
        expected = true;
      } else if (sees("((")) {
        skip_to("))");
      } else if (sees("<<")) {
        here_document();
      } else if (c == '<' && sees("<(")) {
        at_ += 2;
        list(')');
      } else if (c == '<' || c == '>') {
        redirection();
      } else if (c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')') {
        ++at_;
        expected = true;
        starter = false;
      } else if (sees("\\\n")) {
        at_ += 2;
      } else if (std::isspace(static_cast<unsigned char>(c))) {
        ++at_;
      } else if (c == '#') {
        skip_to("\n");
        expected = true;
        starter = false;
      } else {
        const std::string word = this->word();
        if (!expected) {
          if (word == "in" && case_opens_) {
            case_opens_ = false;
            ++cases;
            skip_to(")");
            expected = true;
          }
          continue;
        }
        if (word == "esac") --cases;
        if (sees("()")) {
          functions_.insert(word);
          at_ += 2;
        } else if (kKeywords.contains(word) || is_assignment(word) || (starter && !is_name(word))) {
        } else {
          if (word == "case") case_opens_ = true;
          if (is_name(word) && !kBuiltins.contains(word)) found_.insert(word);
          starter = kStarters.contains(word);
          expected = starter;
        }
      }
    }
  }

  void here_document() {
    at_ += 2;
    if (sees("<")) return redirection();  // <<< takes a word
    const size_t line_end = std::min(text_.find('\n', at_), text_.size());
    std::string end(text_.substr(at_, text_.find_first_of(" ;|&\n", at_) - at_));
    std::erase_if(end, [](char c) { return c == '\'' || c == '"' || c == '-'; });
    at_ = line_end;
    skip_to("\n" + end + "\n");
    --at_;
  }

  void redirection() {
    while (!at_end() && (text_[at_] == '<' || text_[at_] == '>' || text_[at_] == '&' || text_[at_] == ' ')) ++at_;
    if (!sees("(")) word();
  }

  static bool is_assignment(const std::string& word) {
    const size_t equals = word.find('=');
    return equals != std::string::npos && equals > 0 &&
           std::all_of(word.begin(), word.begin() + static_cast<long>(equals), [](char c) {
             return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '+' || c == '[' || c == ']';
           });
  }

  static bool is_name(const std::string& word) {
    return !word.empty() && std::isalpha(static_cast<unsigned char>(word[0])) &&
           std::all_of(word.begin(), word.end(), [](char c) {
             return std::isalnum(static_cast<unsigned char>(c)) ||
                    std::string_view("+-._").find(c) != std::string_view::npos;
           });
  }

  // One word with its quotes; a part that the shell computes stands in it as '$'.
  std::string word() {
    std::string word;
    while (!at_end() && std::string_view(" \t\n;&|()<>").find(text_[at_]) == std::string_view::npos) {
      const char c = text_[at_++];
      if (c == '\'') {
        word += '$';
        skip_to("'");
      } else if (c == '"') {
        double_quotes();
        word += '$';
      } else if (c == '$') {
        computed();
        word += '$';
      } else if (c == '\\') {
        ++at_;
      } else {
        word += c;
        if (word.ends_with("=") && sees("(")) array();
      }
    }
    return word;
  }

  void array() {
    ++at_;
    while (!at_end() && !sees(")")) {
      if (std::isspace(static_cast<unsigned char>(text_[at_])) || text_[at_] == '#') {
        if (text_[at_] == '#')
          skip_to("\n");
        else
          ++at_;
      } else if (word().empty()) {
        ++at_;
      }
    }
    if (!at_end()) ++at_;
  }

  void double_quotes() {
    while (!at_end() && text_[at_] != '"') {
      const char c = text_[at_++];
      if (c == '\\') ++at_;
      if (c == '$') computed();
    }
    if (!at_end()) ++at_;
  }

  // What follows a '$'.
  void computed() {
    if (sees("((")) return skip_to("))");
    if (sees("(")) {
      ++at_;
      return list(')');
    }
    if (!sees("{")) return;
    for (int depth = 0; !at_end();) {
      const char c = text_[at_++];
      if (c == '{') ++depth;
      if (c == '}' && --depth == 0) return;
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  bool case_opens_ = false;
  std::set<std::string> found_;
  std::set<std::string> functions_;
};

}  // namespace

std::vector<Program> parse_programs(std::string_view text, std::vector<std::string>& problems) {
  std::vector<Program> programs;
  std::set<std::string> seen;
  int number = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> words;
    for (const std::string_view word : base::split(line, ' '))
      if (!word.empty()) words.emplace_back(word);
    if (words.size() < 3) {
      problems.push_back(fmt::format("line {}: expected PROGRAM PACKAGE PURPOSE...", number));
    } else if (!seen.insert(words[0]).second) {
      problems.push_back(fmt::format("line {}: {} stands there twice", number, words[0]));
    } else {
      programs.push_back({words[0], words[1], {words.begin() + 2, words.end()}});
    }
  }
  return programs;
}

std::set<std::string> commands_in_script(std::string_view script) {
  return Script(script).commands();
}

}  // namespace trunkline::tidy
