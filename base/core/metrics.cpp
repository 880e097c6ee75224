#include "base/core/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace trunkline::base {

struct Metrics::Families {
  prometheus::Registry registry;  // gives the same family for the same name and help
};

void Counter::add(double amount) {
  series_->Increment(amount);
}

double Counter::value() const {
  return series_->Value();
}

void Gauge::set(double value) {
  series_->Set(value);
}

void Gauge::add(double amount) {
  series_->Increment(amount);
}

void Histogram::observe(double value) {
  series_->Observe(value);
}

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return Counter(prometheus::BuildCounter().Name(name).Help(help).Register(families_->registry).Add(labels));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return Gauge(prometheus::BuildGauge().Name(name).Help(help).Register(families_->registry).Add(labels));
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                             const Labels& labels) {
  return Histogram(
      prometheus::BuildHistogram().Name(name).Help(help).Register(families_->registry).Add(labels, bounds));
}

std::vector<Metrics::Count> Metrics::counts(const std::string& name) const {
  std::vector<Count> found;
  for (const prometheus::MetricFamily& family : families_->registry.Collect()) {
    if (family.name != name) continue;
    for (const prometheus::ClientMetric& metric : family.metric) {
      Count& count = found.emplace_back();
      count.value = metric.counter.value;
      for (const auto& label : metric.label) count.labels[label.name] = label.value;
    }
  }
  return found;
}

std::string Metrics::render() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace trunkline::base
