#include "deployer/dial/addresses.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>

namespace trunkline::deployer {
using base::fail;
using base::Kind;
using base::Result;

Result<std::vector<NumericAddress>> resolve(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == address.size()) {
    return fail(Kind::invalid, fmt::format("expected an address such as 127.0.0.1:9001, got \"{}\"", address));
  }
  std::string host(address.substr(0, colon));
  const std::string port(address.substr(colon + 1));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo wish{};
  wish.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(host.c_str(), port.c_str(), &wish, &found); code != 0) {
    return fail(Kind::unavailable, fmt::format("the address of \"{}\" is not known: {}", address, gai_strerror(code)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, &freeaddrinfo);
  std::vector<NumericAddress> numbers;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> name{};
    std::array<char, NI_MAXSERV> service{};
    if (getnameinfo(one->ai_addr, one->ai_addrlen, name.data(), name.size(), service.data(), service.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
      numbers.push_back({name.data(), service.data()});
    }
  }
  if (numbers.empty()) return fail(Kind::unavailable, fmt::format("\"{}\" has no address", address));
  return numbers;
}

bool same_address(std::string_view address, std::string_view printed) {
  const auto numbers = resolve(address);
  return numbers && std::any_of(numbers->begin(), numbers->end(), [&](const NumericAddress& number) {
           return printed == number.host + ":" + number.port;
         });
}

}  // namespace trunkline::deployer
