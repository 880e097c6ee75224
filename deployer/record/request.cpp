#include "deployer/record/request.h"

#include <fmt/format.h>

#include "base/core/files.h"
#include "deployer/engine/event_json.h"
#include "deployer/record/service_lock.h"
#include "deployer/support/interruption.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::Result;

namespace {

constexpr base::Millis kLook{20};
constexpr base::Millis kTakenWithin{30'000};

// What a person may ask for; all else comes from the world.
bool may_be_asked(const Event& event) {
  return std::holds_alternative<event::AbortRequested>(event) || std::holds_alternative<event::PauseRequested>(event) ||
         std::holds_alternative<event::ResumeRequested>(event) ||
         std::holds_alternative<event::PromoteRequested>(event);
}

}  // namespace

std::optional<Event> take_request(const ServiceFolder& folder, const std::string& rollout) {
  const auto text = base::read_file(folder.request());
  if (!text) return std::nullopt;
  std::error_code ignored;
  fs::remove(folder.request(), ignored);
  const auto json = base::parse_json(*text);
  if (!json || base::string_or(*json, "id") != rollout) return std::nullopt;
  auto event = event_from_json(*json);
  if (!event || !may_be_asked(*event)) return std::nullopt;
  return *std::move(event);
}

Result<bool> hand_over(const ServiceFolder& folder, const std::string& rollout, const Event& event) {
  if (!ServiceLock::is_held(folder)) return false;
  base::Json json = to_json(event);
  json.as_object()["id"] = rollout;
  TRY(base::write_file_atomically(folder.request(), base::to_text(json), 0600));
  const auto deadline = base::system_clock().steady() + kTakenWithin;
  const Interruption interruption;
  std::error_code ignored;
  while (fs::exists(folder.request(), ignored)) {
    if (!ServiceLock::is_held(folder)) return !fs::remove(folder.request(), ignored);
    if (base::system_clock().steady() > deadline) {
      fs::remove(folder.request(), ignored);
      return base::fail(base::Kind::timeout, fmt::format("the deployer at work did not listen within {}",
                                                         base::format_duration(kTakenWithin)));
    }
    TRY(pause_for(kLook, interruption.token()));
  }
  return true;
}

}  // namespace trunkline::deployer
