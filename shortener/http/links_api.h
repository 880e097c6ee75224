#pragma once

#include <string>

#include "base/http/router.h"
#include "shortener/http/create_queue.h"
#include "shortener/store/link_store.h"

namespace trunkline::shortener {

// Who may create links.
struct Access {
  bool open = false;         // anybody
  std::string api_key = {};  // otherwise who sends it as a bearer token; nobody if it is empty
};

// Returns what short URLs begin with, "https://s.example/", for the option --public-url. Kind::usage unless it is http
// or https, without a query.
base::Result<std::string> parse_public_url(std::string_view text);

// The JSON interface, described in docs/shortener.md. Thread-safe.
class LinksApi {
 public:
  // `store` and `queue` outlive this. `public_url` is what short URLs begin with; empty: the host that a request names.
  LinksApi(LinkStore& store, CreateQueue& queue, Access access, std::string public_url = "");

  void create(const base::Request& request, base::Reply reply);  // POST /api/v1/links
  void show(const base::Request& request, const base::PathParameters& path, base::Reply reply);

 private:
  std::string short_url_prefix(const base::Request& request) const;

  LinkStore& store_;
  CreateQueue& queue_;
  const Access access_;
  const std::string public_url_;
};

// Reads {"url", "alias"?}. Kind::usage where it is no such JSON, Kind::invalid where a value is not allowed.
base::Result<NewLink> parse_new_link(std::string_view body);

}  // namespace trunkline::shortener
