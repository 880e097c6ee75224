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

int64_t count_of(const Json& json, std::string_view key) {
  const Json* member = base::find(json, key);
  return member != nullptr && member->is_int64() ? member->as_int64() : 0;
}

// [requests, errors] of the new side, then of the stable side.
std::optional<BothCounts> counts_of(const Json& json) {
  const Json* counts = base::find(json, "counts");
  const auto* list = counts == nullptr ? nullptr : counts->if_array();
  if (list == nullptr || list->size() != 4) return std::nullopt;
  const auto number = [&](size_t i) { return (*list)[i].is_int64() ? (*list)[i].as_int64() : 0; };
  return BothCounts{{number(0), number(1)}, {number(2), number(3)}};
}

Measurement value_of(const Json& json, double value) {
  Measurement read = Measurement::of(value, count_of(json, "samples"));
  if (const Json* stable = base::find(json, "stable"); stable != nullptr && stable->is_number()) {
    read.stable = stable->to_number<double>();
  }
  read.detail = base::string_or(json, "detail");
  const Json* alone = base::find(json, "alone");
  read.alone = alone != nullptr && *alone == Json(true);
  read.counts = counts_of(json);
  return read;
}

Measurement measurement_of(const Json& json) {
  if (const Json* value = base::find(json, "value"); value != nullptr && value->is_number()) {
    return value_of(json, value->to_number<double>());
  }
  const Json* error = base::find(json, "error");
  return error != nullptr ? Measurement::error(base::string_or(json, "error"))
                          : Measurement::missing(base::string_or(json, "missing"));
}

void write_value(const Measurement& m, JsonObject& json) {
  json["value"] = m.value;
  if (!m.detail.empty()) json["detail"] = m.detail;
  if (m.samples > 0) json["samples"] = m.samples;
  if (m.stable) json["stable"] = *m.stable;
  if (m.alone) json["alone"] = true;
  if (m.counts) {
    const auto& [fresh, stable] = *m.counts;
    json["counts"] = base::JsonArray{fresh.requests, fresh.errors, stable.requests, stable.errors};
  }
}

struct Writer {
  Json operator()(const event::Began&) const { return {{"event", "began"}}; }
  Json operator()(const event::Resumed& e) const {
    JsonObject json{{"event", "resumed"}};
    if (!e.who.empty()) json["who"] = e.who;
    return json;
  }
  Json operator()(const event::Ticked&) const { return {{"event", "ticked"}}; }
  Json operator()(const event::PauseRequested& e) const { return {{"event", "pause_requested"}, {"who", e.who}}; }
  Json operator()(const event::ResumeRequested& e) const { return {{"event", "resume_requested"}, {"who", e.who}}; }
  Json operator()(const event::PromoteRequested& e) const {
    return {{"event", "promote_requested"}, {"who", e.who}, {"full", e.full}};
  }
  Json operator()(const event::Renewed& e) const { return {{"event", "renewed"}, {"dial", e.dial}}; }
  Json operator()(const event::RenewalFailed& e) const {
    return {{"event", "renewal_failed"}, {"dial", e.dial}, {"why", e.why}};
  }
  Json operator()(const event::AbortRequested& e) const { return {{"event", "abort_requested"}, {"who", e.who}}; }
  Json operator()(const event::Abandoned& e) const { return {{"event", "abandoned"}, {"who", e.who}}; }
  Json operator()(const event::Adopted& e) const { return {{"event", "adopted"}, {"who", e.who}}; }
  Json operator()(const event::Done& e) const {
    JsonObject json{{"event", "done"}, {"ticket", e.ticket}, {"instance", e.instance}, {"requests", e.requests}};
    if (e.cut > 0) json["cut"] = e.cut;
    return json;
  }
  Json operator()(const event::Failed& e) const {
    return {{"event", "failed"}, {"ticket", e.ticket}, {"instance", e.instance}, {"why", e.why}};
  }
  Json operator()(const event::Measured& e) const {
    JsonObject json{{"event", "measured"}, {"ticket", e.ticket}, {"metric", e.metric}};
    switch (e.measurement.kind) {
      case Measurement::Kind::value:
        write_value(e.measurement, json);
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
  if (name == "resumed") return event::Resumed{base::string_or(json, "who")};
  if (name == "ticked") return event::Ticked{};
  if (name == "pause_requested") return event::PauseRequested{base::string_or(json, "who")};
  // The second word is how it was written before.
  if (name == "resume_requested" || name == "pause_ended") return event::ResumeRequested{base::string_or(json, "who")};
  if (name == "promote_requested" || name == "promoted") {
    const Json* full = base::find(json, "full");
    return event::PromoteRequested{base::string_or(json, "who"), full != nullptr && *full == Json(true)};
  }
  if (name == "renewed") return event::Renewed{int_of(json, "dial")};
  if (name == "renewal_failed") return event::RenewalFailed{int_of(json, "dial"), base::string_or(json, "why")};
  if (name == "abort_requested") return event::AbortRequested{base::string_or(json, "who")};
  if (name == "abandoned") return event::Abandoned{base::string_or(json, "who")};
  if (name == "adopted") return event::Adopted{base::string_or(json, "who")};
  if (name == "done") {
    return event::Done{ticket, int_of(json, "instance"), count_of(json, "requests"), count_of(json, "cut")};
  }
  if (name == "failed") return event::Failed{ticket, int_of(json, "instance"), base::string_or(json, "why")};
  if (name == "measured") return event::Measured{ticket, int_of(json, "metric"), measurement_of(json)};
  return base::fail(base::Kind::invalid, fmt::format("unknown event \"{}\"", name));
}

}  // namespace trunkline::deployer
