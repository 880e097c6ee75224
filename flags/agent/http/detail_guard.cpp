#include "flags/agent/http/detail_guard.h"

#include <optional>

namespace trunkline::flags {
namespace {

// Passes on whether the agent is ready, without saying why.
class StatusOnly final : public base::ReplyTarget {
 public:
  explicit StatusOnly(base::Reply reply) : reply_(std::move(reply)) {}

  void reply(base::Response response, base::ReplyObserver* observer) override {
    if (observer != nullptr) reply_.watch(*observer);
    const int status = response.status;
    reply_(status == 200 ? base::json_response(200, base::JsonObject{{"status", "ready"}})
                         : base::problem_response(status, base::reason_phrase(status)));
  }
  std::shared_ptr<base::BodyStream> stream(base::Response head, base::ReplyObserver* observer) override {
    if (observer != nullptr) reply_.watch(*observer);
    return reply_.stream(std::move(head));
  }
  bool is_open() const override { return reply_.is_open(); }

 private:
  base::Reply reply_;
};

bool sees_everything(const Access& access, const base::Request& request) {
  const auto caller = access.authorize(request.headers.find("Authorization"));
  return caller && !(*caller)->sets.ids;
}

}  // namespace

base::Handler guard_details(base::Handler handler, const Access& access, base::ReplyObserver& refused) {
  return [handler = std::move(handler), &access, &refused](const base::Request& request, base::Reply reply) {
    const std::string_view path = request.path();
    if ((path != "/metrics" && path != "/readyz") || sees_everything(access, request)) {
      return handler(request, std::move(reply));
    }
    if (path == "/readyz") {
      const base::SteadyTime received = reply.received();
      return handler(request, base::Reply(std::make_shared<StatusOnly>(std::move(reply)), received));
    }
    reply.watch(refused);
    reply({401, {{"WWW-Authenticate", "Bearer"}}, ""});
  };
}

base::Handler operational_routes(base::Handler handler, base::ReplyObserver& refused) {
  return [handler = std::move(handler), &refused](const base::Request& request, base::Reply reply) {
    const std::string_view path = request.path();
    if (path == "/metrics" || path == "/healthz" || path == "/readyz" || path == "/version") {
      return handler(request, std::move(reply));
    }
    reply.watch(refused);
    reply(base::problem_response(404, "Not Found"));
  };
}

}  // namespace trunkline::flags
