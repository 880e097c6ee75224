#include "flags/change/splice.h"

#include <algorithm>

#include "flags/change/text_edits.h"

namespace trunkline::flags {
namespace {

using base::Json;
using base::JsonObject;
using base::Kind;
using base::Result;

tl::unexpected<base::Error> no_place(std::string_view name) {
  return base::fail(Kind::invalid, "the value has no place of its own in the text", {std::string(name), 0, 0});
}

// Where a path leads.
struct Route {
  const TextNode* parent = nullptr;    // of the member
  const TextMember* member = nullptr;  // null for the root, as is its parent
};

std::optional<Route> route_to(const TextNode& root, const Path& path) {
  Route route;
  const TextNode* node = &root;
  for (const std::string& step : path) {
    const TextMember* member = node->find(step);
    if (member == nullptr) return std::nullopt;
    route = {node, member};
    node = &member->value;
  }
  return route;
}

// One difference of two documents.
struct Step {
  enum class Kind { replace, insert, remove };
  Kind kind;
  Path path;
  Json value{};
  std::optional<std::string> before{};  // insert: the member that it follows; absent: it is the first
};

bool share_a_member(const JsonObject& a, const JsonObject& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& member) { return b.contains(member.key()); });
}

// In an order in which an object never becomes empty on the way.
void collect_steps(const Path& path, const Json& before, const Json& after, std::vector<Step>& steps) {
  if (before == after) return;
  const auto* old = before.if_object();
  const auto* wanted = after.if_object();
  if (old == nullptr || wanted == nullptr || !share_a_member(*old, *wanted)) {
    steps.push_back({Step::Kind::replace, path, after});
    return;
  }
  std::optional<std::string> previous;
  for (const auto& member : *wanted) {
    Path below = path;
    below.emplace_back(member.key());
    if (const Json* known = old->if_contains(member.key())) {
      collect_steps(below, *known, member.value(), steps);
    } else {
      steps.push_back({Step::Kind::insert, below, member.value(), previous});
    }
    previous = member.key();
  }
  for (const auto& member : *old) {
    if (wanted->contains(member.key())) continue;
    Path below = path;
    below.emplace_back(member.key());
    steps.push_back({Step::Kind::remove, below});
  }
}

Result<std::string> insert_at(const TextEdits& edits, const TextNode& root, std::string_view name, const Step& step) {
  const Path owner(step.path.begin(), step.path.end() - 1);
  const auto route = route_to(root, owner);
  if (!route) return no_place(name);
  const TextNode& collection = route->member == nullptr ? root : route->member->value;
  const TextMember* before = step.before ? collection.find(*step.before) : nullptr;
  if (!collection.is_block() && !collection.is_flow()) return no_place(name);
  if (step.before && before == nullptr) return no_place(name);
  return edits.insert(collection, before, step.path.back(), step.value, false);
}

Result<std::string> remove_at(const TextEdits& edits, const TextNode& root, std::string_view name, const Path& path) {
  const auto route = route_to(root, path);
  if (!route || route->member == nullptr) return no_place(name);
  if (!route->parent->is_block() || route->parent->members.size() > 1) {
    return edits.remove(*route->parent, *route->member);
  }
  // A block without members cannot be written: braces stand for it.
  const auto owner = route_to(root, Path(path.begin(), path.end() - 1));
  if (owner->member == nullptr) return no_place(name);
  const bool mapping = route->parent->form == TextNode::Form::block_mapping;
  return edits.replace(*owner->parent, *owner->member, mapping ? Json(JsonObject{}) : Json(base::JsonArray{}), false);
}

Result<std::string> apply_step(std::string_view text, std::string_view name, const Step& step) {
  TRY_ASSIGN(const TextNode root, read_text_tree(text, name));
  const TextEdits edits(text, name, root);
  switch (step.kind) {
    case Step::Kind::replace: {
      const auto route = route_to(root, step.path);
      if (!route || route->member == nullptr) return no_place(name);
      return edits.replace(*route->parent, *route->member, step.value, false);
    }
    case Step::Kind::insert:
      return insert_at(edits, root, name, step);
    case Step::Kind::remove:
      return remove_at(edits, root, name, step.path);
  }
  return base::fail(Kind::internal, "unknown step");
}

}  // namespace

Result<std::string> splice_value(std::string_view text, std::string_view name, const Path& path, const Json& before,
                                 const Json& after) {
  std::vector<Step> steps;
  collect_steps(path, before, after, steps);
  std::string result(text);
  // Each step gets the places anew.
  for (const Step& step : steps) {
    TRY_ASSIGN(result, apply_step(result, name, step));
  }
  return result;
}

Result<std::string> splice_in(std::string_view text, std::string_view name, const Path& path, const std::string& key,
                              const Json& value) {
  TRY_ASSIGN(const TextNode root, read_text_tree(text, name));
  const TextEdits edits(text, name, root);
  const auto route = route_to(root, path);
  if (!route || route->member == nullptr) return no_place(name);
  const TextNode& collection = route->member->value;
  if (!collection.is_block() && !collection.is_flow()) return no_place(name);
  const bool open = edits.opens(collection);
  if (collection.members.empty() && route->parent->is_block()) {
    const bool mapping = collection.form == TextNode::Form::flow_mapping;
    const Json whole = mapping ? Json(JsonObject{{key, value}}) : Json(base::JsonArray{value});
    return edits.replace(*route->parent, *route->member, whole, true);
  }
  const TextMember* last = collection.members.empty() ? nullptr : &collection.members.back();
  return edits.insert(collection, last, key, value, open);
}

Result<std::string> splice_out(std::string_view text, std::string_view name, const Path& path) {
  return apply_step(text, name, {Step::Kind::remove, path});
}

}  // namespace trunkline::flags
