#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flags/agent/grpc/evaluation.pb.h"
#include "flags/agent/grpc/evaluation_v2.pb.h"
#include "flags/agent/grpc/sync.pb.h"
#include "tests/flags/system/grpc/grpc_client.h"
#include "tests/flags/system/grpc/grpc_fixture.h"

// What flag-agent says over gRPC, to a client that knows nothing but the messages.
namespace trunkline::flags {
namespace {

namespace v1 = flagd::evaluation::v1;
namespace v2 = flagd::evaluation::v2;
namespace sync = flagd::sync::v1;
using base::Millis;
using grpc::StatusCode;
using testing::HasSubstr;

const std::string kV1 = "/flagd.evaluation.v1.Service/";
const std::string kV2 = "/flagd.evaluation.v2.Service/";
const std::string kSync = "/flagd.sync.v1.FlagSyncService/";

constexpr const char* kFlags = R"({"metadata": {"owner": "web"}, "flags": {
  "on": {"state": "ENABLED", "variants": {"yes": true}, "defaultVariant": "yes", "metadata": {"level": 3}},
  "text": {"state": "ENABLED", "variants": {"a": "hi"}, "defaultVariant": "a"},
  "big": {"state": "ENABLED", "variants": {"a": 9007199254740993}, "defaultVariant": "a"},
  "half": {"state": "ENABLED", "variants": {"a": 0.5}, "defaultVariant": "a"},
  "box": {"state": "ENABLED", "variants": {"a": {"n": 1, "list": [], "none": null}}, "defaultVariant": "a"},
  "list": {"state": "ENABLED", "variants": {"a": [1]}, "defaultVariant": "a"},
  "off": {"state": "DISABLED", "variants": {"yes": true}, "defaultVariant": "yes"},
  "open": {"state": "ENABLED", "variants": {"yes": true}},
  "broken": {"state": "ENABLED", "variants": {"a": "a"}, "defaultVariant": "a", "targeting": {"what": []}},
  "lost": {"state": "ENABLED", "variants": {"a": "a"}, "defaultVariant": "a", "targeting": {"if": [true, "b"]}},
  "seen": {"state": "ENABLED", "variants": {"18/CH/mobile/ada": "all"}, "targeting":
           {"cat": [{"var": "age"}, "/", {"var": "country"}, "/", {"var": "app"}, "/", {"var": "targetingKey"}]}}
}})";

// One flag of a flag set.
std::string flag(const std::string& variant, const std::string& set) {
  return R"({"state": "ENABLED", "variants": {"x": true, "y": false}, "defaultVariant": ")" + variant +
         R"(", "metadata": {"flagSetId": ")" + set + "\"}}";
}
std::string flag_sets(const std::string& web, const std::string& shop) {
  return R"({"flags": {"a": )" + flag(web, "web") + R"(, "b": )" + flag(shop, "shop") + "}}";
}

constexpr const char* kTokens =
    "tokens:\n"
    "- {name: web, token: web-token-0123456789, flag_sets: [web]}\n"
    "- {name: all, token: all-token-0123456789}\n";
const std::pair<std::string, std::string> kWebToken{"authorization", "Bearer web-token-0123456789"};
const std::pair<std::string, std::string> kAllToken{"authorization", "Bearer all-token-0123456789"};

template <typename Request>
Request about(const std::string& key, const std::string& context = "{}") {
  Request request;
  request.set_flag_key(key);
  *request.mutable_context() = struct_of(context);
  return request;
}

class GrpcTest : public GrpcFixture {
 protected:
  void serve(std::vector<std::string> more = {}) {
    agent_ = start_with_grpc(std::move(more));
    evaluation_ = connect_to(address_of(agent_, "flagd.evaluation"));
    sync_ = connect_to(address_of(agent_, "flagd.sync"));
  }
  void serve(const std::string& flags) {
    write(flags);
    serve();
  }
  void serve_with_tokens(std::vector<std::string> more = {}) {
    write(flag_sets("x", "x"));
    ASSERT_TRUE(base::write_file_atomically(path("tokens"), kTokens));
    more.insert(more.end(), {"--tokens", path("tokens")});
    serve(std::move(more));
  }

