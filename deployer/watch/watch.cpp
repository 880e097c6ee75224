#include "deployer/watch/watch.h"

#include <deque>
#include <fmt/format.h>
#include <future>
#include <unistd.h>

#include "base/core/signals.h"
#include "deployer/look/exit_codes.h"
#include "deployer/record/service_lock.h"
#include "deployer/watch/frame.h"
#include "deployer/watch/screen.h"
#include "deployer/watch/tail.h"

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Millis;
using base::Result;

namespace {

constexpr Millis kLook{200};       // how often the journal and the notes are looked at, and a frame drawn
constexpr Millis kAskAgain{1000};  // how often instances and balancers are
constexpr size_t kMostTold = 200;

// Instances and balancers, asked on a thread of their own: one that does not answer must not stop the picture.
class Surroundings {
 public:
  explicit Surroundings(const ServiceFolder& folder) : folder_(folder) {}

  Seen look(const Begun& begun) {
    seen_.at_work = "";
    if (const auto holder = ServiceLock::holder(folder_); holder && ServiceLock::is_held(folder_)) {
      seen_.at_work = fmt::format("{} is at work with `{}`", holder->who, holder->what);
    }
    const auto now = base::system_clock().steady();
    if (answer_.valid() && answer_.wait_for(Millis{0}) == std::future_status::ready) take();
    if (!answer_.valid() && now >= next_) {
      answer_ = std::async(std::launch::async, [folder = folder_, begun] { return read_status(folder, begun); });
      next_ = now + kAskAgain;
    }
    return seen_;
  }

  // Once more, and waited for.
  Seen last_look(const Begun& begun) {
    if (answer_.valid()) take();
    next_ = {};
    look(begun);
    take();
    return seen_;
  }

 private:
  void take() {
    if (auto status = answer_.get()) seen_.status = std::move(*status);
  }

  const ServiceFolder folder_;
  Seen seen_;
  std::future<Result<Status>> answer_;
  base::SteadyTime next_{};
};

tl::unexpected<base::Error> interrupted(const ServiceFolder& folder) {
  return fail(Kind::cancelled, fmt::format("not watched any more; what {} is at goes on as it is", folder.service()));
}

bool over(Millis wait) {
  return base::wait_for_termination(wait).has_value();
}

Result<int> watch_lines(const ServiceFolder& folder, bool json) {
  Tail tail(folder, on_stdout(json));
  do {
    TRY(tail.look());
    if (tail.over()) return exit_code_of(tail.story().state());
  } while (!over(kLook));
  return interrupted(folder);
}

class LastLines {
 public:
  void add(std::string_view text) {
    if (lines_.size() == kMostTold) lines_.pop_front();
    lines_.emplace_back(text.substr(0, text.find('\n')));
  }
  std::vector<std::string> all() const { return {lines_.begin(), lines_.end()}; }

 private:
  std::deque<std::string> lines_;
};

Result<int> watch_screen(const ServiceFolder& folder) {
  const bool colour = base::cli::use_colour(STDOUT_FILENO);
  LastLines told;
  Tail tail(folder, {false, false, [&told](std::string_view text) { told.add(text); }, false, false});
  TRY(tail.look());  // an error before the first frame needs no screen
  Surroundings surroundings(folder);
  ScreenSize size;
  const auto frame = [&](Seen seen) {
    seen.notes = tail.notes();
    WatchView view = view_of(tail.story(), seen, base::system_clock().wall());
    view.told = told.all();
    return render(view, size.width, size.height - 1, colour);
  };
  {
    const Screen screen(STDOUT_FILENO);
    do {
      TRY(tail.look());
      size = screen.size();
      if (tail.over()) break;
      screen.draw(frame(surroundings.look(tail.story().begun())));
    } while (!over(kLook));
  }
  if (!tail.over()) return interrupted(folder);
  for (const std::string& line : frame(surroundings.last_look(tail.story().begun()))) base::cli::print(line + "\n");
  return exit_code_of(tail.story().state());
}

}  // namespace

Result<int> watch(const ServiceFolder& folder, bool json) {
  return !json && can_draw(STDOUT_FILENO) ? watch_screen(folder) : watch_lines(folder, json);
}

}  // namespace trunkline::deployer
