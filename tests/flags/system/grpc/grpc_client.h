#pragma once

#include <google/protobuf/util/json_util.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/sync_stream.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/core/json.h"

namespace trunkline::flags {

using Metadata = std::vector<std::pair<std::string, std::string>>;

// What protobuf itself says of a message in JSON.
inline std::string text_of(const google::protobuf::Message& message) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text).ok());
  return base::to_text(base::parse_json(text).value());
}

inline google::protobuf::Struct struct_of(const std::string& json) {
  google::protobuf::Struct made;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &made).ok());
  return made;
}

inline std::shared_ptr<grpc::Channel> connect_to(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

inline void prepare(grpc::ClientContext& context, const Metadata& metadata) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{30});
  for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
}

// What a server answers at once.
template <typename Response>
struct Answer {
  grpc::Status status;
  Response response;
};

template <typename Response, typename Request>
Answer<Response> call(grpc::Channel& channel, const std::string& path, const Request& request,
                      const Metadata& metadata = {}) {
  grpc::ClientContext context;
  prepare(context, metadata);
  Answer<Response> answer;
  using grpc::internal::RpcMethod;
  answer.status = grpc::internal::BlockingUnaryCall<Request, Response, google::protobuf::MessageLite,
                                                    google::protobuf::MessageLite>(
      &channel, RpcMethod(path.c_str(), RpcMethod::NORMAL_RPC), &context, request, &answer.response);
  return answer;
}

// What a server answers bit by bit; taken back when the object goes.
template <typename Response>
class ClientStream {
 public:
  template <typename Request>
  ClientStream(grpc::Channel& channel, const std::string& path, const Request& request, const Metadata& metadata = {})
      : path_(path) {
    prepare(context_, metadata);
    using grpc::internal::RpcMethod;
    reader_.reset(grpc::internal::ClientReaderFactory<Response>::Create(
        &channel, RpcMethod(path_.c_str(), RpcMethod::SERVER_STREAMING), &context_, request));
  }
  ~ClientStream() {
    context_.TryCancel();
    Response rest;
    while (reader_->Read(&rest)) {
    }
    if (!finished_) reader_->Finish();
  }

  // The next one; an empty one where there is no more.
  Response next() {
    Response response;
    reader_->Read(&response);
    return response;
  }
  // How it ended, when nothing more comes.
  grpc::Status end() {
    finished_ = true;
    return reader_->Finish();
  }

 private:
  std::string path_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Response>> reader_;
  bool finished_ = false;
};

}  // namespace trunkline::flags
