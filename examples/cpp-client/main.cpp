#include <iostream>
#include <trunkline/flags/client/client.h>

// Prints what the flag redirect-status of the agent at argv[1] is for ada.
int main(int, char** argv) {
  const auto flags = trunkline::flags::Client::start({.agent_url = argv[1]});
  flags->wait_until_ready(std::chrono::seconds{10});
  std::cout << flags->get_int("redirect-status", {.targeting_key = "ada"}, 302) << '\n';
}
