#include <algorithm>

#include "pipelines/workflow/source.h"

// YAML 1.2.2, chapters 7.3 (flow scalars) and 8.1 (block scalars), walked along the text that the parser made of them.
namespace trunkline::pipelines {
namespace {

using base::YamlStyle;

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kWhite = " \t\r\n";

size_t skip(std::string_view text, size_t at, std::string_view any_of) {
  return std::min(text.find_first_not_of(any_of, at), text.size());
}

// An anchor stands before the scalar and counts as its start.
size_t skip_anchor(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] != '&') return at;
  at = skip(text, std::min(text.find_first_of(kWhite, at), text.size()), kWhite);
  while (at < text.size() && text[at] == '#') at = skip(text, std::min(text.find('\n', at), text.size()), kWhite);
  return at;
}

class Walk {
 public:
  Walk(const Source& source, const base::YamlNode& scalar)
      : source_(source), file_(source.text()), style_(scalar.style), value_(scalar.text) {
    at_ = skip_anchor(file_, source.offset(scalar.start));
    places_.reserve(value_.size() + 1);
  }

  std::vector<size_t> run() {
    if (style_ == YamlStyle::literal || style_ == YamlStyle::folded) {
      block();
    } else {
      flow();
    }
    places_.resize(value_.size() + 1, at_);
    return std::move(places_);
  }

 private:
  bool done() const { return places_.size() >= value_.size(); }
  char wanted() const { return value_[places_.size()]; }
  void take(size_t bytes) { places_.resize(std::min(places_.size() + bytes, value_.size()), at_); }

  void flow();
  bool fold();
  void escape();
  void block();
  void block_line(std::string_view content, size_t start);

  const Source& source_;
  std::string_view file_;
  YamlStyle style_;
  std::string_view value_;
  std::vector<size_t> places_;
  size_t at_ = 0;  // in the file
};

void Walk::flow() {
  if (style_ != YamlStyle::plain) ++at_;
  while (!done() && at_ < file_.size()) {
    if (fold()) continue;
    if (style_ == YamlStyle::double_quoted && file_[at_] == '\\') {
      escape();
      continue;
    }
    take(1);
    at_ += style_ == YamlStyle::single_quoted && file_[at_] == '\'' ? 2 : 1;
  }
}

// Line breaks with the blanks around them: one is a space, more are one break less.
bool Walk::fold() {
  const size_t stop = skip(file_, at_, kBlanks);
  if (stop == file_.size() || (file_[stop] != '\n' && file_[stop] != '\r')) return false;
  const size_t end = skip(file_, stop, kWhite);
  const auto breaks = std::count(file_.begin() + static_cast<std::ptrdiff_t>(stop),
                                 file_.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  take(static_cast<size_t>(std::max<std::ptrdiff_t>(1, breaks - 1)));
  at_ = end;
  return true;
}

void Walk::escape() {
  const char kind = at_ + 1 < file_.size() ? file_[at_ + 1] : '\0';
  if (kind == '\n' || kind == '\r') {  // an escaped break is nothing
    const size_t next = file_.find('\n', at_);
    at_ = next == file_.npos ? file_.size() : skip(file_, next + 1, kBlanks);
    return;
  }
  const size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  // What was escaped may be several bytes of UTF-8.
  const auto lead = static_cast<unsigned char>(wanted());
  take(lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4);
  at_ += 2 + digits;
}

void Walk::block() {
  size_t number = static_cast<size_t>(source_.position(at_).line) + 1;
  const auto blank = [&](size_t line) { return source_.line(line).find_first_not_of(' ') == std::string_view::npos; };
  size_t first = number;
  while (first < source_.lines() && blank(first)) ++first;
  // Spaces beyond the indentation are text, so what the text does not begin with is indentation.
  const size_t spaces = skip(source_.line(first), 0, " ");
  const size_t start = skip(value_, 0, "\n");
  const size_t indent = spaces - std::min(spaces, skip(value_.substr(start), 0, " "));
  for (; !done() && number <= source_.lines(); ++number) {
    const std::string_view line = source_.line(number);
    const std::string_view content = line.substr(std::min(indent, line.size()));
    block_line(content, source_.offset({static_cast<int>(number), 1}) + line.size() - content.size());
  }
}

void Walk::block_line(std::string_view content, size_t start) {
  at_ = start;
  if (style_ == YamlStyle::folded) {
    if (content.empty()) return;
    const bool kept = content.front() == ' ' || content.front() == '\t';
    while (!done() && wanted() == '\n') take(1);
    if (!done() && !places_.empty() && wanted() == ' ' && !kept) take(1);
  }
  for (size_t i = 0; i < content.size() && !done(); ++i, ++at_) take(1);
  if (style_ == YamlStyle::literal && !done()) take(1);
}

}  // namespace

std::vector<size_t> locate_scalar(const Source& source, const base::YamlNode& scalar) {
  return Walk(source, scalar).run();
}

}  // namespace trunkline::pipelines
