#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace trunkline::base {

// Handles on one series each. Looked up once and kept; copying and counting are cheap and thread-safe. They live as
// long as the Metrics that gave them.
class Counter {
 public:
  explicit Counter(prometheus::Counter& series) : series_(&series) {}
  void add(double amount = 1);
  double value() const;

 private:
  prometheus::Counter* series_;
};

class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& series) : series_(&series) {}
  void set(double value);
  void add(double amount);

 private:
  prometheus::Gauge* series_;
};

class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& series) : series_(&series) {}
  void observe(double value);

 private:
  prometheus::Histogram* series_;
};

using Labels = std::map<std::string, std::string>;

// The measurements of one program, in Prometheus' terms. Thread-safe. The same name and labels give the same series;
// names and help texts are constants of the program, and a name that is not a metric name stops it.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;

  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // `bounds` are the upper bounds of the buckets, ascending; all series of a name have the same.
  Histogram histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                      const Labels& labels = {});

  // The series of a counter's name and how far each has come; nothing for a name that there is not.
  struct Count {
    Labels labels;
    double value = 0;
  };
  std::vector<Count> counts(const std::string& name) const;

  // Everything in the text exposition format 0.0.4.
  std::string render() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace trunkline::base
