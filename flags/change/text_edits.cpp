#include "flags/change/text_edits.h"

#include <algorithm>

namespace trunkline::flags {

using base::Json;

// What stands in [begin, end) goes, `text` comes. Cuts of one edit do not overlap and are in order.
struct TextEdits::Cut {
  size_t begin = 0;
  size_t end = 0;
  std::string text{};
};

std::string TextEdits::apply(std::vector<Cut> cuts) const {
  std::string out;
  size_t at = 0;
  for (const Cut& cut : cuts) {
    out.append(text_.substr(at, cut.begin - at)).append(cut.text);
    at = cut.end;
  }
  return out.append(text_.substr(at));
}

std::string TextEdits::replace(const TextNode& owner, const TextMember& member, const Json& value, bool open) const {
  const TextNode& old = member.value;
  // What had its members on lines of their own keeps them there.
  const bool was_open = old.is_flow() && line_end(old.begin) < old.end;
  if (owner.is_block()) {
    const bool below = old.begin > member.value_from && begins_line(old.begin);
    const Slot slot{std::string(column_at(member.begin), ' '), column_at(member.begin), open};
    if (old.is_block() || below || (!was_open && !fits_line(member.key, value, style_, slot))) {
      return replace_in_lines(member, value, open);
    }
  }
  std::string rendered =
      value.is_structured()
          ? render_flow(value, style_,
                        {indent_at(old.begin), begins_line(member.begin) ? column_at(old.begin) : 0, open || was_open})
          : render_scalar(value, style_, old.style);
  // `key:` without a value.
  const bool touches = style_.yaml && old.begin == old.end && old.begin == member.value_from;
  if (touches) rendered = " " + rendered;
  return apply({{old.begin, old.end, std::move(rendered)}});
}

// In YAML: the old value or the new one has lines of its own below the key.
std::string TextEdits::replace_in_lines(const TextMember& member, const Json& value, bool open) const {
  const TextNode& old = member.value;
  const size_t column = column_at(member.begin);
  std::string rendered = render_block_member(member.key, value, style_, {std::string(column, ' '), column, open});
  // The key is there already, perhaps in quotes.
  rendered.erase(0, rendered.find(':', render_scalar(Json(boost::json::string(member.key)), style_).size()) + 1);
  const bool new_lines = rendered.starts_with(style_.newline);
  const bool old_lines = begins_line(old.begin);
  if (!old_lines) return apply({{member.value_from, old.end}, {line_end(old.end), line_end(old.end), rendered}});
  // A comment behind the key stays.
  const size_t key_end = new_lines ? line_end(member.value_from) : member.value_from;
  const size_t body = line_end(line_begin(old.begin) - 1);
  return apply({{key_end, key_end, rendered}, {std::max(body, key_end), line_end(old.end)}});
}

std::string TextEdits::insert(const TextNode& collection, const TextMember* before, const std::string& key,
                              const Json& value, bool open) const {
  if (collection.is_block()) return insert_block(collection, before, key, value, open);
  if (collection.members.empty()) return insert_into_empty(collection, key, value, open);
  return insert_flow(collection, before, key, value, open);
}

std::string TextEdits::flow_member(const TextNode& collection, const std::string& key, const Json& value,
                                   const Slot& slot) const {
  const bool mapping = collection.form == TextNode::Form::flow_mapping;
  return mapping ? render_flow_member(key, value, style_, slot) : render_flow(value, style_, slot);
}

std::string TextEdits::insert_into_empty(const TextNode& collection, const std::string& key, const Json& value,
                                         bool open) const {
  const size_t inside = collection.begin + 1, close = collection.end - 1;
  if (!open) {
    return apply({{inside, close, style_.padding + flow_member(collection, key, value, {}) + style_.padding}});
  }
  const std::string outer = indent_at(collection.begin), inner = outer + style_.indent;
  std::string added = style_.newline + inner + flow_member(collection, key, value, {inner, inner.size(), true});
  if (begins_line(close)) return apply({{inside, inside, std::move(added)}});
  return apply({{inside, close, added + style_.newline + outer}});
}

std::string TextEdits::insert_flow(const TextNode& collection, const TextMember* before, const std::string& key,
                                   const Json& value, bool open) const {
  const TextMember& sibling = before == nullptr ? collection.members.front() : *before;
  const bool last = before == &collection.members.back();
  const std::string indent = indent_at(sibling.begin);
  // A line that holds several members is long already.
  const Slot slot{indent, begins_line(sibling.begin) ? indent.size() : 0, open};
  const std::string added = flow_member(collection, key, value, slot);
  if (before == nullptr) {
    const std::string gap = begins_line(sibling.begin) ? style_.newline + indent : style_.comma.substr(1);
    return apply({{sibling.begin, sibling.begin, added + "," + gap}});
  }
  const size_t end = sibling.end();
  const bool comma = has_comma(end);
  const size_t tail = comma ? skip_space(text_, end) + 1 : end;
  if (begins_line(sibling.begin) && ends_line(tail)) {
    const size_t at = line_end(tail);
    const std::string line = style_.newline + indent + added + (comma ? "," : "");
    return comma ? apply({{at, at, line}}) : apply({{end, end, ","}, {at, at, line}});
  }
  if (last) return apply({{end, end, style_.comma + added}});
  return apply({{tail, tail, style_.comma.substr(1) + added + ","}});
}

std::string TextEdits::insert_block(const TextNode& collection, const TextMember* before, const std::string& key,
                                    const Json& value, bool open) const {
  const size_t first = collection.members.front().begin;
  const std::string indent(column_at(first), ' ');
  const std::string added = collection.form == TextNode::Form::block_mapping
                                ? render_block_member(key, value, style_, {indent, indent.size(), open})
                                : "- " + render_block_item(value, style_, {indent, indent.size() + 2, open});
  if (before == nullptr) return apply({{first, first, added + style_.newline + indent}});
  const size_t at = line_end(before->end());
  return apply({{at, at, style_.newline + indent + added}});
}

std::string TextEdits::remove(const TextNode& collection, const TextMember& member) const {
  if (collection.is_block()) return remove_block(collection, member);
  return collection.members.size() == 1 ? remove_only(collection, member) : remove_flow(collection, member);
}

std::string TextEdits::remove_only(const TextNode& collection, const TextMember& member) const {
  const size_t close = collection.end - 1;
  const size_t tail = has_comma(member.end()) ? skip_space(text_, member.end()) + 1 : member.end();
  // Whole lines, so that those of the braces stay as they are.
  if (begins_line(member.begin) && ends_line(tail) && begins_line(close)) {
    return apply({whole_lines(member.begin, tail)});
  }
  return apply({{collection.begin + 1, close}});
}

std::string TextEdits::remove_flow(const TextNode& collection, const TextMember& member) const {
  const auto index = static_cast<size_t>(&member - collection.members.data());
  const bool last = index + 1 == collection.members.size();
  const size_t end = member.end();
  const bool own_lines = begins_line(member.begin);
  if (has_comma(end)) {
    const size_t tail = skip_space(text_, end) + 1;
    if (own_lines && ends_line(tail)) return apply({whole_lines(member.begin, tail)});
    if (!last && !ends_line(tail)) return apply({{member.begin, collection.members[index + 1].begin}});
    return apply({{text_.find_last_not_of(" \t", member.begin - 1) + 1, tail}});
  }
  // The last one: the comma before it goes with it.
  const size_t before = collection.members[index - 1].end();
  const size_t comma = skip_space(text_, before);
  if (own_lines && ends_line(end)) return apply({{comma, comma + 1}, whole_lines(member.begin, end)});
  return apply({{before, end}});
}

std::string TextEdits::remove_block(const TextNode& collection, const TextMember& member) const {
  if (begins_line(member.begin)) return apply({whole_lines(member.begin, member.end())});
  // The first one behind the dash of an item.
  return apply({{member.begin, collection.members[1].begin}});
}

bool TextEdits::opens(const TextNode& collection) const {
  if (style_.one_line_document) return false;
  return collection.members.empty() ||
         std::any_of(collection.members.begin(), collection.members.end(),
                     [&](const TextMember& each) { return line_end(each.begin) < each.end(); });
}

size_t TextEdits::line_begin(size_t at) const {
  return at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;
}

size_t TextEdits::line_end(size_t at) const {
  const size_t newline = std::min(text_.find('\n', at), text_.size());
  return newline > 0 && newline < text_.size() && text_[newline - 1] == '\r' ? newline - 1 : newline;
}

size_t TextEdits::next_line(size_t at) const {
  return std::min(text_.find('\n', at), text_.size() - 1) + 1;
}

bool TextEdits::begins_line(size_t at) const {
  const size_t begin = line_begin(at);
  return text_.find_first_not_of(" \t", begin) >= at;
}

bool TextEdits::ends_line(size_t at) const {
  const size_t next = text_.find_first_not_of(" \t", at);
  return next == std::string_view::npos || text_[next] == '\r' || text_[next] == '\n' ||
         (style_.yaml && text_[next] == '#');
}

bool TextEdits::has_comma(size_t at) const {
  const size_t next = skip_space(text_, at);
  return next < text_.size() && text_[next] == ',';
}

std::string TextEdits::indent_at(size_t at) const {
  const size_t begin = line_begin(at);
  return std::string(text_.substr(begin, std::min(text_.find_first_not_of(" \t", begin), at) - begin));
}

TextEdits::Cut TextEdits::whole_lines(size_t begin, size_t end) const {
  const Cut cut{line_begin(begin), next_line(end)};
  const bool unfinished = cut.end == text_.size() && !text_.ends_with('\n');
  // A text that ends without a newline goes on to.
  return unfinished && cut.begin > 0 ? Cut{line_end(line_begin(begin) - 1), cut.end} : cut;
}

}  // namespace trunkline::flags
