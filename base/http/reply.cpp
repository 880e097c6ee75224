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

}  // namespace trunkline::base
