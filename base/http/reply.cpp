#include "base/http/reply.h"

#include <utility>

namespace trunkline::base {

Reply::~Reply() {
  if (target_) (*this)(problem_response(500, "Internal Server Error"));
}

void Reply::operator()(Response response) {
  const std::shared_ptr<ReplyTarget> target = std::exchange(target_, nullptr);
  if (target) target->reply(std::move(response), observer_);
}

std::shared_ptr<BodyStream> Reply::stream(Response head) {
  const std::shared_ptr<ReplyTarget> target = std::exchange(target_, nullptr);
  return target->stream(std::move(head), observer_);
}

}  // namespace trunkline::base
