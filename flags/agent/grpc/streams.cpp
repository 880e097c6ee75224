#include "flags/agent/grpc/streams.h"

namespace trunkline::flags {
namespace {

grpc::Status going() {
  return {grpc::StatusCode::UNAVAILABLE, "the agent is stopping"};
}

}  // namespace

grpc::Status Streams::add(std::shared_ptr<Stream> stream) {
  const std::lock_guard lock(mutex_);
  if (closed_) return going();
  if (streams_.size() >= kMost) return {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many streams"};
  const Stream* key = stream.get();
  streams_.emplace(key, std::move(stream));
  clients_.set(static_cast<double>(streams_.size()));
  return grpc::Status::OK;
}

void Streams::remove(const Stream& stream) {
  const std::lock_guard lock(mutex_);
  streams_.erase(&stream);
  clients_.set(static_cast<double>(streams_.size()));
}

std::vector<std::shared_ptr<Stream>> Streams::open() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Stream>> all;
  all.reserve(streams_.size());
  for (const auto& [key, stream] : streams_) all.push_back(stream);
  return all;
}

void Streams::announce() {
  // Without the lock: gRPC may call back, and a stream that ends meanwhile is kept by the list.
  for (const auto& stream : open()) stream->push();
}

void Streams::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  for (const auto& stream : open()) stream->end(going());
}

}  // namespace trunkline::flags
