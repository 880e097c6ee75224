#include "deployer/run/performer.h"

#include <fmt/format.h>

#include "base/core/overloaded.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
using base::Overloaded;
using base::Result;

namespace {

constexpr size_t kTailLines = 3;
constexpr base::Millis kLook{100};

Result<int64_t> no_number(const Result<>& done) {
  if (!done) return base::fail(done.error());
  return 0;
}

Result<int64_t> requests_of(const Result<Drained>& done) {
  if (!done) return base::fail(done.error());
  return done->requests;
}

}  // namespace

Performer::Performer(World world)
    : world_(std::move(world)),
      prober_(world_.rollout.probes, [this](const std::string& id) { return world_.driver.observe(id); }),
      checks_({world_.rollout.instances,
               query_values(world_.plan.service, world_.plan.environment, world_.plan.to, world_.plan.from),
               std::filesystem::absolute(world_.rollout.file).parent_path()},
              world_.plan.analysis.background) {}

void Performer::spawn(std::function<void(const std::stop_token&)> body) {
  threads_.remove_if([](const Thread& thread) { return thread.ended.load(); });
  Thread& added = threads_.emplace_back();
  added.thread = std::jthread([&added, body = std::move(body)](const std::stop_token& stop) {
    body(stop);
    added.ended = true;
  });
}

void Performer::run(int ticket, int instance, Act act) {
  spawn([this, ticket, instance, act = std::move(act)](const std::stop_token& stop) {
    const auto done = act(stop);
    if (stop.stop_requested()) return;
    if (done) {
      world_.mailbox.put(event::Done{ticket, instance, *done});
    } else {
      world_.mailbox.put(event::Failed{ticket, instance, to_string(done.error())});
    }
  });
}

void Performer::cancel() {
  watch_ = {};
  for (Thread& thread : threads_) thread.thread.request_stop();
  threads_.clear();
}

Result<int64_t> Performer::start(int index, Side side, const std::stop_token& stop) const {
  const InstanceCommand command =
      command_for(launch(side), instance(index), world_.rollout.service, world_.rollout.environment);
  return no_number(
      world_.driver.start(instance(index), command, launch(side).revision, world_.rollout.stop_grace, stop));
}

// What the program said last says more than a probe does.
base::Error Performer::with_log(base::Error error, int index, Side side) const {
  for (const std::string& line : world_.driver.log_tail(instance(index).id, launch(side).revision, kTailLines))
    error.message += "\n    " + line;
  return error;
}

void Performer::watch(const action::OpenBake& bake, const std::stop_token& stop) const {
  do {
    for (const int index : bake.fresh) {
      const auto alive = prober_.check_alive(instance(index));
      if (alive) continue;
      const base::Error error = with_log(alive.error(), index, Side::fresh);
      return world_.mailbox.put(event::Failed{bake.ticket, index, to_string(error)});
    }
  } while (pause_for(kLook, stop));
}

Result<int64_t> Performer::probe(int index, Side side, const std::stop_token& stop) const {
  const auto done = prober_.probe(instance(index), launch(side).revision, stop);
  if (done) return 0;
  return base::fail(with_log(done.error(), index, side));
}

void Performer::perform(const Action& action) {
  std::visit(Overloaded{
                 [this](const action::Cancel&) { cancel(); },
                 [this](const action::Fetch& a) {
                   run(a.ticket, -1, [this](const std::stop_token&) {
                     return no_number(world_.driver.fetch(world_.artifact, world_.plan.to));
                   });
                 },
                 [this](const action::Start& a) {
                   run(a.ticket, a.instance,
                       [this, a](const std::stop_token& stop) { return start(a.instance, a.side, stop); });
                 },
                 [this](const action::Probe& a) {
                   run(a.ticket, a.instance,
                       [this, a](const std::stop_token& stop) { return probe(a.instance, a.side, stop); });
                 },
                 [this](const action::Admit& a) {
                   run(a.ticket, a.instance, [this, a](const std::stop_token& stop) {
                     return world_.dial.admit(server_of(world_.rollout, instance(a.instance)), stop);
                   });
                 },
                 [this](const action::Drain& a) {
                   run(a.ticket, a.instance, [this, a](const std::stop_token& stop) {
                     const Server server = server_of(world_.rollout, instance(a.instance));
                     return requests_of(world_.dial.drain(server, Last::may_go, stop));
                   });
                 },
                 [this](const action::Stop& a) {
                   run(a.ticket, a.instance, [this, a](const std::stop_token& stop) {
                     return no_number(world_.driver.stop(instance(a.instance).id, stop));
                   });
                 },
                 // Not on a thread: the counters must be noted before the first measurement looks at them.
                 [this](const action::OpenBake& a) {
                   checks_.open(a.fresh, a.stable, world_.now());
                   watch_ = std::jthread([this, a](const std::stop_token& stop) { watch(a, stop); });
                 },
                 [this](const action::Measure& a) {
                   spawn([this, a](const std::stop_token& stop) {
                     const Metric& metric = world_.plan.analysis.background[static_cast<size_t>(a.metric)];
                     Measurement measurement = checks_.measure(metric.query, world_.now());
                     if (!stop.stop_requested())
                       world_.mailbox.put(event::Measured{a.ticket, a.metric, std::move(measurement)});
                   });
                 },
                 [](const action::Hold&) {},
                 [](const action::Finish&) {},
             },
             action);
}

}  // namespace trunkline::deployer
