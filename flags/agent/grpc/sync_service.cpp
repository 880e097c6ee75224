#include "flags/agent/grpc/sync_service.h"

#include <algorithm>

#include "flags/agent/grpc/admission.h"
#include "flags/agent/grpc/newest_stream.h"

namespace trunkline::flags {

using grpc::ByteBuffer;

namespace {

using DocumentStream = NewestStream<ByteBuffer>;

}  // namespace

SyncService::SyncService(const Gate& gate, Streams& streams)
    : MethodTable("flagd.sync.v1.FlagSyncService"), gate_(gate), streams_(streams) {
  stream("SyncFlags", &SyncService::sync);
  unary("FetchAllFlags", &SyncService::fetch);
}

ByteBuffer SyncService::bytes_of(const std::shared_ptr<const View>& view) {
  const std::lock_guard lock(mutex_);
  std::erase_if(made_, [](const Made& made) { return made.view.expired(); });
  const auto known =
      std::find_if(made_.begin(), made_.end(), [&](const Made& made) { return made.view.lock() == view; });
  if (known != made_.end()) return known->bytes;
  flagd::sync::v1::SyncFlagsResponse response;
  response.set_flag_configuration(view->snapshot().document);
  ByteBuffer bytes;
  bool own = false;
  grpc::SerializationTraits<flagd::sync::v1::SyncFlagsResponse>::Serialize(response, &bytes, &own);
  made_.push_back({view, bytes});
  return bytes;
}

grpc::ServerWriteReactor<ByteBuffer>* SyncService::sync(grpc::CallbackServerContext* context,
                                                        const flagd::sync::v1::SyncFlagsRequest* request) {
  const auto call = admit(gate_, *context, request->selector());
  if (!call) return DocumentStream::refuse(streams_, call.error());
  return DocumentStream::open(streams_, [this, visit = call->visit, etag = std::string()](ByteBuffer& message) mutable {
    const auto view = gate_.view(visit);
    if (!view || view->snapshot().etag == etag) return false;
    etag = view->snapshot().etag;
    message = bytes_of(view);
    return true;
  });
}

grpc::ServerUnaryReactor* SyncService::fetch(grpc::CallbackServerContext* context,
                                             const flagd::sync::v1::FetchAllFlagsRequest* request,
                                             flagd::sync::v1::FetchAllFlagsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto call = admit(gate_, *context, request->selector());
  const auto view = call ? gate_.view(call->visit) : nullptr;
  if (view) response->set_flag_configuration(view->snapshot().document);
  reactor->Finish(!call ? call.error() : !view ? no_flags() : grpc::Status::OK);
  return reactor;
}

}  // namespace trunkline::flags
