#pragma once

#include <google/protobuf/struct.pb.h>
#include <memory>
#include <mutex>

#include "flags/agent/store/view.h"

namespace trunkline::flags {

// What differs between two views, in the form of flagd's configuration_change. Most clients ask for the same two, so
// that the last answer is kept. Thread-safe.
class ChangesMemo {
 public:
  // {"flags":{KEY:{"type":"write"|"update"|"delete"}}}; null if no flag differs.
  std::shared_ptr<const google::protobuf::Struct> between(const std::shared_ptr<const View>& before,
                                                          const std::shared_ptr<const View>& after);

 private:
  std::mutex mutex_;
  std::weak_ptr<const View> before_;
  std::weak_ptr<const View> after_;
  std::shared_ptr<const google::protobuf::Struct> changes_;
};

}  // namespace trunkline::flags
