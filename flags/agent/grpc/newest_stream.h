#pragma once

#include <functional>
#include <grpcpp/support/server_callback.h>
#include <memory>
#include <mutex>
#include <optional>

#include "flags/agent/grpc/streams.h"

namespace trunkline::flags {

// A stream that has one message on its way at most. What comes meanwhile is asked for when that one is gone: who reads
// slowly is spared states, but not the newest.
template <typename Message>
class NewestStream final : public grpc::ServerWriteReactor<Message>, public Stream {
 public:
  // Writes what the client has not been told; false if there is nothing. Called by one thread at a time.
  using Next = std::function<bool(Message& message)>;

  // Belongs to gRPC, and to `streams`, until it is done.
  static NewestStream* open(Streams& streams, Next next) {
    NewestStream* stream = make(streams, std::move(next));
    const grpc::Status added = streams.add(stream->self_);
    if (added.ok()) {
      stream->push();
    } else {
      stream->end(added);
    }
    return stream;
  }

  // One that ends at once.
  static NewestStream* refuse(Streams& streams, grpc::Status status) {
    NewestStream* stream = make(streams, nullptr);
    stream->end(std::move(status));
    return stream;
  }

  void push() override {
    {
      const std::lock_guard lock(mutex_);
      if (state_ != State::idle || end_ || !next_(message_)) return;
      state_ = State::writing;
    }
    this->StartWrite(&message_);
  }

  void end(grpc::Status status) override {
    {
      const std::lock_guard lock(mutex_);
      if (!end_) end_ = std::move(status);
      if (state_ != State::idle) return;
      state_ = State::ended;
    }
    this->Finish(*end_);
  }

  void OnWriteDone(bool ok) override {
    bool ends = !ok;
    {
      const std::lock_guard lock(mutex_);
      state_ = State::idle;
      ends |= end_.has_value();
    }
    if (ends) return end(grpc::Status::CANCELLED);
    push();
  }
  void OnCancel() override { end(grpc::Status::CANCELLED); }
  void OnDone() override {
    const auto self = std::move(self_);
    streams_.remove(*this);
  }

 private:
  enum class State { idle, writing, ended };

  NewestStream(Streams& streams, Next next) : streams_(streams), next_(std::move(next)) {}
  static NewestStream* make(Streams& streams, Next next) {
    const std::shared_ptr<NewestStream> stream(new NewestStream(streams, std::move(next)));
    stream->self_ = stream;
    return stream.get();
  }

  Streams& streams_;
  std::shared_ptr<NewestStream> self_;  // until OnDone
  std::mutex mutex_;
  Next next_;
  Message message_;
  State state_ = State::idle;
  std::optional<grpc::Status> end_;  // how it is to end; the first counts
};

}  // namespace trunkline::flags
