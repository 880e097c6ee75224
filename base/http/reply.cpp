#include "base/http/reply.h"

#include <utility>

namespace trunkline::base {

Reply::~Reply() {
  if (target_) (*this)(problem_response(500, "Internal Server Error"));
}

void Reply::operator()(Response response) {
  const std::shared_ptr<ReplyTarget> target = std::exchange(target_, nullptr);
  if (!target) return;
  if (observer_ != nullptr) observer_->replied(target->request(), response, received_);
  target->reply(std::move(response));
}

std::shared_ptr<BodyStream> Reply::stream(Response head) {
  const std::shared_ptr<ReplyTarget> target = std::exchange(target_, nullptr);
  if (observer_ != nullptr) observer_->replied(target->request(), head, received_);
  return target->stream(std::move(head));
}

}  // namespace trunkline::base
