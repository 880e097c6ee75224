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

// The JSON interface, described in docs/shortener.md. Thread-safe.
class LinksApi {
 public:
  // `store` and `queue` outlive this.
  LinksApi(LinkStore& store, CreateQueue& queue, Access access);

  void create(const base::Request& request, base::Reply reply);  // POST /api/v1/links
  void show(const base::Request& request, const base::PathParameters& path, base::Reply reply);

 private:
  LinkStore& store_;
  CreateQueue& queue_;
  const Access access_;
};

// Reads {"url", "alias"?}. Kind::usage where it is no such JSON, Kind::invalid where a value is not allowed.
base::Result<NewLink> parse_new_link(std::string_view body);

}  // namespace trunkline::shortener
