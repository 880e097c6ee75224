#pragma once

#include <deque>
#include <functional>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/server_callback.h>
#include <string>
#include <string_view>

namespace trunkline::flags {

// A service whose methods are named one by one, as gRPC's generator would do it. (That cannot make flagd's in C++: they
// are called "Service", which is the name of a class inside each.)
class MethodTable : public grpc::Service {
 protected:
  // `service` with its package: "flagd.sync.v1.FlagSyncService".
  explicit MethodTable(std::string_view service) : service_(service) {}

  template <typename Self, typename Request, typename Response>
  void unary(std::string_view name,
             grpc::ServerUnaryReactor* (Self::*method)(grpc::CallbackServerContext*, const Request*, Response*)) {
    add(name, grpc::internal::RpcMethod::NORMAL_RPC,
        new grpc::internal::CallbackUnaryHandler<Request, Response>(std::bind_front(method, static_cast<Self*>(this))));
  }

  // Answers with a stream.
  template <typename Self, typename Request, typename Response>
  void stream(std::string_view name,
              grpc::ServerWriteReactor<Response>* (Self::*method)(grpc::CallbackServerContext*, const Request*)) {
    add(name, grpc::internal::RpcMethod::SERVER_STREAMING,
        new grpc::internal::CallbackServerStreamingHandler<Request, Response>(
            std::bind_front(method, static_cast<Self*>(this))));
  }

 private:
  // Takes the handler.
  void add(std::string_view name, grpc::internal::RpcMethod::RpcType type, grpc::internal::MethodHandler* handler) {
    const std::string& path = paths_.emplace_back("/" + service_ + "/" + std::string(name));
    AddMethod(new grpc::internal::RpcServiceMethod(path.c_str(), type, nullptr));
    MarkMethodCallback(static_cast<int>(paths_.size() - 1), handler);
  }

  std::string service_;
  std::deque<std::string> paths_;  // in places that gRPC may point at
};

}  // namespace trunkline::flags
