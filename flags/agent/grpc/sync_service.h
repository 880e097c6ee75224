#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "flags/agent/grpc/method_table.h"
#include "flags/agent/grpc/streams.h"
#include "flags/agent/grpc/sync.pb.h"
#include "flags/agent/http/gate.h"

namespace trunkline::flags {

// flagd.sync.v1: whole flag sets, for SDKs that evaluate by themselves. Thread-safe.
class SyncService final : public MethodTable {
 public:
  // The references outlive this.
  SyncService(const Gate& gate, Streams& streams);

 private:
  // The document of the caller's view at once, or as soon as there is one, and after each change of it. As bytes: a
  // large one is there once and not once a client.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* sync(grpc::CallbackServerContext* context,
                                                   const flagd::sync::v1::SyncFlagsRequest* request);
  grpc::ServerUnaryReactor* fetch(grpc::CallbackServerContext* context,
                                  const flagd::sync::v1::FetchAllFlagsRequest* request,
                                  flagd::sync::v1::FetchAllFlagsResponse* response);
  // A SyncFlagsResponse with the view's document, made once.
  grpc::ByteBuffer bytes_of(const std::shared_ptr<const View>& view);

  struct Made {
    std::weak_ptr<const View> view;
    grpc::ByteBuffer bytes;
  };
  const Gate& gate_;
  Streams& streams_;
  std::mutex mutex_;
  std::vector<Made> made_;
};

}  // namespace trunkline::flags