  StatusCode boolean(const std::string& key, const Metadata& metadata = {}) {
    return call<v2::ResolveBooleanResponse>(*evaluation_, kV2 + "ResolveBoolean", about<v2::ResolveBooleanRequest>(key),
                                            metadata)
        .status.error_code();
  }
  template <typename Response, typename Request>
  std::string answer(const std::string& method, const std::string& key) {
    const auto answer = call<Response>(*evaluation_, method, about<Request>(key));
    return answer.status.ok() ? text_of(answer.response) : answer.status.error_message();
  }
  ClientStream<v2::EventStreamResponse> events(const Metadata& metadata = {}) {
    return {*evaluation_, kV2 + "EventStream", v2::EventStreamRequest(), metadata};
  }
  ClientStream<sync::SyncFlagsResponse> documents(const std::string& selector = "", const Metadata& metadata = {}) {
    sync::SyncFlagsRequest request;
    request.set_selector(selector);
    return {*sync_, kSync + "SyncFlags", request, metadata};
  }
  bool has_clients(int count) {
    const std::string line = "flag_agent_clients{kind=\"grpc\"} " + std::to_string(count) + "\n";
    return soon([&] { return send(agent_, "/metrics").body.find(line) != std::string::npos; });
  }

  Agent agent_;
  std::shared_ptr<grpc::Channel> evaluation_;
  std::shared_ptr<grpc::Channel> sync_;
};

TEST_F(GrpcTest, AnswersEveryTypeInBothVersions) {
  serve(kFlags);
  const std::string on = R"({"value":true,"reason":"STATIC","variant":"yes","metadata":{"level":3,"owner":"web"}})";
  const auto same = [](const std::string& a, const std::string& b) {
    return base::parse_json(a).value() == base::parse_json(b).value();
  };
  EXPECT_PRED2(same, (answer<v1::ResolveBooleanResponse, v1::ResolveBooleanRequest>(kV1 + "ResolveBoolean", "on")), on);
  EXPECT_PRED2(same, (answer<v2::ResolveBooleanResponse, v2::ResolveBooleanRequest>(kV2 + "ResolveBoolean", "on")), on);
  const auto with = [](const std::string& value) {
    return "{\"value\":" + value + R"(,"reason":"STATIC","variant":"a","metadata":{"owner":"web"}})";
  };
  EXPECT_PRED2(same, (answer<v1::ResolveStringResponse, v1::ResolveStringRequest>(kV1 + "ResolveString", "text")),
               with("\"hi\""));
  EXPECT_PRED2(same, (answer<v2::ResolveIntResponse, v2::ResolveIntRequest>(kV2 + "ResolveInt", "big")),
               with("\"9007199254740993\""))
      << "more than a double holds";
  EXPECT_PRED2(same, (answer<v2::ResolveFloatResponse, v2::ResolveFloatRequest>(kV2 + "ResolveFloat", "half")),
               with("0.5"));
  EXPECT_PRED2(same, (answer<v1::ResolveObjectResponse, v1::ResolveObjectRequest>(kV1 + "ResolveObject", "box")),
               with(R"({"n":1,"list":[],"none":null})"));
}

