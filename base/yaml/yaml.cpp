#include "base/yaml/yaml.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>
#include <yaml.h>

#include "base/yaml/marks.h"

namespace trunkline::base {
namespace {

constexpr size_t kMostErrors = 100;

struct Event {
  yaml_event_t raw{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
};

struct Parser {
  yaml_parser_t raw{};
  explicit Parser(std::string_view text) {
    // It fails only without memory, and then the first parse says so.
    yaml_parser_initialize(&raw);
    yaml_parser_set_encoding(&raw, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&raw, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { yaml_parser_delete(&raw); }
};

std::string text_of(const yaml_char_t* text) {
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

YamlStyle style_of(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
      return YamlStyle::single_quoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      return YamlStyle::double_quoted;
    case YAML_LITERAL_SCALAR_STYLE:
      return YamlStyle::literal;
    case YAML_FOLDED_SCALAR_STYLE:
      return YamlStyle::folded;
    case YAML_PLAIN_SCALAR_STYLE:
    case YAML_ANY_SCALAR_STYLE:
      return YamlStyle::plain;
  }
  return YamlStyle::plain;
}

bool is_null_text(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

size_t count_nodes(const YamlNode& node) {
  size_t count = 1;
  for (const YamlNode& item : node.items) count += count_nodes(item);
  for (const YamlMember& member : node.members) count += 1 + count_nodes(member.value);
  return count;
}

int depth_of(const YamlNode& node) {
  int depth = 0;
  for (const YamlNode& item : node.items) depth = std::max(depth, depth_of(item));
  for (const YamlMember& member : node.members) depth = std::max(depth, depth_of(member.value));
  return node.is_sequence() || node.is_mapping() ? depth + 1 : 0;
}

// An anchored node with its size and depth, measured once so that an alias costs no more than its copy.
struct Anchor {
  YamlNode node;
  size_t nodes;
  int depth;
};

// A collection that is still open.
struct Level {
  YamlNode node;
  std::string anchor;
  std::optional<YamlNode> key;                // read, its value is next
  std::unordered_map<std::string, int> seen;  // key -> line
};

// Turns events into the tree. Every step that fails leaves no tree.
class Builder {
 public:
  Builder(std::string_view text, std::string_view file, const YamlLimits& limits)
      : marks_(text), file_(file), limits_(limits) {}

  Result<> take(const yaml_event_t& event);
  bool done() const { return done_; }
  YamlNode root() { return std::move(root_); }
  std::vector<YamlError> errors() { return std::move(errors_); }

  Error error_at(size_t index, std::string message) { return at(marks_.position(index), std::move(message)); }

 private:
  Error at(Position place, std::string message) {
    return Error{Kind::invalid, std::move(message), Where{file_, place.line, place.column}};
  }
  YamlNode node_of(const yaml_event_t& event, YamlKind kind);
  Result<> refuse_tag(const yaml_event_t& event, const yaml_char_t* tag);
  Result<> count(const yaml_event_t& event, size_t nodes);
  Result<> open(const yaml_event_t& event, YamlKind kind, const yaml_char_t* anchor);
  Result<> close(const yaml_event_t& event);
  Result<> scalar(const yaml_event_t& event);
  Result<> alias(const yaml_event_t& event);
  Result<> add(YamlNode node, const std::string& anchor);
  Result<> add_member(Level& level, YamlNode node);

  Marks marks_;
  std::string file_;
  const YamlLimits& limits_;
  std::vector<Level> levels_;
  std::unordered_map<std::string, Anchor> anchors_;
  YamlNode root_;
  std::vector<YamlError> errors_;
  size_t nodes_ = 0;
  int aliases_ = 0;
  int documents_ = 0;
  bool done_ = false;
};

YamlNode Builder::node_of(const yaml_event_t& event, YamlKind kind) {
  YamlNode node;
  node.kind = kind;
  node.start = marks_.position(event.start_mark.index);
  node.end = marks_.position(event.end_mark.index);
  return node;
}

Result<> Builder::refuse_tag(const yaml_event_t& event, const yaml_char_t* tag) {
  if (tag == nullptr) return {};
  return fail(error_at(event.start_mark.index, fmt::format("tags such as {} are not supported", text_of(tag))));
}

Result<> Builder::count(const yaml_event_t& event, size_t nodes) {
  nodes_ += nodes;
  if (nodes_ <= limits_.max_nodes) return {};
  return fail(error_at(event.start_mark.index, fmt::format("more than {} values", limits_.max_nodes)));
}

Result<> Builder::open(const yaml_event_t& event, YamlKind kind, const yaml_char_t* anchor) {
  TRY(count(event, 1));
  if (static_cast<int>(levels_.size()) >= limits_.max_depth) {
    return fail(error_at(event.start_mark.index, fmt::format("nested deeper than {} levels", limits_.max_depth)));
  }
  levels_.push_back({node_of(event, kind), text_of(anchor), std::nullopt, {}});
  return {};
}

Result<> Builder::close(const yaml_event_t& event) {
  Level level = std::move(levels_.back());
  levels_.pop_back();
  level.node.end = marks_.position(event.end_mark.index);
  return add(std::move(level.node), level.anchor);
}

Result<> Builder::scalar(const yaml_event_t& event) {
  const auto& data = event.data.scalar;
  TRY(refuse_tag(event, data.tag));
  TRY(count(event, 1));
  YamlNode node = node_of(event, YamlKind::scalar);
  node.text.assign(reinterpret_cast<const char*>(data.value), data.length);
  node.style = style_of(data.style);
  if (node.style == YamlStyle::plain && is_null_text(node.text)) node.kind = YamlKind::null;
  return add(std::move(node), text_of(data.anchor));
}

Result<> Builder::alias(const yaml_event_t& event) {
  const std::string name = text_of(event.data.alias.anchor);
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) return fail(error_at(event.start_mark.index, fmt::format("unknown anchor *{}", name)));
  if (++aliases_ > limits_.max_aliases) {
    return fail(error_at(event.start_mark.index, fmt::format("more than {} aliases", limits_.max_aliases)));
  }
  TRY(count(event, found->second.nodes));
  if (static_cast<int>(levels_.size()) + found->second.depth > limits_.max_depth) {
    return fail(error_at(event.start_mark.index, fmt::format("nested deeper than {} levels", limits_.max_depth)));
  }
  return add(found->second.node, "");
}

Result<> Builder::add(YamlNode node, const std::string& anchor) {
  if (!anchor.empty()) anchors_.insert_or_assign(anchor, Anchor{node, count_nodes(node), depth_of(node)});
  if (levels_.empty()) {
    root_ = std::move(node);
    return {};
  }
  Level& level = levels_.back();
  if (level.node.is_mapping()) return add_member(level, std::move(node));
  level.node.items.push_back(std::move(node));
  return {};
}

Result<> Builder::add_member(Level& level, YamlNode node) {
  if (!level.key) {
    if (node.is_mapping() || node.is_sequence()) return fail(at(node.start, "expected a plain key, not a collection"));
    level.key = std::move(node);
    return {};
  }
  YamlNode key = *std::exchange(level.key, std::nullopt);
  const auto [first, fresh] = level.seen.emplace(key.text, key.start.line);
  const bool merge = key.text == "<<" && key.style == YamlStyle::plain;
  if (merge) {
    errors_.push_back({at(key.start, "merge keys (<<) are not supported")});
  } else if (!fresh) {
    errors_.push_back({at(key.start, fmt::format("the key \"{}\" stands twice in one mapping (first on line {})",
                                                 key.text, first->second)),
                       true});
  } else {
    level.node.members.push_back({std::move(key), std::move(node)});
  }
  if (errors_.size() < kMostErrors) return {};
  return fail(at(level.node.start, "too many errors"));
}

Result<> Builder::take(const yaml_event_t& event) {
  switch (event.type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
      return {};
    case YAML_STREAM_END_EVENT:
      done_ = true;
      return {};
    case YAML_DOCUMENT_START_EVENT:
      if (++documents_ == 1) return {};
      return fail(error_at(event.start_mark.index, "expected one document, here begins a second one"));
    case YAML_ALIAS_EVENT:
      return alias(event);
    case YAML_SCALAR_EVENT:
      return scalar(event);
    case YAML_SEQUENCE_START_EVENT:
      TRY(refuse_tag(event, event.data.sequence_start.tag));
      return open(event, YamlKind::sequence, event.data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
      TRY(refuse_tag(event, event.data.mapping_start.tag));
      return open(event, YamlKind::mapping, event.data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return close(event);
  }
  return {};
}

Error syntax_error(const yaml_parser_t& parser, std::string_view text, std::string_view file, Builder& builder) {
  const std::string problem = parser.problem == nullptr ? "out of memory" : parser.problem;
  if (parser.error == YAML_READER_ERROR) {
    const Position place = position_of(text, parser.problem_offset);
    return Error{Kind::invalid, "broken YAML: " + problem, Where{std::string(file), place.line, place.column}};
  }
  Error error = builder.error_at(parser.problem_mark.index, "broken YAML: " + problem);
  const size_t offset = Marks(text).offset(parser.problem_mark.index);
  if (offset < text.size() && text[offset] == '\t')
    error.message = "broken YAML: a tab stands where spaces must indent";
  if (parser.context != nullptr) error.message += fmt::format(" ({})", parser.context);
  return error;
}

std::optional<Error> find_bad_bytes(std::string_view text, std::string_view file, const YamlLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return Error{Kind::invalid,
                 fmt::format("{} bytes of YAML are more than the {} that are read", text.size(), limits.max_bytes),
                 Where{std::string(file), 0, 0}};
  }
  const size_t bad = find_invalid_utf8(text);
  if (bad == std::string_view::npos) return std::nullopt;
  const Position place = position_of(text, bad);
  return Error{Kind::invalid, "invalid UTF-8", Where{std::string(file), place.line, place.column}};
}

}  // namespace

YamlDocument parse_yaml_collect(std::string_view text, std::string_view file_name, const YamlLimits& limits) {
  if (auto bad = find_bad_bytes(text, file_name, limits)) return {std::nullopt, {{std::move(*bad)}}};
  Parser parser(text);
  Builder builder(text, file_name, limits);
  while (!builder.done()) {
    Event event;
    Result<> step = yaml_parser_parse(&parser.raw, &event.raw) == 0
                        ? fail(syntax_error(parser.raw, text, file_name, builder))
                        : builder.take(event.raw);
    if (!step) {
      std::vector<YamlError> errors = builder.errors();
      errors.push_back({std::move(step.error())});
      return {std::nullopt, std::move(errors)};
    }
  }
  return {builder.root(), builder.errors()};
}

Result<YamlNode> parse_yaml(std::string_view text, std::string_view file_name, const YamlLimits& limits) {
  YamlDocument document = parse_yaml_collect(text, file_name, limits);
  if (!document.errors.empty()) return fail(std::move(document.errors.front()));
  return std::move(*document.root);
}

}  // namespace trunkline::base
