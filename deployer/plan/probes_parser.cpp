#include "deployer/plan/probes_parser.h"

#include <algorithm>
#include <fmt/format.h>

#include "deployer/plan/words.h"

namespace trunkline::deployer {
using base::Millis;
using base::Result;

namespace {

const HttpProbe kLiveness{"", Millis{5000}, Millis{2000}, 3};

constexpr Key kHttp{"http", like("^/", Value::text), true, "The path that is asked; passed by a 2xx."};
constexpr Key kTimeout{"timeout", at_least(10, Value::duration), false, "How long an answer may take.", "2s"};

const Table kProbeKeys{{
    kHttp,
    {"period", at_least(10, Value::duration), false, "From one question to the next.", "1s"},
    kTimeout,
    {"failureThreshold", at_least(1, Value::count), false,
     "So many failures without enough successes, and the instance is given up.", "60"},
    {"successThreshold", at_least(1, Value::count), false, "So many successes in a row are needed.", "1"},
}};

const Table kLivenessKeys{{
    kHttp,
    {"period", at_least(10, Value::duration), false, "From one question to the next.", "5s"},
    kTimeout,
    {"failureThreshold", at_least(1, Value::count), false, "So many failures in a row, and it is started again.", "3"},
}};

const Table kSyntheticKeys{{
    {"name", Value::text, true, "What it is called."},
    {"exec", Value::command, true,
     "Program and arguments; passed where it ends with 0. It runs in the rollout file's folder, against "
     "TRUNKLINE_ADDRESS."},
    {"every", at_least(50, Value::duration), false, "From one run to the next.", "30s"},
    {"timeout", at_least(10, Value::duration), false, "How long it may take.", "5s"},
    {"failureLimit", Value::count, false, "It fails with more failures than so many.", "0"},
}};

// It becomes a header field as it is.
bool is_host(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:[]-") ==
         std::string_view::npos;
}

// What all probes say of how an instance is asked.
Result<> read_question(const Fields& fields, HttpProbe& probe) {
  TRY(fields.read("http", probe.path));
  if (!probe.path.starts_with("/")) return fields.wrong("http", "expected a path such as /readyz");
  TRY(fields.read("period", probe.period));
  TRY(fields.read("timeout", probe.timeout));
  return fields.read("failureThreshold", probe.failure_threshold);
}

Result<> read_probe(const Fields& probes, std::string_view key, std::optional<HttpProbe>& target) {
  TRY_ASSIGN(const auto fields, probes.below(key));
  if (!fields) return {};
  HttpProbe probe;
  TRY(read_question(*fields, probe));
  TRY(fields->read("successThreshold", probe.success_threshold));
  target = std::move(probe);
  return {};
}

Result<> read_liveness(const Fields& probes, std::optional<HttpProbe>& target) {
  TRY_ASSIGN(const auto fields, probes.below("liveness"));
  if (!fields) return {};
  HttpProbe probe = kLiveness;
  TRY(read_question(*fields, probe));
  target = std::move(probe);
  return {};
}

Result<Metric> read_synthetic(const Fields& fields) {
  Metric metric;
  SyntheticQuery query;
  TRY(fields.read("name", metric.name));
  TRY_ASSIGN(query.command, read_words(*fields.find("exec"), fields.path_of("exec"), fields.file(), Place::query));
  TRY(fields.read("timeout", query.timeout));
  metric.query = std::move(query);
  metric.success = Condition{"==", 0};
  metric.interval = Millis{30'000};
  TRY(fields.read("every", metric.interval));
  TRY(fields.read("failureLimit", metric.failure_limit));
  return metric;
}

}  // namespace

const Table kProbesKeys{{
    {"host", like("^[A-Za-z0-9._:\\[\\]-]+$", Value::text), false,
     "The Host header of all probes and scrapes, for programs that answer to no other name.", "the instance's address"},
    {"startup", mapping_of(kProbeKeys), false, "Whether an instance is up."},
    {"readiness", mapping_of(kProbeKeys), false, "Whether an instance is ready for users."},
    {"liveness", mapping_of(kLivenessKeys), false,
     "Whether an instance that came up still lives; else its supervisor starts it again."},
    {"identity", mapping_of(kProbeKeys), false,
     "Its JSON answer's version (and digest, if given) must be the revision's."},
    {"synthetic", with(Value::mappings, kSyntheticKeys), false, "Programs that do what users do, in every bake."},
}};

Result<> read_probes(const Fields& root, Probes& probes) {
  TRY_ASSIGN(const auto fields, root.below("probes"));
  if (!fields) return {};
  TRY(fields->read("host", probes.host));
  if (!is_host(probes.host)) return fields->wrong("host", "expected a name such as shop.example");
  TRY(read_probe(*fields, "startup", probes.startup));
  TRY(read_probe(*fields, "readiness", probes.readiness));
  TRY(read_liveness(*fields, probes.liveness));
  TRY(read_probe(*fields, "identity", probes.identity));
  for (auto* probe : {&probes.startup, &probes.readiness, &probes.liveness, &probes.identity}) {
    if (*probe) (*probe)->host = probes.host;
  }
  return {};
}

Result<> add_synthetic(const Fields& root, Analysis& analysis, Templates& templates) {
  TRY_ASSIGN(const auto probes, root.below("probes"));
  if (!probes) return {};
  TRY_ASSIGN(const std::vector<Fields> all, probes->each("synthetic"));
  for (const Fields& fields : all) {
    TRY_ASSIGN(Metric metric, read_synthetic(fields));
    const bool twice = std::any_of(analysis.metrics.begin(), analysis.metrics.end(),
                                   [&](const Metric& other) { return other.name == metric.name; });
    if (twice) return fields.wrong("name", fmt::format("the metric \"{}\" stands twice", metric.name));
    analysis.background.push_back(static_cast<int>(analysis.metrics.size()));
    analysis.metrics.push_back(std::move(metric));
    templates.places.push_back(fields.where("every"));
  }
  return {};
}

}  // namespace trunkline::deployer
