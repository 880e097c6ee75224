#include "shortener/http/create_queue.h"

#include "base/core/log.h"
#include "shortener/links/rules.h"

namespace trunkline::shortener {
namespace {

constexpr size_t kMaxWaiting = 1000;
constexpr base::Millis kHalfOpen{1000};  // a client that is answered as soon may have ended its half of the connection
constexpr int kAttempts = 5;             // of a generated code that happens to be taken

base::Response busy(std::string_view why) {
  base::Response response = base::problem_response(503, "Service Unavailable", why);
  response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace

base::Json link_json(const Link& link, const std::string& short_url_prefix) {
  return base::JsonObject{{"code", link.code},
                          {"url", link.url},
                          {"short_url", short_url_prefix + link.code},
                          {"created_at", base::to_iso8601(link.created_at)}};
}

CreateQueue::CreateQueue(LinkStore& store, const FlagReader& flags, const base::Clock& clock, Random random)
    : store_(store), flags_(flags), clock_(clock), random_(std::move(random)), thread_([this] { work(); }) {}

CreateQueue::~CreateQueue() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void CreateQueue::add(NewLink wish, base::Reply reply) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kMaxWaiting) {
      waiting_.push_back({std::move(wish), std::move(reply)});
      changed_.notify_one();
      return;
    }
  }
  reply(busy("too many links are being created"));
}

void CreateQueue::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    const std::string_view why = refusal(next);
    next.reply(why.empty() ? create(next.wish, [&] { return refusal(next).empty(); }) : busy(why));
  }
}

std::string_view CreateQueue::refusal(const Waiting& waiting) const {
  if (ended_) return "the service ends";
  const auto waited = clock_.steady() - waiting.reply.received();
  if (waited >= kLongestLockWait) return "another process holds the store locked";
  if (waited >= kHalfOpen && !waiting.reply.is_open()) return "the client has hung up";
  return "";
}

base::Result<std::string> CreateQueue::new_code(const KeepWaiting& keep_waiting) {
  for (;;) {
    TRY_ASSIGN(std::string code, draw_code(keep_waiting));
    if (!is_reserved(code)) return code;
  }
}

base::Result<std::string> CreateQueue::draw_code(const KeepWaiting& keep_waiting) {
  switch (flags_.code_generator()) {
    case CodeGenerator::random:
      return random_code(random_());
    case CodeGenerator::sequential: {
      TRY_ASSIGN(const std::uint64_t number, store_.next_number(keep_waiting));
      return sequential_code(number);
    }
  }
  return base::fail(base::Kind::internal, "no such code generator");
}

base::Response CreateQueue::create(const NewLink& wish, const KeepWaiting& keep_waiting) {
  base::Error error;
  for (int attempt = 0; attempt < (wish.alias.empty() ? kAttempts : 1); ++attempt) {
    auto code = wish.alias.empty() ? new_code(keep_waiting) : base::Result<std::string>(wish.alias);
    if (!code) {
      error = std::move(code.error());
      break;
    }
    const Link link{*code, wish.url, clock_.wall()};
    auto added = store_.add(link, keep_waiting);
    if (added) {
      base::Response response = base::json_response(201, link_json(link, wish.short_url));
      response.headers.add("Location", "/api/v1/links/" + link.code);
      return response;
    }
    error = std::move(added.error());
    if (error.kind != base::Kind::conflict) break;
  }
  if (error.kind == base::Kind::conflict && !wish.alias.empty()) {
    return base::problem_response(409, "Conflict", error.message);
  }
  base::log(base::LogLevel::error, "a link could not be stored", {{"error", error.message}});
  return busy("the link could not be stored");
}

}  // namespace trunkline::shortener