TEST_F(GrpcTest, TellsWhatIsWrongByTheCodesOfFlagd) {
  serve(kFlags);
  EXPECT_EQ(boolean("unknown"), StatusCode::NOT_FOUND);
  EXPECT_EQ(boolean("text"), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(boolean("broken"), StatusCode::DATA_LOSS);
  EXPECT_EQ(boolean("lost"), StatusCode::INTERNAL);
  EXPECT_EQ(boolean("on", {{"flagd-selector", "web"}}), StatusCode::FAILED_PRECONDITION);
}

TEST_F(GrpcTest, LeavesTheValueToTheCallerWhereThereIsNone) {
  serve(kFlags);
  for (const auto& [key, reason] : {std::pair{"off", "DISABLED"}, {"open", "DEFAULT"}}) {
    const auto request = about<v2::ResolveBooleanRequest>(key);
    const auto answer = call<v2::ResolveBooleanResponse>(*evaluation_, kV2 + "ResolveBoolean", request);
    ASSERT_TRUE(answer.status.ok());
    EXPECT_FALSE(answer.response.has_value() || answer.response.has_variant());
    EXPECT_EQ(answer.response.reason(), reason);
    // Its clients would take false for the value.
    const auto first =
        call<v1::ResolveBooleanResponse>(*evaluation_, kV1 + "ResolveBoolean", about<v1::ResolveBooleanRequest>(key));
    EXPECT_EQ(first.status.error_code(), StatusCode::NOT_FOUND);
  }
}

TEST_F(GrpcTest, AnswersAllFlagsThatHaveAnAnswer) {
  serve(kFlags);
  const auto all = call<v1::ResolveAllResponse>(*evaluation_, kV1 + "ResolveAll", v1::ResolveAllRequest());
  ASSERT_TRUE(all.status.ok()) << all.status.error_message();
  const auto& flags = all.response.flags();
  EXPECT_TRUE(flags.at("on").bool_value());
  EXPECT_EQ(flags.at("text").string_value(), "hi");
  EXPECT_EQ(flags.at("half").double_value(), 0.5);
  EXPECT_EQ(flags.at("box").object_value().fields().at("n").number_value(), 1);
  EXPECT_EQ(flags.at("off").reason(), "DISABLED");
  EXPECT_EQ(flags.at("off").value_case(), v1::AnyFlag::VALUE_NOT_SET);
  for (const char* none : {"broken", "lost", "list"}) EXPECT_FALSE(flags.contains(none)) << none;
  EXPECT_EQ(all.response.metadata().fields().at("owner").string_value(), "web");
}

TEST_F(GrpcTest, TakesTheContextFromTheCallerTheMetadataAndTheAgent) {
  write(kFlags);
  serve({"--static-context", "app=mobile", "--context-from-header", "X-Country=country"});
  const auto request = about<v2::ResolveStringRequest>("seen", R"({"age": 18, "app": "web", "targetingKey": "ada"})");
  const auto answer =
      call<v2::ResolveStringResponse>(*evaluation_, kV2 + "ResolveString", request, {{"x-country", "CH"}});
  EXPECT_EQ(answer.response.value(), "all") << answer.status.error_message();
  EXPECT_THAT(
      send(agent_, "/metrics").body,
      HasSubstr(R"(flag_evaluations_total{flag="seen",reason="TARGETING_MATCH",variant="18/CH/mobile/ada"} 1)"));
}

TEST_F(GrpcTest, LetsInByTheSameRulesAsOverHttp) {
  serve_with_tokens();
  EXPECT_EQ(boolean("a"), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(boolean("a", {kWebToken}), StatusCode::OK);
  EXPECT_EQ(boolean("b", {kWebToken}), StatusCode::NOT_FOUND);
  EXPECT_EQ(boolean("b", {kAllToken}), StatusCode::OK);
  EXPECT_EQ(boolean("b", {kAllToken, {"flagd-selector", "flagSetId=web"}}), StatusCode::NOT_FOUND);
  EXPECT_EQ(boolean("b", {kWebToken, {"flagd-selector", "flagSetId=shop"}}), StatusCode::PERMISSION_DENIED);
  auto denied = events();
  EXPECT_EQ(denied.next().type(), "");
  EXPECT_EQ(denied.end().error_code(), StatusCode::UNAUTHENTICATED);
  auto other = documents("flagSetId=shop", {kWebToken});
  EXPECT_EQ(other.next().flag_configuration(), "");
  EXPECT_EQ(other.end().error_code(), StatusCode::PERMISSION_DENIED);
}

TEST_F(GrpcTest, LimitsTheRateAndTheSizeOfRequests) {
  serve_with_tokens({"--rate-limit", "2"});
  EXPECT_TRUE(soon([&] { return boolean("a", {kWebToken}) == StatusCode::RESOURCE_EXHAUSTED; }));
  const auto large = about<v2::ResolveBooleanRequest>("a", R"({"a":")" + std::string(2'000'000, 'a') + "\"}");
  const auto answer = call<v2::ResolveBooleanResponse>(*evaluation_, kV2 + "ResolveBoolean", large, {kAllToken});
  EXPECT_EQ(answer.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(GrpcTest, NamesTheFlagsThatChange) {
  serve(R"({"flags": {"a": )" + flag("x", "web") + R"(, "b": )" + flag("x", "web") + R"(, "c": )" + flag("x", "web") +
        "}}");
  auto stream = events();
  EXPECT_EQ(text_of(stream.next()), R"({"type":"provider_ready"})");
  EXPECT_TRUE(has_clients(1));
  write(R"({"flags": {"a": )" + flag("y", "web") + R"(, "b": )" + flag("x", "web") + R"(, "d": )" + flag("x", "web") +
        "}}");
  const auto event = stream.next();
  EXPECT_EQ(event.type(), "configuration_change");
  EXPECT_EQ(
      base::parse_json(text_of(event.data())).value(),
      base::parse_json(R"({"flags":{"a":{"type":"update"},"c":{"type":"delete"},"d":{"type":"write"}}})").value());
}

TEST_F(GrpcTest, IsReadyWhenThereAreFlags) {
  serve();
  EXPECT_EQ(boolean("a"), StatusCode::UNAVAILABLE);
  sync::FetchAllFlagsRequest fetch;
  EXPECT_EQ(call<sync::FetchAllFlagsResponse>(*sync_, kSync + "FetchAllFlags", fetch).status.error_code(),
            StatusCode::UNAVAILABLE);
  auto ready = events();
  auto first = documents();
  EXPECT_TRUE(has_clients(2));
  write(flags_with("x"));
  EXPECT_EQ(ready.next().type(), "provider_ready");
  EXPECT_THAT(first.next().flag_configuration(), HasSubstr(R"("defaultVariant": "x")"));
}

TEST_F(GrpcTest, SendsTheDocumentAtOnceAndWhenTheCallersViewChanges) {
  serve_with_tokens();
  auto web = documents("", {kWebToken});
  auto shop = documents("flagSetId=shop", {kAllToken});
  EXPECT_THAT(web.next().flag_configuration(), Not(HasSubstr("shop")));
  EXPECT_THAT(shop.next().flag_configuration(), Not(HasSubstr("web")));
  write(flag_sets("x", "y"));
  EXPECT_THAT(shop.next().flag_configuration(), HasSubstr(R"("defaultVariant":"y")"));
  write(flag_sets("y", "y"));
  EXPECT_THAT(web.next().flag_configuration(), HasSubstr(R"("defaultVariant":"y")")) << "its first news";
  sync::FetchAllFlagsRequest fetch;
  fetch.set_selector("flagSetId=web");
  const auto fetched = call<sync::FetchAllFlagsResponse>(*sync_, kSync + "FetchAllFlags", fetch, {kAllToken});
  EXPECT_THAT(fetched.response.flag_configuration(), Not(HasSubstr("shop")));
}

TEST_F(GrpcTest, SparesASlowReaderAllButTheNewest) {
  const auto large = [](int number) {
    return R"({"metadata": {"number": )" + std::to_string(number) + R"(, "fill": ")" + std::string(1'000'000, 'a') +
           "\"}, \"flags\": {}}";
  };
  serve(large(0));
  auto slow = documents();
  auto quick = documents();
  for (int number = 0; number <= 20; ++number) {
    write(large(number));
    const std::string here = "\"number\": " + std::to_string(number) + ",";
    ASSERT_TRUE(soon([&] { return quick.next().flag_configuration().find(here) != std::string::npos; }));
  }
  int read = 0;
  ASSERT_TRUE(
      soon([&] { return ++read, slow.next().flag_configuration().find("\"number\": 20,") != std::string::npos; }));
  EXPECT_LT(read, 10);
}

TEST_F(GrpcTest, LetsGoOfClientsThatAreGone) {
  serve(flags_with("x"));
  {
    auto stream = events();
    auto other = documents();
    EXPECT_EQ(stream.next().type(), "provider_ready");
    EXPECT_TRUE(has_clients(2));
  }
  EXPECT_TRUE(has_clients(0));
}

TEST_F(GrpcTest, StopsInTimeAndSaysSoToItsStreams) {
  serve(flags_with("x"));
  auto stream = events();
  EXPECT_EQ(stream.next().type(), "provider_ready");
  agent_->signal(SIGTERM);
  EXPECT_EQ(stream.next().type(), "");
  EXPECT_EQ(stream.end().error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(agent_->wait(Millis{2500}), (base::ExitStatus{0, 0})) << agent_->output();
}

TEST_F(GrpcTest, ServesOnAUnixSocketAndTakesNoneFromAnother) {
  write(flags_with("x"));
  const std::string socket = "unix:" + path("grpc.sock");
  {
    const Agent agent = start_on_file({"--grpc-listen", socket});
    evaluation_ = connect_to(socket);
    EXPECT_TRUE(soon([&] { return boolean("a") == StatusCode::INVALID_ARGUMENT; }));
    for (const std::string& taken : {socket, agent->address()}) {
      const auto second =
          base::run_process({.argv = {TRUNKLINE_BIN_DIR "/flag-agent", "--source", "file:" + path("flags.json"),
                                      "--listen", "127.0.0.1:0", "--sync-listen", taken}},
                            Millis{10'000})
              .value();
      EXPECT_EQ(second.status.code, 1);
      EXPECT_THAT(second.err, HasSubstr("cannot listen on " + taken + ": Address already in use"));
    }
    EXPECT_EQ(boolean("a"), StatusCode::INVALID_ARGUMENT);
    agent->signal(SIGTERM);
    EXPECT_TRUE(agent->wait());
  }
  EXPECT_FALSE(std::filesystem::exists(path("grpc.sock")));
}

}  // namespace
}  // namespace trunkline::flags
