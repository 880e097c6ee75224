#include "deployer/simulate/world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <gtest/gtest.h>
#include <set>

#include "deployer/dial/haproxy_dial.h"
#include "deployer/dial/haproxy_share.h"
#include "deployer/haproxy/dial_rules.h"
#include "deployer/run/traffic_acts.h"
#include "deployer/simulate/random.h"
#include "tests/deployer/dial/system/balancer.h"
#include "tests/support/soon.h"

// What the simulator takes HAProxy for, next to two real ones: the same acts, drawn from a seed, must have the same
// outcome at both, and users of every balancer must find the same sides.
namespace trunkline::deployer {
namespace {

using base::Millis;

constexpr int kFleet = 2;
constexpr int kUsers = 40;  // enough that half of them is never nobody
constexpr int kActs = 25;

// Two instances and their twins, two HAProxys, the real dials; and the simulated world of the same.
class Twice {
 public:
  explicit Twice(int quorum) : scenario_(scenario(quorum)) {
    for (size_t i = 0; i < 2; ++i) start(i);
    for (int place = kFleet; place < 2 * kFleet; ++place) {
      world_.perform(action::Start{1, place, Side::fresh}, world_.epoch);
      world_.perform(action::Probe{1, place, Side::fresh, false}, world_.epoch);
    }
    setting_.quorum = quorum;
    dial_.emplace(setting_);
    share_.emplace(setting_);
    acts_.emplace(TrafficActs::World{scenario_.rollout, scenario_.plan, *dial_, &*share_, [] { return Millis{0}; },
                                     [](int) { return false; }});
  }

  void act(Random& random) {
    world_.now += Millis{1};
    if (cut_off_ && world_.now >= back_at_) return be_back();
    const int place = random.between(0, 2 * kFleet - 1);
    switch (random.between(0, 9)) {
      case 0:
      case 1:
        return both(action::Admit{1, place}, fmt::format("admit {}", place));
      case 2:
      case 3:
        return both(action::Drain{1, place}, fmt::format("drain {}", place));
      case 4:
      case 5:
        return expose(random.between(0, 2) * kAllUsers / 2);
      case 6:
        return both(action::Promote{1, 0}, "promote");
      case 7:
        return cut_off_ ? void() : cut_off(random.between(0, 1), random.between(2, 6));
      case 8:
        return cut_off_ ? void() : end_leases();
      default:
        return cut_off_ ? void() : reload();
    }
  }

  // At each balancer: whose doors are open, and whom its users find.
  void compare() {
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(doors_seen(i), doors_known(i)) << story();
      EXPECT_EQ(sides_met(i), sides_known(i)) << story();
    }
  }

  std::string story() const { return fmt::format("quorum {}: {}", setting_.quorum, fmt::join(told_, ", ")); }

 private:
  Scenario scenario(int quorum) const {
    const ledger::Revision from{"1", "a", "sha256:aa", ""}, to{"2", "b", "sha256:bb", ""};
    Scenario scenario{1, rollout(quorum), {}, {}};
    scenario.plan = *compile(scenario.rollout, "r1", {from, Pool::home}, to);
    scenario.plan.lease = std::chrono::hours(1);  // longer than all of this takes
    return scenario;
  }

  Rollout rollout(int quorum) const {
    Rollout rollout;
    rollout.file = "/r.yaml";
    rollout.service = "shop";
    rollout.traffic = Traffic{};
    rollout.traffic->key = rollout.traffic->service = "shop";
    rollout.traffic->twin = "shop-twin";
    rollout.traffic->map = balancers_[0].map();
    rollout.traffic->endpoints = {balancers_[0].socket(), balancers_[1].socket()};
    rollout.traffic->quorum = quorum;
    rollout.strategy.type = StrategyType::all_at_once;
    rollout.strategy.ramp = {step::Expose{{}, kAllUsers, false}};
    for (size_t i = 0; i < kFleet; ++i) {
      const std::string name = fmt::format("web{}", i + 1);
      rollout.instances.push_back(instance_at(name, name, *places_[i]));
      rollout.twins.push_back(instance_at(name + "-twin", name, *places_[kFleet + i]));
    }
    return rollout;
  }

