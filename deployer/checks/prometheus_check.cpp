#include "deployer/checks/prometheus_check.h"

#include <charconv>
#include <fmt/format.h>

#include "base/http/client.h"

namespace trunkline::deployer {
namespace {

// [time, "value"], as both scalars and samples have it. Prometheus writes NaN, +Inf and -Inf as such.
Measurement read_sample(const base::Json* sample) {
  const auto* pair = sample == nullptr ? nullptr : sample->if_array();
  const auto* text = pair == nullptr || pair->size() != 2 ? nullptr : (*pair)[1].if_string();
  if (text == nullptr) return Measurement::error("the server's answer has no value");
  std::string_view digits(*text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (code != std::errc{} || end != digits.data() + digits.size()) {
    return Measurement::error(fmt::format("the server's value \"{}\" is no number", std::string_view(*text)));
  }
  return Measurement::of(value);
}

Measurement read_vector(const base::Json* result) {
  const auto* series = result == nullptr ? nullptr : result->if_array();
  if (series == nullptr) return Measurement::error("the server's answer has no result");
  if (series->empty()) return Measurement::missing("the query has no result");
  if (series->size() > 1) {
    return Measurement::error(fmt::format("the query gives {} series: sum() makes them one", series->size()));
  }
  return read_sample(base::find(series->front(), "value"));
}

}  // namespace

Measurement read_prometheus_answer(int status, std::string_view body) {
  const auto answer = base::parse_json(body);
  if (!answer) return Measurement::error(fmt::format("the server answered {}, and no JSON", status));
  if (base::string_or(*answer, "status") != "success") {
    return Measurement::error(
        fmt::format("the server answered {}: {}", status, base::string_or(*answer, "error", "?")));
  }
  const base::Json* data = base::find(*answer, "data");
  const std::string type = data == nullptr ? "" : base::string_or(*data, "resultType");
  if (type == "scalar") return read_sample(base::find(*data, "result"));
  if (type == "vector") return read_vector(base::find(*data, "result"));
  return Measurement::error(fmt::format("the query gives a {}: an instant vector or a scalar is needed", type));
}

namespace {

Measurement ask(const PrometheusQuery& query, const std::string& text) {
  const auto client = base::make_http_client({.connect_timeout = query.timeout, .timeout = query.timeout});
  const base::Request request{.method = "POST",
                              .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                              .body = "query=" + base::percent_encode(text)};
  const auto answer = client->send(query.url + "/api/v1/query", request);
  if (!answer) return Measurement::error(answer.error().message);
  return read_prometheus_answer(answer->status, answer->body);
}

}  // namespace

Measurement ask_prometheus(const PrometheusQuery& query) {
  Measurement measured = ask(query, query.text);
  if (!query.max_staleness || measured.kind != Measurement::Kind::value) return measured;
  // An answer carries the time of the question; only timestamp() tells that of the sample. It refuses a scalar, which
  // is computed now.
  const Measurement age = ask(query, "time() - timestamp(" + query.text + "\n)");
  const bool stale =
      age.kind == Measurement::Kind::value && age.value * 1000 > static_cast<double>(query.max_staleness->count());
  if (!stale) return measured;
  return Measurement::missing(fmt::format("the sample is {:.0f} s old", age.value));
}

}  // namespace trunkline::deployer
