#include "flags/agent/grpc/open_grpc.h"

#include <chrono>
#include <fmt/format.h>
#include <grpc/support/log.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "base/core/log.h"
#include "base/http/listen.h"
#include "flags/agent/grpc/evaluation_service.h"
#include "flags/agent/grpc/sync_service.h"

namespace trunkline::flags {
namespace {

using base::Kind;
using base::Result;

constexpr int kMostBody = 1024 * 1024;
constexpr int kMostCallsOfOneConnection = 1000;
// So that a peer that is gone without a word is noticed, and the way to a quiet one stays open.
constexpr int kPingMillis = 30'000;
constexpr int kPingTimeoutMillis = 10'000;
// SDKs may ping as often.
constexpr int kLeastBetweenPingsMillis = 5'000;
// For calls that are being answered; a client that says nothing is not waited for longer.
constexpr std::chrono::milliseconds kGrace{500};

void log_line(gpr_log_func_args* line) {
  const auto level = line->severity == GPR_LOG_SEVERITY_ERROR ? base::LogLevel::error : base::LogLevel::info;
  base::log(level, "gRPC", {{"message", line->message}});
}

using Services = std::vector<std::unique_ptr<grpc::Service>>;

Result<std::unique_ptr<grpc::Server>> listen(const std::string& text, const Services& services, std::string_view name) {
  TRY_ASSIGN(base::ListenAddress address, base::parse_listen_address(text));
  // gRPC does not say why it cannot listen, and takes a socket file away from who listens there.
  TRY(base::ListenSocket::open(address));
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(base::to_string(address), grpc::InsecureServerCredentials(), &port);
  for (const auto& service : services) builder.RegisterService(service.get());
  builder.SetMaxReceiveMessageSize(kMostBody);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMostCallsOfOneConnection);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kPingMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingTimeoutMillis);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kLeastBetweenPingsMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return base::fail(Kind::unavailable, fmt::format("cannot listen on {}", text));
  if (!address.is_unix) address.port = static_cast<std::uint16_t>(port);
  base::log(base::LogLevel::info, "serving gRPC", {{"listening", base::to_string(address)}, {"service", name}});
  return server;
}

class GrpcListener final : public Listener {
 public:
  explicit GrpcListener(const ListenerNeeds& needs)
      : streams_(needs.metrics), evaluation_(make_evaluation_services(needs.gate, needs.evaluator, streams_)) {
    sync_.push_back(std::make_unique<SyncService>(needs.gate, streams_));
  }
  ~GrpcListener() override { stop(); }

  Result<> open(const AgentOptions& options) {
    if (options.grpc_listen) TRY(add(*options.grpc_listen, evaluation_, "flagd.evaluation"));
    if (options.sync_listen) TRY(add(*options.sync_listen, sync_, "flagd.sync"));
    return {};
  }

  void announce() override { streams_.announce(); }

  void stop() override {
    streams_.close();
    const auto deadline = std::chrono::system_clock::now() + kGrace;
    for (const auto& server : servers_) server->Shutdown(deadline);
  }

 private:
  Result<> add(const std::string& address, const Services& services, std::string_view name) {
    TRY_ASSIGN(std::unique_ptr<grpc::Server> server, listen(address, services, name));
    servers_.push_back(std::move(server));
    return {};
  }

  Streams streams_;
  Services evaluation_;
  Services sync_;
  std::vector<std::unique_ptr<grpc::Server>> servers_;
};

}  // namespace

Result<std::unique_ptr<Listener>> open_grpc(const AgentOptions& options, const ListenerNeeds& needs) {
  if (!options.grpc_listen && !options.sync_listen) return nullptr;
  gpr_set_log_function(log_line);
  auto listener = std::make_unique<GrpcListener>(needs);
  TRY(listener->open(options));
  return listener;
}

}  // namespace trunkline::flags
