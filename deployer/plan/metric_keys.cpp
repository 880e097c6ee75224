#include "deployer/plan/metric_keys.h"

#include "deployer/plan/metric.h"

namespace trunkline::deployer {
namespace {

constexpr std::string_view kCompared[] = {"stable"};

constexpr Key kUrl{"url", Value::text, true, "Whom it asks."};
constexpr Key kTimeout{"timeout", at_least(10, Value::duration), false, "How long an answer may take.", "5s"};
constexpr Key kSide{"side", word_of(kSides.words), false, "Whose instances are looked at.", "new"};

const Table kRatioKeys{{
    {"of", Value::text, true, "The selector whose growth is divided."},
    {"over", Value::text, true, "The selector by whose growth it is divided."},
}};

const Table kQuantileKeys{{
    {"q", Value::fraction, true, "Which quantile, such as 0.99."},
    {"of", Value::text, true, "The selector of a histogram."},
}};

const Table kScrapeKeys{{
                            {"value", Value::text, false, "A selector: the last value, summed over instances."},
                            {"rate", Value::text, false, "A selector: growth a second."},
                            {"ratio", mapping_of(kRatioKeys), false, "The growth of one selector over another's."},
                            {"quantile", mapping_of(kQuantileKeys), false, "A quantile of a histogram."},
                            {"window", at_least(100, Value::duration), false, "Over so long a time.", "30s"},
                            kSide,
                        },
                        {"ratio", "rate", "quantile", "value"}};

const Table kHttpKeys{{
    kUrl,
    {"pointer", like("^/", Value::text), false,
     "The JSON pointer, such as /data/0/value, of the number in the answer; else the whole answer."},
    kTimeout,
}};

const Table kExecKeys{{
    {"command", Value::command, true, "Program and arguments; it runs in the rollout file's folder."},
    {"timeout", at_least(10, Value::duration), false, "How long it may take.", "10s"},
}};

const Table kAlertsKeys{{
    kUrl,
    {"api", word_of(kAlertsApis.words), false, "Of Alertmanager silenced and inhibited alerts do not count.",
     "prometheus"},
    {"match", Value::text_map, false, "The labels that alerts must have; else the service's name."},
    kTimeout,
}};

const Table kInstancesKeys{{kSide}};

const Table kHaproxyKeys{{
    {"of", word_of(kHaproxyCounts.words), true, "What the balancers are asked for."},
    kSide,
}};

const Table kPrometheusKeys{{
    kUrl,
    kTimeout,
    {"maxStaleness", at_least(1000, Value::duration), false, "A sample that is older is no data. 1s or more."},
}};

}  // namespace

const Table kProviderKeys{{
    {"prometheus", mapping_of(kPrometheusKeys), true, "A Prometheus."},
}};

const Table kMetricKeys{
    {
        {"name", Value::text, true, "What the metric is called, once in the file."},
        {"haproxy", word_or_mapping_of(kHaproxyCounts.words, kHaproxyKeys), false,
         "What the balancers counted for the side's servers since the bake began."},
        {"scrape", mapping_of(kScrapeKeys), false, "A closed form over the instances' own /metrics."},
        {"query", Value::text, false, "PromQL, asked of the template's Prometheus. It must give one value."},
        {"http", mapping_of(kHttpKeys), false, "A number in the JSON that a URL answers."},
        {"exec", mapping_of(kExecKeys), false, "The number that a program prints."},
        {"alerts", mapping_of(kAlertsKeys), false, "How many alerts fire."},
        {"instances", mapping_of(kInstancesKeys), false,
         "Restarts of the side's instances since the bake began, and how many of them do not run now."},
        {"successCondition", Value::condition, false,
         "result OP number, OP one of < <= > >= == !=. Alone: false fails. For alerts and instances else result == 0."},
        {"failureCondition", Value::condition, false,
         "result OP number. Alone: false passes. With the other: neither true is inconclusive, failure wins."},
        {"compare", word_of(kCompared), false, "stable: measured on both sides; no condition is needed then."},
        {"maxRatio", at_least(1, Value::number), false,
         "The new side's value may be so many times the stable side's. Needed without a test, else 1.2: only more than "
         "that is looked for."},
        {"minDifference", Value::number, false,
         "Without a test: so much more than the stable side is allowed, whatever the ratio is.", "0"},
        {"test", word_of(kTests.words), false,
         "sequential: counts the errors of a ratio after every measurement; its alarm fails the metric at once. "
         "mannWhitney: all values of the bake, looked at once, at its end or at count."},
        {"alpha", Value::fraction, false, "Of sequential: the chance of a false alarm over a whole bake.", "0.01"},
        {"burst", at_least(1, Value::count), false,
         "Of sequential: so many errors on one side may be one event, as of a client that tries again.", "1"},
        {"onMissingData", word_of(kMissing.words), false,
         "What a result that is no number counts as; else the analysis' word."},
        {"dryRun", Value::flag, false, "Measured and shown, and never decides.", "false"},
        {"interval", at_least(50, Value::duration), false, "Between measurements.", "10s"},
        {"initialDelay", Value::duration, false, "Before the first interval of a bake.", "0s"},
        {"count", Value::count, false, "So many measurements and the metric has passed; 0: until the bake ends.", "0"},
        {"failureLimit", Value::count, false, "The metric fails with more than so many failures.", "0"},
        {"inconclusiveLimit", Value::count, false, "It is inconclusive with more than so many inconclusive results.",
         "0"},
        {"consecutiveErrorLimit", Value::count, false, "It is in error with more than so many errors in a row.", "4"},
    },
    {"haproxy", "scrape", "query", "http", "exec", "alerts", "instances"}};

}  // namespace trunkline::deployer
