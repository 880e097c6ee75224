#include "deployer/run/performer.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/core/overloaded.h"
#include "base/core/process.h"
#include "base/core/text.h"
#include "deployer/drivers/task_runner.h"
#include "deployer/look/checks_setting.h"
#include "deployer/plan/placeholders.h"
#include "deployer/support/pause.h"

namespace trunkline::deployer {
namespace fs = std::filesystem;
using base::Overloaded;
using base::Result;

namespace {

constexpr size_t kTailLines = 3;
constexpr size_t kMaxOutput = 64 * 1024;  // of a hook

Result<int64_t> no_number(const Result<>& done) {
  if (!done) return base::fail(done.error());
  return 0;
}

base::Error not_ours(const Instance& instance) {
  return {base::Kind::conflict, fmt::format("what ran as {} before the first release was not started by the deployer, "
                                            "which cannot start it again",
                                            instance.id)};
}

std::vector<std::string> filled(std::vector<std::string> words, const std::map<std::string, std::string>& values) {
  for (std::string& word : words) word = substitute(word, values);
  return words;
}

}  // namespace

Performer::Performer(World world)
    : world_(std::move(world)),
      prober_(world_.rollout.probes, [this](const std::string& id) { return world_.driver.observe(id); }),
      values_(query_values(world_.plan.service, world_.plan.environment, world_.plan.to, world_.plan.from)),
      checks_(checks_setting(world_.rollout, values_, world_.driver), world_.plan.analysis.metrics),
      traffic_({world_.rollout, world_.plan, world_.dial, world_.share, world_.now,
                [this](int place) { return is_vacant(place); }}),
      candidates_(world_.rollout, prober_, world_.dial),
      shares_(world_.plan.dials.size(), 0) {}

Performer::~Performer() {
  watch_.request_stop();
  for (Thread& thread : threads_) thread.thread.request_stop();
}

void Performer::spawn(Does does, std::function<void(const std::stop_token&)> body) {
  threads_.remove_if([](const Thread& thread) { return thread.ended.load(); });
  Thread& added = threads_.emplace_back(does);
  added.thread = std::jthread([&added, body = std::move(body)](const std::stop_token& stop) {
    body(stop);
    added.ended = true;
  });
}

void Performer::run(int ticket, int instance, Act act) {
  spawn(Does::act, [this, ticket, instance, act = std::move(act)](const std::stop_token& stop) {
    answer(ticket, instance, act(stop), stop);
  });
}

void Performer::answer(int ticket, int instance, const Result<int64_t>& done, const std::stop_token& stop) const {
  answer(ticket, instance, done.map([](int64_t requests) { return Drained{requests, 0}; }), stop);
}

void Performer::answer(int ticket, int instance, const Result<Drained>& done, const std::stop_token& stop) const {
  if (stop.stop_requested()) return;
  if (done) {
    world_.mailbox.put(event::Done{ticket, instance, done->requests, done->cut});
  } else {
    world_.mailbox.put(event::Failed{ticket, instance, to_string(done.error())});
  }
}

void Performer::in_turn(std::function<void(const std::stop_token&)> body) {
  const auto over = std::make_shared<std::promise<void>>();
  spawn(Does::act, [before = turned_, over, body = std::move(body)](const std::stop_token& stop) {
    if (before.valid()) before.wait();
    body(stop);
    over->set_value();
  });
  turned_ = over->get_future().share();
}

void Performer::cancel() {
  watch_.request_stop();
  for (Thread& thread : threads_) thread.thread.request_stop();
  threads_.remove_if([](const Thread& thread) { return thread.does == Does::act; });
}

Result<int64_t> Performer::start(int index, Side side, const std::stop_token& stop) const {
  if (side == Side::stable && world_.stable == nullptr) return base::fail(not_ours(instance(index)));
  TRY_ASSIGN(const auto right, world_.enter());
  const InstanceCommand command = command_for(launch(side), instance(index), world_.rollout.service,
                                              world_.rollout.environment, world_.folder.config(launch(side).revision));
  return no_number(
      world_.driver.start(instance(index), command, launch(side).revision, world_.rollout.stop_grace, stop));
}

// What the program said last says more than a probe does.
base::Error Performer::with_log(base::Error error, int index, Side side) const {
  if (side == Side::stable && world_.stable == nullptr) return error;
  for (const std::string& line : world_.driver.log_tail(instance(index).id, launch(side).revision, kTailLines))
    error.message += "\n    " + line;
  return error;
}

int Performer::needed_of(const std::vector<int>& places) const {
  const Plan& plan = world_.plan;
  if (!plan.by_share || !plan.from) return 1;
  int needed = 0;
  for (size_t dial = 0; dial < plan.dials.size(); ++dial) {
    if (shares_[dial] > 0) needed += plan.needed_for(static_cast<int>(dial), shares_[dial]);
  }
  return std::clamp(needed, 1, static_cast<int>(places.size()));
}

void Performer::watch(const action::OpenBake& bake) {
  watch_.request_stop();
  watch_ = std::stop_source();
  if (bake.fresh.empty()) return;
  const auto spawn_watch = [&](auto until) {
    spawn(Does::look, [this, until, ticket = bake.ticket, ended = watch_.get_token()](const std::stop_token&) {
      const std::optional<CandidateWatch::Wrong> wrong = until(ended);
      if (!wrong || ended.stop_requested()) return;
      const base::Error error = with_log(wrong->error, wrong->place, Side::fresh);
      world_.mailbox.put(event::Failed{ticket, wrong->place, to_string(error)});
    });
  };
  const std::vector<int> fresh = bake.fresh;
  spawn_watch([this, fresh](const std::stop_token& stop) { return candidates_.until_ended(fresh, stop); });
  for (const int place : fresh) {
    spawn_watch([this, place](const std::stop_token& stop) { return candidates_.until_unready(place, stop); });
  }
  if (!world_.rollout.traffic) return;
  spawn_watch([this, fresh, needed = needed_of(fresh)](const std::stop_token& stop) {
    return candidates_.until_down(fresh, needed, stop);
  });
}

Result<int64_t> Performer::probe(const action::Probe& act, const std::stop_token& stop) const {
  const ledger::Revision& revision = act.side == Side::fresh ? world_.plan.to : *world_.plan.from;
  const auto done = act.once ? prober_.look(instance(act.instance), revision, stop)
                             : prober_.probe(instance(act.instance), revision, stop);
  if (done) return 0;
  return base::fail(with_log(done.error(), act.instance, act.side));
}

Result<> Performer::stop(int index, const std::stop_token& stop) const {
  TRY_ASSIGN(const auto right, world_.enter());
  return world_.driver.stop(instance(index).id, stop);
}

bool Performer::is_vacant(int place) const {
  const auto view = world_.driver.observe(instance(place).id);
  return view && view->status == InstanceStatus::stopped;
}

Result<int64_t> Performer::run_task(int index, const std::stop_token& stop) const {
  const Task& task = world_.rollout.tasks[static_cast<size_t>(index)];
  TRY(world_.enter());  // only its begin: it may take long
  std::map<std::string, std::string> values = values_;
  values["revision.config"] = world_.folder.config(world_.plan.to).string();
  const ledger::Revision& revision = world_.plan.to;
  const std::map<std::string, std::string> environment = variables_of(revision, values.at("revision.config"));
  TRY(run_once(world_.folder, revision, {task.name, filled(task.command, values), environment, task.timeout}, stop));
  return 0;
}

Result<int64_t> Performer::run_hooks(HookPoint point, const std::stop_token& stop) const {
  const Hooks& hooks = world_.rollout.hooks;
  for (const auto& command : hooks.commands.at(point)) {
    base::ProcessSpec spec{.argv = filled(command, values_)};
    spec.folder = fs::path(world_.rollout.file).parent_path();
    TRY_ASSIGN(const base::ProcessOutput output, base::run_process(spec, hooks.timeout, kMaxOutput, stop));
    if (output.status.ok() && !output.timed_out) continue;
    return base::fail(base::Kind::internal,
                      fmt::format("{} {}: {}", spec.argv.front(),
                                  output.timed_out ? "took too long" : "ended with " + to_string(output.status),
                                  base::trim(output.err.empty() ? output.out : output.err)));
  }
  return 0;
}

void Performer::perform(const Action& action) {
  using Stop = std::stop_token;
  std::visit(Overloaded{
                 [this](const action::Cancel&) { cancel(); },
                 [this](const action::Fetch& a) {
                   run(a.ticket, -1,
                       [this](const Stop&) { return no_number(world_.driver.fetch(world_.artifact, world_.plan.to)); });
                 },
                 [this](const action::Task& a) {
                   run(a.ticket, -1, [this, a](const Stop& stop) { return run_task(a.task, stop); });
                 },
                 [this](const action::Hook& a) {
                   run(a.ticket, -1, [this, a](const Stop& stop) { return run_hooks(a.point, stop); });
                 },
                 [this](const action::Start& a) {
                   run(a.ticket, a.instance, [this, a](const Stop& stop) { return start(a.instance, a.side, stop); });
                 },
                 [this](const action::Probe& a) {
                   run(a.ticket, a.instance, [this, a](const Stop& stop) { return probe(a, stop); });
                 },
                 [this](const action::Admit& a) {
                   run(a.ticket, a.instance, [this, a](const Stop& stop) { return traffic_.admit(a.instance, stop); });
                 },
                 [this](const action::Drain& a) {
                   spawn(Does::act, [this, a](const Stop& stop) {
                     answer(a.ticket, a.instance, traffic_.drain(a.instance, a.at_once, stop), stop);
                   });
                 },
                 [this](const action::Stop& a) {
                   run(a.ticket, a.instance,
                       [this, a](const Stop& stop) { return no_number(this->stop(a.instance, stop)); });
                 },
                 [this](const action::Expose& a) {
                   shares_[static_cast<size_t>(a.dial)] = a.share;
                   in_turn([this, a, asked = world_.now()](const Stop& stop) {
                     answer(a.ticket, a.dial, no_number(traffic_.expose(a, asked, stop)), stop);
                   });
                 },
                 [this](const action::Promote& a) {
                   shares_[static_cast<size_t>(a.dial)] = kAllUsers;
                   in_turn([this, a](const Stop& stop) {
                     answer(a.ticket, a.dial, no_number(traffic_.promote(a.dial, stop)), stop);
                   });
                 },
                 [this](const action::Renew& a) {
                   in_turn([this, a, asked = world_.now()](const Stop& stop) {
                     const auto done = traffic_.renew(a, asked);
                     if (stop.stop_requested()) return;
                     if (done) return world_.mailbox.put(event::Renewed{a.dial});
                     world_.mailbox.put(event::RenewalFailed{a.dial, to_string(done.error())});
                   });
                 },
                 // Not on a thread: the counters must be noted before the first measurement looks at them.
                 [this](const action::OpenBake& a) {
                   checks_.open(a.fresh, a.stable, world_.now());
                   watch(a);
                 },
                 [this](const action::Measure& a) {
                   spawn(Does::look, [this, a](const Stop& stop) {
                     const Metric& metric = world_.plan.analysis.metrics[static_cast<size_t>(a.metric)];
                     Measurement measurement = checks_.measure(metric, world_.now());
                     if (!stop.stop_requested())
                       world_.mailbox.put(event::Measured{a.ticket, a.metric, std::move(measurement)});
                   });
                 },
                 [](const action::Asked&) {},
                 [](const action::Hold&) {},
                 [](const action::Finish&) {},
             },
             action);
}

}  // namespace trunkline::deployer
