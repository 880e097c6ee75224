#include "deployer/plan/traffic_parser.h"

#include <filesystem>
#include <fmt/format.h>

#include "deployer/plan/values.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr std::string_view kDrivers[] = {"haproxy"};

constexpr Choices<DrainEnd, 2> kDrainEnd{{"close", "hold"}, {DrainEnd::close, DrainEnd::hold}};

const Table kDrainKeys{{
    {"timeout", Value::duration, false, "How long running requests and open connections may take.", "30s"},
    {"then", word_of(kDrainEnd.words), false, "What becomes of those that take longer: closed, or the rollout is held.",
     "close"},
}};

Result<std::string> parse_endpoint(std::string_view text) {
  constexpr std::string_view kScheme = "unix:";
  if (text.starts_with(kScheme) && text.size() > kScheme.size()) return std::string(text.substr(kScheme.size()));
  return fail(Kind::invalid, fmt::format("expected unix:PATH of HAProxy's admin socket, got \"{}\"", text));
}

Result<> read_endpoints(const Fields& fields, Traffic& traffic) {
  TRY(fields.read("endpoints", traffic.endpoints));
  if (traffic.endpoints.empty()) return fields.wrong("endpoints", "expected at least one");
  for (size_t i = 0; i < traffic.endpoints.size(); ++i) {
    auto path = parse_endpoint(traffic.endpoints[i]);
    if (!path)
      return wrong_at(fields.find("endpoints")->items[i], "traffic.endpoints", fields.file(), path.error().message);
    traffic.endpoints[i] = beside(fields.file(), *path);
  }
  return {};
}

Result<> read_shares(const Fields& fields, Traffic& traffic) {
  TRY(fields.read_with("twin", traffic.twin, parse_id));
  if (traffic.twin == traffic.service) return fields.wrong("twin", "must be another backend than service");
  TRY(fields.read("map", traffic.map));
  if (traffic.map.empty() != traffic.twin.empty()) {
    return fields.wrong("", "shares of users need both: twin, the second backend, and map, the dial's file");
  }
  if (!traffic.map.empty()) {
    traffic.map = beside(fields.file(), traffic.map);
    // Where `init` has HAProxy look for it: without a fresh one a reload would forget where the twins are.
    traffic.state_file = std::filesystem::path(traffic.map).replace_extension(".state").string();
  }
  traffic.key = traffic.service;
  TRY(fields.read_with("key", traffic.key, parse_id));
  TRY(fields.read_with("identify", traffic.identify, parse_identify));
  TRY(fields.read("preview", traffic.preview));
  if (!traffic.preview.empty()) {
    const auto preview = parse_preview(traffic.preview);
    if (!preview) return fields.wrong("preview", preview.error().message);
  }
  TRY(fields.read("lease", traffic.lease));
  TRY(fields.read("quorum", traffic.quorum));
  if (traffic.quorum > static_cast<int>(traffic.endpoints.size())) {
    return fields.wrong("quorum", fmt::format("there are only {} endpoints", traffic.endpoints.size()));
  }
  return {};
}

}  // namespace

const Table kTrafficKeys{{
    {"driver", word_of(kDrivers), true, "The kind of the load balancers."},
    {"endpoints", like("^unix:.", Value::texts), true, "unix:PATH of one admin socket or several; all are set alike."},
    {"service", Value::id, true, "The backend."},
    {"drain", mapping_of(kDrainKeys), false, "How users are taken from an instance."},
    {"twin", Value::id, false, "Needed by share: the second backend."},
    {"map", Value::text, false, "Needed by share: the file of the dial's map as HAProxy names it."},
    {"key", Value::id, false, "The service's key in the map; else the backend's name."},
    {"identify", like("^(cookie:.+|header:.+|source)$", Value::text), false,
     "By what HAProxy tells users apart: cookie:NAME, header:NAME or source, as deployer init has set it up."},
    {"preview", like("^[^:]+:.", Value::text), false,
     "The header of those who may see the new side early, such as \"X-Release: canary\"."},
    {"lease", at_least(3000, Value::duration), false, "How long a share holds when nobody renews it, 3s at least.",
     "30s"},
    {"quorum", Value::count, false, "How many of the balancers must answer; else all."},
    {"stateFile", Value::text, false, "HAProxy's server-state-file, kept fresh for its next reload."},
}};

Result<> read_traffic(const Fields& root, std::optional<Traffic>& target) {
  TRY_ASSIGN(const auto fields, root.below("traffic"));
  if (!fields) return {};
  Traffic traffic;
  TRY(read_endpoints(*fields, traffic));
  TRY(fields->read_with("service", traffic.service, parse_id));
  TRY(read_shares(*fields, traffic));
  if (fields->has("stateFile")) {
    TRY(fields->read("stateFile", traffic.state_file));
    if (!traffic.state_file.empty()) traffic.state_file = beside(root.file(), traffic.state_file);
  }
  TRY_ASSIGN(const auto drain, fields->below("drain"));
  if (drain) {
    TRY(drain->read("timeout", traffic.drain_timeout));
    drain->read("then", traffic.drain_end, kDrainEnd);
  }
  target = std::move(traffic);
  return {};
}

}  // namespace trunkline::deployer