  static Instance instance_at(const std::string& id, const std::string& server, const Place& place) {
    return {id, "127.0.0.1", std::stoi(place.address().substr(place.address().find(':') + 1)), server, {}};
  }

  void start(size_t index) {
    Balancer& balancer = balancers_[index];
    const DialRules rules{"shop", "shop", "shop-twin", balancers_[0].map(), {}, {}, 1};
    std::string config = balancer.head() + fmt::format("frontend front\n  bind {}\n", fronts_[index].address());
    for (const std::string& line : rule_lines(rules)) config += "  " + line + "\n";
    config += fmt::format("  use_backend shop-twin if {}\n  default_backend shop\n", to_twin(rules));
    for (const char* backend : {"shop", "shop-twin"}) {
      const bool twin = std::string_view(backend) == "shop-twin";
      config += fmt::format("backend {}\n", backend);
      for (size_t i = 0; i < kFleet; ++i) {
        config += fmt::format("  server web{} {}{}\n", i + 1, places_[(twin ? kFleet : 0) + i]->address(),
                              twin ? " disabled" : "");
      }
    }
    balancer.start(config);
    setting_.endpoints.push_back(balancer.socket());
    setting_.map = balancers_[0].map();
    setting_.state_file = balancers_[0].state_file();
  }

  // The act in the world and for real.
  void both(const Action& action, const std::string& words) {
    const auto event = world_.perform(action, world_.epoch);
    const auto real = perform(action);
    told_.push_back(words + (real ? "" : " (failed)"));
    ASSERT_TRUE(event);
    EXPECT_EQ(real.has_value(), std::holds_alternative<event::Done>(*event))
        << story() << (real ? "" : ": " + to_string(real.error()));
    watch();
  }

  // A balancer that is away is not waited for.
  base::Result<> perform(const Action& action) {
    std::stop_source impatient;
    impatient.request_stop();
    const std::stop_token stop = impatient.get_token();
    if (const auto* a = std::get_if<action::Admit>(&action)) {
      return acts_->admit(a->instance, {}).map([](int64_t) {});
    }
    if (const auto* a = std::get_if<action::Drain>(&action))
      return acts_->drain(a->instance, a->at_once, stop).map([](Drained) {});
    if (const auto* a = std::get_if<action::Expose>(&action)) return acts_->expose(*a, Millis{0}, stop);
    return acts_->promote(std::get<action::Promote>(action).dial, stop);
  }

  void expose(int share) { both(action::Expose{1, 0, share, false}, fmt::format("expose {}", share)); }

  // What a deployer at work does every second.
  void watch() {
    world_.watch_balancers();
    EXPECT_TRUE(dial_->reassert()) << story();
    (void)share_->catch_up(dial_->behind());
  }

  // Nobody reaches its socket, for so many acts; each takes a millisecond on the world's clock. It goes on by itself.
  void cut_off(int index, int acts) {
    told_.push_back(fmt::format("balancer {} is cut off", index));
    world_.begin({FaultKind::one_balancer_gone, 0, index, Millis{acts}});
    cut_off_ = index;
    back_at_ = world_.now + Millis{acts};
    std::filesystem::rename(balancers_[static_cast<size_t>(index)].socket(), away(index));
  }

  void be_back() {
    told_.push_back("it is back");
    std::filesystem::rename(away(*cut_off_), balancers_[static_cast<size_t>(*cut_off_)].socket());
    cut_off_.reset();
    watch();
  }

  std::string away(int index) const { return balancers_[static_cast<size_t>(index)].socket() + ".away"; }

