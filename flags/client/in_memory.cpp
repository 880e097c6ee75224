#include "flags/client/in_memory.h"

#include <algorithm>
#include <utility>

#include "flags/client/client_state.h"

namespace trunkline::flags {

using base::Json;
using base::JsonObject;

InMemoryFlags::InMemoryFlags(const ClientOptions& options)
    : document_(JsonObject{{"flags", JsonObject()}}),
      client_(std::unique_ptr<Client>(new Client(std::make_unique<Client::State>(options)))) {
  publish();
}

InMemoryFlags::~InMemoryFlags() = default;

void InMemoryFlags::set(std::string_view key, Json value) {
  const std::lock_guard lock(mutex_);
  erase(key);
  JsonObject flag{
      {"state", "ENABLED"}, {"variants", JsonObject{{"value", std::move(value)}}}, {"defaultVariant", "value"}};
  Json& flags = document_.at("flags");
  if (auto* list = flags.if_array()) {
    flag["key"] = boost::json::string(key);
    list->push_back(std::move(flag));
  } else {
    flags.as_object()[key] = std::move(flag);
  }
  publish();
}

base::Result<> InMemoryFlags::set_document(std::string_view json) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Json document, base::parse_json(json));
  TRY_ASSIGN(const FlagSet set, build_flag_set(document, locate_in_json(json, "")));
  if (!set.problems().empty()) return base::fail(set.problems().front());
  document_ = std::move(document);
  publish();
  return {};
}

void InMemoryFlags::remove(std::string_view key) {
  const std::lock_guard lock(mutex_);
  erase(key);
  publish();
}

void InMemoryFlags::set_state(ClientState state, std::string_view message) {
  const std::lock_guard lock(mutex_);
  client_->state_->store.status().change(state, std::string(message));
}

void InMemoryFlags::erase(std::string_view key) {
  Json& flags = document_.at("flags");
  if (auto* object = flags.if_object()) {
    object->erase(key);
  } else {
    auto& list = flags.as_array();
    const auto has_key = [&](const Json& flag) { return base::string_or(flag, "key") == key; };
    list.erase(std::remove_if(list.begin(), list.end(), has_key), list.end());
  }
}

void InMemoryFlags::publish() {
  // Only whole documents and plain flags come in, so that nothing is to be reported here.
  auto set = build_flag_set(document_, [](const Path&, Spot) { return base::Where{}; });
  if (set) client_->state_->store.publish(*std::move(set));
}

}  // namespace trunkline::flags
