#include "flags/agent/grpc/admission.h"

#include "flags/agent/evaluator.h"

namespace trunkline::flags {
namespace {

using grpc::Status;
using grpc::StatusCode;

constexpr std::string_view kSelector = "flagd-selector";

base::Headers headers_of(const grpc::ServerContextBase& context) {
  base::Headers headers;
  for (const auto& [name, value] : context.client_metadata()) {
    headers.add({name.data(), name.size()}, {value.data(), value.size()});
  }
  return headers;
}

// "10.0.0.1" of "ipv4:10.0.0.1:4711".
std::string address_of(std::string_view peer) {
  const size_t begin = peer.find(':') + 1;
  return peer.starts_with("ipv") ? std::string(peer.substr(begin, peer.rfind(':') - begin)) : "";
}

Status refusal(const base::Response& response) {
  switch (response.status) {
    case 401:
      return {StatusCode::UNAUTHENTICATED, "a bearer token is needed"};
    case 403:
      return {StatusCode::PERMISSION_DENIED, "the token does not open this flag set"};
    case 429:
      return {StatusCode::RESOURCE_EXHAUSTED, "too many requests"};
    default:
      // INVALID_ARGUMENT would be TYPE_MISMATCH to flagd's SDKs.
      return {StatusCode::FAILED_PRECONDITION, "expected flagd-selector: flagSetId=ID"};
  }
}

}  // namespace

tl::expected<Call, Status> admit(const Gate& gate, const grpc::ServerContextBase& context,
                                 const std::string& selector) {
  base::Request request{.headers = headers_of(context), .peer = address_of(context.peer())};
  if (request.headers.find(kSelector).value_or("").empty()) request.headers.set(kSelector, selector);
  auto visit = gate.admit(request);
  if (!visit) return tl::unexpected(refusal(visit.error()));
  return Call{std::move(request.headers), *std::move(visit)};
}

Status no_flags() {
  return {StatusCode::UNAVAILABLE, describe_error("", ErrorCode::provider_not_ready)};
}

Status status_of(std::string_view key, ErrorCode code) {
  const std::string text = describe_error(key, code);
  switch (code) {
    case ErrorCode::flag_not_found:
      return {StatusCode::NOT_FOUND, text};
    case ErrorCode::type_mismatch:
      return {StatusCode::INVALID_ARGUMENT, text};
    case ErrorCode::parse_error:
      return {StatusCode::DATA_LOSS, text};
    case ErrorCode::provider_not_ready:
    case ErrorCode::invalid_context:
    case ErrorCode::general:
      break;
  }
  return {StatusCode::INTERNAL, text};
}

}  // namespace trunkline::flags
