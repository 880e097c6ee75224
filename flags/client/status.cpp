#include "flags/client/status.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace trunkline::flags {
namespace {

std::optional<EventKind> kind_of(ClientState state) {
  switch (state) {
    case ClientState::not_ready:
      return std::nullopt;
    case ClientState::ready:
      return EventKind::ready;
    case ClientState::stale:
      return EventKind::stale;
    case ClientState::error:
      return EventKind::error;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::ready:
      return "PROVIDER_READY";
    case EventKind::error:
      return "PROVIDER_ERROR";
    case EventKind::stale:
      return "PROVIDER_STALE";
    case EventKind::configuration_changed:
      return "PROVIDER_CONFIGURATION_CHANGED";
  }
  return "PROVIDER_ERROR";
}

std::string Status::message() const {
  const std::lock_guard lock(mutex_);
  return message_;
}

bool Status::wait_until_ready(base::Millis timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return state_ == ClientState::ready; });
}

HandlerId Status::on_event(EventHandler handler) {
  const auto added = std::make_shared<Handler>();
  added->call = std::move(handler);
  // Held before anybody else can see it: what changes from now on comes after what is told here.
  const std::lock_guard first(added->running);
  std::unique_lock lock(mutex_);
  added->id = ++last_id_;
  handlers_.push_back(added);
  const auto kind = kind_of(state_);
  const std::string message = message_;
  lock.unlock();
  if (kind) tell(*added, {.kind = *kind, .message = message});
  return added->id;
}

void Status::remove_handler(HandlerId id) {
  std::unique_lock lock(mutex_);
  const auto found = std::find_if(handlers_.begin(), handlers_.end(), [&](const auto& each) { return each->id == id; });
  if (found == handlers_.end()) return;
  const std::shared_ptr<Handler> handler = std::move(*found);
  handlers_.erase(found);
  lock.unlock();
  const std::lock_guard running(handler->running);
  handler->removed = true;
}

void Status::change(ClientState state, std::string message, std::vector<std::string> changed_keys) {
  {
    const std::lock_guard lock(mutex_);
    const auto kind = state_ == state ? std::nullopt : kind_of(state);
    state_ = state;
    message_ = std::move(message);
    if (kind) waiting_.push_back({{.kind = *kind, .message = message_}, handlers_});
    if (!changed_keys.empty()) {
      waiting_.push_back(
          {{.kind = EventKind::configuration_changed, .changed_keys = std::move(changed_keys)}, handlers_});
    }
  }
  changed_.notify_all();
  deliver();
}

void Status::deliver() {
  std::unique_lock lock(mutex_);
  if (delivering_) return;
  delivering_ = true;
  while (!waiting_.empty()) {
    const Delivery next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    for (const auto& handler : next.to) tell(*handler, next.event);
    lock.lock();
  }
  delivering_ = false;
}

void Status::tell(Handler& handler, const Event& event) noexcept {
  const std::lock_guard running(handler.running);
  if (handler.removed) return;
  try {
    handler.call(event);
  } catch (...) {
    // A program's mistake in a handler is none of the client's; there is nobody to give it to.
  }
}

}  // namespace trunkline::flags