  // As if so much time had passed: the same entries, with an end that is over, in the file too.
  void end_leases() {
    told_.push_back("leases end");
    world_.now += scenario_.plan.lease + Millis{1};
    for (const Balancer& balancer : balancers_) {
      const std::string entry = entry_at(balancer);
      if (!entry.empty()) balancer.ask("set map " + balancers_[0].map().string() + " shop " + ended(entry));
    }
    const std::string file = base::read_file(balancers_[0].map()).value();
    const size_t at = file.find("shop ");
    if (at == std::string::npos) return;
    std::ofstream(balancers_[0].map()) << file.substr(0, at + 5) << ended(file.substr(at + 5));
  }
  static std::string ended(const std::string& entry) {
    return entry.starts_with("0:") ? entry : "1" + entry.substr(entry.find(':'));
  }

  // It starts from its files.
  void reload() {
    told_.push_back("balancer 0 is reloaded");
    balancers_[0].reload();
    EXPECT_TRUE(dial_->reassert()) << story();
    EXPECT_TRUE(share_->read("shop"));
    watch();
  }

  std::string entry_at(const Balancer& balancer) const {
    const auto values = parse_map(balancer.ask("show map " + balancers_[0].map().string()), "shop");
    return values && !values->empty() ? values->front() : "";
  }

  std::vector<bool> doors_seen(int index) {
    std::vector<bool> open;
    HaproxySetting one = setting_;
    one.endpoints = {cut_off_ == index ? away(index) : balancers_[static_cast<size_t>(index)].socket()};
    one.quorum = 1;
    const auto views = HaproxyDial(one).read(servers_of(scenario_.rollout));
    for (const DialView& view : views ? *views : std::vector<DialView>{}) open.push_back(view.state == "ready");
    return open;
  }
  std::vector<bool> doors_known(int index) const {
    std::vector<bool> open;
    for (int place = 0; place < 2 * kFleet; ++place) open.push_back(world_.balancers().admitted(index, place));
    return open;
  }

  std::set<std::string> sides_met(int index) const {
    std::set<std::string> met;
    for (const auto& [side, count] : count_sides(fronts_[index].address(), kUsers)) {
      met.insert(side == "home" || side == "twin" ? side : "nobody");
    }
    return met;
  }
  std::set<std::string> sides_known(int index) const {
    const Pool stable = world_.balancers().stable(index, 0);
    const int share = world_.balancers().share(index, 0);
    std::set<std::string> known;
    for (const Pool pool : {stable, other(stable)}) {
      const bool sent = pool == stable ? share < kAllUsers : share > 0;
      if (sent) known.insert(somebody_in(pool, index) ? std::string(to_string(pool)) : "nobody");
    }
    return known;
  }
  bool somebody_in(Pool pool, int index) const {
    for (int i = 0; i < kFleet; ++i) {
      if (world_.balancers().admitted(index, scenario_.plan.place(i, pool))) return true;
    }
    return false;
  }

  const base::TempFolder folder_ = *base::TempFolder::make("world");
  const std::vector<std::unique_ptr<Place>> places_ = [] {
    std::vector<std::unique_ptr<Place>> places;
    for (const char* side : {"home", "home", "twin", "twin"}) places.push_back(std::make_unique<Place>(side));
    return places;
  }();
  std::array<Port, 2> fronts_;
  std::array<Balancer, 2> balancers_{Balancer{folder_.path(), "one"}, Balancer{folder_.path(), "two"}};
  Scenario scenario_;
  World world_{scenario_, Sabotage::none};
  HaproxySetting setting_;
  std::optional<HaproxyDial> dial_;
  std::optional<HaproxyShare> share_;
  std::optional<TrafficActs> acts_;
  std::optional<int> cut_off_;
  Millis back_at_{0};
  std::vector<std::string> told_;
};

TEST(World, DoesWhatHaproxyDoes) {
  const char* by_hand = std::getenv("TRUNKLINE_WORLD_SEEDS");
  const int seeds = by_hand != nullptr ? std::stoi(by_hand) : 6;
  for (int seed = 1; seed <= seeds; ++seed) {
    Random random(static_cast<uint64_t>(seed));
    Twice twice(seed % 2 + 1);
    for (int i = 0; i < kActs; ++i) {
      twice.act(random);
      twice.compare();
      if (HasFailure()) FAIL() << "seed " << seed << ", " << twice.story();
    }
  }
}

}  // namespace
}  // namespace trunkline::deployer
