#include <gtest/gtest.h>

#include "deployer/checks/alerts_check.h"
#include "deployer/checks/checks.h"
#include "deployer/checks/http_check.h"
#include "deployer/checks/prometheus_check.h"

// What the providers' answers say.
namespace trunkline::deployer {
namespace {

std::string said(const Measurement& measurement) {
  switch (measurement.kind) {
    case Measurement::Kind::value:
      return std::to_string(measurement.value);
    case Measurement::Kind::missing:
      return "missing: " + measurement.detail;
    case Measurement::Kind::error:
      return "error: " + measurement.detail;
  }
  return "";
}

std::string prometheus(const std::string& type, const std::string& result) {
  return said(read_prometheus_answer(
      200, R"({"status":"success","data":{"resultType":")" + type + R"(","result":)" + result + "}}"));
}

TEST(PrometheusAnswer, IsAScalarOrAVectorOfOne) {
  EXPECT_EQ(prometheus("scalar", R"([1435781451.781,"0.25"])"), "0.250000");
  EXPECT_EQ(prometheus("vector", R"([{"metric":{"a":"b"},"value":[1435781451.781,"1e3"]}])"), "1000.000000");
}

TEST(PrometheusAnswer, IsMissingWhereThereIsNoNumber) {
  EXPECT_EQ(prometheus("vector", "[]"), "missing: the query has no result");
  EXPECT_EQ(prometheus("scalar", R"([1,"NaN"])"), "missing: the result is nan");
  EXPECT_EQ(prometheus("scalar", R"([1,"+Inf"])"), "missing: the result is inf");
  EXPECT_EQ(prometheus("scalar", R"([1,"-Inf"])"), "missing: the result is -inf");
}

TEST(PrometheusAnswer, IsAnErrorWhereItSaysNothing) {
  EXPECT_EQ(prometheus("vector", R"([{"value":[1,"1"]},{"value":[1,"2"]}])"),
            "error: the query gives 2 series: sum() makes them one");
  EXPECT_EQ(prometheus("matrix", "[]"), "error: the query gives a matrix: an instant vector or a scalar is needed");
  EXPECT_EQ(prometheus("scalar", R"([1,"x"])"), "error: the server's value \"x\" is no number");
  EXPECT_EQ(prometheus("vector", R"([{}])"), "error: the server's answer has no value");
  EXPECT_EQ(said(read_prometheus_answer(400, R"({"status":"error","errorType":"bad_data","error":"parse error"})")),
            "error: the server answered 400: parse error");
  EXPECT_EQ(said(read_prometheus_answer(502, "<html>")), "error: the server answered 502, and no JSON");
  EXPECT_EQ(said(read_prometheus_answer(200, "[]")), "error: the server answered 200: ?");
}

const AlertsQuery kOfShop{"http://p", AlertsQuery::Api::prometheus, {{"service", "shop"}, {"severity", "page"}}};

TEST(AlertsAnswer, CountsThoseThatFireAndHaveTheLabels) {
  EXPECT_EQ(said(read_alerts_answer(kOfShop, 200, R"({"status":"success","data":{"alerts":[
      {"labels":{"alertname":"a","service":"shop","severity":"page"},"state":"firing"},
      {"labels":{"alertname":"b","service":"shop","severity":"page"},"state":"pending"},
      {"labels":{"alertname":"c","service":"shop","severity":"ticket"},"state":"firing"},
      {"labels":{"alertname":"d","service":"cart","severity":"page"},"state":"firing"}]}})")),
            "1.000000");
  EXPECT_EQ(said(read_alerts_answer(kOfShop, 200, R"({"status":"success","data":{"alerts":[]}})")), "0.000000");
}

TEST(AlertsAnswer, LeavesOutWhatAlertmanagerSilencedOrInhibited) {
  AlertsQuery query = kOfShop;
  query.api = AlertsQuery::Api::alertmanager;
  query.match.erase("severity");
  EXPECT_EQ(said(read_alerts_answer(query, 200, R"([{"labels":{"service":"shop"},"status":{"state":"active"}},
      {"labels":{"service":"shop"},"status":{"state":"suppressed","silencedBy":["x"]}},
      {"labels":{"service":"shop"},"status":{"state":"unprocessed"}}])")),
            "1.000000");
}

TEST(AlertsAnswer, IsAnErrorWhereItIsNoListOfAlerts) {
  EXPECT_EQ(said(read_alerts_answer(kOfShop, 503, "")), "error: the server answered 503");
  for (const char* body : {"<html>", "[]", "{}", R"({"data":{"alerts":7}})"}) {
    EXPECT_EQ(said(read_alerts_answer(kOfShop, 200, body)),
              "error: the server's answer is no list of alerts as prometheus has it")
        << body;
  }
}

TEST(JsonPointer, LeadsToAValue) {
  const base::Json document = base::parse_json(R"({"a": {"b/c": [1, {"m~n": 2}]}, "": 3})").value();
  const auto at = [&](std::string_view pointer) {
    const base::Json* value = find_pointer(document, pointer);
    return value == nullptr ? "nowhere" : base::to_text(*value);
  };
  EXPECT_EQ(at("/a/b~1c/0"), "1");
  EXPECT_EQ(at("/a/b~1c/1/m~0n"), "2");
  EXPECT_EQ(at("/"), "3");
  EXPECT_EQ(at(""), base::to_text(document));
  EXPECT_EQ(at("/a/b~1c/2"), "nowhere");
  EXPECT_EQ(at("/a/b~1c/x"), "nowhere");
  EXPECT_EQ(at("/a/none/deeper"), "nowhere");
}

TEST(Number, IsANumberOrATextThatIsOne) {
  EXPECT_EQ(said(number_in(base::Json(2))), "2.000000");
  EXPECT_EQ(said(number_in(base::Json("0.5"))), "0.500000");
  EXPECT_EQ(said(number_in(base::Json("5 %"))), "missing: \"5 %\" is no number");
  EXPECT_EQ(said(number_in(base::Json(nullptr))), "missing: null is no number");
  EXPECT_EQ(said(number_in(base::Json(true))), "missing: true is no number");
}

TEST(QueryValues, NameBothSides) {
  const ledger::Revision to{"2", "c2", "sha256:2", ""};
  const auto values = query_values("shop", "prod", to, std::nullopt);
  EXPECT_EQ(values.at("revision.version"), "2");
  EXPECT_EQ(values.at("stable.version"), "") << "a first release";
}

}  // namespace
}  // namespace trunkline::deployer
