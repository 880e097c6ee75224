#include "deployer/engine/event_json.h"

#include <fmt/format.h>

namespace trunkline::deployer {
using base::Json;
using base::JsonObject;

namespace {

int int_of(const Json& json, std::string_view key) {
  const Json* member = base::find(json, key);
  return member != nullptr && member->is_int64() ? static_cast<int>(member->as_int64()) : -1;
}

Measurement measurement_of(const Json& json) {
  if (const Json* value = base::find(json, "value"); value != nullptr && value->is_number()) {
    const Json* samples = base::find(json, "samples");
    return Measurement::of(value->to_number<double>(),
                           samples != nullptr && samples->is_int64() ? samples->as_int64() : 0);
  }
  const Json* error = base::find(json, "error");
  return error != nullptr ? Measurement::error(base::string_or(json, "error"))
                          : Measurement::missing(base::string_or(json, "missing"));
}

struct Writer {
  Json operator()(const event::Began&) const { return {{"event", "began"}}; }
  Json operator()(const event::Resumed&) const { return {{"event", "resumed"}}; }
  Json operator()(const event::Ticked&) const { return {{"event", "ticked"}}; }
  Json operator()(const event::PauseRequested& e) const { return {{"event", "pause_requested"}, {"who", e.who}}; }
  Json operator()(const event::PauseEnded& e) const { return {{"event", "pause_ended"}, {"who", e.who}}; }
  Json operator()(const event::Promoted& e) const { return {{"event", "promoted"}, {"who", e.who}, {"full", e.full}}; }
  Json operator()(const event::Renewed& e) const { return {{"event", "renewed"}, {"dial", e.dial}}; }
  Json operator()(const event::RenewalFailed& e) const {
    return {{"event", "renewal_failed"}, {"dial", e.dial}, {"why", e.why}};
  }
  Json operator()(const event::AbortRequested& e) const { return {{"event", "abort_requested"}, {"who", e.who}}; }
  Json operator()(const event::Abandoned& e) const { return {{"event", "abandoned"}, {"who", e.who}}; }
  Json operator()(const event::Done& e) const {
    return {{"event", "done"}, {"ticket", e.ticket}, {"instance", e.instance}, {"requests", e.requests}};
  }
  Json operator()(const event::Failed& e) const {
    return {{"event", "failed"}, {"ticket", e.ticket}, {"instance", e.instance}, {"why", e.why}};
  }
  Json operator()(const event::Measured& e) const {
    JsonObject json{{"event", "measured"}, {"ticket", e.ticket}, {"metric", e.metric}};
    switch (e.measurement.kind) {
      case Measurement::Kind::value:
        json["value"] = e.measurement.value;
        if (e.measurement.samples > 0) json["samples"] = e.measurement.samples;
        break;
      case Measurement::Kind::missing:
        json["missing"] = e.measurement.detail;
        break;
      case Measurement::Kind::error:
        json["error"] = e.measurement.detail;
        break;
    }
    return json;
  }
};

}  // namespace

Json to_json(const Event& event) {
  return std::visit(Writer{}, event);
}

base::Result<Event> event_from_json(const Json& json) {
  const std::string name = base::string_or(json, "event");
  const int ticket = int_of(json, "ticket");
  if (name == "began") return event::Began{};
  if (name == "resumed") return event::Resumed{};
  if (name == "ticked") return event::Ticked{};
  if (name == "pause_requested") return event::PauseRequested{base::string_or(json, "who")};
  if (name == "pause_ended") return event::PauseEnded{base::string_or(json, "who")};
  if (name == "promoted") {
    const Json* full = base::find(json, "full");
    return event::Promoted{base::string_or(json, "who"), full != nullptr && *full == Json(true)};
  }
  if (name == "renewed") return event::Renewed{int_of(json, "dial")};
  if (name == "renewal_failed") return event::RenewalFailed{int_of(json, "dial"), base::string_or(json, "why")};
  if (name == "abort_requested") return event::AbortRequested{base::string_or(json, "who")};
  if (name == "abandoned") return event::Abandoned{base::string_or(json, "who")};
  if (name == "done") {
    const Json* requests = base::find(json, "requests");
    return event::Done{ticket, int_of(json, "instance"),
                       requests != nullptr && requests->is_int64() ? requests->as_int64() : 0};
  }
  if (name == "failed") return event::Failed{ticket, int_of(json, "instance"), base::string_or(json, "why")};
  if (name == "measured") return event::Measured{ticket, int_of(json, "metric"), measurement_of(json)};
  return base::fail(base::Kind::invalid, fmt::format("unknown event \"{}\"", name));
}

}  // namespace trunkline::deployer
