#pragma once

#include "base/core/metrics.h"
#include "base/http/router.h"
#include "shortener/http/settings.h"
#include "shortener/store/link_cache.h"
#include "shortener/store/link_store.h"

namespace trunkline::shortener {

// GET /{code}: 302 or 301 to the link's URL, 404 without one, 503 when the store does not answer. Thread-safe.
class Redirect {
 public:
  // All outlive this.
  Redirect(LinkStore& store, LinkCache& cache, const FlagReader& flags, base::Metrics& metrics);

  void operator()(const base::PathParameters& path, base::Reply reply);

 private:
  base::Response answer(const std::string& code);
  base::Response redirect_to(const std::string& code, std::string_view url) const;

  LinkStore& store_;
  LinkCache& cache_;
  const FlagReader& flags_;
  base::Counter hits_;
  base::Counter misses_;
};

}  // namespace trunkline::shortener
