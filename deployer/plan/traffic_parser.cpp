#include "deployer/plan/traffic_parser.h"

#include <filesystem>
#include <fmt/format.h>

#include "deployer/plan/values.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

namespace {

Result<std::string> parse_driver(std::string_view text) {
  if (text == "haproxy") return std::string(text);
  return fail(Kind::invalid, fmt::format("expected haproxy, got \"{}\"", text));
}

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
  if (traffic.lease < base::Millis{3000}) return fields.wrong("lease", "expected 3s or more");
  TRY(fields.read("quorum", traffic.quorum));
  if (traffic.quorum > static_cast<int>(traffic.endpoints.size())) {
    return fields.wrong("quorum", fmt::format("there are only {} endpoints", traffic.endpoints.size()));
  }
  return {};
}

}  // namespace

Result<> read_traffic(const Fields& root, std::optional<Traffic>& target) {
  TRY_ASSIGN(const auto fields, root.below("traffic", {"driver", "endpoints", "service", "drain", "twin", "map", "key",
                                                       "identify", "preview", "lease", "quorum", "stateFile"}));
  if (!fields) return {};
  Traffic traffic;
  std::string driver;
  for (const char* key : {"driver", "endpoints", "service"}) TRY(fields->require(key));
  TRY(fields->read_with("driver", driver, parse_driver));
  TRY(read_endpoints(*fields, traffic));
  TRY(fields->read_with("service", traffic.service, parse_id));
  TRY(read_shares(*fields, traffic));
  if (fields->has("stateFile")) {
    TRY(fields->read("stateFile", traffic.state_file));
    if (!traffic.state_file.empty()) traffic.state_file = beside(root.file(), traffic.state_file);
  }
  TRY_ASSIGN(const auto drain, fields->below("drain", {"timeout"}));
  if (drain) TRY(drain->read("timeout", traffic.drain_timeout));
  target = std::move(traffic);
  return {};
}

}  // namespace trunkline::deployer
