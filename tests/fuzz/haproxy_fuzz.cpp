#include "deployer/dial/exposure.h"
#include "deployer/dial/haproxy_answers.h"
#include "deployer/haproxy/examine_config.h"
#include "deployer/haproxy/init.h"

using namespace trunkline::deployer;

namespace {

void read_as_configuration(const std::string& text) {
  const auto config = parse_haproxy_config(text, "fuzz.cfg");
  if (!config) return;
  DialRules rules;
  const auto backend = choose_backend(*config, "");
  rules.backend = backend.value_or("shop");
  rules.service = rules.backend;
  rules.twin = rules.backend + kTwinSuffix;
  rules.map = "/m";
  (void)propose(*config, rules);
  Expected expected;
  expected.backend = rules.backend;
  expected.twin = rules.twin;
  expected.service = rules.service;
  expected.map = map_of(*config, rules.service);
  expected.endpoints = admin_sockets(*config);
  examine_config(*config, expected);
}

void read_as_answers(const std::string& text) {
  (void)parse_servers(text, text, "shop");
  (void)parse_traffic(text);
  (void)parse_process(text);
  (void)parse_clock(text);
  (void)parse_map(text, "shop");
  const auto entry = parse_entry(text);
  if (entry && parse_entry(to_string(*entry)) != entry) __builtin_trap();
}

}  // namespace

// Whatever the bytes are: configuration and answers of HAProxy are read or refused, in bounded time.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size > 8192) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_as_configuration(text);
  read_as_answers(text);
  return 0;
}
